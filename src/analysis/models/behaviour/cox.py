"""Cox's proportional hazards with delayed entry, censoring, survey weights and errors clustered by account.

A row is at risk on (start, stop] of its own clock and ends with an event or censored. Ties are handled by Efron's
approximation or Breslow's; the tied events of Efron count rows, so a row should be one customer, not half of one. The
covariance is that of `clustering`: score residuals by row (Therneau and Grambsch 2000 [1]_, section 4.6) summed by
account, each with the information that remains without it [2]_.

References
----------
.. [1] Therneau, T. M. and Grambsch, P. M. (2000). Modeling Survival Data: Extending the Cox Model. Springer.
.. [2] Lin, D. Y. and Wei, L. J. (1989). The robust inference for the Cox proportional hazards model. JASA 84,
   1074-1078.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from analysis.models.behaviour.newton import TOLERANCE, Evaluation, climb, collapsed_direction
from analysis.models.behaviour.risk_sets import RiskSets, Ties, risk_sets
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes, jackknife_deviations

# Linear predictors are kept within this of their mean, where exp() is finite.
FARTHEST = 50.0
SMALLEST = 1e-300


@dataclass(frozen=True, kw_only=True)
class CoxFit:
    """A fitted Cox regression.

    Parameters
    ----------
    coefficients, covariance, deviations
        Log hazard ratios, shape (k,); clustered covariance (k, k); movement when an account is left out (G, k).
    information
        Weighted negative Hessian; its inverse is the model-based covariance.
    scores
        Weighted score residuals by row, shape (n, k); they sum to zero.
    log_likelihood, null_log_likelihood
        Partial, of the fit and without covariates; weights scaled to mean 1.
    hazard
        Breslow's baseline hazard increments at ``risk.times``, of a customer at `centre`.
    centre
        Weighted means of the design.
    converged
        Whether the maximum was reached.
    diverging
        Column whose likelihood rises for ever (monotone), or None.
    risk, design, weights, clusters, ties
        As fitted.
    """

    coefficients: Floats
    covariance: Floats
    deviations: Floats
    information: Floats
    scores: Floats
    log_likelihood: float
    null_log_likelihood: float
    hazard: Floats
    centre: Floats
    converged: bool
    diverging: int | None
    risk: RiskSets
    design: Floats
    weights: Floats
    clusters: Codes
    ties: Ties

    @property
    def accounts(self) -> int:
        """Return the number of clusters."""
        return len(self.deviations)

    @property
    def events(self) -> int:
        """Return the number of events."""
        return int(self.risk.event.sum())


def fit_cox(
    start: ArrayLike,
    stop: ArrayLike,
    event: ArrayLike,
    design: Floats,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    ties: Ties = "efron",
) -> CoxFit:
    """Fit proportional hazards by maximum weighted partial likelihood.

    Parameters
    ----------
    start, stop, event
        Rows are at risk on (start, stop] and end with an event (true) or censored.
    design
        Shape (n, k), full rank beside a constant, without an intercept.
    weights, clusters
        As for `linear.fit_linear`.
    ties
        ``efron`` or ``breslow``.

    Raises
    ------
    ValueError
        If a weight is not above 0, a row does not stop after it starts, or the event never happens.
    """
    w = checked_weights(weights, len(design))
    risk = risk_sets(start, stop, event, ties)
    centre = np.average(design, axis=0, weights=w)
    centred = design - centre
    evaluate = partial(partial_likelihood, risk, centred, w)
    origin = np.zeros(design.shape[1])
    null_value, _, null_information = evaluate(origin)
    peak = climb(evaluate, origin)
    codes = cluster_codes(clusters, len(design))
    scores, rows = score_residuals(risk, centred, w, peak.parameters)
    deviations = jackknife_deviations(scores, peak.information, rows, codes)
    relative = w * _relative(centred, peak.parameters)
    return CoxFit(
        coefficients=peak.parameters, covariance=deviations.T @ deviations, deviations=deviations,
        information=peak.information, scores=scores, log_likelihood=peak.value, null_log_likelihood=null_value,
        hazard=baseline_hazard(risk, w, relative), centre=centre, converged=peak.converged,
        diverging=collapsed_direction(peak.information, null_information), risk=risk, design=design, weights=w,
        clusters=codes, ties=ties,
    )  # fmt: skip


def maximise_partial(
    risk: RiskSets, centred: Floats, weights: Floats, start: Floats, tolerance: float = TOLERANCE
) -> tuple[Floats, Floats]:
    """Return coefficients and Breslow's baseline hazard increments, without errors; `start` saves iterations."""
    peak = climb(partial(partial_likelihood, risk, centred, weights), start, tolerance=tolerance)
    return peak.parameters, baseline_hazard(risk, weights, weights * _relative(centred, peak.parameters))


def partial_likelihood(risk: RiskSets, centred: Floats, weights: Floats, beta: Floats) -> Evaluation:
    """Return the weighted log partial likelihood, its gradient and negative Hessian."""
    relative = weights * _relative(centred, beta)
    total, means, size = _risk_means(risk, centred, weights, relative)
    value = float((weights * (centred @ beta))[risk.event].sum() - size @ np.log(total))
    gradient = (weights[risk.event, None] * centred[risk.event]).sum(axis=0) - size @ means
    exposure = relative * _hazard_passed(risk, size / total)[:, 0]
    return value, gradient, (centred * exposure[:, None]).T @ centred - (means * size[:, None]).T @ means


def information_by_time(risk: RiskSets, centred: Floats, weights: Floats, beta: Floats, factor: Floats) -> Floats:
    """Return the information with each event time's part multiplied by `factor` (one value an event time)."""
    relative = weights * _relative(centred, beta)
    total, means, size = _risk_means(risk, centred, weights, relative)
    size = size * factor[risk.moment]
    exposure = relative * _hazard_passed(risk, size / total)[:, 0]
    return np.asarray((centred * exposure[:, None]).T @ centred - (means * size[:, None]).T @ means)


def score_residuals(
    risk: RiskSets, centred: Floats, weights: Floats, beta: Floats, *, factor: Floats | None = None
) -> tuple[Floats, Callable[[], Floats]]:
    """Return weighted score residuals by row, and a function for the parts of the information by row.

    With a `factor` by event time, the scores of covariates times that function of time (for the test of proportional
    hazards); each event's own part and the risk sets' parts are multiplied by it.
    """
    relative = weights * _relative(centred, beta)
    total, means, size = _risk_means(risk, centred, weights, relative)
    scale = np.ones(len(risk.times)) if factor is None else factor
    hazard = size / total * scale[risk.moment]
    first = relative * _hazard_passed(risk, hazard)[:, 0]
    second = relative[:, None] * _hazard_passed(risk, hazard[:, None] * means)
    scores = second - centred * first[:, None]
    counts = np.bincount(risk.moment, minlength=len(risk.times))
    average = np.column_stack(
        [np.bincount(risk.moment, weights=column, minlength=len(risk.times)) for column in means.T]
    )
    place = risk.last[risk.event] - 1
    own = centred[risk.event] - (average / counts[:, None])[place]
    scores[risk.event] += (weights[risk.event] * scale[place])[:, None] * own

    def rows() -> Floats:
        outer = means[:, :, None] * means[:, None, :]
        third = relative[:, None, None] * _hazard_passed(risk, hazard[:, None, None] * outer)
        crossed = centred[:, :, None] * second[:, None, :]
        whole = centred[:, :, None] * centred[:, None, :] * first[:, None, None]
        return np.asarray(whole - crossed - crossed.transpose(0, 2, 1) + third)

    return scores, rows


def baseline_hazard(risk: RiskSets, weights: Floats, relative: Floats) -> Floats:
    """Return Breslow's hazard increments at each event time, of a row whose relative hazard is 1."""
    return np.asarray(risk.at_events(weights) / np.maximum(risk.at_risk(relative), SMALLEST))


def event_probability(times: Floats, hazard: Floats, linear: Floats, entry: Floats, horizon: float) -> Floats:
    """Return the probability of an event within `horizon` after `entry`, of rows still at risk at `entry`.

    Parameters
    ----------
    times, hazard
        Event times and baseline hazard increments.
    linear
        Linear predictors by row (of the centred design).
    entry
        Each row's clock at the beginning. Beyond the last event time no hazard is known; none is added.
    horizon
        Length of the window, on the same clock.
    """
    total = np.append(0.0, np.cumsum(hazard))
    passed = (
        total[np.searchsorted(times, entry + horizon, side="right")]
        - total[np.searchsorted(times, entry, side="right")]
    )
    return np.asarray(-np.expm1(-passed * np.exp(np.clip(linear, -FARTHEST, FARTHEST))))


def _relative(centred: Floats, beta: Floats) -> Floats:
    return np.asarray(np.exp(np.clip(centred @ beta, -FARTHEST, FARTHEST)))


def _risk_means(risk: RiskSets, centred: Floats, weights: Floats, relative: Floats) -> tuple[Floats, Floats, Floats]:
    """Return by event: the (tie-corrected) sum of the relative hazards at risk, their mean design, the event's weight.

    Tied events have the mean of their weights, as each of Efron's terms belongs to all of them.
    """
    stacked = np.column_stack([relative, relative[:, None] * centred])
    sums = risk.at_risk(stacked)[risk.moment] - risk.tie[:, None] * risk.at_events(stacked)[risk.moment]
    total = np.maximum(sums[:, 0], SMALLEST)
    size = risk.at_events(weights) / np.bincount(risk.moment, minlength=len(risk.times))
    return total, sums[:, 1:] / total[:, None], size[risk.moment]


def _hazard_passed(risk: RiskSets, by_event: Floats) -> Floats:
    """Return what each row has passed of a quantity by event: all of it while at risk, less its own ties' share.

    A vector comes back as one column.
    """
    flat = by_event.reshape(len(by_event), -1)
    count = len(risk.times)
    whole, taken = (
        np.column_stack([np.bincount(risk.moment, weights=column * by, minlength=count) for column in flat.T])
        for by in (1.0, risk.tie)
    )
    passed = risk.passed(np.asarray(whole))
    passed[risk.event] -= taken[risk.last[risk.event] - 1]
    return np.asarray(passed.reshape(-1, *by_event.shape[1:]) if by_event.ndim > 1 else passed)
