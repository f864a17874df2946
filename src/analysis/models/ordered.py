"""The ordered (proportional-odds) logit with survey weights and errors clustered by account.

``P(Y <= j) = F(c_j - x b)`` with the logistic F, as in McCullagh (1980) [1]_ and Venables and Ripley's ``polr``. The
weighted log-likelihood is concave, so Newton's method with step halving finds its one maximum. statsmodels'
``OrderedModel`` takes weights and ignores them without a word, which is why the likelihood is written here.

References
----------
.. [1] McCullagh, P. (1980). Regression models for ordinal data. JRSS B 42, 109-142.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from analysis.models.clustering import (
    Codes,
    Floats,
    checked_weights,
    cluster_codes,
    jackknife_deviations,
    sum_by_cluster,
)
from analysis.models.compressed import Combinations, combine_rows, combined_deviations

MAX_ITERATIONS = 60
# Newton decrement at which the maximum is found: the log-likelihood can gain less than this.
TOLERANCE = 1e-14
# Mean log-likelihood a row above which every answer is foretold: the likelihood climbs for ever (complete separation).
FORETOLD = -1e-6
SMALLEST = 1e-300


@dataclass(frozen=True, kw_only=True)
class OrderedFit:
    """A fitted ordered logit.

    Parameters
    ----------
    cut_points, coefficients
        Shapes (J - 1,) in rising order, and (k,): log odds of a *higher* category per unit of a column.
    covariance
        Clustered, of cut points then coefficients.
    information
        Weighted negative Hessian in the same order; its inverse is the model-based covariance.
    deviations
        Movement of cut points and coefficients when each account is left out, shape (G, J - 1 + k).
    log_likelihood
        At the maximum, weights scaled to mean 1.
    converged
        False where the likelihood has no maximum (separation): nothing else may then be used.
    design, weights, clusters
        As fitted, for effects.
    """

    cut_points: Floats
    coefficients: Floats
    covariance: Floats
    information: Floats
    deviations: Floats
    log_likelihood: float
    converged: bool
    design: Floats
    weights: Floats
    clusters: Codes

    @property
    def accounts(self) -> int:
        """Return the number of clusters."""
        return len(self.deviations)


@dataclass(frozen=True)
class _Rows:
    """The rows of the likelihood: the linear maps from the parameters to the upper and lower limits of each row.

    `count` is how many answers they are, which is more where equal rows were added up.
    """

    upper: Floats
    lower: Floats
    is_top: np.ndarray
    is_bottom: np.ndarray
    weights: Floats
    count: int


def fit_ordered(
    category: ArrayLike, design: Floats, *, weights: ArrayLike | None = None, clusters: ArrayLike | None = None
) -> OrderedFit:
    """Fit an ordered logit by maximum weighted likelihood.

    Many rows of few distinct predictors are added up first (`compressed`), which changes nothing but rounding.

    Parameters
    ----------
    category
        Codes 0..J-1, each of them present, higher is better; shape (n,).
    design
        Shape (n, k), without an intercept.
    weights, clusters
        As for `linear.fit_linear`.

    Raises
    ------
    ValueError
        If a weight is not above 0, or a category in between is absent.
    """
    codes = np.asarray(category, dtype=int)
    n = len(codes)
    w = checked_weights(weights, n)
    levels = int(codes.max()) + 1
    if levels < 2 or set(codes.tolist()) != set(range(levels)):
        raise ValueError("categories must be coded 0, 1, ... without gaps, at least two of them")
    scale = np.maximum(np.sqrt(np.mean((design - design.mean(axis=0)) ** 2, axis=0)), SMALLEST)
    centre = design.mean(axis=0)
    groups = cluster_codes(clusters, n)
    start = _start(codes, levels, w, design.shape[1])
    combined = combine_rows([codes, *design.T])
    if combined is None:
        rows = _rows(codes, (design - centre) / scale, levels, w)
        theta, converged = _maximise(rows, start)
        value, row_scores, information = _likelihood(rows, theta)
        deviations = jackknife_deviations(row_scores, information, lambda: _row_information(rows, theta), groups)
    else:
        unique = (design[combined.first] - centre) / scale
        rows = _rows(codes[combined.first], unique, levels, combined.total(w), n)
        theta, converged = _maximise(rows, start)
        value, _, information = _likelihood(rows, theta)
        deviations = _combined_deviations(rows, theta, information, combined, w, groups)
    back = _back_transformation(levels - 1, centre, scale)
    inverse = np.linalg.inv(back)
    original = back @ theta
    deviations = deviations @ back.T
    return OrderedFit(
        cut_points=original[: levels - 1],
        coefficients=original[levels - 1 :],
        covariance=deviations.T @ deviations,
        information=inverse.T @ information @ inverse,
        deviations=deviations,
        log_likelihood=value,
        converged=converged,
        design=design,
        weights=w,
        clusters=groups,
    )


def effect_above(fit: OrderedFit, column: int, cut: int) -> tuple[float, Floats]:
    """Return the average marginal effect on ``P(Y > cut)`` and its deviations by account.

    The effect is the weighted mean over rows of ``b f(x b - c)``. Its deviations hold both the uncertainty of the
    parameters (delta method) and that of the rows averaged over, so the interval is about the population. The effect
    on ``P(Y <= cut)`` is the negative.
    """
    w = fit.weights
    z = fit.design @ fit.coefficients - fit.cut_points[cut]
    probability = expit(z)
    density = probability * (1 - probability)
    slope_of_density = density * (1 - 2 * probability)
    beta = fit.coefficients[column]
    value = float(np.average(beta * density, weights=w))
    gradient = np.zeros(len(fit.cut_points) + len(fit.coefficients))
    gradient[cut] = -beta * np.average(slope_of_density, weights=w)
    gradient[len(fit.cut_points) :] = beta * np.average(fit.design * slope_of_density[:, None], axis=0, weights=w)
    gradient[len(fit.cut_points) + column] += np.average(density, weights=w)
    totals = sum_by_cluster(w, fit.clusters)
    own = sum_by_cluster(w * (beta * density - value), fit.clusters) / np.maximum(w.sum() - totals, SMALLEST)
    return value, own + fit.deviations @ gradient


def _combined_deviations(
    rows: _Rows, theta: Floats, information: Floats, combined: Combinations, weights: Floats, clusters: Codes
) -> Floats:
    """Return the deviations by account of the answers that were added up."""
    single = replace(rows, weights=np.ones(len(rows.weights)))
    scores = _likelihood(single, theta)[1]
    return combined_deviations(
        scores, lambda: _row_information(single, theta), weights, weights, information, combined, clusters
    )


def _rows(codes: Codes, design: Floats, levels: int, weights: Floats, count: int | None = None) -> _Rows:
    n = len(codes)
    upper = np.zeros((n, levels - 1 + design.shape[1]))
    lower = upper.copy()
    upper[:, levels - 1 :] = lower[:, levels - 1 :] = -design
    is_top, is_bottom = codes == levels - 1, codes == 0
    upper[np.flatnonzero(~is_top), codes[~is_top]] = 1
    lower[np.flatnonzero(~is_bottom), codes[~is_bottom] - 1] = 1
    return _Rows(upper, lower, is_top, is_bottom, weights, n if count is None else count)


def _start(codes: Codes, levels: int, weights: Floats, columns: int) -> Floats:
    """Return the maximum without predictors: the logits of the cumulative shares."""
    shares = np.bincount(codes, weights=weights, minlength=levels).cumsum()[:-1] / weights.sum()
    return np.concatenate([np.log(shares / (1 - shares)), np.zeros(columns)])


def _pieces(rows: _Rows, theta: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return by row the probability, and the density over it and its slope over it at both limits."""
    up = np.where(rows.is_top, np.inf, rows.upper @ theta)
    low = np.where(rows.is_bottom, -np.inf, rows.lower @ theta)
    # In the upper tail the difference of complements keeps the digits that the difference of the two would lose.
    mirrored = np.where(rows.is_top, low, np.where(rows.is_bottom, up, up + low)) > 0
    probability = np.where(mirrored, expit(-low) - expit(-up), expit(up) - expit(low))
    probability = np.maximum(probability, SMALLEST)
    f_up, f_low = expit(up) * expit(-up), expit(low) * expit(-low)
    slope_up, slope_low = f_up * (expit(-up) - expit(up)), f_low * (expit(-low) - expit(low))
    return probability, f_up / probability, f_low / probability, slope_up / probability, slope_low / probability


def _likelihood(rows: _Rows, theta: Floats) -> tuple[float, Floats, Floats]:
    """Return the weighted log-likelihood, its scores by row and its negative Hessian."""
    probability, a, b, slope_up, slope_low = _pieces(rows, theta)
    w = rows.weights
    scores = w[:, None] * (rows.upper * a[:, None] - rows.lower * b[:, None])
    crossed = rows.upper.T @ (rows.lower * (w * a * b)[:, None])
    information = (
        rows.upper.T @ (rows.upper * (w * (a**2 - slope_up))[:, None])
        + rows.lower.T @ (rows.lower * (w * (b**2 + slope_low))[:, None])
        - crossed
        - crossed.T
    )
    return float(w @ np.log(probability)), scores, information


def _row_information(rows: _Rows, theta: Floats) -> Floats:
    """Return the negative Hessian's part of each row, shape (n, K, K)."""
    _, a, b, slope_up, slope_low = _pieces(rows, theta)
    w = rows.weights
    up, low = rows.upper, rows.lower
    crossed = np.einsum("n,ni,nj->nij", w * a * b, up, low)
    parts = np.einsum("n,ni,nj->nij", w * (a**2 - slope_up), up, up)
    parts += np.einsum("n,ni,nj->nij", w * (b**2 + slope_low), low, low)
    return np.asarray(parts - crossed - crossed.transpose(0, 2, 1))


def _maximise(rows: _Rows, theta: Floats) -> tuple[Floats, bool]:
    """Climb by Newton steps, halved until the likelihood rises and the cut points stay in order."""
    value, scores, information = _likelihood(rows, theta)
    for _ in range(MAX_ITERATIONS):
        gradient = scores.sum(axis=0)
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return theta, False
        if gradient @ step < TOLERANCE * max(1.0, abs(value)):
            is_curved = bool(np.linalg.cond(information) < 1 / np.finfo(float).eps ** 0.75)
            return theta, is_curved and value < FORETOLD * rows.count
        size = 1.0
        while size > 1e-10:
            candidate = theta + size * step
            reached, new_scores, new_information = _likelihood(rows, candidate)
            if reached >= value - 1e-12 * abs(value):
                break
            size /= 2
        theta, value, scores, information = candidate, reached, new_scores, new_information
    return theta, False


def _back_transformation(cuts: int, centre: Floats, scale: Floats) -> Floats:
    """Return the matrix from parameters on standardised columns to parameters on the columns as given."""
    matrix = np.eye(cuts + len(centre))
    matrix[cuts:, cuts:] = np.diag(1 / scale)
    matrix[:cuts, cuts:] = centre / scale
    return matrix
