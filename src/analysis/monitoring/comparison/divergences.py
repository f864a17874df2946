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
    rows_at,
    text_at,
)
from analysis.monitoring.comparison.shapes import Divergence
from analysis.monitoring.comparison.sides import Audited, because, divergence_of, plain, same
from analysis.monitoring.comparison.weights import cuts_of, made_of
from analysis.results import Estimate

COUNTED = ("censored",)
"""Values of a definition that count what the data hold; like dates, they differ between audits of one definition."""
OFFERED = "all"
"""Value of a definition that says how much there is to buy: named where it differs, the number means the same."""


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
                stopped.setdefault(indicator, because(divergence))
    scores = made_of(before, after, stopped)
    found += scores.divergences
    levels = scores.stopped.get(SCORE)
    if (cuts := cuts_of(before, after)) is not None:
        found.append(cuts)
        levels = levels or because(cuts)
    return Barriers(
        indicators={**stopped, **scores.stopped},
        levels=levels,
        divergences=tuple(found),
        only_weights=cuts is None and scores.only_weights,
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
            subject = N_("definition of “{name:message}”", name=name)
            return divergence_of("definition", subject, then.definition, now.definition)
        offered = [definition.values.get(OFFERED) for definition in (then.definition, now.definition)]
        if not same(*offered):
            subject = N_("what there is to buy, in “{name:message}”", name=name)
            return Divergence(
                kind="definition", subject=subject, then=plain(str(offered[0])), now=plain(str(offered[1])),
                consequence=N_("Compared all the same: the number counts what is bought, not its share."), stops=False,
            )  # fmt: skip
    if then.unit != now.unit:
        return divergence_of("definition", N_("unit of “{name:message}”", name=name), plain(then.unit), plain(now.unit))
    if then.analysis_unit != now.analysis_unit:
        subject = N_("unit of analysis of “{name:message}”", name=name)
        return divergence_of("definition", subject, _unit(then.analysis_unit), _unit(now.analysis_unit))
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
    return any(not same(then.values.get(name), now.values.get(name)) for name in kept)


def _questionnaire(before: Audited, after: Audited) -> Found:
    then, now = _items(before.content), _items(after.content)
    if not then or not now:
        return
    for key in [*now, *(key for key in then if key not in now)]:
        one, other = then.get(key), now.get(key)
        if one == other:
            continue
        role = (other or one or ("", ""))[0]
        concerned = [f"{ITEM}{key}", *(name for name, roles in ROLES.items() if {one and one[0], role} & {*roles})]
        asked: Key = ("question", "", f"{ITEM}{key}")
        measure = after.measures.get(asked) or before.measures.get(asked)
        subject = N_("question “{label:text}”", label=key if measure is None else measure.name)
        yield divergence_of("questionnaire", subject, _asked(one), _asked(other)), concerned


Item = tuple[str, str]  # role, scale


def _items(content: Mapping[str, Any]) -> dict[str, Item]:
    found = {}
    for item in rows_at(content, "indicators", "items"):
        scale = item.get("scale")
        ends = [f"{end:g}" for end in scale if isinstance(end, int | float)] if isinstance(scale, list) else []
        found[text_at(item, "key")] = (text_at(item, "role"), "–".join(ends))
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
        yield divergence_of("parameters", N_("currency"), plain(then), plain(now)), concerned


def _unit(unit: str) -> Message:
    words = {
        "respondent": N_("respondent"),
        "account": N_("account"),
        "account_revenue": N_("account, weighted by revenue"),
        "customer": N_("customer"),
        "invitation": N_("invitation"),
    }
    return words.get(unit) or plain(unit)
