"""The relationship scale: indicators to five dimensions on 0-100, and one score with its level.

Each dimension is the plain mean of its components. A component is an indicator put on 0-100 by two documented anchors
(what counts as nothing, what counts as full marks) and cut off at both ends. A dimension without any component has no
score, and then neither has the whole: a missing dimension is never silently reweighted.

The components of a dimension come from the same customers, so their errors go together. The limits of a mean are
recovered from the limits of its components [1]_: with weights ``w``, the components' distances ``d`` from estimate to
limit, and their correlations ``R``, the mean's distance is ``sqrt((w d)' R (w d))``, below and above each by itself, so
that skewed limits stay skewed. The correlations are those of what each account contributes to the components; where
that is not known of a component it is taken to move with all others (correlation 1), which is never too narrow.

References
----------
.. [1] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
       Statistics in Medicine 27, 1693-1702.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.indicators.shapes import Indicators
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.params.scale import DIMENSIONS
from analysis.results import Contributions, Estimate, IndicatorResult, NotEstimable, Outcome

METHOD = "combined-limits"
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """How an indicator becomes a component: the values, in its own unit, that count as 0 and as 100."""

    indicator: str
    zero: float
    full: float


@dataclass(frozen=True, kw_only=True)
class ScoreComponent:
    """One component of a dimension.

    Parameters
    ----------
    indicator, name
        Key and name of the indicator it comes from.
    anchor
        The anchors that were used.
    score
        0 to 100 (unit ``index``), or why there is none.
    """

    indicator: str
    name: Message
    anchor: Anchor
    score: Outcome

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        anchor = {"zero": self.anchor.zero, "full": self.anchor.full}
        return {"indicator": self.indicator, "name": self.name.to_dict(), "score": self.score.to_dict()} | anchor


@dataclass(frozen=True, kw_only=True)
class DimensionScore:
    """One dimension of the relationship.

    Parameters
    ----------
    dimension, name
        Key and name.
    weight
        Weight in the whole, as a share of all weights, 0 to 1.
    score
        0 to 100 (unit ``index``), or why there is none.
    level
        A to E by the point estimate, or "" without a score.
    components
        What it is made of, estimable or not.
    """

    dimension: str
    name: Message
    weight: float
    score: Outcome
    level: str
    components: tuple[ScoreComponent, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {
            "dimension": self.dimension,
            "name": self.name.to_dict(),
            "weight": self.weight,
            "score": self.score.to_dict(),
            "level": self.level,
            "components": [component.to_dict() for component in self.components],
        }


@dataclass(frozen=True, kw_only=True)
class RelationshipScore:
    """The whole relationship in one number.

    Parameters
    ----------
    overall
        0 to 100 (unit ``index``), or why there is none.
    level
        A to E by the point estimate, or "".
    level_range
        Lowest and highest level that the interval admits; equal where the level is beyond doubt; ("", "") without one.
    dimensions
        The five dimensions, in their fixed order.
    cuts
        Lowest score of each level.
    """

    overall: Outcome
    level: str
    level_range: tuple[str, str]
    dimensions: tuple[DimensionScore, ...]
    cuts: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {
            "overall": self.overall.to_dict(),
            "level": self.level,
            "level_range": list(self.level_range),
            "dimensions": [dimension.to_dict() for dimension in self.dimensions],
            "cuts": dict(self.cuts),
        }


def dimension_names() -> dict[str, Message]:
    """Return the dimensions' names, in their fixed order."""
    return {
        "satisfaction": N_("Satisfaction"),
        "loyalty": N_("Loyalty"),
        "value": N_("Customer value"),
        "interaction": N_("Interaction"),
        "depth_breadth": N_("Depth and breadth"),
    }


def score_relationship(indicators: Indicators, params: ClientParams) -> RelationshipScore:
    """Return the score of the relationship, whole and by dimension.

    Parameters
    ----------
    indicators
        The client's indicators; their overall outcomes are used, and what each account contributes to them.
    params
        Weights, levels and the planned interval between contacts.
    """
    weights = {dimension: float(getattr(params.scale, dimension)) for dimension in DIMENSIONS}
    total = sum(weights.values())
    cuts = {str(level): cut for level, cut in params.scale.levels.items()}
    dimensions = tuple(
        _score_dimension(dimension, weights[dimension] / total, indicators, params, cuts) for dimension in DIMENSIONS
    )
    overall = _combine_dimensions(dimensions, indicators)
    return RelationshipScore(
        overall=overall,
        level=level_of(overall, cuts),
        level_range=_level_range(overall, cuts),
        dimensions=dimensions,
        cuts=cuts,
    )


def level_of(score: Outcome, cuts: Mapping[str, float]) -> str:
    """Return the level of a score by its point estimate, "" where there is no score."""
    return _letter(score.value, cuts) if isinstance(score, Estimate) else ""


def anchors_of(params: ClientParams, indicators: Mapping[str, IndicatorResult]) -> dict[str, tuple[Anchor, ...]]:
    """Return the components of each dimension with their anchors.

    Shares run from none to all. The remaining anchors are: growth of revenue from -20% to +20% a year, so that 50 is
    standing still; contacts a year from none to as many as the planned interval asks for; categories bought from one to
    all that the client sells.
    """
    planned = DAYS_PER_YEAR / params.interaction.planned_revisit_days
    breadth = indicators.get("categories_bought")
    offered = breadth.bounds[1] if breadth is not None and breadth.bounds is not None else 1.0
    return {
        "satisfaction": (Anchor(indicator="satisfaction_index", zero=0, full=100),),
        "loyalty": (
            Anchor(indicator="loyalty_index", zero=0, full=100),
            Anchor(indicator="repeat_purchase_rate", zero=0, full=1),
            Anchor(indicator="retention_rate", zero=0, full=1),
        ),
        "value": (Anchor(indicator="revenue_growth", zero=-0.2, full=0.2),),
        "interaction": (
            Anchor(indicator="contact_coverage", zero=0, full=1),
            Anchor(indicator="contact_frequency", zero=0, full=planned),
        ),
        "depth_breadth": (
            Anchor(indicator="contact_level_top2_share", zero=0, full=1),
            Anchor(indicator="categories_bought", zero=1, full=max(offered, 2.0)),
        ),
    }


def _score_dimension(
    dimension: str, weight: float, indicators: Indicators, params: ClientParams, cuts: Mapping[str, float]
) -> DimensionScore:
    anchors = anchors_of(params, indicators.results)[dimension]
    components = tuple(
        ScoreComponent(
            indicator=anchor.indicator,
            name=indicators.results[anchor.indicator].name,
            anchor=anchor,
            score=_on_scale(indicators.results[anchor.indicator].overall, anchor),
        )
        for anchor in anchors
        if anchor.indicator in indicators.results
    )
    parts = _parts(components, indicators)
    score: Outcome
    if parts:
        score = _combine(parts)
    else:
        score = next(
            (component.score for component in components if isinstance(component.score, NotEstimable)),
            NotEstimable(reason=N_("The client's data hold nothing that this dimension is measured by.")),
        )
    name = dimension_names()[dimension]
    level = level_of(score, cuts)
    return DimensionScore(
        dimension=dimension, name=name, weight=weight, score=score, level=level, components=components
    )


def _on_scale(outcome: Outcome, anchor: Anchor) -> Outcome:
    """Put an outcome on 0-100 between its anchors, cut off at both ends.

    An interval that lies wholly beyond an anchor keeps half its width on the inner side: none has zero width.
    """
    if isinstance(outcome, NotEstimable):
        return outcome
    low, value, high = (
        min(max(100 * (number - anchor.zero) / (anchor.full - anchor.zero), 0.0), 100.0)
        for number in (outcome.low, outcome.value, outcome.high)
    )
    if low == high:
        half = 50 * (outcome.high - outcome.low) / abs(anchor.full - anchor.zero)
        low, high = max(low - half, 0.0), min(high + half, 100.0)
    return Estimate(
        value=value, low=low, high=high, n=outcome.n, method=outcome.method, unit="index", level=outcome.level
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A component of a mean.

    Its weight (all sum to one), its score, what the accounts contribute to it, and whether it lies beyond an anchor
    with all of its interval, so that it stands at an end of the scale whatever the indicator truly is.
    """

    weight: float
    score: Estimate
    contributions: Contributions | None
    is_beyond: bool


def _parts(components: tuple[ScoreComponent, ...], indicators: Indicators, weight: float = 1.0) -> list[_Part]:
    """Return the components that have a score; they share `weight` equally."""
    found = [(each, each.score) for each in components if isinstance(each.score, Estimate)]
    return [
        _Part(
            weight=weight / len(found),
            score=score,
            contributions=indicators.results[component.indicator].contributions,
            is_beyond=_is_beyond(indicators.results[component.indicator].overall, component.anchor),
        )
        for component, score in found
    ]


def _is_beyond(outcome: Outcome, anchor: Anchor) -> bool:
    """Return whether an indicator lies beyond one of its anchors with all of its interval."""
    if isinstance(outcome, NotEstimable):
        return False
    lowest, highest = sorted((anchor.zero, anchor.full))
    return outcome.low >= highest or outcome.high <= lowest


def _combine(parts: list[_Part]) -> Estimate:
    """Return the weighted mean, its limits recovered from those of the parts and their correlations."""
    scores = [part.score for part in parts]
    all_beyond = all(part.is_beyond for part in parts)
    # a component beyond its anchor adds nothing to the uncertainty, unless there is nothing else
    weights = np.array([0.0 if part.is_beyond and not all_beyond else part.weight for part in parts])
    value = float(sum(part.weight * part.score.value for part in parts))
    together = correlations([part.contributions for part in parts])
    below = weights * [score.value - score.low for score in scores]
    above = weights * [score.high - score.value for score in scores]
    return Estimate(
        value=value,
        low=value - float(np.sqrt(max(below @ together @ below, 0.0))),
        high=value + float(np.sqrt(max(above @ together @ above, 0.0))),
        n=min(score.n for score in scores),
        method=METHOD if len(scores) > 1 else scores[0].method,
        unit="index",
        level=scores[0].level,
    )


def correlations(parts: Sequence[Contributions | None]) -> NDArray[np.float64]:
    """Return the correlations of estimates from what each account contributes to them; 1 where that is not known."""
    together = np.ones((len(parts), len(parts)))
    known = [(place, part) for place, part in enumerate(parts) if part is not None and np.any(part.values != 0)]
    if len(known) < 2:
        return together
    codes, accounts = pd.factorize(np.concatenate([part.accounts for _, part in known]))
    stops = np.cumsum([len(part.accounts) for _, part in known])[:-1]
    rows = np.zeros((len(known), len(accounts)))
    for row, (places, (_, part)) in enumerate(zip(np.split(codes, stops), known, strict=True)):
        np.add.at(rows[row], places, part.values / np.sqrt((part.values**2).sum()))
    own = np.array([place for place, _ in known])
    together[np.ix_(own, own)] = np.clip(rows @ rows.T, -1.0, 1.0)
    np.fill_diagonal(together, 1.0)
    return together


def _combine_dimensions(dimensions: tuple[DimensionScore, ...], indicators: Indicators) -> Outcome:
    counted = [dimension for dimension in dimensions if dimension.weight > 0]
    missing = [dimension.name for dimension in counted if isinstance(dimension.score, NotEstimable)]
    if missing:
        reason = N_(
            "There is no overall score, because not every dimension can be scored (missing: {dimensions:list}).",
            dimensions=missing,
        )
        return NotEstimable(reason=reason)
    return _combine(
        [part for dimension in counted for part in _parts(dimension.components, indicators, dimension.weight)]
    )


def _letter(score: float, cuts: Mapping[str, float]) -> str:
    return next((level for level in "ABCD" if score >= cuts[level]), "E")


def _level_range(score: Outcome, cuts: Mapping[str, float]) -> tuple[str, str]:
    if isinstance(score, NotEstimable):
        return "", ""
    return _letter(score.low, cuts), _letter(score.high, cuts)
