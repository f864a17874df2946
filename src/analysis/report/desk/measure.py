"""How wide a text is before any office program has set it, how many lines it takes, and how it is cut honestly."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

LINE_HEIGHT = 1.2
"""Of the type size; written into every paragraph, since Chinese and Latin fonts otherwise differ by a fifth."""
BOLD = 1.07
SAFETY = 1.03
"""Nobody's font has quite these widths."""
SHORT = 24.0
"""Average letters; a sentence shorter than this ("Not quite.") is no finding without the next."""

# Shares of the type size in Arial and its like, by classes of letters; Chinese characters are as wide as high.
_CLASSES = (
    ("ijl'|.,:;!·\u2019\u2018", 0.25),
    (' \u00a0frtI()[]{}/\\-\u201c\u201d"*°', 0.34),
    ("ckszvxyJ?", 0.51),
    ("mM\u2014\u2026%w", 0.87),
    ("W@", 0.98),
    ("ABEKPSVXYCDHNRUwGOQ&", 0.73),
    ("+−=<>×±≥≤→~", 0.6),
)
_WIDTHS = {character: width for characters, width in _CLASSES for character in characters}
_OTHER, _WIDE = 0.56, 1.0
_UNSEEN = ("Mn", "Me", "Cf")
_TOKENS = re.compile(r"[ \t]+|[^ \t]")
_BRACKETS = (re.compile(r"\s*[(（][^()（）]*\d[^()（）]*[)）]"), re.compile(r"\s*[(（][^()（）]*[)）]"))
_CLAUSES = (re.compile(r"[;；。](?!\d)|[.!?](?=\s)"), re.compile(r"[,:，：、](?!\d)"))
"""Ends of clauses: those that can stand alone before those that hang on the next."""
_SENTENCES = re.compile(
    r"""(?:(?<=[.!?])|(?<=[.!?]["”’)]))[ \n]+(?=["“(]?[A-Z0-9À-Þ\u2e80-\u9fff])"""
    r"""|(?<=[。！？])(?![”’」』）])\n?|(?<=[。！？][”’」』）])\n?"""
)
_LEAST_CLAUSES = 0.4  # of a text: shorter clauses say too little, words are cut instead
_NEVER_FIRST = frozenset("，。；：、！？）》”’」』…,.;:!?)%")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in points."""
    return size * SAFETY * (BOLD if bold else 1.0) * sum(map(_width, text))


def _width(character: str) -> float:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if unicodedata.category(character) in _UNSEEN:
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER


def count_lines(text: str, width: float, size: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a box `width` points wide, broken as office programs break it."""
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        at = 0.0
        for piece in _pieces(paragraph):
            needed = text_width(piece, size, bold=bold)
            if at + needed <= width or (at == 0.0 and needed <= width):
                at += needed
            elif not piece.strip():
                continue  # blanks at the end of a line take no room
            elif needed > width:  # a word too long for any line is broken between letters
                lines += math.ceil((at + needed) / width) - 1
                at = (at + needed) % width
            else:
                lines += 1
                at = needed
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what is kept on one line: words and blanks, single Chinese characters with the mark after them."""
    word = ""
    for token in _TOKENS.findall(text):
        if not token.strip():
            if word:
                yield word
            word = ""
            yield token
        elif unicodedata.east_asian_width(token) in "WF" and token not in _NEVER_FIRST:
            if word:
                yield word
            word = token
        elif word and unicodedata.east_asian_width(word[-1]) in "WF" and token not in _NEVER_FIRST:
            yield word
            word = token
        else:
            word += token
    if word:
        yield word


def text_height(text: str, width: float, size: float, *, bold: bool = False) -> float:
    """Return the height of a text in points, without any space around it."""
    return count_lines(text, width, size, bold=bold) * size * LINE_HEIGHT


def first_sentence(text: str) -> tuple[str, str]:
    """Return the finding that a paragraph begins with, and the rest of the paragraph.

    >>> first_sentence("Not quite. The 229 who answered differ from all. More follows.")
    ('Not quite. The 229 who answered differ from all.', 'More follows.')
    """
    parts = [part for part in _SENTENCES.split(text.strip()) if part]
    joint = "" if any("\u4e00" <= character <= "\u9fff" for character in text) else " "
    taken = 1
    while taken < len(parts) and text_width(joint.join(parts[:taken]), 1.0) / _OTHER < SHORT:
        taken += 1
    return joint.join(parts[:taken]), joint.join(parts[taken:])


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; one too short to stand alone stays with the next."""
    found: list[str] = []
    while text:
        sentence, text = first_sentence(text)
        if sentence:
            found.append(sentence)
    return found


def as_title(sentence: str) -> str:
    """Return a sentence as a title: without the stop at its end."""
    return sentence.strip().removesuffix("。").removesuffix(".").strip()


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """Return as much of a text as `fits`; what is left out is marked, and no number or word is ever cut.

    First the intervals and samples in brackets give way, then other brackets, then whole clauses from the end, then
    words.
    """
    if fits(text):
        return text
    for brackets in _BRACKETS:
        text = brackets.sub("", text)
        if fits(text):
            return text
    least = _LEAST_CLAUSES * text_width(text, 1.0)
    for ends in _CLAUSES:
        for place in sorted((found.end() for found in ends.finditer(text)), reverse=True):
            shorter = _marked(text[:place])
            if text_width(shorter, 1.0) < least:
                break
            if fits(shorter):
                return shorter
    words = _longest(text, list(accumulate(map(len, _pieces(text)))), fits)
    if words:
        return words
    # one word, such as a name without blanks: between letters, digits stay together
    inside = range(1, len(text))
    return _longest(text, [at for at in inside if not _is_number(text[at - 1 : at + 1])], fits) or "…"


def _longest(text: str, places: Sequence[int], fits: Callable[[str], bool]) -> str:
    """Return the text cut at the last of the places at which it fits; "" where there is none."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if fits(_marked(text[: places[middle]])) else (low, middle)
    return _marked(text[: places[low - 1]]) if low else ""


def _marked(text: str) -> str:
    """Return the beginning of a text with the mark that it goes on."""
    kept = text.rstrip(" ,;:，；：、\u00a0")
    return f"{kept}…" if unicodedata.east_asian_width(kept[-1:] or "a") in "WF" else f"{kept} …"


def _is_number(pair: str) -> bool:
    return all(character.isdigit() or character in ".,%−+" for character in pair)
