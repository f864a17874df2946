"""What keeps two relationship scores apart: components and their anchors, dimensions, weights, and lines of levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import SCORE, mapping_at, number_at, rows_at, text_at
from analysis.monitoring.comparison.shapes import Divergence
from analysis.monitoring.comparison.sides import NOT_RECORDED, Audited, because, divergence_of, plain, same
from analysis.monitoring.earlier import read_message


@dataclass(frozen=True, kw_only=True)
class MadeOf:
    """What keeps the scores apart: divergences, indicator -> reason, and whether it is the weights alone."""

    divergences: tuple[Divergence, ...]
    stopped: Mapping[str, Message]
    only_weights: bool


def made_of(before: Audited, after: Audited, stopped: Mapping[str, Message]) -> MadeOf:
    """Return what keeps the scores apart: other components, components that are stopped, dimensions, weights."""
    then, now = _dimensions(before.content), _dimensions(after.content)
    found: list[Divergence] = []
    reasons: dict[str, Message] = {}
    for key, dimension in now.items():
        if key not in then:
            continue
        key_now, name = f"{SCORE}.{key}", dimension.name
        if dimension.components != then[key].components:
            subject = N_("components and anchors of “{name:message}”", name=name)
            found.append(
                divergence_of("weights", subject, _components(then[key], after), _components(dimension, after))
            )
            reasons[key_now] = because(found[-1])
        elif (part := next((part for part, _, _ in dimension.components if part in stopped), None)) is not None:
            reasons[key_now] = stopped[part]
    comparable = not reasons
    if then and now and then.keys() != now.keys():
        found.append(divergence_of("weights", N_("dimensions of the score"), _names(then), _names(now)))
        reasons[SCORE] = because(found[-1])
    elif any(not same(then[key].weight, now[key].weight) for key in now if key in then):
        found.append(divergence_of("weights", N_("weights of the score"), _weights(then), _weights(now)))
        reasons[SCORE] = because(found[-1])
        return MadeOf(divergences=tuple(found), stopped=reasons, only_weights=comparable)
    elif reasons:
        reasons[SCORE] = next(iter(reasons.values()))
    return MadeOf(divergences=tuple(found), stopped=reasons, only_weights=False)


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dimension of the score: name, weight, and its components with what counts as 0 and as 100."""

    name: Message
    weight: float
    components: tuple[tuple[str, float, float], ...]


def _dimensions(content: Mapping[str, Any]) -> dict[str, Dimension]:
    found = {}
    for row in rows_at(content, "score", "dimensions"):
        name, weight = read_message(row.get("name")), number_at(row, "weight")
        if name is not None and weight is not None:
            parts = (
                (text_at(part, "indicator"), number_at(part, "zero"), number_at(part, "full"))
                for part in rows_at(row, "components")
            )
            components = tuple((key, zero, full) for key, zero, full in parts if zero is not None and full is not None)
            found[text_at(row, "dimension")] = Dimension(name=name, weight=weight, components=components)
    return found


def _names(dimensions: Mapping[str, Dimension]) -> Message:
    return N_("{items:list}", items=[dimension.name for dimension in dimensions.values()])


def _weights(dimensions: Mapping[str, Dimension]) -> Message:
    parts = [
        N_("{name:message} {share:percent}", name=dimension.name, share=dimension.weight)
        for dimension in dimensions.values()
    ]
    return N_("{items:list}", items=parts)


def _components(dimension: Dimension, audited: Audited) -> Message:
    parts = []
    for key, zero, full in dimension.components:
        measure = audited.measures.get(("whole", "", key))
        name = plain(key) if measure is None else measure.name
        parts.append(N_("{name:message} from {zero:number} to {full:number}", name=name, zero=zero, full=full))
    return N_("{items:list}", items=parts) if parts else NOT_RECORDED


def cuts_of(before: Audited, after: Audited) -> Divergence | None:
    """Return how the lowest scores of the levels differ, or None where they do not."""
    then, now = mapping_at(before.content, "score", "cuts"), mapping_at(after.content, "score", "cuts")
    if not then or not now or then == now:
        return None
    return divergence_of("weights", N_("lowest score of each level"), _levels(then), _levels(now))


def _levels(cuts: Mapping[str, Any]) -> Message:
    return plain(", ".join(f"{level} {cut:g}" for level, cut in sorted(cuts.items()) if isinstance(cut, int | float)))
