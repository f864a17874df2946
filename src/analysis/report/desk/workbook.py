"""The audit as a workbook: a sheet a chapter, with every table of the document."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

from analysis.document.visible import visible_text
from analysis.report.collect import Content, Unit

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONGEST_TITLE, LONGEST_TEXT = 31, 32_767


def render_workbook(content: Content, audit: Mapping[str, Any]) -> bytes:
    """Return the workbook (.xlsx): the same content and audit give the same bytes."""
    buffer = BytesIO()
    day = dt.date.fromisoformat(audit["as_of"])
    with xlsxwriter.Workbook(buffer, OPTIONS) as workbook:
        workbook.set_properties(
            {
                "title": f"{content.cover['client']} – {content.cover['title']}",
                "author": content.cover["prepared_by"],
                "created": dt.datetime(day.year, day.month, day.day),
            }
        )
        taken: set[str] = set()
        for unit in (content.front, *content.chapters):
            title = next((block["text"] for block in unit if block["kind"] == "heading"), content.cover["title"])
            sheet = workbook.add_worksheet(_sheet_name(title, taken))
            for row, cells in enumerate(_rows(unit)):
                for column, text in enumerate(cells):
                    sheet.write_string(row, column, visible_text(text)[:LONGEST_TEXT])
    return buffer.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a title that a sheet may have, unlike all others."""
    base = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:LONGEST_TITLE] or "-"
    name, count = base, 1
    while name.lower() in taken:
        count += 1
        name = f"{base[: LONGEST_TITLE - 4]} {count}"
    taken.add(name.lower())
    return name


def _rows(unit: Unit) -> Iterator[list[str]]:
    for block in unit:
        if block["kind"] == "heading":
            yield [block["text"]]
        elif block["kind"] == "prose":
            yield from ([text] for text in block["paragraphs"])
        elif block["kind"] == "table":
            yield [block["title"]]
            yield [column["title"] for column in block["columns"]]
            yield from block["rows"]
            yield from ([note] for note in block["notes"])
            yield []
