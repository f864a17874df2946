"""The score of segments and partners: only from dimensions made of the same components as the client's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.indicators.observations import Labels, withheld
from analysis.indicators.survey import group_labels
from analysis.messages import N_, Message
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import Contributions, Estimate, NotEstimable, Outcome
from analysis.scale.anchors import is_beyond, put_on_scale
from analysis.scale.combining import Part, combine, level_of
from analysis.scale.score import Results
from analysis.scale.shapes import DimensionScore, RelationshipScore, ScoreComponent

Kind = Literal["segment", "partner"]
UNLISTED = N_("There are too few observations in this group.")


@dataclass(frozen=True, kw_only=True)
class GroupDimension(ModelPart):
    """One dimension of a group, 0 to 100 (unit ``index``), or why it has none; and its level."""

    dimension: str
    name: Message
    score: Outcome
    level: str


@dataclass(frozen=True, kw_only=True)
class GroupScore(ModelPart):
    """The relationship with one segment, or with the customers that one partner serves.

    Parameters
    ----------
    group
        The segment's name, or the partner's id.
    dimensions
        The client's dimensions in their order; one has a score here only where every component that the client's own
        score is made of has one too.
    overall, level
        The whole at the client's weights and its level ("" without a score): only where no dimension is missing.
    """

    group: str
    dimensions: tuple[GroupDimension, ...]
    overall: Outcome
    level: str


def score_groups(
    kind: Kind, score: RelationshipScore, results: Results, data: ClientData, params: ClientParams
) -> tuple[GroupScore, ...]:
    """Return the score of each group that any indicator of the score knows, by name.

    Parameters
    ----------
    kind
        What the customers are grouped by.
    score
        The client's own score: its components, anchors and weights are used.
    results
        The indicators by key; what a group's cell withholds is withheld here.
    data, params
        Who belongs to which group.
    """
    outcomes = {
        component.indicator: results[component.indicator].by_segment
        if kind == "segment"
        else results[component.indicator].by_partner
        for dimension in score.dimensions
        for component in dimension.components
    }
    names = sorted({name for cells in outcomes.values() for name in cells})
    labels = group_labels(data.customers.index, data, params)[0 if kind == "segment" else 1]
    found = []
    for name in names:
        members = _members(data, labels, name)
        own = {key: cells.get(name, NotEstimable(reason=UNLISTED)) for key, cells in outcomes.items()}
        found.append(_score_group(name, score, own, results, members))
    return tuple(found)


def _score_group(
    name: str,
    score: RelationshipScore,
    outcomes: Mapping[str, Outcome],
    results: Results,
    members: NDArray[np.object_],
) -> GroupScore:
    dimensions, parts, missing = [], [], []
    for dimension in score.dimensions:
        own = _parts(dimension, outcomes, results, members)
        outcome: Outcome = own if isinstance(own, NotEstimable) else combine(own)
        dimensions.append(
            GroupDimension(
                dimension=dimension.dimension,
                name=dimension.name,
                score=outcome,
                level=level_of(outcome, score.cuts),
            )
        )
        if dimension.weight > 0:
            if isinstance(own, NotEstimable):
                missing.append(dimension.name)
            else:
                parts += [_weighed(part, dimension.weight) for part in own]
    overall: Outcome = combine(parts) if not missing else NotEstimable(reason=_incomplete(missing))
    return GroupScore(group=name, dimensions=tuple(dimensions), overall=overall, level=level_of(overall, score.cuts))


def _parts(
    dimension: DimensionScore, outcomes: Mapping[str, Outcome], results: Results, members: NDArray[np.object_]
) -> list[Part] | NotEstimable:
    """Return the components of a group's dimension, or why one of those that the client's own has is missing."""
    known: Sequence[ScoreComponent] = [each for each in dimension.components if isinstance(each.score, Estimate)]
    if not known:
        return dimension.score if isinstance(dimension.score, NotEstimable) else NotEstimable(reason=UNLISTED)
    parts = []
    for component in known:
        outcome = outcomes[component.indicator]
        placed = put_on_scale(outcome, component.anchor)
        if isinstance(placed, NotEstimable):
            return withheld() if placed.suppressed else placed
        parts.append(
            Part(
                weight=1 / len(known),
                score=placed,
                contributions=_within(results[component.indicator].contributions, members),
                is_beyond=is_beyond(outcome, component.anchor),
            )
        )
    return parts


def _weighed(part: Part, weight: float) -> Part:
    return Part(
        weight=weight * part.weight, score=part.score, contributions=part.contributions, is_beyond=part.is_beyond
    )


def _within(contributions: Contributions | None, members: NDArray[np.object_]) -> Contributions | None:
    """Return what a group's own accounts contribute, about their own mean."""
    if contributions is None:
        return None
    inside = np.isin(contributions.accounts.astype(str), members.astype(str))
    values = contributions.values[inside]
    if not len(values):
        return None
    return Contributions(accounts=contributions.accounts[inside], values=values - values.mean())


def _members(data: ClientData, labels: Labels, name: str) -> NDArray[np.object_]:
    codes = [code for code, each in enumerate(labels.names) if each == name]
    return np.asarray(data.customers.index, dtype=object)[np.isin(labels.codes, codes)]


def _incomplete(missing: list[Message]) -> Message:
    return N_(
        "Not comparable as a whole: {dimensions:list} cannot be scored here as for all customers.", dimensions=missing
    )
