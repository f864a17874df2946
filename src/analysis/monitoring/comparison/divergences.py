"""What is not the same in two audits, and which of their numbers can therefore not be compared.

A difference that stops comparing names the numbers that it stops; one that does not is said all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from analysis.indicators.attitudes import ROLES
from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import (
    ITEM,
    SCORE,
    Key,
    Measure,
    mapping_at,
    number_at,
    rows_at,
    text_at,
)
from analysis.monitoring.comparison.shapes import Divergence
from analysis.monitoring.earlier import StoredAudit, read_message
from analysis.results import Estimate

COUNTED = ("censored",)
"""Values of a definition that count what the data hold; like dates, they differ between audits of one definition."""
OFFERED = "all"
"""Value of a definition that says how much there is to buy: named where it differs, the number means the same."""
NOT_RECORDED = N_("not recorded")
NOT_COMPARED = N_("The numbers concerned are not compared.")
SIGNIFICANT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Barriers:
    """What stops comparing.

    Parameters
    ----------
    indicators
        Indicator -> why it is not comparable, in every scope.
    levels
        Why the levels of the score are not comparable, or None.
    divergences
        All that differs.
    only_weights
        Whether nothing but the weights keeps the two scores apart.
    """

    indicators: Mapping[str, Message]
    levels: Message | None
    divergences: tuple[Divergence, ...]
    only_weights: bool

    def of(self, indicator: str) -> Message | None:
        """Return why an indicator is not comparable, or None."""
        return self.indicators.get(indicator)


@dataclass(frozen=True, kw_only=True)
class Audited:
    """One side of a comparison: the audit, its numbers, and its manifest ({} where it has none)."""

    stored: StoredAudit
    measures: Mapping[Key, Measure]
    manifest: Mapping[str, Any]

    @property
    def content(self) -> Mapping[str, Any]:
        """What audit.json holds."""
        return self.stored.content

    @property
    def day(self) -> str:
        """Day of the audit."""
        return self.stored.audit.as_of


def find_barriers(before: Audited, after: Audited) -> Barriers:
    """Return what is not the same in two audits and what that stops.

    Parameters
    ----------
    before, after
        The earlier audit and the later one.
    """
    stopped: dict[str, Message] = {}
    found: list[Divergence] = []
    for divergence, indicators in (
        *_definitions(before, after),
        *_questionnaire(before, after),
        *_money(before, after),
    ):
        found.append(divergence)
        if divergence.stops:
            for indicator in indicators:
                stopped.setdefault(indicator, _because(divergence))
    made_of = _made_of(before, after, stopped)
    found += made_of.divergences
    levels = made_of.stopped.get(SCORE)
    if (cuts := _cuts(before, after)) is not None:
        found.append(cuts)
        levels = levels or _because(cuts)
    return Barriers(
        indicators={**stopped, **made_of.stopped},
        levels=levels,
        divergences=tuple(found),
        only_weights=cuts is None and made_of.only_weights,
    )


def _because(divergence: Divergence) -> Message:
    return N_(
        "{subject:message}: then {then:message}, now {now:message}.",
        subject=divergence.subject,
        then=divergence.then,
        now=divergence.now,
    )


Found = Iterator[tuple[Divergence, Sequence[str]]]


def _definitions(before: Audited, after: Audited) -> Found:
    for now in after.measures.values():
        then = before.measures.get(now.key)
        if now.scope != "whole" or then is None:
            continue
        if not (isinstance(now.outcome, Estimate) and isinstance(then.outcome, Estimate)):
            continue  # a number that is missing is told by another sentence than one that is there
        divergence = _redefined(then, now)
        if divergence is not None:
            yield divergence, (now.indicator,)


def _redefined(then: Measure, now: Measure) -> Divergence | None:
    """Return how an indicator's definition, unit or unit of analysis differs; None where none does."""
    name = now.name
    if then.definition is not None and now.definition is not None:
        if redefined(then.definition, now.definition):
            subject = N_("Definition of: {name:message}", name=name)
            return _divergence("definition", subject, then.definition, now.definition)
        offered = [definition.values.get(OFFERED) for definition in (then.definition, now.definition)]
        if not _same(*offered):
            subject = N_("What there is to buy, in: {name:message}", name=name)
            return Divergence(
                kind="definition", subject=subject, then=_plain(str(offered[0])), now=_plain(str(offered[1])),
                consequence=N_("Compared all the same: the number counts what is bought, not its share."), stops=False,
            )  # fmt: skip
    if then.unit != now.unit:
        return _divergence("definition", N_("Unit of: {name:message}", name=name), _plain(then.unit), _plain(now.unit))
    if then.analysis_unit != now.analysis_unit:
        subject = N_("Unit of analysis of: {name:message}", name=name)
        return _divergence("definition", subject, _unit(then.analysis_unit), _unit(now.analysis_unit))
    return None


def redefined(then: Message, now: Message) -> bool:
    """Return whether two definitions say different things: dates and counts of what the data hold may differ."""
    if then.msgid != now.msgid:
        return True
    kept = [
        name
        for _, name, spec, _ in Formatter().parse(now.msgid)
        if name is not None and spec != "date" and name not in (*COUNTED, OFFERED)
    ]
    return any(not _same(then.values.get(name), now.values.get(name)) for name in kept)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= SIGNIFICANT * max(abs(one), abs(other), 1.0)
    return bool(one == other)


def _questionnaire(before: Audited, after: Audited) -> Found:
    then, now = _items(before.content), _items(after.content)
    if not then or not now:
        return
    for key in [*now, *(key for key in then if key not in now)]:
        one, other = then.get(key), now.get(key)
        if one == other:
            continue
        role = (other or one or ("", "", ""))[0]
        concerned = [f"{ITEM}{key}", *(name for name, roles in ROLES.items() if {one and one[0], role} & {*roles})]
        label = (other or one or ("", "", key))[2]
        subject = N_("Question “{label:text}”", label=label)
        yield _divergence("questionnaire", subject, _asked(one), _asked(other)), concerned


Item = tuple[str, str, str]  # role, scale, label


def _items(content: Mapping[str, Any]) -> dict[str, Item]:
    found = {}
    for item in rows_at(content, "indicators", "items"):
        scale = item.get("scale")
        ends = [f"{end:g}" for end in scale if isinstance(end, int | float)] if isinstance(scale, list) else []
        found[text_at(item, "key")] = (text_at(item, "role"), "–".join(ends), text_at(item, "key"))
    return found


def _asked(item: Item | None) -> Message:
    if item is None:
        return N_("not asked")
    return N_("asked on a scale of {scale:text}, as {role:message}", scale=item[1], role=_role(item[0]))


def _role(role: str) -> Message:
    words = {
        "satisfaction": N_("satisfaction"),
        "attitudinal_loyalty": N_("loyalty"),
        "recommendation": N_("recommendation"),
        "repurchase_intention": N_("intention to buy again"),
        "effort": N_("effort"),
        "driver": N_("a part of the service"),
    }
    return words.get(role) or N_("another question")


def _money(before: Audited, after: Audited) -> Found:
    then, now = text_at(before.content, "currency"), text_at(after.content, "currency")
    if then != now:
        concerned = [measure.indicator for measure in after.measures.values() if measure.unit == "money"]
        yield _divergence("parameters", N_("Currency"), _plain(then), _plain(now)), concerned


@dataclass(frozen=True, kw_only=True)
class _MadeOf:
    """What keeps the scores apart: divergences, indicator -> reason, and whether it is the weights alone."""

    divergences: tuple[Divergence, ...]
    stopped: Mapping[str, Message]
    only_weights: bool


def _made_of(before: Audited, after: Audited, stopped: Mapping[str, Message]) -> _MadeOf:
    """Return what keeps the scores apart: other components, components that are stopped, dimensions, weights."""
    then, now = _dimensions(before.content), _dimensions(after.content)
    found: list[Divergence] = []
    reasons: dict[str, Message] = {}
    for key, dimension in now.items():
        if key not in then:
            continue
        key_now, name = f"{SCORE}.{key}", dimension.name
        if dimension.components != then[key].components:
            subject = N_("Components and anchors of: {name:message}", name=name)
            found.append(_divergence("weights", subject, _components(then[key], after), _components(dimension, after)))
            reasons[key_now] = _because(found[-1])
        elif (part := next((part for part, _, _ in dimension.components if part in stopped), None)) is not None:
            reasons[key_now] = N_("A component is not comparable. {reason:message}", reason=stopped[part])
    comparable = not reasons
    if then and now and then.keys() != now.keys():
        found.append(_divergence("weights", N_("Dimensions of the score"), _names(then), _names(now)))
        reasons[SCORE] = _because(found[-1])
    elif any(not _same(then[key].weight, now[key].weight) for key in now if key in then):
        found.append(_divergence("weights", N_("Weights of the score"), _weights(then), _weights(now)))
        reasons[SCORE] = _because(found[-1])
        return _MadeOf(divergences=tuple(found), stopped=reasons, only_weights=comparable)
    elif reasons:
        reasons[SCORE] = N_("A dimension is not comparable. {reason:message}", reason=next(iter(reasons.values())))
    return _MadeOf(divergences=tuple(found), stopped=reasons, only_weights=False)


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
        name = _plain(key) if measure is None else measure.name
        parts.append(N_("{name:message} from {zero:number} to {full:number}", name=name, zero=zero, full=full))
    return N_("{items:list}", items=parts) if parts else NOT_RECORDED


def _cuts(before: Audited, after: Audited) -> Divergence | None:
    then, now = mapping_at(before.content, "score", "cuts"), mapping_at(after.content, "score", "cuts")
    if not then or not now or then == now:
        return None
    return _divergence("weights", N_("Lowest score of each level"), _levels(then), _levels(now))


def _levels(cuts: Mapping[str, Any]) -> Message:
    return _plain(", ".join(f"{level} {cut:g}" for level, cut in sorted(cuts.items()) if isinstance(cut, int | float)))


def _divergence(kind: Any, subject: Message, then: Message, now: Message) -> Divergence:
    return Divergence(kind=kind, subject=subject, then=then, now=now, consequence=NOT_COMPARED, stops=True)


def _plain(text: str) -> Message:
    return N_("{text:text}", text=text) if text else NOT_RECORDED


def _unit(unit: str) -> Message:
    words = {
        "respondent": N_("respondent"),
        "account": N_("account"),
        "account_revenue": N_("account, weighted by revenue"),
        "customer": N_("customer"),
        "invitation": N_("invitation"),
    }
    return words.get(unit) or _plain(unit)
