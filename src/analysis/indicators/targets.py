"""An indicator held against the client's own targets and against values from outside."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.catalogue import IndicatorSpec
from analysis.params.model import ClientParams
from analysis.results import Benchmark, Estimate, IndicatorResult, Outcome, TargetAttainment

GROUP_COLUMNS = ("segment", "account_manager", "partner_id")


@dataclass(frozen=True, kw_only=True)
class _Target:
    period: str
    value: float
    group: str = ""


def target_of(
    spec: IndicatorSpec, by_period: Mapping[str, Outcome], data: ClientData, params: ClientParams
) -> TargetAttainment | None:
    """Hold an indicator against the latest target of the whole client that its periods can answer.

    A target for a wave, a fiscal year or a window is compared with that period. A target for the calendar year of
    `as_of` (or for the fiscal year that `as_of` lies in) is compared with the last period.

    Parameters
    ----------
    spec, by_period
        The indicator and its outcomes, oldest first.
    data, params
        The table `targets` and the parameters' own targets, which win where both speak.
    """
    outcomes = {_plain(label): outcome for label, outcome in by_period.items()}
    latest = list(outcomes.values())[-1]
    running = _running(data, params)
    order = {period: rank for rank, period in enumerate(outcomes)}
    best: tuple[int, _Target, Outcome] | None = None
    for target in _targets(spec.key, data, params):
        period = _plain(target.period)
        if period in outcomes:
            found = (order[period], target, outcomes[period])
        elif period in running:
            found = (len(order), target, latest)
        else:
            continue
        if best is None or found[0] >= best[0]:
            best = found
    if best is None:
        return None
    _, target, outcome = best
    if not isinstance(outcome, Estimate):
        return None
    verdict = attainment(outcome, target.value, higher_is_better=spec.higher_is_better)
    return TargetAttainment(target=target.value, period=target.period, verdict=verdict)


def hold_groups(result: IndicatorResult, data: ClientData, params: ClientParams) -> IndicatorResult:
    """Return the indicator with the targets of single segments and partners held against their estimates.

    The estimates of groups are of the latest period, so only targets for that period, or for the year of `as_of`,
    can be answered. A group without an estimate (too small, or withheld) has no attainment either.
    """
    latest = {_plain(label) for label in list(result.by_period)[-1:]} | _running(data, params)
    held: dict[str, dict[str, TargetAttainment]] = {}
    for group, column in (("by_segment", "segment"), ("by_partner", "partner_id")):
        outcomes: Mapping[str, Outcome] = getattr(result, group)
        held[column] = {}
        for target in _targets(result.key, data, params, column):
            outcome = outcomes.get(target.group)
            if isinstance(outcome, Estimate) and _plain(target.period) in latest:
                verdict = attainment(outcome, target.value, higher_is_better=result.higher_is_better)
                held[column][target.group] = TargetAttainment(
                    target=target.value, period=target.period, verdict=verdict
                )
    return dataclasses.replace(result, segment_targets=held["segment"], partner_targets=held["partner_id"])


def attainment(outcome: Estimate, target: float, *, higher_is_better: bool) -> Literal["met", "missed", "open"]:
    """Say whether a target is met: only where the interval lies wholly on one side of it."""
    if outcome.low < target < outcome.high:
        return "open"
    above = outcome.low >= target
    return "met" if above == higher_is_better else "missed"


def benchmark_of(spec: IndicatorSpec, params: ClientParams) -> Benchmark | None:
    """Return the latest outside value of an indicator."""
    known = [entry for entry in params.benchmarks if entry.indicator == spec.key]
    if not known:
        return None
    latest = max(known, key=lambda entry: entry.year)
    return Benchmark(value=latest.value, source=latest.source, year=latest.year, n=latest.n)


def fiscal_year(day: pd.Timestamp, first_month: int) -> int:
    """Return the fiscal year of a day, named by the calendar year in which it ends."""
    return int(day.year + (first_month > 1 and day.month >= first_month))


def _running(data: ClientData, params: ClientParams) -> set[str]:
    """Return the names of the year that the date of the audit lies in: calendar and fiscal."""
    return {str(data.as_of.year), str(fiscal_year(data.as_of, params.money.fiscal_year_start))}


def _targets(key: str, data: ClientData, params: ClientParams, group: str | None = None) -> list[_Target]:
    """Return an indicator's targets: of the whole client, or of the groups of one column (and of nothing else)."""
    found: list[_Target] = []
    if data.has("targets", "indicator", "period", "value"):
        table = data.table("targets")
        mine = table[(table["indicator"] == key) & table["value"].notna()]
        for column in GROUP_COLUMNS:
            values = mine[column] if column in mine else pd.Series(pd.NA, index=mine.index)
            mine = mine[values.notna() if column == group else values.isna()]
        groups = mine[group] if group is not None and group in mine else pd.Series("", index=mine.index)
        found = [
            _Target(period=str(period), value=float(value), group=str(name))
            for period, value, name in zip(mine["period"], mine["value"], groups, strict=True)
        ]
    own = [entry for entry in params.targets if entry.indicator == key]
    own = (
        [entry for entry in own if (entry.segment is not None) == (group == "segment")] if group != "partner_id" else []
    )
    return found + [_Target(period=entry.period, value=entry.value, group=entry.segment or "") for entry in own]


def _plain(label: str) -> str:
    """Compare FY2025, fy 2025 and 2025 as one."""
    text = label.strip().upper()
    return text.removeprefix("FY").strip()
