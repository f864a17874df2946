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


def adjusted_difference(fit: Logit, group: tuple[float, ...] | None, other: tuple[float, ...] | None) -> Estimate:
    """Return the difference of the mean chances in two groups, in percentage points.

    With None for both: the average marginal effect of the first column.
    """
    if group is None or other is None:
        value, deviations = average_effect(fit, FIRST)
    else:
        value, deviations = population_mean(fit, lambda design: _contrast(fit, design, group, other))
    error = 100 * float(np.sqrt((deviations**2).sum()))
    return estimate_from_error(
        100 * value, error, clusters=fit.accounts, unit="percentage_points", n=len(fit.outcome), method=METHOD
    )


def _predicted(fit: Logit, design: Floats, group: tuple[float, ...]) -> tuple[Floats, Floats]:
    moved = design.copy()
    moved[:, FIRST : FIRST + len(group)] = group
    chance = expit(moved @ fit.coefficients)
    return chance, moved * (chance * (1 - chance))[:, None]


def _contrast(fit: Logit, design: Floats, group: tuple[float, ...], other: tuple[float, ...]) -> tuple[Floats, Floats]:
    (first, slope), (second, other_slope) = _predicted(fit, design, group), _predicted(fit, design, other)
    return first - second, slope - other_slope
