"""A chapter's blocks as the rows of a sheet: its finding, every table and the data of every figure, notes below."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from analysis.document.html import COMMENTARY_SHIFT
from analysis.document.markdown import Node, parse_markdown, plain_text
from analysis.messages import N_
from analysis.report.collect import Data
from analysis.report.desk.cells import EMPTY, Cell, day_cell, is_day, native_cell, number_cell, text_cell, text_width
from analysis.report.desk.rows import (
    BODY,
    CAPTION,
    LEAD,
    NOTE,
    SECTION,
    TITLE,
    TOTAL,
    Cells,
    Gap,
    Row,
    level_cell,
    span,
    table,
)
from analysis.report.desk.words import Words

FROM, TO = N_("95% from"), N_("95% to")
BULLET = "• "
PARTS = ("value", "low", "high")
SHORT_WORDS = 16
"""Letters of a text that stands at the end of a column of numbers; a longer one begins at its start."""


def chapter_rows(blocks: Iterable[Data], words: Words) -> list[Row]:
    """Return the rows of a chapter's blocks, in their order; the drawings themselves are left out."""
    rows: list[Row] = []
    for block in blocks:
        write = _WRITERS.get(block["kind"])
        rows += write(block, words) if write is not None else []
    return rows


def numbered(block: Data, words: Words) -> str:
    """Return the title of a table or figure with its number in the document."""
    label, number = words.content.labels.get(block["kind"], ""), block.get("number")
    return f"{label} {number}. {block['title']}" if label and number else str(block["title"])


def _heading(block: Data, words: Words) -> list[Row]:
    style = {1: TITLE, 2: SECTION}.get(block["level"], CAPTION)
    rows = span(block["text"], style)
    return rows if block["level"] == 1 else [Gap(), *rows]


def _prose(block: Data, words: Words) -> list[Row]:
    return [
        row
        for index, text in enumerate(block["paragraphs"])
        for row in span(text, LEAD if block["lead"] and index == 0 else {})
    ]


def _bullets(block: Data, words: Words) -> list[Row]:
    return [row for text in block["items"] for row in span(BULLET + text)]


def _callout(block: Data, words: Words) -> list[Row]:
    return [Gap(), *span(block["title"], CAPTION), *_bullets(block, words)]


def _markdown(block: Data, words: Words) -> list[Row]:
    nodes = parse_markdown(block["text"], heading_shift=block.get("heading_shift", COMMENTARY_SHIFT))
    label = "" if block.get("is_cell") else words.content.labels.get("commentary", "")
    rows = [Gap(), *span(label, CAPTION), *(row for node in nodes for row in _node(node))]
    return [*rows, *span(block["byline"], NOTE)]


def _node(node: Node) -> list[Row]:
    """Return a block of the consultant's Markdown: headings, paragraphs, the items of lists, the rows of tables."""
    match node.kind:
        case "heading":
            return span(plain_text(node.children), TITLE if node.level == 1 else SECTION)
        case "list" | "quote":
            return [row for child in node.children for row in _node(child)]
        case "item":
            return span(BULLET + plain_text(node.children))
        case "table":
            lines = [[text_cell(plain_text(cell.children)) for cell in row.children] for row in node.children]
            return [Cells(cells=line, style=CAPTION if index == 0 else BODY) for index, line in enumerate(lines)]
        case "code_block":
            return span(node.text)
        case _:
            return span(plain_text(node.children))


def _table(block: Data, words: Words) -> list[Row]:
    """Return a table: a column for every number, three where estimates have an interval."""
    natives = {(cell["row"], cell["column"]): cell for cell in block.get("native", ())}
    parts = [_parts(natives, column) for column in range(len(block["columns"]))]
    head = [
        title
        for column, found in zip(block["columns"], parts, strict=True)
        for title in _titles(column["title"], found, words)
    ]
    numbers = [bool(found) for found in parts for _ in found or ("value",)]
    totals = set(block["emphasis"])
    body = [
        [
            cell
            for column, text in enumerate(texts)
            for cell in _split(text, natives.get((row, column)), parts[column], words)
        ]
        for row, texts in enumerate(block["rows"])
    ]
    rows = table(head, body, numbers)
    for index in totals:
        rows[index + 1] = Cells(cells=body[index], style=dict(BODY) | dict(TOTAL))
    notes = [row for note in block["notes"] for row in span(note, NOTE)]
    return [Gap(), *span(numbered(block, words), CAPTION), *rows, *notes]


def _parts(natives: Mapping[tuple[int, int], Data], column: int) -> tuple[str, ...]:
    """Return which parts of numbers a column shows; none where it holds words."""
    shown = [cell for (_, place), cell in natives.items() if place == column]
    return tuple(part for part in PARTS if any(part in cell for cell in shown))


def _titles(title: str, parts: Sequence[str], words: Words) -> list[str]:
    limits = {"value": title, "low": words.t(FROM), "high": words.t(TO)}
    if parts and parts[0] != "value":  # an interval alone: its first column names it
        limits[parts[0]] = f"{title}: {limits[parts[0]]}"
    return [limits[part] for part in parts] or [title]


def _split(text: str, native: Data | None, parts: Sequence[str], words: Words) -> list[Cell]:
    """Return the cells that one cell of the document takes: its numbers, or its text and nothing beside it."""
    if native is not None:
        return [native_cell(native, part, words.t.language) for part in parts]
    style = {"align": "right"} if parts and text_width(text) <= SHORT_WORDS else {}
    return [text_cell(text, style), *[EMPTY] * (len(parts) - 1)]


def _figure(block: Data, words: Words) -> list[Row]:
    """Return the data behind a figure; a figure without any is left to the document."""
    data = block["data"]
    if not data:
        return []
    keys = list(dict.fromkeys(key for row in data for key in row))
    first = [key for key in keys if any(isinstance(row.get(key), str) for row in data)]
    last = [key for key in map(words.t, (FROM, TO, N_("n"))) if key in keys]
    keys = sorted(keys, key=lambda key: (key not in first, key != words.t(N_("Label")), key in last))
    keys = [key for key in keys if key not in last] + last
    formats = {key: _figure_format([row.get(key) for row in data]) for key in keys}
    body = [[_datum(row.get(key), formats[key], words.t.language) for key in keys] for row in data]
    rows = table(keys, body, [key not in first for key in keys])
    return [Gap(), *span(numbered(block, words), CAPTION), *rows, *span(block["caption"], NOTE)]


def _figure_format(values: Sequence[Any]) -> str:
    """Return a number format with the digits that the largest number of a column needs."""
    numbers = [abs(value) for value in values if isinstance(value, int | float)]
    if all(float(number).is_integer() for number in numbers):
        return "#,##0"
    largest = max(numbers)
    return "#,##0" if largest >= 1000 else "0.0" if largest >= 100 else "0.00" if largest >= 10 else "0.0000"


def _datum(value: Any, number_format: str, language: str) -> Cell:
    if isinstance(value, int | float):
        return number_cell(value, number_format)
    if is_day(value):
        return day_cell(value, language)
    return EMPTY if value is None else text_cell(str(value))


def _scorecard(block: Data, words: Words) -> list[Row]:
    """Return a card's numbers, one below the other."""
    t = words.t
    cards = [block["headline"], *block["cells"]]
    body = []
    for card in cards:
        native = card.get("native")
        value = text_cell(card["value"]) if native is None else native_cell(native, "value", t.language)
        body.append([text_cell(card["label"]), value, level_cell(card["level"]), text_cell(card["detail"])])
    head = [t(N_("Indicator")), t(N_("Value")), words.content.labels.get("level", ""), t(N_("95% interval, n"))]
    return [Gap(), *table(head, body, [False, True]), *span(block["note"], NOTE)]


def _actions(block: Data, words: Words) -> list[Row]:
    t, labels = words.t, words.content.labels
    keys = ("title", "why", "who", "effect", "effort")
    head = [t(N_("Action")), t(N_("Evidence")), *(labels.get(key, "") for key in keys[2:])]
    body = [[text_cell(item[key]) for key in keys] for item in block["items"]]
    return [Gap(), *span(block["title"], CAPTION), *table(head, body), *span(block["note"], NOTE)]


_WRITERS: Mapping[str, Callable[[Data, Words], list[Row]]] = {
    "heading": _heading,
    "prose": _prose,
    "bullets": _bullets,
    "callout": _callout,
    "markdown": _markdown,
    "table": _table,
    "figure": _figure,
    "scorecard": _scorecard,
    "actions": _actions,
}
