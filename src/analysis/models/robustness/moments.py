"""Many regressions on the same rows for the price of one: sums by account, of which each regression takes its part.

A regression of any outcome on any columns, without any accounts, needs nothing but the weighted cross-products of the
columns by account. Coefficients and leave-one-account-out deviations are those of `linear.fit_linear`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.models.clustering import MANY_CLUSTERS, SINGULAR, Codes, Floats, estimate_from_error
from analysis.results import Estimate, Unit


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One estimated effect with what its uncertainty is made of.

    Parameters
    ----------
    value
        The effect, in the unit in which it is reported.
    deviations
        How far it moves when each account is left out, shape (G,); 0 for accounts that are not in the estimate.
    n, accounts
        Rows and accounts in the estimate.
    """

    value: float
    deviations: Floats
    n: int
    accounts: int

    @property
    def std_error(self) -> float:
        """Return the clustered standard error."""
        return float(np.sqrt(self.deviations @ self.deviations))

    def estimate(self, unit: Unit, method: str) -> Estimate:
        """Return the effect with its t(G - 1) interval."""
        return estimate_from_error(
            self.value, self.std_error, clusters=self.accounts, unit=unit, n=self.n, method=method
        )


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Weighted cross-products of some columns by account.

    Parameters
    ----------
    crosses
        Shape (G, q, q); zero for accounts without rows.
    rows
        Rows by account, shape (G,).
    """

    crosses: Floats
    rows: Floats

    def without(self, accounts: NDArray[np.intp]) -> "Moments":
        """Return the moments of all other accounts."""
        crosses, rows = self.crosses.copy(), self.rows.copy()
        crosses[accounts], rows[accounts] = 0.0, 0.0
        return Moments(crosses=crosses, rows=rows)

    @property
    def accounts(self) -> int:
        """Return how many accounts have rows."""
        return int((self.rows > 0).sum())

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return int(self.rows.sum())


def cluster_moments(columns: Floats, weights: Floats, codes: Codes, accounts: int) -> Moments:
    """Return the cross-products of `columns`, shape (n, q), by account; the weights are scaled to mean 1."""
    scaled = weights * (len(weights) / weights.sum())
    count = columns.shape[1]
    crosses = np.empty((accounts, count, count))
    for i in range(count):
        weighted = scaled * columns[:, i]
        for j in range(i, count):
            sums = np.bincount(codes, weights=weighted * columns[:, j], minlength=accounts)
            crosses[:, i, j] = sums
            crosses[:, j, i] = sums
    return Moments(crosses=crosses, rows=np.bincount(codes, minlength=accounts).astype(float))


def independent_columns(total: Floats, columns: Sequence[int]) -> list[int]:
    """Return those of `columns` that those before them do not determine, from the cross-products of all."""
    kept: list[int] = []
    for column in columns:
        length = total[column, column]
        if length <= 0:
            continue
        rest = length
        if kept:
            across = total[kept, column]
            rest = length - across @ np.linalg.lstsq(total[np.ix_(kept, kept)], across, rcond=None)[0]
        if rest > SINGULAR * length:
            kept.append(column)
    return kept


def regress(moments: Moments, regressors: Sequence[int], outcome: int) -> tuple[Floats, Floats]:
    """Return the coefficients, shape (k,), and their deviations by account, shape (G, k)."""
    index = np.asarray(regressors)
    parts = moments.crosses[:, index[:, None], index]
    total = parts.sum(axis=0)
    across = moments.crosses[:, index, outcome]
    coefficients = np.linalg.solve(total, across.sum(axis=0))
    return coefficients, leave_out(total, parts, across - parts @ coefficients)


def leave_out(total: Floats, parts: Floats, scores: Floats) -> Floats:
    """Return ``(total - part_g)^-1 score_g`` for each account, shape (G, k), as `clustering.jackknife_deviations`.

    Parameters
    ----------
    total, parts
        Information of all accounts, shape (k, k), and of each, shape (G, k, k).
    scores
        Scores of each account, shape (G, k).
    """
    if len(parts) > MANY_CLUSTERS:
        return np.asarray(np.linalg.solve(total, scores.T).T)
    curvature = np.diag(total)
    scale = 1 / np.sqrt(np.where(curvature > 0, curvature, 1.0))
    remaining = (total - parts) * np.outer(scale, scale)
    scaled = scores * scale
    if _is_regular(remaining):
        solved = np.linalg.solve(remaining, scaled[:, :, None])[:, :, 0]
    else:
        # a direction that one account alone informs cannot be left out: its deviation is 0 there
        solved = np.einsum("gij,gj->gi", np.linalg.pinv(remaining, rcond=SINGULAR, hermitian=True), scaled)
    return np.asarray(solved * scale)


def _is_regular(matrices: Floats) -> bool:
    """Return whether all of these scaled information matrices can be inverted without a doubt."""
    try:
        roots = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return False
    return bool(np.diagonal(roots, axis1=1, axis2=2).min() ** 2 > SINGULAR**0.5)
