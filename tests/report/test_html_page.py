"""The HTML page: one file that asks for nothing, shows no code and can be walked by keyboard and screen reader."""

import base64
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from report_demo import (
    LABELS,
    WORDS,
    demo_notebook,
    make_chapter,
    make_cover,
    make_figure,
    make_notebook,
    make_summary,
    show,
    small_notebook,
)

from analysis.document.blocks import MIME_TYPE, Heading, Markdown, Prose
from analysis.errors import ReportError
from analysis.report.collect import collect_content
from analysis.report.figure_font import embedded_font
from analysis.report.html import AuditHTMLExporter

VOID = frozenset({"br", "img", "hr", "meta"})


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.stack = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def export(notebook):
    return AuditHTMLExporter().from_notebook_node(notebook)[0]


@pytest.fixture(scope="module")
def english():
    return export(demo_notebook("en"))


@pytest.fixture(scope="module")
def chinese():
    return export(demo_notebook("zh"))


def test_exporter_says_what_it_makes():
    assert AuditHTMLExporter().file_extension == ".html"
    assert AuditHTMLExporter.output_mimetype == "text/html"


def test_page_is_well_formed_and_has_its_landmarks(english):
    page = Page(english)
    assert page.stack == []
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    assert {nav["aria-label"] for nav in page.all("nav")} == {"Contents"}
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}


def test_language_of_the_page(chinese):
    assert Page(chinese).all("html") == [{"lang": "zh-CN"}]
    assert f"<title>{WORDS['zh']['client']} – {WORDS['zh']['title']}</title>" in chinese


def test_ids_are_unique_and_every_link_inside_has_its_target(english):
    page = Page(english)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = [link["href"][1:] for link in page.all("a") if link["href"].startswith("#")]
    assert len(inside) > 20
    assert set(inside) <= set(ids)


def test_no_request_is_possible(english):
    page = Page(english)
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "img-src data:" in policy
    assert page.all("script") == page.all("link") == page.all("iframe") == page.all("object") == []
    assert all(image["src"].startswith("data:") for image in page.all("img"))
    assert set(re.findall(r"url\((?!#)(.{15})", english)) == {"data:font/woff;"}
    assert "@import" not in english
    outside = set(re.findall(r'(?:href|src)="(https?:[^"]+)"', english))
    assert outside == {"https://example.org/guide?a=1&amp;b=2"}  # the consultant's own link, followed by a click only


def test_headings_never_skip_a_level(english):
    levels = [int(tag[1]) for tag, _ in Page(english).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_contents_list_every_chapter_in_order(english):
    side = english[english.index('class="side"') : english.index('class="top"')]
    names = [re.sub("<[^>]+>", "", name) for name in re.findall(r"<li>(<a [^>]+>[^<]+</a>)\n<ol>", side)]
    assert names == [WORDS["en"]["summary"], *WORDS["en"]["chapters"]]


def test_figures_and_tables_are_numbered_in_order(english):
    for name, count in (("Figure", 20), ("Table", 20)):
        found = [int(number) for number in re.findall(rf'<span class="ra-label">{name} (\d+)</span>', english)]
        assert found == list(range(1, count + 1))


def test_code_and_other_outputs_are_never_shown():
    cell = new_code_cell("password = 'x'", execution_count=1)
    cell.outputs = [
        new_output("stream", name="stdout", text="printed"),
        new_output("display_data", data={"text/html": "<b>loose</b>"}),
    ]
    html = export(make_notebook(show(make_cover("en")), show(make_summary("en")), cell))
    for unwanted in ("password", "printed", "loose", "never in the report"):
        assert unwanted not in html


def test_html_in_the_notebook_is_not_trusted():
    cell = show(Prose(paragraphs=("plain",)))
    cell.outputs[0]["data"]["text/html"] = "<script>alert(1)</script>"
    html = export(make_notebook(show(make_cover("en")), cell))
    assert "<script" not in html
    assert "plain" in html


def test_hostile_text_stays_text():
    hostile = "</style><script>alert(1)</script>{{ 7*7 }}\"'"
    html = export(
        small_notebook(
            Prose(paragraphs=(hostile,)),
            Heading(level=1, text=hostile, anchor="a"),
            client=hostile,
            title=hostile,
            prepared_by=hostile,
            disclaimer=hostile,
        )
    )
    page = Page(html)
    assert page.stack == []
    assert page.all("script") == []
    assert "49" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert html.count("&lt;script&gt;alert(1)") >= 6


def test_accent_is_used_and_darkened():
    assert "--accent: #1f5a7a;" in export(small_notebook(Prose(paragraphs=("x",))))
    light = re.search(r"--accent: (#[0-9a-f]{6});", export(small_notebook(Prose(paragraphs=("x",)), accent="#ffd400")))
    assert light
    assert light.group(1) != "#ffd400"


def test_accent_that_is_no_colour_is_refused():
    with pytest.raises(ReportError, match="accent"):
        export(small_notebook(Prose(paragraphs=("x",)), accent="red;} body{display:none"))


def test_chinese_page_has_no_english_interface_word(chinese):
    text = re.sub(r"<style>.*?</style>", "", chinese, flags=re.DOTALL)
    text = re.sub("<[^>]+>", " ", text)
    for word in LABELS["en"].values():
        assert word not in text
    for expected in ("目录", "跳至正文", "图表数据", "顾问点评", "负责人"):
        assert expected in text


def test_markdown_cell_and_commentary(english):
    assert english.count(WORDS["en"]["byline"]) == 1
    assert english.count('<p class="ra-label">Commentary</p>') == 1  # the cell is the consultant's own text
    assert '<a href="#commentary-2">What we heard in the interviews</a>' in english


def test_print_and_phone_are_provided_for(english):
    for rule in (
        "@media print",
        "@media (max-width: 60rem)",
        "@page { size: A4",
        "prefers-reduced-motion",
        "overflow-x: auto",
        "tabular-nums",
    ):
        assert rule in english
    assert 'name="viewport"' in english
    for font in ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"):
        assert font in english


def test_figures_bring_the_font_they_were_drawn_for(english):
    uri = re.search(r"url\(data:font/woff;base64,([^)]+)\)", english)
    assert uri
    with TTFont(BytesIO(base64.b64decode(uri.group(1)))) as font:
        covered = set(map(chr, font.getBestCmap()))
        assert set("Machine builders 0.75") <= covered
        assert "@" not in covered  # only what the figures show
        assert len(covered) < 70
        assert font["name"].getBestFamilyName() == "Source Sans Pro"


def test_page_without_figures_brings_no_font():
    assert "@font-face" not in export(small_notebook(Prose(paragraphs=("x",))))
    assert embedded_font(["<svg><path/></svg>"]) == ""


def test_same_notebook_same_bytes(english, tmp_path):
    assert export(demo_notebook("en")) == english
    target = tmp_path / "other.html"
    code = (
        "import sys; from pathlib import Path; from report_demo import demo_notebook;"
        "from analysis.report.html import AuditHTMLExporter;"
        "Path(sys.argv[1]).write_text(AuditHTMLExporter().from_notebook_node(demo_notebook('en'))[0], encoding='utf-8')"
    )
    environment = os.environ | {"PYTHONHASHSEED": "99", "TZ": "Asia/Shanghai", "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", code, str(target)], env=environment, check=True, cwd=tmp_path)
    assert target.read_text(encoding="utf-8") == english


def test_nothing_of_this_machine_is_in_the_page(english):
    assert str(Path.home()) not in english.replace("/root", "") or str(Path.home()) == "/"
    assert str(Path(__file__).parents[2]) not in english


def test_notebook_without_cover_is_refused():
    with pytest.raises(ReportError, match="no cover"):
        export(make_notebook(new_markdown_cell("# Only words")))


def test_collected_content_keeps_the_order():
    notebook = make_notebook(
        show(make_cover("en")),
        show(make_summary("en")),
        show(make_chapter("en", 1)),
        new_markdown_cell("# Own"),
        show(make_figure("en")),
    )
    content = collect_content(notebook)
    assert [block["kind"] for block in content.front][:2] == ["heading", "prose"]
    assert [unit[0]["kind"] for unit in content.chapters] == ["heading", "markdown", "figure"]
    assert [entry.text for entry in content.contents if entry.level == 1] == ["Summary", "Loyalty", "Own"]


def test_equal_anchors_are_told_apart():
    content = collect_content(small_notebook(*(Heading(level=1, text=str(i), anchor="same") for i in range(3))))
    assert [entry.anchor for entry in content.contents] == ["same", "same-2", "same-3"]


def test_commentary_cannot_start_a_chapter():
    content = collect_content(small_notebook(Heading(level=1, text="A", anchor="a"), Markdown(text="# Loud")))
    assert [(entry.level, entry.text) for entry in content.contents] == [(1, "A"), (2, "Loud")]


def test_notebook_is_left_as_it_was():
    notebook = demo_notebook("en")
    before = notebook.cells[2].outputs[0]["data"][MIME_TYPE]["blocks"][2].copy()
    export(notebook)
    assert notebook.cells[2].outputs[0]["data"][MIME_TYPE]["blocks"][2] == before
