"""Where along the scale a point of satisfaction goes with most loyalty, and in which form the relation is written best.

The curve is least squares on a restricted cubic spline of satisfaction with the controls of `LoyaltyModel`, over the
same responses. The forms of the loyalty index themselves are compared in `LoyaltyModel.forms`; here are the zones, the
bends with their uncertainty, and the forms of the main loyalty item.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.data.client import ClientData
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Floats, critical_value
from analysis.models.curve import satisfaction_grid
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.loyalty import fit_loyalty_line
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.results import Curve, CurvePoint
from analysis.models.shape.bends import compare_sides, locate_threshold, threshold_candidates
from analysis.models.shape.buying import buying_zones
from analysis.models.shape.item_forms import compare_item_forms
from analysis.models.shape.items import fit_other_items
from analysis.models.shape.moments import ResampledMoments, resample_moments, resampled_coefficients
from analysis.models.shape.result import LoyaltyShape, Zones
from analysis.models.shape.spline import restricted_cubic, spline_knots
from analysis.models.shape.zones import TOO_NARROW, Heights, compare_zones, fewest_in_zone, place_edges
from analysis.models.terms import Design, is_redundant
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

ANALYSIS = "loyalty-shape"


@dataclass(frozen=True, kw_only=True)
class _Smooth:
    """The smooth curve: its fit, its design (the spline's columns last), its knots and whether it bends at all."""

    fit: LinearFit
    matrix: Floats
    knots: Floats

    def rows(self, positions: Floats) -> Floats:
        """Return the design's rows at some satisfactions, the controls at their means, shape (positions, k)."""
        mean = np.average(self.matrix, axis=0, weights=self.fit.weights)
        rows = np.tile(mean, (len(positions), 1))
        rows[:, 1] = positions / 10
        rows[:, 2 - len(self.knots) :] = restricted_cubic(positions, self.knots)
        return rows


def analyse_shape(data: ClientData, params: ClientParams) -> LoyaltyShape | NotEstimable:
    """Return the shape of the relation of the loyalty index and the satisfaction index.

    Returns
    -------
    LoyaltyShape or NotEstimable
        The reason is a sentence for the client, the same as that of the loyalty model where that has none.
    """
    line = fit_loyalty_line(data, params)
    if isinstance(line, NotEstimable):
        return line
    return _result(data, params, line.sample, line.design, line.outcome, line.fit)


def _result(
    data: ClientData, params: ClientParams, sample: LoyaltySample, design: Design, outcome: Floats, line: LinearFit
) -> LoyaltyShape:
    method: Literal["cr3-t", "hc3-t"] = "hc3-t" if line.accounts == len(outcome) else "cr3-t"
    draws, rng = model_draws(params), model_generator(ANALYSIS, params)
    smooth = _fit_curve(sample, design, outcome)
    cuts = threshold_candidates(sample)
    matrix = smooth.matrix if isinstance(smooth, _Smooth) else design.matrix
    moments = resample_moments(
        np.column_stack([matrix, outcome]),
        np.maximum(sample.satisfaction[:, None] - cuts, 0.0),
        sample.weights,
        sample.clusters,
        draws,
        rng,
    )
    buying, buying_curve = buying_zones(data, params, draws, rng)
    return LoyaltyShape(
        n=len(outcome),
        accounts=line.accounts,
        weighted=bool(np.ptp(line.weights) > 0),
        inference=method,
        draws=draws,
        controls=design.controls,
        curve=_curve(sample, smooth, params) if isinstance(smooth, _Smooth) else smooth,
        zones=_zones(sample, smooth, moments, params, rng) if isinstance(smooth, _Smooth) else smooth,
        asymmetry=compare_sides(sample, design, outcome, method),
        threshold=locate_threshold(sample, design, outcome, cuts, moments),
        item_forms=compare_item_forms(sample, design, params),
        items=fit_other_items(sample, params),
        buying=buying,
        buying_curve=buying_curve,
    )


def _fit_curve(sample: LoyaltySample, design: Design, outcome: Floats) -> _Smooth | NotEstimable:
    """Fit the spline; satisfaction is the design's second column."""
    knots = spline_knots(sample.satisfaction, sample.weights)
    columns = list(design.matrix.T)
    for values in restricted_cubic(sample.satisfaction, knots).T:
        if is_redundant(values, columns):
            return NotEstimable(reason=TOO_NARROW, n=len(outcome))
        columns.append(values)
    if len(columns) == design.matrix.shape[1] or sample.accounts < 2 * len(columns):
        return NotEstimable(reason=TOO_NARROW, n=len(outcome))
    matrix = np.column_stack(columns)
    fit = fit_linear(outcome, matrix, weights=sample.weights, clusters=sample.clusters)
    return _Smooth(fit=fit, matrix=matrix, knots=knots)


def _curve(sample: LoyaltySample, smooth: _Smooth, params: ClientParams) -> Curve:
    respondents = sample.rows["respondent_key"].to_numpy()
    grid = satisfaction_grid(sample.satisfaction, params.limits.small_cell, respondents)
    rows = smooth.rows(grid)
    fitted = rows @ smooth.fit.coefficients
    margin = critical_value(smooth.fit.accounts) * np.linalg.norm(smooth.fit.deviations @ rows.T, axis=0)
    points = tuple(
        CurvePoint(satisfaction=float(x), fitted=float(y), low=float(y - m), high=float(y + m))
        for x, y, m in zip(grid, fitted, margin, strict=True)
    )
    return Curve(points=points, bins=())


def _zones(
    sample: LoyaltySample, smooth: _Smooth, moments: ResampledMoments, params: ClientParams, rng: np.random.Generator
) -> Zones | NotEstimable:
    respondents = sample.rows["respondent_key"].to_numpy()
    edges = place_edges(sample.satisfaction, sample.weights, respondents, fewest_in_zone(params))
    if isinstance(edges, NotEstimable):
        return edges
    rows = smooth.rows(edges.positions)
    heights = Heights(
        value=rows @ smooth.fit.coefficients,
        deviations=smooth.fit.deviations @ rows.T,
        draws=resampled_coefficients(moments) @ rows.T,
    )
    return compare_zones(edges, heights, "index", rng)
