"""Regressions of many rows on few distinct predictors, run on their unique combinations.

A weighted fit depends on its rows only through sums: rows of one cluster that agree in every predictor (and, for a
binary or ordered outcome, in the outcome) can be added up [1]_. What is lost in a least-squares outcome, its spread
within a combination, is carried along as a sum of squares. Where every row is its own cluster the combinations are
those of predictors and weight, and the errors are the exact HC3 of the rows that were added up.

References
----------
.. [1] Wong, J., Forsell, E., Lewis, R., Mao, T. & Wardrop, M. (2021). You only compress once: optimal data compression
   for estimating linear models. arXiv 2102.11297.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from analysis.models.binomial import checked_outcome, log_likelihood, maximum_likelihood
from analysis.models.clustering import (
    SINGULAR,
    Codes,
    Floats,
    checked_weights,
    cluster_codes,
    group_codes,
    jackknife_deviations,
)
from analysis.models.ordered import OrderedFit, fit_ordered


@dataclass(frozen=True, kw_only=True)
class Combinations:
    """Rows added up by what they have in common.

    Parameters
    ----------
    design
        Predictors of each combination, shape (P, k).
    clusters
        Cluster of each combination; None where every row is its own.
    count
        Rows in each.
    row_weight
        Weight of a single row of each; NaN where the rows of a combination differ in it (only with clusters).
    weight, outcome, square
        Sums of w, w y and w y² over the rows; weights have mean 1 over all rows, y is taken from `centre`.
    plain, plain_square
        Sums of y and y² without weights.
    centre
        What was taken off the outcome, so that its squares keep their digits.
    """

    design: Floats
    clusters: Codes | None
    count: Floats
    row_weight: Floats
    weight: Floats
    outcome: Floats
    square: Floats
    plain: Floats
    plain_square: Floats
    centre: float

    @property
    def n(self) -> int:
        """Return the number of rows added up."""
        return int(self.count.sum())


@dataclass(frozen=True, kw_only=True)
class CompressedFit:
    """A fit on combinations: what the same fit on all rows gives.

    Parameters
    ----------
    coefficients, covariance
        Shapes (k,) and (k, k); the covariance clustered, or HC3 where every row is its own cluster.
    n, accounts
        Rows and clusters.
    r_squared
        Weighted R² of least squares, McFadden's of the logit; 0 to 1.
    converged
        Whether the maximum was reached (always, for least squares).
    """

    coefficients: Floats
    covariance: Floats
    n: int
    accounts: int
    r_squared: float
    converged: bool = True


def combine_rows(
    outcome: ArrayLike, design: Floats, *, weights: ArrayLike | None = None, clusters: ArrayLike | None = None
) -> Combinations:
    """Add up the rows that share their predictors and their cluster (their weight, where each row is its own cluster).

    Parameters
    ----------
    outcome, design
        Shapes (n,) and (n, k), with the intercept.
    weights
        Survey weights of any scale, or None.
    clusters
        Account of each row, or None where each row is its own.

    Raises
    ------
    ValueError
        If a weight is not above 0.
    """
    y = np.asarray(outcome, dtype=float)
    w = checked_weights(weights, len(y))
    own = None if clusters is None else cluster_codes(clusters, len(y))
    codes = group_codes([*design.T, w if own is None else own])
    first = np.unique(codes, return_index=True)[1]
    centre = float(np.average(y, weights=w))
    deviation = y - centre

    def total(values: Floats) -> Floats:
        return np.asarray(np.bincount(codes, weights=values), dtype=float)

    return Combinations(
        design=design[first],
        clusters=None if own is None else own[first],
        count=np.bincount(codes).astype(float),
        row_weight=np.full(len(first), np.nan) if own is not None else w[first],
        weight=total(w),
        outcome=total(w * deviation),
        square=total(w * deviation**2),
        plain=total(deviation),
        plain_square=total(deviation**2),
        centre=centre,
    )


def fit_linear_compressed(rows: Combinations) -> CompressedFit:
    """Fit least squares on combinations: coefficients, clustered errors (or HC3) and R² of the rows added up.

    Raises
    ------
    ValueError
        If the design is not of full rank.
    """
    design, w = rows.design, rows.weight
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("the design is not of full rank")
    cross = (design * w[:, None]).T @ design
    coefficients = np.linalg.solve(cross, design.T @ rows.outcome)
    fitted = design @ coefficients
    covariance, accounts = _covariance(rows, cross, fitted, w)
    unexplained = float((rows.square - 2 * fitted * rows.outcome + w * fitted**2).sum())
    # The outcome was centred at its weighted mean: the total is its plain sum of squares.
    total = float(rows.square.sum())
    back = coefficients + np.linalg.lstsq(design, np.full(len(design), rows.centre), rcond=None)[0]
    return CompressedFit(
        coefficients=back,
        covariance=covariance,
        n=rows.n,
        accounts=accounts,
        r_squared=1 - unexplained / total if total > 0 else 0.0,
    )


def fit_binomial_compressed(rows: Combinations) -> CompressedFit:
    """Fit the logit on combinations of a 0/1 outcome; results as `binomial.fit_binomial` on the rows added up.

    Raises
    ------
    ValueError
        If the outcome does not vary or is not 0/1.
    """
    buyers = rows.outcome + rows.centre * rows.weight  # sums of w y
    checked_outcome(np.unique(np.round(_plain_shares(rows), 9)))
    y = np.repeat([1.0, 0.0], len(rows.design))
    weight = np.r_[buyers, rows.weight - buyers]
    kept = weight > 0
    twice = np.vstack([rows.design, rows.design])
    coefficients, converged = maximum_likelihood(y[kept], twice[kept], weight[kept])
    fitted = expit(rows.design @ coefficients)
    curvature = rows.weight * fitted * (1 - fitted)
    information = (rows.design * curvature[:, None]).T @ rows.design
    covariance, accounts = _covariance(rows, information, fitted - rows.centre, curvature)
    share = float(buyers.sum() / rows.weight.sum())
    null = log_likelihood(y[kept], np.full(int(kept.sum()), np.log(share / (1 - share))), weight[kept])
    reached = log_likelihood(y[kept], (twice @ coefficients)[kept], weight[kept])
    return CompressedFit(
        coefficients=coefficients,
        covariance=covariance,
        n=rows.n,
        accounts=accounts,
        r_squared=1 - reached / null,
        converged=converged,
    )


def fit_ordered_compressed(
    category: ArrayLike, design: Floats, *, weights: ArrayLike | None = None, clusters: ArrayLike
) -> OrderedFit:
    """Fit the ordered logit on the combinations of answer, predictors and account.

    Coefficients, cut points and clustered covariance are those of `ordered.fit_ordered` on all rows, and so is the
    log-likelihood times rows over combinations.

    Raises
    ------
    ValueError
        As `ordered.fit_ordered`.
    """
    answers = np.asarray(category, dtype=int)
    w = checked_weights(weights, len(answers))
    own = cluster_codes(clusters, len(answers))
    codes = group_codes([answers, *design.T, own])
    first = np.unique(codes, return_index=True)[1]
    return fit_ordered(answers[first], design[first], weights=np.bincount(codes, weights=w), clusters=own[first])


def _plain_shares(rows: Combinations) -> Floats:
    """Return 0 and 1 as the outcomes that occur, and whatever else a combination that is not binary would show."""
    plain = rows.plain + rows.centre * rows.count
    squares = rows.plain_square + 2 * rows.centre * rows.plain + rows.centre**2 * rows.count
    scale = np.maximum(np.abs(squares), 1.0)
    if (np.abs(plain - squares) > 1e-6 * scale).any():
        return np.array([np.nan])
    occurring = [
        value for value, there in ((0.0, (plain < rows.count - 0.5).any()), (1.0, (plain > 0.5).any())) if there
    ]
    return np.array(occurring)


def _covariance(rows: Combinations, information: Floats, fitted: Floats, curvature: Floats) -> tuple[Floats, int]:
    """Return the clustered covariance and the number of clusters; HC3 of the single rows where there are none.

    `fitted` is on the scale of the centred outcome; `curvature` is what the outer products of the design are multiplied
    by in the information.
    """
    design = rows.design
    if rows.clusters is not None:
        scores = design * (rows.outcome - rows.weight * fitted)[:, None]
        deviations = jackknife_deviations(
            scores,
            information,
            lambda: design[:, :, None] * design[:, None, :] * curvature[:, None, None],
            rows.clusters,
        )
        return deviations.T @ deviations, len(deviations)
    inverse = np.linalg.pinv(information, rcond=SINGULAR, hermitian=True)
    leverage = curvature / rows.count * np.einsum("ij,jk,ik->i", design, inverse, design)
    squares = rows.plain_square - 2 * fitted * rows.plain + rows.count * fitted**2
    factor = rows.row_weight**2 * np.maximum(squares, 0.0) / np.maximum(1 - leverage, SINGULAR) ** 2
    return inverse @ (design.T @ (design * factor[:, None])) @ inverse, rows.n
