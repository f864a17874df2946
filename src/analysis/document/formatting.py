"""How numbers, money, dates and intervals are written: one rule for tables, prose, figures and templates alike."""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from babel import Locale
from babel.dates import format_date as babel_format_date
from babel.lists import format_list as babel_format_list
from babel.numbers import NumberPattern, format_decimal, get_currency_name, get_currency_symbol, parse_pattern

from analysis.document.native import Kind, Native, Shown
from analysis.results import Unit

MINUS = "−"
MISSING = "–"
COMPACT_EN = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
COMPACT_ZH = ((1e8, "亿"), (1e4, "万"))
NBSP = "\u00a0"
TIMES_FROM = 2.0  # growth of +200% and more reads as a multiple
CHINESE_DATE = re.compile("[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?|[0-9]{1,2}月[0-9]{1,2}日")
"""A date or month in Chinese, between whose characters no line should break."""
LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
_SHORT = {"en": "en", "zh": "zh_Hans_CN"}  # British English alone writes four letters for one month, Sept


@lru_cache
def locale_of(language: str) -> Locale:
    """Return the babel locale of a report language (British English, Simplified Chinese)."""
    return Locale.parse(LOCALES[language])


def format_number(value: float, language: str, decimals: int | None = None, *, signed: bool = False) -> str:
    """Write a number with grouping; without `decimals` with as many as three significant digits need, at most two.

    >>> format_number(1234.5, "en")
    '1,234'
    >>> format_number(-3.14159, "en")
    '−3.14'
    """
    if decimals is None:
        decimals = 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 2
    rounded = round(float(value), decimals) + 0.0  # adding 0.0 turns -0.0 into 0.0
    text = format_decimal(abs(rounded), format=_pattern(decimals), locale=locale_of(language))
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return _shown(sign + text, "number", value, decimals, signed=signed)


@lru_cache
def _pattern(decimals: int) -> NumberPattern:
    """Return how a number with so many decimals is written; a report writes some sixteen thousand numbers."""
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


def _shown(text: str, kind: Kind, value: float, decimals: int, *, signed: bool = False, currency: str = "") -> str:
    """Return a text that carries its number along, where that is a number."""
    if not math.isfinite(value):
        return text
    return Shown(text, Native(kind=kind, value=float(value), decimals=decimals, signed=signed, currency=currency))


def format_percent(value: float, language: str, decimals: int | None = None, *, signed: bool = False) -> str:
    """Write a proportion (0 to 1) as a percentage; one decimal only where whole percents would say 0% or 100%.

    >>> format_percent(0.623, "en"), format_percent(0.004, "en"), format_percent(0.0001, "en")
    ('62%', '0.4%', '<0.1%')
    """
    percent = 100 * value
    if decimals is None:
        near_end = 0 < abs(percent) < 1 or 99 < abs(percent) < 100
        if 0 < abs(percent) < 0.05:
            return ("<" if percent > 0 else f">{MINUS}") + "0.1%"
        decimals = 1 if near_end else 0
    text = format_number(percent, language, decimals, signed=signed) + "%"
    return _shown(text, "percent", value, decimals, signed=signed)


def format_points(value: float, language: str) -> str:
    """Write a signed difference with one decimal: points of an index, of NPS, or percentage points."""
    return format_number(value, language, 1, signed=True)


def format_money(value: float, language: str, currency: str, *, signed: bool = False) -> str:
    """Write an amount compactly, for sentences and figures.

    >>> format_money(1_234_567, "en", "EUR"), format_money(1_234_567, "zh", "CNY")
    ('€1.23m', '123 万元')
    """
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    number, suffix = compact_amount(abs(value), COMPACT_ZH if language == "zh" else COMPACT_EN, language)
    text = f"{sign}{currency_symbol(currency)}{number}{suffix}"
    if language == "zh":
        text = f"{sign}{number} {suffix}{currency_name(currency)}"
    return show_money(text, value, currency, decimals=2 if not suffix and "." in number else 0, signed=signed)


def show_money(text: str, value: float, currency: str, *, decimals: int = 0, signed: bool = False) -> str:
    """Return the text of an amount, however compact, with the amount itself."""
    return _shown(text, "money", value, decimals, signed=signed, currency=currency)


def format_money_full(value: float, language: str, currency: str, *, signed: bool = False) -> str:
    """Write an amount in whole units of its currency, for tables (the symbol stands in both languages)."""
    number = format_number(abs(value), language, 0)
    sign = "" if number == "0" else MINUS if value < 0 else "+" if signed else ""
    return show_money(f"{sign}{currency_symbol(currency, language)}{number}", value, currency, signed=signed)


def compact_amount(value: float, steps: Sequence[tuple[float, str]], language: str) -> tuple[str, str]:
    """Return three significant digits of `value` and the word of its magnitude."""
    for size, word in steps:
        if value >= size * 0.9995:
            scaled = value / size
            decimals = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2
            text = format_number(scaled, language, decimals)
            return (text.rstrip("0").rstrip(".") if decimals else text), word
    decimals = 0 if value >= 10 or float(value).is_integer() else 2
    return format_number(value, language, decimals), ""


@lru_cache
def currency_symbol(currency: str, language: str = "en") -> str:
    """Return the symbol before an amount; a code of three letters is kept apart from it by a no-break space."""
    symbol = get_currency_symbol(currency, locale=locale_of(language))
    return symbol + "\u00a0" if symbol[-1].isalpha() else symbol


@lru_cache
def currency_name(currency: str) -> str:
    """Return the word after a Chinese amount: 元 for the renminbi, else the currency's name."""
    return "元" if currency == "CNY" else get_currency_name(currency, locale=locale_of("zh"))


def format_date(value: dt.date | str, language: str) -> str:
    """Write a date in full: 7 March 2025, 2025年3月7日; ISO text is accepted."""
    day = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return _show_day(babel_format_date(day, "long", locale=locale_of(language)), day)


def _show_day(text: str, day: dt.date) -> str:
    return Shown(text, Native(kind="date", value=day.isoformat()[:10]))


def format_day(value: dt.date, language: str) -> str:
    """Write a date in short: 7 Mar 2025, 2025年3月7日."""
    pattern = "yyyy年M月d日" if language == "zh" else "d MMM yyyy"
    return _show_day(babel_format_date(value, pattern, locale=_SHORT[language]), value)


def format_month(value: dt.date, language: str) -> str:
    """Write a month in short: Mar 2025, 2025年3月."""
    return babel_format_date(value, "yyyy年M月" if language == "zh" else "MMM yyyy", locale=_SHORT[language])


def format_growth(value: float, language: str) -> str:
    """Write a growth with its sign and one decimal; from +200% on as a multiple.

    >>> format_growth(0.153, "en"), format_growth(-0.01, "en"), format_growth(18.089, "en"), format_growth(2, "zh")
    ('+15.3%', '−1.0%', '19.1 times', '3.0 倍')
    """
    if value >= TIMES_FROM:
        text = f"{format_number(1 + value, language, 1)}{NBSP}{'倍' if language == 'zh' else 'times'}"
        return _shown(text, "percent", value, 1, signed=True)
    return format_percent(value, language, 1, signed=True)


def format_pvalue(value: float, language: str) -> str:
    """Write a p-value: two significant digits, nothing below 0.001.

    >>> format_pvalue(0.0312, "en"), format_pvalue(0.00002, "en"), format_pvalue(0.21, "en")
    ('0.031', '<0.001', '0.21')
    """
    if value < 0.001:
        return "<0.001"
    return format_number(value, language, 3 if value < 0.0995 else 2)


def format_list(items: Sequence[str], language: str) -> str:
    """Join texts as a reader expects: "a, b and c", "甲、乙和丙"."""
    return babel_format_list(list(items), locale=locale_of(language))


def format_n(n: int, language: str) -> str:
    """Write a sample size: n = 1,234."""
    return f"n{NBSP}={NBSP}{format_number(n, language, 0)}"


def unit_formatter(unit: Unit, language: str, currency: str, *, full: bool = False) -> Callable[[float], str]:
    """Return the function that writes a level in `unit`; `full` writes money in whole units instead of compactly."""
    if unit == "proportion":
        return partial(format_percent, language=language)
    if unit == "money":
        return partial(format_money_full if full else format_money, language=language, currency=currency)
    if unit == "percentage_points":
        return partial(format_points, language=language)
    decimals = {"index": 0, "nps": 0, "days": 0}.get(unit)
    return partial(format_number, language=language, decimals=decimals)


def format_unit(value: float, unit: Unit, language: str, currency: str, *, full: bool = False) -> str:
    """Write a level in `unit`: a proportion as percent, money compactly, an index without decimals."""
    return unit_formatter(unit, language, currency, full=full)(value)


def format_change(value: float, unit: Unit, language: str, currency: str) -> str:
    """Write a signed difference of two levels in `unit`; a difference of proportions in percentage points."""
    if unit == "money":
        return format_money(value, language, currency, signed=True)
    if unit == "proportion":
        return format_points(100 * value, language)
    if unit in ("index", "nps", "percentage_points", "days"):
        return format_points(value, language)
    return format_number(value, language, 2 if abs(value) < 10 else None, signed=True)


def format_value(value: Any, spec: str, language: str, currency: str) -> str:
    """Write one placeholder's value by its format, as ``docs/architecture.md`` lists them.

    Parameters
    ----------
    value
        What the message holds; None is written as a dash.
    spec
        ``int``, ``number``, ``number1``, ``number2``, ``number3``, ``percent``, ``percent1``, ``points``, ``money``,
        ``date``, ``pvalue`` or ``text``; the empty spec is ``text``, or ``number`` for a number.
    language, currency
        Of the report.

    Raises
    ------
    ValueError
        For a format that does not exist.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if spec in ("", "text"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return format_number(value, language) if is_number else value if isinstance(value, str) else str(value)
    writer = _WRITERS.get(spec)
    if writer is None:
        raise ValueError(f"placeholder format must be one of {sorted(_WRITERS)}: found {spec!r}")
    return writer(value, language, currency)


_WRITERS: dict[str, Callable[[Any, str, str], str]] = {
    "int": lambda value, language, _: format_number(round(value), language, 0),
    "number": lambda value, language, _: format_number(value, language),
    "number1": lambda value, language, _: format_number(value, language, 1),
    "number2": lambda value, language, _: format_number(value, language, 2),
    "number3": lambda value, language, _: format_number(value, language, 3),
    "percent": lambda value, language, _: format_percent(value, language),
    "percent1": lambda value, language, _: format_percent(value, language, 1),
    "points": lambda value, language, _: format_points(value, language),
    "money": format_money,
    "date": lambda value, language, _: format_date(value, language),
    "pvalue": lambda value, language, _: format_pvalue(value, language),
}
