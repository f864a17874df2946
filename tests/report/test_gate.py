"""The text gate: what it strips, replaces, breaks and leaves alone."""

import time
import xml.etree.ElementTree as ET

import pytest

from analysis.report.fonts import covered_by, font_families, typst_fonts
from analysis.report.gate import LONGEST_WORD, Gate, GateReport, consecutive_level


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "#set $x$ `@ref` \\ {{x}} <script>",
        "客户关系，审计。",
        "Łódź, Ελλάδα, Привет",
        "مرحبا שלום ไทย हिन्दी",
        "👍 ok",
        "two\nlines",
        "per cent ½ ≤ – —",
    ],
)
def test_what_fonts_show_is_left_alone(text):
    gate = Gate()
    assert gate.text(text) == text
    assert gate.report == GateReport(replaced=0, stripped=0)


@pytest.mark.parametrize(
    ("text", "clean", "stripped"),
    [
        ("\ufeffa", "a", 1),
        ("a\x00\x07b", "ab", 2),
        ("\u202eevil\u202c", "evil", 2),
        ("\u2066x\u2069\u200e\u200f", "x", 4),
        ("\udc00x\ud83d", "x", 0),
        ("☺\ufe0f", "☺", 1),
    ],
)
def test_invisible_characters_are_taken_out(text, clean, stripped):
    gate = Gate()
    assert gate.text(text) == clean
    assert gate.report.stripped == stripped
    assert gate.report.replaced == 0


def test_a_tower_of_marks_is_levelled():
    gate = Gate()
    assert gate.text("q" + "\u0489" * 40 + "q\u0489") == "q" + "\u0489" * 6 + "q\u0489"
    assert gate.report.stripped == 34


def test_surrogate_pairs_are_joined():
    assert Gate().text("\ud83d\udc4d") == "👍"


def test_line_ends_and_tabs_become_plain():
    assert Gate().text("é\ta\r\nb\rc\x0bd\u2028e") == "é a\nb\nc\nd\ne"
    assert Gate().text("a\tb\r\nc") == "a b\nc"


def test_uncovered_characters_become_squares_and_are_counted():
    gate = Gate()
    assert gate.text("a\ue000b𓀀") == "a□b□"
    assert gate.report.replaced == 2


def test_replacement_is_covered():
    assert any(0x25A1 in covered_by(i) for i in range(len(font_families())))


def test_long_words_get_places_to_break_and_lose_no_letter():
    word = "W" * 10_000
    broken = Gate().text(word)
    assert broken.replace("\u200b", "") == word
    assert max(len(piece) for piece in broken.split("\u200b")) <= LONGEST_WORD
    assert Gate().text("W" * LONGEST_WORD) == "W" * LONGEST_WORD


def test_chinese_needs_no_places_to_break():
    assert "\u200b" not in Gate().text("你" * 5000)


def test_tree_cleans_every_shown_string_and_no_other():
    tree = Gate().tree({"kind": "x\ufeff", "rows": [["a\ufeff", 1, None]], "title": "\ufeffb", "anchor": "c\ufeff"})
    assert tree == {"kind": "x\ufeff", "rows": [["a", 1, None]], "title": "b", "anchor": "c\ufeff"}


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script><text style="font: 9px \'A\'">{}</text></svg>'


@pytest.mark.parametrize(
    ("text", "family", "shown"),
    [
        ("Łódź Привет", "Source Sans Pro", "Łódź Привет"),
        ("你好 abc", "Noto Sans SC", "你好 abc"),
        ("مر", "Source Sans Pro", "◊◊"),
        ("你👍", "Noto Sans SC", "你□"),
        ("\ufeffa\u0489", "Source Sans Pro", "a"),
    ],
)
def test_drawn_text_names_the_font_that_shows_it(text, family, shown):
    root = ET.fromstring(Gate().svg(SVG.format(text)))
    (element,) = root
    assert element.text == shown
    assert element.attrib["style"] == f"font: 9px 'A'; font-family: '{family}'"


def test_levels_are_consecutive():
    before = 0
    levels = []
    for level in (3, 4, 4, 1, 5, 2, 3):
        before = consecutive_level(level, before)
        levels.append(before)
    assert levels == [1, 2, 3, 1, 2, 2, 3]


def test_gate_is_quick():
    texts = ["Ein ganz gewöhnlicher Satz über Kunden, 客户满意度。"] * 4000
    gate = Gate()
    gate.text("客é")  # opens the fonts
    start = time.process_time()
    for text in texts:
        gate.text(text)
    # a report has some 4,000 strings; the target is 0.05 s on a quiet machine
    assert time.process_time() - start < 2.0


def test_each_face_is_loaded_once():
    faces = [(font.family, font.style, font.weight) for font in typst_fonts().fonts()]
    assert len(faces) == len(set(faces))
    assert set(font_families()) <= {family for family, _, _ in faces}
