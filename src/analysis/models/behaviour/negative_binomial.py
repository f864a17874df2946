"""The negative binomial regression of counts, with exposure, survey weights and errors clustered by account.

NB2: the variance is ``mu + alpha mu^2`` [1]_. Maximum weighted likelihood over the coefficients and the dispersion,
with analytic gradient and Hessian; where the counts vary no more than Poisson counts do, the likelihood is highest at
``alpha = 0`` and the Poisson fit is the answer. The covariance is that of `clustering`; it holds whatever the variance
truly is, because the mean's scores are unbiased for any dispersion.

References
----------
.. [1] Cameron, A. C. and Trivedi, P. K. (2013). Regression Analysis of Count Data, 2nd ed., sections 3.3 and 3.4.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, polygamma, psi

from analysis.models.behaviour.newton import TOLERANCE, Evaluation, Peak, climb, collapsed_direction
from analysis.models.clustering import (
    SINGULAR,
    Codes,
    Floats,
    checked_weights,
    cluster_codes,
    jackknife_deviations,
    sum_by_cluster,
)

# Beyond this theta the negative binomial cannot be told from the Poisson, in the data or in double precision.
LARGEST_LOG_SHAPE = 14.0
# Linear predictors are kept within this, where exp() is finite with room for its square.
FARTHEST = 50.0


@dataclass(frozen=True, kw_only=True)
class CountFit:
    """A fitted negative binomial (or, at the boundary, Poisson) regression.

    Parameters
    ----------
    coefficients, covariance, deviations
        Log rates, shape (k,); clustered covariance (k, k); movement when an account is left out (G, k).
    information
        Weighted expected information of the coefficients; its inverse is the model-based covariance.
    dispersion
        ``alpha``, 0 for the Poisson boundary.
    fitted
        Expected counts by row, exposure included.
    log_likelihood
        Weights scaled to mean 1.
    converged
        Whether the maximum was reached.
    diverging
        Column whose coefficient has no finite maximum (nobody bought there, or the like), or None.
    outcome, design, exposure, weights, clusters
        As fitted.
    """

    coefficients: Floats
    covariance: Floats
    deviations: Floats
    information: Floats
    dispersion: float
    fitted: Floats
    log_likelihood: float
    converged: bool
    diverging: int | None
    outcome: Floats
    design: Floats
    exposure: Floats
    weights: Floats
    clusters: Codes

    @property
    def accounts(self) -> int:
        """Return the number of clusters."""
        return len(self.deviations)


def fit_negative_binomial(
    outcome: ArrayLike,
    design: Floats,
    *,
    exposure: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> CountFit:
    """Fit counts by maximum weighted likelihood.

    Parameters
    ----------
    outcome
        Counts 0, 1, 2 ..., shape (n,), not all 0.
    design
        Shape (n, k), full rank, with the intercept.
    exposure
        What each count was collected over (days, years), above 0; its logarithm is the offset.
    weights, clusters
        As for `linear.fit_linear`.

    Raises
    ------
    ValueError
        If a weight or an exposure is not above 0, or the outcome is no count or never happens.
    """
    y, w = _checked_counts(outcome), checked_weights(weights, len(design))
    days = np.ones(len(y)) if exposure is None else np.asarray(exposure, dtype=float)
    if days.shape != y.shape or not (np.isfinite(days).all() and (days > 0).all()):
        raise ValueError("every row needs an exposure above 0")
    offset = np.log(days)
    beta, dispersion, peak, null = maximise_counts(y, design, offset, w)
    fitted = np.exp(_linear(design, beta, offset))
    damping = 1 / (1 + dispersion * fitted)
    variance = w * fitted * damping
    information = (design * variance[:, None]).T @ design
    codes = cluster_codes(clusters, len(y))
    deviations = jackknife_deviations(
        design * (w * (y - fitted) * damping)[:, None],
        information,
        lambda: design[:, :, None] * design[:, None, :] * variance[:, None, None],
        codes,
    )
    return CountFit(
        coefficients=beta, covariance=deviations.T @ deviations, deviations=deviations, information=information,
        dispersion=dispersion, fitted=fitted,
        log_likelihood=float(w @ log_probabilities(y, fitted, dispersion)), converged=peak.converged,
        diverging=collapsed_direction(information, null), outcome=y, design=design, exposure=days, weights=w,
        clusters=codes,
    )  # fmt: skip


def maximise_counts(
    y: Floats,
    design: Floats,
    offset: Floats,
    weights: Floats,
    *,
    start: tuple[Floats, float] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[Floats, float, Peak, Floats]:
    """Return coefficients, dispersion, where the climb ended, and the information of equal rates for all.

    `start` are coefficients and dispersion to begin with (of a fit to nearly the same rows), which saves iterations.
    """
    rate = float(np.log((weights @ y) / (weights @ np.exp(offset))))
    null = (design * (weights * np.exp(rate + offset))[:, None]).T @ design
    spread = partial(_negative_binomial, y, design, offset, weights)
    if start is not None and start[1] > 0:
        peak = climb(spread, np.append(start[0], -np.log(start[1])), tolerance=tolerance)
        if peak.converged and peak.parameters[-1] < LARGEST_LOG_SHAPE:
            return peak.parameters[:-1], float(np.exp(-peak.parameters[-1])), peak, null
    beta = np.append(rate, np.zeros(design.shape[1] - 1)) if start is None else start[0]
    poisson = climb(partial(_poisson, y, design, offset, weights), beta, tolerance=tolerance)
    fitted = np.exp(_linear(design, poisson.parameters, offset))
    excess = float(weights @ ((y - fitted) ** 2 - y))
    # The log-likelihood's slope in alpha at alpha = 0 is half the excess: not above 0, the boundary is the maximum.
    if excess <= 0:
        return poisson.parameters, 0.0, poisson, null
    shape = np.log(float(weights @ fitted**2) / excess)
    begin = np.append(poisson.parameters, np.clip(shape, -LARGEST_LOG_SHAPE, LARGEST_LOG_SHAPE - 1))
    peak = climb(spread, begin, tolerance=tolerance)
    if peak.parameters[-1] >= LARGEST_LOG_SHAPE:
        return poisson.parameters, 0.0, poisson, null
    return peak.parameters[:-1], float(np.exp(-peak.parameters[-1])), peak, null


def log_probabilities(y: Floats, fitted: Floats, dispersion: float) -> Floats:
    """Return the log probability of each count; Poisson where the dispersion is 0."""
    if dispersion == 0:
        return np.asarray(y * np.log(fitted) - fitted - gammaln(y + 1))
    theta = 1 / dispersion
    return np.asarray(
        gammaln(y + theta) - gammaln(theta) - gammaln(y + 1)
        - theta * np.log1p(fitted / theta) + y * (np.log(fitted) - np.log(fitted + theta))
    )  # fmt: skip


def any_probability(fitted: Floats, dispersion: float) -> Floats:
    """Return the probability of at least one event."""
    if dispersion == 0:
        return np.asarray(-np.expm1(-fitted))
    return np.asarray(-np.expm1(-np.log1p(dispersion * fitted) / dispersion))


def mean_rate_effect(fit: CountFit, column: int, unit: float) -> tuple[float, Floats]:
    """Return the average marginal effect of a column on the rate per `unit` of exposure, and its deviations.

    A derivative: the mean over customers of coefficient times rate. The deviations, by account, carry the uncertainty
    of the coefficients and of the customers averaged over.
    """
    rate = unit * fit.fitted / fit.exposure
    beta = fit.coefficients[column]
    value = float(np.average(beta * rate, weights=fit.weights))
    gradients = beta * rate[:, None] * fit.design
    gradients[:, column] += rate
    totals = sum_by_cluster(fit.weights, fit.clusters)
    own = sum_by_cluster(fit.weights * (beta * rate - value), fit.clusters)
    own = own / np.maximum(fit.weights.sum() - totals, SINGULAR)
    return value, own + fit.deviations @ np.average(gradients, axis=0, weights=fit.weights)


def _checked_counts(outcome: ArrayLike) -> Floats:
    y = np.asarray(outcome, dtype=float)
    if not (np.isfinite(y).all() and (y >= 0).all() and (y == np.round(y)).all()):
        raise ValueError("the outcome must be counts: whole numbers from 0")
    if not y.any():
        raise ValueError("the outcome never happens")
    return y


def _linear(design: Floats, beta: Floats, offset: Floats) -> Floats:
    return np.asarray(np.clip(design @ beta + offset, -FARTHEST, FARTHEST))


def _poisson(y: Floats, design: Floats, offset: Floats, weights: Floats, beta: Floats) -> Evaluation:
    linear = _linear(design, beta, offset)
    fitted = np.exp(linear)
    information = (design * (weights * fitted)[:, None]).T @ design
    return float(weights @ (y * linear - fitted)), design.T @ (weights * (y - fitted)), information


def _negative_binomial(y: Floats, design: Floats, offset: Floats, weights: Floats, at: Floats) -> Evaluation:
    """Return log-likelihood (without its constant), gradient and negative Hessian in the coefficients and log theta."""
    theta = float(np.exp(min(at[-1], LARGEST_LOG_SHAPE)))
    linear = _linear(design, at[:-1], offset)
    mu = np.exp(linear)
    both = mu + theta
    value = weights @ (gammaln(y + theta) - gammaln(theta) - theta * np.log1p(mu / theta) + y * (linear - np.log(both)))
    slope = (y - mu) * theta / both
    curve = mu * theta * (y + theta) / both**2
    by_theta = psi(y + theta) - psi(theta) - np.log1p(mu / theta) + 1 - (y + theta) / both
    by_theta_twice = polygamma(1, y + theta) - polygamma(1, theta) + 1 / theta - 2 / both + (y + theta) / both**2
    cross = theta * mu * (y - mu) / both**2
    count = len(at)
    information = np.empty((count, count))
    information[:-1, :-1] = (design * (weights * curve)[:, None]).T @ design
    information[:-1, -1] = information[-1, :-1] = -(design.T @ (weights * cross))
    information[-1, -1] = -float(weights @ (theta**2 * by_theta_twice + theta * by_theta))
    gradient = np.append(design.T @ (weights * slope), theta * float(weights @ by_theta))
    return float(value), gradient, information
