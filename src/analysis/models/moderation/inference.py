"""Intervals and tests of differences between groups, some of which rest on few accounts."""

import numpy as np
from scipy import stats

from analysis.models.clustering import LEVEL, Floats
from analysis.models.shape.degrees import effective_degrees
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
