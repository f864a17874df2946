"""The choices that a specification is made of, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.messages import N_, Message
from analysis.models.robustness.result import Choice

FACTORS: Mapping[str, Message] = {
    "horizon": N_("Time allowed to buy again"),
    "controls": N_("What is held constant"),
    "form": N_("Form of the relation"),
    "outliers": N_("Unusual answers"),
    "waves": N_("Waves"),
    "unit": N_("What counts as one case"),
    "weights": N_("Survey weights"),
}
PHRASES: Mapping[str, Message] = {  # within a sentence
    "horizon": N_("the time allowed to buy again"),
    "controls": N_("what is held constant"),
    "form": N_("the form of the relation"),
    "outliers": N_("the treatment of unusual answers"),
    "waves": N_("the waves used"),
    "unit": N_("what counts as one case"),
    "weights": N_("the use of survey weights"),
}
LEVELS: Mapping[str, Mapping[str, Message]] = {
    "controls": {
        "none": N_("nothing"),
        "all": N_("all controls"),
        "past": N_("past buying only"),
        "segment": N_("segment"),
        "customer": N_("tenure and key account"),
        "respondent_level": N_("respondent level"),
        "wave": N_("wave"),
        "tenure": N_("tenure"),
    },
    "form": {
        "line": N_("straight line"),
        "ranks": N_("ranks of satisfaction"),
        "curved": N_("bent line, averaged"),
        "question": N_("main loyalty question alone"),
        "ordered": N_("main loyalty question as ordered answers"),
        "logit": N_("logistic curve"),
    },
    "outliers": {
        "all": N_("all kept"),
        "influential": N_("without the most influential 1%"),
        "winsorised": N_("extremes pulled in (5%)"),
    },
    "waves": {"all": N_("all waves"), "latest": N_("latest wave"), "index": N_("latest answer that can be followed")},
    "unit": {
        "respondent": N_("one answer"),
        "account": N_("one customer, answers averaged"),
    },
    "weights": {"with": N_("with survey weights"), "without": N_("without survey weights")},
}


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One question with the answers that are defensible; the first is the declared one."""

    key: str
    levels: tuple[str, ...]


def choice(factor: str, level: str) -> Choice:
    """Return one choice in words; lists of controls are joined, days and waves are written as they are."""
    return Choice(factor=factor, level=level, name=FACTORS[factor], label=level_label(factor, level))


def level_label(factor: str, level: str) -> Message:
    """Return one answer to one choice in words."""
    known = LEVELS.get(factor, {})
    if level in known:
        return known[level]
    if factor == "horizon":
        return N_("{days:int} days", days=int(level))
    if factor == "waves":
        return N_("wave {wave:text} alone", wave=level.removeprefix("wave:"))
    first, _, rest = level.partition("+")
    return N_("{first:message} + {rest:message}", first=known[first], rest=level_label(factor, rest))


def spec_key(levels: Sequence[tuple[str, str]]) -> str:
    """Return the stable name of a specification."""
    return "|".join(f"{factor}={level}" for factor, level in levels)
