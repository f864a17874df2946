"""Purchases as the models take them: how often, how lately and how long each customer has been watched.

A purchase is a day on which a customer bought, whatever the number of lines; returns are no purchases and are taken off
the amounts. A customer is known from its first purchase on record: what lies before the record is not seen.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.models.clustering import Codes, Floats

YEAR_DAYS = 365
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """All purchases of a client.

    Parameters
    ----------
    ids
        Customers with at least one purchase, in order of their id.
    customer, day, amount
        Purchases: position in `ids`, day since 1970-01-01, and amount (returns not taken off), sorted by customer and
        day; one for each customer and day.
    line_customer, line_day, line_revenue
        Order lines of those customers, returns negative.
    line_margin
        Margin of each line, NaN where it is not known; None where no line has one.
    first_day, last_day
        First day with a line, and the last that the record reaches.
    """

    ids: pd.Index
    customer: Codes
    day: Codes
    amount: Floats
    line_customer: Codes
    line_day: Codes
    line_revenue: Floats
    line_margin: Floats | None
    first_day: int
    last_day: int

    @property
    def days(self) -> int:
        """Days that the record covers."""
        return self.last_day - self.first_day + 1

    def revenue(self, after: int, until: int) -> Floats:
        """Return each customer's revenue after one day until another, returns taken off."""
        rows = (self.line_day > after) & (self.line_day <= until)
        return np.bincount(self.line_customer[rows], self.line_revenue[rows], len(self.ids)).astype(float)

    def purchases(self, after: int, until: int) -> Floats:
        """Return how often each customer bought after one day until another."""
        rows = (self.day > after) & (self.day <= until)
        return np.bincount(self.customer[rows], minlength=len(self.ids)).astype(float)

    def kept_share(self, until: int) -> float:
        """Return the share of the amounts bought that was not returned, 0 to 1."""
        bought = float(self.amount[self.day <= until].sum())
        net = float(self.line_revenue[self.line_day <= until].sum())
        return min(max(net / bought, 0.0), 1.0) if bought > 0 else 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Summary:
    """What the purchase models need of each customer that bought by a day [1]_.

    Parameters
    ----------
    position
        Of the customer in the history's `ids`.
    frequency
        Purchases after the first one (x).
    recency, watched
        Days from the first purchase to the last (t_x) and to the end of the watch (T).
    mean_amount
        Mean amount of the purchases after the first; NaN where there is none.
    mean_log
        Mean logarithm of the same amounts; NaN where there is none.
    own_amount
        Mean amount of all purchases.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005). "Counting your customers" the easy way: an alternative to
           the Pareto/NBD model. Marketing Science 24, 275-284.
    """

    position: Codes
    frequency: Floats
    recency: Floats
    watched: Floats
    mean_amount: Floats
    mean_log: Floats
    own_amount: Floats


def read_history(data: ClientData) -> History | None:
    """Return the purchases of known customers up to the end of the record; None where there are none."""
    if not data.has("transactions"):
        return None
    lines = data.table("transactions")
    day = lines["ordered_on"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    last_day = int(np.datetime64(data.recorded_until("transactions"), "D").astype(np.int64))
    revenue = lines["revenue"].to_numpy(dtype=float, na_value=np.nan)
    codes, everybody = pd.factorize(lines["customer_id"], sort=True)
    known = (codes >= 0) & np.isfinite(revenue) & (day <= last_day)
    bought = known & ~lines["is_return"].to_numpy(dtype=bool, na_value=False) & (revenue > 0)
    if not bought.any():
        return None
    buyers = np.flatnonzero(np.bincount(codes[bought], minlength=len(everybody)))
    place = np.full(len(everybody), -1, dtype=np.int64)
    place[buyers] = np.arange(len(buyers))
    position = place[codes]  # of those without an id the last customer's, who is never looked up: they are not known
    ids = pd.Index(np.asarray(everybody[buyers], dtype=object).astype(str), name="customer_id")
    kept = known & (position >= 0)
    first = int(day[kept].min())
    span = last_day - first + 1
    key, purchase = np.unique(position[bought] * span + (day[bought] - first), return_inverse=True)
    margin = lines["margin"].to_numpy(dtype=float, na_value=np.nan) if data.has("transactions", "margin") else None
    return History(
        ids=ids,
        customer=key // span,
        day=key % span + first,
        amount=np.bincount(purchase, revenue[bought], len(key)).astype(float),
        line_customer=position[kept],
        line_day=day[kept],
        line_revenue=revenue[kept],
        line_margin=None if margin is None else margin[kept],
        first_day=first,
        last_day=last_day,
    )


def summarise(history: History, until: int) -> Summary:
    """Return what is known of each customer at the end of a day; nothing after it is looked at."""
    rows = history.day <= until
    customer, day, amount = history.customer[rows], history.day[rows], history.amount[rows]
    position, start, count = np.unique(customer, return_index=True, return_counts=True)
    first, last = day[start], day[start + count - 1]
    frequency = (count - 1).astype(float)
    own, repeat = _means(amount, start, frequency)
    _, repeat_log = _means(np.log(amount), start, frequency)
    return Summary(
        position=position,
        frequency=frequency,
        recency=(last - first).astype(float),
        watched=(until - first).astype(float),
        mean_amount=repeat,
        mean_log=repeat_log,
        own_amount=own,
    )


def _means(values: Floats, start: Codes, repeats: Floats) -> tuple[Floats, Floats]:
    """Return the mean over all purchases of each customer, and over those after the first (NaN for none)."""
    if not len(start):
        return np.zeros(0), np.zeros(0)
    total = np.add.reduceat(values, start)
    later = np.where(repeats > 0, (total - values[start]) / np.maximum(repeats, 1.0), np.nan)
    return np.asarray(total / (repeats + 1)), later


def unique_rows(*columns: Floats) -> tuple[tuple[Floats, ...], Codes, Floats]:
    """Return the distinct combinations of whole-numbered columns, the combination of each row, and their counts."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        whole = np.rint(column).astype(np.int64)
        key = key * (int(whole.max(initial=0)) + 1) + whole
    _, first, inverse, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return tuple(column[first] for column in columns), inverse, counts.astype(float)
