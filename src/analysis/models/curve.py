"""What a figure of a relation is drawn from: a grid of satisfaction, and binned observations."""

import itertools

import numpy as np

from analysis.models.clustering import Codes, Floats
from analysis.models.results import BinnedMean

GRID = 21
BINS = 8
LOWEST, HIGHEST = 0.0, 100.0  # of the satisfaction index
# A binned mean of fewer answers would be noise, and near the floor below which survey answers are not shown.
FEWEST_IN_BIN = 10


def satisfaction_grid(satisfaction: Floats, small_cell: int, respondents: Codes | None = None) -> Floats:
    """Return evenly spaced satisfactions over the observed range, less the answers of the few at either end.

    `respondents` tells which rows are of one person, who counts once; None where every row is a person's own.
    """
    persons = np.arange(len(satisfaction)) if respondents is None else respondents
    order = np.argsort(satisfaction, kind="stable")
    low, high = (_innermost(satisfaction[rows], persons[rows], small_cell) for rows in (order, order[::-1]))
    return np.linspace(low, high, GRID)


def _innermost(satisfaction: Floats, persons: Codes, count: int) -> float:
    """Return the answer that the `count`th person gives, in the order of the rows; at most half of the persons."""
    first = np.sort(np.unique(persons, return_index=True)[1])
    return float(satisfaction[first[min(count, (len(first) + 1) // 2) - 1]])


def binned_means(
    satisfaction: Floats, outcome: Floats, weights: Floats, respondents: Codes, small_cell: int
) -> tuple[BinnedMean, ...]:
    """Return weighted means of the outcome in bins of satisfaction of about equal size.

    Equal satisfactions share a bin; a bin of fewer than `FEWEST_IN_BIN` rows, or of fewer than `small_cell` different
    `respondents`, joins its neighbour. Bins meet half-way, and the outer ones reach to the ends of the scale, so that
    no limit is anybody's answer.
    """
    order = np.argsort(satisfaction, kind="stable")
    fewest = max(FEWEST_IN_BIN, len(order) // BINS)

    def is_full(rows: list[int], least: int) -> bool:
        return len(rows) >= least and len(np.unique(respondents[rows])) >= small_cell

    groups: list[list[int]] = [[]]
    for row in order:
        if groups[-1] and satisfaction[row] > satisfaction[groups[-1][-1]] and is_full(groups[-1], fewest):
            groups.append([])
        groups[-1].append(int(row))
    if len(groups) > 1 and not is_full(groups[-1], FEWEST_IN_BIN):
        last = groups.pop()
        groups[-1].extend(last)
    inner = [(satisfaction[below[-1]] + satisfaction[above[0]]) / 2 for below, above in itertools.pairwise(groups)]
    limits = itertools.pairwise([LOWEST, *inner, HIGHEST])
    return tuple(
        BinnedMean(
            low=float(low),
            high=float(high),
            satisfaction=float(np.average(satisfaction[rows], weights=weights[rows])),
            outcome=float(np.average(outcome[rows], weights=weights[rows])),
            n=len(rows),
        )
        for (low, high), rows in zip(limits, groups, strict=True)
    )
