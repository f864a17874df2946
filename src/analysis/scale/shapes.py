"""What the score is told in: anchors, components, dimensions, and the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.messages import Message
from analysis.results import Outcome


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
