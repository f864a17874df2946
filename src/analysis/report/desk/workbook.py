"""The audit as a workbook: a sheet a chapter with native numbers, every indicator in long form, definitions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from analysis.document.accent import legible_accent
from analysis.document.visible import clean_text
from analysis.messages import N_
from analysis.report.collect import Content, Unit
from analysis.report.desk.about_rows import about_rows
from analysis.report.desk.cells import cut_text
from analysis.report.desk.chapter_rows import chapter_rows
from analysis.report.desk.definition_rows import definition_rows
from analysis.report.desk.indicator_rows import indicator_rows
from analysis.report.desk.rows import Cells, Row
from analysis.report.desk.sheet import LONGEST_HEADER, SIZE, Book, Look
from analysis.report.desk.sheet_names import SheetNames
from analysis.report.desk.summary_rows import summary_rows
from analysis.report.desk.words import Words

FONTS = {"en": "Calibri", "zh": "Microsoft YaHei"}
TINT = 0.86  # of white in the heads of tables
LONGEST_PROPERTY = 255


def render_workbook(content: Content, audit: Mapping[str, Any]) -> bytes:
    """Return the workbook (.xlsx) of an audit: the same content and audit give the same bytes.

    Parameters
    ----------
    content
        The document.
    audit
        The content of audit.json; what it does not hold is left out.
    """
    buffer, words = BytesIO(), Words(content, audit)
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONTS[words.t.language], "font_size": SIZE},
    }
    with Workbook(buffer, options) as workbook:
        workbook.set_properties(_properties(content))
        _write(Book(workbook, _look(content, FONTS[words.t.language])), words)
    return buffer.getvalue()


def _write(book: Book, words: Words) -> None:
    names, t = SheetNames(), words.t
    sheets = [(t(N_("Summary")), summary_rows(words.content.front, words))]
    sheets += [(title, chapter_rows(blocks, words)) for title, blocks in gather_chapters(words.content)]
    lists = {
        "Indicators": (t(N_("Indicators")), indicator_rows(words)),
        "Definitions": (t(N_("Definitions")), definition_rows(words)),
    }
    written: list[str] = []
    for title, rows in sheets:
        if rows:
            written.append(names.take(title))
            book.add_sheet(written[-1], rows)
    for table, (title, rows) in lists.items():
        if rows:
            written.append(names.take(title))
            sheet = book.add_sheet(written[-1], rows)
            sheet.add_table(0, 0, len(rows) - 1, _width(rows) - 1, _table_options(table, rows, book))
    book.add_sheet(names.take(t(N_("About"))), about_rows(words, written))


def gather_chapters(content: Content) -> list[tuple[str, Unit]]:
    """Return the chapters after the first page by title; a piece without a title goes with what stands before it.

    An annex goes with its chapter: a sheet is leafed through by scrolling, so nothing is in the way there.
    """
    found: list[tuple[str, Unit]] = []
    pages = {annex.of: _without_opening(annex.blocks) for annex in content.annexes}
    for chapter in content.chapters:
        anchor = next((block["anchor"] for block in chapter if block["kind"] == "heading"), "")
        unit = (*chapter, *pages.get(anchor, ()))
        title = next((block["text"] for block in unit if block["kind"] == "heading" and block["level"] == 1), "")
        if title or not found:
            found.append((title or content.cover["title"], unit))
        else:
            found[-1] = (found[-1][0], (*found[-1][1], *unit))
    return found


def _without_opening(blocks: Unit) -> Unit:
    """Return an annex from its first page on, without its own title."""
    start = next((place for place, block in enumerate(blocks) if block["kind"] == "heading" and block["level"] > 1), 0)
    return blocks[start:]


def _table_options(name: str, rows: Sequence[Row], book: Book) -> dict[str, Any]:
    """Return how a list becomes a table of Excel's own, with filters, over the cells that are there already."""
    (head,) = (row for row in rows[:1] if isinstance(row, Cells))
    columns = [{"header": cell.value, "header_format": book.format(head.style, cell.style)} for cell in head.cells]
    return {"name": name, "style": None, "columns": columns}


def _width(rows: Sequence[Row]) -> int:
    return max(len(row.cells) for row in rows if isinstance(row, Cells))


def _look(content: Content, font: str) -> Look:
    cover, labels = content.cover, content.labels
    accent = legible_accent(cover["accent"])
    channels = [int(accent[place : place + 2], 16) for place in (1, 3, 5)]
    tint = "#" + "".join(f"{round(255 * TINT + channel * (1 - TINT)):02x}" for channel in channels)
    pages = labels.get("page_of", "{page} / {pages}").replace("{page}", "&P").replace("{pages}", "&N")
    as_of = " ".join(text for text in (labels.get("as_of", ""), cover["as_of"]) if text)
    return Look(
        accent=accent,
        tint=tint,
        font=font,
        header=_line(f"&L{_escaped(cover['client'], 80)}&C&A&R{_escaped(cover['title'], 60)}"),
        footer=_line(f"&L{_escaped(cover['confidentiality'], 90)}&C{_escaped(as_of, 40)}&R{pages}"),
    )


def _escaped(text: str, longest: int) -> str:
    """Return a text for a page's head or foot, where an ampersand begins a command."""
    return cut_text(clean_text(text), longest).replace("&", "&&")


def _line(text: str) -> str:
    return text if len(text) <= LONGEST_HEADER else ""


def _properties(content: Content) -> dict[str, Any]:
    cover = content.cover
    day = dt.date.fromisoformat(cover["date_iso"])
    names = [clean_text(name) for name in (cover["client"], cover["title"])]
    return {
        "title": cut_text(" – ".join(name for name in names if name), LONGEST_PROPERTY),
        "subject": cut_text(clean_text(cover["subtitle"]), LONGEST_PROPERTY),
        "author": cut_text(clean_text(cover["prepared_by"]), LONGEST_PROPERTY),
        "created": dt.datetime(day.year, day.month, day.day),
    }
