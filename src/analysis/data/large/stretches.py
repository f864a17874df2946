"""Which stretches of days the totals of a client are counted over, and how the record's end is found."""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.data.large.reduce import Stretch
from analysis.data.windows import (
    MAX_WINDOWS,
    Window,
    festival_day,
    fiscal_windows,
    trailing_windows,
    trailing_years,
    windows_of_index_purchases,
    year_ending,
)

if TYPE_CHECKING:
    from analysis.params.model import ClientParams

RFM_DAYS = 730


def counted_windows(first_day: int, until: pd.Timestamp, params: "ClientParams") -> list[Window]:
    """Return every window that an indicator of the whole client asks for, each once, in order.

    Parameters
    ----------
    first_day
        First day with an order, as days since 1970-01-01.
    until
        Day to which the record of orders reaches.
    params
        Horizon of repeat purchase, window of retention, fiscal year.
    """
    last = int(np.datetime64(until, "D").astype(np.int64))
    ends = festival_day(until, spring_festival=params.money.spring_festival)
    year = year_ending(ends)
    index = windows_of_index_purchases(first_day, last, params.repurchase.horizon_days)
    found = [
        *trailing_years(ends, 2),
        *trailing_years(until, 2),
        Window(first=max(year.first, first_day), last=year.last),
        *fiscal_windows(first_day, last, params.money.fiscal_year_start).values(),
        *index,
        *(Window(first=window.first, last=last) for window in index[-1:]),
        *trailing_windows(last, params.retention.window_days, MAX_WINDOWS + 1),
        Window(first=max(last - RFM_DAYS + 1, first_day), last=last),
    ]
    return sorted(set(found), key=lambda window: (window.first, window.last))


def as_stretch(window: Window) -> Stretch:
    """Return a window as the reduction takes it."""
    return Stretch(name=f"{window.first}_{window.last}", first=_date(window.first), last=_date(window.last))


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)
