"""How blocks look in HTML: semantics, escaping, drawings without shared ids."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from analysis.document.blocks import (
    MIME_TYPE,
    ActionItem,
    ActionList,
    BulletList,
    Callout,
    Chapter,
    Column,
    Cover,
    Figure,
    Heading,
    Markdown,
    Prose,
    Scorecard,
    ScoreCell,
    Table,
)
from analysis.document.fonts import figure_font_families, figure_font_paths, package_fonts
from analysis.document.html import render_block, render_data
from analysis.document.svg import inline_svg, parse_svg

SVG = (
    '<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" width="90pt" height="30pt" viewBox="0 0 90 30" version="1.1">'
    '<metadata>secret</metadata><defs><style>*{{color:red}}</style><clipPath id="c"><path d="M0 0"/></clipPath></defs>'
    '<g id="unused" onclick="x()"><g clip-path="url(#c)"><use xlink:href="#m"/></g><path id="m" d="M1 1"/></g>'
    "<text>{}</text></svg>"
)
HOSTILE = "<script>alert(1)</script>\"' onload=x {{ 7*7 }} {% raw %} &amp;"


class Tags(HTMLParser):
    """Collects the tags of a fragment and checks that they are balanced."""

    VOID = frozenset({"br", "img", "hr", "meta"})

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.open = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def names(self):
        return [tag for tag, _ in self.found]


def figure(text="x", **changes):
    values = {"title": "It rose", "svg": SVG.format(text), "alt": "A line", "caption": "n = 3"}
    return Figure(**(values | changes))


def table(**changes):
    values = {
        "title": "Shares",
        "columns": (Column(title="Segment"), Column(title="Share", align="end")),
        "rows": (("North", "12%"), ("All", "14%")),
        "notes": ("A note.",),
        "emphasis": (1,),
    }
    return Table(**(values | changes))


def every_block(text):
    cell = ScoreCell(label=text, value=text, detail=text, position=0.5, low=0.4, high=0.6, level=text, change=text)
    return [
        Heading(level=2, text=text, anchor="a"),
        Prose(paragraphs=(text, text), lead=True),
        BulletList(items=(text,)),
        Callout(variant="limits", title=text, items=(text, text)),
        Markdown(text=text, byline=text),
        Scorecard(headline=cell, cells=(cell, cell), note=text),
        table(
            title=text,
            columns=(Column(title=text), Column(title=text)),
            rows=((text, text),),
            notes=(text,),
            emphasis=(),
        ),
        figure(title=text, alt=text, caption=text, data=({text: text},)),
        ActionList(
            title=text, items=(ActionItem(title=text, why=text, who=text, effect=text, effort=text),), note=text
        ),
        Cover(
            client=text,
            title=text,
            subtitle=text,
            as_of=text,
            language="en",
            accent="#123456",
            date_iso="2025-01-01",
            prepared_by=text,
            confidentiality=text,
            disclaimer=text,
        ),
    ]


@pytest.mark.parametrize("block", every_block(HOSTILE), ids=lambda block: block.kind)
def test_hostile_text_is_escaped_everywhere(block):
    html = render_block(block)
    tags = Tags(html)
    assert "script" not in tags.names()
    assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)
    assert "49" not in html  # no template in the text was evaluated
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("block", every_block("Sound words"), ids=lambda block: block.kind)
def test_every_block_shows_its_text_and_is_balanced(block):
    html = render_block(block)
    Tags(html)
    assert "Sound words" in html


def test_heading_levels_leave_the_first_to_the_title():
    assert '<h2 id="value"' in render_block(Heading(level=1, text="Value", anchor="value"))
    assert "<h4" in render_block(Heading(level=3, text="Value", anchor="value"))


def test_lead_is_marked():
    assert 'class="ra-prose ra-lead"' in render_block(Prose(paragraphs=("a",), lead=True))
    assert 'class="ra-prose"' in render_block(Prose(paragraphs=("a",)))


def test_table_has_caption_scopes_and_aligned_numbers():
    html = render_block(table())
    tags = Tags(html)
    heads = [attributes for tag, attributes in tags.found if tag == "th"]
    assert [head["scope"] for head in heads] == ["col", "col", "row", "row"]
    assert "<caption>Shares</caption>" in html
    assert '<td class="ra-end">12%</td>' in html
    assert html.count('class="ra-total"') == 1
    scroll = next(attributes for _, attributes in tags.found if attributes.get("role") == "group")
    assert (scroll["tabindex"], scroll["aria-label"]) == ("0", "Shares")  # a keyboard can scroll it


def test_table_without_rows_is_still_a_table():
    assert "<tbody>" in render_block(table(rows=(), emphasis=()))


def test_figure_says_its_finding_and_holds_its_data():
    html = render_block(
        figure(data=({"wave": "2025", "share": 0.123456789, "n": 12}, {"wave": "2026", "share": None, "n": 9}))
    )
    tags = Tags(html)
    assert tags.names()[:2] == ["figure", "figcaption"]
    drawing = next(attributes for tag, attributes in tags.found if tag == "svg")
    assert (drawing["role"], drawing["aria-label"]) == ("img", "A line")
    assert "<summary>wave · share · n</summary>" in html
    assert '<td class="ra-end">0.123457</td>' in html
    assert "None" not in html


def test_figure_without_alternative_text_is_called_by_its_title():
    assert 'aria-label="It rose"' in render_block(figure(alt=""))


def test_labels_and_numbers_are_shown_where_known():
    html = render_data(figure(data=({"a": 1},)).to_dict() | {"number": 3}, {"figure": "图", "figure_data": "数据"})
    assert '<span class="ra-label">图 3</span>' in html
    assert "<summary>数据</summary>" in html


def test_bars_lie_where_the_number_lies():
    cell = ScoreCell(label="a", value="68", position=0.68, low=-0.2, high=1.4)
    html = render_block(Scorecard(headline=cell, cells=()))
    assert 'style="left:68.00%"' in html
    assert 'style="left:0.00%;right:calc(100% - 100.00%)"' in html
    assert "ra-bar" not in render_block(Scorecard(headline=ScoreCell(label="a", value="-"), cells=()))


def test_logo_only_from_the_page_itself():
    cover = {
        "client": "c",
        "title": "t",
        "subtitle": "",
        "as_of": "",
        "language": "en",
        "accent": "#123456",
        "date_iso": "2025-01-01",
    }
    assert 'src="data:image/png;base64,AA"' in render_block(Cover(**cover, logo="data:image/png;base64,AA"))
    assert "<img" not in render_block(Cover(**cover, logo="https://example.org/logo.png"))


def test_drawing_is_cleaned():
    html = inline_svg(SVG.format("a &lt;b&gt;"), label="L")
    assert html.startswith("<svg ")
    for unwanted in ("<?xml", "DOCTYPE", "metadata", "<style", "onclick", "unused", "width=", "xlink"):
        assert unwanted not in html
    assert "a &lt;b&gt;" in html
    assert 'viewBox="0 0 90 30"' in html


def test_scripts_and_outside_links_never_survive_in_a_drawing():
    evil = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="x()"><script>1</script>'
        '<foreignObject><p>x</p></foreignObject><image href="https://a.example/x.png"/><a xlink:href="javascript:x"><text>t</text></a>'
        '<path style="fill:url(https://a.example/#x)"/><use xlink:href="data:image/svg+xml;base64,AA"/></svg>'
    )
    html = inline_svg(evil, label="L")
    for unwanted in ("script", "foreignObject", "example", "onload", "base64"):
        assert unwanted not in html


def test_two_drawings_share_no_id_and_the_same_has_the_same():
    first, again, other = (
        inline_svg(SVG.format("a"), label=""),
        inline_svg(SVG.format("a"), label=""),
        inline_svg(SVG.format("b"), label=""),
    )
    ids = [set(re.findall(r' id="([^"]+)"', html)) for html in (first, again, other)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2
    assert not ids[0] & ids[2]
    for html, names in zip((first, other), (ids[0], ids[2]), strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", html)) | set(re.findall(r'href="#([^"]+)"', html)) == names


def test_broken_drawing_is_an_error():
    with pytest.raises(ET.ParseError):
        parse_svg("<svg><g></svg>")


def test_jupyter_shows_the_html_and_keeps_the_data():
    bundle = Chapter(key="k", blocks=(Heading(level=1, text="A", anchor="a"), table()))._repr_mimebundle_()
    assert bundle["text/html"].index("<h2") < bundle["text/html"].index("<table")
    assert [block["kind"] for block in bundle[MIME_TYPE]["blocks"]] == ["heading", "table"]


def test_figure_fonts_are_static_and_there():
    names = [path.name for path in figure_font_paths()]
    assert names == ["SourceSansPro-Regular.ttf", "NotoSansSC-Regular.otf"]
    assert all(path.is_file() for path in figure_font_paths())


def test_chinese_figures_name_the_chinese_font_first():
    assert figure_font_families("zh") == figure_font_families("zh-CN") == ["Noto Sans SC", "Source Sans Pro"]
    assert figure_font_families("en")[0] == "Source Sans Pro"


def test_missing_font_is_an_error():
    with pytest.raises(FileNotFoundError, match="holds no font"):
        package_fonts("manimgx_fonts", ".", "*.absent")
