"""The score of the relationship: each dimension from its components, and the whole from the dimensions.

Each dimension is the plain mean of its components. A component is an indicator put on 0-100 by two documented anchors
(what counts as nothing, what counts as full marks) and cut off at both ends. A dimension without any component has no
score, and then neither has the whole: a missing dimension is never silently reweighted.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from analysis.indicators.shapes import Indicators
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome
from analysis.scale.anchors import anchors_of, dimension_label, direct_weights, is_beyond, put_on_scale
from analysis.scale.combining import Part, combine, level_of, level_range
from analysis.scale.shapes import DimensionScore, RelationshipScore, ScoreComponent

Results = Mapping[str, IndicatorResult]


def score_relationship(
    indicators: Indicators,
    params: ClientParams,
    *,
    custom: Sequence[IndicatorResult] = (),
    weights: Mapping[str, float] | None = None,
) -> RelationshipScore:
    """Return the score of the relationship, whole and by dimension.

    Parameters
    ----------
    indicators
        The client's indicators; their overall outcomes are used, and what each account contributes to them.
    params
        Weights, levels and the planned interval between contacts.
    custom
        The results of the client's own dimensions (`custom.compute_custom_dimensions`); one without a result is
        missing.
    weights
        Shares by dimension, in place of those that the parameters give directly.
    """
    shares = direct_weights(params) if weights is None else weights
    results = results_of(indicators, custom)
    cuts = {str(level): cut for level, cut in params.scale.levels.items()}
    anchors = anchors_of(params, results)
    dimensions = tuple(
        dataclasses.replace(_score_dimension(dimension, results, params, cuts), weight=shares.get(dimension, 0.0))
        for dimension in anchors
    )
    overall = combine_dimensions(dimensions, results)
    return RelationshipScore(
        overall=overall,
        level=level_of(overall, cuts),
        level_range=level_range(overall, cuts),
        dimensions=dimensions,
        cuts=cuts,
    )


def reweigh(score: RelationshipScore, weights: Mapping[str, float], results: Results) -> RelationshipScore:
    """Return the same score under other weights (shares by dimension; one that is not named weighs nothing)."""
    dimensions = tuple(
        dataclasses.replace(dimension, weight=weights.get(dimension.dimension, 0.0)) for dimension in score.dimensions
    )
    overall = combine_dimensions(dimensions, results)
    return dataclasses.replace(
        score,
        overall=overall,
        level=level_of(overall, score.cuts),
        level_range=level_range(overall, score.cuts),
        dimensions=dimensions,
    )


def results_of(indicators: Indicators, custom: Sequence[IndicatorResult]) -> dict[str, IndicatorResult]:
    """Return the indicators and the client's own dimensions together, by key."""
    return {**indicators.results, **{result.key: result for result in custom}}


def combine_dimensions(dimensions: Sequence[DimensionScore], results: Results) -> Outcome:
    """Return the whole from its dimensions by their weights, or which dimension of some weight is missing."""
    counted = [dimension for dimension in dimensions if dimension.weight > 0]
    missing = [dimension.name for dimension in counted if isinstance(dimension.score, NotEstimable)]
    if missing:
        reason = N_(
            "There is no overall score, because not every dimension can be scored (missing: {dimensions:list}).",
            dimensions=missing,
        )
        return NotEstimable(reason=reason)
    return combine(
        [part for dimension in counted for part in parts_of(dimension.components, results, dimension.weight)]
    )


def parts_of(components: Sequence[ScoreComponent], results: Results, weight: float = 1.0) -> list[Part]:
    """Return the components that have a score; they share `weight` equally."""
    found = [(each, each.score) for each in components if isinstance(each.score, Estimate)]
    return [
        Part(
            weight=weight / len(found),
            score=score,
            contributions=results[component.indicator].contributions,
            is_beyond=is_beyond(results[component.indicator].overall, component.anchor),
        )
        for component, score in found
    ]


def _score_dimension(
    dimension: str, results: Results, params: ClientParams, cuts: Mapping[str, float]
) -> DimensionScore:
    """Return a dimension that weighs nothing yet."""
    components = tuple(
        ScoreComponent(
            indicator=anchor.indicator,
            name=results[anchor.indicator].name,
            anchor=anchor,
            score=put_on_scale(results[anchor.indicator].overall, anchor),
        )
        for anchor in anchors_of(params, results)[dimension]
        if anchor.indicator in results
    )
    parts = parts_of(components, results)
    score: Outcome
    if parts:
        score = combine(parts)
    else:
        score = next(
            (component.score for component in components if isinstance(component.score, NotEstimable)),
            NotEstimable(reason=N_("The client's data hold nothing that this dimension is measured by.")),
        )
    return DimensionScore(
        dimension=dimension,
        name=dimension_label(dimension, params),
        weight=0.0,
        score=score,
        level=level_of(score, cuts),
        components=components,
    )
