"""The deck's frame: a wide page, the client's accent, one master with title, footer and page number, fixed bytes."""

import copy
import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.oxml.shapes.autoshape import CT_Shape
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Pt

from analysis.document.accent import legible_accent
from analysis.document.visible import clean_text
from analysis.report.collect import Content
from analysis.report.desk.measure import LINE_HEIGHT

WIDTH, HEIGHT = 960.0, 540.0
MARGIN = 40.0
INNER = WIDTH - 2 * MARGIN
KICKER_TOP, TITLE_TOP, TITLE_HEIGHT = 22.0, 38.0, 62.0
BODY_TOP, BODY_BOTTOM = 112.0, 500.0
FOOTER_TOP, FOOTER_HEIGHT = 512.0, 16.0
TITLE_SIZES = (24.0, 22.0, 20.0, 18.0, 16.0)
SMALLEST = 10.0
LATIN, CHINESE = "Arial", "Microsoft YaHei"
"""On every computer with an office program; the fonts of the PDF are not."""
INK, GREY = "1A1A1A", "595959"
TITLE_LAYOUT, BODY_LAYOUT = "Title Slide", "Title Only"
FOOTER_BOXES = {
    "ftr": (MARGIN, FOOTER_TOP, INNER * 0.8, FOOTER_HEIGHT),
    "sldNum": (WIDTH - MARGIN - 120.0, FOOTER_TOP, 120.0, FOOTER_HEIGHT),
}
_STRIP = 8.0
_PROPERTY = 250  # letters; a property of a document holds no more than 255
_KEPT = (TITLE_LAYOUT, "Title and Content", BODY_LAYOUT)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>Microsoft Office PowerPoint</Application></Properties>"
)


def open_deck(content: Content, identifier: str) -> Deck:
    """Return an empty deck in the client's colours, with its metadata; its dates are the audit's."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in _KEPT:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    _set_theme(master.part.part_related_by(RELATIONSHIP_TYPE.THEME), legible_accent(content.cover["accent"]))
    _set_master(master)
    for layout in deck.slide_layouts:
        _set_layout(layout)
    _set_properties(deck, content, identifier)
    return deck


def language_tag(content: Content) -> str:
    """Return the tag of the deck's language as office programs know it."""
    return "zh-CN" if content.language.lower().startswith("zh") else "en-GB"


def _set_theme(part: Any, accent: str) -> None:
    """Put the accent and the fonts into the theme, so that whoever edits the deck finds them there."""
    root = etree.fromstring(part.blob)
    root.set("name", "Relationship audit")
    colours = {"accent1": accent, "dk1": INK, "dk2": INK, "lt1": "FFFFFF", "lt2": "F2F2F2", "hlink": accent}
    for name, value in colours.items():
        element = root.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        for child in list(element):
            element.remove(child)
        etree.SubElement(element, qn("a:srgbClr")).set("val", value.lstrip("#").upper())
    for kind in ("majorFont", "minorFont"):
        fonts = root.find(f".//{qn(f'a:{kind}')}")
        for child in list(fonts):
            fonts.remove(child)
        for tag, face in (("latin", LATIN), ("ea", CHINESE), ("cs", "")):
            etree.SubElement(fonts, qn(f"a:{tag}")).set("typeface", face)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _set_master(master: Any) -> None:
    """Place the master's title, body, footer and number, left aligned, and a thin line under the title."""
    boxes = {
        "title": (MARGIN, TITLE_TOP, INNER, TITLE_HEIGHT),
        "body": (MARGIN, BODY_TOP, INNER, BODY_BOTTOM - BODY_TOP),
        **FOOTER_BOXES,
    }
    for shape in list(master.placeholders):
        kind = shape._element.ph.get("type", "body")
        if kind == "dt":  # the date is the audit's, said on the first slide; a clock has no place here
            shape._element.getparent().remove(shape._element)
            continue
        _place(shape, *boxes[kind])
        body = shape.text_frame._txBody.bodyPr
        for name in ("lIns", "tIns", "rIns", "bIns"):
            body.set(name, "0")
        body.set("anchor", "t" if kind in ("title", "body") else "ctr")
        for fit in list(body):
            body.remove(fit)
        if kind in ("ftr", "sldNum"):
            level = shape._element.find(f".//{qn('a:lvl1pPr')}")
            level.set("algn", "l" if kind == "ftr" else "r")
            level.find(qn("a:defRPr")).set("sz", str(int(SMALLEST * 100)))
    styles = master._element.find(qn("p:txStyles"))
    _set_style(styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr")), TITLE_SIZES[0], bold=True)
    for index, size in enumerate((18.0, 16.0, 14.0, 12.0, 12.0), start=1):
        _set_style(styles.find(qn("p:bodyStyle")).find(qn(f"a:lvl{index}pPr")), size, bold=False)


def _set_style(level: Any, size: float, *, bold: bool) -> None:
    level.set("algn", "l")
    run = level.find(qn("a:defRPr"))
    run.set("sz", str(int(size * 100)))
    run.set("b", "1" if bold else "0")
    for spacing in level.findall(qn("a:lnSpc")):
        level.remove(spacing)
    spacing = etree.Element(qn("a:lnSpc"))
    etree.SubElement(spacing, qn("a:spcPts")).set("val", str(int(size * LINE_HEIGHT * 100)))
    level.insert(0, spacing)


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = (Pt(value) for value in (left, top, width, height))


def _set_layout(layout: Any) -> None:
    """Let a layout's placeholders stand where the master's do; the title slide has its own places."""
    boxes = {"ctrTitle": (MARGIN, 170.0, INNER, 100.0), "subTitle": (MARGIN, 282.0, INNER, 60.0)}
    shapes: list[Any] = list(layout.placeholders)
    for shape in shapes:
        kind = shape._element.ph.get("type", "body")
        if kind == "dt":
            shape._element.getparent().remove(shape._element)
        elif kind in boxes:
            _place(shape, *boxes[kind])
            for level in shape._element.iter(qn("a:lvl1pPr")):
                level.set("algn", "l")
            shape.text_frame._txBody.bodyPr.set("anchor", "b" if kind == "ctrTitle" else "t")
        else:
            properties = shape._element.spPr
            for child in list(properties):
                properties.remove(child)
    if layout.name == TITLE_LAYOUT:
        _add_strip(layout)


def _add_strip(layout: Any) -> None:
    """Give the title slide a strip in the accent at its upper edge; part of the layout, so no reader meets it."""
    tree = layout._element.find(f"{qn('p:cSld')}/{qn('p:spTree')}")
    shape = CT_Shape.new_autoshape_sp(99, "Strip", "rect", 0, 0, Pt(WIDTH), Pt(_STRIP))
    tree.insert(2, shape)
    style = shape.find(qn("p:style"))
    shape.remove(style)
    fill = etree.Element(qn("a:solidFill"))
    etree.SubElement(fill, qn("a:schemeClr")).set("val", "accent1")
    shape.spPr.append(fill)


def add_footer(slide: Slide, text: str, language: str) -> None:
    """Give a slide the footer and the page number of its layout, which the library leaves out of a new slide."""
    layout: Any = slide.slide_layout
    for shape in layout.placeholders:
        kind = shape._element.ph.get("type")
        if kind not in ("ftr", "sldNum") or (kind == "ftr" and not text):
            continue
        element = copy.deepcopy(shape._element)
        identifiers = [int(found.get("id")) for found in slide.shapes._spTree.iter() if found.tag == qn("p:cNvPr")]
        element.nvSpPr.cNvPr.set("id", str(max(identifiers) + 1))
        slide.shapes._spTree.append(element)
        placed: Any = slide.shapes[-1]
        if kind == "ftr":
            placed.text_frame.text = text
            paragraph = placed.text_frame.paragraphs[0]
            paragraph._p.get_or_add_pPr().set("algn", "l")
            run = paragraph.runs[0]._r.get_or_add_rPr()
            run.set("sz", str(int(SMALLEST * 100)))
            etree.SubElement(etree.SubElement(run, qn("a:solidFill")), qn("a:srgbClr")).set("val", GREY)
            for tag, face in (("a:latin", "+mn-lt"), ("a:ea", "+mn-ea")):
                etree.SubElement(run, qn(tag)).set("typeface", face)
        _place(placed, *FOOTER_BOXES[kind])
        for properties in element.iter(qn("a:rPr"), qn("a:endParaRPr")):
            properties.set("lang", language)
            properties.attrib.pop("smtClean", None)


def _set_properties(deck: Deck, content: Content, identifier: str) -> None:
    cover, properties = content.cover, deck.core_properties
    day = dt.date.fromisoformat(cover["date_iso"])
    moment = dt.datetime(day.year, day.month, day.day)  # without a zone: the library writes it as UTC
    properties.title = clean_text(deck_title(cover), _PROPERTY)
    properties.subject = clean_text(cover["subtitle"], _PROPERTY)
    properties.author = properties.last_modified_by = clean_text(cover["prepared_by"] or cover["client"], _PROPERTY)
    properties.language = language_tag(content)
    properties.identifier = clean_text(identifier, _PROPERTY)
    properties.keywords = properties.comments = ""
    properties.created = properties.modified = moment
    properties.revision = 1


def deck_title(cover: Mapping[str, Any]) -> str:
    """Return the deck's title: the client and what this is."""
    return f"{cover['client']} – {cover['title']}" if cover["client"] else str(cover["title"])


def save_deck(deck: Deck) -> bytes:
    """Return the file; the same deck gives the same bytes, whatever the clock says."""
    package = deck.part.package
    for owner in (package, deck.part):
        for key, relation in list(owner._rels.items()):
            if relation.reltype.rpartition("/")[2] in ("thumbnail", "printerSettings"):
                owner._rels.pop(key)
    for part in package.iter_parts():
        if part.partname == "/docProps/app.xml":
            part._blob = _APP
    buffer, fixed = io.BytesIO(), io.BytesIO()
    deck.save(buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in ["[Content_Types].xml", *sorted(set(made.namelist()) - {"[Content_Types].xml"})]:
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            kept.writestr(entry, made.read(name))
    return fixed.getvalue()
