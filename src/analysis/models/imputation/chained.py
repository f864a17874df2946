"""Multiple imputation by chained equations with predictive mean matching, all imputations at once.

Each item with gaps is regressed on all the others, item after item, round after round [1]_. A draw takes coefficients
from their posterior (so that the imputations differ as much as the equations are uncertain), predicts the missing
answers with them, and takes for each the answer of one of the three who are predicted most alike [2]_: so every
imputed answer is one that somebody gave, on the item's own scale.

The cross-products of all columns are kept up to date; an item's equation needs those of the rows that answered it,
which are the whole less the few that did not.

References
----------
.. [1] van Buuren, S. and Groothuis-Oudshoorn, K. (2011). mice: multivariate imputation by chained equations in R.
   Journal of Statistical Software 45(3).
.. [2] Morris, T. P., White, I. R. and Royston, P. (2014). Tuning multiple imputation by predictive mean matching and
   local residual draws. BMC Medical Research Methodology 14, 75.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.models.clustering import Floats

# With three the slope of a mean-matched item is less biased than with the usual five (tests of the imputation).
DONORS = 3
# Added to the diagonal of a standardised cross-product, relative to its size, so that overlapping items do no harm.
RIDGE = 1e-5
ALIKE = 1e-9  # predictions, in standard deviations, that are the same
CELLS = 8_000_000  # numbers held at a time; more rows mean fewer imputations at a time, not more memory

Missing = NDArray[np.bool_]


def impute_items(
    items: Floats, others: Floats, weights: Floats, *, m: int, rounds: int, rng: np.random.Generator
) -> Floats:
    """Return the items with their gaps filled, shape (m, n, p).

    Parameters
    ----------
    items
        Answers, shape (n, p), NaN where missing; each item varies and has answers.
    others
        Complete columns that help to predict, shape (n, q), without an intercept.
    weights
        Survey weights, mean 1, in every equation.
    m, rounds
        Imputations, and rounds of all items.
    """
    blocks = max(1, CELLS // max(items.shape[0] * (items.shape[1] + others.shape[1] + 1), 1))
    parts = [
        _impute_block(items, others, weights, min(blocks, m - start), rounds, rng) for start in range(0, m, blocks)
    ]
    return np.concatenate(parts)


def _impute_block(
    items: Floats, others: Floats, weights: Floats, m: int, rounds: int, rng: np.random.Generator
) -> Floats:
    missing = np.isnan(items)
    n = len(items)
    fixed = np.column_stack([np.ones(n), _standardised(others)])
    first = fixed.shape[1]
    filled = np.repeat(_filled_at_random(items, missing, m, rng), 1, axis=0)
    # items in their own standard deviations about their mean, so that one ridge and one tolerance fit all
    centre, spread = np.nanmean(items, axis=0), np.nanstd(items, axis=0)
    state = np.concatenate([np.broadcast_to(fixed, (m, n, first)), (filled - centre) / spread], axis=2)
    crosses = np.swapaxes(state, 1, 2) @ (state * weights[:, None])
    order = np.argsort(missing.sum(axis=0), kind="stable")
    for _ in range(rounds):
        for item in order:
            if missing[:, item].any():
                crosses = _impute_item(state, crosses, first + int(item), missing[:, item], weights, rng)
    return np.asarray(state[:, :, first:] * spread + centre)


def _standardised(columns: Floats) -> Floats:
    spread = columns.std(axis=0)
    varies = spread > 0
    return np.asarray((columns[:, varies] - columns[:, varies].mean(axis=0)) / spread[varies])


def _filled_at_random(items: Floats, missing: Missing, m: int, rng: np.random.Generator) -> Floats:
    """Return `m` copies in which each gap holds an answer of somebody, whoever it is: where the rounds start."""
    filled = np.repeat(items[None], m, axis=0)
    for item in range(items.shape[1]):
        gaps = missing[:, item]
        if gaps.any():
            filled[:, gaps, item] = rng.choice(items[~gaps, item], size=(m, int(gaps.sum())))
    return filled


def _impute_item(
    state: Floats, crosses: Floats, column: int, gaps: Missing, weights: Floats, rng: np.random.Generator
) -> Floats:
    """Fill one item's gaps in `state` (in place) from its equation; return the cross-products as they are then."""
    rows = np.flatnonzero(gaps)
    answered = np.flatnonzero(~gaps)
    incomplete = state[:, rows]
    observed = crosses - np.swapaxes(incomplete, 1, 2) @ (incomplete * weights[rows, None])
    estimated, drawn = draw_coefficients(observed, column, len(answered), rng)
    predicted = (state @ estimated[:, :, None])[:, :, 0][:, answered]
    # donors who are predicted alike must have the same chance, whatever their place in the file
    predicted += ALIKE * rng.random(predicted.shape)
    wanted = (incomplete @ drawn[:, :, None])[:, :, 0]
    for number in range(len(state)):
        donors = match_donors(predicted[number], wanted[number], rng)
        state[number, rows, column] = state[number, answered[donors], column]
    complete = state[:, rows]
    return np.asarray(observed + np.swapaxes(complete, 1, 2) @ (complete * weights[rows, None]))


def draw_coefficients(crosses: Floats, column: int, answers: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the equation's coefficients and a draw from their posterior, shape (m, q), 0 for the item itself.

    With the usual flat prior the residual variance is a scaled inverse chi-squared and the coefficients are normal
    about the estimates, given it (van Buuren 2018, Flexible imputation of missing data, algorithm 3.1).
    """
    m, size, _ = crosses.shape
    own = [index for index in range(size) if index != column]
    design, across = crosses[:, own][:, :, own], crosses[:, own, column]
    ridged = design + RIDGE * design * np.eye(len(own)) + 1e-9 * answers * np.eye(len(own))
    estimates = np.linalg.solve(ridged, across[:, :, None])[:, :, 0]
    rest = crosses[:, column, column] - 2 * (estimates * across).sum(axis=1)
    rest = np.maximum(rest + np.einsum("mi,mij,mj->m", estimates, design, estimates), 0.0)
    scale = np.sqrt(rest / rng.chisquare(max(answers - len(own), 1), size=m))
    root = np.linalg.cholesky(np.linalg.inv(ridged))
    noise = (root @ rng.standard_normal((m, len(own), 1)))[:, :, 0]
    estimated, drawn = np.zeros((m, size)), np.zeros((m, size))
    estimated[:, own] = estimates
    drawn[:, own] = estimates + scale[:, None] * noise
    return estimated, drawn


def match_donors(predicted: Floats, wanted: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return for each wanted prediction the position of one of its nearest donors, drawn at random."""
    count = min(DONORS, len(predicted))
    order = np.argsort(predicted)
    ranked = predicted[order]
    window = np.arange(-count, count)
    near = np.clip(np.searchsorted(ranked, wanted)[:, None] + window, 0, len(ranked) - 1)
    distance = np.abs(ranked[near] - wanted[:, None])
    distance[:, 1:][near[:, 1:] == near[:, :-1]] = np.inf  # the window was cut at an end: count no donor twice
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :count]
    usable = np.isfinite(np.take_along_axis(distance, nearest, axis=1)).sum(axis=1)
    picked = nearest[np.arange(len(wanted)), (rng.random(len(wanted)) * usable).astype(int)]
    return np.asarray(order[near[np.arange(len(wanted)), picked]])
