"""How much of last year's revenue was kept: gross and net revenue retention.

With x the revenue of a customer in the earlier twelve months and y in the later, over customers with x > 0 [1]_:
gross retention is ``sum(min(x, y)) / sum(x)``, with returns no lower than 0 a customer, net retention
``sum(y) / sum(x)``. Constant currency, returns deducted, the same twelve months as the indicator of growth.

References
----------
.. [1] Gupta, S. and Lehmann, D. R. (2005). Managing Customers as Investments. Wharton School Publishing, chapter 2.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.fiscal import revenue_years
from analysis.indicators.ledger import Ledger
from analysis.indicators.resampling import growth_estimate
from analysis.messages import N_
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Floats
from analysis.models.lifecycle.groups import by_group, group_codes_of
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome, Unit


@dataclass(frozen=True, kw_only=True)
class RevenueRetention(ModelPart):
    """What became of the revenue of the earlier twelve months' customers.

    Parameters
    ----------
    earlier_label, later_label
        The two windows, ISO intervals.
    customers, kept
        Customers with revenue in the earlier window, and those of them with revenue in the later.
    earlier, later
        Their revenue in the two, in constant currency.
    gross, net
        Shares of `earlier`; gross at most 1, net above 1 where those who stayed bought more than the lost ones had.
    draws
        Of the bootstrap over groups of companies.
    """

    earlier_label: str
    later_label: str
    customers: int
    kept: int
    earlier: float
    later: float
    gross: Outcome
    net: Outcome
    draws: int


def measure_revenue_retention(
    data: ClientData, ledger: Ledger | None, params: ClientParams
) -> RevenueRetention | NotEstimable:
    """Return gross and net revenue retention of the latest twelve months against those before."""
    years = [] if ledger is None else revenue_years(ledger, data, params)
    if ledger is None or len(years) < 2:
        reason = N_("Two full years of orders are needed; the data do not reach back so far.")
        return NotEstimable(reason=N_("There are no transactions.") if ledger is None else reason)
    later, earlier = (ledger.spent(window, constant=True) for window in years)
    rows = earlier > 0
    groups = group_codes_of(ledger.ids[rows], data)
    before, after = by_group(earlier[rows], groups), by_group(later[rows], groups)
    kept = by_group(np.clip(later[rows], 0.0, earlier[rows]), groups)
    return RevenueRetention(
        earlier_label=years[1].label,
        later_label=years[0].label,
        customers=int(rows.sum()),
        kept=int((later[rows] > 0).sum()),
        earlier=round(float(before.sum()), 2),
        later=round(float(after.sum()), 2),
        gross=_rest_of(ratio_of(before - kept, before, "gross revenue retention", params, n=int(rows.sum()))),
        net=ratio_of(after, before, "net revenue retention", params, n=int(rows.sum())),
        draws=model_draws(params),
    )


def ratio_of(
    above: Floats, below: Floats, name: str, params: ClientParams, *, n: int, unit: Unit = "proportion"
) -> Outcome:
    """Return the ratio of two sums over groups with the limits of a studentised bootstrap of its logarithm.

    `n` is how many customers (or returns) the sums count.
    """
    growth = growth_estimate(
        above, below, (0.0, 0.0), draws=model_draws(params), rng=model_generator(name, params),
        min_n=params.limits.min_clusters,
    )  # fmt: skip
    if isinstance(growth, NotEstimable):
        return growth
    low, value, high = growth.low + 1, growth.value + 1, growth.high + 1
    return replace(growth, value=value, low=min(low, value), high=max(high, value), unit=unit, n=n, clusters=len(below))


def _rest_of(lost: Outcome) -> Outcome:
    """Return one less a share, cut at 0.

    The limits of the share kept are those of the share lost: over 60 customers the bootstrap of the logarithm held the
    share kept in 89%, one less the share lost in 94% of 600 samples (lognormal revenue, sigma 1.5).
    """
    if isinstance(lost, NotEstimable):
        return lost
    value = max(1 - lost.value, 0.0)
    return replace(lost, value=value, low=max(min(1 - lost.high, value), 0.0), high=max(1 - lost.low, value))
