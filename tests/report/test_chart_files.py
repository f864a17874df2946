"""Figures as files: every one of them, standing alone, drawn, named the same every time."""

import csv
import xml.etree.ElementTree as ET
from io import BytesIO, StringIO

import numpy as np
import pytest
import report_demo as demo
from PIL import Image

from analysis.document.blocks import Chapter, Figure, Heading
from analysis.document.fonts import figure_font_paths
from analysis.report.collect import collect_content
from analysis.report.desk.charts import render_charts
from analysis.report.desk.measure import text_width

SVG = "{http://www.w3.org/2000/svg}"
LONG = {
    "en": "Satisfaction lies between 12.3 (Zenithaven Paper) and 78.9 (Nordwerk); the order is not certain, " * 3,
    "zh": "客户满意度介于 12.3（恒川流体设备有限公司）与 78.9（北辰精密部件有限公司）之间；区间重叠，次序并不确定，"
    * 3,
}


def figure(language, anchor, seed=1, **changes):
    values = vars(demo.make_figure(language, seed)) | {"anchor": anchor} | changes
    return Figure(**values)


def content_of(*figures, language="en", **cover):
    blocks = (Heading(level=1, text="Loyalty", anchor="loyalty"), *figures)
    cells = [demo.show(demo.make_cover(language, **cover)), demo.show(demo.make_summary(language))]
    return collect_content(demo.make_notebook(*cells, demo.show(Chapter(key="loyalty", blocks=blocks))))


@pytest.fixture(scope="module", params=["en", "zh"])
def made(request):
    language = request.param
    content = content_of(
        figure(language, "figure-nps-trend"),
        figure(language, "figure-nps-trend", 2),
        figure(language, "", 3),
        figure(language, "figure-long", 4, title=LONG[language], caption=LONG[language] * 2),
        language=language,
    )
    return content, render_charts(content), language


def test_every_figure_has_its_four_files_under_stable_names(made):
    names = ["figure-nps-trend", "figure-nps-trend-2", "figure-3", "figure-long"]
    files = {
        f"charts/{name}{plain}.{ending}" for name in names for plain in ("", "-plain") for ending in ("svg", "png")
    }
    assert set(made[1]) == files | {"charts/index.csv"}


def test_the_same_document_gives_the_same_bytes(made):
    assert render_charts(made[0]) == made[1]


def test_every_svg_parses_and_is_named_for_who_cannot_see_it(made):
    content, files, _language = made
    figures = [block for unit in content.chapters for block in unit if block["kind"] == "figure"]
    for name, data in files.items():
        if name.endswith(".svg"):
            root = ET.fromstring(data)
            assert root.tag == f"{SVG}svg"
            assert root.get("role") == "img"
            assert root.find(f"{SVG}title").text in {block["title"] for block in figures}
            assert root.find(f"{SVG}desc").text in {block["alt"] for block in figures}
            assert "font/woff;base64," in root.find(f"{SVG}style").text
            assert not [value for element in root.iter() for value in element.attrib.values() if "http" in value]


def test_the_framed_drawing_says_finding_caption_and_source_and_the_plain_one_does_not(made):
    _content, files, language = made
    words = demo.WORDS[language]
    framed, plain = (
        "".join(
            "".join(found.itertext()) for found in ET.fromstring(files[f"charts/figure-3{kind}.svg"]).iter(f"{SVG}text")
        )
        for kind in ("", "-plain")
    )
    for text in (words["finding"], words["caption"], words["client"], words["as_of"]):
        assert "".join(text.split()) in "".join(framed.split())
        assert "".join(text.split()) not in "".join(plain.split())


def test_no_line_of_a_title_or_caption_leaves_the_drawing_and_none_is_lost(made):
    _, files, language = made
    root = ET.fromstring(files["charts/figure-long.svg"])
    width = float(root.get("viewBox").split()[2])
    height = float(root.get("viewBox").split()[3])
    lines = root.findall(f"{SVG}text")  # the frame's own, not the drawing's
    for line in lines:
        size = float(line.get("style").split("font-size: ")[1].split("px")[0])
        assert float(line.get("x")) + text_width(line.text, size) <= width
        assert float(line.get("y")) <= height
    said = "".join("".join(line.text.split()) for line in lines)
    assert "".join((LONG[language] + LONG[language] * 2).split()) in said


def test_every_picture_is_drawn_on_white_at_200_dots_an_inch_or_more(made):
    _, files, _ = made
    for name, data in files.items():
        if name.endswith(".png"):
            image = Image.open(BytesIO(data)).convert("RGB")
            pixels = np.asarray(image)
            assert image.width >= 200 * 481 / 72
            assert tuple(pixels[0, 0]) == (255, 255, 255)
            ink = (pixels < 250).any(axis=2)
            assert 0.005 < ink.mean() < 0.5
            assert not ink[:, -2:].any()  # nothing runs over the edge


def test_chinese_titles_are_drawn_with_the_bundled_font_not_as_boxes():
    """Two different characters give two different pictures."""
    one, two = (
        render_charts(content_of(figure("zh", "f", title=title), language="zh"))["charts/f.png"] for title in "客户"
    )
    assert one != two
    assert figure_font_paths()[1].name == "NotoSansSC-Regular.otf"


def test_the_list_names_every_file_with_title_alternative_text_and_chapter(made):
    content, files, _ = made
    text = files["charts/index.csv"].decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert {f"charts/{row['file']}" for row in rows} == set(files) - {"charts/index.csv"}
    figures = {str(block["number"]): block for unit in content.chapters for block in unit if block["kind"] == "figure"}
    for row in rows:
        assert row["title"] == figures[row["number"]]["title"]
        assert row["alt_text"] == figures[row["number"]]["alt"]
        assert row["chapter"] == "Loyalty"


def test_a_title_is_no_formula_in_the_list():
    files = render_charts(content_of(figure("en", "f", title="=1+1", alt="@SUM(A1)")))
    rows = list(csv.reader(StringIO(files["charts/index.csv"].decode("utf-8-sig"))))
    assert rows[1][2:4] == ["'=1+1", "'@SUM(A1)"]


def test_a_document_without_figures_gives_an_empty_list():
    files = render_charts(content_of())
    assert list(files) == ["charts/index.csv"]
    assert files["charts/index.csv"].decode("utf-8-sig").splitlines() == ["file,number,title,alt_text,chapter"]


def test_hostile_titles_become_text():
    files = render_charts(content_of(figure("en", "../../etc", title="<script>\x00&\ud800", caption="]]>\u202e")))
    assert set(files) == {f"charts/etc{kind}" for kind in (".svg", ".png", "-plain.svg", "-plain.png")} | {
        "charts/index.csv"
    }
    root = ET.fromstring(files["charts/etc.svg"])
    assert root.find(f"{SVG}title").text == "<script>&"
    assert not root.findall(f".//{SVG}script")
