"""Mean outcomes were everyone's exposure, and each path's share in it, set by hand: the g-formula, integrated exactly.

For a path-specific world the exposure is set separately for the outcome itself and for each path through the mediators
[1]_, [2]_. Linear mediators make the outcome's linear predictor normal given the controls, so one integral is left: it
has a closed form for linear, probit and count outcomes and is done by Gauss-Hermite quadrature for logits. Binary and
ordered mediators are summed over their values. What differs between worlds is the exposure only: a row keeps its
disturbances (its place in each mediator's distribution) in all of them.

References
----------
.. [1] Imai, K., Keele, L. and Tingley, D. (2010). A general approach to causal mediation analysis. Psychological
   Methods 15, 309-334.
.. [2] Daniel, R. M., De Stavola, B. L., Cousens, S. N. and Vansteelandt, S. (2015). Causal mediation analysis with
   multiple mediators. Biometrics 71, 1-14.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit, ndtr

from analysis.models.clustering import Floats
from analysis.models.mediation.families import Family
from analysis.models.mediation.system import FittedSystem, Line, System, mediator_line, outcome_line

# Nodes of Gauss-Hermite by the linear predictor's standard deviation: a probability is then off by less than 1e-6 up to
# a deviation of 2.
NODES = ((0.35, 5), (0.7, 7), (1.0, 11), (1.5, 21), (np.inf, 31))
GRID_NODES = 21  # of a linear mediator beside a discrete one


@dataclass(frozen=True)
class World:
    """Arms of the exposure (0 start, 1 end): the one the outcome sees itself, and the one that each path carries.

    Parallel mediators have a path each. Two serial mediators have three: through the first alone, through the first
    and then the second, through the second alone.
    """

    direct: int
    paths: tuple[int, ...]


def count_paths(system: System) -> int:
    """Return how many paths lead through the mediators."""
    return 3 if system.arrangement == "serial" and len(system.links) == 2 else len(system.links)


def all_worlds(system: System) -> tuple[World, ...]:
    """Return every combination of arms, the direct one varying slowest."""
    arms = itertools.product((0, 1), repeat=1 + count_paths(system))
    return tuple(World(arm[0], arm[1:]) for arm in arms)


def mean_outcomes(
    fitted: FittedSystem, worlds: Sequence[World], at: float | None = None, *, extra_variance: float = 0.0
) -> Floats:
    """Return the weighted mean outcome in each world, shape (draws, worlds).

    Parameters
    ----------
    fitted
        The system, fitted to each draw.
    worlds
        What is set.
    at
        Value at which the (standardised) moderator is held, or None: as observed.
    extra_variance
        Of the outcome's linear predictor beyond what linear mediators give it (a hidden trait's).
    """
    moderator = fitted.system.moderator
    if at is not None and moderator is not None:
        moderator = np.full_like(moderator, at)
    share = fitted.weights / fitted.weights.sum(axis=1, keepdims=True)
    if all(link.family == "linear" for link in fitted.system.links):
        rows = (_normal_mean(fitted, world, moderator, extra_variance) for world in worlds)
    else:
        rows = (_summed_mean(fitted, world, moderator) for world in worlds)
    return np.column_stack([(share * row).sum(axis=1) for row in rows])


def _normal_mean(fitted: FittedSystem, world: World, moderator: Floats | None, extra: float) -> Floats:
    """Return the mean outcome by draw and row where all mediators are linear."""
    system = fitted.system
    line = outcome_line(fitted, system.arm(world.direct), moderator)
    level, slopes = line.level, list(line.slopes)
    if count_paths(system) > len(system.links):
        alone, through, second = world.paths
        first = mediator_line(fitted, 0, system.arm(alone), moderator).level
        passed_on = mediator_line(fitted, 0, system.arm(through), moderator).level
        last = mediator_line(fitted, 1, system.arm(second), moderator)
        level = level + slopes[0] * first + slopes[1] * (last.level + last.slopes[0] * passed_on)
        slopes[0] = slopes[0] + slopes[1] * last.slopes[0]
    else:
        for number, arm in enumerate(world.paths):
            level = level + slopes[number] * mediator_line(fitted, number, system.arm(arm), moderator).level
    if system.family == "linear":
        return level
    return _expected(system.family, level, _spread(fitted, slopes) + extra, fitted, system.cut)


def _spread(fitted: FittedSystem, slopes: Sequence[Floats]) -> Floats:
    """Return the variance that the mediators' disturbances give the linear predictor; they may be correlated."""
    w = fitted.weights / fitted.weights.sum(axis=1, keepdims=True)
    residuals = [fit.residuals for fit in fitted.fits[:-1]]
    total: Floats = np.zeros((len(w), 1))
    for i, j in itertools.product(range(len(residuals)), repeat=2):
        total = total + slopes[i] * slopes[j] * (w * residuals[i] * residuals[j]).sum(axis=1, keepdims=True)
    return total


def _expected(family: Family, level: Floats, variance: Floats, fitted: FittedSystem, cut: int) -> Floats:
    """Return the mean of the outcome where its linear predictor is normal with this mean and variance."""
    variance = np.maximum(variance, 0.0)
    if family == "probit":
        return np.asarray(ndtr(level / np.sqrt(1 + variance)))
    if family == "count":
        return np.asarray(np.exp(np.minimum(level + variance / 2, 50.0)))
    if family == "ordered":
        level = level - fitted.outcome_fit.cuts[:, [cut]]
    widest = float(np.sqrt(variance.max(initial=0.0)))
    nodes, shares = hermite(next(count for limit, count in NODES if widest < limit))
    half, spread = level / 2, np.sqrt(variance) / 2
    total = np.full_like(level, 0.5)
    for node, part in zip(nodes, shares, strict=True):
        total += part / 2 * np.tanh(half + spread * node)  # expit(z) = (1 + tanh(z / 2)) / 2, several times as fast
    return total


@cache
def hermite(count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of the quadrature for a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


def _summed_mean(fitted: FittedSystem, world: World, moderator: Floats | None) -> Floats:
    """Return the mean outcome by draw and row, summed over the mediators' values (independent given their causes)."""
    system = fitted.system
    line = outcome_line(fitted, system.arm(world.direct), moderator)
    if count_paths(system) > len(system.links):
        return _summed_serial(fitted, world, moderator, line)
    grids = [
        _support(fitted, number, *(mediator_line(fitted, number, system.arm(arm), moderator).level,) * 2)
        for number, arm in enumerate(world.paths)
    ]
    total = np.zeros_like(line.level)
    for chosen in itertools.product(*(range(values.shape[-1]) for values, _, _ in grids)):
        level, share = line.level, np.ones_like(line.level)
        for number, node in enumerate(chosen):
            values, _, shares = grids[number]
            level = level + line.slopes[number] * values[..., node]
            share = share * shares[..., node]
        total += share * _plain_mean(fitted, level)
    return total


def _summed_serial(fitted: FittedSystem, world: World, moderator: Floats | None, line: Line) -> Floats:
    system = fitted.system
    alone, through, second = (system.arm(arm) for arm in world.paths)
    own, passed_on, shares = _support(
        fitted, 0, mediator_line(fitted, 0, alone, moderator).level, mediator_line(fitted, 0, through, moderator).level
    )
    last = mediator_line(fitted, 1, second, moderator)
    total = np.zeros_like(line.level)
    for node in range(own.shape[-1]):
        level = line.level + line.slopes[0] * own[..., node]
        at = last.level + last.slopes[0] * passed_on[..., node]
        values, _, inner = _support(fitted, 1, at, at)
        for position in range(values.shape[-1]):
            share = shares[..., node] * inner[..., position]
            total += share * _plain_mean(fitted, level + line.slopes[1] * values[..., position])
    return total


def _support(fitted: FittedSystem, number: int, level: Floats, other: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a mediator's values in two worlds (linear predictors `level`, `other`) and their joint probabilities.

    All of shape (draws, n, nodes). A row keeps its rank in both worlds: a normal disturbance is the same, a discrete
    value is coupled so that the higher chance gives the higher value.
    """
    link, fit = fitted.system.links[number], fitted.fits[number]
    if link.family == "linear":
        nodes, shares = hermite(GRID_NODES)
        moved = np.sqrt(fit.variance)[:, None, None] * nodes
        values = level[..., None] + moved
        return values, other[..., None] + moved, np.broadcast_to(shares, values.shape)
    below, below_other = _cumulative(level, fit.cuts), _cumulative(other, fit.cuts)
    pairs = list(itertools.product(range(len(link.levels)), repeat=2))
    if level is other:
        pairs = [(code, code) for code in range(len(link.levels))]
    shares = np.stack(
        [
            np.maximum(
                np.minimum(below[..., i + 1], below_other[..., j + 1]) - np.maximum(below[..., i], below_other[..., j]),
                0.0,
            )
            for i, j in pairs
        ],
        axis=-1,
    )
    values = np.broadcast_to(link.levels[[i for i, _ in pairs]], shares.shape)
    return values, np.broadcast_to(link.levels[[j for _, j in pairs]], shares.shape), shares


def _cumulative(level: Floats, cuts: Floats) -> Floats:
    """Return P(code < j) for j = 0..J; a binary mediator has one cut point, at zero."""
    limits = cuts if cuts.shape[1] else np.zeros((len(level), 1))
    inner = expit(limits[:, None, :] - level[..., None])
    ends = np.zeros((*level.shape, 1))
    return np.concatenate([ends, inner, ends + 1], axis=-1)


def _plain_mean(fitted: FittedSystem, level: Floats) -> Floats:
    """Return the mean outcome where its linear predictor is known."""
    family = fitted.system.family
    if family == "linear":
        return level
    if family == "probit":
        return np.asarray(ndtr(level))
    if family == "count":
        return np.asarray(np.exp(np.minimum(level, 50.0)))
    return np.asarray(expit(level - fitted.outcome_fit.cuts[:, [fitted.system.cut]] if family == "ordered" else level))
