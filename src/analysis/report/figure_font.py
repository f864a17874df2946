"""The figures' Latin font inside the page itself: a chart's texts are placed for its widths, whatever a device has."""

import base64
import re
from collections.abc import Iterable
from functools import cache
from html import unescape
from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from analysis.document.fonts import figure_font_paths

_TEXT = re.compile(r"<(?:text|tspan)\b[^>]*>([^<]*)")


def embedded_font(drawings: Iterable[str]) -> str:
    """Return a data URI (WOFF) of Source Sans Pro with just the characters that `drawings` (SVG) show.

    The same drawings give the same bytes; without any text the answer is empty.
    """
    shown = {character for drawing in drawings for text in _TEXT.findall(drawing) for character in unescape(text)}
    return _subset("".join(sorted(shown))) if shown else ""


@cache
def _subset(characters: str) -> str:
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.drop_tables += ["GSUB", "DSIG"]
    with TTFont(figure_font_paths()[0], recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = BytesIO()
        font.save(buffer)
    return "data:font/woff;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
