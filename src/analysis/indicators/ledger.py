"""Transactions as arrays: order lines, purchases (one a customer and day) and the windows they are counted in."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.data.windows import (
    SLACK_DAYS,
    Window,
    day_of,
    iso,
    trailing_windows,
    trailing_years,
    year_ending,
)
from analysis.indicators.purchases import Purchases
from analysis.indicators.samples import Codes, Floats

__all__ = [
    "SLACK_DAYS",
    "Ledger",
    "Window",
    "day_of",
    "iso",
    "open_ledger",
    "to_days",
    "trailing_windows",
    "trailing_years",
    "year_ending",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ledger(Purchases):
    """What was bought.

    Parameters
    ----------
    ids
        Customers with transactions, in order of their id.
    customer, day
        Customer of each order line (position in `ids`, -1 where unknown) and its day.
    revenue, constant
        Revenue of each line at the day's and at the latest rates, returns negative.
    is_return
        Whether the line is a return.
    bought_by, bought_on, bought_for
        Purchases: customer, day and revenue, one for each customer and day on which anything was bought (returns are
        not purchases), sorted by customer and day.
    first_day, as_of
        First day with a transaction, and the last day that the record of transactions reaches to: the date of the
        audit, or earlier where the record ends before it.
    """

    ids: pd.Index
    customer: Codes
    day: Codes
    revenue: Floats
    constant: Floats
    is_return: NDArray[np.bool_]
    bought_by: Codes
    bought_on: Codes
    bought_for: Floats
    first_day: int
    as_of: int

    def buyers(self, window: Window) -> NDArray[np.bool_]:
        """Return which customers bought in a window."""
        return np.bincount(self.bought_by[window.holds(self.bought_on)], minlength=len(self.ids)) > 0

    def spent(self, window: Window, *, constant: bool) -> Floats:
        """Return each customer's revenue of a window, returns deducted."""
        rows = window.holds(self.day) & (self.customer >= 0)
        amounts = (self.constant if constant else self.revenue)[rows]
        return np.bincount(self.customer[rows], amounts, len(self.ids)).astype(np.float64)

    @property
    def has_purchases(self) -> bool:
        """Whether anything was bought by a known customer."""
        return len(self.bought_on) > 0

    def unattributed(self, window: Window, *, constant: bool) -> float:
        """Return the revenue of a window that belongs to no customer."""
        amounts = self.constant if constant else self.revenue
        return float(amounts[window.holds(self.day) & (self.customer < 0)].sum())

    def order_days(self, window: Window) -> Floats:
        """Return each customer's number of purchases in a window."""
        rows = window.holds(self.bought_on)
        return np.bincount(self.bought_by[rows], minlength=len(self.ids)).astype(np.float64)

    def bought(self, window: Window) -> Floats:
        """Return each customer's revenue of the purchases in a window, returns aside."""
        rows = window.holds(self.bought_on)
        return np.bincount(self.bought_by[rows], self.bought_for[rows], len(self.ids)).astype(np.float64)

    def latest(self, window: Window) -> Floats:
        """Return the day of each customer's last purchase in a window, NaN without one."""
        rows = window.holds(self.bought_on)
        last = np.full(len(self.ids), np.nan)
        # purchases are sorted by customer and day: of several assignments to one customer the last one stays
        last[self.bought_by[rows]] = self.bought_on[rows]
        return last

    def bought_before(self, window: Window) -> NDArray[np.bool_]:
        """Return which customers had bought before a window begins."""
        return np.bincount(self.bought_by[self.bought_on < window.first], minlength=len(self.ids)) > 0

    def bought_again(self, window: Window, horizon: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return who bought in a window, and whether again within so many days of the first time in it."""
        inside = np.flatnonzero(window.holds(self.bought_on))
        customers, first = np.unique(self.bought_by[inside], return_index=True)
        index = inside[first]
        following = np.minimum(index + 1, len(self.bought_on) - 1)
        same = (self.bought_by[following] == customers) & (following > index)
        return customers, same & (self.bought_on[following] - self.bought_on[index] <= horizon)

    def goods_returned(self, window: Window) -> float:
        """Return the returns of a window in constant currency, as a positive amount."""
        return abs(float(self.constant[window.holds(self.day) & self.is_return].sum()))

    def months(self) -> tuple[Codes, Floats, Floats, NDArray[np.intp]]:
        """Return the months from the first to the last with an order line, and what each of them came to."""
        month = _months(self.day)
        first, size = int(month.min()), int(np.ptp(month)) + 1
        # purchases are sorted by customer and day, so a customer's purchases of one month are neighbours
        bought = _months(self.bought_on) - first
        first_of_pair = np.diff(self.bought_by * size + bought, prepend=-1) != 0
        return (
            np.arange(first, first + size),
            np.bincount(month - first, self.revenue, size).astype(np.float64),
            np.bincount(month - first, self.constant, size).astype(np.float64),
            np.bincount(bought[first_of_pair], minlength=size),
        )


def open_ledger(data: ClientData) -> Ledger | None:
    """Return the client's ledger, or None without transactions."""
    if not data.has("transactions"):
        return None
    lines = data.table("transactions")
    codes, ids = pd.factorize(lines["customer_id"], sort=True)
    customer = codes.astype(np.int64)
    day = to_days(lines["ordered_on"])
    revenue = lines["revenue"].to_numpy(dtype=np.float64, na_value=0.0)
    is_return = lines["is_return"].to_numpy(dtype=bool, na_value=False)
    bought = (customer >= 0) & ~is_return & (revenue > 0)
    base, span = int(day.min()), int(np.ptp(day)) + 1
    key, purchase = np.unique(customer[bought] * span + (day[bought] - base), return_inverse=True)
    return Ledger(
        ids=pd.Index(ids),
        customer=customer,
        day=day,
        revenue=revenue,
        constant=lines["revenue_constant"].to_numpy(dtype=np.float64, na_value=0.0),
        is_return=is_return,
        bought_by=key // span,
        bought_on=key % span + base,
        bought_for=np.bincount(purchase, revenue[bought], len(key)).astype(np.float64),
        first_day=base,
        as_of=day_of(data.recorded_until("transactions")),
    )


def to_days(dates: pd.Series) -> Codes:
    """Return dates as days since 1970-01-01; the smallest integer stands for a missing date."""
    return dates.to_numpy(dtype="datetime64[D]").astype(np.int64)


def _months(day: Codes) -> Codes:
    """Return the months of days, 0 being January 1970."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
