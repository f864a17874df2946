"""Writes rows into a sheet: widths that fit, paragraphs across the columns, and how the sheet prints."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.report.desk.cells import Cell, Style, text_width
from analysis.report.desk.rows import Cells, Gap, Row, Span

NARROWEST, WIDEST, WIDEST_FIRST = 9.0, 34.0, 42.0
PADDING = 2.0
PAGE_WIDTH = 110.0
"""Letters of a paragraph's line: what a landscape page holds beside the tables."""
LINE_HEIGHT = 1.36
"""Of the type size."""
SIZE = 10.0
HEAD_LINES = 2.2
LONGEST_HEADER = 255  # letters that Excel takes in a page's head or foot
_A4 = 9


@dataclass(frozen=True, kw_only=True)
class Look:
    """What all sheets share: the client's colour, its tint, the texts of a page's head and foot."""

    accent: str
    tint: str
    font: str
    header: str
    footer: str


class Book:
    """A workbook with its formats, each made once.

    Parameters
    ----------
    workbook
        Open.
    look
        Colours, font and texts of the pages.
    """

    def __init__(self, workbook: Workbook, look: Look) -> None:
        self.workbook, self.look = workbook, look
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, *styles: Style) -> Format:
        """Return the format of styles laid one over the other."""
        properties: dict[str, Any] = {"valign": "top"}
        for style in styles:
            properties |= style
        named = {"accent": self.look.accent, "tint": self.look.tint}
        key = tuple(sorted((name, named.get(value, value)) for name, value in properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(dict(key))
        return self._formats[key]

    def add_sheet(self, name: str, rows: Sequence[Row], *, frozen: int = 1) -> Worksheet:
        """Add a sheet with these rows, of which the first `frozen` stay in sight and are printed on every page."""
        sheet = self.workbook.add_worksheet(name)
        widths = column_widths(rows)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for index, row in enumerate(rows):
            self._write(sheet, index, row, widths)
        sheet.freeze_panes(frozen, 0)
        sheet.repeat_rows(0, frozen - 1)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
        sheet.set_header(self.look.header)
        sheet.set_footer(self.look.footer)
        return sheet

    def _write(self, sheet: Worksheet, index: int, row: Row, widths: Sequence[float]) -> None:
        match row:
            case Cells():
                for column, cell in enumerate(row.cells):
                    first = {} if column == 0 or "align" in cell.style else {"align": "left", "indent": 1}
                    self._write_cell(sheet, index, column, cell, self.format(row.style, first, cell.style))
                lines = max((_lines(cell, width) for cell, width in zip(row.cells, widths, strict=False)), default=1)
                if lines > 1:
                    sheet.set_row(index, _height(lines, SIZE))
            case Span():
                self._write_span(sheet, index, row, widths)
            case Gap():
                sheet.set_row(index, 8)

    def _write_cell(self, sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
        value = cell.value
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), style)
        elif isinstance(value, str) and cell.link:
            target = cell.link.replace("'", "''")
            sheet.write_url(row, column, f"internal:'{target}'!A1", style, value)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, style)
        else:
            sheet.write_number(row, column, value, style)

    def _write_span(self, sheet: Worksheet, row: int, span: Span, widths: Sequence[float]) -> None:
        """Write a paragraph over as many columns as a page is wide, in a row as high as its lines."""
        style = self.format({"text_wrap": True}, span.style)
        columns, width = 1, widths[0]
        while columns < len(widths) and width + widths[columns] <= PAGE_WIDTH:
            width += widths[columns]
            columns += 1
        if columns > 1:
            sheet.merge_range(row, 0, row, columns - 1, "", style)
        sheet.write_string(row, 0, span.text, style)
        size = float(span.style.get("font_size", SIZE))
        sheet.set_row(row, _height(count_lines(span.text, (width - 1) * SIZE / size), size))


def count_lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column so many letters wide; Chinese breaks between any two letters."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for word in paragraph.split():
            size = text_width(word)
            breaks = size > width or size > len(word)  # longer than a line, or Chinese
            if used and not breaks and used + size > width:
                lines, used = lines + 1, 0.0
            used += size
            while used > width:
                lines, used = lines + 1, used - width
            used += 1
    return lines


def _lines(cell: Cell, width: float) -> int:
    if not isinstance(cell.value, str):
        return 1
    bold = 1.08 if cell.style.get("bold") else 1.0
    return count_lines(cell.value, (width - PADDING) / bold)


def _height(lines: int, size: float) -> float:
    """Return the height of a row of so many lines of text; Excel knows no higher row than the last."""
    return min(round(lines * size * LINE_HEIGHT + 3, 1), 409.0)


def column_widths(rows: Sequence[Row]) -> list[float]:
    """Return the columns' widths: their longest cells within bounds, and columns enough for a paragraph's line."""
    widths: list[float] = []
    for row in rows:
        if isinstance(row, Cells):
            widths += [NARROWEST] * (len(row.cells) - len(widths))
            for column, cell in enumerate(row.cells):
                widest = WIDEST_FIRST if column == 0 else WIDEST
                wanted = _head_width(cell) if row.style.get("bg_color") else cell.width
                widths[column] = max(widths[column], min(wanted + PADDING, widest))
    while not widths or sum(widths) < PAGE_WIDTH - NARROWEST:
        widths.append(min(NARROWEST if widths else WIDEST_FIRST, PAGE_WIDTH))
    return [round(width, 1) for width in widths]


def _head_width(cell: Cell) -> float:
    """Return the width of a column's title, which may break between its words."""
    if not isinstance(cell.value, str):
        return 0.0
    word = max(map(text_width, cell.value.split()), default=0.0)
    return max(word, min(cell.width / HEAD_LINES, 16.0))
