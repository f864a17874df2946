"""The chain from a driver to money, drawn from the joint sampling distribution of its links.

A draw takes whole groups of customers with replacement. Every link moves with the same draw: the two regressions by
what each account moves them (the linearised leave-one-account-out jackknife, as for their standard errors), the worth
of a purchase by being fitted anew, the averages over customers by the weights. So the links' correlation is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from analysis.models.bootstrap import resampled_accounts
from analysis.models.clustering import Codes, Floats
from analysis.models.uplift.worth import Worth

TOP = 100.0


@dataclass(frozen=True, kw_only=True)
class DriverLink:
    """Drivers to satisfaction: points of satisfaction per point of each driver.

    Parameters
    ----------
    effects
        Shape (J,).
    deviations
        How the effects move when each group is left out, shape (G, J); groups as in `Chain`, 0 where it has no answer.
    """

    effects: Floats
    deviations: Floats


@dataclass(frozen=True, kw_only=True)
class PurchaseLink:
    """Satisfaction to repeat purchase: a logit, one row a customer.

    Parameters
    ----------
    design
        Shape (n, k).
    coefficients, deviations
        Shapes (k,) and (G, k).
    column
        The column that holds satisfaction in tens.
    """

    design: Floats
    coefficients: Floats
    deviations: Floats
    column: int


@dataclass(frozen=True, kw_only=True)
class Chain:
    """All links, the customers whose chances are moved, and the groups that are drawn.

    Parameters
    ----------
    drivers, purchase, worth
        The links.
    levels
        Performance of each driver by customer, 0-100, shape (n, J).
    satisfaction, weights
        By customer; satisfaction 0-100.
    groups
        Group of each customer, 0..G-1 (a group may have no customer here but answers in the first link).
    group_count
        G.
    """

    drivers: DriverLink
    purchase: PurchaseLink
    worth: Worth
    levels: Floats
    satisfaction: Floats
    weights: Floats
    groups: Codes
    group_count: int


@dataclass(frozen=True, kw_only=True)
class Gains:
    """What raising each driver brings: one entry a driver, in one draw or in the data themselves.

    Parameters
    ----------
    satisfaction
        Points of the index, on average over the customers.
    chance
        Change of the chance to buy again, percentage points.
    share
        Change of what the customers are worth over the horizon, as a share of it; NaN where they are worth nothing.
    """

    satisfaction: Floats
    chance: Floats
    share: Floats


def gains(chain: Chain, points: float, counts: Floats | None = None) -> Gains:
    """Return what `points` more of each driver bring, one driver at a time.

    Performance and satisfaction stop at the end of their scales: who is at 97 of 100 gains at most 3.

    Parameters
    ----------
    chain
        The links.
    points
        Points of performance, above 0.
    counts
        How often each group was drawn; None for the data as they are.
    """
    moved = np.zeros(chain.group_count) if counts is None else counts - 1.0
    effects = chain.drivers.effects + moved @ chain.drivers.deviations
    beta = chain.purchase.coefficients + moved @ chain.purchase.deviations
    weights = chain.weights if counts is None else chain.weights * counts[chain.groups]
    linear = chain.purchase.design @ beta
    chance = expit(linear)
    value = chain.worth.values(weights)
    whole = float(weights @ (chance * value))
    total = float(weights.sum())
    raised = np.minimum(chain.levels + points, TOP) - chain.levels
    better = np.clip(chain.satisfaction[:, None] + raised * effects, 0.0, TOP) - chain.satisfaction[:, None]
    gain = expit(linear[:, None] + beta[chain.purchase.column] * better / 10) - chance[:, None]
    return Gains(
        satisfaction=weights @ better / total,
        chance=100 * (weights @ gain) / total,
        share=(weights * value) @ gain / whole if whole > 0 else np.full(better.shape[1], np.nan),
    )


def drawn_gains(chain: Chain, points: float, draws: int, rng: np.random.Generator) -> Gains:
    """Return the gains in each of `draws` joint draws; every field of shape (draws, J), NaN where a draw has none."""
    found = list(_each_draw(chain, points, draws, rng))
    return Gains(
        satisfaction=np.array([one.satisfaction for one in found]),
        chance=np.array([one.chance for one in found]),
        share=np.array([one.share for one in found]),
    )


def _each_draw(chain: Chain, points: float, draws: int, rng: np.random.Generator) -> Iterator[Gains]:
    missing = np.full(chain.levels.shape[1], np.nan)
    for counts in resampled_accounts(chain.group_count, draws, rng):
        if (chain.weights * counts[chain.groups]).sum() > 0:
            yield gains(chain, points, counts)
        else:
            yield Gains(satisfaction=missing, chance=missing, share=missing)
