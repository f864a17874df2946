"""Contacts: coverage, response times, single threads and tenure, hand-computed and against the indicators."""

import dataclasses
import json

import pandas as pd
import pytest
from known_clients import demo_params
from served_clients import day, ids_of, orders, served_data, served_params, weekly_orders

from analysis.calibration import clients
from analysis.indicators.compute import compute_indicators
from analysis.models.contacts.analysis import analyse_contacts
from analysis.results import Estimate, NotEstimable


def contacts_of(rows, **columns):
    frame = pd.DataFrame(rows, columns=["customer_id", "before", "contact_id"])
    frame["occurred_on"] = [day(before) for before in frame.pop("before")]
    return frame.assign(**columns).sort_values("occurred_on", kind="stable", ignore_index=True)


@pytest.fixture(scope="module")
def demo():
    params = demo_params()
    data = clients.known_client(11, params=params, tables=None)
    return data, params, analyse_contacts(data, params), compute_indicators(data, params).results


def same(found, indicator):
    """Return whether two estimates print the same, rounding errors aside."""
    numbers = [(e.value, e.low, e.high) for e in (found, indicator)]
    return numbers[0] == pytest.approx(numbers[1]) and (found.n, found.method) == (indicator.n, indicator.method)


def test_no_number_contradicts_the_indicators(demo):
    _, _, result, indicators = demo
    assert same(result.frequency.per_year, indicators["contact_frequency"].overall)
    assert same(result.key_accounts.coverage, indicators["contact_coverage_key_accounts"].overall)
    assert same(result.people.per_customer, indicators["contacts_per_customer"].overall)
    assert same(result.people.single_share, indicators["single_thread_share"].overall)
    assert same(result.levels[0].share, indicators["contact_level_share"].overall)
    means = {spread.kind: spread.mean for spread in result.breadth.spreads}
    assert same(means["category"], indicators["categories_bought"].overall)
    assert same(means["business_unit"], indicators["business_units_bought"].overall)


def test_counts_add_up(demo):
    _, _, result, _ = demo
    frequency, people = result.frequency, result.people
    assert sum(row.contacts for row in frequency.channels) == frequency.contacts
    assert sum(band.customers for band in people.bands) == result.customers
    assert people.single == people.bands[1].customers
    assert people.single_revenue == pytest.approx(people.bands[1].revenue)
    assert result.key_accounts.overdue == sum(account.is_overdue for account in result.key_accounts.accounts)
    assert sum(band.customers for band in result.tenure.bands) <= result.customers


def test_the_result_becomes_json(demo):
    text = json.dumps(demo[2].to_dict(), allow_nan=False)
    assert '"overdue_days"' in text


def plain_client(**columns):
    ids = ids_of(20)
    rows = [(customer, 10 + 5 * number, f"p{number}") for number, customer in enumerate(ids[:18])]
    customers = pd.DataFrame({"is_key_account": [number < 4 or number > 17 for number in range(20)]}, index=ids)
    customers["planned_revisit_days"] = 12.0
    customers["joined_on"] = pd.Timestamp("2020-12-31")
    tables = {"transactions": orders(weekly_orders(ids)), "interactions": contacts_of(rows, **columns)}
    return served_data(tables, customers)


def test_every_key_account_is_held_against_its_plan():
    keys = analyse_contacts(plain_client(), served_params()).key_accounts
    accounts = {account.customer_id: account for account in keys.accounts}
    assert set(accounts) == {"C000", "C001", "C002", "C003", "C018", "C019"}
    assert (accounts["C000"].days_since, accounts["C000"].overdue_days) == (10, 0)
    assert (accounts["C003"].days_since, accounts["C003"].overdue_days) == (25, 13)
    assert accounts["C018"].last_contact is None
    assert accounts["C018"].is_overdue
    assert [account.customer_id for account in keys.accounts][:3] == ["C018", "C019", "C003"]
    assert keys.overdue == 5
    assert keys.overdue_revenue == pytest.approx(5 * 1400)  # 14 order days a year, 100 each
    assert keys.basis == "marked"


def test_the_largest_stand_for_key_accounts_where_none_is_marked():
    data = plain_client()
    data = dataclasses.replace(data, customers=data.customers.assign(is_key_account=False))
    keys = analyse_contacts(data, served_params()).key_accounts
    assert keys.basis == "revenue"
    assert len(keys.accounts) == 2  # a tenth of twenty


def test_what_hangs_on_one_person():
    people = analyse_contacts(plain_client(), served_params()).people
    assert (people.met, people.single, people.single_key_accounts) == (18, 18, 4)
    assert people.single_revenue == pytest.approx(18 * 1400)
    assert people.revenue_share == pytest.approx(0.9)
    assert [band.customers for band in people.bands] == [2, 18, 0, 0, 0]


def test_tenure_is_counted_from_joining():
    tenure = analyse_contacts(plain_client(), served_params()).tenure
    assert tenure.basis == "joined"
    assert [band.customers for band in tenure.bands] == [0, 0, 20, 0, 0]
    assert tenure.mean_years.reason is not None  # all joined on one day: no spread, no interval


def threaded(count, *, answered, words=("incoming", "outgoing"), channel="email"):
    """Questions 100 days ago, the first `answered` of them answered two days later."""
    rows, threads, directions = [], [], []
    for number, customer in enumerate(ids_of(count)):
        rows.append((customer, 100, "p"))
        threads.append(f"t{number}")
        directions.append(words[0])
        if number < answered:
            rows.append((customer, 98, "p"))
            threads.append(f"t{number}")
            directions.append(words[1])
    frame = pd.DataFrame(rows, columns=["customer_id", "before", "contact_id"])
    frame["occurred_on"] = [day(before) for before in frame.pop("before")]
    frame["thread_id"], frame["direction"], frame["channel"] = threads, directions, channel
    return served_data({"transactions": orders(weekly_orders(ids_of(count))), "interactions": frame})


@pytest.mark.parametrize("words", [("incoming", "outgoing"), ("来访", "外呼"), ("Inbound", "Outbound")])
def test_response_time_is_read_off_the_conversations(words):
    response = analyse_contacts(threaded(40, answered=30, words=words), served_params()).response
    assert (response.questions, response.answered) == (40, 30)
    assert response.within.value == pytest.approx(0.75)
    assert response.median_days.value == 2
    assert response.written_only


def test_open_questions_are_censored_not_forgotten():
    response = analyse_contacts(threaded(40, answered=10), served_params()).response
    assert response.within.value == pytest.approx(0.25)
    assert isinstance(response.median_days, NotEstimable)


def test_a_call_needs_no_later_answer():
    data = threaded(40, answered=30)
    contacts = data.table("interactions").copy()
    contacts.loc[contacts["customer_id"] > "C019", "channel"] = "phone"
    tables = dict(data.tables) | {"interactions": contacts}
    response = analyse_contacts(dataclasses.replace(data, tables=tables), served_params()).response
    assert response.questions == 20


def test_words_that_nobody_knows_tell_no_side():
    result = analyse_contacts(threaded(40, answered=30, words=("a", "b")), served_params())
    assert isinstance(result.response, NotEstimable)
    assert isinstance(result.frequency.started_by_customer, NotEstimable)


def test_who_begins_is_the_first_of_a_conversation():
    result = analyse_contacts(threaded(40, answered=30), served_params())
    assert result.frequency.conversations == 40
    assert result.frequency.started_by_customer.value == 1.0


def test_many_ways_of_contact_are_cut_to_the_most_used():
    data = plain_client(channel=[f"way {number % 12}" for number in range(18)])
    channels = analyse_contacts(data, served_params()).frequency.channels
    assert len(channels) == 8
    assert channels[-1].label == ""
    assert sum(row.contacts for row in channels) == 18


@pytest.mark.parametrize("dropped", [["interactions"], ["transactions"], ["interactions", "transactions"]])
def test_missing_tables_get_an_answer(demo, dropped):
    data, params, _, _ = demo
    tables = {name: frame for name, frame in data.tables.items() if name not in dropped}
    result = analyse_contacts(dataclasses.replace(data, tables=tables), params)
    if len(dropped) == 2:
        assert isinstance(result, NotEstimable)
        return
    json.dumps(result.to_dict(), allow_nan=False)
    silent = result.people if dropped == ["interactions"] else result.breadth
    assert isinstance(silent, NotEstimable)


@pytest.mark.parametrize("column", ["channel", "direction", "contact_id", "contact_level", "thread_id"])
def test_missing_columns_get_an_answer(demo, column):
    data, params, _, _ = demo
    for changed in (
        data.table("interactions").drop(columns=column),
        data.table("interactions").assign(**{column: pd.NA}),
    ):
        tables = dict(data.tables) | {"interactions": changed}
        result = analyse_contacts(dataclasses.replace(data, tables=tables), params)
        json.dumps(result.to_dict(), allow_nan=False)
        assert isinstance(result.frequency.silent, Estimate)


def test_a_client_of_one_customer_gets_an_answer():
    frame = contacts_of([("C000", 5, "p")])
    result = analyse_contacts(
        served_data({"transactions": orders([("C000", 3, 10.0)]), "interactions": frame}), served_params()
    )
    assert isinstance(result.frequency.silent, NotEstimable)
    json.dumps(result.to_dict(), allow_nan=False)
