"""What changed since the period before: every tested change as one declared family, false discoveries controlled."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from scipy.stats import false_discovery_control

from analysis.indicators.shapes import Indicators, ItemResult, ProductResult, TouchpointResult
from analysis.messages import Message
from analysis.params.base import LocalizedText
from analysis.results import Change, IndicatorResult, Unit, Verdict

Part = Literal["item", "touchpoint", "product"]


@dataclass(frozen=True, kw_only=True)
class ChangeItem:
    """One indicator's change.

    Parameters
    ----------
    indicator, name, unit
        Which indicator.
    change
        The change, with the verdict after the family's correction.
    adjusted_p
        Benjamini-Hochberg adjusted p-value.
    good
        Whether the movement is in the indicator's good direction; None where nothing moved.
    """

    indicator: str
    name: Message
    unit: Unit
    change: Change
    adjusted_p: float
    good: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"name": self.name.to_dict(), "change": self.change.to_dict()}


@dataclass(frozen=True, kw_only=True)
class AnswerChange:
    """The change of one question, touchpoint or product, 0 to 100.

    Parameters
    ----------
    part, key, label
        What it is, which one, and what it is called.
    change
        The change, with the verdict after the family's correction.
    adjusted_p
        Benjamini-Hochberg adjusted p-value.
    touchpoint
        Touchpoint that a question is about, or None.
    """

    part: Part
    key: str
    label: LocalizedText
    change: Change
    adjusted_p: float
    touchpoint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"change": self.change.to_dict()}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The two families of tested changes: that of the indicators, and that of single questions.

    Parameters
    ----------
    items
        All tested changes of indicators, the surest first.
    tested
        Size of the family.
    false_discovery_rate
        Rate that is controlled by Benjamini-Hochberg, in either family.
    answers
        All tested changes of questions, touchpoints and products, a family of their own, the surest first.
    """

    items: tuple[ChangeItem, ...]
    tested: int
    false_discovery_rate: float = 0.05
    answers: tuple[AnswerChange, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {part: [each.to_dict() for each in getattr(self, part)] for part in ("items", "answers")}


def control_false_discoveries(indicators: Indicators, *, rate: float = 0.05) -> tuple[Indicators, Changes]:
    """Test all changes of indicators as one family, and carry the family's verdicts back into the indicators.

    Questions, touchpoints and products are what lies behind indicators: they are tested as a family of their own, so
    that a long questionnaire does not take power from the indicators.

    Parameters
    ----------
    indicators
        Indicators whose changes hold unadjusted p-values.
    rate
        False discovery rate to be controlled [1]_.

    Returns
    -------
    tuple of Indicators and Changes
        The indicators with ``rose`` and ``fell`` only where the family's test says so, and the families, so that a
        chapter can never report a movement that the first page does not.

    References
    ----------
    .. [1] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
       Statistical Society B, 57(1), 289-300.
    """
    indicators, answers = _test_answers(indicators, rate)
    tested = [
        (result, result.change, result.change.difference.p_value)
        for result in indicators.results.values()
        if isinstance(result.change, Change) and result.change.difference.p_value is not None
    ]
    if not tested:
        return indicators, Changes(items=(), tested=0, false_discovery_rate=rate, answers=answers)
    adjusted = false_discovery_control([p_value for _, _, p_value in tested], method="bh")
    items = [_item(result, change, float(p), rate) for (result, change, _), p in zip(tested, adjusted, strict=True)]
    verdicts = {item.indicator: item.change for item in items}
    results = {
        key: dataclasses.replace(result, change=verdicts.get(key, result.change))
        for key, result in indicators.results.items()
    }
    ordered = tuple(sorted(items, key=lambda item: (item.adjusted_p, item.indicator)))
    changes = Changes(items=ordered, tested=len(items), false_discovery_rate=rate, answers=answers)
    return dataclasses.replace(indicators, results=results), changes


def _test_answers(indicators: Indicators, rate: float) -> tuple[Indicators, tuple[AnswerChange, ...]]:
    """Test the changes of questions, touchpoints and products as one family."""
    known: list[tuple[Part, str, LocalizedText, ItemResult | TouchpointResult | ProductResult]] = [
        *(("item", each.key, each.label, each) for each in indicators.items),
        *(("touchpoint", each.touchpoint, each.touchpoint, each) for each in indicators.touchpoints),
        *(("product", each.product, each.product, each) for each in indicators.products),
    ]
    tested = [
        (part, key, label, each, each.change, each.change.difference.p_value)
        for part, key, label, each in known
        if isinstance(each.change, Change) and each.change.difference.p_value is not None
    ]
    if not tested:
        return indicators, ()
    adjusted = false_discovery_control([row[-1] for row in tested], method="bh")
    answers = [
        AnswerChange(
            part=part, key=key, label=label, change=_judged(change, float(p), rate), adjusted_p=float(p),
            touchpoint=each.touchpoint if isinstance(each, ItemResult) else None,
        )
        for (part, key, label, each, change, _), p in zip(tested, adjusted, strict=True)
    ]  # fmt: skip
    verdicts = {(answer.part, answer.key): answer.change for answer in answers}
    judged = dataclasses.replace(
        indicators,
        items=tuple(
            dataclasses.replace(each, change=verdicts.get(("item", each.key), each.change)) for each in indicators.items
        ),
        touchpoints=tuple(
            dataclasses.replace(each, change=verdicts.get(("touchpoint", each.touchpoint), each.change))
            for each in indicators.touchpoints
        ),
        products=tuple(
            dataclasses.replace(each, change=verdicts.get(("product", each.product), each.change))
            for each in indicators.products
        ),
    )
    return judged, tuple(sorted(answers, key=lambda each: (each.adjusted_p, each.part, each.key)))


def _judged(change: Change, adjusted_p: float, rate: float) -> Change:
    verdict: Verdict = "no_change"
    if adjusted_p <= rate:
        verdict = "rose" if change.difference.value > 0 else "fell"
    return dataclasses.replace(change, verdict=verdict)


def _item(result: IndicatorResult, change: Change, adjusted_p: float, rate: float) -> ChangeItem:
    judged = _judged(change, adjusted_p, rate)
    good = None if judged.verdict == "no_change" else (judged.verdict == "rose") == result.higher_is_better
    return ChangeItem(
        indicator=result.key,
        name=result.name,
        unit=result.unit,
        change=judged,
        adjusted_p=adjusted_p,
        good=good,
    )
