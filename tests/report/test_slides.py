"""The deck: read back with the library that office users' macros use, every text inside its box, same bytes twice."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest
import report_demo as demo
from nbformat.v4 import new_markdown_cell
from pptx import Presentation
from pptx.oxml.ns import qn

from analysis.document.blocks import (
    ActionItem,
    ActionList,
    BulletList,
    Callout,
    Chapter,
    Column,
    Heading,
    Markdown,
    Prose,
    Table,
)
from analysis.report.collect import collect_content
from analysis.report.desk.measure import as_title, count_lines, first_sentence, shorten, split_sentences, text_width
from analysis.report.desk.slide_layout import BODY_BOTTOM, HEIGHT, SMALLEST, WIDTH
from analysis.report.desk.slide_table import fit_table, page_table
from analysis.report.desk.slides import render_slides

AUDIT = {"client": "tiny", "as_of": "2025-12-31", "currency": "EUR"}
POINT = 12700
LONG = {
    "en": "Zenithaven Paper & Packaging Holding of the Northern Provinces, formerly Nordwerk Components " * 4,
    "zh": "恒川流体设备（集团）华东区域控股有限公司暨其全部关联企业与经销网络" * 8,
}
FINDING = {
    "en": (
        "Of 1,234,567 customers of Zenithaven Paper Oy who were asked about everything that we deliver, 71.4% (95% "
        "interval 69.8 to 73.1; n = 1,234) would buy again, while 12.5% (11.0 to 14.1) would not; the difference to "
        "the year before, −3.2 points (−6.4 to 0.1), cannot be told from noise. What follows is a second sentence."
    ),
    "zh": "在接受调查的 1,234,567 家客户中，71.4%（95% 区间 69.8 至 73.1；n = 1,234）表示愿意再次购买我们的全部产品与服务，而 12.5%"
    "（11.0 至 14.1）表示不会；与上一年相比的变动为 −3.2 个百分点（−6.4 至 0.1），无法与随机波动区分，因此不能据此得出结论。第二句话。",
}


def content_of(*chapters, language="en", **cover):
    cells = [demo.show(demo.make_cover(language, **cover)), demo.show(demo.make_summary(language))]
    return collect_content(demo.make_notebook(*cells, *(demo.show(chapter) for chapter in chapters)))


def deck_of(content):
    return Presentation(BytesIO(render_slides(content, AUDIT)))


def long_chapter(language, rows=60):
    """Return a chapter in which everything is longer than any slide."""
    columns = (
        Column(title=LONG[language][:60], width=2.0),
        Column(title="n", align="end"),
        Column(title=FINDING[language]),
    )
    body = tuple((f"{i} {LONG[language][:90]}", f"{i:,}", FINDING[language]) for i in range(rows))
    table = Table(title=LONG[language], columns=columns, rows=body, notes=(FINDING[language],) * 4, anchor="table-long")
    return Chapter(
        key="long",
        blocks=(
            Heading(level=1, text=LONG[language], anchor="long"),
            Prose(paragraphs=(FINDING[language], LONG[language]), lead=True),
            table,
            Heading(level=2, text="Why?", anchor="long-why"),
            Prose(paragraphs=(FINDING[language],) * 6),
            demo.make_figure(language, 91),
        ),
    )


@pytest.fixture(scope="module", params=["en", "zh"])
def long_deck(request):
    language = request.param
    actions = Chapter(
        key="actions",
        blocks=(
            Heading(level=1, text="Do", anchor="actions"),
            Heading(level=2, text="What?", anchor="actions-actions"),
            Prose(paragraphs=(FINDING[language],)),
            Table(
                title="Actions",
                columns=(
                    Column(title="Action", width=2),
                    Column(title="Why", width=2),
                    Column(title="Due", align="end"),
                ),
                rows=tuple((f"{i}. {FINDING[language]}", FINDING[language], "31 Mar 2026") for i in range(9)),
                anchor="table-actions",
            ),
        ),
    )
    content = content_of(
        long_chapter(language), actions, language=language, client=LONG[language], subtitle=LONG[language] * 2,
        confidentiality=LONG[language] * 2, disclaimer=FINDING[language] * 4, prepared_by=LONG[language],
    )  # fmt: skip
    return deck_of(content), language


def boxes(slide):
    """Yield name and edges, in points, of everything on a slide."""
    for shape in slide.shapes:
        left, top, width, height = (value / POINT for value in (shape.left, shape.top, shape.width, shape.height))
        yield shape, left, top, left + width, top + height


def text_height(frame, width):
    height = 0.0
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            indent = int(paragraph._p.pPr.get("marL", 0)) / POINT
            size = run.font.size.pt
            lines = count_lines(run.text, width - indent, size, bold=bool(run.font.bold))
            height += lines * paragraph.line_spacing.pt + paragraph.space_after.pt
    return height


def check_layout(deck):
    for number, slide in enumerate(deck.slides, start=1):
        placed = list(boxes(slide))
        for shape, left, top, right, bottom in placed:
            assert min(left, top) >= 0, (number, shape.name)
            assert right <= WIDTH + 0.1, (number, shape.name)
            assert bottom <= HEIGHT + 0.1, (number, shape.name)
            if shape.has_text_frame and shape.text_frame.text and not is_footer(shape):
                assert text_height(shape.text_frame, right - left) <= bottom - top + 0.5, (
                    number,
                    shape.text_frame.text,
                )
            if getattr(shape, "has_table", False) and shape.has_table:
                assert bottom <= BODY_BOTTOM + 0.5, number
                check_cells(shape.table)
        for at, (shape, left, top, right, bottom) in enumerate(placed):
            for other, left2, top2, right2, bottom2 in placed[at + 1 :]:
                apart = right <= left2 + 0.5 or right2 <= left + 0.5 or bottom <= top2 + 0.5 or bottom2 <= top + 0.5
                assert apart, (number, shape.name, other.name)


def is_footer(shape):
    return shape.is_placeholder and shape._element.ph.get("type") in ("ftr", "sldNum")


def check_cells(table):
    for row in table.rows:
        for cell, column in zip(row.cells, table.columns, strict=True):
            room = (column.width - cell.margin_left - cell.margin_right) / POINT
            needed = text_height(cell.text_frame, room) + (cell.margin_top + cell.margin_bottom) / POINT
            assert needed <= row.height / POINT + 0.5, cell.text_frame.text


def tables_of(deck):
    return [
        shape.table
        for slide in deck.slides
        for shape in slide.shapes
        if getattr(shape, "has_table", False) and shape.has_table
    ]


def test_nothing_is_cut_or_covered_however_long_the_texts_are(long_deck):
    check_layout(long_deck[0])


def test_no_text_is_smaller_than_ten_points(long_deck):
    for slide in long_deck[0].slides:
        sizes = [int(found.get("sz")) / 100 for found in slide._element.iter(qn("a:rPr")) if found.get("sz")]
        assert min(sizes) >= SMALLEST


def test_a_shortened_title_keeps_its_numbers_whole_and_says_that_it_is_cut(long_deck):
    deck, language = long_deck
    numbers = set(re.findall(r"[−]?\d[\d.,]*\d|\d", FINDING[language]))
    titles = [
        slide.shapes.title.text for slide in deck.slides if slide.shapes.title.text[:12] == FINDING[language][:12]
    ]
    assert len(titles) >= 2
    whole = as_title(first_sentence(FINDING[language])[0])
    for title in titles:
        said = re.sub(r" \(\d+(/\d+)?\)$", "", title)
        assert said == whole or "…" in said
        assert set(re.findall(r"[−]?\d[\d.,]*\d|\d", said)) <= numbers


def question_slide(language, finding):
    """Return the slide of a question with this finding and a figure."""
    chapter = Chapter(
        key="drivers",
        blocks=(
            Heading(level=1, text="Drivers", anchor="drivers"),
            Heading(level=2, text="What drives it?", anchor="drivers-drivers"),
            Prose(paragraphs=(finding,)),
            demo.make_figure(language, 5),
        ),
    )
    deck = deck_of(content_of(chapter, language=language))
    return next(slide for slide in deck.slides if any(shape.shape_type == 13 for shape in slide.shapes))


MODERATE = {
    "en": (
        "Ten points more satisfaction with delivery would be worth 1.2% of revenue a year (95% interval 0.3% to 2.4%),"
        " if the relation is causal; for no other part of the service can the data tell a gain from noise (n = 1,234)."
    ),
    "zh": "若关系为因果关系，交付满意度提高 10 分，每年约增加收入的 1.2%（95% 区间 0.3% 至 2.4%）；服务的其他方面，数据均无法把收益与随机波动区分开（n = 1,234）。",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_long_finding_is_a_whole_title_with_its_interval(language):
    slide = question_slide(language, MODERATE[language])
    assert slide.shapes.title.text == as_title(MODERATE[language])
    size = slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt
    assert size >= 16


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_finding_too_long_for_any_title_stands_whole_below_the_figures_title(language):
    joint = "; " if language == "en" else "；"
    finding = joint.join([as_title(MODERATE[language])] * 2) + ("." if language == "en" else "。")
    slide = question_slide(language, finding)
    assert slide.shapes.title.text == demo.make_figure(language, 5).title
    shown = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
    assert not any("…" in text for text in shown)
    assert any(as_title(finding) in text for text in [*shown, slide.notes_slide.notes_text_frame.text])


def test_rows_that_find_no_room_are_counted(long_deck):
    deck, _language = long_deck
    slide = next(
        slide
        for slide in deck.slides
        if any(getattr(s, "has_table", False) and s.table.cell(1, 0).text.startswith("0 ") for s in slide.shapes)
    )
    shown = next(len(s.table.rows) - 1 for s in slide.shapes if getattr(s, "has_table", False))
    words = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert 0 < shown < 60
    assert str(60 - shown) in words
    assert "audit.xlsx" in words


def test_actions_go_on_over_slides_and_none_is_lost(long_deck):
    deck, _language = long_deck
    pages = [table for table in tables_of(deck) if table.cell(0, 0).text == "Action" and len(table.columns) == 3]
    assert len(pages) > 1
    first = [row.cells[0].text.split(".")[0] for table in pages for row in list(table.rows)[1:]]
    assert first == [str(i) for i in range(9)]


@pytest.fixture(scope="module", params=["en", "zh"])
def whole(request):
    chapters = [demo.show(demo.make_chapter(request.param, index)) for index in range(3)]
    front = [demo.show(demo.make_cover(request.param)), demo.show(demo.make_summary(request.param))]
    own = new_markdown_cell(demo.WORDS[request.param]["markdown"])
    content = collect_content(demo.make_notebook(*front, *chapters, own, demo.show(method())))
    return content, render_slides(content, AUDIT), request.param


def test_every_slide_has_a_title_of_its_own_in_a_title_placeholder(whole):
    titles = [slide.shapes.title.text for slide in Presentation(BytesIO(whole[1])).slides]
    assert all(title.strip() for title in titles)
    assert len(set(titles)) == len(titles)


def test_the_layout_holds_for_a_whole_report(whole):
    check_layout(Presentation(BytesIO(whole[1])))


def test_pictures_have_the_figures_alternative_text_and_tables_name_their_head(whole):
    content, data, _ = whole
    alts = {block["alt"] for unit in content.chapters for block in unit if block["kind"] == "figure"}
    deck = Presentation(BytesIO(data))
    pictures = [
        s for slide in deck.slides for s in slide.shapes if s.shape_type is not None and s._element.tag == qn("p:pic")
    ]
    assert len(pictures) >= 5
    assert all(picture._element.nvPicPr.cNvPr.get("descr") in alts for picture in pictures)
    frames = [s for slide in deck.slides for s in slide.shapes if getattr(s, "has_table", False) and s.has_table]
    assert all(frame._element.nvGraphicFramePr.cNvPr.get("descr") and frame.table.first_row for frame in frames)


def test_the_summary_is_a_native_table_equal_to_the_scorecard(whole):
    content, data, _ = whole
    scores = next(block for block in content.front if block["kind"] == "scorecard")
    cells = [scores["headline"], *scores["cells"]]
    table = tables_of(Presentation(BytesIO(data)))[0]
    shown = [[cell.text for cell in row.cells] for row in list(table.rows)[1:]]
    assert shown == [[cell[key] for key in ("label", "value", "detail", "level", "change")] for cell in cells]


def test_numbers_stand_to_the_right(whole):
    table = tables_of(Presentation(BytesIO(whole[1])))[0]
    aligns = [cell.text_frame.paragraphs[0]._p.pPr.get("algn") for cell in table.rows[1].cells]
    assert aligns == ["l", "r", "r", "r", "l"]


def test_the_same_document_gives_the_same_bytes_and_no_clock(whole):
    content, data, _ = whole
    assert render_slides(content, AUDIT) == data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert archive.namelist()[1:] == sorted(archive.namelist()[1:])
        assert not [name for name in archive.namelist() if "thumbnail" in name or "printerSettings" in name]
        dates = set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", archive.read("docProps/core.xml").decode()))
    assert dates == {"2025-12-31T00:00:00"}


def test_the_file_says_whose_it_is_and_in_which_language(whole):
    content, data, language = whole
    properties = Presentation(BytesIO(data)).core_properties
    assert properties.author == content.cover["prepared_by"] == properties.last_modified_by
    assert content.cover["client"] in properties.title
    with zipfile.ZipFile(BytesIO(data)) as archive:
        slides = [archive.read(name).decode() for name in archive.namelist() if name.startswith("ppt/slides/slide")]
        theme = archive.read("ppt/theme/theme1.xml").decode()
    tag = {"en": "en-GB", "zh": "zh-CN"}[language]
    assert {found for slide in slides for found in re.findall(r' lang="([^"]+)"', slide)} == {tag}
    assert "Microsoft YaHei" in theme
    assert "1F5A7A" in theme
    assert all('typeface="+mn-ea"' in slide for slide in slides)


def test_every_slide_has_its_page_number_and_the_confidentiality_line(whole):
    content, data, _ = whole
    for slide in Presentation(BytesIO(data)).slides:
        kinds = {s._element.ph.get("type"): s.text_frame.text for s in slide.placeholders}
        assert "sldNum" in kinds
        assert kinds["ftr"] == content.cover["confidentiality"]


def test_notes_hold_the_whole_finding(whole):
    _content, data, language = whole
    notes = [
        slide.notes_slide.notes_text_frame.text for slide in Presentation(BytesIO(data)).slides if slide.has_notes_slide
    ]
    assert any(
        demo.WORDS[language]["text"] in note and demo.WORDS[language]["limit_items"][0] in note for note in notes
    )


def test_every_word_comes_from_the_document(whole):
    """Nothing but the blocks' texts; the summary and the last slide have words of their own, tested elsewhere."""
    content, data, _ = whole
    known = re.sub(r"\(https?:[^)]*\)|[*`\[\]\s]", "", str(content))
    source = re.compile(r"^\S+ \d+ · ")
    for slide in list(Presentation(BytesIO(data)).slides)[3:-1]:
        for shape in slide.shapes:
            if shape.has_text_frame and not is_footer(shape):
                for paragraph in shape.text_frame.paragraphs:
                    text = re.sub(r" …| \(\d+\)$|\s+", "", paragraph.text)
                    assert text in known or source.match(paragraph.text) or " · " in paragraph.text, paragraph.text


def silent(key, title, reason):
    return Chapter(key=key, blocks=(Heading(level=1, text=title, anchor=key), Prose(paragraphs=(reason,))))


def method():
    return Chapter(
        key="method",
        blocks=(
            Heading(level=1, text="Method", anchor="method"),
            Prose(paragraphs=("Every number has an interval. It holds the truth in 95 of 100 audits.",)),
            Callout(variant="limits", title="No claim", items=("It does not say what caused what.",)),
        ),
    )


def test_a_silent_chapter_has_no_slide_and_is_named_at_the_end():
    deck = deck_of(content_of(silent("loyalty", "Loyalty", "There is no survey."), method()))
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert not [title for title in titles if "survey" in title]
    last = "\n".join(s.text_frame.text for s in deck.slides[len(titles) - 1].shapes if s.has_text_frame)
    assert "Loyalty: There is no survey." in last
    assert "It does not say what caused what." in last
    check_layout(deck)


def test_alerts_come_first_and_all_of_them():
    items = tuple(f"nps.low < {i}: found {i - 1}" for i in range(8))
    chapter = Chapter(
        key="summary",
        blocks=(
            Heading(level=1, text="Summary", anchor="summary"),
            Callout(variant="caution", title="8 alerts have fired", items=items),
            demo.make_scorecard("en"),
        ),
    )
    deck = deck_of(collect_content(demo.make_notebook(demo.show(demo.make_cover("en")), demo.show(chapter))))
    slide = deck.slides[1]
    assert slide.shapes.title.text == "8 alerts have fired"
    words = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert all(item in words for item in items)


def test_pages_of_single_accounts_and_the_appendix_are_no_slides():
    chapter = Chapter(
        key="key_accounts",
        blocks=(
            Heading(level=1, text="Key accounts", anchor="key-accounts"),
            Heading(level=2, text="Which are secure?", anchor="key-accounts-key-accounts"),
            Prose(paragraphs=("Thirty key accounts bring most of the revenue.",)),
            demo.make_figure("en", 5),
            Table(
                title="What is next", columns=(Column(title="Account"),), rows=(("Acme",),), anchor="table-key-accounts"
            ),
            Heading(level=2, text="Secret card", anchor="key-account-1", new_page=True),
            demo.make_figure("en", 6),
            demo.make_table("en"),
        ),
    )
    appendix = Chapter(
        key="technical", blocks=(Heading(level=1, text="Models", anchor="technical"), demo.make_table("en"))
    )
    deck = deck_of(content_of(chapter, appendix))
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert "Thirty key accounts bring most of the revenue" in titles
    assert "What is next" in titles
    text = str([[s.text_frame.text for s in slide.shapes if s.has_text_frame] for slide in deck.slides])
    assert "Secret card" not in text
    assert "Models" not in text
    assert sum(s._element.tag == qn("p:pic") for slide in deck.slides for s in slide.shapes) == 1


def test_a_consultants_words_become_a_slide_or_notes_without_markup():
    commentary = Markdown(text="We **agree**.\n\n- one\n- two\n", byline="Team")
    chapter = Chapter(
        key="value", blocks=(Heading(level=1, text="Value", anchor="value"), Prose(paragraphs=("Revenue grew by a tenth.",)),
                             demo.make_figure("en", 7), commentary))  # fmt: skip
    slide = deck_of(content_of(chapter)).slides[3]
    assert "Team: We agree. one two" in slide.notes_slide.notes_text_frame.text


def test_hostile_text_stays_text_and_never_breaks_the_file():
    bad = "A\x00\x1b[31m\u202egnp.exe\ud800 <script>&amp; =1+1 \U0001f600 ]]> " + "x" * 400
    chapter = Chapter(
        key="x", blocks=(Heading(level=1, text=bad, anchor="x"), Prose(paragraphs=(bad,), lead=True),
                         Table(title=bad, columns=(Column(title=bad),), rows=((bad,),), notes=(bad,)), BulletList(items=(bad,))))  # fmt: skip
    deck = deck_of(content_of(chapter, client=bad, prepared_by=bad, confidentiality=bad))
    check_layout(deck)
    texts = [s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame]
    assert any("<script>&amp; =1+1" in text for text in texts)
    assert not [text for text in texts if re.search("[\x00-\x08\x1b\u202e\ud800]", text)]


def test_the_front_actions_are_a_table_where_no_chapter_has_them():
    items = (ActionItem(title="Visit", why="Nobody came", who="Sales", effect="€1m", effort="low"),)
    chapter = Chapter(
        key="summary",
        blocks=(
            Heading(level=1, text="Summary", anchor="summary"),
            demo.make_scorecard("en"),
            ActionList(title="Do this", items=items),
        ),
    )
    deck = deck_of(collect_content(demo.make_notebook(demo.show(demo.make_cover("en")), demo.show(chapter))))
    table = tables_of(deck)[1]
    assert [cell.text for cell in table.rows[1].cells] == ["Visit", "Nobody came", "Sales", "€1m", "low"]


def afm_widths():
    path = Path(mpl.get_data_path()) / "fonts" / "pdfcorefonts" / "Helvetica.afm"
    found = re.findall(r"C (\d+) ; WX (\d+)", path.read_text("latin-1"))
    return {chr(int(code)): int(width) / 1000 for code, width in found}


def test_texts_are_measured_as_wide_as_the_published_metrics_of_the_font_or_wider():
    """Arial has Helvetica's metrics; the published file of these comes with matplotlib."""
    widths = afm_widths()
    sentences = [
        demo.WORDS["en"]["text"],
        demo.WORDS["en"]["lead"],
        "DELIVERY AND PUNCTUALITY, WWW",
        "1,234,567.89 (95% 12 to 34)",
    ]
    for sentence in sentences:
        true = sum(widths[character] for character in sentence)
        assert true <= text_width(sentence, 1.0) <= 1.2 * true


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Not quite. The 229 of 360 differ. More.", "Not quite. The 229 of 360 differ."),
        ("The score is 66.4 of 100 points, as before. It holds.", "The score is 66.4 of 100 points, as before."),
        ("客户满意度为 74 分，满分 100 分。其他不变。", "客户满意度为 74 分，满分 100 分。"),
        ("他们说“很好，下次还会购买你们的全部产品。”然后离开了。", "他们说“很好，下次还会购买你们的全部产品。”"),
    ],
)
def test_the_first_sentence(text, first):
    assert first_sentence(text)[0] == first
    assert "".join(split_sentences(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("letters", range(5, 200, 7))
def test_shortening_fits_and_never_cuts_a_number(language, letters):
    cut = shorten(FINDING[language], lambda text: text_width(text, 1.0) <= letters * 0.56)
    assert text_width(cut, 1.0) <= letters * 0.56
    whole = set(re.findall(r"\d[\d,.]*\d|\d", FINDING[language]))
    assert set(re.findall(r"\d[\d,.]*\d|\d", cut)) <= whole


def test_a_table_is_paged_without_losing_or_repeating_a_row():
    table = demo.make_table("en", rows=90).to_dict()
    pages = page_table(table, 880.0, 300.0)
    assert [row for page in pages for row in page.rows] == [list(row) for row in table["rows"]]
    assert all(page.height <= 300.0 for page in pages)
    assert sum(len(page.emphasis) for page in pages) == 1
    one = fit_table(table, 880.0, 300.0)
    assert one.left_out == 90 - len(one.rows)
    assert one.height <= 300.0
