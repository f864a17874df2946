"""Alerts that the client declared, held against the audit: ringing, silent, or unable to say.

An alert that cannot be evaluated does not ring, and it says so: silence for want of data must not look like calm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.actions.facts import BELOW, OWN, Fact, quantity
from analysis.actions.judge import Facts, judge
from analysis.indicators.catalogue import CATALOGUE
from analysis.messages import N_, Message
from analysis.params.conditions import COMPARISONS, parse_condition
from analysis.results import Estimate

State = Literal["fired", "silent", "unknown"]
CHANGES = ("rises", "falls")
"""What is asked of a change: always of the one since the period before, by the data of the same audit."""
STATES: dict[str, State] = {"holds": "fired", "does_not_hold": "silent", "unknown": "unknown"}


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One declared alert.

    Parameters
    ----------
    condition
        As it was written.
    state
        ``fired``, ``silent``, or ``unknown`` where the data cannot say.
    name
        What it is about.
    found
        What was found: the number with its interval, a count, or why there is none.
    """

    condition: str
    state: State
    name: Message
    found: Message

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"name": self.name.to_dict(), "found": self.found.to_dict()}


def evaluate_alerts(conditions: Iterable[str], facts: Facts) -> tuple[Alert, ...]:
    """Return every declared alert with its state, those that fired first.

    Parameters
    ----------
    conditions
        `ClientParams.alerts`.
    facts
        The facts of the audit.
    """
    alerts = [_evaluate(text, facts) for text in conditions]
    order = {"fired": 0, "unknown": 1, "silent": 2}
    return tuple(sorted(alerts, key=lambda alert: order[alert.state]))


def _evaluate(text: str, facts: Facts) -> Alert:
    condition = parse_condition(text)
    fact = facts.get(condition.fact)
    return Alert(
        condition=condition.text,
        state=STATES[judge(condition, facts)],
        name=_name(condition.fact, fact),
        found=_against_the_period_before(fact) if condition.verb in CHANGES else _found(fact),
    )


def _against_the_period_before(fact: Fact | None) -> Message:
    """Return what was found, with the change that the alert asks about and what it is held against."""
    found = _found(fact)
    change = None if fact is None else fact.values.get("change")
    if not isinstance(change, Message):
        return found
    return N_("{found:message}; {change:message} against the period before", found=found, change=change)


def describe_condition(text: str, names: Mapping[str, Message] | None = None) -> Message:
    """Return a condition in words: what it asks of which fact; `names` as for `name_of_fact`."""
    condition = parse_condition(text)
    name = name_of_fact(condition.fact, names)
    if condition.verb in COMPARISONS:
        sides = {"low": N_("lower limit"), "high": N_("upper limit"), "n": N_("n")}
        values = {"name": name, "verb": condition.verb, "operand": _operand(condition.operand)}
        if condition.field in sides:
            return N_(
                "{name:message}, {side:message} {verb:text} {operand:message}", side=sides[condition.field], **values
            )
        return N_("{name:message} {verb:text} {operand:message}", **values)
    words = {
        "rises": N_("{name:message}: has risen", name=name),
        "falls": N_("{name:message}: has fallen", name=name),
        "worse": N_("{name:message}: level worse than {level:text}", name=name, level=str(condition.operand)),
        "better": N_("{name:message}: level better than {level:text}", name=name, level=str(condition.operand)),
        "meets": N_("{name:message}: meets its target", name=name),
        "misses": N_("{name:message}: misses its target", name=name),
        "known": N_("{name:message}: recorded", name=name),
        "missing": N_("{name:message}: not recorded", name=name),
    }
    return words[condition.verb]


def name_of_fact(name: str, names: Mapping[str, Message] | None = None) -> Message:
    """Return what a fact is called: an indicator, or one of the other facts that conditions may ask about.

    `names` are those of the client's own facts, ``score.<dimension>`` and ``item.<key>``; one that is not there is
    shown by its key.
    """
    own = (names or {}).get(name)
    return _name(name, None) if own is None else own


def _operand(operand: float | str | None) -> Message:
    if operand == "target":
        return N_("its target")
    if operand == "benchmark":
        return N_("the benchmark")
    return N_("{number:text}", number=f"{operand:g}" if isinstance(operand, float) else str(operand))


def _name(name: str, fact: Fact | None) -> Message:
    if name in CATALOGUE:
        return CATALOGUE[name].name
    if name in OWN:
        return OWN[name][1]
    if name == "score":
        return N_("Relationship score")
    stem, _, last = name.rpartition(".")
    if last in BELOW and stem in CATALOGUE:
        return N_("{name:message}: groups clearly below the whole", name=CATALOGUE[stem].name)
    label = None if fact is None else fact.values.get("name")
    return label if isinstance(label, Message) else N_("{name:text}", name=str(label or name))


def _found(fact: Fact | None) -> Message:
    if fact is None:
        return N_("The data do not say.")
    if fact.kind == "flag":
        return N_("recorded") if fact.number else N_("not recorded")
    if fact.kind != "estimate":
        number = fact.number or 0.0
        return quantity(number, "proportion") if fact.unit_is_share else N_("{count:int}", count=int(number))
    outcome = fact.outcome
    if isinstance(outcome, Estimate):
        return N_(
            "{value:message} (95% interval {low:message} to {high:message}, n = {n:int})",
            value=quantity(outcome.value, outcome.unit),
            low=quantity(outcome.low, outcome.unit),
            high=quantity(outcome.high, outcome.unit),
            n=outcome.n,
        )
    return N_("The data do not say.") if outcome is None else outcome.reason
