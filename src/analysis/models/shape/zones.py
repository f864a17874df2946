"""Which stretch of the satisfaction scale is the steepest, and whether it can be told from the rest.

A zone's slope is the rise of a smooth curve between the zone's ends. All zones of one width are looked at, so the
steepest is a choice made after seeing the data. Two things keep that choice from flattering it. The limits of the
slopes are simultaneous (max-t) [1]_: they hold for all zones at once with 95%, hence also for whichever is picked. And
the test of "steeper than the rest of the scale" repeats the choice: curves that are straight but for the noise are
simulated from the joint, clustered covariance (multivariate t, see `degrees`), the steepest zone of each is picked in
the same way, and its studentised difference from the rest is what the one found is held against.

References
----------
.. [1] Hothorn, T., Bretz, F. and Westfall, P. (2008). Simultaneous inference in general parametric models. Biometrical
   Journal 50, 346-363.
"""

from dataclasses import dataclass

import numpy as np

from analysis.messages import N_
from analysis.models.clustering import LEVEL, Codes, Floats
from analysis.models.shape.degrees import effective_degrees
from analysis.models.shape.result import Zone, Zones
from analysis.models.shape.spline import ROUNDING, weighted_quantiles
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Unit

WIDTH = 20.0
STEP = 10.0
# Of the answers, so that the zones end where there still are some, at round numbers that are nobody's answer.
OUTERMOST = (0.01, 0.99)
FEWEST_ZONES = 2
SIMULATIONS = 20_000
ALPHA = 0.05
METHOD = "max-t-cr3"
TOO_NARROW = N_("The answers lie too close together on the scale to compare its stretches.")


@dataclass(frozen=True, kw_only=True)
class Edges:
    """The ends of the zones: all positions on the scale, and start and end of each zone as places among them."""

    positions: Floats
    starts: np.ndarray
    ends: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Heights:
    """A curve at the edges, in the unit of the slopes.

    Parameters
    ----------
    value
        Shape (edges,).
    deviations
        How it moves when an account is left out, shape (accounts, edges).
    draws
        Bootstrap draws of it, shape (draws, edges).
    """

    value: Floats
    deviations: Floats
    draws: Floats


def fewest_in_zone(params: ClientParams) -> int:
    """Return the fewest respondents (customers) about whom a slope is given."""
    return max(params.limits.min_n, params.limits.small_cell)


def place_edges(satisfaction: Floats, weights: Floats, respondents: Codes, fewest: int) -> Edges | NotEstimable:
    """Return the zones that can be spoken of: within the answered range, each with `fewest` respondents."""
    low, high = weighted_quantiles(satisfaction, weights, OUTERMOST)
    first, last = np.ceil(low / STEP - ROUNDING) * STEP, np.floor(high / STEP + ROUNDING) * STEP
    if last - first < WIDTH + (FEWEST_ZONES - 1) * STEP:
        return NotEstimable(reason=TOO_NARROW)
    at = np.arange(first, last + STEP / 2, STEP)
    span = round(WIDTH / STEP)
    starts = np.arange(len(at) - span)
    inside = [(satisfaction >= at[i]) & (satisfaction <= at[i + span]) for i in starts]
    counts = np.array([len(np.unique(respondents[rows])) for rows in inside])
    kept = counts >= fewest
    if kept.sum() < FEWEST_ZONES:
        return NotEstimable(reason=TOO_NARROW)
    return Edges(positions=at, starts=starts[kept], ends=starts[kept] + span, counts=counts[kept])


def compare_zones(edges: Edges, heights: Heights, unit: Unit, rng: np.random.Generator) -> Zones | NotEstimable:
    """Return the slopes of all zones per 10 points, and whether the steepest stands out from the rest of the scale."""
    inside, contrast = _zone_maps(edges)
    slopes = inside @ heights.value
    within = heights.deviations @ inside.T
    apart = heights.deviations @ contrast.T
    errors, differing = np.sqrt((within**2).sum(axis=0)), np.sqrt((apart**2).sum(axis=0))
    if min(errors.min(), differing.min()) <= ROUNDING * max(float(np.abs(slopes).max()), ROUNDING):
        return NotEstimable(reason=N_("The answers follow the curve without scatter, so nothing can be tested."))
    steepest = int(np.argmax(slopes))
    count = len(slopes)
    simulated = _simulated(np.column_stack([within, apart]), rng)
    critical = float(np.quantile(np.abs(simulated[:, :count] / errors).max(axis=1), LEVEL))
    chosen = np.argmax(simulated[:, :count], axis=1)
    by_chance = simulated[np.arange(SIMULATIONS), count + chosen] / differing[chosen]
    found = float(contrast[steepest] @ heights.value / differing[steepest])
    p_value = float(((by_chance >= found).sum() + 1) / (SIMULATIONS + 1))
    steepest_in = np.argmax(heights.draws @ inside.T, axis=1)
    zones = tuple(
        Zone(
            low=float(edges.positions[edges.starts[j]]),
            high=float(edges.positions[edges.ends[j]]),
            slope=Estimate(
                value=float(slopes[j]),
                low=float(slopes[j] - critical * errors[j]),
                high=float(slopes[j] + critical * errors[j]),
                n=int(edges.counts[j]),
                method=METHOD,
                unit=unit,
                std_error=float(errors[j]),
                clusters=len(heights.deviations),
            ),
            steepest_share=float((steepest_in == j).mean()),
            n=int(edges.counts[j]),
        )
        for j in range(count)
    )
    return Zones(
        zones=zones,
        steepest=steepest,
        p_value=p_value,
        stands_out=p_value < ALPHA,
        draws=len(heights.draws),
    )


def _zone_maps(edges: Edges) -> tuple[Floats, Floats]:
    """Return the maps from heights to slopes per 10 points inside each zone, and to inside minus the rest."""
    zones, count = len(edges.starts), len(edges.positions)
    inside, whole = np.zeros((zones, count)), np.zeros((zones, count))
    row = np.arange(zones)
    inside[row, edges.starts], inside[row, edges.ends] = -1.0, 1.0
    whole[:, 0], whole[:, -1] = -1.0, 1.0
    width = edges.positions[edges.ends] - edges.positions[edges.starts]
    rest = (whole - inside) / (edges.positions[-1] - edges.positions[0] - width)[:, None]
    inside = inside / width[:, None]
    return 10 * inside, 10 * (inside - rest)


def _simulated(deviations: Floats, rng: np.random.Generator) -> Floats:
    """Return draws of statistics that move by `deviations` and are zero on average, multivariate t, (SIMULATIONS, k).

    The cross product of the deviations (accounts, k) is the covariance.
    """
    _, singular, directions = np.linalg.svd(deviations, full_matrices=False)
    degrees = effective_degrees(deviations)
    normal = rng.standard_normal((SIMULATIONS, len(singular)))
    chi = np.sqrt(rng.chisquare(degrees, SIMULATIONS) / degrees)
    return np.asarray((normal * singular) @ directions / chi[:, None])
