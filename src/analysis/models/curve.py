"""What a figure of a relation is drawn from: a grid of satisfaction, and binned observations."""

import numpy as np

from analysis.models.clustering import Floats
from analysis.models.results import BinnedMean

GRID = 21
BINS = 8
# A binned mean of fewer answers would be noise, and near the floor below which survey answers are not shown.
FEWEST_IN_BIN = 10


def satisfaction_grid(satisfaction: Floats) -> Floats:
    """Return evenly spaced satisfactions over the observed range."""
    return np.linspace(satisfaction.min(), satisfaction.max(), GRID)


def binned_means(satisfaction: Floats, outcome: Floats, weights: Floats, small_cell: int) -> tuple[BinnedMean, ...]:
    """Return weighted means of the outcome in bins of satisfaction of about equal size.

    Equal satisfactions share a bin; a bin below `small_cell` or `FEWEST_IN_BIN` joins its neighbour.
    """
    order = np.argsort(satisfaction, kind="stable")
    fewest = max(small_cell, FEWEST_IN_BIN, len(order) // BINS)
    groups: list[list[int]] = [[]]
    for row in order:
        full = len(groups[-1]) >= fewest
        if full and satisfaction[row] > satisfaction[groups[-1][-1]]:
            groups.append([])
        groups[-1].append(int(row))
    if len(groups) > 1 and len(groups[-1]) < max(small_cell, FEWEST_IN_BIN):
        last = groups.pop()
        groups[-1].extend(last)
    return tuple(_bin(satisfaction[rows], outcome[rows], weights[rows]) for rows in groups)


def _bin(satisfaction: Floats, outcome: Floats, weights: Floats) -> BinnedMean:
    return BinnedMean(
        low=float(satisfaction.min()),
        high=float(satisfaction.max()),
        satisfaction=float(np.average(satisfaction, weights=weights)),
        outcome=float(np.average(outcome, weights=weights)),
        n=len(outcome),
    )
