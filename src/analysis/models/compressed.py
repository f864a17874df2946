"""Regressions of many rows on few distinct predictors, run on their unique combinations.

A weighted fit depends on its rows only through sums: rows that agree in every predictor (and, of an ordered outcome, in
the outcome) add up to one, and for errors clustered by account those that also share the account [1]_. The fits of
`linear`, `binomial` and `ordered` ask `combine_rows` whether that pays; what they publish is the same to rounding,
standard errors of the rows that were added up included.

References
----------
.. [1] Wong, J., Forsell, E., Lewis, R., Mao, T. & Wardrop, M. (2021). You only compress once: optimal data compression
   for estimating linear models. arXiv 2102.11297.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.models.clustering import Codes, Floats, jackknife_deviations

MANY_ROWS = 50_000
"""From so many rows on it pays to look for rows that agree."""
FEW = 0.5
"""Combinations per row, from which on adding up does not pay."""


@dataclass(frozen=True, kw_only=True)
class Combinations:
    """Which rows agree.

    Parameters
    ----------
    codes
        Combination of each row, 0..P-1.
    first
        Position of the first row of each combination.
    """

    codes: Codes
    first: Codes

    def total(self, values: Floats) -> Floats:
        """Return the sums of `values` (by row) by combination."""
        return np.asarray(np.bincount(self.codes, weights=values, minlength=len(self.first)), dtype=float)


def combine_rows(columns: Sequence[ArrayLike]) -> Combinations | None:
    """Return which rows agree in all columns, or None where there are few rows or they hardly ever agree."""
    n = len(np.asarray(columns[0]))
    if n < MANY_ROWS:
        return None
    codes, count = np.zeros(n, dtype=np.int64), 1
    for column in columns:
        own, levels = pd.factorize(np.asarray(column), use_na_sentinel=False)
        codes, found = pd.factorize(codes * len(levels) + own)
        count = len(found)
        if count > FEW * n:
            return None
    return Combinations(codes=codes, first=_first_of(codes, count))


def combined_deviations(
    scores: Floats,
    parts: Callable[[], Floats],
    factors: Floats,
    weights: Floats,
    total: Floats,
    rows: Combinations,
    clusters: Codes,
    leverages: Floats | None = None,
) -> Floats:
    """Return `clustering.jackknife_deviations` of the rows that were combined, shape (G, k).

    Parameters
    ----------
    scores
        What a row's `factors` multiply to give its score, by combination, shape (P, k).
    parts
        Returns what its `weights` multiply to give its part of the information, by combination, shape (P, k, k).
    factors, weights
        By row, with the survey weight in them.
    total
        Information, shape (k, k).
    rows
        The combinations.
    clusters
        Of each row, codes.
    leverages
        By row, as there.
    """
    accounts = int(clusters.max()) + 1
    if accounts == len(clusters):  # every row its own: there is nothing to add up
        by_row = scores[rows.codes] * factors[:, None]
        return jackknife_deviations(
            by_row, total, lambda: parts()[rows.codes] * weights[:, None, None], clusters, leverages=leverages
        )
    cells, found = pd.factorize(rows.codes * np.int64(accounts) + clusters)
    first = _first_of(cells, len(found))
    combination = rows.codes[first]
    return jackknife_deviations(
        scores[combination] * np.bincount(cells, weights=factors)[:, None],
        total,
        lambda: parts()[combination] * np.bincount(cells, weights=weights)[:, None, None],
        clusters[first],
    )


def _first_of(codes: Codes, count: int) -> Codes:
    """Return the position of the first row of each of the codes 0..count-1."""
    first = np.empty(count, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first
