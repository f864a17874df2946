"""What a page may hold: words, line ends, joiners; nothing that it or its reader would obey unseen."""

import pytest

from analysis.document.blocks import Cover, Prose
from analysis.document.html import render_block
from analysis.document.visible import clean_text, display_width, visible_text

COMMANDS = "\x00\x07\x08\x1b\x7f\x9b\u202e\u2066\ufeff\ufffe\ud83d"


@pytest.mark.parametrize("character", COMMANDS)
def test_a_commanding_character_is_taken_out(character):
    assert visible_text(f"a{character}b") == "ab"
    assert character not in render_block(Prose(paragraphs=(f"a{character}b",)))


@pytest.mark.parametrize(
    "text", ["plain", "a\tb\nc", "恒川", "👩\u200d👧 ❤\ufe0f", "مرحبا\u200f", "co\u00adop\u200berate"]
)
def test_what_a_reader_needs_stays(text):
    assert visible_text(text) == text


def test_every_line_end_is_one_line_feed():
    assert visible_text("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h") == "a\nb\nc\nd\ne\nf\ng\nh"


def test_attributes_are_cleaned_too():
    cover = Cover(
        client="c", title="t", subtitle="", as_of="", language="en", accent="#123456", date_iso="2025-01-01",
        logo="data:image/png;base64,AA", logo_alt="a\x00\u202eb",
    )  # fmt: skip
    assert 'alt="ab"' in render_block(cover)


def test_a_text_is_cut_by_its_width_on_one_line():
    assert clean_text(" a\x00b\n  c ") == "ab c"
    assert clean_text("净推荐值净推荐值", 7) == "净推荐…"
    assert display_width("净推荐值x") == 9
