"""Fiscal years, and the twelve months that revenue is compared over."""

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, Window, day_of, trailing_years
from analysis.params.model import ClientParams, MoneySpec

JANUARY, FEBRUARY = 1, 2


def last_day(data: ClientData, params: ClientParams) -> pd.Timestamp:
    """Return the day on which the latest twelve months end: `as_of`, or the end of the record of orders before it.

    Where January and February are compared together (the Spring Festival falls in either), an audit in the middle of
    them ends its twelve months with December, so that both years hold the festival once.
    """
    as_of = data.recorded_until("transactions")
    within = as_of.month == JANUARY or (as_of.month == FEBRUARY and not as_of.is_month_end)
    if params.money.spring_festival and within:
        return pd.Timestamp(year=as_of.year - 1, month=12, day=31)
    return as_of


def revenue_years(ledger: Ledger, data: ClientData, params: ClientParams, count: int = 2) -> list[Window]:
    """Return the covered windows of twelve months, the latest first."""
    return [window for window in trailing_years(last_day(data, params), count) if ledger.covers(window)]


def fiscal_years(ledger: Ledger, money: MoneySpec) -> dict[str, Window]:
    """Return the complete fiscal years that the data cover, oldest first.

    A fiscal year is named by the calendar year in which it ends: ``2025``, or ``FY2025`` where it begins in another
    month than January.
    """
    prefix = "" if money.fiscal_year_start == 1 else "FY"
    years: dict[str, Window] = {}
    begin = pd.Timestamp(year=1970, month=money.fiscal_year_start, day=1)
    start = begin + pd.DateOffset(years=pd.Timestamp(ledger.first_day, unit="D").year - 1970 - 1)
    while True:
        end = start + pd.DateOffset(years=1) - pd.Timedelta(days=1)
        window = Window(first=day_of(start), last=day_of(end))
        if window.last > ledger.as_of:
            return years
        if ledger.covers(window):
            years[f"{prefix}{end.year}"] = window
        start += pd.DateOffset(years=1)
