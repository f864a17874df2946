"""Least squares over and over on resampled accounts, from sums by account that are made once."""

from dataclasses import dataclass

import numpy as np

from analysis.models.bootstrap import resampled_accounts
from analysis.models.clustering import SINGULAR, Codes, Floats, sum_by_cluster

CHUNK = 64  # draws multiplied at a time
BLOCK = 128  # sums by account held at a time, so that memory does not grow with the number of candidates


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
    parts = [(weighted[:, i], base[:, j]) for i, j in zip(*upper, strict=True)]
    parts += [(candidates[:, i], weighted[:, j]) for i in range(many) for j in range(size)]
    parts += [(weights * candidates[:, i], candidates[:, i]) for i in range(many)]
    taken = _counts(int(clusters.max()) + 1, draws, rng)
    totals = np.empty((draws, len(parts)))
    for first in range(0, len(parts), BLOCK):
        block = parts[first : first + BLOCK]
        sums = np.column_stack([sum_by_cluster(left * right, clusters) for left, right in block])
        for start in range(0, draws, CHUNK):
            totals[start : start + CHUNK, first : first + BLOCK] = taken[start : start + CHUNK].astype(float) @ sums
    crossed = np.empty((draws, size, size))
    crossed[:, upper[0], upper[1]] = crossed[:, upper[1], upper[0]] = totals[:, : len(upper[0])]
    rest = totals[:, len(upper[0]) :]
    return ResampledMoments(
        base=crossed, hinge=rest[:, : many * size].reshape(draws, many, size), squared=rest[:, many * size :]
    )


def _counts(accounts: int, draws: int, rng: np.random.Generator) -> Codes:
    """Return how often each account is taken in each draw, shape (draws, accounts), in one byte each."""
    counts = np.empty((draws, accounts), dtype=np.uint8)
    for row, taken in zip(counts, resampled_accounts(accounts, draws, rng), strict=True):
        row[:] = taken
    return counts


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
