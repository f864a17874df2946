"""What better performance of each driver would add to the lifetime value of customers, if the relations are causal.

The chain is that of `analysis`, with another worth at its end: who buys again is taken to be a customer still and worth
what such a customer is expected to bring in over the horizon; who does not, nothing. The sum that the gain is a share
of is an estimate itself, and moves in every draw with the customers that are drawn.
"""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.models.bootstrap import model_draws, model_generator, resampled_accounts
from analysis.models.clustering import Codes, Floats
from analysis.models.lifetime.sums import Parts, sum_estimate
from analysis.models.lifetime.valuation import Valuation, value_customers
from analysis.models.lifetime.worth import lifetime_worth
from analysis.models.repurchase_sample import group_of
from analysis.models.uplift.analysis import build_chain, chain_groups, chance_of_best, find_links, gain_outcome
from analysis.models.uplift.chain import Chain, drawn_gains, gains
from analysis.models.uplift.result import LifetimeGain, LifetimeUplift
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

STREAM = "lifetime_uplift"


def simulate_lifetime_uplift(data: ClientData, params: ClientParams) -> LifetimeUplift | NotEstimable:
    """Simulate driver -> satisfaction -> repeat purchase -> lifetime value, one driver at a time.

    Returns
    -------
    LifetimeUplift or NotEstimable
        The reason is that of the first link that is missing, lifetime value last.
    """
    links = find_links(data, params)
    if isinstance(links, NotEstimable):
        return links
    value = value_customers(data, params)
    if isinstance(value, NotEstimable):
        return value
    effects, plan = links
    worth = lifetime_worth(plan.rows, data, params)
    names = group_of(pd.Series(value.history.ids.astype(str)), data).astype(str).tolist()
    chain = build_chain(data, params, effects, plan, worth, besides=names)
    owners = chain_groups(data, effects, plan, besides=names)[2]
    draws = model_draws(params)
    found = gains(chain, params.uplift_points)
    drawn = drawn_gains(chain, params.uplift_points, draws, model_generator(STREAM, params))
    total, best = sum_estimate(value.value, value.clusters, params), chance_of_best(drawn)
    totals = _drawn_totals(value.value, owners, chain, draws, params)
    rows = [
        LifetimeGain(
            driver=driver.key,
            label=driver.name(params),
            share=gain_outcome(found.share[j], drawn.share[:, j], "proportion", chain),
            money=_money(total, value, found.share[j], drawn.share[:, j] * totals, chain),
            probability_best=float(best[j]),
        )
        for j, driver in enumerate(effects.frame.drivers)
    ]
    order = np.argsort(-np.nan_to_num(found.share), kind="stable")
    return LifetimeUplift(
        drivers=tuple(rows[j] for j in order),
        points=params.uplift_points,
        worth=worth.name,
        total=float(value.value.values.sum()),
        valued=len(value.history.ids),
        horizon_years=params.value.horizon_years,
        discount_rate=params.value.discount_rate,
        customers=len(plan.rows),
        draws=draws,
    )


def _drawn_totals(parts: Parts, owners: Codes, chain: Chain, draws: int, params: ClientParams) -> Floats:
    """Return the lifetime value of all customers in each of the chain's draws, each customer with its contribution."""
    contributions = parts.values + parts.moved(np.ones(len(parts.values), dtype=bool))
    by_group = np.bincount(owners, contributions, chain.group_count)
    counts = resampled_accounts(chain.group_count, draws, model_generator(STREAM, params))
    moved = np.array([(taken - 1.0) @ by_group for taken in counts])
    return np.maximum(float(parts.values.sum()) + moved, 0.0)


def _money(total: Outcome, value: Valuation, share: float, draws: Floats, chain: Chain) -> Outcome:
    if isinstance(total, NotEstimable):
        return total
    return gain_outcome(share * float(value.value.values.sum()), draws, "money", chain)
