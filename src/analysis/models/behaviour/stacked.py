"""The stacked bootstrap: two logistic regressions on the same customers, resampled together.

Each draw takes whole groups of companies with replacement and refits both models by two Newton steps from the fits to
all customers, which at the samples of an audit is as good as refitting to the end (Andrews 2002 [1]_).

References
----------
.. [1] Andrews, D. W. K. (2002). Higher-order improvements of a computationally attractive k-step bootstrap for
   extremum estimators. Econometrica 70, 119-162.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from analysis.messages import N_
from analysis.models.binomial import Logit
from analysis.models.bootstrap import USABLE, resampled_accounts
from analysis.models.clustering import Floats, critical_value, p_value, sum_by_cluster
from analysis.results import Estimate, NotEstimable, Outcome, Unit

STEPS = 2
CELLS = 4_000_000  # rows times draws held at a time
FARTHEST = 30.0
SMALLEST = 1e-12
RIDGE = 1e-9
METHOD = "bootstrap-se-t"


@dataclass(frozen=True, kw_only=True)
class StackedDraws:
    """Joint draws, shape (draws,); NaN where a draw has no value. Effects are per step of the column, as shares."""

    intention: Floats
    purchase: Floats
    intention_correlation: Floats
    purchase_correlation: Floats


def stacked_draws(
    said: Logit,
    done: Logit,
    column: int,
    satisfaction: Floats,
    outcomes: tuple[Floats, Floats],
    draws: int,
    rng: np.random.Generator,
) -> StackedDraws:
    """Resample groups of companies and recompute both average marginal effects and both correlations.

    Parameters
    ----------
    said, done
        Fits with the same rows, design, weights and clusters.
    column
        Whose average marginal effect is taken.
    satisfaction, outcomes
        By row: what is correlated with each of the two outcomes.
    draws, rng
        How many, and what draws them.
    """
    taken = list(resampled_accounts(said.accounts, draws, rng))
    moments = [_moments(satisfaction, outcome, said) for outcome in outcomes]
    parts: list[list[Floats]] = [[], [], [], []]
    block = max(1, CELLS // len(satisfaction))
    for begin in range(0, draws, block):
        counts = np.array(taken[begin : begin + block])
        weights = counts[:, said.clusters].T * said.weights[:, None]
        for place, fit in enumerate((said, done)):
            parts[place].append(_effects(fit, column, weights))
        for place, sums in enumerate(moments, start=2):
            parts[place].append(_correlations(counts @ sums))
    effects_said, effects_done, related_said, related_done = (np.concatenate(part) for part in parts)
    return StackedDraws(
        intention=effects_said, purchase=effects_done, intention_correlation=related_said,
        purchase_correlation=related_done,
    )  # fmt: skip


def difference_estimate(first: Outcome, second: Outcome, draws: Floats, unit: Unit) -> Outcome:
    """Return the first estimate less the second with the bootstrap's standard error and t(G - 1)."""
    for outcome in (first, second):
        if isinstance(outcome, NotEstimable):
            return outcome
    if isinstance(first, NotEstimable) or isinstance(second, NotEstimable):
        raise TypeError("both are estimates here")
    usable = draws[np.isfinite(draws)]
    if len(usable) < USABLE * len(draws) or np.ptp(usable) == 0:
        return NotEstimable(reason=N_("Too much of it hangs on a handful of customers."), n=first.n)
    clusters = first.clusters or first.n
    value, error = first.value - second.value, float(usable.std(ddof=1))
    margin = critical_value(clusters) * error
    return Estimate(
        value=value, low=value - margin, high=value + margin, n=first.n, method=METHOD, unit=unit, std_error=error,
        clusters=clusters, p_value=p_value(value / error, clusters),
    )  # fmt: skip


def _effects(fit: Logit, column: int, weights: Floats) -> Floats:
    """Return the average marginal effect in each draw; `weights` has shape (n, draws)."""
    design, count = fit.design, fit.design.shape[1]
    draws = weights.shape[1]
    upper = np.triu_indices(count)
    products = design[:, upper[0]] * design[:, upper[1]]
    # Firth's penalty keeps its own scores from adding up to nothing; what is left over belongs to the penalty
    left_over = design.T @ (fit.weights * (fit.outcome - fit.fitted))
    ridge = np.diag(np.diag(fit.information)) * RIDGE
    beta = np.repeat(fit.coefficients[:, None], draws, axis=1)
    for _ in range(STEPS):
        fitted = expit(np.clip(design @ beta, -FARTHEST, FARTHEST))
        scores = design.T @ (weights * (fit.outcome[:, None] - fitted)) - left_over[:, None]
        packed = products.T @ (weights * fitted * (1 - fitted))
        information = np.empty((draws, count, count))
        information[:, upper[0], upper[1]] = information[:, upper[1], upper[0]] = packed.T
        # a draw without anybody in some category says nothing of it: its coefficient stays where it is
        information += ridge
        beta = beta + np.linalg.solve(information, scores.T[:, :, None])[:, :, 0].T
    far = np.abs(beta).max(axis=0) > FARTHEST * max(1.0, float(np.abs(fit.coefficients).max()))
    fitted = expit(np.clip(design @ beta, -FARTHEST, FARTHEST))
    effects = beta[column] * (weights * fitted * (1 - fitted)).sum(axis=0) / weights.sum(axis=0)
    return np.where(far, np.nan, effects)


def _moments(x: Floats, y: Floats, fit: Logit) -> Floats:
    """Return by cluster the weighted sums of 1, x, y, x^2, y^2 and xy, both centred, shape (G, 6)."""
    w = fit.weights
    u, v = x - np.average(x, weights=w), y - np.average(y, weights=w)
    return sum_by_cluster(w[:, None] * np.column_stack([np.ones(len(x)), u, v, u * u, v * v, u * v]), fit.clusters)


def _correlations(sums: Floats) -> Floats:
    total, x, y, xx, yy, xy = sums.T
    below = (total * xx - x * x) * (total * yy - y * y)
    usable = below > SMALLEST
    return np.where(usable, (total * xy - x * y) / np.sqrt(np.where(usable, below, 1.0)), np.nan)
