"""The relationship scale: indicators and customers to dimensions on 0-100, one score, and what it depends on.

Nothing here draws a page or fits a model that a chapter reports: `document` does the one, `models` the other.
"""

from analysis.scale.anchors import anchors_of, dimension_names
from analysis.scale.combining import METHOD, correlations, level_of
from analysis.scale.score import score_relationship
from analysis.scale.shapes import Anchor, DimensionScore, RelationshipScore, ScoreComponent

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
