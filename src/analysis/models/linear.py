"""Weighted least squares whose standard errors respect accounts: HC3, or CR3 where an account has several rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.models.clustering import (
    Codes,
    Floats,
    checked_weights,
    cluster_codes,
    jackknife_deviations,
)
from analysis.models.compressed import Combinations, combine_rows, combined_deviations


@dataclass(frozen=True, kw_only=True)
class LinearFit:
    """A weighted least-squares fit.

    Parameters
    ----------
    coefficients, covariance
        Shapes (k,) and (k, k).
    fitted, residuals, weights, clusters
        By row; weights have mean 1, clusters are codes.
    r_squared
        Weighted, 0 to 1; 0 where the outcome does not vary.
    deviations
        Movement of the coefficients when each account is left out, shape (G, k).
    leverages
        Diagonal of the (weighted) hat matrix, by row.
    information
        Weighted cross products of the design, shape (k, k).
    variance
        Weighted residual variance, with n - k degrees of freedom.
    """

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    residuals: Floats
    weights: Floats
    clusters: np.ndarray
    r_squared: float
    deviations: Floats
    leverages: Floats
    information: Floats
    variance: float

    @property
    def accounts(self) -> int:
        """Return the number of clusters."""
        return len(self.deviations)


def fit_linear(
    outcome: ArrayLike, design: Floats, *, weights: ArrayLike | None = None, clusters: ArrayLike | None = None
) -> LinearFit:
    """Fit ``outcome = design @ b`` by weighted least squares with the covariance of `clustering`.

    Many rows of few distinct predictors are added up first (`compressed`), which changes nothing but rounding.

    Parameters
    ----------
    outcome, design
        Shapes (n,) and (n, k); the design has full column rank and holds the intercept.
    weights
        Survey weights (any scale), or None.
    clusters
        Account of each row, or None where each row is its own.

    Raises
    ------
    ValueError
        If a weight is not above 0, or the design is not of full rank.
    """
    y = np.asarray(outcome, dtype=float)
    n, k = design.shape
    w = checked_weights(weights, n)
    codes = cluster_codes(clusters, n)
    rows = combine_rows([*design.T])
    if rows is None:
        coefficients, cross, leverages, deviations = _fit_rows(y, design, w, codes)
    else:
        coefficients, cross, leverages, deviations = _fit_combinations(y, design, w, codes, rows)
    fitted = design @ coefficients
    residuals = y - fitted
    centred = y - np.average(y, weights=w)
    total = float((w * centred**2).sum())
    return LinearFit(
        coefficients=coefficients,
        covariance=deviations.T @ deviations,
        fitted=fitted,
        residuals=residuals,
        weights=w,
        clusters=codes,
        r_squared=1 - float((w * residuals**2).sum()) / total if total > 0 else 0.0,
        deviations=deviations,
        leverages=leverages,
        information=cross,
        variance=float((w * residuals**2).sum()) / max(n - k, 1),
    )


def _fit_rows(y: Floats, design: Floats, w: Floats, clusters: Codes) -> tuple[Floats, Floats, Floats, Floats]:
    """Return coefficients, information, leverages by row and deviations by account."""
    _refuse_deficient(design)
    cross = (design * w[:, None]).T @ design
    coefficients = np.asarray(np.linalg.solve(cross, (design * w[:, None]).T @ y), dtype=float)
    residuals = y - design @ coefficients
    leverages = w * np.einsum("ij,ji->i", design, np.linalg.solve(cross, design.T))
    deviations = jackknife_deviations(
        design * (w * residuals)[:, None],
        cross,
        lambda: design[:, :, None] * design[:, None, :] * w[:, None, None],
        clusters,
        leverages=leverages,
    )
    return coefficients, cross, leverages, deviations


def _fit_combinations(
    y: Floats, design: Floats, w: Floats, clusters: Codes, rows: Combinations
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the same as `_fit_rows` from sums over the rows that agree."""
    unique = design[rows.first]
    _refuse_deficient(unique)
    cross = (unique * rows.total(w)[:, None]).T @ unique
    coefficients = np.asarray(np.linalg.solve(cross, unique.T @ rows.total(w * y)), dtype=float)
    residuals = y - (unique @ coefficients)[rows.codes]
    leverages = w * np.einsum("ij,ji->i", unique, np.linalg.solve(cross, unique.T))[rows.codes]
    deviations = combined_deviations(
        unique,
        lambda: unique[:, :, None] * unique[:, None, :],
        w * residuals,
        w,
        cross,
        rows,
        clusters,
        leverages,
    )
    return coefficients, cross, leverages, deviations


def _refuse_deficient(design: Floats) -> None:
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("the design is not of full rank")
