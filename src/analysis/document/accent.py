"""The client's accent colour, darkened until text in it can be read on white: one for pages, PDF and figures."""

import re

from analysis.errors import ReportError

MINIMUM_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3, text of normal size
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEP = 0.97


def legible_accent(colour: str) -> str:
    """Return `colour` (``#rgb`` or ``#rrggbb``) as ``#rrggbb``, darkened in its own hue to 4.5:1 against white.

    Raises
    ------
    ReportError
        Where `colour` is no hexadecimal colour.

    Examples
    --------
    >>> legible_accent("#1F4E79")
    '#1f4e79'
    """
    if not _HEX.fullmatch(colour):
        raise ReportError(f"branding.accent must be a colour such as #1f4e79: found {colour!r}")
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))
    while contrast_with_white(channels) < MINIMUM_CONTRAST:
        channels = tuple(int(channel * _STEP) for channel in channels)
    return "#{:02x}{:02x}{:02x}".format(*channels)


def contrast_with_white(channels: tuple[int, ...]) -> float:
    """Return the contrast ratio (1 to 21) of an sRGB colour (0 to 255 each) against white, by WCAG 2.2."""
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
