"""Whom the client keeps: by hand for cohorts, revenue and returns; against lifelines and known truth for the rest."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_clients import demo_params
from lifecycle_clients import client_of, make_params, orders_of

from analysis.calibration import clients
from analysis.indicators.compute import compute_indicators
from analysis.indicators.ledger import day_of, open_ledger
from analysis.indicators.survival import Spells
from analysis.messages import N_
from analysis.models.lifecycle import churn
from analysis.models.lifecycle.churn import ChurnModel, fit_churn
from analysis.models.lifecycle.churn_rows import churn_rows
from analysis.models.lifecycle.cohorts import tabulate_cohorts
from analysis.models.lifecycle.medians import median_days
from analysis.models.lifecycle.money_kept import measure_revenue_retention
from analysis.models.lifecycle.retention import Retention, analyse_retention
from analysis.models.lifecycle.tenures import collect_tenures
from analysis.models.lifecycle.winback import measure_win_back
from analysis.results import Estimate, NotEstimable

STEADY = [("z", day, 1) for day in pd.date_range("2024-01-01", "2025-12-31", freq="10D")]


@pytest.fixture(scope="module")
def demo():
    return clients.known_client(5, params=demo_params(), tables=None)


@pytest.fixture(scope="module")
def kept(demo):
    return analyse_retention(demo, demo_params())


def test_the_number_of_the_indicator_is_the_indicators(demo, kept):
    assert kept.logo == compute_indicators(demo, demo_params()).results["retention_rate"].overall


def test_revenue_kept_is_that_of_a_calculation_by_hand():
    rows: list[tuple] = []
    for n in range(10):
        for customer, (before, after) in {"a": (100, 150), "b": (200, 80), "c": (50, 0), "d": (0, 70)}.items():
            rows += [(f"{customer}{n}", "2024-06-01", before)] if before else []
            rows += [(f"{customer}{n}", "2025-06-01", after)] if after else []
    rows += [("y", "2024-01-01", 10), ("y", "2025-12-31", 10)]
    data = client_of({"transactions": orders_of(rows)})
    found = measure_revenue_retention(data, open_ledger(data), make_params())
    assert (found.customers, found.kept, found.earlier, found.later) == (31, 21, 3510, 2310)
    assert found.net.value == pytest.approx(2310 / 3510)
    assert found.gross.value == pytest.approx((1000 + 800 + 10) / 3510)
    assert found.gross.high <= 1
    assert found.gross.n == 31


def test_gross_never_exceeds_net_or_one(kept):
    revenue = kept.revenue
    assert revenue.gross.value <= min(1, revenue.net.value)
    assert revenue.gross.low < revenue.gross.value < revenue.gross.high <= 1


def test_cohorts_count_only_those_whose_period_is_over():
    rows = [*STEADY]
    rows += [("a", "2024-02-01", 1), ("a", "2024-05-01", 1), ("b", "2024-03-01", 1), ("c", "2025-11-01", 1)]
    data = client_of({"transactions": orders_of(rows)})
    table = tabulate_cohorts(data, open_ledger(data), make_params())
    assert table.length == "half_year"
    first = table.cohorts[0]
    assert (first.period, first.n) == ("2024-01-01/2024-06-30", 3)
    shares = [cell.share.value for cell in first.cells]
    assert shares[0] == pytest.approx(2 / 3)  # a after 90 days, z; b never again
    assert shares[1] == pytest.approx(1 / 3)
    assert sum(cohort.n for cohort in table.cohorts) == 3  # c alone has no period that is over


def test_small_cohorts_are_taken_together():
    rows = [*STEADY, *[(f"c{n}", pd.Timestamp("2024-02-01") + pd.Timedelta(days=40 * n), 1) for n in range(12)]]
    data = client_of({"transactions": orders_of(rows)})
    strict = make_params(limits={"min_clusters": 2, "min_n": 20})
    assert len(tabulate_cohorts(data, open_ledger(data), strict).cohorts) == 1
    assert len(tabulate_cohorts(data, open_ledger(data), make_params()).cohorts) > 1


def test_who_joined_before_the_record_is_a_cohort_of_its_own():
    rows = [*STEADY, ("a", "2024-02-01", 1), ("b", "2024-03-01", 1), ("b", "2024-09-01", 1)]
    data = client_of(
        {"transactions": orders_of(rows)},
        {"customer_id": ["a", "b", "z"], "joined_on": ["2019-01-01", "2024-03-01", "2018-01-01"]},
    )
    table = tabulate_cohorts(data, open_ledger(data), make_params())
    assert [(cohort.from_before, cohort.n) for cohort in table.cohorts] == [(True, 2), (False, 1)]


def test_leaving_by_silence_is_the_last_order_before_it():
    params = make_params(retention={"kind": "non_contractual", "window_days": 200})
    rows = [
        *STEADY,
        ("a", "2024-02-01", 1),
        ("a", "2024-06-01", 1),
        ("b", "2024-03-01", 1),
        ("b", "2024-04-01", 1),
        ("b", "2025-12-01", 1),
    ]
    data = client_of({"transactions": orders_of(rows)}, {"customer_id": ["a"], "joined_on": ["2020-02-01"]})
    tenures = collect_tenures(data, open_ledger(data), params)
    found = {
        customer: (tenures.began[i], tenures.entered[i], tenures.until[i], bool(tenures.ended[i]))
        for i, customer in enumerate(tenures.ids)
    }
    joined, first, last = (day_of(pd.Timestamp(day)) for day in ("2020-02-01", "2024-02-01", "2024-06-01"))
    assert found["a"] == (joined, first, last + 1, True)
    assert found["b"][2:] == (day_of(pd.Timestamp("2024-04-01")) + 1, True)
    assert found["z"][2:] == (day_of(pd.Timestamp("2025-12-31")) - 200, False)
    assert (tenures.kind, int(tenures.ended.sum())) == ("activity", 2)


def test_the_curve_agrees_with_statsmodels(demo, kept):
    tenures = collect_tenures(demo, open_ledger(demo), demo_params())
    reference = sm.SurvfuncRight(
        tenures.until - tenures.began, tenures.ended.astype(int), entry=tenures.entered - tenures.began
    )
    assert len(kept.curve.points) >= 5
    for point in kept.curve.points:
        place = int(np.searchsorted(reference.surv_times, point.days, side="right"))
        expected = float(reference.surv_prob[place - 1]) if place else 1.0
        assert point.share.value == pytest.approx(expected, abs=1e-9)


def test_the_median_agrees_with_statsmodels():
    draw = np.random.default_rng(1)
    days, censored = np.ceil(draw.exponential(50, 200)), np.ceil(draw.uniform(10, 200, 200))
    spells = Spells(entry=np.zeros(200), exit=np.minimum(days, censored), ended=days <= censored)
    found = median_days(spells, np.arange(200), least=10, absent=N_("n"))
    assert found.value == sm.SurvfuncRight(spells.exit, spells.ended.astype(int)).quantile(0.5)
    assert found.low < found.value < found.high
    few = median_days(spells, np.zeros(200, dtype=int), least=10, absent=N_("There are no observations."))
    assert isinstance(few, NotEstimable)


def test_who_returns_is_counted_by_hand():
    # twelve customers order twice, 100 days apart, then twelve never again; the first half returns after 50 more days
    rows = [*STEADY]
    for n in range(12):
        rows += [(f"c{n:02d}", "2024-06-01", 100)]
        rows += [(f"c{n:02d}", pd.Timestamp("2024-06-01") + pd.Timedelta(days=140), 50)] if n < 9 else []
    data = client_of({"transactions": orders_of(rows)})
    found = measure_win_back(data, open_ledger(data), make_params())
    assert (found.gap_days, found.silences, found.returned) == (90, 12 + 9, 9)
    # of 21 silences 9 end at once after 50 days, the others go on to the end of the record
    assert found.share.value == pytest.approx(9 / 21)
    assert found.compared == 9
    assert found.spending.value == pytest.approx(0.5) if isinstance(found.spending, Estimate) else True
    assert isinstance(found.median_days, NotEstimable)


def test_what_is_known_is_from_before_the_quarter(demo):
    """The future is moved; nothing that is known before a quarter changes."""
    params = demo_params()
    ledger = open_ledger(demo)
    tenures = collect_tenures(demo, ledger, params)
    whole = churn_rows(tenures, demo, ledger, attributable=True)
    border = pd.Timestamp("2025-01-01")
    dates = {
        "transactions": "ordered_on",
        "interactions": "occurred_on",
        "survey": "responded_on",
        "feedback": "received_on",
    }
    tables = {
        name: frame[frame[dates[name]] < border] if name in dates else frame for name, frame in demo.tables.items()
    }
    feedback = tables["feedback"].copy()
    feedback.loc[feedback["resolved_on"] >= border, "resolved_on"] = pd.NaT
    tables["feedback"] = feedback
    past = dataclasses.replace(demo, tables=tables)
    cut = churn_rows(tenures, past, dataclasses.replace(open_ledger(past), as_of=ledger.as_of), attributable=True)
    first = max(tenures.first, ledger.first_day + 180)
    early = whole.start + first <= day_of(border)
    assert early.sum() > 100
    for name, values in whole.known.items():
        assert np.array_equal(values[early], cut.known[name][early], equal_nan=True), name
    late = whole.start + first > day_of(border) + 30
    assert any(not np.array_equal(whole.known[n][late], cut.known[n][late], equal_nan=True) for n in whole.known)


def test_the_ratios_are_where_the_partial_likelihood_is_flat(demo, kept):
    """Breslow's score, computed event by event, is zero at the ratios up to the few tied days."""
    assert isinstance(kept.churn, ChurnModel)
    ledger = open_ledger(demo)
    rows = churn_rows(collect_tenures(demo, ledger, demo_params()), demo, ledger, attributable=True)
    known = dict(rows.known)
    known["no_answer"] = np.isnan(known["satisfaction"]).astype(float)
    known["satisfaction"] = (
        np.where(np.isnan(known["satisfaction"]), np.nanmean(known["satisfaction"]), known["satisfaction"]) / 10
    )
    matrix = np.column_stack([known[driver.key] for driver in kept.churn.drivers])
    relative = np.exp(matrix @ np.log([driver.ratio.value for driver in kept.churn.drivers]))
    score, information = np.zeros(matrix.shape[1]), np.zeros((matrix.shape[1],) * 2)
    for row in np.flatnonzero(rows.event):
        there = (rows.start < rows.stop[row]) & (rows.stop >= rows.stop[row])
        share = relative[there] / relative[there].sum()
        mean = share @ matrix[there]
        score += matrix[row] - mean
        information += (matrix[there] * share[:, None]).T @ matrix[there] - np.outer(mean, mean)
    assert np.abs(score / np.sqrt(np.diag(information))).max() < 0.05
    assert kept.churn.events == int(rows.event.sum())


def test_few_who_left_carry_no_model(demo):
    params = demo_params()
    ledger = open_ledger(demo)
    tenures = collect_tenures(demo, ledger, params)
    few = dataclasses.replace(tenures, ended=tenures.ended & (np.arange(len(tenures.ended)) < 20))
    found = fit_churn(few, demo, ledger, params)
    assert isinstance(found, NotEstimable)
    assert found.reason.values["needed"] == 10
    assert isinstance(fit_churn(None, demo, ledger, params), NotEstimable)


def test_what_varies_only_after_the_last_has_left_is_no_predictor(demo, monkeypatch):
    params = demo_params()
    ledger = open_ledger(demo)
    tenures = collect_tenures(demo, ledger, params)
    rows = churn_rows(tenures, demo, ledger, attributable=True)
    early = rows.event & (rows.stop <= np.quantile(rows.stop[rows.event], 0.6))
    late = rows.start >= rows.stop[early].max()
    assert late.sum() > 2 * params.limits.min_n
    known = {"contact": (late & (rows.customer % 2 == 0)).astype(float), "trend": rows.known["trend"]}
    monkeypatch.setattr(churn, "churn_rows", lambda *_, **__: dataclasses.replace(rows, event=early, known=known))
    found = fit_churn(tenures, demo, ledger, params)
    assert isinstance(found, ChurnModel)
    assert "contact" not in {driver.key for driver in found.drivers}
    assert any("were alike in it" in note.msgid and "contact" in note.values["control"].msgid for note in found.notes)


def test_as_many_predictors_as_those_who_left_carry(kept):
    assert len(kept.churn.drivers) <= kept.churn.events / 10
    assert kept.churn.notes
    assert kept.churn.diagnostics[0].key == "proportional_hazards"


def test_an_anonymous_survey_is_no_predictor(demo):
    params = demo_params()
    ledger = open_ledger(demo)
    tenures = collect_tenures(demo, ledger, params)
    assert "satisfaction" not in churn_rows(tenures, demo, ledger, attributable=False).known


def test_everything_is_json(kept):
    json.dumps(kept.to_dict(), allow_nan=False)


def test_without_orders_and_ends_there_is_a_reason():
    found = analyse_retention(client_of({}, {"customer_id": ["a"], "name": ["A"]}), make_params())
    assert isinstance(found, NotEstimable)


@pytest.mark.parametrize(
    "rows",
    [
        [(f"c{n}", "2025-06-01", 100) for n in range(3)],
        [(f"c{n}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=n * 14), 100) for n in range(52)],
        [("a", "2025-06-01", -100)],
    ],
)
def test_poor_records_have_an_answer(rows):
    params = make_params(limits={"min_clusters": 10, "min_n": 20})
    found = analyse_retention(client_of({"transactions": orders_of(rows)}), params)
    assert isinstance(found, Retention)
    json.dumps(found.to_dict(), allow_nan=False)
