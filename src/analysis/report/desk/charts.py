"""The figures as files to paste elsewhere: each with its finding, caption and source, and each as bare drawing."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.document.fonts import figure_font_families
from analysis.document.svg import SVG_NAMESPACE, parse_svg, serialise
from analysis.document.visible import visible_text
from analysis.report.collect import Content, Data
from analysis.report.desk.measure import count_lines, text_width
from analysis.report.desk.raster import rasterise
from analysis.report.figure_font import embedded_font

FOLDER = "charts"
PLAIN = "-plain"
"""Ends the names of the drawings without words around them, for slides that bring their own title."""
INDEX = ("file", "number", "title", "alt_text", "chapter")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet reads Chinese as gibberish
_MARGIN, _GAP = 12.0, 6.0
_TITLE, _SMALL = 13.0, 8.5


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A figure of the document with the name of its files."""

    name: str
    figure: Data
    chapter: str


def render_charts(content: Content) -> dict[str, bytes]:
    """Return every figure of a document as SVG and PNG, and a list of them, by the names of the files.

    ``charts/<anchor>.svg`` and ``.png`` stand alone: finding, drawing, caption and source (client, date, number in the
    report). ``charts/<anchor>-plain.svg`` and ``.png`` are the drawing alone. Text stays text in the SVG, with its
    Latin font inside; the PNG are drawn with the bundled fonts at 288 dots an inch on white.
    """
    charts = list(find_charts(content))
    drawings: dict[str, str] = {}
    for chart in charts:
        drawings[chart.name] = _frame(chart.figure, content)
        drawings[chart.name + PLAIN] = chart.figure["svg"]
    pictures = dict(zip(drawings, rasterise(list(drawings.values())), strict=True))
    font = embedded_font(drawings.values())  # one for all: making one takes longer than drawing a chart
    files: dict[str, bytes] = {}
    for name, drawing in drawings.items():
        figure = next(chart.figure for chart in charts if name in (chart.name, chart.name + PLAIN))
        files[f"{FOLDER}/{name}.svg"] = _standalone(drawing, figure, font, content.language)
        files[f"{FOLDER}/{name}.png"] = pictures[name]
    files[f"{FOLDER}/index.csv"] = _index(charts)
    return files


def find_charts(content: Content) -> Iterator[Chart]:
    """Yield the figures in the order of the document; names are the anchors, numbered where one comes twice."""
    taken: set[str] = set()
    chapter = ""
    for unit in (content.front, *content.chapters):
        for block in unit:
            if block["kind"] == "heading" and block["level"] == 1:
                chapter = block["text"]
            elif block["kind"] == "figure":
                stem = re.sub(r"[^a-z0-9]+", "-", block["anchor"].lower()).strip("-") or f"figure-{block['number']}"
                name, count = stem, 1
                while {name, name + PLAIN} & taken:
                    count += 1
                    name = f"{stem}-{count}"
                taken |= {name, name + PLAIN}
                yield Chart(name=name, figure=block, chapter=chapter)


def source_line(block: Mapping[str, object], content: Content) -> str:
    """Return where a figure or table comes from: number in the report, client, date."""
    labels, cover = content.labels, content.cover
    label = labels["figure"] if block["kind"] == "figure" else labels["table"]
    day = f"{labels['as_of']} {cover['as_of']}".strip() if cover["as_of"] else ""
    return " · ".join(text for text in (f"{label} {block['number']}", visible_text(cover["client"]), day) if text)


def _standalone(drawing: str, figure: Data, font: str, language: str) -> bytes:
    """Return a drawing as a file of its own: named for who cannot see it, its Latin font inside."""
    root = parse_svg(drawing)
    root.attrib |= {"xmlns": SVG_NAMESPACE, "role": "img", "lang": language}
    for name, text in reversed((("title", figure["title"]), ("desc", figure["alt"]))):
        element = ET.Element(name)
        element.text = visible_text(text)
        root.insert(0, element)
    if font:
        style = ET.Element("style")
        style.text = f"@font-face {{ font-family: 'Source Sans Pro'; src: url('{font}') format('woff'); }}"
        root.insert(2, style)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + serialise(root).encode("utf-8", "replace")


def _frame(figure: Data, content: Content) -> str:
    """Return a drawing with its finding above, its caption and source below, on white."""
    inner = parse_svg(figure["svg"])
    width, height = svg_size(figure["svg"])
    title = _wrap(figure["title"], width, _TITLE)
    small = [*_wrap(figure["caption"], width, _SMALL), *_wrap(source_line(figure, content), width, _SMALL)]
    top = _MARGIN + len(title) * _TITLE * 1.2 + _GAP
    total = top + height + (_GAP + len(small) * _SMALL * 1.25 if small else 0.0) + _MARGIN
    across = width + 2 * _MARGIN
    root = ET.Element(
        "svg",
        {"width": f"{across:g}pt", "height": f"{total:.3f}pt", "viewBox": f"0 0 {across:g} {total:.3f}"},
    )
    ET.SubElement(root, "rect", {"width": f"{across:g}", "height": f"{total:.3f}", "style": "fill: #ffffff"})
    families = ", ".join(f"'{family}'" for family in figure_font_families(content.language))
    _set_lines(root, title, _MARGIN + _TITLE, _TITLE, 1.2, f"font-family: {families}; fill: #1a1a1a")
    inner.attrib |= {"x": f"{_MARGIN:g}", "y": f"{top:.3f}", "width": f"{width:g}", "height": f"{height:g}"}
    inner.attrib.setdefault("viewBox", f"0 0 {width:g} {height:g}")
    root.append(inner)
    _set_lines(root, small, top + height + _GAP + _SMALL, _SMALL, 1.25, f"font-family: {families}; fill: #595959")
    return serialise(root).replace("<svg ", f'<svg xmlns="{SVG_NAMESPACE}" ', 1)


def _set_lines(root: ET.Element, lines: list[str], top: float, size: float, leading: float, style: str) -> None:
    for index, line in enumerate(lines):
        place = {"x": f"{_MARGIN:g}", "y": f"{top + index * size * leading:.3f}"}
        element = ET.SubElement(root, "text", place | {"style": f"font-size: {size:g}px; {style}"})
        element.text = line


def _wrap(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines no wider than the drawing."""
    lines: list[str] = []
    rest = " ".join(visible_text(text).split(" "))
    while rest:
        line = _first_line(rest, width, size)
        lines.append(line.strip())
        rest = rest[len(line) :].lstrip()
    return lines


def _first_line(text: str, width: float, size: float) -> str:
    """Return what stands on the first line: up to a blank, or between two Chinese characters."""
    if text_width(text, size) <= width:
        return text
    end = 1
    while end < len(text) and text_width(text[: end + 1], size) <= width:
        end += 1
    for place in range(end, max(end // 2, 1), -1):
        if count_lines(text[:place], width, size) == 1 and (text[place - 1] in " ，。；：、" or text[place] == " "):
            return text[:place]
    return text[:end]


def svg_size(svg: str) -> tuple[float, float]:
    """Return width and height of a drawing in its own units, from its view box, else from its attributes."""
    root = parse_svg(svg)
    box = [float(part) for part in root.attrib.get("viewBox", "").replace(",", " ").split()]
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        return box[2], box[3]
    return tuple(float(re.sub(r"[^\d.]", "", root.attrib.get(name, "")) or 300) for name in ("width", "height"))  # type: ignore[return-value]


def _index(charts: list[Chart]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(INDEX)
    for chart in charts:
        figure = chart.figure
        texts = (figure["title"], figure["alt"], chart.chapter)
        title, alt, chapter = (_harmless(visible_text(text)) for text in texts)
        for ending in (".svg", ".png", f"{PLAIN}.svg", f"{PLAIN}.png"):
            writer.writerow((chart.name + ending, figure["number"], title, alt, chapter))
    return (_BYTE_ORDER_MARK + stream.getvalue()).encode("utf-8")


def _harmless(text: str) -> str:
    """Return a text that a spreadsheet takes for no formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
