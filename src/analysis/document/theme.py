"""How every figure looks: one accent and greys, static fonts, text kept as text, the same bytes from the same data."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import to_hex, to_rgb

from analysis.document import fonts
from analysis.document.accent import legible_accent

INK = "#262626"
GREY = "#767676"  # 4.5:1 on white
LIGHT = "#bdbdbd"
RULE = "#e3e3e3"
FONT_SIZE = 9.0


@dataclass(frozen=True)
class Theme:
    """Colours and fonts of one report's figures.

    Parameters
    ----------
    language
        Decides the order of the font families, so that Chinese never falls back to Japanese glyphs.
    accent
        The one colour, #rrggbb; darkened where it would not read on white.
    """

    language: str = "en"
    accent: str = "#1f5a7a"

    @property
    def color(self) -> str:
        """The accent, dark enough for white paper."""
        return legible_accent(self.accent)

    @property
    def pale(self) -> str:
        """The accent mixed with white, for intervals and areas."""
        return tint(self.color, 0.65)

    def rc(self) -> Any:
        """Return Matplotlib's settings for the figures."""
        return {
            "axes.edgecolor": LIGHT,
            "axes.labelcolor": GREY,
            "axes.labelsize": FONT_SIZE,
            "axes.axisbelow": True,
            "axes.linewidth": 0.8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": True,
            "figure.facecolor": "white",
            "font.family": list(fonts.figure_font_families(self.language)),
            "font.size": FONT_SIZE,
            "font.weight": "normal",
            "grid.color": RULE,
            "grid.linewidth": 0.8,
            "legend.frameon": False,
            "lines.linewidth": 1.6,
            "svg.fonttype": "none",
            "text.color": INK,
            "text.parse_math": False,  # a client's name may hold dollar signs
            "xtick.color": LIGHT,
            "ytick.color": LIGHT,
            "xtick.labelcolor": GREY,
            "ytick.labelcolor": INK,
            "xtick.labelsize": FONT_SIZE,
            "ytick.labelsize": FONT_SIZE,
            "xtick.major.size": 3,
            "ytick.major.size": 0,
        }


def tint(color: str, share: float) -> str:
    """Return `color` mixed with `share` of white."""
    red, green, blue = (part + (1 - part) * share for part in to_rgb(color))
    return to_hex((red, green, blue))


@lru_cache
def register_fonts() -> None:
    """Make the package's static fonts known to Matplotlib, once a process."""
    for path in fonts.figure_font_paths():
        font_manager.fontManager.addfont(str(path))


@contextmanager
def drawing(theme: Theme) -> Iterator[None]:
    """Apply the theme inside a with-block and leave Matplotlib's own settings as they were.

    A sign that no figure font holds (an emoji in a client's label) is not warned about: Matplotlib only measures with
    these fonts, text stays text in the SVG, and the page or the PDF shows it with a font of its own.
    """
    register_fonts()
    with warnings.catch_warnings(), mpl.rc_context(theme.rc()):
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield
