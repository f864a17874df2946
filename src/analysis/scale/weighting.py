"""The score under every way of weighing its dimensions, side by side: what hangs on the choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.params.pairwise import DOUBTFUL, Priorities, comparison_matrix, priorities
from analysis.params.scale import all_dimensions
from analysis.results import NotEstimable, Outcome
from analysis.scale.anchors import dimension_label, direct_weights
from analysis.scale.customers import customer_dimensions
from analysis.scale.entropy import entropy_weights
from analysis.scale.prediction import PredictionWeights, prediction_weights
from analysis.scale.score import Results, reweigh
from analysis.scale.shapes import RelationshipScore

Weights = Mapping[str, float]
NAMES: dict[str, Message] = {
    "direct": N_("As the client sets them"),
    "equal": N_("All dimensions equal"),
    "pairwise": N_("From pairwise comparison"),
    "entropy": N_("By how much customers differ"),
    "prediction": N_("By what foretells purchases"),
}
EQUAL = 1e-9


@dataclass(frozen=True, kw_only=True)
class DimensionWeight(ModelPart):
    """The weight of one dimension, a share of all, 0 to 1."""

    dimension: str
    name: Message
    share: float


@dataclass(frozen=True, kw_only=True)
class WeightedScore(ModelPart):
    """The score under one way of weighing.

    Parameters
    ----------
    key, name
        ``direct``, ``equal``, ``pairwise``, ``entropy`` or ``prediction``, and its name.
    weights
        The shares of the dimensions; empty where the way gives none (`overall` then says why).
    overall
        0 to 100 (unit ``index``) at these weights, which its interval takes as given.
    level, level_range
        As in `RelationshipScore`.
    is_chosen
        Whether it is the way that the client's score is made in.
    n
        Customers that the weights were taken from, or None where they do not come from data.
    """

    key: str
    name: Message
    weights: tuple[DimensionWeight, ...]
    overall: Outcome
    level: str
    level_range: tuple[str, str]
    is_chosen: bool
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """The weights of every way, or why it gives none; and what there is to say of two of them."""

    weights: Mapping[str, Weights | NotEstimable]
    n: Mapping[str, int]
    pairwise: Priorities | None
    prediction: PredictionWeights | NotEstimable


def find_weights(data: ClientData, params: ClientParams) -> Found:
    """Return the weights of every way that the client can have; equal ones only where they are another way."""
    direct = direct_weights(params)
    counted = tuple(name for name, share in direct.items() if share > 0)
    equal = {name: 1 / len(counted) for name in counted}
    found: dict[str, Weights | NotEstimable] = {"direct": direct}
    if any(abs(share - equal.get(name, 0.0)) > EQUAL for name, share in direct.items()):
        found["equal"] = equal
    judged = pairwise_priorities(params)
    if judged is not None:
        found["pairwise"] = dict(zip(all_dimensions(params.survey), judged.weights, strict=True))
    sizes: dict[str, int] = {}
    scores = customer_dimensions(data, params)[list(counted)]
    complete = scores.dropna()
    if len(complete) < max(params.limits.min_n, params.limits.small_cell):
        found["entropy"] = _too_few_complete(len(complete), params)
    else:
        divergence = entropy_weights(complete.to_numpy())
        sizes["entropy"] = len(complete)
        named = divergence if isinstance(divergence, NotEstimable) else _named(counted, divergence)
        found["entropy"] = named
    foretold = prediction_weights(data, params, counted)
    if isinstance(foretold, NotEstimable):
        found["prediction"] = foretold
    else:
        found["prediction"] = _named(counted, foretold.weights)
        sizes["prediction"] = foretold.n
    return Found(weights=found, n=sizes, pairwise=judged, prediction=foretold)


def pairwise_priorities(params: ClientParams) -> Priorities | None:
    """Return what the parameters' pairwise comparison says, or None without one."""
    names = all_dimensions(params.survey)
    return priorities(comparison_matrix(params.scale.pairwise, names)) if params.scale.pairwise else None


def pairwise_remark(params: ClientParams) -> Message | None:
    """Return that the pairwise comparison contradicts itself, or None where it does not (or there is none).

    For whoever checks the parameters: above `REFUSED` they are refused, between `DOUBTFUL` and that they are used.
    """
    judged = pairwise_priorities(params)
    if judged is None or judged.consistency_ratio <= DOUBTFUL:
        return None
    return N_(
        "The pairwise comparison of the dimensions contradicts itself: its consistency ratio is {ratio:number2}, and"
        " above {limit:number2} the judgements should be gone over again.",
        ratio=judged.consistency_ratio,
        limit=DOUBTFUL,
    )


def weigh_score(
    score: RelationshipScore, found: Found, results: Results, params: ClientParams
) -> tuple[WeightedScore, ...]:
    """Return the score under every way of weighing."""
    rows = []
    for key, weights in found.weights.items():
        chosen = key == params.scale.weighting
        if isinstance(weights, NotEstimable):
            rows.append(_without(key, weights, is_chosen=chosen))
            continue
        whole = reweigh(score, weights, results)
        rows.append(
            WeightedScore(
                key=key,
                name=NAMES[key],
                weights=tuple(
                    DimensionWeight(dimension=name, name=dimension_label(name, params), share=float(share))
                    for name, share in weights.items()
                ),
                overall=whole.overall,
                level=whole.level,
                level_range=whole.level_range,
                is_chosen=chosen,
                n=found.n.get(key),
            )
        )
    return tuple(rows)


def _without(key: str, reason: NotEstimable, *, is_chosen: bool) -> WeightedScore:
    return WeightedScore(
        key=key, name=NAMES[key], weights=(), overall=reason, level="", level_range=("", ""), is_chosen=is_chosen
    )


def _named(names: tuple[str, ...], shares: Iterable[float]) -> dict[str, float]:
    return {name: float(share) for name, share in zip(names, shares, strict=True)}


def _too_few_complete(n: int, params: ClientParams) -> NotEstimable:
    least = max(params.limits.min_n, params.limits.small_cell)
    if 0 < n < params.limits.small_cell:  # how few answered is not told
        return NotEstimable(
            reason=N_(
                "Fewer than {least:int} customers have a score on every dimension.", least=params.limits.small_cell
            )
        )
    reason = N_(
        "{n:int} customers have a score on every dimension; their differences give weights from {least:int} on.",
        n=n,
        least=least,
    )
    return NotEstimable(reason=reason, n=n)
