"""What a customer that buys again is worth: revenue of the horizon today, any other measure of value in its place.

A `Worth` answers with one amount a customer, given how much each customer counts; so revenue, margin or lifetime value
take their place in the chain without its knowing which, and their own uncertainty goes into every draw.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.behaviour.outcomes import revenue_after
from analysis.models.clustering import Floats
from analysis.params.model import ClientParams

SMALLEST = 1e-9


class Worth(Protocol):
    """What each customer is worth over the horizon if it buys again."""

    @property
    def name(self) -> Message:
        """Return what is counted ("revenue within 180 days")."""

    def values(self, weights: Floats) -> Floats:
        """Return one amount a customer, in the audit's currency, estimated with the customers weighted by `weights`."""


@dataclass(frozen=True, kw_only=True)
class RevenueWorth:
    """Expected revenue of the horizon of a customer that buys, given its revenue before.

    Least squares of the revenue after the response on the revenue before it, among those who bought: with its constant
    the expected revenue of the buyers adds up to what they really spent. Negative expectations count as nothing.

    Parameters
    ----------
    name
        What is counted.
    before, after
        Revenue of the history and of the horizon by customer.
    bought
        1 where the customer bought again.
    """

    name: Message
    before: Floats
    after: Floats
    bought: Floats

    def values(self, weights: Floats) -> Floats:
        """Return expected revenue by customer."""
        w = weights * self.bought
        total = w.sum()
        if total <= 0:
            return np.zeros(len(w))
        x, y = self.before - w @ self.before / total, self.after - w @ self.after / total
        spread = float(w @ x**2)
        slope = float(w @ (x * y)) / spread if spread > SMALLEST else 0.0
        return np.asarray(np.maximum(w @ self.after / total + slope * x, 0.0))


def revenue_worth(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> RevenueWorth:
    """Return the worth of the customers in `rows` (of the repeat-purchase plan) by their revenue.

    Revenue before is that of the `history_days` that end the day before the response.
    """
    after = revenue_after(data, params).set_index("customer_id")["revenue"]
    return RevenueWorth(
        name=N_("revenue within {days:int} days", days=params.repurchase.horizon_days),
        before=revenue_before(rows, data, params),
        after=rows["customer_id"].map(after).to_numpy(dtype=float),
        bought=rows["bought"].to_numpy(dtype=float),
    )


def revenue_before(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> Floats:
    """Return each customer's revenue in the history before its response, returns taken off; 0 without orders."""
    orders = data.table("transactions")[["customer_id", "ordered_on", "revenue"]].dropna()
    orders = orders.assign(customer_id=orders["customer_id"].astype(str))
    joined = orders.merge(rows[["customer_id", "responded_on"]], on="customer_id")
    ago = (joined["responded_on"].dt.normalize() - joined["ordered_on"].dt.normalize()).dt.days
    recent = joined[(ago > 0) & (ago <= params.repurchase.history_days)]
    found = rows["customer_id"].map(recent.groupby("customer_id")["revenue"].sum()).fillna(0.0)
    return found.to_numpy(dtype=float)
