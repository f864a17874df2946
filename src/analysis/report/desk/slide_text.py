"""Text on a slide: fitted before it is set, in the deck's language and fonts, its line heights the same everywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.oxml.ns import qn
from pptx.util import Pt

from analysis.report.desk.measure import LINE_HEIGHT, shorten, text_height
from analysis.report.desk.slide_layout import GREY, INK, TITLE_SIZES

INDENT = 12.0
BETWEEN = 5.0
"""Points between two bullets."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A paragraph: its text, type size in points, colour (six digits, or a colour of the theme), space after."""

    text: str
    size: float
    bold: bool = False
    colour: str = INK
    bullet: bool = False
    after: float = 0.0
    align: str = "l"

    def height(self, width: float) -> float:
        """Return how high the paragraph is in a box of this width, space after it included."""
        inner = width - (INDENT if self.bullet else 0.0)
        return text_height(self.text, inner, self.size, bold=self.bold) + self.after


def write_lines(frame: Any, lines: Sequence[Line], language: str) -> None:
    """Set paragraphs into a text frame, without margins and never resized by the program that opens it."""
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        write_line(paragraph, line, language)


def write_line(paragraph: Any, line: Line, language: str) -> None:
    """Set one paragraph: exact line height, size, colour, language, fonts of the theme."""
    properties = paragraph._p.get_or_add_pPr()
    properties.set("algn", line.align)
    paragraph.line_spacing = Pt(line.size * LINE_HEIGHT)
    paragraph.space_after, paragraph.space_before = Pt(line.after), Pt(0)
    if line.bullet:
        properties.set("marL", str(Pt(INDENT)))
        properties.set("indent", str(-Pt(INDENT)))
        etree.SubElement(properties, qn("a:buFont")).set("typeface", "Arial")
        etree.SubElement(properties, qn("a:buChar")).set("char", "•")
    else:
        etree.SubElement(properties, qn("a:buNone"))
    fonts = []
    if line.text:
        run = paragraph.add_run()
        run.text = line.text.replace("\n", " ")
        fonts.append(run._r.get_or_add_rPr())
    # an empty paragraph would otherwise be as high as the default type, and its row with it
    fonts.append(etree.SubElement(paragraph._p, qn("a:endParaRPr")))
    for font in fonts:
        _set_font(font, line, language)


def _set_font(font: Any, line: Line, language: str) -> None:
    font.set("lang", language)
    font.set("altLang", "zh-CN" if language.startswith("en") else "en-GB")
    font.set("sz", str(round(line.size * 100)))
    font.set("b", "1" if line.bold else "0")
    fill = etree.SubElement(font, qn("a:solidFill"))
    kind = "a:srgbClr" if len(line.colour) == 6 and line.colour.isalnum() and line.colour[0] != "a" else "a:schemeClr"
    etree.SubElement(fill, qn(kind)).set("val", line.colour)
    for tag, face in (("a:latin", "+mn-lt"), ("a:ea", "+mn-ea")):
        etree.SubElement(font, qn(tag)).set("typeface", face)


def add_text(slide: Any, box: tuple[float, float, float, float], lines: Sequence[Line], language: str) -> Any:
    """Put a text box (left, top, width, height in points) on a slide."""
    shape = slide.shapes.add_textbox(*(Pt(value) for value in box))
    write_lines(shape.text_frame, lines, language)
    return shape


def fit_title(
    text: str, width: float, height: float, sizes: Sequence[float] = TITLE_SIZES, *, ending: str = ""
) -> Line:
    """Return a title in the largest size in which it is whole; else cut honestly at the smallest, before its ending."""
    for size in sizes:
        line = Line(text=text + ending, size=size, bold=True)
        if line.height(width) <= height:
            return line
    line = Line(text=text, size=sizes[-1], bold=True)
    return replace(
        line, text=shorten(text, lambda cut: replace(line, text=cut + ending).height(width) <= height) + ending
    )


def fit_text(text: str, width: float, lines: int, size: float, *, bold: bool = False, colour: str = GREY) -> Line:
    """Return a text of at most so many lines."""
    line = Line(text=text, size=size, bold=bold, colour=colour)
    room = lines * size * LINE_HEIGHT + 0.01
    return replace(line, text=shorten(text, lambda cut: replace(line, text=cut).height(width) <= room))


def fit_points(texts: Iterable[str], width: float, height: float, sizes: Sequence[float]) -> list[Line]:
    """Return sentences as bullets: all in the largest size that holds them, else as many as fit in the smallest.

    A sentence is never cut here: one that does not fit is left out, and stands in the notes.
    """
    sentences = list(texts)
    for size in sizes:
        lines = [Line(text=text, size=size, bullet=True, after=BETWEEN) for text in sentences]
        if sum(line.height(width) for line in lines) <= height:
            return lines
    kept: list[Line] = []
    for text in sentences:
        line = Line(text=text, size=sizes[-1], bullet=True, after=BETWEEN)
        if sum(each.height(width) for each in (*kept, line)) > height:
            break
        kept.append(line)
    return kept
