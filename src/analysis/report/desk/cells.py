"""What a cell of the workbook holds, and how Excel writes it: native values with a number format, texts as texts."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.document.formatting import currency_symbol
from analysis.document.visible import visible_text

LONGEST_TEXT = 32_767
"""UTF-16 units that Excel takes in one cell."""
CUT = "…"
TAKEN_FOR_FORMULAS = ("=", "+", "-", "@")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_FORMATS = {"en": "d mmm yyyy", "zh": 'yyyy"年"m"月"d"日"'}
Style = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell.

    Parameters
    ----------
    value
        A number, a day, a text, or None for an empty cell.
    style
        Properties of XlsxWriter's formats, laid over those of the row.
    width
        Letters that the cell takes on one line.
    link
        Name of a sheet that the cell leads to, or "".
    """

    value: float | dt.date | str | None
    style: Style = field(default_factory=dict)
    width: float = 0.0
    link: str = ""


EMPTY = Cell(value=None)


def text_cell(text: str, style: Style | None = None, link: str = "") -> Cell:
    """Return a cell of text: without unseen characters, never longer than Excel takes, never a formula."""
    shown = cut_text(visible_text(text))
    if not shown:
        return EMPTY
    properties: dict[str, Any] = {"text_wrap": True} | dict(style or {}) | typed_style(shown)
    return Cell(value=shown, style=properties, width=text_width(shown), link=link)


def typed_style(text: str) -> dict[str, Any]:
    """Return the style of a text that whoever edits its cell would else make a formula of."""
    return {"quote_prefix": True} if text.startswith(TAKEN_FOR_FORMULAS) else {}


def number_cell(value: float, number_format: str, style: Style | None = None, width: float = 0.0) -> Cell:
    """Return a cell with a number that keeps all its digits; `width` is guessed from the format if not given."""
    properties = {"num_format": number_format, "align": "right"} | dict(style or {})
    decimals = len(number_format.split(";")[0].partition(".")[2].rstrip('% *"'))
    size = 100 * value if "%" in number_format else value
    return Cell(value=float(value), style=properties, width=width or len(f"{size:,.{min(decimals, 4)}f}") + 2)


def day_cell(iso: str, language: str) -> Cell:
    """Return a cell with a day."""
    style = {"num_format": _DAY_FORMATS[language], "align": "right"}
    return Cell(value=dt.date.fromisoformat(iso), style=style, width=14)


def native_cell(native: Mapping[str, Any], part: str, language: str) -> Cell:
    """Return one part (``value``, ``low``, ``high``) of what a table's cell shows as a cell of its own."""
    value = native.get(part)
    if value is None:
        return EMPTY
    if native["kind"] == "date":
        return day_cell(value, language)
    mark = native.get("mark", "") if part == "value" else ""
    return number_cell(value, native_format(native, language, mark))


def native_format(native: Mapping[str, Any], language: str, mark: str = "") -> str:
    """Return Excel's number format of a native number."""
    return number_format(
        native["kind"],
        int(native.get("decimals", 0)),
        language,
        signed=bool(native.get("signed")),
        currency=native.get("currency", ""),
        mark=mark,
    )


def number_format(
    kind: str, decimals: int, language: str, *, signed: bool = False, currency: str = "", mark: str = ""
) -> str:
    """Return Excel's number format.

    >>> number_format("percent", 1, "en"), number_format("money", 0, "en", currency="EUR")
    ('0.0%', '"€"#,##0;-"€"#,##0')
    """
    digits = ("0" if kind == "percent" else "#,##0") + ("." + "0" * decimals if decimals else "")
    digits += "%" if kind == "percent" else ""
    if kind == "money":
        digits = _quoted(currency_symbol(currency, language)) + digits
    digits += _quoted(mark) if mark else ""
    if signed:
        return f"+{digits};-{digits};{digits}"
    return f"{digits};-{digits}" if kind == "money" else digits


def unit_format(unit: str, language: str, currency: str) -> str:
    """Return Excel's number format of a number in one of the audit's units."""
    if unit == "money":
        return number_format("money", 0, language, currency=currency)
    if unit == "proportion":
        return number_format("percent", 1, language)
    if unit == "percentage_points":
        return number_format("number", 1, language, signed=True)
    return number_format("number", {"index": 1, "nps": 1, "days": 1}.get(unit, 2), language)


def is_day(value: Any) -> bool:
    """Return whether a value is a day of the calendar in ISO 8601."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def text_width(text: str) -> float:
    """Return the letters that the longest line of a text takes; a Chinese character counts twice."""
    return max(map(_line_width, text.split("\n")))


def _line_width(line: str) -> float:
    if line.isascii():
        return float(len(line))
    return sum(2.0 if unicodedata.east_asian_width(character) in "WF" else 1.0 for character in line)


def cut_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text cut to so many UTF-16 units, with an ellipsis, and never in the middle of a character."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * longest:
        return text
    return units[: 2 * (longest - 1)].decode("utf-16-le", "ignore") + CUT


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "") + '"'
