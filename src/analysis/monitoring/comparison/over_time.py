"""One client's audits as a series, and a control chart of each number that enough audits measured apart."""

import datetime as dt
from collections.abc import Iterator, Sequence

from analysis.messages import Message
from analysis.monitoring.comparison.differences import SPAN, shared_days
from analysis.monitoring.comparison.divergences import find_barriers
from analysis.monitoring.comparison.published import SCORE, Key, Measure
from analysis.monitoring.comparison.shapes import Series, SeriesRow
from analysis.monitoring.comparison.sides import Audited
from analysis.monitoring.control_chart import FEWEST, ControlChart, control_chart
from analysis.results import Estimate, NotEstimable, Outcome

APART = 365
"""Days between scores that rest on windows of a year each and are to be charted."""


def series_of(audits: Sequence[Audited]) -> Series:
    """Return the whole client's numbers over all audits, oldest first.

    Parameters
    ----------
    audits
        At least two, oldest first; numbers are comparable or not with those of the last.
    """
    latest = audits[-1]
    barriers = [find_barriers(each, latest).indicators for each in audits[:-1]]
    rows, charts = [], []
    for key, measure in latest.measures.items():
        if measure.scope != "whole":
            continue
        outcomes = [
            _comparable(each.measures.get(key), stopped.get(measure.indicator))
            for each, stopped in zip(audits, [*barriers, {}], strict=True)
        ]
        if any(isinstance(outcome, Estimate) for outcome in outcomes):
            rows.append(
                SeriesRow(indicator=measure.indicator, name=measure.name, unit=measure.unit, outcomes=tuple(outcomes))
            )
            chart = _chart(measure, list(_apart(key, audits, outcomes)))
            charts += [] if chart is None else [chart]
    charts.sort(key=lambda chart: chart.signal == "none")
    return Series(days=tuple(each.day for each in audits), rows=tuple(rows), charts=tuple(charts), fewest=FEWEST + 1)


def _comparable(measure: Measure | None, barrier: Message | None) -> Outcome | None:
    if measure is None:
        return None
    return NotEstimable(reason=barrier) if barrier is not None else measure.outcome


def _apart(key: Key, audits: Sequence[Audited], outcomes: Sequence[Outcome | None]) -> Iterator[tuple[str, float]]:
    """Yield label and value of the audits, oldest first, whose periods do not overlap, chosen from the last backwards.

    Windows that overlap move less than they should, and the limits would be too narrow.
    """
    kept: list[tuple[str, float]] = []
    for audited, outcome in zip(reversed(audits), reversed(outcomes), strict=True):
        measure = audited.measures.get(key)
        if measure is None or not isinstance(outcome, Estimate):
            continue
        if not kept or _are_apart(measure.period, kept[-1][0], yearly=key[2].startswith(SCORE)):
            kept.append((measure.period, outcome.value))
    yield from reversed(kept)


def _are_apart(earlier: str, later: str, *, yearly: bool) -> bool:
    shared = shared_days(earlier, later)
    if shared is not None:
        return shared == 0
    if yearly:
        return (dt.date.fromisoformat(later) - dt.date.fromisoformat(earlier)).days >= APART
    return earlier != later and not SPAN.fullmatch(earlier)


def _chart(measure: Measure, series: Sequence[tuple[str, float]]) -> ControlChart | None:
    return control_chart(measure.indicator, measure.name, measure.unit, series)
