"""Purchases of all customers, from a census: one row a customer, for the windows that were counted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.census import Census
from analysis.data.client import ClientData
from analysis.data.windows import Window, day_of
from analysis.indicators.ledger import open_ledger
from analysis.indicators.purchases import Purchases
from analysis.indicators.samples import Codes, Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class CensusLedger(Purchases):
    """The purchases of a census; asking for a window that was not counted is a KeyError."""

    census: Census
    ids: pd.Index
    first_day: int
    as_of: int

    @property
    def has_purchases(self) -> bool:
        """Whether anything was bought."""
        return bool(np.isfinite(self.census.first_orders).any())

    def buyers(self, window: Window) -> NDArray[np.bool_]:
        """Return which customers bought in a window."""
        return np.asarray(self.order_days(window) > 0)

    def spent(self, window: Window, *, constant: bool) -> Floats:
        """Return each customer's revenue of a window, returns deducted."""
        return self.census.part(window, "constant" if constant else "revenue")

    def unattributed(self, window: Window, *, constant: bool) -> float:
        """Return 0: order lines without a customer were left out."""
        return 0.0

    def order_days(self, window: Window) -> Floats:
        """Return each customer's number of purchases in a window."""
        return self.census.part(window, "orders")

    def bought(self, window: Window) -> Floats:
        """Return each customer's revenue of the purchases in a window, returns aside."""
        return self.census.part(window, "bought")

    def latest(self, window: Window) -> Floats:
        """Return the day of each customer's last purchase in a window, NaN without one."""
        return self.census.part(window, "latest")

    def bought_before(self, window: Window) -> NDArray[np.bool_]:
        """Return which customers had bought before a window begins."""
        return np.asarray(self.census.first_orders < window.first)

    def bought_again(self, window: Window, horizon: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return who bought in a window, and whether again within so many days of the first time in it."""
        index, following = (self.census.part(window, name) for name in ("index", "next"))
        customers = np.flatnonzero(np.isfinite(index))
        return customers, np.asarray(following[customers] - index[customers] <= horizon)

    def goods_returned(self, window: Window) -> float:
        """Return the returns of a window in constant currency, as a positive amount."""
        return abs(self.census.returned[window.first, window.last])

    def months(self) -> tuple[Codes, Floats, Floats, NDArray[np.intp]]:
        """Return the months with an order line, revenue, revenue at constant rates, customers who bought."""
        months = self.census.months
        return (
            months["month"].to_numpy(dtype=np.int64),
            months["revenue"].to_numpy(dtype=np.float64),
            months["revenue_constant"].to_numpy(dtype=np.float64),
            months["customers"].to_numpy(dtype=np.intp),
        )


def open_purchases(data: ClientData) -> Purchases | None:
    """Return the purchases of all customers, or None without transactions."""
    census = data.census
    if census is None:
        return open_ledger(data)
    if census.first_day is None:
        return None
    until = day_of(census.recorded_until["transactions"])
    return CensusLedger(census=census, ids=census.buyers, first_day=census.first_day, as_of=until)
