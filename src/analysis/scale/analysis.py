"""The relationship score with all that it depends on: weights, groups, resampling."""

import dataclasses
from dataclasses import dataclass

from analysis.data.client import ClientData
from analysis.indicators.shapes import Indicators
from analysis.messages import Message
from analysis.models.bootstrap import model_draws
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome
from analysis.scale.custom import compute_custom_dimensions
from analysis.scale.groups import GroupScore, score_groups
from analysis.scale.prediction import PredictionWeights
from analysis.scale.resampling import resample_score
from analysis.scale.score import Results, results_of, reweigh, score_relationship
from analysis.scale.shapes import RelationshipScore
from analysis.scale.weighting import Found, WeightedScore, find_weights, pairwise_remark, weigh_score


@dataclass(frozen=True, kw_only=True)
class PredictionFacts(ModelPart):
    """What the weights by prediction rest on: as in `prediction.PredictionWeights`, without the weights."""

    explained: float
    n: int
    events: int
    day: str


@dataclass(frozen=True, kw_only=True)
class ScoreAnalysis(ModelPart):
    """The relationship score and what it depends on.

    Parameters
    ----------
    score
        The score in the way of weighing that the parameters choose; the client's own dimensions are among its
        dimensions.
    weighting
        That way: ``direct``, ``pairwise``, ``entropy`` or ``prediction``.
    schemes
        The score in every way of weighing, side by side.
    bootstrap
        The same number with limits from resampled accounts; the score itself keeps the combined limits.
    draws
        Bootstrap draws.
    segments, partners
        The score of each group.
    consistency_ratio, consistency_remark
        Saaty's ratio of the pairwise comparison (None without one), and what is to be said where it is above 0.10.
    prediction
        What the weights by prediction rest on, or why there are none.
    """

    score: RelationshipScore
    weighting: str
    schemes: tuple[WeightedScore, ...]
    bootstrap: Outcome
    draws: int
    segments: tuple[GroupScore, ...]
    partners: tuple[GroupScore, ...]
    consistency_ratio: float | None
    consistency_remark: Message | None
    prediction: PredictionFacts | NotEstimable

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the levels that the score reaches under the ways that give one, best first."""
        return tuple(sorted({scheme.level for scheme in self.schemes if isinstance(scheme.overall, Estimate)}))

    @property
    def depends(self) -> bool:
        """Return whether the level depends on the choice of the weights."""
        return len(self.levels) > 1


def analyse_score(data: ClientData, indicators: Indicators, params: ClientParams) -> ScoreAnalysis:
    """Return the score of the relationship and what it depends on.

    Parameters
    ----------
    data
        The client's data, for scores by customer and for who belongs to which group.
    indicators
        The client's indicators; what they withhold is withheld here.
    params
        Weights, their source, levels and anchors.
    """
    custom = compute_custom_dimensions(data, params)
    results = results_of(indicators, custom)
    direct = score_relationship(indicators, params, custom=custom)
    found = find_weights(data.representative, params)
    score = _chosen(direct, found, results, params)
    judged = found.pairwise
    return ScoreAnalysis(
        score=score,
        weighting=params.scale.weighting,
        schemes=weigh_score(direct, found, results, params),
        bootstrap=resample_score(score, results, data.everyone, params),
        draws=model_draws(params),
        segments=score_groups("segment", score, results, data.everyone, params),
        partners=score_groups("partner", score, results, data.everyone, params),
        consistency_ratio=None if judged is None else judged.consistency_ratio,
        consistency_remark=pairwise_remark(params),
        prediction=_facts(found.prediction),
    )


def _chosen(direct: RelationshipScore, found: Found, results: Results, params: ClientParams) -> RelationshipScore:
    """Return the score by the chosen weights; without a whole where these cannot be had, never by others instead."""
    weights = found.weights[params.scale.weighting]
    if isinstance(weights, NotEstimable):
        return dataclasses.replace(direct, overall=weights, level="", level_range=("", ""))
    return reweigh(direct, weights, results)


def _facts(prediction: PredictionWeights | NotEstimable) -> PredictionFacts | NotEstimable:
    if isinstance(prediction, NotEstimable):
        return prediction
    return PredictionFacts(explained=prediction.explained, n=prediction.n, events=prediction.events, day=prediction.day)
