"""Chances of buying again, adjusted: the mean over all customers of what the model predicts were they in one group."""

import numpy as np
from scipy.special import expit

from analysis.models.binomial import Logit, average_effect, population_mean
from analysis.models.clustering import Floats, critical_value, estimate_from_error
from analysis.results import Estimate

METHOD = "ame-delta-cr3-t"
FIRST = 1  # column of the first indicator; the intercept stands before it


def adjusted_share(fit: Logit, group: tuple[float, ...]) -> Estimate:
    """Return the mean chance were everyone in a group (values of its indicators); limits are t's on the logit scale."""
    value, deviations = population_mean(fit, lambda design: _predicted(fit, design, group))
    error = float(np.sqrt((deviations**2).sum()))
    slope = max(value * (1 - value), np.finfo(float).tiny)
    half = critical_value(fit.accounts) * error / slope
    centre = float(np.log(value / (1 - value)))
    return Estimate(
        value=value, low=min(float(expit(centre - half)), value), high=max(float(expit(centre + half)), value),
        n=len(fit.outcome), method=METHOD, unit="proportion", std_error=error, clusters=fit.accounts,
    )  # fmt: skip


def adjusted_difference(fit: Logit, group: tuple[float, ...], other: tuple[float, ...], *, accounts: int) -> Estimate:
    """Return the difference of the mean chances in two groups, in percentage points.

    `accounts` are those of the smaller of the two groups, which t takes its degrees of freedom from: a few accounts
    make the difference, whatever the number of the rest.
    """
    value, deviations = population_mean(fit, lambda design: _contrast(fit, design, group, other))
    return _in_points(value, deviations, accounts, len(fit.outcome))


def adjusted_slope(fit: Logit) -> Estimate:
    """Return the average marginal effect of the first column, in percentage points."""
    value, deviations = average_effect(fit, FIRST)
    return _in_points(value, deviations, fit.accounts, len(fit.outcome))


def _in_points(value: float, deviations: Floats, accounts: int, n: int) -> Estimate:
    error = 100 * float(np.sqrt((deviations**2).sum()))
    return estimate_from_error(100 * value, error, clusters=accounts, unit="percentage_points", n=n, method=METHOD)


def _predicted(fit: Logit, design: Floats, group: tuple[float, ...]) -> tuple[Floats, Floats]:
    moved = design.copy()
    moved[:, FIRST : FIRST + len(group)] = group
    chance = expit(moved @ fit.coefficients)
    return chance, moved * (chance * (1 - chance))[:, None]


def _contrast(fit: Logit, design: Floats, group: tuple[float, ...], other: tuple[float, ...]) -> tuple[Floats, Floats]:
    (first, slope), (second, other_slope) = _predicted(fit, design, group), _predicted(fit, design, other)
    return first - second, slope - other_slope
