"""How a period is named: a year where it is one, else by its months, its last day, or the name the client gave."""

import datetime as dt
import re

from analysis.document.formatting import format_date, format_day, format_month
from analysis.messages import N_, Message

SPAN = {"en": " – ", "zh": "至"}
YEAR_DAYS = (364, 366)  # a window of 365 days that ends with a leap year begins on its second day
HALF_YEAR_DAYS = (180, 184)
QUARTER_DAYS = (89, 92)
_YEAR = re.compile(r"(19|20)\d{2}")
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INTERVAL = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")


def format_period(label: str, language: str) -> str:
    """Write a period's label for a reader: an interval of days, a quarter, a month, or the name the client gave.

    >>> format_period("2024-01-02/2024-12-31", "en"), format_period("2024-03-01/2025-02-28", "en")
    ('2024', 'Mar 2024 – Feb 2025')
    >>> format_period("2025-01-04/2025-07-04", "en"), format_period("2018-Q2", "en"), format_period("Wave 2", "en")
    ('half-year to 4 Jul 2025', 'Q2 2018', 'Wave 2')
    """
    interval = _INTERVAL.fullmatch(label)
    if interval:
        return _format_interval(*(dt.date.fromisoformat(day) for day in interval.groups()), language=language)
    quarter, month = _QUARTER.fullmatch(label), _MONTH.fullmatch(label)
    if quarter:
        return f"{quarter[1]}年Q{quarter[2]}" if language == "zh" else f"Q{quarter[2]} {quarter[1]}"
    if month and 1 <= int(month[2]) <= 12:
        return format_month(dt.date(int(month[1]), int(month[2]), 1), language)
    if _DAY.fullmatch(label):
        return format_date(label, language)
    return f"{label}年" if language == "zh" and _YEAR.fullmatch(label) else label


def _format_interval(first: dt.date, last: dt.date, *, language: str) -> str:
    days = (last - first).days + 1
    if (last + dt.timedelta(days=1)).day == 1:
        # counted in days, a year begins a day off where a 29 February lies in it
        nearest = first + dt.timedelta(days=-1 if first.day == 2 else 1)
        begin = next((day for day in (first, nearest) if day.day == 1), None)
        if begin is not None and (begin == first or days >= YEAR_DAYS[0]):
            return _format_months(begin, last, language)
    end = format_day(last, language)
    for low, high, english, chinese in (
        (*YEAR_DAYS, "year", "一年"), (*HALF_YEAR_DAYS, "half-year", "半年"), (*QUARTER_DAYS, "quarter", "一季"),
    ):  # fmt: skip
        if low <= days <= high:
            return f"截至{end}的{chinese}" if language == "zh" else f"{english} to {end}"
    return f"{format_day(first, language)}{SPAN[language]}{end}"


def _format_months(first: dt.date, last: dt.date, language: str) -> str:
    if (first.month, last.month) == (1, 12):
        years = [str(year) for year in dict.fromkeys((first.year, last.year))]
        return SPAN[language].join(f"{year}年" if language == "zh" else year for year in years)
    begin, end = format_month(first, language), format_month(last, language)
    return begin if begin == end else f"{begin}{SPAN[language]}{end}"


def name_period_before(earlier: str, later: str) -> Message:
    """Return what a reader calls the earlier of two neighbouring periods: "the year before", "the wave before".

    Parameters
    ----------
    earlier, later
        Labels of the two periods.
    """
    interval = _INTERVAL.fullmatch(earlier)
    if interval:
        first, last = (dt.date.fromisoformat(day) for day in interval.groups())
        days = (last - first).days + 1
        if YEAR_DAYS[0] <= days <= YEAR_DAYS[1]:
            return N_("the year before")
        if HALF_YEAR_DAYS[0] <= days <= HALF_YEAR_DAYS[1]:
            return N_("the half-year before")
        return N_("the period before")
    if _DAY.fullmatch(earlier) and _DAY.fullmatch(later):
        days = (dt.date.fromisoformat(later) - dt.date.fromisoformat(earlier)).days
        return N_("a year before") if YEAR_DAYS[0] <= days <= YEAR_DAYS[1] else N_("the date before")
    if _QUARTER.fullmatch(earlier):
        return N_("the quarter before")
    return N_("the wave before")
