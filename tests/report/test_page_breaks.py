"""Where pages end: what belongs together stays together, and no half of a page is left blank for it."""

import io

import pytest
from pypdf import PdfReader
from report_demo import make_cover, make_figure, make_notebook, make_table, show

from analysis.document.blocks import Chapter, Heading, Prose
from analysis.report.pdf import UNBROKEN_LINES, AuditPDFExporter

SENTENCE = "Nothing of what is said here takes more than a line of the page. "


def pages_after(filled, *blocks):
    """Return the texts of the pages of chapters, the first of which fills that many lines before the blocks begin."""
    filler = Prose(paragraphs=tuple(f"line {number}" for number in range(filled)))
    chapters = [Chapter(key="a", blocks=(filler,)), Chapter(key="b", blocks=blocks)]
    notebook = make_notebook(show(make_cover("en")), *map(show, chapters))
    pdf, _ = AuditPDFExporter().from_notebook_node(notebook)
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages[2:]]


def page_of(text, pages):
    (found,) = [number for number, page in enumerate(pages) if text in page]
    return found


@pytest.mark.parametrize(("sentences", "page"), [(1, 1), (12, 0)])
def test_a_short_opening_goes_with_its_figure_and_a_long_one_fills_the_page(sentences, page):
    opening = Prose(paragraphs=("The finding.", SENTENCE * sentences), lead=True)
    pages = pages_after(26, Heading(level=1, text="Chapter heading", anchor="h"), opening, make_figure("en"))
    assert page_of("Chapter heading", pages) == page_of("The finding.", pages) == page
    assert page_of("Figure 1", pages) == 1


@pytest.mark.parametrize(("rows", "pages_it_is_on"), [(UNBROKEN_LINES, {1}), (UNBROKEN_LINES + 9, {0, 1})])
def test_a_short_table_stays_whole_and_a_long_one_begins_at_once(rows, pages_it_is_on):
    table = make_table("en", rows)
    pages = pages_after(34, table)
    assert {number for number, page in enumerate(pages) if table.columns[0].title in page} == pages_it_is_on


def test_a_heading_is_never_left_alone_at_the_end_of_a_page():
    for filled in range(26, 40):
        pages = pages_after(filled, Heading(level=1, text="Chapter heading", anchor="h"), make_figure("en"))
        assert page_of("Chapter heading", pages) == page_of("Figure 1", pages)
