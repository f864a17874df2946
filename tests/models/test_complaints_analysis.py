"""Complaints: rates over exposure, resolution with open cases, recovery in time order, and who is heard."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params
from served_clients import AS_OF, day, generator, ids_of, orders, served_data, served_params, weekly_orders

from analysis.calibration import clients
from analysis.models.complaints.analysis import analyse_complaints
from analysis.results import Estimate, NotEstimable


def feedback_of(rows, **columns):
    """Feedback from (customer, days before the audit, kind, days until settled or None)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "before", "kind", "settled"])
    frame["received_on"] = AS_OF - pd.to_timedelta(frame["before"], unit="D")
    after = pd.to_timedelta(pd.to_numeric(frame.pop("settled")), unit="D")
    frame["resolved_on"] = frame["received_on"] + after
    frame["text"] = "…"
    return frame.drop(columns="before").assign(**columns)


@pytest.fixture(scope="module")
def demo():
    params = demo_params()
    data = clients.known_client(11, params=params, tables=None)
    return data, params, analyse_complaints(data, params)


def test_the_result_becomes_json(demo):
    assert '"exposure_years"' in json.dumps(demo[2].to_dict(), allow_nan=False)


def half_year_client():
    """Forty customers, half of whom joined half a year ago; ten of each half complain once."""
    ids = ids_of(40)
    joined = [day(1000) if number < 20 else day(182) for number in range(40)]
    customers = pd.DataFrame({"joined_on": joined, "segment": ["old", "new"][0:1] * 20 + ["new"] * 20}, index=ids)
    rows = [(customer, 100, "complaint", 5) for customer in ids[:10] + ids[20:30]]
    rows.append((ids[0], 380, "praise", None))
    return served_data({"transactions": orders(weekly_orders(ids, 20)), "feedback": feedback_of(rows)}, customers)


def test_the_rate_counts_the_time_that_each_customer_was_one():
    rate = analyse_complaints(half_year_client(), served_params()).rate
    years = 20 * 365 / 365.25 + 20 * 183 / 365.25
    assert rate.exposure_years == pytest.approx(years)
    assert rate.rate.value == pytest.approx(20 / years)
    assert rate.rate.method == "hall-t"
    assert rate.complainers.value == 0.5
    segments = {row.label: row.rate.value for row in rate.by_segment}
    assert segments["old"] == pytest.approx(0.5 * 365.25 / 365)
    assert segments["new"] == pytest.approx(0.5 * 365.25 / 183)


def test_complaints_of_nobody_known_are_counted_apart():
    data = half_year_client()
    frame = pd.concat(
        [data.table("feedback"), feedback_of([(None, 50, "complaint", 3), ("stranger", 50, "complaint", 3)])]
    )
    tables = dict(data.tables) | {"feedback": frame.reset_index(drop=True)}
    rate = analyse_complaints(dataclasses.replace(data, tables=tables), served_params()).rate
    assert (rate.complaints, rate.unattributed) == (20, 2)


def test_open_cases_are_censored():
    ids = ids_of(40)
    rows = [(customer, 100, "complaint", 10 if number < 30 else None) for number, customer in enumerate(ids)]
    data = served_data({"transactions": orders(weekly_orders(ids)), "feedback": feedback_of(rows)})
    resolution = analyse_complaints(data, served_params()).resolution
    assert (resolution.complaints, resolution.settled) == (40, 30)
    assert resolution.within_30.value == pytest.approx(0.75)
    assert resolution.median_days.value == 10
    recent = [
        (customer, 100 if number < 20 else 5, "complaint", 10 if number < 20 else None)
        for number, customer in enumerate(ids)
    ]
    data = served_data({"transactions": orders(weekly_orders(ids)), "feedback": feedback_of(recent)})
    censored = analyse_complaints(data, served_params()).resolution
    assert censored.within_30.value == pytest.approx(1.0)  # who came in five days ago has not failed yet


def test_a_settled_complaint_was_answered_by_then():
    ids = ids_of(40)
    frame = feedback_of([(customer, 100, "complaint", 4) for customer in ids])
    frame["responded_on"] = frame["received_on"] + pd.Timedelta(days=1)
    frame.loc[20:, "responded_on"] = pd.NaT
    data = served_data({"transactions": orders(weekly_orders(ids)), "feedback": frame})
    resolution = analyse_complaints(data, served_params()).resolution
    assert resolution.answered_within_3.value == pytest.approx(0.5)


@pytest.mark.parametrize(("day", "limits"), [(0, (0, 1)), (1, (0, 1)), (4, (3, 4))])
def test_a_median_that_all_agree_on_has_the_limits_of_its_day(day, limits):
    ids = ids_of(40)
    frame = feedback_of([(customer, 100, "complaint", 6) for customer in ids])
    frame["responded_on"] = frame["received_on"] + pd.Timedelta(days=day)
    data = served_data({"transactions": orders(weekly_orders(ids)), "feedback": frame})
    resolution = analyse_complaints(data, served_params()).resolution
    answered, settled = resolution.first_response_days, resolution.median_days
    assert (answered.value, answered.low, answered.high) == (day, *limits)
    assert (settled.value, settled.low, settled.high) == (6, 5, 6)


def recovering(*, settled_late=40, gain=0.4, customers=300, seed=2):
    """Complaints 300 days ago; who is settled in 10 days buys again more often, by `gain`, than who is settled late."""
    rng, ids = generator(seed), ids_of(customers)
    rows, sales = [], []
    for number, customer in enumerate(ids):
        sales += [(customer, int(before), 100.0) for before in rng.integers(310, 480, int(rng.integers(1, 4)))]
        kind = number % 3  # well, badly, none
        if kind < 2:
            rows.append((customer, 300, "complaint", 10 if kind == 0 else settled_late))
        if rng.random() < (0.4 + gain if kind == 0 else 0.4):
            sales.append((customer, int(rng.integers(100, 265)), 100.0))
    sales += [("other", before, 10.0) for before in (1, 700)]
    rows.append(("other", 650, "praise", None))
    return served_data({"transactions": orders(sales), "feedback": feedback_of(rows)})


def test_a_planted_recovery_is_found():
    recovery = analyse_complaints(recovering(), served_params()).recovery
    counts = {group.key: group.customers for group in recovery.groups}
    assert (counts["well"], counts["badly"]) == (100, 100)
    assert recovery.well_against_badly.low > 0
    assert recovery.well_against_badly.low < 40 < recovery.well_against_badly.high
    assert recovery.badly_against_none.low < 0 < recovery.badly_against_none.high
    shares = {group.key: group.share.value for group in recovery.groups}
    difference = 100 * (shares["well"] - shares["badly"])
    assert recovery.well_against_badly.value == pytest.approx(difference, abs=1e-9)


def test_served_well_is_judged_on_the_landmark():
    in_time = analyse_complaints(recovering(settled_late=30), served_params()).recovery
    assert isinstance(in_time, NotEstimable)  # nobody is left who was not settled by then
    late = analyse_complaints(recovering(settled_late=31), served_params()).recovery
    assert {group.key: group.customers for group in late.groups}["badly"] == 100


def test_purchases_before_the_landmark_are_not_counted_as_coming_back():
    data = recovering(gain=0.0)
    sales = data.table("transactions")
    early = orders([(customer, 280, 100.0) for customer in ids_of(300)])
    tables = dict(data.tables) | {"transactions": pd.concat([sales, early], ignore_index=True)}
    with_early = analyse_complaints(dataclasses.replace(data, tables=tables), served_params()).recovery
    without = analyse_complaints(data, served_params()).recovery
    again = [{group.key: group.bought_again for group in r.groups} for r in (with_early, without)]
    assert again[0]["well"] == again[1]["well"]
    assert again[0]["badly"] == again[1]["badly"]


def test_what_comes_after_the_horizon_changes_nothing():
    data = recovering()
    late = orders([(customer, 60, 100.0) for customer in ids_of(300)])
    sales = pd.concat([data.table("transactions"), late], ignore_index=True)
    changed = dataclasses.replace(data, tables=dict(data.tables) | {"transactions": sales})
    first, second = (analyse_complaints(each, served_params()).recovery for each in (data, changed))
    assert first.groups == second.groups


def test_too_few_of_a_kind_are_not_compared():
    recovery = analyse_complaints(recovering(customers=24), served_params()).recovery
    assert isinstance(recovery, NotEstimable)
    assert recovery.reason.values["badly"] == 8


def test_a_group_that_all_came_back_gets_finite_numbers():
    data = recovering(gain=0.6)
    recovery = analyse_complaints(data, served_params()).recovery
    assert recovery.estimator in ("ml", "firth")
    assert all(np.isfinite([group.share.low, group.share.high]).all() for group in recovery.groups)
    back = {group.key: (group.bought_again, group.customers) for group in recovery.groups}
    assert back["well"] == (100, 100)
    assert recovery.estimator == "firth"


def surveyed(confidentiality, complainers):
    """Two waves; `complainers` customers fall by 20 points between them, with a complaint in between."""
    ids = ids_of(60)
    rng = generator(4)
    rows = []
    for order, before in ((0, 300), (1, 60)):
        for number, customer in enumerate(ids):
            fall = 20.0 if order and number < complainers else 0.0
            rows.append((customer, f"w{order}", order, day(before), 70 - fall + rng.normal(0, 3), customer))
    columns = ["customer_id", "wave", "wave_order", "responded_on", "satisfaction_index", "respondent_key"]
    survey = pd.DataFrame(rows, columns=columns)
    survey["account_key"], survey["weight"] = survey["customer_id"], 1.0
    feedback = feedback_of(
        [(customer, 150, "complaint", 5) for customer in ids[:complainers]] + [(ids[0], 370, "praise", None)]
    )
    params = served_params(
        sources={"transactions": {"files": "x.csv"}, "survey": {"files": "s.csv"}},
        survey={
            "items": {"q": {"role": "satisfaction", "scale": {"min": 1, "max": 10}}},
            "confidentiality": confidentiality,
        },
    )
    tables = {"transactions": orders(weekly_orders(ids)), "feedback": feedback, "survey": survey}
    return analyse_complaints(served_data(tables), params).satisfaction


def test_satisfaction_falls_where_a_complaint_lies_between():
    around = surveyed("attributed", 20)
    assert (around.complained, around.others) == (20, 40)
    assert around.difference.low < -20 < around.difference.high
    assert around.difference.high < -15


def test_few_respondents_are_withheld_where_answers_are_protected():
    around = surveyed("aggregate", 3)
    assert around.difference.suppressed
    assert around.complained is None
    assert not isinstance(surveyed("attributed", 3).change_others, NotEstimable)


def test_everybody_heard_is_counted_once(demo):
    voices = demo[2].voices
    assert [row.key for row in voices.channels[:2]] == ["survey", "interview"]
    assert voices.unheard.value <= 1 - max(row.reach.value for row in voices.channels) + 1e-9
    negative = [row.negative for row in voices.channels if isinstance(row.negative, Estimate)]
    assert all(0 < each.value < 1 for each in negative)


def test_a_channel_says_what_is_negative_only_where_kinds_do():
    ids = ids_of(40)
    rows = [(c, 20, "complaint" if n % 4 else "praise", 1) for n, c in enumerate(ids)] + [(ids[0], 380, "praise", None)]
    data = served_data({"transactions": orders(weekly_orders(ids)), "feedback": feedback_of(rows, channel="微信")})
    (channel,) = analyse_complaints(data, served_params()).voices.channels
    assert (channel.label, channel.pieces, channel.customers) == ("微信", 40, 40)
    assert channel.negative.value == pytest.approx(0.75)
    assert channel.reach.value == 1.0


@pytest.mark.parametrize("dropped", ["transactions", "survey", "feedback", "customers", "interactions"])
def test_missing_tables_get_an_answer(demo, dropped):
    data, params, _ = demo
    tables = {name: frame for name, frame in data.tables.items() if name != dropped}
    result = analyse_complaints(dataclasses.replace(data, tables=tables), params)
    if dropped == "feedback":
        assert isinstance(result, NotEstimable)
        return
    json.dumps(result.to_dict(), allow_nan=False)
    if dropped == "transactions":
        assert isinstance(result.recovery, NotEstimable)


@pytest.mark.parametrize("column", ["kind", "customer_id", "resolved_on", "severity", "responded_on", "channel"])
def test_missing_columns_get_an_answer(demo, column):
    data, params, _ = demo
    frame = data.table("feedback")
    missing = pd.NaT if column.endswith("_on") else None
    for changed in (
        frame.drop(columns=column),
        frame.assign(**{column: pd.Series(missing, index=frame.index, dtype=frame[column].dtype)}),
    ):
        tables = dict(data.tables) | {"feedback": changed}
        result = analyse_complaints(dataclasses.replace(data, tables=tables), params)
        json.dumps(result.to_dict(), allow_nan=False)
        if column == "customer_id":
            assert isinstance(result.rate, NotEstimable)


def test_feedback_without_any_complaint_says_so():
    ids = ids_of(30)
    rows = [(customer, 50, "praise", None) for customer in ids]
    data = served_data({"transactions": orders(weekly_orders(ids)), "feedback": feedback_of(rows)})
    result = analyse_complaints(data, served_params())
    assert "complaint" in result.rate.reason.msgid
    assert isinstance(result.recovery, NotEstimable)
