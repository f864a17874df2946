"""Fiscal years, and the twelve months that revenue is compared over."""

import pandas as pd

from analysis.data.client import ClientData
from analysis.data.windows import Window, festival_day, fiscal_windows, trailing_years
from analysis.indicators.purchases import Purchases
from analysis.params.model import ClientParams, MoneySpec


def last_day(data: ClientData, params: ClientParams) -> pd.Timestamp:
    """Return the day on which the latest twelve months end: `as_of`, or the end of the record of orders before it.

    Where January and February are compared together (the Spring Festival falls in either), an audit in the middle of
    them ends its twelve months with December, so that both years hold the festival once.
    """
    return festival_day(data.recorded_until("transactions"), spring_festival=params.money.spring_festival)


def revenue_years(ledger: Purchases, data: ClientData, params: ClientParams, count: int = 2) -> list[Window]:
    """Return the covered windows of twelve months, the latest first."""
    return [window for window in trailing_years(last_day(data, params), count) if ledger.covers(window)]


def fiscal_years(ledger: Purchases, money: MoneySpec) -> dict[str, Window]:
    """Return the complete fiscal years that the data cover, oldest first.

    A fiscal year is named by the calendar year in which it ends: ``2025``, or ``FY2025`` where it begins in another
    month than January.
    """
    return fiscal_windows(ledger.first_day, ledger.as_of, money.fiscal_year_start)
