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
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

from analysis.results import Estimate, Unit

MINUS = "−"
MISSING = "–"
COMPACT_EN = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
COMPACT_ZH = ((1e8, "亿"), (1e4, "万"))
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INTERVAL = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")
SPAN = {"en": " – ", "zh": "至"}
LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}


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
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(abs(rounded), format=pattern, locale=locale_of(language))
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def format_percent(value: float, language: str, decimals: int | None = None) -> str:
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
    return format_number(percent, language, decimals) + "%"


def format_points(value: float, language: str) -> str:
    """Write a signed difference with one decimal: points of an index, of NPS, or percentage points."""
    return format_number(value, language, 1, signed=True)


def format_money(value: float, language: str, currency: str, *, signed: bool = False) -> str:
    """Write an amount compactly, for sentences and figures.

    >>> format_money(1_234_567, "en", "EUR"), format_money(1_234_567, "zh", "CNY")
    ('€1.23m', '123 万元')
    """
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    number, suffix = _compact(abs(value), COMPACT_ZH if language == "zh" else COMPACT_EN, language)
    if language == "zh":
        return f"{sign}{number} {suffix}{currency_name(currency)}"
    return f"{sign}{currency_symbol(currency)}{number}{suffix}"


def format_money_full(value: float, language: str, currency: str, *, signed: bool = False) -> str:
    """Write an amount in whole units of its currency, for tables (the symbol stands in both languages)."""
    number = format_number(abs(value), language, 0)
    sign = "" if number == "0" else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{currency_symbol(currency, language)}{number}"


def _compact(value: float, steps: Sequence[tuple[float, str]], language: str) -> tuple[str, str]:
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
    return babel_format_date(day, "long", locale=locale_of(language))


def format_month(value: dt.date, language: str) -> str:
    """Write a month for an axis: Mar 2025, 2025年3月."""
    return babel_format_date(value, "yyyy年M月" if language == "zh" else "MMM yyyy", locale=locale_of(language))


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
    return f"n = {format_number(n, language, 0)}"


def decimals_of(unit: Unit, scale: float) -> int:
    """Return the decimals of a number in `unit` whose interval is about `scale` wide (in the shown unit)."""
    if unit in ("index", "nps", "days", "proportion"):
        return 0 if scale >= 1 or unit in ("nps", "days") else 1
    if unit == "percentage_points":
        return 1
    return 2 if scale < 10 else 1 if scale < 100 else 0


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


def format_range(low: str, high: str, language: str) -> str:
    """Join two formatted limits: "58 to 66", "58 至 66"."""
    return f"{low} 至 {high}" if language == "zh" else f"{low} to {high}"


def brackets(text: str, language: str, before: str = "") -> str:
    """Put `text` in brackets after `before`: "62% (58 to 66)", "62%（58 至 66）"."""
    if language == "zh":
        return f"{before}（{text}）"
    return f"{before} ({text})" if before else f"({text})"


def format_limits(estimate: Estimate, language: str, currency: str, *, full: bool = False) -> str:
    """Write the interval of an estimate alone: "58 to 66"; the percent sign is left to the estimate itself."""
    _, low, high = _written(estimate, language, currency, full=full)
    if language == "zh" and low.partition(" ")[2] == high.partition(" ")[2]:
        low = low.partition(" ")[0]  # 110 至 130 万元: the unit is said once
    return format_range(low.rstrip("%"), high.rstrip("%"), language)


def format_estimate(estimate: Estimate, language: str, currency: str, *, full: bool = False) -> str:
    """Write an estimate with its interval: "62% (58 to 66)", "62%（58 至 66）"."""
    value = _written(estimate, language, currency, full=full)[0]
    return brackets(format_limits(estimate, language, currency, full=full), language, value)


def _written(estimate: Estimate, language: str, currency: str, *, full: bool) -> list[str]:
    """Write value and limits with the same number of decimals."""
    numbers = (estimate.value, estimate.low, estimate.high)
    if estimate.unit == "money":
        return [format_unit(number, "money", language, currency, full=full) for number in numbers]
    if estimate.unit == "proportion":
        decimals = 1 if 100 * (estimate.high - estimate.low) < 2 or 0 < estimate.value < 0.01 else 0
        return [format_number(100 * number, language, decimals) + "%" for number in numbers]
    if estimate.unit == "percentage_points":
        return [format_points(number, language) for number in numbers]
    decimals = decimals_of(estimate.unit, max(abs(number) for number in numbers))
    if estimate.unit == "index":
        decimals = 0 if estimate.high - estimate.low >= 2 else 1
    return [format_number(number, language, decimals) for number in numbers]


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
        return format_number(value, language) if is_number else str(value)
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


def format_period(label: str, language: str) -> str:
    """Write a period's label for a reader: an interval of days, a month, or whatever name the client gave.

    >>> format_period("2024-01-01/2024-12-31", "en"), format_period("2024-03-01/2025-02-28", "en")
    ('2024', 'Mar 2024 – Feb 2025')
    >>> format_period("2025-03", "en"), format_period("Wave 2", "en")
    ('Mar 2025', 'Wave 2')
    """
    month = _MONTH.fullmatch(label)
    if month:
        return format_month(dt.date(int(month[1]), int(month[2]), 1), language)
    if _DAY.fullmatch(label):
        return format_date(label, language)
    interval = _INTERVAL.fullmatch(label)
    if not interval:
        return label
    first, last = (dt.date.fromisoformat(day) for day in interval.groups())
    whole_months = first.day == 1 and (last + dt.timedelta(days=1)).day == 1
    if whole_months and (first.month, last.month) == (1, 12) and first.year == last.year:
        return format_month(first, language)[:5] if language == "zh" else str(first.year)
    if whole_months:
        begin, end = format_month(first, language), format_month(last, language)
        return begin if begin == end else f"{begin}{SPAN[language]}{end}"
    begin, end = (babel_format_date(day, "medium", locale=locale_of(language)) for day in (first, last))
    return f"{begin}{SPAN[language]}{end}"
