"""One bend in the line: at the average (falling short against exceeding it), or wherever it fits best."""

import numpy as np

from analysis.messages import N_
from analysis.models.bootstrap import percentile_estimate
from analysis.models.clustering import Floats, estimate_from_error, sum_by_cluster
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.shape.moments import ResampledMoments, best_candidate
from analysis.models.shape.result import Asymmetry
from analysis.models.shape.spline import weighted_quantiles
from analysis.models.terms import SATISFACTION, Design, is_redundant
from analysis.results import Estimate, NotEstimable, Outcome

# A bend is looked for between these quantiles of satisfaction; nearer the ends too few answers lie on one side.
SEARCHED = (0.1, 0.9)
# So many that the steps between them do not show in the interval: with 25 it held the place in 88% of cases, with 60 in
# 95 to 98%.
CANDIDATES = 60
# Step, in points of satisfaction, over which the slopes' dependence on the average is taken.
SMALL_STEP = 0.5
FEW_VALUES = N_("Satisfaction takes too few values for a bend to show.")


def compare_sides(sample: LoyaltySample, design: Design, outcome: Floats, method: str) -> Asymmetry | NotEstimable:
    """Return the slopes below and above the average satisfaction, and their difference.

    The average is itself an estimate: the errors hold, besides that of the slopes around a given point, how they move
    with the point.
    """
    x, w = sample.satisfaction, sample.weights / sample.weights.sum()
    centre = float(w @ x)
    if is_redundant(np.maximum(x - centre, 0.0), list(design.matrix.T)):
        return NotEstimable(reason=FEW_VALUES)
    fit, higher, lower = (_bent(sample, design, outcome, centre + move) for move in (0.0, SMALL_STEP, -SMALL_STEP))
    column = design.position(SATISFACTION.key)
    maps = np.zeros((3, len(fit.coefficients)))  # below, above, below minus above
    maps[0, column] = maps[1, column] = maps[1, -1] = 1.0
    maps[2, -1] = -1.0
    drift = maps @ (higher.coefficients - lower.coefficients) / (2 * SMALL_STEP)
    shares = sum_by_cluster(w, fit.clusters)
    moved = sum_by_cluster(w * (x - centre), fit.clusters) / (1 - shares)
    errors = np.linalg.norm(fit.deviations @ maps.T + moved[:, None] * drift, axis=0)
    below, above, difference = (
        estimate_from_error(value, float(error), clusters=fit.accounts, unit="index", n=len(x), method=method)
        for value, error in zip(maps @ fit.coefficients, errors, strict=True)
    )
    if min(errors) <= 0:
        return NotEstimable(reason=FEW_VALUES)
    return Asymmetry(reference=centre, below=below, above=above, difference=difference)


def _bent(sample: LoyaltySample, design: Design, outcome: Floats, cut: float) -> LinearFit:
    hinge = np.maximum(sample.satisfaction - cut, 0.0) / 10
    matrix = np.column_stack([design.matrix, hinge])
    return fit_linear(outcome, matrix, weights=sample.weights, clusters=sample.clusters)


def threshold_candidates(sample: LoyaltySample) -> Floats:
    """Return the positions at which a bend is tried."""
    low, high = weighted_quantiles(sample.satisfaction, sample.weights, SEARCHED)
    return np.linspace(low, high, CANDIDATES) if high > low else np.array([])


def locate_threshold(
    sample: LoyaltySample, design: Design, outcome: Floats, cuts: Floats, moments: ResampledMoments
) -> Outcome:
    """Return where one bend fits best, with the percentiles of where it does in the bootstrap draws.

    Where these reach an end of the range searched there is no place to speak of: a straight line looks like that.
    """
    if len(cuts) == 0:
        return NotEstimable(reason=FEW_VALUES)
    columns = design.matrix.shape[1]
    hinges = np.maximum(sample.satisfaction[:, None] - cuts, 0.0)
    base = np.column_stack([design.matrix, outcome])
    weighted = base * sample.weights[:, None]
    whole = ResampledMoments(
        base=(weighted.T @ base)[None],
        hinge=(hinges.T @ weighted)[None],
        squared=(sample.weights @ hinges**2)[None],
    )
    place = best_candidate(whole, columns)[0]
    found = percentile_estimate(
        float(cuts[place]), cuts[best_candidate(moments, columns)], unit="index", n=len(outcome),
        clusters=sample.accounts,
    )  # fmt: skip
    if not isinstance(found, Estimate) or found.low <= cuts[0] or found.high >= cuts[-1]:
        return NotEstimable(reason=N_("The data cannot tell where the line would bend."), n=len(outcome))
    return Estimate(**(vars(found) | {"p_value": None}))
