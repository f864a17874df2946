"""Answers given in words: the usual wordings of five- and seven-point scales, English and Chinese."""

import re
from dataclasses import dataclass

SKIPPED = frozenset({"(跳过)", "（跳过）", "(空)", "（空）", "跳过", "未作答", "未填写", "(skipped)", "[skipped]"})
"""What survey tools export for a question that was not shown or not answered."""

_NUMBER = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:分|点|星|points?|pts?|stars?)?", re.IGNORECASE)
_NUMBER_AND_WORDS = re.compile(r"(-?\d{1,2})\s*(?:分)?\s*(?:[-–—=:：.、)）]\s*|[(（\[【]\s*)\D+")


@dataclass(frozen=True)
class Wording:
    """One scale in words, from its lowest step to its highest; each step with its synonyms.

    `evaluative` says that the last step is good whatever the item asks ("very satisfied"); of agreement and
    likelihood only the item's own direction tells.
    """

    steps: tuple[frozenset[str], ...]
    evaluative: bool


def _wording(evaluative: bool, *steps: str) -> Wording:
    return Wording(tuple(frozenset(step.split("|")) for step in steps), evaluative)


WORDINGS: tuple[Wording, ...] = (
    _wording(
        True,
        "very dissatisfied|very unsatisfied|extremely dissatisfied",
        "dissatisfied|unsatisfied|somewhat dissatisfied",
        "neutral|neither satisfied nor dissatisfied|neither",
        "satisfied|somewhat satisfied",
        "very satisfied|extremely satisfied",
    ),
    _wording(
        True,
        "very dissatisfied|extremely dissatisfied|completely dissatisfied",
        "dissatisfied|mostly dissatisfied",
        "somewhat dissatisfied|slightly dissatisfied",
        "neutral|neither satisfied nor dissatisfied|neither",
        "somewhat satisfied|slightly satisfied",
        "satisfied|mostly satisfied",
        "very satisfied|extremely satisfied|completely satisfied",
    ),
    _wording(True, "very poor|very bad|terrible", "poor|bad", "fair|average|ok|okay", "good", "very good|excellent"),
    _wording(
        False,
        "strongly disagree|completely disagree|totally disagree",
        "disagree|somewhat disagree",
        "neutral|neither agree nor disagree|undecided|neither",
        "agree|somewhat agree",
        "strongly agree|completely agree|totally agree",
    ),
    _wording(
        False,
        "strongly disagree|completely disagree|totally disagree",
        "disagree",
        "somewhat disagree|slightly disagree",
        "neutral|neither agree nor disagree|undecided|neither",
        "somewhat agree|slightly agree",
        "agree",
        "strongly agree|completely agree|totally agree",
    ),
    _wording(
        False,
        "very unlikely|extremely unlikely|definitely not",
        "unlikely|somewhat unlikely|probably not",
        "neutral|neither likely nor unlikely|undecided|maybe",
        "likely|somewhat likely|probably",
        "very likely|extremely likely|definitely",
    ),
    _wording(
        True,
        "非常不满意|很不满意|十分不满意|极不满意",
        "不满意|比较不满意|不太满意|较不满意",
        "一般|中立|普通|一般满意",
        "满意|比较满意|较满意|基本满意",
        "非常满意|很满意|十分满意|极满意",
    ),
    _wording(
        True,
        "非常不满意|很不满意|十分不满意|极不满意",
        "不满意",
        "比较不满意|有点不满意|不太满意|较不满意",
        "一般|中立|普通",
        "比较满意|有点满意|较满意|基本满意",
        "满意",
        "非常满意|很满意|十分满意|极满意",
    ),
    _wording(True, "非常差|很差|极差", "差|比较差|较差", "一般|普通|中等", "好|比较好|较好", "非常好|很好|极好"),
    _wording(
        False,
        "非常不同意|很不同意|完全不同意|强烈不同意|强烈反对",
        "不同意|比较不同意|不太同意|反对",
        "一般|中立|不确定|说不清",
        "同意|比较同意|基本同意",
        "非常同意|很同意|完全同意|强烈同意",
    ),
    _wording(
        False,
        "非常不同意|很不同意|完全不同意|强烈不同意",
        "不同意",
        "比较不同意|有点不同意|不太同意",
        "一般|中立|不确定|说不清",
        "比较同意|有点同意|基本同意",
        "同意",
        "非常同意|很同意|完全同意|强烈同意",
    ),
    _wording(
        False,
        "非常不符合|很不符合|完全不符合",
        "不符合|比较不符合|不太符合",
        "一般|中立|不确定",
        "符合|比较符合|基本符合",
        "非常符合|很符合|完全符合",
    ),
    _wording(
        False,
        "非常不可能|肯定不会|一定不会|绝对不会",
        "不可能|比较不可能|不太可能|可能不会",
        "一般|中立|不确定|说不清|不好说",
        "可能|比较可能|可能会|有可能",
        "非常可能|很可能|肯定会|一定会",
    ),
)


def number_in(text: str) -> float | None:
    """Return the code that an answer text states: "4", "4分", "10 - extremely likely", "5（非常满意）"; else None."""
    match = _NUMBER.fullmatch(text) or _NUMBER_AND_WORDS.fullmatch(text)
    return float(match.group(1).replace(",", ".")) if match else None


def wording_codes(texts: set[str], minimum: float, maximum: float, *, lower_is_better: bool) -> dict[str, float]:
    """Return text -> code for the one known wording that has as many steps as the scale and holds all `texts`.

    Parameters
    ----------
    texts
        All answer texts of the item that state no number.
    minimum, maximum
        The item's scale; its steps are one apart.
    lower_is_better
        The scale's direction: an evaluative wording then runs from the highest code to the lowest, so that "very
        satisfied" stays good.

    Returns
    -------
    dict
        Codes of the texts; those of the wording that knows most of them if none knows all; empty if none fits.
    """
    folded = {text: " ".join(text.casefold().split()) for text in texts}
    best: dict[str, float] = {}
    for wording in WORDINGS:
        if len(wording.steps) != round(maximum - minimum) + 1:
            continue
        found: dict[str, float] = {}
        for text, plain in folded.items():
            step = next((i for i, names in enumerate(wording.steps) if plain in names), None)
            if step is not None:
                found[text] = maximum - step if wording.evaluative and lower_is_better else minimum + step
        if len(found) > len(best):
            best = found
    return best
