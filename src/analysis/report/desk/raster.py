"""Drawings as pictures: the compiler of the PDF sets them with the bundled fonts, the same bytes on every machine."""

import base64
import re
from collections.abc import Sequence
from typing import Any

import typst

from analysis.errors import ReportError
from analysis.report.fonts import typst_fonts
from analysis.report.gate import Gate

PIXELS_PER_INCH = 288.0
LOGO = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,(.*)", re.DOTALL)
_SUFFIXES = {"jpeg": "jpg", "svg+xml": "svg"}


def rasterise(drawings: Sequence[str], pixels_per_inch: float = PIXELS_PER_INCH) -> list[bytes]:
    """Return each drawing (SVG) as a PNG on white, at its own size.

    Raises
    ------
    ReportError
        Where the compiler refuses a drawing, with its reason.
    """
    gate = Gate()
    names = [f"drawing-{index}.svg" for index in range(len(drawings))]
    sources = {name: gate.svg(drawing).encode() for name, drawing in zip(names, drawings, strict=True)}
    return _compile(sources, names, "white", pixels_per_inch)


def rasterise_logo(uri: str) -> bytes:
    """Return the client's logo, which is a data URI of any kind that the parameters allow, as a PNG.

    Raises
    ------
    ReportError
        Where the URI is no such picture.
    """
    match = LOGO.fullmatch(uri)
    if match is None:
        raise ReportError("branding.logo must be a PNG, JPEG, GIF, WebP or SVG image")
    content = base64.b64decode(match.group(2))
    suffix = _SUFFIXES.get(match.group(1), match.group(1))
    if suffix == "svg":
        content = Gate().svg(content.decode("utf-8", "replace")).encode()
    return _compile({f"logo.{suffix}": content}, [f"logo.{suffix}"], "none", PIXELS_PER_INCH)[0]


def _compile(sources: dict[str, bytes], names: Sequence[str], fill: str, pixels_per_inch: float) -> list[bytes]:
    """Return a page for each image; only the names of files made here stand in the source."""
    if not names:
        return []
    page = f"#set page(width: auto, height: auto, margin: 0pt, fill: {fill})\n"
    # typed loosely: the compiler takes a dict of files, which its stub does not know
    files: Any = sources | {
        "main.typ": (page + "\n#pagebreak()\n".join(f'#image("{name}")' for name in names)).encode()
    }
    try:
        pages: Any = typst.compile(
            files, font_paths=typst_fonts(), ignore_system_fonts=True, format="png", ppi=pixels_per_inch
        )
    except typst.TypstError as error:
        raise ReportError(f"a drawing cannot be made a picture: {error.message}") from error
    return [pages] if isinstance(pages, bytes) else list(pages)  # a single page comes without its list
