"""How each indicator moved since an earlier audit: tested on the raw data where both periods are in hand.

Where the earlier period is one of today's own periods, the difference is tested with the overlap of accounts respected
(`indicators.comparison`). Otherwise there are only the two printed intervals: the limits of the difference are
recovered from theirs as if the two were independent [1]_. Periods that share days, or the same customers, go up and
down together, so that this errs on the side of "no change". Growth is the exception: what made last year large makes
this year's growth small, so that its limits are those that hold for any correlation. All tests are one family, false
discoveries controlled.

References
----------
.. [1] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
       Statistics in Medicine 27, 1693-1702.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scipy import special
from scipy.stats import false_discovery_control

from analysis.data.client import ClientData
from analysis.indicators.attitudes import ROLES, observe_attitude
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.comparison import difference
from analysis.indicators.observations import Observations
from analysis.indicators.shapes import Indicators
from analysis.indicators.survey import Responses, collect_responses
from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.monitoring.earlier import EarlierAudit, EarlierIndicator
from analysis.params.model import ClientParams
from analysis.results import Change, Estimate, IndicatorResult, Unit, Verdict

METHOD = "published-limits"
RATE = 0.05
SAME = 1e-6  # relative: a smaller difference between what was printed and what is found now is rounding
OPPOSED: Mapping[str, float] = {"revenue_growth": 1.0}
"""Indicators of which two periods may move against each other, and how closely at worst (minus their correlation)."""
Basis = Literal["paired", "published"]


@dataclass(frozen=True, kw_only=True)
class IndicatorChange(ModelPart):
    """One indicator against an earlier audit.

    Parameters
    ----------
    indicator, name, unit
        Which.
    earlier, later
        Labels of the two periods.
    before, after
        As the earlier audit printed it, and as this one does.
    difference
        After minus before, with interval and p-value; of proportions in percentage points.
    basis
        ``paired``: tested on the raw data of both periods; ``published``: from the two printed intervals.
    overlap
        Units present in both periods, None where that is not known.
    restated
        What the data of today say of the earlier period, where it is no longer what was printed; else None.
    adjusted_p, verdict, good
        After Benjamini-Hochberg over all indicators: ``rose`` or ``fell`` only where the family's test says so.
    """

    indicator: str
    name: Message
    unit: Unit
    earlier: str
    later: str
    before: Estimate
    after: Estimate
    difference: Estimate
    basis: Basis
    overlap: int | None
    restated: float | None
    adjusted_p: float
    verdict: Verdict
    good: bool | None


def changes_since(
    earlier: EarlierAudit, indicators: Indicators, data: ClientData, params: ClientParams
) -> tuple[IndicatorChange, ...]:
    """Return the change of every indicator that both audits estimate, for different periods; the surest first.

    Parameters
    ----------
    earlier
        The earlier audit.
    indicators, data, params
        Of this one.
    """
    responses = collect_responses(data, params)
    found = []
    for key, result in indicators.results.items():
        before = earlier.indicators.get(key)
        if before is not None and isinstance(result.overall, Estimate) and before.overall.unit == result.unit:
            change = _change(result, result.overall, before, earlier.as_of, responses)
            if change is not None:
                found.append(change)
    if not found:
        return ()
    adjusted = false_discovery_control([change.difference.p_value or 0.0 for change in found], method="bh")
    judged = [_judged(change, float(p), indicators) for change, p in zip(found, adjusted, strict=True)]
    return tuple(sorted(judged, key=lambda change: (change.adjusted_p, change.indicator)))


def _judged(change: IndicatorChange, adjusted: float, indicators: Indicators) -> IndicatorChange:
    verdict: Verdict = "no_change"
    if adjusted <= RATE:
        verdict = "rose" if change.difference.value > 0 else "fell"
    higher = indicators.results[change.indicator].higher_is_better
    good = None if verdict == "no_change" else (verdict == "rose") == higher
    return dataclasses.replace(change, adjusted_p=adjusted, verdict=verdict, good=good)


def _change(
    result: IndicatorResult, after: Estimate, before: EarlierIndicator, as_of: str, responses: Responses | Message
) -> IndicatorChange | None:
    later = next(reversed(list(result.by_period)), "")
    if before.latest and before.latest == later:
        return None  # the same wave or window: nothing new was measured
    paired = _paired(result, before.latest, later, responses)
    now = result.by_period.get(before.latest)
    restated = None
    if isinstance(now, Estimate) and abs(now.value - before.overall.value) > SAME * max(abs(now.value), 1.0):
        restated = now.value
    return IndicatorChange(
        indicator=result.key,
        name=result.name,
        unit=result.unit,
        earlier=before.latest or as_of,
        later=later,
        before=before.overall,
        after=after,
        difference=(
            published_difference(before.overall, after, opposed=OPPOSED.get(result.key, 0.0))
            if paired is None
            else paired.difference
        ),
        basis="published" if paired is None else "paired",
        overlap=None if paired is None else paired.overlap,
        restated=restated,
        adjusted_p=1.0,
        verdict="no_change",
        good=None,
    )


def _paired(result: IndicatorResult, earlier: str, later: str, responses: Responses | Message) -> Change | None:
    """Return the change between two of today's own periods, tested on the raw data; None where they are not in hand."""
    if isinstance(result.change, Change) and (result.change.earlier, result.change.later) == (earlier, later):
        return result.change
    in_hand = isinstance(result.by_period.get(earlier), Estimate)
    if not in_hand or result.key not in ROLES or isinstance(responses, Message):
        return None
    observations = observe_attitude(result.key, responses)
    if not isinstance(observations, Observations) or earlier in observations.incomparable:
        return None
    samples = [
        observations.sample.where(observations.period == observations.periods.index(label))
        for label in (earlier, later)
    ]
    found = difference(samples[0], samples[1], CATALOGUE[result.key].measure, labels=(earlier, later))
    return found if isinstance(found, Change) else None


def published_difference(before: Estimate, after: Estimate, *, opposed: float = 0.0) -> Estimate:
    """Return after minus before, its limits recovered from the two printed intervals [1]_.

    They hold for every correlation of the two from ``-opposed`` upwards: 0 where they cannot move against each other, 1
    where nothing is known of how they move together. The p-value is normal, with the error that the limit towards zero
    implies; of proportions in percentage points.

    Parameters
    ----------
    before, after
        The two, in one unit and at one level.
    opposed
        Minus the lowest correlation that is to be reckoned with, 0 to 1.
    """
    factor = 100.0 if after.unit == "proportion" else 1.0
    value = factor * (after.value - before.value)
    below = factor * _joint(after.value - after.low, before.high - before.value, opposed)
    above = factor * _joint(after.high - after.value, before.value - before.low, opposed)
    quantile = float(special.ndtri((1 + after.level) / 2))
    towards = (below if value > 0 else above) / quantile
    p_value = float(2 * special.ndtr(-abs(value) / towards)) if towards > 0 else float(value == 0)
    return Estimate(
        value=value,
        low=value - below,
        high=value + above,
        n=before.n + after.n,
        method=METHOD,
        unit="percentage_points" if after.unit == "proportion" else after.unit,
        level=after.level,
        p_value=p_value,
    )


def _joint(one: float, other: float, opposed: float) -> float:
    """Return the half-width of a difference from those of its parts, which move against each other at worst so much."""
    return math.sqrt(one**2 + other**2 + 2 * opposed * one * other)
