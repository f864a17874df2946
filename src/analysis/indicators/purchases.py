"""What was bought, customer by customer, for figures that count all customers: whatever the purchases are kept in."""

from abc import ABC, abstractmethod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.windows import Window, covers
from analysis.indicators.samples import Codes, Floats


class Purchases(ABC):
    """Revenue and purchases by customer; a purchase is a day on which anything was bought.

    Attributes
    ----------
    ids
        Customers, in the order of their id.
    first_day, as_of
        First day with a transaction, and the last day that the record reaches to, as days since 1970-01-01.
    """

    ids: pd.Index
    first_day: int
    as_of: int

    def covers(self, window: Window) -> bool:
        """Return whether the data reach back to the beginning of a window."""
        return covers(self.first_day, window)

    @property
    @abstractmethod
    def has_purchases(self) -> bool:
        """Whether anything was bought."""

    @abstractmethod
    def buyers(self, window: Window) -> NDArray[np.bool_]:
        """Return which customers bought in a window."""

    @abstractmethod
    def spent(self, window: Window, *, constant: bool) -> Floats:
        """Return each customer's revenue of a window, returns deducted."""

    @abstractmethod
    def unattributed(self, window: Window, *, constant: bool) -> float:
        """Return the revenue of a window that belongs to no customer."""

    @abstractmethod
    def order_days(self, window: Window) -> Floats:
        """Return each customer's number of purchases in a window."""

    @abstractmethod
    def bought(self, window: Window) -> Floats:
        """Return each customer's revenue of the purchases in a window, returns aside."""

    @abstractmethod
    def latest(self, window: Window) -> Floats:
        """Return the day of each customer's last purchase in a window, NaN without one."""

    @abstractmethod
    def bought_before(self, window: Window) -> NDArray[np.bool_]:
        """Return which customers had bought before a window begins."""

    @abstractmethod
    def bought_again(self, window: Window, horizon: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return who bought in a window, and whether again within so many days of the first time in it."""

    @abstractmethod
    def goods_returned(self, window: Window) -> float:
        """Return the returns of a window in constant currency, as a positive amount."""

    @abstractmethod
    def months(self) -> tuple[Codes, Floats, Floats, NDArray[np.intp]]:
        """Return the months with an order line (0 = January 1970), revenue, revenue at constant rates, customers."""
