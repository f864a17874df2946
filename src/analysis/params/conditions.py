"""The small language of alerts and of triggers: a fact, what is asked of it, and against what.

    nps.low < 20                    a bound, a value or a count against a number (20% is 0.2)
    satisfaction_index.high < benchmark
    revenue misses target           the whole interval on the wrong side of the client's own target
    retention_rate falls            by the family of tested changes, not by two numbers; or: retention falls
    score.level worse than B        the level as it is printed, by the point estimate; score.high < 65 is beyond doubt
    survey is missing               or: is known

Here a condition is read; which facts there are, `analysis.actions.facts` says.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import AfterValidator

from analysis.params.base import BrokenRule, Words

Verb = Literal["<", "<=", ">", ">=", "rises", "falls", "worse", "better", "meets", "misses", "known", "missing"]
Field = Literal["", "value", "low", "high", "n"]
COMPARISONS: tuple[Verb, ...] = ("<", "<=", ">", ">=")
FIELDS: tuple[Field, ...] = ("value", "low", "high", "n")
LEVELS = "ABCDE"
SHORT = {
    "retention": "retention_rate",
    "growth": "revenue_growth",
    "complaints": "complaint_rate",
    "repurchase": "repeat_purchase_rate",
    "satisfaction": "satisfaction_index",
}
"""What people call a fact -> its name; no fact has one of these names itself."""
FORMS = "such as 'nps.low < 20', 'retention_rate falls', 'score.level worse than B' or 'revenue misses target'"

_FACT = r"(?P<fact>[^\W\d]\w*(?:\.\w+)*)"
_NUMBER = r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*(?P<percent>%?)"
_PATTERNS = tuple(
    re.compile(rf"\s*{_FACT}\s*{rest}\s*")
    for rest in (
        rf"(?P<verb><=|>=|<|>)\s*(?:{_NUMBER}|(?P<reference>target|benchmark))",
        r"\s(?P<verb>rises|falls)",
        rf"\s(?P<verb>worse|better)\s+than\s+(?P<level>[{LEVELS}])",
        r"\s(?P<verb>meets|misses)\s+(?P<reference>target)",
        r"\sis\s+(?P<verb>known|missing)",
    )
)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A condition, read.

    Parameters
    ----------
    text
        As it was written.
    fact
        Name of the fact.
    field
        ``low``, ``high``, ``value`` or ``n`` of an estimate; empty where none was named.
    verb
        What is asked.
    operand
        A number, ``target``, ``benchmark``, a level, or None where the verb needs nothing.
    """

    text: str
    fact: str
    field: Field
    verb: Verb
    operand: float | str | None


def parse_condition(text: str) -> Condition:
    """Return a condition from its text.

    Raises
    ------
    BrokenRule
        The text is not one.
    """
    for pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            return _condition(text, found.groupdict())
    raise BrokenRule("must be a condition", repr(text), hint=FORMS)


def _condition(text: str, parts: dict[str, str | None]) -> Condition:
    fact, field, verb = parts["fact"] or "", "", cast("Verb", parts["verb"])
    stem, _, last = fact.rpartition(".")
    if stem and verb in COMPARISONS and last in FIELDS:
        fact, field = stem, last
    if verb in ("worse", "better"):
        if last != "level":
            rule = "must ask for a level where it says 'worse than' or 'better than'"
            raise BrokenRule(rule, repr(text), hint=f"write '{fact}.level {verb} than {parts['level']}'")
        fact = stem
    fact = ".".join((SHORT.get(fact.partition(".")[0], fact.partition(".")[0]), *fact.split(".")[1:]))
    operand: float | str | None = parts.get("level") or parts.get("reference")
    if parts.get("number") is not None:
        operand = float(parts["number"] or 0) / (100 if parts["percent"] else 1)
    return Condition(text=text.strip(), fact=fact, field=cast("Field", field), verb=verb, operand=operand)


def _checked(text: str) -> str:
    parse_condition(text)
    return text


ConditionText = Annotated[str, Words(f"a condition {FORMS}", f"conditions {FORMS}"), AfterValidator(_checked)]
"""A condition as a parameter: kept as text, refused where it cannot be read."""
