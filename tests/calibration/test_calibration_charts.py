"""What control charts promise where nothing changes, counted: false alarms of normal series, and of months of events."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.client import ClientData, DataQuality
from analysis.indicators.shapes import Indicators
from analysis.messages import N_
from analysis.monitoring.control_chart import control_chart
from analysis.monitoring.series import chart_series
from analysis.results import NotEstimable

SERIES = 10_000
ALARMS = {
    (8, 0.0): (0.031, 0.004), (12, 0.0): (0.019, 0.004), (24, 0.0): (0.009, 0.004),
    (8, 0.4): (0.059, 0.025), (12, 0.4): (0.045, 0.025), (24, 0.4): (0.032, 0.025),
}  # fmt: skip
"""Periods before the latest, correlation of neighbours -> how often the first rule rings falsely, and the second at
most, as the chart's module says."""
AS_OF = pd.Timestamp("2025-12-31")


@pytest.mark.parametrize(("before", "neighbours"), ALARMS)
def test_normal_series_ring_as_often_as_is_said(before, neighbours):
    rng = np.random.default_rng(before)
    values = rng.standard_normal((SERIES, before + 1))
    for place in range(1, before + 1):
        values[:, place] = neighbours * values[:, place - 1] + np.sqrt(1 - neighbours**2) * values[:, place]
    labels = [str(place) for place in range(before + 1)]
    series = (list(zip(labels, own, strict=True)) for own in values.tolist())
    signals = [control_chart("x", N_("x"), "nps", own).signal for own in series]
    beyond = np.mean([signal in ("above", "below") for signal in signals])
    by_run = np.mean([signal.startswith("run") for signal in signals])
    said, run = ALARMS[before, neighbours]
    assert beyond == pytest.approx(said, abs=4 * np.sqrt(said / SERIES))
    assert by_run < run + 4 * np.sqrt(run / SERIES)


def months_of_events(rng, per_day):
    """Return a client whose contacts come by chance alone, as many a day."""
    days = pd.date_range("2023-11-15", AS_OF)
    on = days.repeat(rng.poisson(per_day, len(days)))
    contacts = pd.DataFrame({"occurred_on": on, "customer_id": "C1"})
    return ClientData(
        tables={"interactions": contacts}, customers=pd.DataFrame(index=pd.Index(["C1"], name="customer_id")),
        waves=(), quality=DataQuality(tables=(), repairs=()), as_of=AS_OF,
    )  # fmt: skip


def test_months_of_events_that_come_by_chance_seldom_ring():
    """1.3% are promised; limits of two standard deviations would ring in some 7%."""
    absent = NotEstimable(reason=N_("There is nothing to see."))
    parts = ("growth", "monthly_revenue", "rfm", "concentration", "retention_curve", "feedback", "opportunities")
    nothing = Indicators(results={}, items=(), touchpoints=(), partners={}, silences={}, **dict.fromkeys(parts, absent))
    rng = np.random.default_rng(5)
    charts = [chart_series(nothing, (), months_of_events(rng, 3.0)) for _ in range(400)]
    assert all(len(each) == 1 and len(each[0].values) == 24 for each in charts)
    assert 0 < np.mean([each[0].signal != "none" for each in charts]) < 0.035
