"""Pages of single accounts stand behind all chapters: in the contents, the bookmarks, the page and its links."""

import io
from functools import cache

import pytest
import report_demo as demo
from pypdf import PdfReader

from analysis.document.blocks import Chapter, Heading, Prose, Reference
from analysis.document.translate import Translator
from analysis.report.collect import Content, collect_content
from analysis.report.desk.deck import plan_deck
from analysis.report.desk.workbook import gather_chapters
from analysis.report.html import AuditHTMLExporter
from analysis.report.pdf import render_pdf

ON_PAGE = {"en": "(page {page})", "zh": "（第 {page} 页）"}


def card(number: int) -> tuple[Heading, Prose]:
    heading = Heading(level=2, text=f"Account {number}", anchor=f"key-account-{number}", new_page=number > 1)
    return heading, Prose(paragraphs=(f"Card of account {number}.",))


def make_accounts() -> Chapter:
    return Chapter(
        key="key_accounts",
        blocks=(
            Heading(level=1, text="Key accounts", anchor="key-accounts"),
            Prose(paragraphs=("Two of them.",)),
            Reference(text="One page each, at the end", anchor="key-accounts-pages"),
            Reference(text="A chapter taken out", anchor="no-such-place"),
        ),
        annex=(
            Heading(level=1, text="One page each", anchor="key-accounts-pages", new_page=True),
            Reference(text="Back to the chapter", anchor="key-accounts"),
            *card(1),
            *card(2),
        ),
    )


@cache
def content(language: str) -> Content:
    labels = demo.LABELS[language] | {"on_page": ON_PAGE[language]}
    last = Chapter(
        key="technical",
        blocks=(Heading(level=1, text="Models", anchor="technical"), Prose(paragraphs=("The models.",))),
    )
    units = (demo.make_cover(language, labels=labels), demo.make_summary(language), make_accounts(), last)
    return collect_content(demo.make_notebook(*(demo.show(unit) for unit in units)))


def test_the_contents_name_the_pages_last():
    anchors = [entry.anchor for entry in content("en").contents]
    assert anchors[-4:] == ["technical", "key-accounts-pages", "key-account-1", "key-account-2"]
    assert anchors.index("key-accounts") < anchors.index("technical")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_has_a_page_each_behind_the_last_chapter_and_says_where(language):
    reader = PdfReader(io.BytesIO(render_pdf(content(language))[0]))
    texts = [page.extract_text() for page in reader.pages]
    places = {
        words: next(number for number, text in enumerate(texts) if words in text)
        for words in ("Two of them.", "The models.", "Card of account 1.", "Card of account 2.")
    }
    assert places["Two of them."] <= places["The models."] < places["Card of account 1."] < places["Card of account 2."]
    outline = list(flatten(reader.outline))
    assert [entry.title for entry in outline][-4:] == ["Models", "One page each", "Account 1", "Account 2"]
    assert [reader.get_destination_page_number(entry) for entry in outline[-2:]] == [
        places["Card of account 1."],
        places["Card of account 2."],
    ]
    told = ON_PAGE[language].replace("{page}", str(places["Card of account 1."] + 1))
    assert told in texts[places["Two of them."]].replace("\u00a0", " ")
    assert "A chapter taken out" in texts[places["Two of them."]]


def flatten(outline):
    for entry in outline:
        yield from flatten(entry) if isinstance(entry, list) else (entry,)


def test_the_page_links_to_them_and_back_and_to_nothing_that_is_not_there():
    page = AuditHTMLExporter().render(content("en"))
    order = [page.index(f'id="{anchor}"') for anchor in ("key-accounts", "technical", "key-accounts-pages")]
    assert order == sorted(order)
    assert '<a href="#key-accounts-pages">One page each, at the end</a>' in page
    assert '<a href="#key-accounts">Back to the chapter</a>' in page
    assert "A chapter taken out" in page
    assert "no-such-place" not in page


def test_the_workbook_keeps_them_on_the_sheet_of_their_chapter():
    sheets = gather_chapters(content("en"))
    assert [title for title, _ in sheets][-2:] == ["Key accounts", "Models"]
    headings = [block["text"] for block in dict(sheets)["Key accounts"] if block["kind"] == "heading"]
    assert headings == ["Key accounts", "Account 1", "Account 2"]


def test_no_slide_shows_them():
    slides = plan_deck(content("en"), Translator("en", "EUR"))
    assert not any("Account 1" in text for slide in slides for text in (slide.title, *slide.points, *slide.notes))
