"""An indicator held against the client's own targets and against values from outside."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.attainment import hold, is_possible
from analysis.indicators.catalogue import IndicatorSpec
from analysis.params.model import ClientParams
from analysis.results import Benchmark, Estimate, IndicatorResult, Outcome, TargetAttainment

Group = Literal["client", "segment", "account_manager", "partner_id"]
GROUP_COLUMNS: tuple[Group, ...] = ("segment", "account_manager", "partner_id")
_YEAR = re.compile(r"\d{4}")
_END = re.compile(r"(?:.*/)?(\d{4})-\d{2}-\d{2}$")


@dataclass(frozen=True, kw_only=True)
class DeclaredTarget:
    """A target as the client set it, by table or in the parameters.

    Parameters
    ----------
    indicator, period
        Key of the indicator, and the period as it was written.
    value
        The target, in the indicator's unit.
    group, name
        Whom it is for: the whole client (name ""), a segment, an account manager or a channel partner (its id).
    """

    indicator: str
    period: str
    value: float
    group: Group = "client"
    name: str = ""


def declared_targets(
    data: ClientData, params: ClientParams, indicator: str | None = None
) -> tuple[DeclaredTarget, ...]:
    """Return every target: those of the table, then the parameters' own, which replace the table's for the same thing.

    A row that names several groups at once (a segment of one manager) is for none of them alone and is left out.

    Parameters
    ----------
    data, params
        The table `targets`, and the parameters.
    indicator
        Only the targets of this indicator.
    """
    found: dict[tuple[str, str, str, str], DeclaredTarget] = {}
    for target in (*_from_table(data, indicator), *_from_params(params)):
        if indicator is None or target.indicator == indicator:
            found[target.indicator, plain_period(target.period), target.group, target.name] = target
    return tuple(found.values())


def _from_table(data: ClientData, indicator: str | None) -> list[DeclaredTarget]:
    if not data.has("targets", "indicator", "period", "value"):
        return []
    table = data.table("targets")
    table = table[table["value"].notna() & (True if indicator is None else table["indicator"] == indicator)]
    if table.empty:
        return []
    absent = pd.Series(pd.NA, index=table.index, dtype="object")
    names = [table.get(name, absent) for name in GROUP_COLUMNS]
    known = [column.notna() for column in names]
    found = []
    rows = zip(table["indicator"], table["period"], table["value"], zip(*names, strict=True), zip(*known, strict=True),
               strict=True)  # fmt: skip
    for key, period, value, group_names, given in rows:
        if sum(given) > 1:
            continue
        place = given.index(True) if any(given) else None
        found.append(
            DeclaredTarget(
                indicator=str(key),
                period=str(period),
                value=float(value),
                group="client" if place is None else GROUP_COLUMNS[place],
                name="" if place is None else str(group_names[place]),
            )
        )
    return found


def _from_params(params: ClientParams) -> list[DeclaredTarget]:
    found = []
    for entry in params.targets:
        names = {column: getattr(entry, column) for column in GROUP_COLUMNS}
        group = next((column for column in GROUP_COLUMNS if names[column] is not None), None)
        found.append(
            DeclaredTarget(
                indicator=entry.indicator,
                period=entry.period,
                value=entry.value,
                group=group or "client",
                name=names[group] or "" if group else "",
            )
        )
    return found


def period_of(target: str, labels: Sequence[str], data: ClientData, params: ClientParams) -> str | None:
    """Return which of an indicator's periods (oldest first) a target speaks of, or None.

    A wave, a fiscal year or a window is itself (``FY2025``, ``fy 2025`` and ``2025`` are one); the calendar year of
    `as_of`, or the fiscal year that it lies in, is the last period; an earlier calendar year is the last period that
    ends in it.
    """
    wanted = plain_period(target)
    exact = [label for label in labels if plain_period(label) == wanted]
    if exact:
        return exact[-1]
    if labels and wanted in _running(data, params):
        return labels[-1]
    if _YEAR.fullmatch(target.strip()):
        ending = [label for label in labels if (end := _END.match(label)) and end.group(1) == wanted]
        return ending[-1] if ending else None
    return None


def target_of(
    spec: IndicatorSpec, by_period: Mapping[str, Outcome], data: ClientData, params: ClientParams
) -> TargetAttainment | None:
    """Hold an indicator against the latest target of the whole client that its periods can answer.

    Parameters
    ----------
    spec, by_period
        The indicator and its outcomes, oldest first.
    data, params
        The table `targets` and the parameters' own targets, which win where both speak.

    Notes
    -----
    Which period answers a target, says `period_of`. A target beyond the indicator's bounds is held against nothing;
    `target_review` lists it with the reason.
    """
    labels = list(by_period)
    best: tuple[float, DeclaredTarget, Outcome] | None = None
    for target in declared_targets(data, params, spec.key):
        if target.group != "client" or not is_possible(target.value, spec.bounds):
            continue
        label = period_of(target.period, labels, data, params)
        if label is None:
            continue
        # the year under way is later than any period, although it is answered by the last of them
        named = plain_period(label) == plain_period(target.period)
        rank = labels.index(label) + (0.0 if named else 0.5)
        if best is None or rank >= best[0]:
            best = (rank, target, by_period[label])
    if best is None or not isinstance(best[2], Estimate):
        return None
    return hold(best[2], best[1].value, best[1].period, higher_is_better=spec.higher_is_better)


def hold_groups(result: IndicatorResult, data: ClientData, params: ClientParams) -> IndicatorResult:
    """Return the indicator with the targets of single segments and partners held against their estimates.

    The estimates of groups are of the latest period, so only targets for that period, or for the year of `as_of`,
    can be answered here. A group without an estimate (too small, or withheld) has no attainment either.
    """
    held: dict[str, dict[str, TargetAttainment]] = {"segment": {}, "partner_id": {}}
    outcomes: dict[str, Mapping[str, Outcome]] = {"segment": result.by_segment, "partner_id": result.by_partner}
    labels = list(result.by_period)
    for target in declared_targets(data, params, result.key):
        if target.group not in held or not is_possible(target.value, result.bounds):
            continue
        outcome = outcomes[target.group].get(target.name)
        if isinstance(outcome, Estimate) and period_of(target.period, labels, data, params) == labels[-1]:
            held[target.group][target.name] = hold(
                outcome, target.value, target.period, higher_is_better=result.higher_is_better
            )
    return dataclasses.replace(result, segment_targets=held["segment"], partner_targets=held["partner_id"])


def benchmark_of(spec: IndicatorSpec, params: ClientParams) -> Benchmark | None:
    """Return the latest outside value of an indicator."""
    known = [entry for entry in params.benchmarks if entry.indicator == spec.key]
    if not known:
        return None
    latest = max(known, key=lambda entry: entry.year)
    return Benchmark(
        value=latest.value, source=latest.source, year=latest.year, n=latest.n, low=latest.low, high=latest.high
    )


def fiscal_year(day: pd.Timestamp, first_month: int) -> int:
    """Return the fiscal year of a day, named by the calendar year in which it ends."""
    return int(day.year + (first_month > 1 and day.month >= first_month))


def _running(data: ClientData, params: ClientParams) -> set[str]:
    """Return the names of the year that the date of the audit lies in: calendar and fiscal."""
    return {str(data.as_of.year), str(fiscal_year(data.as_of, params.money.fiscal_year_start))}


def plain_period(label: str) -> str:
    """Compare FY2025, fy 2025 and 2025 as one."""
    return label.strip().upper().removeprefix("FY").strip()
