"""Nothing looks past its own date, and nobody is said to have stopped where the record does."""

import numpy as np
import pandas as pd
import pytest
from indicator_clients import busy_client, days_before, make_data, make_params, rng, transactions

from analysis.data.client import ClientData
from analysis.indicators.compute import compute_indicators
from analysis.indicators.relationships import collect_relationships
from analysis.results import Estimate, NotEstimable


def steady_orders(last: int, seed: int = 4, customers: int = 40) -> pd.DataFrame:
    """Two and a half years of orders by customers who all go on buying, recorded until `last` days before the audit."""
    draw = rng(seed)
    rows = [
        (f"c{n:02d}", days_before(int(day)), float(draw.lognormal(4, 0.5)))
        for n in range(customers)
        for day in draw.integers(last, last + 912, 30)
    ]
    return transactions([*rows, ("c00", days_before(last), 50.0)])


def indicators_of(orders: pd.DataFrame, **changes):
    return compute_indicators(make_data({"transactions": orders}), make_params(**changes))


@pytest.mark.parametrize("key", ["repeat_purchase_rate", "retention_rate", "revenue_growth", "revenue"])
def test_a_record_that_ends_before_the_audit_says_the_same_as_an_audit_at_its_end(key):
    early = indicators_of(steady_orders(150)).results[key].overall
    orders = steady_orders(150)
    at_the_end = (
        compute_indicators(make_data({"transactions": orders}, as_of=str(days_before(150).date())), make_params())
        .results[key]
        .overall
    )
    assert isinstance(early, Estimate)
    assert early == at_the_end


def test_months_after_the_end_of_the_record_are_not_months_without_revenue():
    got = indicators_of(steady_orders(150)).monthly_revenue
    assert got.months[-1].month == str(days_before(150).date())[:7]
    assert not got.months[-1].complete


def test_a_pause_as_long_as_others_is_no_end():
    orders = steady_orders(60)
    paused = orders[~orders["ordered_on"].between(days_before(400), days_before(300))]
    data = make_data({"transactions": paused})
    assert data.recorded_until("transactions") == data.as_of
    data = make_data({"transactions": orders})
    assert data.recorded_until("transactions") == days_before(60)


def test_contacts_that_end_before_the_audit_are_judged_at_their_end():
    draw = rng(5)
    orders = steady_orders(0)
    contacts = pd.DataFrame(
        {
            "customer_id": [f"c{n % 40:02d}" for n in range(1200)],
            "occurred_on": pd.Timestamp("2025-12-31") - pd.to_timedelta(draw.integers(200, 900, 1200), unit="D"),
        }
    )
    got = compute_indicators(make_data({"transactions": orders, "interactions": contacts}), make_params())
    assert got.results["contact_coverage"].overall.value > 0.8
    assert got.results["contact_frequency"].overall.value > 10


def cut(data: ClientData, day: pd.Timestamp) -> ClientData:
    """The same client with everything after a day torn out of its files."""
    dates = {
        "transactions": "ordered_on",
        "survey": "responded_on",
        "interactions": "occurred_on",
        "feedback": "received_on",
    }
    tables = {
        name: frame[frame[dates[name]] <= day].reset_index(drop=True) if name in dates else frame
        for name, frame in data.tables.items()
    }
    return make_data(tables, customers=data.customers, as_of=str(day.date()))


def test_what_happens_after_the_audit_changes_nothing():
    data, params = busy_client()
    day = pd.Timestamp("2025-10-31")
    past = cut(data, day)
    moved = dict(past.tables)
    orders = data.tables["transactions"]
    moved["feedback"] = past.tables["feedback"].assign(
        resolved_on=lambda frame: frame["resolved_on"].where(frame["resolved_on"] <= day, pd.Timestamp("2026-06-01"))
    )
    future = make_data(
        moved,
        customers=past.customers.assign(
            ended_on=past.customers["ended_on"].where(past.customers["ended_on"] <= day, pd.Timestamp("2026-02-01"))
        ),
        as_of=str(day.date()),
    )
    assert len(orders) > len(past.tables["transactions"])
    first, second = (compute_indicators(client, params) for client in (past, future))
    for key, result in first.results.items():
        assert result == second.results[key], key
    assert first.retention_curve == second.retention_curve
    assert first.feedback == second.feedback


def stages(with_orders: bool) -> ClientData:
    draw = rng(6)
    index = pd.Index([f"c{n:02d}" for n in range(40)], name="customer_id")
    customers = pd.DataFrame({"stage": ["lost" if n % 4 == 0 else "active" for n in range(40)]}, index=index)
    contacts = pd.DataFrame(
        {
            "customer_id": draw.choice(index, 900),
            "occurred_on": pd.Timestamp("2025-12-31") - pd.to_timedelta(draw.integers(0, 800, 900), unit="D"),
        }
    )
    tables = {"interactions": contacts} | ({"transactions": steady_orders(0)} if with_orders else {})
    return make_data(tables, customers=customers)


def test_todays_stage_says_nothing_about_who_was_a_customer_a_year_ago():
    got = compute_indicators(stages(with_orders=False), make_params()).results["contact_frequency"]
    assert list(got.by_period) == ["2025-01-01/2025-12-31"]
    assert isinstance(got.change, NotEstimable)
    assert len(compute_indicators(stages(with_orders=True), make_params()).results["contact_frequency"].by_period) == 2


def relationships(ends: list[int | None], joined: int = 2000, first_order: int = 1500):
    customers = pd.DataFrame(
        {
            "joined_on": days_before(joined),
            "ended_on": pd.to_datetime([None if day is None else days_before(day) for day in ends]),
        },
        index=pd.Index([f"c{n:03d}" for n in range(len(ends))], name="customer_id"),
    )
    data = make_data({"transactions": transactions([("c000", days_before(first_order), 1.0)])}, customers=customers)
    return collect_relationships(data)


def test_years_before_ends_were_recorded_are_not_years_in_which_everybody_stayed():
    got = relationships([400, 300, 200, 100] + [None] * 30)
    assert got.as_of - got.watched_from == 400  # the first end itself is not counted
    early = relationships([1400, 900, 200, 100] + [None] * 30)
    assert early.as_of - early.watched_from == 1500


def test_half_a_year_of_recorded_ends_gives_no_rate_of_a_year():
    ends = [150, 140, 120, 90, 60, 30, 20, 10]
    customers = pd.DataFrame(
        {
            "joined_on": days_before(1000),
            "ended_on": pd.to_datetime([days_before(day) for day in ends] + [None] * 60),
        },
        index=pd.Index([f"c{n:03d}" for n in range(68)], name="customer_id"),
    )
    data = make_data({"transactions": transactions([("c000", days_before(900), 1.0)])}, customers=customers)
    got = compute_indicators(data, make_params()).results["retention_rate"].overall
    assert isinstance(got, NotEstimable)
    assert got.reason.msgid == "Ends have been recorded for less than a year."


def test_a_customer_who_will_join_later_is_no_relationship_yet():
    index = pd.Index([f"c{n:02d}" for n in range(30)], name="customer_id")
    joined = [days_before(700)] * 25 + [pd.Timestamp("2026-03-01")] * 5
    ended = pd.to_datetime([days_before(30 * n + 20) for n in range(6)] + [None] * 24)
    customers = pd.DataFrame({"joined_on": joined, "ended_on": ended}, index=index)
    data = make_data({"transactions": transactions([("c00", days_before(650), 1.0)])}, customers=customers)
    got = collect_relationships(data)
    assert len(got.ids) == 25
    assert np.isfinite(got.until).all()
