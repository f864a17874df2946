"""How much clients differ, as a distribution instead of a number, and where one more client would be expected by it.

A plug-in interval takes the estimated variance between clients for the true one. With eight clients it holds a new
client's effect in 86% of cases instead of 95%, where that variance is as large as the estimates' own. Here the variance
has its confidence distribution, read from the exact distribution of Cochran's Q, and the interval is that of the
mixture [1]_: for every variance in turn the mean of the clients, its own t error, and a normal draw around it. Nothing
is drawn at random: Q is a weighted sum of chi-squares whose distribution function Imhof's integral gives [2]_.

References
----------
.. [1] Nagashima, K., Noma, H. and Furukawa, T. A. (2019). Prediction intervals for random-effects meta-analysis: a
   confidence distribution approach. Statistical Methods in Medical Research 28, 1689-1702.
.. [2] Imhof, J. P. (1961). Computing the distribution of quadratic forms in normal variables. Biometrika 48, 419-426.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import chdtr, ndtr, stdtr, stdtrit

Floats = NDArray[np.float64]

VARIANCES = 200
"""Values that stand for the confidence distribution, closest in its tails."""
ERRORS = 41
"""Values that stand for the t error of the mean, closest in its tails."""
GRID = 70
"""Variances at which the distribution function of Q is computed."""
LEFT_OVER = 1e-4  # of the confidence distribution beyond the grid's end
SMALLEST = 1e-3  # of the grid above zero, times the smallest variance of an estimate: as good as none
STEPS = 60  # fourfold, to the grid's end
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(8)
FIRST_PIECES, PERIOD, PERIODS = 46, 6.0, 60
"""Imhof's integral is taken over so many pieces, log spaced for weights far apart, and then over so many half waves."""


def _quantiles(count: int) -> tuple[Floats, Floats]:
    """Return probabilities at which a distribution is read, closest in its tails, and what each counts for."""
    angles = np.pi * (np.arange(count) + 0.5) / count
    return (1 - np.cos(angles)) / 2, np.sin(angles) / np.sin(angles).sum()


SHARES, CHANCES = _quantiles(VARIANCES)
ERROR_SHARES, ERROR_CHANCES = _quantiles(ERRORS)


def prediction_limits(y: Floats, v: Floats, *, level: float, truncated: bool) -> tuple[float, float]:
    """Return the limits between which the effect of one more client lies with probability `level`.

    Parameters
    ----------
    y, v
        Estimates of k >= 2 clients and their variances.
    level
        Of the interval.
    truncated
        As in `pooling.pool_estimates`: whether the mean's factor is never below 1.
    """
    between = _variances(y, v)
    w = 1 / (v + between[:, None])
    means = w @ y / w.sum(axis=1)
    factors = (w * (y - means[:, None]) ** 2).sum(axis=1) / (len(y) - 1)
    errors = np.sqrt((np.maximum(factors, 1.0) if truncated else factors) / w.sum(axis=1))
    spreads = np.sqrt(between)
    quantiles = stdtrit(len(y) - 1, ERROR_SHARES)
    differ = spreads > 0
    centres = means[differ, None] + errors[differ, None] * quantiles

    def below(x: float) -> float:
        """Return the probability that one more client's effect is at most `x`."""
        of_differing = CHANCES[differ] @ ndtr((x - centres) / spreads[differ, None]) @ ERROR_CHANCES
        of_alike = CHANCES[~differ] @ stdtr(len(y) - 1, (x - means[~differ]) / errors[~differ])
        return float(of_differing + of_alike)

    reach = float(np.abs(quantiles).max() * errors.max() + 8 * spreads.max()) + float(np.ptp(y))
    start, end = float(means.min()) - 10 * reach, float(means.max()) + 10 * reach
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = (optimize.brentq(lambda x, p=p: below(x) - p, start, end, xtol=1e-10 * reach) for p in tails)
    return float(low), float(high)


def _variances(y: Floats, v: Floats) -> Floats:
    """Return the values of the confidence distribution of the variance between clients at `SHARES`."""
    w = 1 / v
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    if q <= 0 or heterogeneity_distribution(q, v, np.zeros(1))[0] < 1 - SHARES[-1]:
        return np.zeros(VARIANCES)
    end = float(np.ptp(y)) ** 2 + float(v.max())
    for _ in range(STEPS):
        if heterogeneity_distribution(q, v, np.array([end]))[0] < LEFT_OVER:
            break
        end *= 4
    grid = np.concatenate([[0.0], np.geomspace(min(SMALLEST * float(v.min()), end / 2), end, GRID)])
    confidence = np.maximum.accumulate(1 - heterogeneity_distribution(q, v, grid))
    found = np.exp(np.interp(SHARES, confidence[1:], np.log(grid[1:])))
    return np.where(confidence[0] >= SHARES, 0.0, found)


def heterogeneity_distribution(q: float, v: Floats, between: Floats) -> Floats:
    """Return the probability that Cochran's Q is at most `q`, for each variance between clients, exactly.

    Parameters
    ----------
    q
        Above 0.
    v
        Variances of the clients' estimates.
    between
        Variances between the clients.
    """
    w = 1 / v
    form = np.diag(w) - np.outer(w, w) / w.sum()
    spreads = np.sqrt(v + between[:, None])
    weights = np.linalg.eigvalsh(form * spreads[:, :, None] * spreads[:, None, :])[:, 1:] / q
    if weights.shape[1] == 1:
        return np.asarray(chdtr(1, 1 / weights[:, 0]))
    # one at a time: a hundred clients on all of the grid would be gigabytes
    return np.clip(np.array([_imhof(own) for own in weights]), 0.0, 1.0)


def _imhof(weights: Floats) -> float:
    """Return the probability that the weighted sum of chi-squares with one degree of freedom is at most 1 [2]_."""
    first = np.geomspace(min(1e-2 / float(weights.max()), PERIOD / 100), PERIOD, FIRST_PIECES)
    edges = np.concatenate([[0.0], first, PERIOD * np.arange(2, PERIODS)])
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    at = (middle[:, None] + half[:, None] * NODES).ravel()
    turned = weights[:, None] * at
    wave = np.sin((np.arctan(turned).sum(axis=0) - at) / 2) * np.exp(-np.log1p(turned**2).sum(axis=0) / 4)
    return 0.5 - float(wave @ ((half[:, None] * NODE_WEIGHTS).ravel() / at)) / np.pi
