"""Limits of means and sums of skewed values, such as revenue by customer.

A few customers carry much of the revenue. A sample that misses the large ones has too small a mean and too small an
error at once, so that the symmetric t interval lies too low: over 300 customers with lognormal revenue (sigma 1.5) it
holds the truth in 89 of 100 cases instead of 95. Hall's transformation of the t statistic takes the skewness out [1]_.
And where a few contributions make up most of the variance, that variance is known as badly as from as few values: its
degrees of freedom are Satterthwaite's [2]_.

References
----------
.. [1] Hall, P. (1992). On the removal of skewness by transformation. JRSS B 54, 221-228.
.. [2] Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics
       Bulletin 2, 110-114.
"""

import math

import numpy as np

from analysis.indicators.samples import Floats, t_quantile

NO_SKEWNESS = 1e-9


def skewed_limits(value: float, contributions: Floats, *, degrees: float, level: float) -> tuple[float, float]:
    """Return limits of a mean or sum from the centred contributions of its independent units.

    With U the contributions, ``s^2 = G / (G - 1) * sum(U^2)`` and ``a = sum(U^3) / sum(U^2)^1.5``, the statistic
    T = (estimate - truth) / s is transformed to ``T + a T^2 / 3 + a^2 T^3 / 27 + a / 6``, which is nearly t; the limits
    are those of T, found by the inverse ``3 / a * (cbrt(1 + a (q - a / 6)) - 1)`` [1]_. The degrees of freedom of t are
    at most ``2 sum(U^2)^2 / (sum(U^4) - sum(U^2)^2 / G)``, which is about G for normal contributions and smaller the
    heavier their tails [2]_.

    Parameters
    ----------
    value
        The estimate.
    contributions
        By independent unit (account or customer), summing to 0, not all 0.
    degrees, level
        Most degrees of freedom, and level of confidence.
    """
    squares = float((contributions**2).sum())
    count = len(contributions)
    error = math.sqrt(squares * count / max(count - 1, 1))
    skewness = float((contributions**3).sum()) / squares**1.5
    quantile = t_quantile(1 - (1 - level) / 2, min(degrees, _variance_degrees(contributions, squares)))
    return value - error * _inverse(quantile, skewness), value - error * _inverse(-quantile, skewness)


def _variance_degrees(contributions: Floats, squares: float) -> float:
    """Return the degrees of freedom that the variance has from the contributions' own fourth powers."""
    spread = float((contributions**4).sum()) - squares**2 / len(contributions)
    return max(2 * squares**2 / spread, 1.0) if spread > 0 else math.inf


def _inverse(quantile: float, skewness: float) -> float:
    if abs(skewness) < NO_SKEWNESS:
        return quantile
    return 3 / skewness * (float(np.cbrt(1 + skewness * (quantile - skewness / 6))) - 1)
