"""Stages and the moves between them: by hand, and never by what came after the day they are of."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from lifecycle_clients import client_of, make_params, orders_of

from analysis.indicators.ledger import day_of, open_ledger
from analysis.models.lifecycle.rhythm import measure_rhythm
from analysis.models.lifecycle.stages import ACTIVE, DORMANT, LOST, PROSPECT, UNKNOWN, choose_rule, stages_on
from analysis.models.lifecycle.transitions import Lifecycle, analyse_lifecycle
from analysis.results import Estimate, NotEstimable

REGULARS = [(f"r{n}", day, 100) for n in range(6) for day in pd.date_range("2024-01-05", "2025-12-20", freq="45D")]
"""Customers who order every 45 days, so that the record reaches from end to end."""


def story():
    """a buys on; b stopped half a year ago; c stopped before; d came this year; e never bought; f is listed as gone."""
    rows = [
        *REGULARS,
        *[("a", day, 100) for day in pd.date_range("2024-02-01", "2025-12-01", freq="30D")],
        *[("b", day, 100) for day in pd.date_range("2024-02-01", "2025-09-15", freq="60D")],
        *[("c", day, 100) for day in pd.date_range("2024-02-01", "2024-11-15", freq="30D")],
        ("d", "2025-12-30", 100),
        *[("f", day, 100) for day in pd.date_range("2024-02-01", "2024-12-01", freq="30D")],
    ]
    customers = {
        "customer_id": ["e", "f"], "joined_on": ["2024-06-01", "2020-01-01"], "ended_on": [None, "2025-02-01"],
    }  # fmt: skip
    return client_of({"transactions": orders_of(rows)}, customers)


def moves_of(result: Lifecycle) -> dict[tuple[str, str], int]:
    return {(move.start, move.end): move.customers for move in result.transitions if move.customers}


def test_stages_of_a_day_are_those_of_the_story():
    data = story()
    ledger = open_ledger(data)
    rule = choose_rule(data, ledger, 90)
    now = stages_on(day_of(data.as_of), rule, data, ledger, today=True)
    then = stages_on(day_of(pd.Timestamp("2024-12-31")), rule, data, ledger, today=False)
    stage = dict(zip(data.customers.index, zip(then, now, strict=True), strict=True))
    assert stage["a"] == (ACTIVE, ACTIVE)
    assert stage["c"] == (ACTIVE, LOST)
    assert stage["d"] == (UNKNOWN, ACTIVE)
    assert stage["e"] == (PROSPECT, PROSPECT)
    assert stage["f"] == (ACTIVE, LOST)
    assert stage["b"][1] in (DORMANT, LOST)


def test_the_moves_are_counted():
    result = analyse_lifecycle(story(), make_params())
    assert (result.n, result.basis, result.year_before) == (12, "orders", "2024-12-31")
    assert moves_of(result)[("active", "active")] == 7
    assert moves_of(result)[("active", "lost")] == 2 + (moves_of(result).get(("active", "dormant"), 0) == 0)
    assert moves_of(result)[("unknown", "active")] == 1
    by_stage = {row.stage: row for row in result.stages}
    assert by_stage["active"].customers == 8
    assert by_stage["prospect"].revenue == 0
    assert sum(row.revenue for row in result.stages) == pytest.approx(
        story().table("transactions").query("ordered_on > '2024-12-31'")["revenue"].sum()
    )
    stayed = result.stayed_active
    assert isinstance(stayed, Estimate)
    assert stayed.value == pytest.approx(7 / 10)
    assert all(isinstance(move.share, NotEstimable) for move in result.transitions if move.start == "unknown")


def test_the_limit_of_silence_is_where_95_of_100_returns_have_come():
    # a hundred customers with two orders each, the second 1, 2, ..., 100 days after the first; nobody is silent for good
    rows = []
    for n in range(100):
        first = pd.Timestamp("2024-06-01")
        rows += [(f"c{n:03d}", first, 10), (f"c{n:03d}", first + pd.Timedelta(days=n + 1), 10)]
    rows.append(("z", "2025-12-31", 10))
    data = client_of({"transactions": orders_of(rows)})
    ledger = open_ledger(data)
    found = measure_rhythm(ledger, 1)
    # the second orders are followed by silence for good: a floor that the share of those who returned leaves aside
    assert found.limits[0] == pytest.approx(95, abs=1)
    assert measure_rhythm(ledger, 120).limits.min() == 120
    assert (np.diff(found.limits[1:]) > 0).all()


def test_a_contract_that_runs_keeps_a_silent_customer_dormant():
    contracts = pd.DataFrame(
        {
            "customer_id": ["c", "a"],
            "starts_on": pd.to_datetime(["2024-01-01", "2024-01-01"]),
            "ends_on": pd.to_datetime(["2026-12-31", "2024-06-30"]),
        }
    )
    data = client_of({"transactions": story().table("transactions"), "contracts": contracts})
    result = analyse_lifecycle(data, make_params())
    assert {row.stage: row.customers for row in result.stages}["dormant"] >= 1
    ledger = open_ledger(data)
    stages = stages_on(day_of(data.as_of), choose_rule(data, ledger, 90), data, ledger, today=True)
    assert stages[data.customers.index.get_loc("c")] == DORMANT
    assert stages[data.customers.index.get_loc("a")] == ACTIVE


def test_contracts_alone_tell_the_stages():
    contracts = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d"],
            "starts_on": pd.to_datetime(["2023-01-01"] * 3 + ["2026-02-01"]),
            "ends_on": pd.to_datetime([None, "2025-11-30", "2024-03-31", None]),
        }
    )
    result = analyse_lifecycle(client_of({"contracts": contracts}), make_params())
    assert result.basis == "contracts"
    assert [row.customers for row in result.stages] == [1, 1, 1, 1]
    assert moves_of(result)[("active", "dormant")] == 1
    assert [row.revenue for row in result.stages] == [None] * 4


def test_the_clients_list_alone_gives_no_moves():
    customers = {"customer_id": list("abcd"), "stage": ["active", "active", "lost", "prospect"]}
    result = analyse_lifecycle(client_of({}, customers), make_params())
    assert result.basis == "list"
    assert [row.customers for row in result.stages] == [1, 2, 0, 1]
    assert isinstance(result.transitions, NotEstimable)
    assert isinstance(result.stayed_active, NotEstimable)
    assert result.listed is None


def test_groups_of_companies_widen_the_interval():
    params = demo_params()
    data = known_client(3)
    alone = dataclasses.replace(data, customers=data.customers.assign(parent_id=None))
    joined = dataclasses.replace(
        data, customers=data.customers.assign(parent_id=[f"G{n // 8}" for n in range(len(data.customers))])
    )
    assert analyse_lifecycle(joined, params).groups < analyse_lifecycle(alone, params).groups
    widths = [
        result.stayed_active.high - result.stayed_active.low
        for result in (analyse_lifecycle(alone, params), analyse_lifecycle(joined, params))
    ]
    assert widths[0] != widths[1]


def test_what_happens_after_a_day_does_not_change_its_stages():
    data = known_client(3)
    ledger = open_ledger(data)
    rule = choose_rule(data, ledger, 180)
    day = day_of(pd.Timestamp("2024-12-31"))
    before = stages_on(day, rule, data, ledger, today=False)
    cut = {
        name: frame[frame[column] <= "2024-12-31"] if (column := COLUMNS.get(name)) else frame
        for name, frame in data.tables.items()
    }
    past = dataclasses.replace(data, tables=cut)
    assert (stages_on(day, rule, past, open_ledger(past), today=False) == before).all()


COLUMNS = {
    "transactions": "ordered_on", "interactions": "occurred_on", "opportunities": "created_on",
    "feedback": "received_on", "contracts": "starts_on",
}  # fmt: skip


def test_the_order_of_the_rows_does_not_matter():
    data, params = known_client(3), demo_params()
    shuffled = data.table("transactions").sample(frac=1, random_state=1).sort_values("ordered_on", kind="stable")
    other = dataclasses.replace(data, tables={**data.tables, "transactions": shuffled.reset_index(drop=True)})
    assert analyse_lifecycle(other, params).to_dict() == analyse_lifecycle(data, params).to_dict()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (client_of({}, {"customer_id": ["a"], "name": ["A"]}), "neither orders nor contracts"),
        (client_of({}, {"customer_id": [], "name": []}), "No customers are named"),
    ],
)
def test_without_anything_to_go_by_there_is_a_reason(data, words):
    result = analyse_lifecycle(data, make_params())
    assert isinstance(result, NotEstimable)
    assert words in result.reason.msgid


def test_a_short_record_has_stages_but_no_moves():
    rows = [(f"c{n}", day, 50) for n in range(5) for day in ("2025-10-01", "2025-12-30")]
    result = analyse_lifecycle(client_of({"transactions": orders_of(rows)}), make_params())
    assert result.year_before is None
    assert isinstance(result.transitions, NotEstimable)
    assert {row.stage: row.customers for row in result.stages}["active"] == 5


def test_one_purchase_each_has_an_answer():
    rows = [(f"c{n}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=n * 14), 50) for n in range(52)]
    result = analyse_lifecycle(client_of({"transactions": orders_of(rows)}), make_params())
    assert isinstance(result, Lifecycle)
    assert sum(row.customers for row in result.stages) == 52
    assert {limit.days for limit in result.limits} == {90.0}
