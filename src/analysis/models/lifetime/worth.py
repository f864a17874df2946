"""What a customer that buys again is worth from here on, in the place of its revenue within the horizon."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Floats, checked_weights
from analysis.models.lifetime.valuation import value_customers
from analysis.models.uplift.worth import RevenueWorth, revenue_worth
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


@dataclass(frozen=True, kw_only=True)
class LifetimeWorth:
    """Expected value over the horizon of a customer that is known to be there still.

    Parameters
    ----------
    name
        What is counted.
    amounts
        By customer.
    reaction
        How each customer, taken once more, moves the amounts: slopes (n, k) and influence (k, n) of each model.
    base
        The customers' weights as they are; a draw's weights over them say how often each was taken.
    """

    name: Message
    amounts: Floats
    reaction: tuple[tuple[Floats, Floats], ...]
    base: Floats

    def values(self, weights: Floats) -> Floats:
        """Return the amounts with the models' parameters moved to where the draw's customers pull them."""
        taken = weights / self.base - 1.0
        moved = self.amounts.copy()
        for slopes, influence in self.reaction:
            moved += slopes @ (influence @ taken)
        return np.maximum(moved, 0.0)


def lifetime_worth(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> LifetimeWorth | RevenueWorth:
    """Return the worth of the customers in `rows` (of the repeat-purchase plan) by their lifetime value.

    Where lifetime value cannot be had it is their revenue within the horizon, and the name says so.
    """
    found = value_customers(data, params)
    if isinstance(found, NotEstimable):
        return revenue_worth(rows, data, params)
    place = found.history.ids.get_indexer(pd.Index(rows["customer_id"].astype(str)))
    known = place >= 0

    def pick(values: Floats) -> Floats:
        return np.where(known.reshape(-1, *[1] * (values.ndim - 1)), values[place], 0.0)

    if found.margin_basis == "none":
        name = N_("revenue within {years:number} years, discounted", years=params.value.horizon_years)
    else:
        name = N_("margin within {years:number} years, discounted", years=params.value.horizon_years)
    pairs = zip(found.if_alive.slopes, found.if_alive.influence, strict=True)
    return LifetimeWorth(
        name=name,
        amounts=pick(found.if_alive.values),
        reaction=tuple((pick(slopes), pick(influence).T) for slopes, influence in pairs),
        base=checked_weights(rows["weight"].to_numpy(dtype=float), len(rows)),
    )
