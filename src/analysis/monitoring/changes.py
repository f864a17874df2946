"""What changed since the period before: every tested change as one declared family, false discoveries controlled."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from scipy.stats import false_discovery_control

from analysis.indicators.shapes import Indicators
from analysis.messages import Message
from analysis.results import Change, IndicatorResult, Unit, Verdict


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
class Changes:
    """The family of tested changes.

    Parameters
    ----------
    items
        All tested changes, the surest first.
    tested
        Size of the family.
    false_discovery_rate
        Rate that is controlled by Benjamini-Hochberg.
    """

    items: tuple[ChangeItem, ...]
    tested: int
    false_discovery_rate: float = 0.05

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"items": [item.to_dict() for item in self.items]}


def control_false_discoveries(indicators: Indicators, *, rate: float = 0.05) -> tuple[Indicators, Changes]:
    """Test all changes as one family and carry the family's verdicts back into the indicators.

    Parameters
    ----------
    indicators
        Indicators whose changes hold unadjusted p-values.
    rate
        False discovery rate to be controlled [1]_.

    Returns
    -------
    tuple of Indicators and Changes
        The indicators with ``rose`` and ``fell`` only where the family's test says so, and the family itself, so that
        a chapter can never report a movement that the first page does not.

    References
    ----------
    .. [1] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
       Statistical Society B, 57(1), 289-300.
    """
    tested = [
        (result, result.change, result.change.difference.p_value)
        for result in indicators.results.values()
        if isinstance(result.change, Change) and result.change.difference.p_value is not None
    ]
    if not tested:
        return indicators, Changes(items=(), tested=0, false_discovery_rate=rate)
    adjusted = false_discovery_control([p_value for _, _, p_value in tested], method="bh")
    items = [_item(result, change, float(p), rate) for (result, change, _), p in zip(tested, adjusted, strict=True)]
    verdicts = {item.indicator: item.change for item in items}
    results = {
        key: dataclasses.replace(result, change=verdicts.get(key, result.change))
        for key, result in indicators.results.items()
    }
    ordered = tuple(sorted(items, key=lambda item: (item.adjusted_p, item.indicator)))
    changes = Changes(items=ordered, tested=len(items), false_discovery_rate=rate)
    return dataclasses.replace(indicators, results=results), changes


def _item(result: IndicatorResult, change: Change, adjusted_p: float, rate: float) -> ChangeItem:
    verdict: Verdict = "no_change"
    if adjusted_p <= rate:
        verdict = "rose" if change.difference.value > 0 else "fell"
    good = None if verdict == "no_change" else (verdict == "rose") == result.higher_is_better
    return ChangeItem(
        indicator=result.key,
        name=result.name,
        unit=result.unit,
        change=dataclasses.replace(change, verdict=verdict),
        adjusted_p=adjusted_p,
        good=good,
    )
