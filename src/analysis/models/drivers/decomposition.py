"""R squared shared out among drivers, with the joint bootstrap draws of all its parts.

Linear models work on sums of cross-products by account; ordered and binary answers on log-likelihoods by account, where
R squared is McFadden's [1]_ ``1 - logL / logL0``. Neither needs the rows again once the sums are made.

References
----------
.. [1] McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In P. Zarembka (ed.), Frontiers
   in econometrics, 105-142. Academic Press.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.models.bootstrap import resampled_accounts
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes, sum_by_cluster
from analysis.models.drivers.likelihood import Answers, fit_subsets, prepare, refit
from analysis.models.drivers.shapley import (
    LINEAR_EXACT,
    block_means,
    exact_contributions,
    linear_contributions,
    monte_carlo_error,
    partial_out,
    sample_orders,
    sampled_contributions,
    visited_masks,
)

ORDERED_EXACT = 6
"""Up to so many drivers all subsets of an ordered or binary model are fitted; with more, sampled orders."""
LINEAR_BLOCKS, ORDERED_BLOCKS = 16, 6  # of sampled orders, each of as many orders as there are drivers
MOST_UNITS = 2_000
"""With more accounts, random groups of them are resampled: the bootstrap's error is then known to 1.6%."""


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """What goes with each driver, of R squared.

    Parameters
    ----------
    contributions
        Shape (p,); they sum to `r_squared`.
    draws
        The same in each bootstrap draw, shape (draws, p).
    without_each
        R squared when each resampled unit in turn is left out, shape (units,).
    orders
        Sampled orders, or None where the contributions are exact.
    monte_carlo_error
        Standard error of the contributions over the sampled orders, or None.
    converged
        False where a likelihood has no maximum; nothing else may then be used.
    """

    contributions: Floats
    draws: Floats
    without_each: Floats
    orders: int | None = None
    monte_carlo_error: Floats | None = None
    converged: bool = True

    @property
    def r_squared(self) -> float:
        """Return what all drivers explain beyond the controls, 0 to 1."""
        return float(self.contributions.sum())


def resampling_units(accounts: ArrayLike, rng: np.random.Generator) -> Codes:
    """Return what is resampled for each row: its account, or with very many a random group of accounts."""
    labels = np.asarray(accounts)
    codes = cluster_codes(labels, len(labels))
    count = int(codes.max()) + 1
    if count <= MOST_UNITS:
        return codes
    return np.asarray((rng.permutation(count) % MOST_UNITS)[codes])


def resampled_counts(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return how often each unit is taken in each draw, shape (draws, units)."""
    return np.stack(list(resampled_accounts(units, draws, rng)))


def decompose_linear(
    outcome: Floats,
    drivers: Floats,
    counts: Floats,
    units: Codes,
    rng: np.random.Generator,
    *,
    weights: ArrayLike | None = None,
    controls: Floats | None = None,
) -> Decomposition:
    """Share out the weighted R squared of least squares.

    Parameters
    ----------
    outcome, drivers
        Shapes (n,) and (n, p).
    counts
        Bootstrap draws, shape (draws, units), from `resampled_counts`.
    units
        What is resampled, by row.
    rng
        For sampled orders, where there are more than `LINEAR_EXACT` drivers.
    weights
        Survey weights, or None.
    controls
        Columns that are always in, shape (n, c); what they explain is nobody's.

    Raises
    ------
    ValueError
        If a weight is not above 0.
    """
    always = np.empty((len(outcome), 0)) if controls is None else controls
    w = checked_weights(weights, len(outcome))
    sums, corner = _product_sums(np.column_stack([always, drivers, outcome]), w, units, counts.shape[1])
    total = sums.sum(axis=0)
    size = drivers.shape[1]
    orders = None if size <= LINEAR_EXACT else sample_orders(size, LINEAR_BLOCKS, rng)

    def shared(products: Floats) -> Floats:
        cross = _about_mean(products, corner)
        of_total = np.maximum(cross[:, -1, -1], np.finfo(float).tiny)
        parts = linear_contributions(partial_out(cross, always.shape[1]), orders)
        return np.asarray(parts / of_total[:, None])

    left_out = _about_mean(total - sums, corner)
    residual = partial_out(left_out, always.shape[1])[:, -1, -1], partial_out(left_out, left_out.shape[-1] - 1)[:, 0, 0]
    return _assemble(
        shared(total[None]),
        shared(counts @ sums),
        (residual[0] - residual[1]) / np.maximum(left_out[:, -1, -1], np.finfo(float).tiny),
        orders,
        rng,
    )


@dataclass(frozen=True, kw_only=True)
class OrderedProblem:
    """An ordered or binary answer (two categories), its columns and the subsets to be fitted.

    Parameters
    ----------
    answers
        The rows, controls first.
    active
        The columns of each fit: none, then the controls with each subset of drivers; shape (1 + subsets, c + p).
    masks
        The subsets, rising, the empty one first.
    orders
        Sampled orders, or None where all subsets are fitted.
    drivers
        How many drivers.
    """

    answers: Answers
    active: NDArray[np.bool_]
    masks: NDArray[np.int64]
    orders: NDArray[np.int64] | None
    drivers: int

    def contributions(self, reached: Floats) -> Floats:
        """Return the drivers' parts of McFadden's R squared from log-likelihoods, shape (draws, 1 + subsets).

        With sampled orders the first axis of the result is the order.
        """
        values = (reached[:, 1:] - reached[:, 1:2]) / -reached[:, :1]
        if self.orders is None:
            return exact_contributions(values)
        return sampled_contributions(values, self.masks, self.orders)

    def refitted(self, counts: Floats) -> Floats:
        """Return the contributions of one draw with every subset fitted in full, as `contributions`."""
        return self.contributions(refit(self.answers, self.active, counts)[None])


def pose_ordered(
    category: Codes,
    drivers: Floats,
    units: Codes,
    rng: np.random.Generator,
    *,
    weights: ArrayLike | None = None,
    controls: Floats | None = None,
) -> OrderedProblem:
    """Return the problem of sharing out McFadden's R squared; arguments as in `decompose_linear`."""
    always = np.empty((len(category), 0)) if controls is None else controls
    size = drivers.shape[1]
    orders = None if size <= ORDERED_EXACT else sample_orders(size, ORDERED_BLOCKS, rng)
    masks = np.arange(2**size) if orders is None else visited_masks(orders)
    inside = (masks[:, None] >> np.arange(size)) & 1 == 1
    active = np.concatenate([np.ones((len(masks), always.shape[1]), dtype=bool), inside], axis=1)
    return OrderedProblem(
        answers=prepare(
            np.asarray(category), np.column_stack([always, drivers]), checked_weights(weights, len(category)), units
        ),
        active=np.concatenate([np.zeros((1, active.shape[1]), dtype=bool), active]),
        masks=masks,
        orders=orders,
        drivers=size,
    )


def decompose_ordered(problem: OrderedProblem, counts: Floats, rng: np.random.Generator) -> Decomposition:
    """Share out McFadden's R squared, draws by one Newton step each (see `likelihood`); counts as above."""
    fits = fit_subsets(problem.answers, problem.active, counts)
    null, base, full = fits.without_each
    return _assemble(
        problem.contributions(fits.reached[None]),
        problem.contributions(fits.drawn),
        (full - base) / -null,
        problem.orders,
        rng,
        converged=fits.converged,
    )


def _assemble(
    here: Floats,
    drawn: Floats,
    without_each: Floats,
    orders: NDArray[np.int64] | None,
    rng: np.random.Generator,
    *,
    converged: bool = True,
) -> Decomposition:
    """Return the decomposition; each draw of the bootstrap also draws among the sampled orders, whose chance it holds.

    `here` and `drawn` have shape (1 or draws, p), or with sampled orders one more axis of orders in front.
    """
    if orders is None:
        return Decomposition(contributions=here[0], draws=drawn, without_each=without_each, converged=converged)
    blocks = block_means(here)[:, 0]
    count = len(blocks)
    taken = rng.multinomial(count, np.full(count, 1 / count), size=drawn.shape[1]) / count
    return Decomposition(
        contributions=blocks.mean(axis=0),
        draws=np.einsum("db,bdp->dp", taken, block_means(drawn)),
        without_each=without_each,
        orders=len(orders),
        monte_carlo_error=monte_carlo_error(blocks),
        converged=converged,
    )


def _product_sums(columns: Floats, weights: Floats, units: Codes, count: int) -> tuple[Floats, tuple[Codes, Codes]]:
    """Return weighted sums of products of (1, columns) by unit, upper triangle, and its positions.

    Columns are moved to mean 0 first, so that no digits are lost when the mean is taken out again.
    """
    centred = columns - np.average(columns, axis=0, weights=weights)
    extended = np.column_stack([np.ones(len(columns)), centred])
    corner = np.triu_indices(extended.shape[1])
    weighted = extended * weights[:, None]
    sums = np.zeros((count, len(corner[0])))
    parts = sum_by_cluster(extended[:, corner[0]] * weighted[:, corner[1]], units)
    sums[: len(parts)] = parts
    return sums, corner


def _about_mean(products: Floats, corner: tuple[Codes, Codes]) -> Floats:
    """Return cross-products about the mean, shape (draws, m, m), from triangles of raw ones with the ones first."""
    size = int(corner[0].max()) + 1
    full = np.zeros((len(products), size, size))
    full[:, corner[0], corner[1]] = products
    full[:, corner[1], corner[0]] = products
    mean = full[:, 0, 1:] / full[:, :1, 0]
    return np.asarray(full[:, 1:, 1:] - full[:, 1:, :1] * mean[:, None, :])
