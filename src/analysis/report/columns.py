"""How wide a table's columns are, numbers never breaking while words can give way, and how many lines it takes."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.document.formatting import CHINESE_DATE

LINE = 106.0  # characters of average width on a line of a table, at 8.8 points over 170 mm
PADDING = 2.0  # of a cell, in the same unit
# Dates, and what stands between blanks; else Chinese breaks between any two characters.
UNBREAKABLE = re.compile(rf"{CHINESE_DATE.pattern}|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
JOINT = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])")
JOINT_WIDTH = 0.5  # the layout sets a quarter of an em between a Chinese character and a letter or digit
HEAD = 16.0  # a longer head may break between its words
SHORTEST_WORDS = 8.0  # what a column of words is not pressed below, and its longest word up to the next bound
LONGEST_WORD = 22.0
SHORTEST_NUMBERS = 38.0  # what a column of numbers is not pressed below: they do not break


def column_shares(table: Mapping[str, Any]) -> list[float]:
    """Return the columns' widths as shares of the table's, in the order of the columns.

    Each column gets what its longest cell asks for, and the rest of the line is shared by the author's weights; where
    the line is too short, long texts give way in proportion to their length, and numbers last.

    Parameters
    ----------
    table
        A table block's data.
    """
    weights = [float(column["width"]) for column in table["columns"]]
    asked = [_longest(table, index) + PADDING for index in range(len(weights))]
    least = [min(width, _shortest(table, index) + PADDING) for index, width in enumerate(asked)]
    rest = LINE - sum(asked)
    if rest >= 0:
        widths = [width + rest * weight / sum(weights) for width, weight in zip(asked, weights, strict=True)]
    elif sum(least) < LINE:
        given = (LINE - sum(least)) / (sum(asked) - sum(least))
        widths = [low + (width - low) * given for low, width in zip(least, asked, strict=True)]
    else:
        widths = least
    return [width / sum(widths) for width in widths]


def count_lines(table: Mapping[str, Any], shares: Sequence[float]) -> int:
    """Return about how many lines a table's rows take, given the shares of its columns."""
    widths = [max(share * LINE - PADDING, 1.0) for share in shares]
    return sum(
        max(1, *(math.ceil(text_width(cell) / width) for cell, width in zip(row, widths, strict=True)))
        for row in table["rows"]
    )


def _longest(table: Mapping[str, Any], index: int) -> float:
    """Return the width of a column's longest cell, or of its head, which may break between words."""
    title = table["columns"][index]["title"]
    word = max(map(text_width, title.split()), default=0.0)
    head = max(word, min(text_width(title), HEAD))
    return max(head, max((text_width(row[index]) for row in table["rows"]), default=0.0))


def _shortest(table: Mapping[str, Any], index: int) -> float:
    """Return what a column may be pressed to: words may be set one above the other, numbers may not break."""
    column, cells = table["columns"][index], [row[index] for row in table["rows"]]
    head = max(map(text_width, column["title"].split()), default=0.0)
    if column["align"] == "end":
        return min(max((head, *map(text_width, cells))), SHORTEST_NUMBERS)
    longest = max((head, *(text_width(word) for cell in cells for word in UNBREAKABLE.findall(cell))))
    return min(max(longest, SHORTEST_WORDS), LONGEST_WORD)


def text_width(text: str) -> float:
    """Return the width of a text in average letters: a Chinese character counts as two."""
    if text.isascii():
        return float(len(text))
    wide = sum(2.0 if unicodedata.east_asian_width(character) in "WF" else 1.0 for character in text)
    return wide + JOINT_WIDTH * sum(1 for _ in JOINT.finditer(text))
