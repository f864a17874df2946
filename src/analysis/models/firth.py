"""Firth's penalised logistic regression: finite estimates where maximum likelihood diverges.

The log-likelihood is penalised by half the log determinant of the information (Jeffreys' prior) [1]_; intervals come
from the profile of the penalised likelihood [2]_, because Wald intervals mislead under separation.

References
----------
.. [1] Firth, D. (1993). Bias reduction of maximum likelihood estimates. Biometrika 80, 27-38.
.. [2] Heinze, G. and Schemper, M. (2002). A solution to the problem of separation in logistic regression.
   Statistics in Medicine 21, 2409-2419.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import chi2

from analysis.models.binomial import Logit, assemble, checked_outcome, log_likelihood
from analysis.models.clustering import LEVEL, Floats, checked_weights

MAX_ITERATIONS = 200
TOLERANCE = 1e-10
# Longest step of one coefficient of a standardised column, so that the first steps do not overshoot.
LONGEST_STEP = 5.0
# How far from the estimate, in standard errors, a limit of the profile is looked for.
FARTHEST = 2.0**8
# How exactly, in standard errors, a limit is found.
PRECISION = 1e-7


def fit_firth(
    outcome: ArrayLike, design: Floats, *, weights: ArrayLike | None = None, clusters: ArrayLike | None = None
) -> Logit:
    """Fit Firth's penalised logistic regression; parameters and errors as for `binomial.fit_binomial`.

    The clustered covariance uses Firth's modified scores, which sum to zero at the estimate.
    """
    y, w = checked_outcome(outcome), checked_weights(weights, len(design))
    coefficients, converged = maximise_penalised(y, design, w)
    return assemble(
        "firth", coefficients, converged, y, design, w, clusters, _score_factors(y, design, w, coefficients)
    )


def profile_interval(fit: Logit, column: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the profile penalised-likelihood interval of one coefficient (equal weights only).

    Raises
    ------
    ValueError
        If the rows carry unequal weights: a likelihood-ratio interval would then not hold.
    """
    if np.ptp(fit.weights) > 1e-9:
        raise ValueError("a profile interval needs equal weights")
    best = fit.coefficients[column]
    ceiling = penalised_log_likelihood(fit.outcome, fit.design, fit.weights, fit.coefficients)
    drop = chi2.ppf(level, 1) / 2
    inverse = np.linalg.inv(fit.information)
    error, slope = float(np.sqrt(inverse[column, column])), inverse[column] / inverse[column, column]

    def side(step: float) -> float:
        visited = {best + step: fit.coefficients + step * slope}

        def excess(value: float) -> float:
            # The other coefficients follow the held one almost along a line through the estimate: starting on it, from
            # the nearest maximum already found, saves most of the steps.
            near = min(visited, key=lambda known: abs(known - value))
            start = fit.coefficients + (visited[near] - fit.coefficients) * ((value - best) / (near - best))
            start[column] = value
            there, _ = maximise_penalised(fit.outcome, fit.design, fit.weights, start=start, held=column)
            if value != best:
                visited[value] = there
            return ceiling - penalised_log_likelihood(fit.outcome, fit.design, fit.weights, there) - drop

        return _limit(excess, best, step)

    return side(-error), side(error)


def profile_p_value(fit: Logit, column: int) -> float:
    """Return the penalised likelihood-ratio p-value of one coefficient being zero (equal weights only)."""
    start = fit.coefficients.copy()
    start[column] = 0.0
    there, _ = maximise_penalised(fit.outcome, fit.design, fit.weights, start=start, held=column)
    ceiling = penalised_log_likelihood(fit.outcome, fit.design, fit.weights, fit.coefficients)
    ratio = 2 * (ceiling - penalised_log_likelihood(fit.outcome, fit.design, fit.weights, there))
    return float(chi2.sf(max(ratio, 0.0), 1))


def penalised_log_likelihood(y: Floats, design: Floats, weights: Floats, coefficients: Floats) -> float:
    """Return the log-likelihood plus half the log determinant of the information."""
    linear = design @ coefficients
    fitted = expit(linear)
    information = (design * (weights * fitted * (1 - fitted))[:, None]).T @ design
    return log_likelihood(y, linear, weights) + 0.5 * float(np.linalg.slogdet(information)[1])


def maximise_penalised(
    y: Floats, design: Floats, weights: Floats, *, start: Floats | None = None, held: int | None = None
) -> tuple[Floats, bool]:
    """Return the penalised maximum and whether it was reached; coefficient `held` stays where `start` has it."""
    free = np.array([j for j in range(design.shape[1]) if j != held])
    spread = np.where(design.std(axis=0) > 0, design.std(axis=0), 1.0)
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    value = penalised_log_likelihood(y, design, weights, beta)
    for _ in range(MAX_ITERATIONS):
        fitted = expit(design @ beta)
        information = (design * (weights * fitted * (1 - fitted))[:, None]).T @ design
        score = design.T @ _score_factors(y, design, weights, beta)
        step = np.zeros_like(beta)
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], score[free], rcond=None)[0]
        step /= max(1.0, float(np.abs(step * spread).max()) / LONGEST_STEP)
        size = 1.0
        reached = penalised_log_likelihood(y, design, weights, beta + step)
        while not reached >= value - TOLERANCE and size > TOLERANCE:
            size /= 2
            reached = penalised_log_likelihood(y, design, weights, beta + size * step)
        beta, value = beta + size * step, reached
        if float(np.abs(size * step * spread).max(initial=0.0)) < TOLERANCE:
            return beta, True
    return beta, False


def _score_factors(y: Floats, design: Floats, weights: Floats, coefficients: Floats) -> Floats:
    """Return what the design's rows are multiplied by in Firth's modified score: residual + h (1/2 - p)."""
    fitted = expit(design @ coefficients)
    variance = weights * fitted * (1 - fitted)
    information = (design * variance[:, None]).T @ design
    leverages = variance * np.einsum("ij,ji->i", design, np.linalg.lstsq(information, design.T, rcond=None)[0])
    return np.asarray(weights * (y - fitted) + leverages * (0.5 - fitted))


def _limit(excess: Callable[[float], float], best: float, step: float) -> float:
    """Return where the profile has dropped to its limit, on the side that `step` points to."""
    reach = 1.0
    while excess(best + reach * step) < 0:
        reach *= 2
        if reach > FARTHEST:
            return float(best + reach * step)
    inner = best if reach == 1.0 else best + reach / 2 * step
    return float(brentq(excess, inner, best + reach * step, xtol=PRECISION * abs(step)))
