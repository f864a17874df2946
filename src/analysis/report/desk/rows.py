"""The rows of a sheet before they are written: titles, paragraphs and tables, one below the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analysis.document.visible import visible_text
from analysis.report.desk.cells import Cell, Style, cut_text, text_cell, typed_style

TITLE: Style = {"bold": True, "font_size": 16, "font_color": "accent"}
LEAD: Style = {"bold": True, "font_size": 11}
SECTION: Style = {"bold": True, "font_size": 13, "font_color": "accent"}
CAPTION: Style = {"bold": True, "font_size": 11}
TEXT: Style = {}
NOTE: Style = {"italic": True, "font_color": "#555555"}
HEAD: Style = {
    "bold": True,
    "bg_color": "tint",
    "bottom": 1,
    "bottom_color": "accent",
    "text_wrap": True,
    "valign": "vcenter",
}
BODY: Style = {"bottom": 4, "bottom_color": "#BFBFBF"}
TOTAL: Style = {"bold": True, "top": 1}


@dataclass(frozen=True, kw_only=True)
class Span:
    """A paragraph across the sheet."""

    text: str
    style: Style = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A row of a table; `style` lies below the cells' own."""

    cells: Sequence[Cell]
    style: Style = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """An empty row."""


Row = Span | Cells | Gap


def span(text: str, style: Style = TEXT) -> list[Row]:
    """Return a paragraph, or nothing where there is no text."""
    shown = cut_text(visible_text(text)).strip()
    return [Span(text=shown, style=dict(style) | typed_style(shown))] if shown else []


def table(head: Sequence[str], body: Iterable[Sequence[Cell]], numbers: Sequence[bool] = ()) -> list[Row]:
    """Return a table's head and rows.

    Parameters
    ----------
    head
        Titles of the columns.
    body
        The rows' cells.
    numbers
        Which columns hold numbers: their titles stand at the end, as the numbers do.
    """
    aligned = [*numbers, *[False] * (len(head) - len(numbers))]
    titles = [
        text_cell(title, {"align": "right"} if is_number else {})
        for title, is_number in zip(head, aligned, strict=True)
    ]
    rows: list[Row] = [Cells(cells=titles, style=HEAD)]
    return rows + [Cells(cells=list(cells), style=BODY) for cells in body]


def level_cell(level: str) -> Cell:
    """Return the letter of a level in the client's colour: the letter says it, in grey too."""
    return text_cell(level, {"bold": True, "font_color": "accent", "align": "center"})
