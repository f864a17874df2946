"""Intervals and tests of differences between groups, some of which rest on few accounts.

A difference that mostly hangs on one group of ten accounts has not the G - 1 degrees of freedom of all accounts. They
are taken from how unevenly the accounts contribute to its variance, as Satterthwaite (1946) [1]_ does for a sum of
variances: with contributions d_g (how far the difference moves when account g is left out) the variance is the sum of
d_g^2, and if these are squares of normal numbers its degrees of freedom are ``3 (sum d_g^2)^2 / sum d_g^4``. That is G
where all accounts contribute alike, and never taken to be more than G - 1.

References
----------
.. [1] Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin
   2, 110-114.
"""

import numpy as np
from scipy import stats

from analysis.models.clustering import LEVEL, Floats
from analysis.results import Estimate, Unit


def contrast_estimate(value: float, deviations: Floats, *, unit: Unit, n: int, method: str) -> Estimate:
    """Return an estimate whose deviations by account are given, shape (accounts,)."""
    error = float(np.linalg.norm(deviations))
    degrees = effective_degrees(deviations[:, None])
    margin = float(stats.t.ppf((1 + LEVEL) / 2, degrees)) * error
    return Estimate(
        value=value,
        low=value - margin,
        high=value + margin,
        n=n,
        method=method,
        unit=unit,
        std_error=error,
        clusters=len(deviations),
        p_value=float(2 * stats.t.sf(abs(value) / error, degrees)) if error > 0 else float(value == 0),
    )


def joint_test(values: Floats, deviations: Floats) -> tuple[float, int, float]:
    """Test that all values are zero: F, its numerator's degrees of freedom, and p.

    Parameters
    ----------
    values, deviations
        Shapes (q,) and (accounts, q).
    """
    covariance = deviations.T @ deviations
    statistic = float(values @ np.linalg.pinv(covariance, hermitian=True) @ values) / len(values)
    return statistic, len(values), float(stats.f.sf(statistic, len(values), effective_degrees(deviations)))


def effective_degrees(deviations: Floats) -> float:
    """Return the degrees of freedom of the (co)variance that is the deviations' cross product, at most G - 1.

    In several dimensions the contributions are the squared lengths of the standardised deviations, whose fourth powers
    sum to q (q + 2) / G where all accounts contribute alike.
    """
    accounts, count = deviations.shape
    standardised, _, _ = np.linalg.svd(deviations, full_matrices=False)
    fourth = float(((standardised**2).sum(axis=1) ** 2).sum())
    return float(np.clip(count * (count + 2) / max(fourth, 1 / accounts**2), 1.0, accounts - 1))
