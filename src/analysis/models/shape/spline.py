"""A smooth curve of few parameters: the restricted cubic spline, with knots that survey weights move."""

from collections.abc import Sequence

import numpy as np

from analysis.models.clustering import Floats

# Positions of four knots (Harrell 2015, Regression Modeling Strategies, table 2.3).
KNOT_QUANTILES = (0.05, 0.35, 0.65, 0.95)
FEWEST_KNOTS = 3
# Allowance for rounding where a cumulated weight should meet a quantile exactly.
ROUNDING = 1e-9


def weighted_quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Return, for each share, the smallest value at or below which at least that share of the weight lies.

    Nothing changes where a row is split into two of half the weight.

    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), (0.25, 0.5, 0.9)).tolist()
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) / weights.sum()
    places = np.searchsorted(below, np.asarray(shares) - ROUNDING)
    return np.asarray(values[order][np.minimum(places, len(values) - 1)], dtype=float)


def spline_knots(values: Floats, weights: Floats) -> Floats:
    """Return the distinct knots; fewer than `FEWEST_KNOTS` carry no curve."""
    return np.unique(weighted_quantiles(values, weights, KNOT_QUANTILES))


def restricted_cubic(values: Floats, knots: Floats) -> Floats:
    """Return the nonlinear columns of a restricted cubic spline (Harrell 2015, section 2.4.5), shape (n, knots - 2).

    The curve is a straight line beyond the outer knots. No columns with fewer than `FEWEST_KNOTS` knots.
    """
    if len(knots) < FEWEST_KNOTS:
        return np.empty((len(values), 0))
    last, before = knots[-1], knots[-2]
    cubes = np.maximum(values[:, None] - knots, 0) ** 3
    columns = [
        cubes[:, j]
        - cubes[:, -2] * (last - knots[j]) / (last - before)
        + cubes[:, -1] * (before - knots[j]) / (last - before)
        for j in range(len(knots) - 2)
    ]
    return np.asarray(np.column_stack(columns) / (last - knots[0]) ** 2)
