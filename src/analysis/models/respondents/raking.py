"""Iterative proportional fitting: weights under which those who answered have the customer base's shares.

Each round multiplies the weights of every group by the base's share over the weighted share, one margin after the other
[1]_, until all shares are met. Weights beyond `CAP` times the mean are cut to it and the rest is fitted again, at most
`TRIMMINGS` times [2]_; what the last cut leaves unmet is reported. All of it works on many draws at once.

References
----------
.. [1] Deming, W. E. & Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency table when the
       expected marginal totals are known. Annals of Mathematical Statistics 11, 427-444.
.. [2] Potter, F. J. (1990). A study of procedures to identify and trim extreme sampling weights. Proceedings of the
       Survey Research Methods Section, ASA, 225-230.
.. [3] Kish, L. (1992). Weighting for unequal Pi. Journal of Official Statistics 8, 183-200.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.models.clustering import Floats

CAP = 5.0
"""No customer counts more than so many times the mean."""
TRIMMINGS = 5
MOST_ROUNDS = 200
TOLERANCE = 1e-6
"""Largest difference of a weighted share from the base's at which a fit is taken to have met it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Raked:
    """Raked weights of one or many draws.

    Parameters
    ----------
    weights
        Shape (draws, respondents), of mean 1 over the respondents drawn; NaN in a draw that could not be fitted.
    rounds, converged
        Rounds of the slowest draw before trimming, and which draws met all shares before trimming.
    trimmed
        Respondents cut to the cap, by draw.
    gap
        Largest difference of a share left in the end, by draw.
    """

    weights: Floats
    rounds: int
    converged: NDArray[np.bool_]
    trimmed: NDArray[np.int64]
    gap: Floats


def rake(
    start: Floats,
    codes: Sequence[NDArray[np.int64]],
    shares: Sequence[Floats],
    *,
    cap: float = CAP,
    tolerance: float = TOLERANCE,
    most_rounds: int = MOST_ROUNDS,
) -> Raked:
    """Rake weights to shares.

    Parameters
    ----------
    start
        Weights to begin with, shape (draws, respondents); 0 for a respondent that a draw has not.
    codes
        For each margin the group of each respondent, shape (respondents,).
    shares
        For each margin the shares to meet, shape (draws, groups); each row sums to 1.
    cap
        Largest weight, in mean weights.
    tolerance, most_rounds
        Largest difference of a share at which it counts as met, and most rounds through all margins.

    Raises
    ------
    ValueError
        If a starting weight is negative or not finite, or a draw has no weight at all.
    """
    if not np.isfinite(start).all() or (start < 0).any() or (start.sum(axis=1) <= 0).any():
        raise ValueError("starting weights must be finite, not negative, and not all zero")
    taken = (start > 0).sum(axis=1, keepdims=True)
    members = [
        np.equal.outer(code, np.arange(share.shape[1])).astype(float) for code, share in zip(codes, shares, strict=True)
    ]
    weights, rounds, converged = _fit(
        start / start.sum(axis=1, keepdims=True), codes, shares, members, tolerance, most_rounds
    )
    limit = cap / taken
    for trimming in range(TRIMMINGS):
        if not (weights > limit * (1 + TOLERANCE)).any():
            break
        weights = _cut(weights, limit)
        if trimming < TRIMMINGS - 1:
            weights, _, _ = _fit(weights, codes, shares, members, tolerance, most_rounds)
    gap = _gap(weights, shares, members)
    return Raked(
        weights=weights * taken,
        rounds=rounds,
        converged=converged,
        trimmed=(weights >= limit * (1 - TOLERANCE)).sum(axis=1),
        gap=gap,
    )


def _fit(
    weights: Floats,
    codes: Sequence[NDArray[np.int64]],
    shares: Sequence[Floats],
    members: Sequence[Floats],
    tolerance: float,
    most_rounds: int,
) -> tuple[Floats, int, NDArray[np.bool_]]:
    """Return weights (each draw summing to 1) that meet the shares, the rounds taken, and which draws met them."""
    rounds, met = 0, np.zeros(len(weights), dtype=bool)
    while rounds < most_rounds and not met.all():
        rounds += 1
        gap = np.zeros(len(weights))
        for code, share, member in zip(codes, shares, members, strict=True):
            current = weights @ member
            gap = np.maximum(gap, np.abs(current - share).max(axis=1))
            # a group that a draw lost cannot be raised to its share: its factor is of no matter
            factor = np.divide(share, current, out=np.zeros_like(share), where=current > 0)
            weights = weights * factor[:, code]
        # a round that had nothing left to move has met every share
        met = gap < tolerance
    return weights / weights.sum(axis=1, keepdims=True), rounds, met


def _cut(weights: Floats, limit: Floats) -> Floats:
    """Return weights (each draw summing to 1) of which none passes the limit; what is cut goes to the others."""
    beyond = np.zeros(weights.shape, dtype=bool)
    while True:
        more = weights > limit * (1 + TOLERANCE)
        if not (more & ~beyond).any():
            return weights
        beyond |= more
        rest = np.where(beyond, 0.0, weights)
        left = 1 - limit * beyond.sum(axis=1, keepdims=True)
        held = rest.sum(axis=1, keepdims=True)
        weights = np.where(beyond, limit, rest * np.divide(left, held, out=np.zeros_like(left), where=held > 0))


def _gap(weights: Floats, shares: Sequence[Floats], members: Sequence[Floats]) -> Floats:
    gaps = [np.abs(weights @ member - share).max(axis=1) for share, member in zip(shares, members, strict=True)]
    return np.asarray(np.max(gaps, axis=0)) if gaps else np.zeros(len(weights))


def design_effect(weights: Floats) -> float:
    """Return Kish's factor by which unequal weights raise the variance of a mean [3]_, at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> design_effect(np.array([1.0, 1.0, 1.0, 3.0]))
    1.3333333333333333
    """
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)
