"""Commentary: what of Markdown is kept, and that nothing of it becomes markup by itself."""

import pytest

from analysis.document.blocks import Markdown
from analysis.document.html import render_block
from analysis.document.markdown import Node, parse_markdown, plain_text


def kinds(text):
    return [node.kind for node in parse_markdown(text)]


def test_blocks_are_recognised():
    text = "# A\n\nB\n\n- c\n\n1. d\n\n> e\n\n```\nf\n```\n\n---\n\n| g |\n|---|\n| h |\n"
    assert kinds(text) == ["heading", "paragraph", "list", "list", "quote", "code_block", "rule", "table"]


def test_inlines_are_recognised():
    (paragraph,) = parse_markdown("a *b* **c** `d`  \n[e](https://example.org)")
    assert [node.kind for node in paragraph.children] == [
        "text",
        "em",
        "text",
        "strong",
        "text",
        "code",
        "break",
        "link",
    ]
    assert plain_text(paragraph.children) == "a b c de"


def test_tree_of_a_table():
    (table,) = parse_markdown("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    head, body = table.children
    assert [(cell.header, cell.align) for cell in head.children] == [(True, "start"), (True, "end")]
    assert [(cell.header, plain_text(cell.children)) for cell in body.children] == [(False, "1"), (False, "2")]


def test_ordered_list_keeps_its_first_number():
    (numbered,) = parse_markdown("3. a\n4. b\n")
    assert (numbered.ordered, numbered.level, len(numbered.children)) == (True, 3, 2)


@pytest.mark.parametrize(("shift", "levels"), [(0, [1, 6]), (1, [2, 6]), (-3, [1, 3])])
def test_headings_are_shifted_within_bounds(shift, levels):
    assert [node.level for node in parse_markdown("# a\n\n###### b\n", heading_shift=shift)] == levels


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "//evil.example",
        "x.html",
        "http",
    ],
)
def test_other_links_become_words(href):
    (paragraph,) = parse_markdown(f"[words]({href})")
    assert paragraph.children == (Node(kind="text", text="words"),)


@pytest.mark.parametrize("href", ["https://example.org/a?b=1&c=2", "http://example.org", "mailto:someone@example.org"])
def test_safe_links_stay(href):
    (paragraph,) = parse_markdown(f"[words]({href})")
    assert [(node.kind, node.href) for node in paragraph.children] == [("link", href)]


def test_images_become_their_alternative_text():
    (paragraph,) = parse_markdown("![a chart](https://example.org/x.png)")
    assert plain_text(paragraph.children) == "a chart"
    assert "example.org" not in render_block(Markdown(text="![a chart](https://example.org/x.png)"))


def test_raw_html_stays_text():
    html = render_block(Markdown(text="<b onclick=x>bold</b>\n\n<script>alert(1)</script>"))
    assert "&lt;b onclick=x&gt;bold&lt;/b&gt;" in html
    assert "<script" not in html


def test_html_is_what_the_words_say():
    html = render_block(Markdown(text="a *b* **c** `d<` [e](https://example.org/?x=1&y=2)", byline="Team"))
    assert (
        '<p>a <em>b</em> <strong>c</strong> <code>d&lt;</code> <a href="https://example.org/?x=1&amp;y=2" rel="noopener noreferrer nofollow">e</a></p>'
        in html
    )
    assert '<p class="ra-byline">Team</p>' in html


def test_numbered_list_starts_where_it_says():
    assert '<ol start="3">' in render_block(Markdown(text="3. a\n"))
    assert "<ol>" in render_block(Markdown(text="1. a\n"))


def test_deep_nesting_ends():
    assert kinds("> " * 500 + "deep") == ["quote"]
    assert render_block(Markdown(text="- " * 300 + "deep"))


def test_json_has_every_field_for_the_layout():
    (paragraph,) = parse_markdown("a")
    assert set(paragraph.to_dict()) == {"kind", "text", "level", "ordered", "header", "align", "href", "children"}
    assert paragraph.to_dict()["children"][0]["text"] == "a"
