"""Least squares over and over on resampled accounts, from sums by account that are made once."""

from dataclasses import dataclass

import numpy as np

from analysis.models.bootstrap import resampled_accounts
from analysis.models.clustering import SINGULAR, Codes, Floats, sum_by_cluster

CHUNK = 64  # draws multiplied at a time


@dataclass(frozen=True, kw_only=True)
class ResampledMoments:
    """Weighted cross products of some columns in every draw.

    Parameters
    ----------
    base
        Of the columns that every model has and the outcome (last), shape (draws, k + 1, k + 1).
    hinge
        Of each candidate column with the columns of `base`, shape (draws, m, k + 1).
    squared
        Of each candidate column with itself, shape (draws, m).
    """

    base: Floats
    hinge: Floats
    squared: Floats


def resample_moments(
    base: Floats, candidates: Floats, weights: Floats, clusters: Codes, draws: int, rng: np.random.Generator
) -> ResampledMoments:
    """Return the cross products of `base` (n, k + 1; the outcome last) and `candidates` (n, m) over resampled accounts.

    The cost of a draw depends on the number of accounts only.
    """
    size, many = base.shape[1], candidates.shape[1]
    upper = np.triu_indices(size)
    weighted = base * weights[:, None]
    parts = [weighted[:, i] * base[:, j] for i, j in zip(*upper, strict=True)]
    parts += [candidates[:, i] * weighted[:, j] for i in range(many) for j in range(size)]
    parts += [weights * candidates[:, i] ** 2 for i in range(many)]
    sums = np.column_stack([sum_by_cluster(part, clusters) for part in parts])
    taken = resampled_accounts(len(sums), draws, rng)
    totals = np.empty((draws, sums.shape[1]))
    for start in range(0, draws, CHUNK):
        stop = min(start + CHUNK, draws)
        totals[start:stop] = np.stack([next(taken) for _ in range(start, stop)]) @ sums
    crossed = np.empty((draws, size, size))
    crossed[:, upper[0], upper[1]] = crossed[:, upper[1], upper[0]] = totals[:, : len(upper[0])]
    rest = totals[:, len(upper[0]) :]
    return ResampledMoments(
        base=crossed, hinge=rest[:, : many * size].reshape(draws, many, size), squared=rest[:, many * size :]
    )


def resampled_coefficients(moments: ResampledMoments) -> Floats:
    """Return the coefficients of the outcome on the base columns in every draw, shape (draws, k)."""
    inverse = np.linalg.pinv(moments.base[:, :-1, :-1], rcond=SINGULAR, hermitian=True)
    return np.asarray(np.einsum("bij,bj->bi", inverse, moments.base[:, :-1, -1]))


def best_candidate(moments: ResampledMoments, columns: int) -> Floats:
    """Return in every draw which candidate, added to the first `columns` of the base, explains most; shape (draws,).

    By Frisch, Waugh and Lovell a candidate lowers the residual sum of squares by its squared cross product with the
    residuals over its own residual sum of squares.
    """
    inverse = np.linalg.pinv(moments.base[:, :columns, :columns], rcond=SINGULAR, hermitian=True)
    hinge = moments.hinge[:, :, :columns]
    explained = np.einsum("bmi,bij->bmj", hinge, inverse)
    own = moments.squared - np.einsum("bmj,bmj->bm", explained, hinge)
    crossed = moments.hinge[:, :, -1] - np.einsum("bmj,bj->bm", explained, moments.base[:, :columns, -1])
    informative = own > SINGULAR * moments.squared
    gain = np.where(informative, crossed**2 / np.where(informative, own, 1.0), -1.0)
    return np.asarray(gain.argmax(axis=1))
