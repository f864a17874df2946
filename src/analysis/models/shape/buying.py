"""Where a point of satisfaction goes with most of the chance to buy again, beyond past buying."""

from itertools import islice

import numpy as np
from scipy.special import expit

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.binomial import Logit, fit_binomial, population_mean
from analysis.models.bootstrap import resampled_accounts
from analysis.models.clustering import SINGULAR, Floats, critical_value, sum_by_cluster
from analysis.models.curve import satisfaction_grid
from analysis.models.repurchase_plan import Plan, events_reason, plan_repeat_purchase
from analysis.models.results import Curve, CurvePoint
from analysis.models.separation import detect_separation
from analysis.models.shape.moments import CHUNK
from analysis.models.shape.result import Zones
from analysis.models.shape.spline import restricted_cubic, spline_knots
from analysis.models.shape.zones import TOO_NARROW, Heights, compare_zones, fewest_in_zone, place_edges
from analysis.models.terms import is_redundant
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

SATISFACTION_COLUMN = 1  # after the intercept, as every plan has it


def buying_zones(
    data: ClientData, params: ClientParams, draws: int, rng: np.random.Generator
) -> tuple[Zones | NotEstimable, Curve | None]:
    """Return the zones of the chance to buy again, averaged over the customers' past buying, and its curve."""
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return plan, None
    return _of_plan(plan, params, draws, rng)


def _of_plan(
    plan: Plan, params: ClientParams, draws: int, rng: np.random.Generator
) -> tuple[Zones | NotEstimable, Curve | None]:
    satisfaction = plan.rows["satisfaction"].to_numpy(dtype=float)
    design = plan.designs["satisfaction"].matrix
    knots = spline_knots(satisfaction, plan.weights)
    bends = restricted_cubic(satisfaction, knots)
    if not bends.shape[1] or any(is_redundant(column, list(design.T)) for column in bends.T):
        return NotEstimable(reason=TOO_NARROW, n=len(plan.outcome)), None
    curved = np.column_stack([design, bends])
    rarer = min(plan.outcome.sum(), len(plan.outcome) - plan.outcome.sum())
    needed = params.limits.events_per_parameter * (curved.shape[1] - 1)
    if rarer < needed:
        events, n = int(plan.outcome.sum()), len(plan.outcome)
        reason = events_reason(events, n, params.repurchase.horizon_days, needed)
        return NotEstimable(reason=reason, n=n), None
    if detect_separation(plan.outcome, curved).kind != "none":
        reason = N_("Some answers split buyers from non-buyers without overlap, so a curve has no finite answer.")
        return NotEstimable(reason=reason, n=len(plan.outcome)), None
    fit = fit_binomial(plan.outcome, curved, weights=plan.weights, clusters=plan.clusters)
    if not fit.converged:
        return NotEstimable(reason=N_("The curve has no finite answer on these data."), n=len(plan.outcome)), None
    customers = plan.rows["customer_id"].to_numpy()
    edges = place_edges(satisfaction, plan.weights, customers, fewest_in_zone(params))
    grid = satisfaction_grid(satisfaction, params.limits.small_cell)
    curve = _curve(fit, grid, knots)
    if isinstance(edges, NotEstimable):
        return edges, curve
    value, deviations = _means(fit, edges.positions, knots)
    drawn = _draws(fit, edges.positions, knots, draws, rng)
    heights = Heights(value=100 * value, deviations=100 * deviations, draws=100 * drawn)
    return compare_zones(edges, heights, "percentage_points", rng), curve


def _at(design: Floats, satisfaction: float, knots: Floats) -> Floats:
    """Return the design were satisfaction the same for everyone."""
    moved = design.copy()
    moved[:, SATISFACTION_COLUMN] = satisfaction / 10
    columns = len(knots) - 2
    moved[:, -columns:] = restricted_cubic(np.array([satisfaction]), knots)
    return moved


def _means(fit: Logit, positions: Floats, knots: Floats) -> tuple[Floats, Floats]:
    """Return the mean chance at each satisfaction, and its deviations by account (accounts, positions)."""

    def mean_at(position: float) -> tuple[float, Floats]:
        def rows(design: Floats) -> tuple[Floats, Floats]:
            moved = _at(design, position, knots)
            chance = expit(moved @ fit.coefficients)
            return chance, moved * (chance * (1 - chance))[:, None]

        return population_mean(fit, rows)

    found = [mean_at(float(position)) for position in positions]
    return np.array([value for value, _ in found]), np.column_stack([deviations for _, deviations in found])


def _curve(fit: Logit, grid: Floats, knots: Floats) -> Curve:
    value, deviations = _means(fit, grid, knots)
    margin = critical_value(fit.accounts) * np.linalg.norm(deviations, axis=0)
    points = tuple(
        CurvePoint(satisfaction=float(x), fitted=float(y), low=float(max(y - m, 0.0)), high=float(min(y + m, 1.0)))
        for x, y, m in zip(grid, value, margin, strict=True)
    )
    return Curve(points=points, bins=())


def _draws(fit: Logit, positions: Floats, knots: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return bootstrap draws of the mean chances: one Newton step from the maximum, over resampled groups.

    The customers averaged over are those of the draw too.
    """
    weights, design = fit.weights, fit.design
    size = design.shape[1]
    variance = weights * fit.fitted * (1 - fit.fitted)
    scores = sum_by_cluster(design * (weights * (fit.outcome - fit.fitted))[:, None], fit.clusters)
    upper = np.triu_indices(size)
    parts = [sum_by_cluster(variance * design[:, i] * design[:, j], fit.clusters) for i, j in zip(*upper, strict=True)]
    information = np.column_stack(parts)
    means = np.empty((draws, len(positions)))
    taken = resampled_accounts(len(scores), draws, rng)
    for start in range(0, draws, CHUNK):
        counts = np.stack(list(islice(taken, min(CHUNK, draws - start))))
        matrices = np.empty((len(counts), size, size))
        matrices[:, upper[0], upper[1]] = matrices[:, upper[1], upper[0]] = counts @ information
        inverse = np.linalg.pinv(matrices, rcond=SINGULAR, hermitian=True)
        coefficients = fit.coefficients + np.einsum("bij,bj->bi", inverse, counts @ scores)
        own = counts[:, fit.clusters] * weights
        own = own / own.sum(axis=1, keepdims=True)
        for place, position in enumerate(positions):
            chance = expit(_at(design, float(position), knots) @ coefficients.T)
            means[start : start + len(counts), place] = np.einsum("bn,nb->b", own, chance)
    return means
