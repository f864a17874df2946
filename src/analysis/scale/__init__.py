"""The relationship scale: indicators and customers to dimensions on 0-100, one score, and what it depends on.

Nothing here estimates an indicator or draws a page: it takes what `indicators` and `models` give, and `document` shows it.
"""

from analysis.scale.score import (
    METHOD,
    Anchor,
    DimensionScore,
    RelationshipScore,
    ScoreComponent,
    anchors_of,
    correlations,
    dimension_names,
    level_of,
    score_relationship,
)

__all__ = [
    "METHOD",
    "Anchor",
    "DimensionScore",
    "RelationshipScore",
    "ScoreComponent",
    "anchors_of",
    "correlations",
    "dimension_names",
    "level_of",
    "score_relationship",
]
