"""Whether a condition holds of the facts; only what the intervals bear out can hold."""

from typing import Literal, Protocol

from analysis.actions.facts import Fact
from analysis.params.conditions import Condition
from analysis.results import Estimate, TargetAttainment

Verdict = Literal["holds", "does_not_hold", "unknown"]
LEVELS = "ABCDE"


class Facts(Protocol):
    """Anything that knows facts by name."""

    def get(self, name: str, /) -> Fact | None:
        """Return a fact, or None where it is not known."""


def judge(condition: Condition, facts: Facts) -> Verdict:
    """Return whether a condition holds, or that the data cannot say.

    A comparison without a field takes the value of an estimate; the triggers of a catalogue may not (`check`).
    """
    fact = facts.get(condition.fact)
    if condition.verb in ("known", "missing"):
        return _held(_is_known(fact) == (condition.verb == "known"))
    if fact is None:
        return "unknown"
    if condition.verb in ("rises", "falls"):
        if fact.change is None:
            return "unknown"
        return _held(fact.change == ("rose" if condition.verb == "rises" else "fell"))
    if condition.verb in ("meets", "misses"):
        return _target(fact.target, "met" if condition.verb == "meets" else "missed")
    if condition.verb in ("worse", "better"):
        return _level(fact.level, condition)
    return _compare(fact, condition)


def _held(answer: bool) -> Verdict:
    return "holds" if answer else "does_not_hold"


def _is_known(fact: Fact | None) -> bool:
    if fact is None:
        return False
    if fact.kind == "estimate":
        return fact.estimate is not None
    return bool(fact.number) if fact.kind == "flag" else True


def _target(target: TargetAttainment | None, wanted: str) -> Verdict:
    return "unknown" if target is None else _held(target.verdict == wanted)


def _level(level: str, condition: Condition) -> Verdict:
    if not level:
        return "unknown"
    place, limit = LEVELS.index(level), LEVELS.index(str(condition.operand))
    return _held(place > limit if condition.verb == "worse" else place < limit)


def _compare(fact: Fact, condition: Condition) -> Verdict:
    left = _left(fact, condition)
    right = _right(fact, condition)
    if left is None or right is None:
        return "unknown"
    answers = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return _held(answers[condition.verb])


def _left(fact: Fact, condition: Condition) -> float | None:
    if fact.kind == "estimate":
        estimate = fact.outcome
        return float(getattr(estimate, condition.field or "value")) if isinstance(estimate, Estimate) else None
    return fact.number if fact.kind != "flag" and condition.field in ("", "value") else None


def _right(fact: Fact, condition: Condition) -> float | None:
    if condition.operand == "target":
        return None if fact.target is None else fact.target.target
    if condition.operand == "benchmark":
        return fact.benchmark
    return float(condition.operand) if isinstance(condition.operand, float) else None
