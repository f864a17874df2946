"""Uncertainty of weighted estimates when several rows come from one account.

Every covariance of this package is a linearised leave-one-account-out jackknife: for account g with score s_g and
information M_g, the deviation (M - M_g)^-1 s_g is how far the estimate moves when g is left out. For least squares
with one row an account this is exactly HC3, with several it is CR3 (CV3) [1]_, [2]_. It depends on sums by account
only, so splitting a row into two of half the weight changes nothing.

References
----------
.. [1] Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with
   multi-stage samples. Survey Methodology 28, 169-181.
.. [2] MacKinnon, J. G., Nielsen, M. O. and Webb, M. D. (2023). Fast and reliable jackknife and bootstrap methods for
   cluster-robust inference. Journal of Applied Econometrics 38, 671-694.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.models.results import Coefficient
from analysis.models.terms import Term
from analysis.results import Estimate, Unit

Floats = NDArray[np.float64]
Codes = NDArray[Any]
LEVEL = 0.95
# A direction that only one account informs cannot be left out; its deviation is 0 there (generalised inverse).
SINGULAR = 1e-9
# With so many accounts leaving one out changes the information by nothing that an interval shows.
MANY_CLUSTERS = 20_000


def checked_weights(weights: ArrayLike | None, n: int) -> Floats:
    """Return `n` weights scaled to mean 1 (ones for None); raise ValueError unless all are finite and above 0."""
    if weights is None:
        return np.ones(n)
    values = np.asarray(weights, dtype=float)
    if values.shape != (n,):
        raise ValueError(f"weights need one value a row: {n} rows, shape {values.shape}")
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError("weights must be finite and above 0")
    return values * (n / values.sum())


def cluster_codes(labels: ArrayLike | None, n: int) -> Codes:
    """Return clusters as 0..G-1 in order of their labels; each row its own where `labels` is None."""
    if labels is None:
        return np.arange(n)
    codes: Codes = pd.factorize(np.asarray(labels, dtype=object), sort=True)[0]
    if (codes < 0).any():
        raise ValueError("every row needs an account")
    return codes


def group_codes(columns: Sequence[ArrayLike]) -> Codes:
    """Return one code a row: rows agree in all columns exactly where they agree in the code."""
    codes = np.zeros(len(np.asarray(columns[0])), dtype=np.int64)
    for column in columns:
        own, levels = pd.factorize(np.asarray(column), use_na_sentinel=False)
        codes = pd.factorize(codes * len(levels) + own)[0]  # made dense again, so that the product cannot overflow
    return codes


def sum_by_cluster(values: Floats, codes: Codes) -> Floats:
    """Return the sums of `values` (first axis: rows) by cluster."""
    flat = values.reshape(len(values), -1)
    count = int(codes.max()) + 1
    sums = np.column_stack([np.bincount(codes, weights=column, minlength=count) for column in flat.T])
    return np.asarray(sums.reshape(count, *values.shape[1:]), dtype=float)


def jackknife_deviations(
    scores: Floats, total: Floats, rows: Callable[[], Floats], codes: Codes, *, leverages: Floats | None = None
) -> Floats:
    """Return how the estimate moves when each cluster is left out (one step), shape (G, k).

    Parameters
    ----------
    scores
        Weighted scores by row at the estimate, shape (n, k); they sum to zero.
    total
        Weighted negative Hessian, shape (k, k).
    rows
        Returns its parts by row, shape (n, k, k).
    codes
        Cluster of each row.
    leverages
        By row, where a row's part of the Hessian has rank one in the direction of its score (least squares, binomial).
        With one row a cluster the deviation is then exactly ``M^-1 s / (1 - h)``, at any number of rows.
    """
    sums = sum_by_cluster(scores, codes)
    curvature = np.diag(total)
    scale = 1 / np.sqrt(np.where(curvature > 0, curvature, 1.0))
    if leverages is not None and len(sums) == len(scores) and float(leverages.max(initial=0.0)) < 1 - SINGULAR:
        inverse = np.linalg.pinv(total * np.outer(scale, scale), rcond=SINGULAR, hermitian=True)
        return np.asarray((sums / (1 - leverages[np.argsort(codes)])[:, None] * scale) @ inverse * scale)
    if len(sums) > MANY_CLUSTERS:
        return np.asarray(np.linalg.solve(total, sums.T).T)
    remaining = (total - sum_by_cluster(rows(), codes)) * np.outer(scale, scale)
    inverse = np.linalg.pinv(remaining, rcond=SINGULAR, hermitian=True)
    return np.asarray(np.einsum("gij,gj->gi", inverse, sums * scale) * scale)


def critical_value(clusters: int, level: float = LEVEL) -> float:
    """Return the two-sided t quantile with G - 1 degrees of freedom."""
    return float(stats.t.ppf((1 + level) / 2, clusters - 1))


def p_value(statistic: float, clusters: int) -> float:
    """Return the two-sided p-value of t(G - 1)."""
    return float(2 * stats.t.sf(abs(statistic), clusters - 1))


def wald_test(values: Floats, covariance: Floats, clusters: int) -> tuple[float, int, float]:
    """Test that all `values` are zero: the F statistic, its numerator's degrees of freedom and p on F(q, G - 1)."""
    count = len(values)
    statistic = float(values @ np.linalg.pinv(covariance, hermitian=True) @ values) / count
    return statistic, count, float(stats.f.sf(statistic, count, max(clusters - 1, 1)))


def coefficient_rows(
    terms: Sequence[Term], estimates: Floats, covariance: Floats, clusters: int
) -> tuple[Coefficient, ...]:
    """Return the rows of a coefficient table with t(G - 1) limits."""
    quantile = critical_value(clusters)
    rows = []
    for term, value, error in zip(terms, estimates, np.sqrt(np.diag(covariance)), strict=True):
        rows.append(
            Coefficient(
                term=term.key,
                label=term.label,
                estimate=float(value),
                std_error=float(error),
                conf_low=float(value - quantile * error),
                conf_high=float(value + quantile * error),
                p_value=p_value(value / error, clusters) if error > 0 else float(value == 0),
            )
        )
    return tuple(rows)


def estimate_from_error(value: float, std_error: float, *, clusters: int, unit: Unit, **fields: Any) -> Estimate:
    """Return a symmetric t(G - 1) estimate; `fields` are further fields of `Estimate` (n, method ...)."""
    margin = critical_value(clusters) * std_error
    return Estimate(
        value=float(value),
        low=float(value - margin),
        high=float(value + margin),
        std_error=float(std_error),
        clusters=clusters,
        p_value=p_value(value / std_error, clusters) if std_error > 0 else float(value == 0),
        unit=unit,
        **fields,
    )
