"""The equations of a mediation model, fitted by maximum weighted likelihood for many vectors of weights at once.

A bootstrap draw is a vector of weights, so one call fits all draws: every array has a leading axis of draws. Newton's
method with step halving runs until each draw has reached its own maximum; nothing is approximated by a single step.
Counts are fitted by Poisson pseudo maximum likelihood, which needs the mean to be right and not the variance [1]_: the
effects are differences of means, and the scatter beyond Poisson's is in the bootstrap.

References
----------
.. [1] Gourieroux, C., Monfort, A. and Trognon, A. (1984). Pseudo maximum likelihood methods: applications to Poisson
   models. Econometrica 52, 701-720.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.special import expit, log_ndtr

from analysis.models.clustering import Floats

Family = Literal["linear", "binary", "probit", "ordered", "count"]
MAX_ITERATIONS = 40
# Newton decrement (twice what the log-likelihood can still gain) at which a draw has reached its maximum.
TOLERANCE = 1e-10
FALLING = 1e-10  # relative loss of log-likelihood that is rounding, not a step too far
RIDGE = 1e-11  # relative to the mean curvature, so that a column that a draw does not hold stays where it started
LONGEST_STEP = 5.0  # of a standardised column, so that the first steps do not overshoot
SMALLEST = 1e-300
NORMAL_CONSTANT = 0.5 * np.log(2 * np.pi)

# Parameters (draws, p) and weights (draws, n) -> log-likelihood (draws,), score (draws, p), information (draws, p, p).
Pieces = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]


@dataclass(frozen=True, kw_only=True)
class Equation:
    """What is regressed on what.

    Parameters
    ----------
    family
        ``linear``, ``binary`` (logit), ``probit``, ``ordered`` (proportional-odds logit) or ``count`` (log link).
    outcome
        Shape (n,): numbers, 0/1, category codes 0..J-1 without gaps, or counts.
    design
        Shape (n, k), the intercept first; columns should be of comparable length (standardised).
    penalised
        Firth's penalty (binary only): finite where the outcome is separated.
    """

    family: Family
    outcome: Floats
    design: Floats
    penalised: bool = False

    @cached_property
    def products(self) -> tuple[Floats, np.ndarray]:
        """Return each row's products of two columns, each pair once, and the place of pair (i, j), shape (k, k)."""
        k = self.design.shape[1]
        first, second = np.triu_indices(k)
        place = np.empty((k, k), dtype=int)
        place[first, second] = place[second, first] = np.arange(len(first))
        return self.design[:, first] * self.design[:, second], place


@dataclass(frozen=True, kw_only=True)
class Fits:
    """One equation fitted to each draw.

    Parameters
    ----------
    coefficients
        Shape (draws, k); the intercept of an ordered equation is 0, its cut points take its place.
    cuts
        Shape (draws, J - 1), rising; no columns for other families.
    residuals
        Shape (draws, n) for a linear equation, else (draws, 0).
    variance
        Weighted residual variance (divided by the sum of the weights), shape (draws,); 0 for other families.
    converged
        Shape (draws,); False where the likelihood has no maximum.
    """

    coefficients: Floats
    cuts: Floats
    residuals: Floats
    variance: Floats
    converged: np.ndarray


def fit_equation(equation: Equation, weights: Floats, start: Fits | None = None) -> Fits:
    """Fit `equation` once for each row of `weights`, shape (draws, n); `start` (one draw) saves iterations."""
    parameters = _start(equation, weights) if start is None else _packed(equation, start)
    pieces = _ordered_pieces(equation) if equation.family == "ordered" else _glm_pieces(equation)
    theta, converged = _maximise(
        pieces, np.repeat(parameters, len(weights), axis=0), weights, one_step=equation.family == "linear"
    )
    return _unpacked(equation, theta, converged, weights)


def levels_of(outcome: Floats) -> int:
    """Return the number of categories of an ordered outcome coded from 0."""
    return int(outcome.max()) + 1


def _start(equation: Equation, weights: Floats) -> Floats:
    """Return the maximum without predictors, shape (1, p), from the mean of all draws' weights."""
    w = weights.mean(axis=0)
    y, columns = equation.outcome, equation.design.shape[1]
    mean = float(np.average(y, weights=w))
    if equation.family == "ordered":
        shares = np.bincount(y.astype(int), weights=w, minlength=levels_of(y)).cumsum()[:-1] / w.sum()
        return np.concatenate([np.log(shares / (1 - shares)), np.zeros(columns - 1)])[None]
    theta = np.zeros((1, columns))
    if equation.family in ("binary", "probit"):
        theta[0, 0] = np.log(mean / (1 - mean)) / (1.0 if equation.family == "binary" else 1.7)
    elif equation.family == "count":
        theta[0, 0] = np.log(mean)
    return theta


def _packed(equation: Equation, fits: Fits) -> Floats:
    if equation.family != "ordered":
        return fits.coefficients
    return np.column_stack([fits.cuts, fits.coefficients[:, 1:]])


def _unpacked(equation: Equation, theta: Floats, converged: np.ndarray, weights: Floats) -> Fits:
    draws = len(theta)
    residuals, variance, cuts = np.empty((draws, 0)), np.zeros(draws), np.empty((draws, 0))
    coefficients = theta
    if equation.family == "ordered":
        count = levels_of(equation.outcome) - 1
        cuts, slopes = theta[:, :count], theta[:, count:]
        coefficients = np.column_stack([np.zeros(draws), slopes])
        converged = converged & (np.diff(cuts, axis=1) > 0).all(axis=1)
    elif equation.family == "linear":
        residuals = equation.outcome - theta @ equation.design.T
        variance = (weights * residuals**2).sum(axis=1) / weights.sum(axis=1)
    return Fits(coefficients=coefficients, cuts=cuts, residuals=residuals, variance=variance, converged=converged)


def _maximise(pieces: Pieces, theta: Floats, weights: Floats, *, one_step: bool) -> tuple[Floats, np.ndarray]:
    """Climb by Newton steps, each draw by itself, halving a step that lowers its likelihood.

    With `one_step` the likelihood is a parabola and the first step ends at its top.
    """
    best = theta.copy()
    value = np.full(len(theta), -np.inf)
    step = np.zeros_like(theta)
    converged = np.zeros(len(theta), dtype=bool)
    active = np.arange(len(theta))
    for _ in range(MAX_ITERATIONS):
        candidate = best[active] + step[active]
        reached, score, information = pieces(candidate, weights[active])
        rose = reached >= value[active] - FALLING * np.abs(value[active])
        kept = active[rose]
        best[kept], value[kept] = candidate[rose], reached[rose]
        step[active[~rose]] /= 2
        newton = _newton_step(score[rose], information[rose])
        decrement = np.einsum("bp,bp->b", score[rose], newton)
        longest = 0.0 if one_step else np.abs(newton).max(axis=1, initial=0.0)[:, None] / LONGEST_STEP
        step[kept] = newton / np.maximum(1.0, longest)
        done = kept if one_step else kept[decrement < TOLERANCE]
        best[done] += step[done]
        converged[done] = True
        active = active[~converged[active]]
        if not len(active):
            break
    return best, converged


def _newton_step(score: Floats, information: Floats) -> Floats:
    size = np.einsum("bii->b", information) / information.shape[1]
    ridge = RIDGE * np.maximum(size, SMALLEST)
    firm = information + ridge[:, None, None] * np.eye(information.shape[1])
    return np.asarray(np.linalg.solve(firm, score[..., None])[..., 0])


def _glm_pieces(equation: Equation) -> Pieces:
    """Return the likelihood's parts of a family with one linear predictor."""
    y, design = equation.outcome, equation.design
    k = design.shape[1]
    products, place = equation.products
    row = _ROWS[equation.family]

    def pieces(theta: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
        value, slope, curvature = row(y, theta @ design.T)
        information = ((weights * curvature) @ products)[:, place]
        factors = weights * slope
        total = (weights * value).sum(axis=1)
        if equation.penalised:
            inverse = np.linalg.pinv(information, hermitian=True)
            twice = (2 - np.eye(k))[np.triu_indices(k)]
            leverage = weights * curvature * ((inverse[:, *np.triu_indices(k)] * twice) @ products.T)
            factors = factors + leverage * (0.5 - (y - slope))  # y - slope is the fitted probability
            total = total + 0.5 * np.linalg.slogdet(information)[1]
        return total, factors @ design, information

    return pieces


def _linear_row(y: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    residual = y - eta
    return -0.5 * residual**2, residual, np.ones_like(eta)


def _logit_row(y: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    half = np.tanh(eta / 2)  # expit(z) = (1 + tanh(z / 2)) / 2, several times as fast
    signed = (2 * y - 1) * eta
    value = np.minimum(signed, 0) - np.log1p(np.exp(-np.abs(eta)))
    return value, y - (1 + half) / 2, (1 - half**2) / 4


def _probit_row(y: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    sign = 2 * y - 1
    tail = log_ndtr(sign * eta)
    mills = sign * np.exp(-0.5 * eta**2 - NORMAL_CONSTANT - tail)
    return tail, mills, mills * (mills + eta)


def _count_row(y: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    mean = np.exp(np.minimum(eta, 50.0))  # a first step may overshoot; it is then halved
    return y * eta - mean, y - mean, mean


_ROWS = {"linear": _linear_row, "binary": _logit_row, "probit": _probit_row, "count": _count_row}


def _ordered_pieces(equation: Equation) -> Pieces:
    """Return the likelihood's parts of the ordered logit; parameters are the cut points, then the slopes."""
    codes = equation.outcome.astype(int)
    cuts, slopes = levels_of(equation.outcome) - 1, equation.design[:, 1:]
    n, p = len(codes), cuts + slopes.shape[1]
    upper = np.column_stack([np.zeros((n, cuts)), -slopes])
    lower = upper.copy()
    top, bottom = codes == cuts, codes == 0
    upper[np.flatnonzero(~top), codes[~top]] = 1
    lower[np.flatnonzero(~bottom), codes[~bottom] - 1] = 1
    upper_products = (upper[:, :, None] * upper[:, None, :]).reshape(n, p * p)
    lower_products = (lower[:, :, None] * lower[:, None, :]).reshape(n, p * p)
    crossed = (upper[:, :, None] * lower[:, None, :] + lower[:, :, None] * upper[:, None, :]).reshape(n, p * p)

    def pieces(theta: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
        up = np.where(top, np.inf, theta @ upper.T)
        low = np.where(bottom, -np.inf, theta @ lower.T)
        # in the upper tail the difference of complements keeps the digits that the difference of the two would lose
        mirrored = np.where(top, low, np.where(bottom, up, up + low)) > 0
        share = np.where(mirrored, expit(-low) - expit(-up), expit(up) - expit(low))
        share = np.where(weights > 0, np.maximum(share, 1e-100), 1.0)  # a row that was not drawn says nothing
        f_up, f_low = expit(up) * expit(-up), expit(low) * expit(-low)
        a, b = f_up / share, f_low / share
        bend_up, bend_low = f_up * (expit(-up) - expit(up)) / share, f_low * (expit(-low) - expit(low)) / share
        score = (weights * a) @ upper - (weights * b) @ lower
        information = (
            (weights * (a**2 - bend_up)) @ upper_products
            + (weights * (b**2 + bend_low)) @ lower_products
            - (weights * a * b) @ crossed
        )
        return (weights * np.log(share)).sum(axis=1), score, information.reshape(-1, p, p)

    return pieces
