"""How many accounts the next wave needs to detect the smallest effect of interest, and what this one could have seen.

Planning starts from the standard error that was observed, which holds the design's clustering and weights as they are:
with G' instead of G accounts, and as many answers from each, it becomes SE sqrt(G / G'). Power is that of the two-sided
t test at the *smallest effect of interest* (noncentral t [1]_), never at the estimate: "observed power" only repeats
the p-value [2]_. Its degrees of freedom are G' - 1; where few accounts make up an estimate they are fewer, in
proportion; where the method sets them (10 for scores on held-out parts) more accounts do not add any.

References
----------
.. [1] Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd ed. Erlbaum, chapter 2.
.. [2] Hoenig, J. M. and Heisey, D. M. (2001). The abuse of power. The American Statistician 55, 19-24.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.models.parts import ModelPart
from analysis.results import Estimate
from analysis.study.verdicts import degrees_of_freedom, standard_error

TARGETS = (0.8, 0.9)
FEWEST_ACCOUNTS = 3
MOST_ACCOUNTS = 1_000_000
"""More than this is printed as out of reach."""
CURVE_POINTS = 41
CURVE_REACH = 4.0
"""The curve goes to so many times the accounts of now, or to what 90% power needs where that is nearer."""
CHI_TAIL = 1e-14
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(80)


@dataclass(frozen=True, kw_only=True)
class PowerPoint(ModelPart):
    """Power, 0 to 1, with so many accounts."""

    accounts: int
    power: float


@dataclass(frozen=True, kw_only=True)
class Requirement(ModelPart):
    """Accounts and responses that give power `target`; None where more than `MOST_ACCOUNTS` would be needed."""

    target: float
    accounts: int | None
    responses: int | None


@dataclass(frozen=True, kw_only=True)
class PowerPlan(ModelPart):
    """What it takes to see the smallest effect of interest.

    Parameters
    ----------
    smallest_effect, std_error
        In the unit of the estimate.
    alpha
        Level of the two-sided test.
    accounts, responses
        Of now; several responses may come from one account.
    design_effect
        Variance by the accounts over variance as if every response were an account of its own, or None if not known.
    power_now
        Power at the smallest effect with the accounts of now, 0 to 1.
    detectable_now
        Effect found with 80% power with the accounts of now.
    requirements
        For each of `TARGETS`.
    curve
        Power against the number of accounts.
    """

    smallest_effect: float
    std_error: float
    alpha: float
    accounts: int
    responses: int
    design_effect: float | None
    power_now: float
    detectable_now: float
    requirements: tuple[Requirement, ...]
    curve: tuple[PowerPoint, ...]


def t_test_power(effect: float, std_error: float, df: float, alpha: float) -> float:
    """Return the power of a two-sided t test, 0 to 1, at a true `effect` [1]_."""
    critical = float(stats.t.ppf(1 - alpha / 2, df))
    shift = abs(effect) / std_error
    # A noncentral t is a normal over a chi: averaged over the chi, because scipy's own series loses the seventh digit.
    low, high = stats.chi.ppf([CHI_TAIL, 1 - CHI_TAIL], df)
    spread = (low + high) / 2 + (high - low) / 2 * NODES
    limit = critical * spread / math.sqrt(df)
    beyond = stats.norm.sf(limit - shift) + stats.norm.cdf(-limit - shift)
    return float(np.clip((high - low) / 2 * (NODE_WEIGHTS @ (stats.chi.pdf(spread, df) * beyond)), 0.0, 1.0))


def accounts_for_power(
    effect: float,
    std_error: float,
    accounts: int,
    alpha: float,
    target: float,
    degrees: Callable[[int], float] = lambda count: count - 1,
) -> int | None:
    """Return the fewest accounts with which power reaches `target`, or None beyond `MOST_ACCOUNTS`.

    Parameters
    ----------
    effect, std_error, accounts
        The true effect, and the standard error with so many accounts.
    alpha, target
        Level of the two-sided test, and the power it is to have.
    degrees
        Degrees of freedom of the test by the number of accounts.
    """

    def power(count: int) -> float:
        return t_test_power(effect, std_error * math.sqrt(accounts / count), degrees(count), alpha)

    low, high = FEWEST_ACCOUNTS - 1, FEWEST_ACCOUNTS
    while power(high) < target:
        low, high = high, 2 * high
        if low > MOST_ACCOUNTS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= target else (middle, high)
    return high if high <= MOST_ACCOUNTS else None


def detectable_effect(std_error: float, df: float, alpha: float, target: float = TARGETS[0]) -> float:
    """Return the effect that a two-sided t test finds with power `target`."""
    low, high = 0.0, std_error
    while t_test_power(high, std_error, df, alpha) < target:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if t_test_power(middle, std_error, df, alpha) >= target else (middle, high)
    return high


def plan_power(estimate: Estimate, smallest_effect: float, alpha: float, design_effect: float | None) -> PowerPlan:
    """Return the plan for one hypothesis from the standard error of its estimate."""
    error, accounts = standard_error(estimate), estimate.clusters or estimate.n
    accounts = max(accounts, FEWEST_ACCOUNTS)
    each = max(estimate.n / accounts, 1.0)
    degrees = _degrees_by_accounts(estimate, accounts)
    needed = [accounts_for_power(smallest_effect, error, accounts, alpha, target, degrees) for target in TARGETS]
    largest = int(CURVE_REACH * accounts)
    if needed[-1] is not None and needed[-1] > accounts / 2:
        largest = min(largest, max(2 * accounts, math.ceil(1.15 * needed[-1])))
    grid = np.unique(np.geomspace(min(20, accounts), largest, CURVE_POINTS).round().astype(int))
    return PowerPlan(
        smallest_effect=smallest_effect,
        std_error=error,
        alpha=alpha,
        accounts=accounts,
        responses=estimate.n,
        design_effect=1.0 if design_effect is None and estimate.n == accounts else design_effect,
        power_now=t_test_power(smallest_effect, error, degrees(accounts), alpha),
        detectable_now=detectable_effect(error, degrees(accounts), alpha),
        requirements=tuple(
            Requirement(target=target, accounts=count, responses=None if count is None else math.ceil(count * each))
            for target, count in zip(TARGETS, needed, strict=True)
        ),
        curve=tuple(
            PowerPoint(
                accounts=int(count),
                power=t_test_power(smallest_effect, error * math.sqrt(accounts / count), degrees(int(count)), alpha),
            )
            for count in grid
        ),
    )


def _degrees_by_accounts(estimate: Estimate, accounts: int) -> Callable[[int], float]:
    """Return the degrees of freedom that the estimate's test has with another number of accounts."""
    df = degrees_of_freedom(estimate)
    if estimate.df is not None:
        return lambda count: df
    return lambda count: max(df * (count - 1) / (accounts - 1), 1.0)
