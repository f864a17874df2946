"""Stretches of days over which purchases are counted, as days since 1970-01-01."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SLACK_DAYS = 7  # the data may begin so many days after a window does and still cover it: not every day has an order
INDEX_DAYS = (365, 182)
MIN_INDEX_DAYS = 30  # a shorter window of index purchases would be the customers of one campaign
MAX_WINDOWS = 4
JANUARY, FEBRUARY = 1, 2


@dataclass(frozen=True, kw_only=True)
class Window:
    """Days from `first` to `last`, both included, as days since 1970-01-01."""

    first: int
    last: int

    @property
    def label(self) -> str:
        """The window as an ISO interval."""
        return f"{iso(self.first)}/{iso(self.last)}"

    @property
    def days(self) -> int:
        """Its length."""
        return self.last - self.first + 1

    def holds(self, day: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which days lie in it."""
        return np.asarray((day >= self.first) & (day <= self.last))


def covers(first_day: int, window: Window) -> bool:
    """Return whether a record that begins on a day reaches back to the beginning of a window."""
    return first_day <= window.first + SLACK_DAYS


def day_of(moment: pd.Timestamp) -> int:
    """Return a date as days since 1970-01-01."""
    return int(np.datetime64(moment, "D").astype(np.int64))


def iso(day: int) -> str:
    """Return a day as an ISO date."""
    return str(np.datetime64(day, "D"))


def year_ending(last: pd.Timestamp) -> Window:
    """Return the twelve months that end on a day."""
    return Window(first=day_of(last - pd.DateOffset(years=1)) + 1, last=day_of(last))


def trailing_years(last: pd.Timestamp, count: int) -> list[Window]:
    """Return `count` windows of twelve months, the latest first, the first of them ending on `last`."""
    return [year_ending(last - pd.DateOffset(years=back)) for back in range(count)]


def trailing_windows(last: int, days: int, count: int) -> list[Window]:
    """Return `count` windows of equal length, the latest first, the first of them ending on `last`."""
    return [Window(first=last - (back + 1) * days + 1, last=last - back * days) for back in range(count)]


def festival_day(last: pd.Timestamp, *, spring_festival: bool) -> pd.Timestamp:
    """Return the day on which the latest twelve months end, given the last day of the record.

    Where January and February are compared together (the Spring Festival falls in either), a record that ends in the
    middle of them ends its twelve months with December, so that both years hold the festival once.
    """
    within = last.month == JANUARY or (last.month == FEBRUARY and not last.is_month_end)
    return pd.Timestamp(year=last.year - 1, month=12, day=31) if spring_festival and within else last


def fiscal_windows(first_day: int, last_day: int, start_month: int) -> dict[str, Window]:
    """Return the complete fiscal years that a record covers, oldest first.

    A fiscal year is named by the calendar year in which it ends: ``2025``, or ``FY2025`` where it begins in another
    month than January.
    """
    prefix = "" if start_month == 1 else "FY"
    years: dict[str, Window] = {}
    begin = pd.Timestamp(year=1970, month=start_month, day=1)
    start = begin + pd.DateOffset(years=pd.Timestamp(first_day, unit="D").year - 1970 - 1)
    while True:
        end = start + pd.DateOffset(years=1) - pd.Timedelta(days=1)
        window = Window(first=day_of(start), last=day_of(end))
        if window.last > last_day:
            return years
        if covers(first_day, window):
            years[f"{prefix}{end.year}"] = window
        start += pd.DateOffset(years=1)


def windows_of_index_purchases(first_day: int, last_day: int, horizon: int) -> list[Window]:
    """Return the windows of index purchases, oldest first: years, or half-years where the data hold no two years.

    Where they do not hold two half-years either, there is one window as long as the data.
    """
    last = last_day - horizon
    for days in INDEX_DAYS:
        windows = [window for window in trailing_windows(last, days, MAX_WINDOWS) if covers(first_day, window)]
        if len(windows) > 1:
            return windows[::-1]
    only = Window(first=max(last - INDEX_DAYS[0] + 1, first_day), last=last)
    return [only] if only.days >= MIN_INDEX_DAYS else []
