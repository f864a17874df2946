"""All customers of a client whose order lines are too many for memory: one row a customer, and the months."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.windows import Window


@dataclass(frozen=True, kw_only=True, eq=False)
class Census:
    """All customers of a client, reduced.

    Parameters
    ----------
    engine
        What reduced them: ``duckdb`` or ``spark``.
    customers
        One row a customer as in `ClientData.customers`, and where there are such tables ``contacts``, ``feedback``,
        ``complaints``, ``open_cases`` (numbers of rows), and ``lines`` (order lines kept).
    buyers
        Customers with order lines, in the order of their id.
    windows
        Window -> column of `parts`.
    parts
        By window and quantity (``revenue, constant, bought, orders, index, latest, next``, see
        `large.reduce.by_customer`; days since 1970-01-01, NaN for none): one value for each of `buyers`.
    returned
        By window: returns at constant rates, negative.
    first_orders
        Day of each buyer's first purchase, NaN for none.
    months
        ``month`` (0 = January 1970), ``revenue``, ``revenue_constant``, ``customers`` who bought; in time order.
    first_day
        First day with an order line, or None.
    recorded_until
        Table -> day to which its record reaches (see `ClientData.recorded_until`).
    sampled, population
        Customers drawn at random for whatever needs order lines, and how many there are.
    added
        Customers besides, whose answers or account cards would be lost otherwise.
    """

    engine: str
    customers: pd.DataFrame
    buyers: pd.Index
    windows: tuple[Window, ...]
    parts: Mapping[tuple[int, int], Mapping[str, NDArray[np.float64]]]
    returned: Mapping[tuple[int, int], float]
    first_orders: NDArray[np.float64]
    months: pd.DataFrame
    first_day: int | None
    recorded_until: Mapping[str, pd.Timestamp]
    sampled: int
    population: int
    added: int = 0

    @property
    def expansion(self) -> float:
        """Customers that each customer of the sample stands for."""
        return self.population / self.sampled if self.sampled else 1.0

    def part(self, window: Window, quantity: str) -> NDArray[np.float64]:
        """Return one quantity of a window, by buyer; raise KeyError for a window that was not counted."""
        return self.parts[window.first, window.last][quantity]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data: what counts all customers, and what rests on how many of them."""
        return {
            "engine": self.engine,
            "customers": self.population,
            "sampled": self.sampled,
            "added": self.added,
            "expansion": self.expansion,
        }
