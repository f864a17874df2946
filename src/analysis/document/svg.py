"""A chart's SVG, made safe to place into a page: no prolog, no script, no style sheet, no id that another chart has."""

import re
import xml.etree.ElementTree as ET
from zlib import crc32

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
# What matplotlib draws with; all else (script, foreignObject, metadata, style, animation) is left out.
_SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "image")
_STRUCTURE = ("svg", "g", "defs", "use", "clipPath", "mask", "pattern", "linearGradient", "radialGradient", "stop")
_ELEMENTS = frozenset((*_SHAPES, *_STRUCTURE, "title", "desc"))
_REFERENCE = re.compile(r"url\(\s*#([^)\s]+)\s*\)")


def parse_svg(svg: str) -> ET.Element:
    """Parse a chart and keep its drawing: plain tags, no event handler, no link to outside.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        Where `svg` is not well-formed.
    """
    root = ET.fromstring(svg)
    _simplify(root)
    # matplotlib sets these for every element in a style sheet, which inside a page would reach the page itself
    root.attrib.setdefault("stroke-linejoin", "round")
    root.attrib.setdefault("stroke-linecap", "butt")
    return root


def _simplify(element: ET.Element) -> None:
    element.tag = _local(element.tag)
    attributes = {_local(name): value for name, value in element.attrib.items()}
    element.attrib.clear()
    element.attrib.update({name: value for name, value in sorted(attributes.items()) if _is_safe(name, value)})
    for child in list(element):
        if not isinstance(child.tag, str) or _local(child.tag) not in _ELEMENTS:
            element.remove(child)
        else:
            _simplify(child)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _is_safe(name: str, value: str) -> bool:
    if name.lower().startswith("on"):
        return False
    if name == "href":
        return value.startswith(("#", "data:image/png;base64,"))
    return "url(" not in value or len(_REFERENCE.findall(value)) == value.count("url(")


def inline_svg(svg: str, *, label: str) -> str:
    """Return a chart as an `svg` element for an HTML page, with `label` as its accessible name.

    Ids that nothing refers to are dropped and the others get a prefix made from the drawing itself, so that two charts
    on a page never share an id and the same chart always has the same.
    """
    root = parse_svg(svg)
    prefix = f"s{crc32(svg.encode('utf-8', 'replace')):08x}-"
    _rename_ids(root, prefix)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {"role": "img", "aria-label": label}
    return serialise(root)


def serialise(root: ET.Element) -> str:
    """Return the element as text, without XML declaration."""
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _rename_ids(root: ET.Element, prefix: str) -> None:
    used: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if name == "href" and value.startswith("#"):
                used.add(value[1:])
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id" and value not in used:
                del element.attrib[name]
            elif name == "id":
                element.attrib[name] = prefix + value
            elif name == "href" and value.startswith("#"):
                element.attrib[name] = f"#{prefix}{value[1:]}"
            elif "url(" in value:
                element.attrib[name] = _REFERENCE.sub(rf"url(#{prefix}\1)", value)
