"""Native tables: columns and type size fitted to the slide, numbers to the right, rows that find no room counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.oxml.ns import qn
from pptx.util import Pt

from analysis.document.visible import visible_text
from analysis.report.collect import Data
from analysis.report.columns import column_shares
from analysis.report.desk.measure import LINE_HEIGHT, count_lines, shorten
from analysis.report.desk.slide_layout import INK, SMALLEST
from analysis.report.desk.slide_text import Line, write_lines

SIZES = (14.0, 13.0, 12.0, 11.0, SMALLEST)
CAPPED = 12.0
"""Type size of a table of which not all rows fit at any size: what is shown can be read from the back row."""
LONG = 11.0
"""Type size of a table that goes on over several slides."""
_SIDE, _ABOVE = 6.0, 3.5
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_RULE = "BFBFBF"
_MOST_OF_A_PAGE = 0.45


@dataclass(frozen=True, kw_only=True)
class FittedTable:
    """A table as it stands on one slide; `left_out` rows are not on it."""

    columns: Sequence[Data]
    rows: Sequence[Sequence[str]]
    emphasis: frozenset[int]
    widths: Sequence[float]
    heights: Sequence[float]  # the head's first
    size: float
    left_out: int = 0

    @property
    def height(self) -> float:
        """Height in points."""
        return sum(self.heights)

    @property
    def lines(self) -> int:
        """How many lines of text its rows take, the head's included."""
        return sum(round((height - 2 * _ABOVE) / (self.size * LINE_HEIGHT)) for height in self.heights)


def fit_table(table: Data, width: float, height: float) -> FittedTable:
    """Return the table in the largest type in which all of it fits, else its first rows, the rest counted.

    Of the sizes that can be read from the back of a room the one that breaks the fewest cells is taken.
    """
    readable = [_measured(table, width, height, size) for size in SIZES if size >= CAPPED]
    fitting = [fitted for fitted in readable if fitted.height <= height]
    if fitting:
        return min(fitting, key=lambda fitted: (fitted.lines, -fitted.size))
    for size in SIZES[len(readable) :]:
        fitted = _measured(table, width, height, size)
        if fitted.height <= height:
            return fitted
    return next(_pages(_measured(table, width, height, CAPPED), height))


def page_table(table: Data, width: float, height: float) -> list[FittedTable]:
    """Return the whole table, on as many slides as it takes."""
    for size in SIZES[:3]:
        whole = _measured(table, width, height, size)
        if whole.height <= height:
            return [whole]
    needed = len(list(_pages(_measured(table, width, height, LONG), height)))
    for size in SIZES:
        pages = _balanced(_measured(table, width, height, size), height, needed)
        if len(pages) <= needed:
            return pages
    return list(_pages(_measured(table, width, height, LONG), height))


def _balanced(table: FittedTable, height: float, wanted: int) -> list[FittedTable]:
    """Return the rows on so many slides, as even as they go, or on as many as the height asks for."""
    head, body = table.heights[0], sum(table.heights[1:])
    for extra in (0.0, 0.1, 0.2, 0.3, 0.5, 1.0):
        even = min(height, head + body / wanted * (1.0 + extra))
        pages = list(_pages(table, even))
        if len(pages) <= wanted and all(page.height <= height for page in pages):
            return pages
    return list(_pages(table, height))


def _measured(table: Data, width: float, height: float, size: float) -> FittedTable:
    widths = [share * width for share in column_shares(table)]
    most = max(2, int(height * _MOST_OF_A_PAGE / (size * LINE_HEIGHT)))
    emphasis = frozenset(table["emphasis"])
    columns = [column | {"title": visible_text(column["title"])} for column in table["columns"]]
    rows = [
        [_cut(visible_text(cell), room, size, most) for cell, room in zip(row, widths, strict=True)]
        for row in table["rows"]
    ]
    head = _row_height([column["title"] for column in columns], widths, size, bold=True)
    heights = [head, *(_row_height(row, widths, size, bold=index in emphasis) for index, row in enumerate(rows))]
    return FittedTable(columns=columns, rows=rows, emphasis=emphasis, widths=widths, heights=heights, size=size)


def _cut(text: str, width: float, size: float, most: int) -> str:
    """Cut a cell that would take a page for itself."""
    room = width - 2 * _SIDE
    return shorten(text, lambda cut: count_lines(cut, room, size, bold=True) <= most)


def _row_height(cells: Sequence[str], widths: Sequence[float], size: float, *, bold: bool) -> float:
    lines = max(
        count_lines(cell, width - 2 * _SIDE, size, bold=bold) for cell, width in zip(cells, widths, strict=True)
    )
    return lines * size * LINE_HEIGHT + 2 * _ABOVE


def _pages(table: FittedTable, height: float) -> Iterator[FittedTable]:
    """Yield the rows by slides, the head on each of them."""
    head, *heights = table.heights
    start = 0
    while start < len(table.rows):
        end, used = start, head
        while end < len(heights) and (used + heights[end] <= height or end == start):
            used += heights[end]
            end += 1
        yield FittedTable(
            columns=table.columns,
            rows=table.rows[start:end],
            emphasis=frozenset(index - start for index in table.emphasis if start <= index < end),
            widths=table.widths,
            heights=[head, *heights[start:end]],
            size=table.size,
            left_out=len(table.rows) - end,
        )
        start = end


def add_table(slide: Any, table: FittedTable, left: float, top: float, alt: str, language: str) -> Any:
    """Put a fitted table on a slide."""
    box = (Pt(left), Pt(top), Pt(sum(table.widths)), Pt(table.height))
    frame = slide.shapes.add_table(len(table.rows) + 1, len(table.columns), *box)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    native = frame.table
    native.first_row, native.horz_banding = True, False
    frame._element.find(f".//{qn('a:tableStyleId')}").text = _NO_STYLE
    for column, width in zip(native.columns, table.widths, strict=True):
        column.width = Pt(width)
    for row, height in zip(native.rows, table.heights, strict=True):
        row.height = Pt(height)
    texts = [[column["title"] for column in table.columns], *table.rows]
    for index, (row, cells) in enumerate(zip(native.rows, texts, strict=True)):
        bold = index == 0 or index - 1 in table.emphasis
        for cell, text, column in zip(row.cells, cells, table.columns, strict=True):
            align = "r" if column["align"] == "end" else "l"
            colour = "accent1" if index == 0 else INK
            line = Line(text=text, size=table.size, bold=bold, align=align, colour=colour)
            write_lines(cell.text_frame, [line], language)
            _set_cell(cell, is_head=index == 0)
    return frame


def _set_cell(cell: Any, *, is_head: bool) -> None:
    """Give a cell its margins and a thin line below: under the head in the accent, else grey."""
    cell.margin_left = cell.margin_right = Pt(_SIDE)
    cell.margin_top = cell.margin_bottom = Pt(_ABOVE)
    properties = cell._tc.get_or_add_tcPr()
    properties.set("anchor", "b" if is_head else "t")
    line = etree.SubElement(properties, qn("a:lnB"))
    line.set("w", str(Pt(1.5 if is_head else 0.5)))
    fill = etree.SubElement(line, qn("a:solidFill"))
    if is_head:
        etree.SubElement(fill, qn("a:schemeClr")).set("val", "accent1")
    else:
        etree.SubElement(fill, qn("a:srgbClr")).set("val", _RULE)
    etree.SubElement(properties, qn("a:noFill"))
