"""Resampling whole accounts: the draws, the interval they give, and which of two quantities outranks the other.

Accounts are drawn with replacement; a draw is a vector of how often each account was taken, which multiplies the rows'
weights. So survey weights, several respondents of one account and the bootstrap go together, and nothing is copied.
"""

import zlib
from collections.abc import Iterator

import numpy as np

from analysis.messages import N_
from analysis.models.clustering import LEVEL, Floats
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Unit

FULL_FACTOR = 5
"""`depth: full` takes so many times the draws of `depth: board`."""
CELLS = 2_000_000  # counts drawn at a time, so that memory does not grow with the number of accounts
USABLE = 0.9
"""Share of the draws that must have a value; those without (separated, constant) say that the rest is no interval."""
METHOD = "bootstrap-percentile"


def model_generator(name: str, params: ClientParams) -> np.random.Generator:
    """Return the generator of one analysis, independent of all others and of their order."""
    return np.random.default_rng([params.seed, zlib.crc32(name.encode())])


def model_draws(params: ClientParams) -> int:
    """Return how many bootstrap draws an analysis of the models takes at the client's depth."""
    return params.bootstrap_draws * (FULL_FACTOR if params.depth == "full" else 1)


def resampled_accounts(accounts: int, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each account is taken, one vector of shape (accounts,) a draw; each sums to `accounts`."""
    block = max(1, min(draws, CELLS // max(accounts, 1)))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        taken = rng.integers(0, accounts, size=(size, accounts))
        taken += np.arange(size)[:, None] * accounts
        yield from np.bincount(taken.ravel(), minlength=size * accounts).reshape(size, accounts).astype(np.float64)


def percentile_estimate(
    value: float,
    draws: Floats,
    *,
    unit: Unit,
    n: int,
    clusters: int,
    method: str = METHOD,
    level: float = LEVEL,
) -> Outcome:
    """Return an estimate with the percentiles of its bootstrap draws as limits (NaN: a draw without a value).

    The p-value is twice the smaller share of draws at or beyond zero, at least 2 / (draws + 1). Where fewer than
    `USABLE` of the draws have a value, or all have the same, there is no interval and therefore no estimate.
    """
    usable = draws[np.isfinite(draws)]
    if len(usable) < USABLE * len(draws):
        return NotEstimable(reason=N_("Too much of it hangs on a handful of customers."), n=n)
    if np.ptp(usable) == 0:
        return NotEstimable(reason=N_("All customers are alike in it, so the data carry no sign of its uncertainty."))
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2], method="weibull")
    tail = min(int((usable <= 0).sum()), int((usable >= 0).sum()))
    return Estimate(
        value=float(value),
        low=float(min(low, value)),
        high=float(max(high, value)),
        level=level,
        n=n,
        method=method,
        unit=unit,
        std_error=float(usable.std(ddof=1)),
        clusters=clusters,
        p_value=min(1.0, 2 * (tail + 1) / (len(usable) + 1)),
    )


def outranking(draws: Floats) -> Floats:
    """Return the share of draws in which quantity i exceeds quantity j (ties count half), shape (k, k).

    Parameters
    ----------
    draws
        Shape (draws, k), without NaN; rows are joint draws.
    """
    above = (draws[:, :, None] > draws[:, None, :]).mean(axis=0)
    level = (draws[:, :, None] == draws[:, None, :]).mean(axis=0)
    return np.asarray(above + level / 2)
