"""The series that are charted: the indicators by their own periods, and what is counted month by month."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.data.client import RECORDED_ON, ClientData
from analysis.indicators.shapes import Indicators, MonthlyRevenue
from analysis.messages import N_, Message
from analysis.monitoring.control_chart import ControlChart, control_chart
from analysis.monitoring.earlier import EarlierAudit
from analysis.results import Estimate, IndicatorResult

MONTHS = 24


def chart_series(indicators: Indicators, earlier: Sequence[EarlierAudit], data: ClientData) -> tuple[ControlChart, ...]:
    """Return every chart that has enough periods, those with a signal first."""
    charts = [*_indicator_charts(indicators, earlier), *_monthly_charts(indicators, data)]
    return tuple(sorted(charts, key=lambda chart: chart.signal == "none"))


def _indicator_charts(indicators: Indicators, earlier: Sequence[EarlierAudit]) -> Iterator[ControlChart]:
    for result in indicators.results.values():
        chart = control_chart(
            result.key, result.name, result.unit, _with_earlier(result, earlier), bounds=result.bounds
        )
        if chart is not None:
            yield chart


def _with_earlier(result: IndicatorResult, earlier: Sequence[EarlierAudit]) -> list[tuple[str, float]]:
    """Return an indicator's periods, oldest first, with those before them that earlier audits still had.

    An earlier audit continues the series only where its latest period is one of today's: windows that end on other days
    would overlap with today's, and overlapping windows move less than they should.
    """
    series = [(label, each.value) for label, each in result.by_period.items() if isinstance(each, Estimate)]
    known = {label for label, _ in series}
    for audit in reversed(earlier):
        before = audit.indicators.get(result.key)
        if before is None or before.latest not in known:
            continue
        older = [(label, each.value) for label, each in before.by_period.items() if label not in known]
        labels = list(before.by_period)
        cut = next((labels.index(label) for label in labels if label in known), 0)
        added = [pair for pair in older if labels.index(pair[0]) < cut]
        series = added + series
        known |= {label for label, _ in added}
    return series


def _monthly_charts(indicators: Indicators, data: ClientData) -> Iterator[ControlChart]:
    counts: list[tuple[str, Message, str, str, str | None]] = [
        ("complaints_per_month", N_("Complaints a month"), "feedback", "received_on", "complaint"),
        ("contacts_per_month", N_("Contacts a month"), "interactions", "occurred_on", None),
    ]
    for key, name, table, date, kind in counts:
        chart = control_chart(key, name, "count", _monthly_counts(data, table, date, kind), bounds=(0.0, float("inf")))
        if chart is not None:
            yield chart
    monthly = indicators.monthly_revenue
    if isinstance(monthly, MonthlyRevenue):
        series = [(each.label, each.growth) for each in monthly.comparisons if each.growth is not None]
        name = N_("Revenue against the same month a year before")
        chart = control_chart("revenue_against_year_before", name, "proportion", series)
        if chart is not None:
            yield chart


def _monthly_counts(data: ClientData, table: str, date: str, kind: str | None) -> list[tuple[str, float]]:
    """Return how many there were in each complete month, the latest `MONTHS` of them, months without any included."""
    if not data.has(table, date) or (kind is not None and not data.has(table, "kind")):
        return []
    frame = data.table(table)
    dates = frame.loc[frame["kind"] == kind, date] if kind is not None else frame[date]
    end = data.recorded_until(table) if table in RECORDED_ON else data.as_of
    last = (end + pd.Timedelta(days=1)).to_period("M") - 1
    first = max(frame[date].min().to_period("M") + 1, last - MONTHS + 1)
    if first >= last:
        return []
    months = pd.period_range(first, last, freq="M")
    counted = dates.dt.to_period("M").value_counts().reindex(months, fill_value=0)
    return [(str(month), float(count)) for month, count in counted.items()]
