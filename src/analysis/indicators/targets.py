"""An indicator held against the client's own targets and against values from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.catalogue import IndicatorSpec
from analysis.params.model import ClientParams
from analysis.results import Benchmark, Estimate, Outcome, TargetAttainment


@dataclass(frozen=True, kw_only=True)
class _Target:
    period: str
    value: float


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
    running = {str(data.as_of.year), str(fiscal_year(data.as_of, params.money.fiscal_year_start))}
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


def _targets(key: str, data: ClientData, params: ClientParams) -> list[_Target]:
    found: list[_Target] = []
    if data.has("targets", "indicator", "period", "value"):
        table = data.table("targets")
        mine = table[(table["indicator"] == key) & table["value"].notna()]
        for column in ("segment", "account_manager", "partner_id"):
            if column in mine:
                mine = mine[mine[column].isna()]
        found = [
            _Target(period=str(period), value=float(value))
            for period, value in zip(mine["period"], mine["value"], strict=True)
        ]
    own = [entry for entry in params.targets if entry.indicator == key and entry.segment is None]
    return found + [_Target(period=entry.period, value=entry.value) for entry in own]


def _plain(label: str) -> str:
    """Compare FY2025, fy 2025 and 2025 as one."""
    text = label.strip().upper()
    return text.removeprefix("FY").strip()
