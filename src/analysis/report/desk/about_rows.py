"""The last sheet: whose audit it is, how the workbook is to be read, and what each sheet holds."""

from collections.abc import Sequence

from analysis.messages import N_
from analysis.report.desk.cells import Cell, day_cell, text_cell
from analysis.report.desk.rows import BODY, SECTION, TITLE, Cells, Gap, Row, span
from analysis.report.desk.words import Words

READING = (
    N_(
        "Numbers are stored as numbers, in full precision, and shown rounded as in the document; no cell holds a"
        " formula."
    ),
    N_(
        "Beside an estimate stand the limits of its 95% interval: the range that holds the true value in 95 of 100 such"
        " audits. n says how many respondents, accounts or customers it rests on."
    ),
    N_("Where the data carry no number, the reason stands in its place; a dash means that there is nothing to show."),
    N_("Numbers withheld to protect respondents are withheld here as in the document."),
    N_("An asterisk behind a number marks what a test tells from noise; the notes below a table say which."),
    N_("The sheet of indicators has one line for each number and can be filtered and pivoted as it is."),
)


def about_rows(words: Words, sheets: Sequence[str]) -> list[Row]:
    """Return the rows of the last sheet, with a link to each of the other sheets."""
    t, cover, labels = words.t, words.content.cover, words.content.labels
    facts: list[tuple[str, Cell]] = [
        (t(N_("Client")), text_cell(cover["client"])),
        (labels.get("as_of") or t(N_("As of")), day_cell(cover["date_iso"], t.language)),
        (labels.get("prepared_by") or t(N_("Prepared by")), text_cell(cover["prepared_by"])),
        (t(N_("Confidentiality")), text_cell(cover["confidentiality"])),
    ]
    left = {"align": "left"}
    rows: list[Row] = [*span(cover["title"], TITLE), *span(cover["subtitle"])]
    rows += [
        Cells(cells=[text_cell(name, {"bold": True}), _left(cell, left)], style=BODY)
        for name, cell in facts
        if cell.value is not None
    ]
    rows += [Gap(), *span(t(N_("How to read this workbook")), SECTION)]
    rows += [row for text in READING for row in span(t(text))]
    rows += [Gap(), *span(labels.get("contents") or t(N_("Contents")), SECTION)]
    rows += [Cells(cells=[text_cell(name, {"font_color": "accent", "underline": 1}, link=name)]) for name in sheets]
    if cover["disclaimer"]:
        rows += [Gap(), *span(t(N_("Disclaimer")), SECTION), *span(cover["disclaimer"])]
    return rows


def _left(cell: Cell, style: dict[str, str]) -> Cell:
    return Cell(value=cell.value, style=dict(cell.style) | style, width=cell.width)
