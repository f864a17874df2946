"""How much of what is explained goes with each driver: the Shapley value of R squared, known as LMG.

A driver's contribution is what it adds to the explained part, averaged over all orders in which the drivers may enter
(Lindeman, Merenda and Gold 1980 [1]_; Groemping 2007 [2]_). Everything here takes a leading axis of draws, so that the
bootstrap decomposes all its draws at once, from their cross-products alone.

References
----------
.. [1] Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980). Introduction to bivariate and multivariate analysis.
   Scott, Foresman.
.. [2] Groemping, U. (2007). Estimators of relative importance in linear regression based on variance decomposition.
   The American Statistician 61, 139-147.
.. [3] Castro, J., Gomez, D., Molina, E. and Tejada, J. (2017). Improving polynomial estimation of the Shapley value by
   stratified random sampling with optimum allocation. Computers and Operations Research 82, 180-188.
"""

from collections.abc import Callable
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from analysis.models.clustering import Floats

LINEAR_EXACT = 12
"""Up to so many drivers all subsets of a linear model are taken; with more, sampled orders."""
COLLINEAR = 1e-9
"""A driver whose variance given the others is below this share of its own adds nothing (generalised inverse)."""
CELLS = 4_000_000  # numbers of intermediate results held at a time

Masks = NDArray[np.int64]


@lru_cache
def shapley_matrix(drivers: int) -> Floats:
    """Return the matrix that turns the values of all subsets into contributions, shape (p, 2^p).

    Subset s holds driver j where bit j of s is set. Each row sums to zero.

    Examples
    --------
    Two drivers explain 0.3 and 0.2 alone and 0.4 together, so 0.25 goes with the first and 0.15 with the second:

    >>> (shapley_matrix(2) @ [0.0, 0.3, 0.2, 0.4]).round(12).tolist()
    [0.25, 0.15]
    """
    subsets = np.arange(2**drivers)
    inside = (subsets[None, :] >> np.arange(drivers)[:, None]) & 1
    size = inside.sum(axis=0)
    joining = [factorial(s) * factorial(drivers - s - 1) / factorial(drivers) for s in range(drivers)]
    gain = np.array([0.0, *joining])[size]
    loss = np.array([*joining, 0.0])[size]
    matrix: Floats = np.where(inside == 1, gain, -loss)
    matrix.setflags(write=False)
    return matrix


def partial_out(cross: Floats, columns: int) -> Floats:
    """Return cross-products of what is left of the later columns once the first `columns` are held constant.

    Parameters
    ----------
    cross
        Cross-products about the mean, shape (..., m, m).
    columns
        How many leading columns are always in.
    """
    own = np.diagonal(cross, axis1=-2, axis2=-1)
    for position in range(columns):
        cross = _sweep_first(cross, own[..., position])
    return cross


def subset_values(cross: Floats) -> Floats:
    """Return what each subset of drivers explains of the outcome, shape (draws, 2^p), in the outcome's square units.

    Parameters
    ----------
    cross
        Cross-products about the mean of the drivers, then the outcome, shape (draws, p + 1, p + 1).

    Notes
    -----
    A driver is either left out or held constant (one sweep) of every partial subset so far, so that all 2^p residual
    sums of squares cost about six sweeps of a small matrix each, not a regression each.
    """
    drivers = cross.shape[-1] - 1
    block = max(1, CELLS // (9 * 2**drivers))
    parts = [_subset_values(cross[start : start + block]) for start in range(0, len(cross), block)]
    return np.concatenate(parts) if parts else np.empty((0, 2**drivers))


def exact_contributions(values: Floats) -> Floats:
    """Return the drivers' contributions, shape (draws, p), from the values of all subsets, shape (draws, 2^p)."""
    drivers = int(values.shape[-1]).bit_length() - 1
    return np.asarray(values @ shapley_matrix(drivers).T)


def linear_contributions(cross: Floats, orders: NDArray[np.int64] | None = None) -> Floats:
    """Return the drivers' contributions to the explained sum of squares.

    Parameters
    ----------
    cross
        As in `subset_values`.
    orders
        None for the exact value; else sampled orders, shape (m, p).

    Returns
    -------
    ndarray
        Shape (draws, p); with `orders` shape (m, draws, p), one contribution an order.
    """
    if orders is None:
        return exact_contributions(subset_values(cross))
    return np.stack([_along(cross, order) for order in orders])


def sample_orders(drivers: int, blocks: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return random orders in blocks, shape (blocks * p, p): each block holds all turns of one random order.

    Within a block every driver takes every place once. Nearly all of an order's chance lies in the places [3]_: with
    twenty drivers the error is a tenth of that of as many independent orders.
    """
    orders = [rng.permutation(drivers) for _ in range(blocks)]
    return np.stack([np.roll(order, step) for order in orders for step in range(drivers)])


def visited_masks(orders: NDArray[np.int64]) -> Masks:
    """Return the subsets that the orders pass through, the empty one first, without repetition, rising."""
    return np.unique(np.concatenate([[0], np.cumsum(1 << orders, axis=1).ravel()]))


def sampled_contributions(values: Floats, masks: Masks, orders: NDArray[np.int64]) -> Floats:
    """Return each order's contributions, shape (m, draws, p), from the values of the visited subsets.

    Parameters
    ----------
    values
        Shape (draws, len(masks)).
    masks
        From `visited_masks`.
    orders
        Shape (m, p).
    """
    reached = np.searchsorted(masks, np.cumsum(1 << orders, axis=1))
    before = np.concatenate([np.zeros((len(orders), 1), dtype=int), reached[:, :-1]], axis=1)
    gains = values[:, reached] - values[:, before]  # draws x orders x steps
    result = np.empty_like(gains)
    np.put_along_axis(result, np.broadcast_to(orders, gains.shape), gains, axis=2)
    return np.asarray(result.transpose(1, 0, 2))


def block_means(by_order: Floats) -> Floats:
    """Return the mean contributions of each block of orders, which is independent of other blocks."""
    return np.asarray(by_order.reshape(-1, by_order.shape[-1], *by_order.shape[1:]).mean(axis=1))


def monte_carlo_error(by_block: Floats) -> Floats:
    """Return the standard error, over sampled blocks, of the mean contribution; shape (blocks, ..., p) in."""
    return np.asarray(by_block.std(axis=0, ddof=1) / np.sqrt(len(by_block)))


def shapley_of(value: Callable[[frozenset[int]], float], drivers: int) -> Floats:
    """Return the exact contributions for any function of subsets, shape (p,)."""
    subsets = [frozenset(j for j in range(drivers) if mask >> j & 1) for mask in range(2**drivers)]
    return exact_contributions(np.array([[value(subset) for subset in subsets]]))[0]


def _subset_values(cross: Floats) -> Floats:
    own = np.diagonal(cross, axis1=-2, axis2=-1)
    states = cross[None]
    for driver in range(cross.shape[-1] - 1):
        left_out = states[..., 1:, 1:]
        states = np.concatenate([left_out, _sweep_first(states, own[:, driver])])
    residual = states[..., 0, 0].T
    return np.asarray(residual[:, :1] - residual)


def _sweep_first(cross: Floats, own: Floats) -> Floats:
    """Return the rest of the matrices with their first column held constant; `own` is its variance to begin with."""
    pivot, row = cross[..., 0, 0], cross[..., 0, 1:]
    usable = pivot > COLLINEAR * own
    factor = np.where(usable, 1 / np.where(usable, pivot, 1.0), 0.0)
    return np.asarray(cross[..., 1:, 1:] - factor[..., None, None] * row[..., :, None] * row[..., None, :])


def _along(cross: Floats, order: NDArray[np.int64]) -> Floats:
    """Return what each driver adds when they enter in one order, shape (draws, p)."""
    drivers = len(order)
    positions = np.append(order, drivers)
    state = cross[:, positions[:, None], positions]
    own = np.diagonal(state, axis1=-2, axis2=-1).copy()
    gains = np.empty((len(cross), drivers))
    for step, driver in enumerate(order):
        swept = _sweep_first(state, own[:, step])
        gains[:, driver] = state[:, -1, -1] - swept[:, -1, -1]
        state = swept
    return gains
