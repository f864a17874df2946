"""Actions: each trigger fires on its evidence and stays silent without it; the ranking is by revenue concerned."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.actions import recommend_actions
from analysis.data.client import ClientData, DataQuality
from analysis.indicators.shapes import ItemResult
from analysis.messages import N_
from analysis.models.uplift.result import DriverGain, UpliftSimulation
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable

AS_OF = pd.Timestamp("2025-12-31")


@pytest.fixture
def params(tmp_path):
    source = {"transactions": {"files": "orders.csv"}}
    return ClientParams(client="acme", name="Acme", sources=source, params_file=tmp_path / "acme.yml")


def orders(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "revenue_constant", "category"])
    return frame.assign(ordered_on=pd.to_datetime(frame["ordered_on"]), is_return=frame["revenue_constant"] < 0)


def client(customers=("a", "b"), key=(), last_contact=None, planned=None, **tables):
    index = pd.Index(list(customers), name="customer_id")
    last = pd.to_datetime(pd.Series(last_contact or {}, dtype="object")).reindex(index)
    frame = pd.DataFrame({"is_key_account": index.isin(key), "last_contact": last}, index=index)
    if planned:
        frame["planned_revisit_days"] = pd.Series(planned).reindex(index)
    quality = DataQuality(tables=(), repairs=())
    return ClientData(tables=tables, customers=frame, waves=(), quality=quality, as_of=AS_OF)


def contacts(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "occurred_on", "contact_id"])
    return frame.assign(occurred_on=pd.to_datetime(frame["occurred_on"]))


def recommended(data, params, make_indicators, **fields):
    return {action.key: action for action in recommend_actions(data, make_indicators(**fields), params)}


TWO_YEARS = orders(
    ("a", "2024-01-15", 100.0, "x"), ("a", "2025-03-01", 60.0, "x"), ("a", "2025-03-02", 30.0, "y"),
    ("b", "2024-05-01", 200.0, "x"), ("b", "2025-05-01", 100.0, "z"),
    ("c", "2024-06-01", 50.0, "x"),
)  # fmt: skip


def test_customers_who_stopped_are_counted_with_the_revenue_they_had(params, make_indicators):
    action = recommended(client("abc", transactions=TWO_YEARS), params, make_indicators)["win_back"]
    assert (action.customers, action.revenue) == (1, 50.0)


def test_shrinking_means_at_least_the_declared_share(params, make_indicators):
    action = recommended(client("abc", transactions=TWO_YEARS), params, make_indicators)["stop_shrinking"]
    assert (action.customers, action.revenue) == (1, 100.0)  # b fell by half; a by a tenth


def test_one_year_of_orders_says_nothing_of_lost_or_shrinking_customers(params, make_indicators):
    short = TWO_YEARS[TWO_YEARS["ordered_on"] >= "2024-06-01"]
    found = recommended(client("abc", transactions=short), params, make_indicators)
    assert not {"win_back", "stop_shrinking"} & set(found)


def test_overdue_contact_follows_the_customers_own_plan(params, make_indicators):
    data = client(
        last_contact={"a": "2025-12-01", "b": "2025-12-01"}, planned={"a": 10, "b": 90}, transactions=TWO_YEARS,
        interactions=contacts(("a", "2025-12-01", "p"), ("b", "2025-12-01", "q")),
    )  # fmt: skip
    action = recommended(data, params, make_indicators)["restore_contact"]
    assert (action.customers, action.revenue) == (1, 90.0)


def test_key_accounts_with_one_contact_are_named_and_others_not(params, make_indicators):
    two = contacts(("a", "2025-12-01", "p"), ("b", "2025-12-01", "q"), ("b", "2025-12-02", "r"))
    data = client(key=("a", "b"), transactions=TWO_YEARS, interactions=two)
    assert recommended(data, params, make_indicators)["add_contacts"].customers == 1
    none_key = client(transactions=TWO_YEARS, interactions=two)
    assert "add_contacts" not in recommended(none_key, params, make_indicators)


def test_one_category_customers_count_only_where_there_are_three_to_sell(params, make_indicators):
    found = recommended(client("abc", transactions=TWO_YEARS), params, make_indicators)
    assert (found["widen_range"].customers, found["widen_range"].revenue) == (1, 100.0)
    two = TWO_YEARS.replace({"category": {"y": "x"}})
    assert "widen_range" not in recommended(client("abc", transactions=two), params, make_indicators)


def test_open_complaints_only(params, make_indicators):
    feedback = pd.DataFrame({
        "customer_id": ["a", "a", "b"], "kind": ["complaint", "complaint", "praise"],
        "received_on": pd.to_datetime(["2025-12-21", "2025-12-01", "2025-01-01"]),
        "resolved_on": pd.to_datetime([None, "2025-12-02", None]),
    })  # fmt: skip
    action = recommended(client(transactions=TWO_YEARS, feedback=feedback), params, make_indicators)["close_complaints"]
    assert (action.evidence.count, action.evidence.values["oldest"], action.customers) == (1, 10, 1)
    closed = feedback[feedback["resolved_on"].notna()]
    assert "close_complaints" not in recommended(client(feedback=closed), params, make_indicators)


def estimate(value, low, high):
    return Estimate(value=value, low=low, high=high, n=40, method="t", unit="index")


def item(key, value, low, high):
    score = estimate(value, low, high)
    return ItemResult(key=key, label={"en": key}, role="driver", scale=(1, 10), mean=score, index=score, top2=score,
                      by_period={}, n=40, distribution={})  # fmt: skip


def test_the_weakest_item_must_lie_clearly_below_the_others(params, make_indicators):
    clear = recommended(
        client(), params, make_indicators, items=(item("price", 40, 35, 45), item("quality", 70, 60, 80))
    )
    assert clear["raise_weakest_item"].title.values["item"] == "price"
    vague = recommended(
        client(), params, make_indicators, items=(item("price", 60, 50, 71), item("quality", 70, 60, 80))
    )
    assert "raise_weakest_item" not in vague


def test_partners_whose_interval_lies_below_the_whole(params, make_indicators):
    result = IndicatorResult(
        key="satisfaction_index", name=N_("x"), definition=N_("x"), dimension="satisfaction", unit="index",
        unit_of_analysis="account", overall=estimate(70, 68, 72),
        by_partner={"P1": estimate(60, 55, 65), "P2": estimate(66, 60, 72)},
    )  # fmt: skip
    actions = recommend_actions(client(), make_indicators(result), params)
    assert [a.evidence.values["partners"] for a in actions if a.key == "coach_partners"] == [["P1"]]


def test_missing_sources_are_actions_too_and_come_after_revenue(params, make_indicators):
    actions = recommend_actions(client("abc", transactions=TWO_YEARS), make_indicators(), params)
    without = [action.key for action in actions if action.revenue is None]
    assert {"ask_customers", "record_contacts"} < set(without)
    assert without == [action.key for action in actions][-len(without) :]
    revenues = [action.revenue or 0 for action in actions]
    assert revenues == sorted(revenues, reverse=True)


def test_without_evidence_there_is_no_action(params, make_indicators):
    data = client(survey=pd.DataFrame({"x": [1]}), interactions=contacts(("a", "2025-12-01", "p")))
    actions = recommend_actions(data, make_indicators(), params)
    assert {condition.partition(" is ")[2] for action in actions for condition in action.conditions[:1]} == {"missing"}
    assert {action.key for action in actions} == {"record_feedback", "record_opportunities", "set_targets"}


def test_an_action_that_concerns_next_to_no_revenue_is_left_out(params, make_indicators):
    tiny = TWO_YEARS.replace({"revenue_constant": {50.0: 1.0}})
    assert "win_back" not in recommended(client("abc", transactions=tiny), params, make_indicators)


def test_weak_partners_are_named_and_the_list_is_short(params, make_indicators):
    low = Estimate(value=40, low=35, high=45, n=30, method="t", unit="index")
    result = IndicatorResult(
        key="satisfaction_index", name=N_("Satisfaction index"), definition=N_("Satisfaction index"),
        dimension="satisfaction", unit="index", unit_of_analysis="respondent",
        overall=Estimate(value=70, low=68, high=72, n=900, method="t", unit="index"),
        by_partner={f"p{i}": low for i in range(9)},
    )  # fmt: skip
    names = pd.DataFrame({"partner_id": [f"p{i}" for i in range(9)], "name": [f"Dealer {i}" for i in range(9)]})
    actions = recommend_actions(client(partners=names), make_indicators(result), params)
    evidence = next(action.evidence for action in actions if action.key == "coach_partners")
    assert evidence.count == 9
    assert evidence.values["partners"] == ["Dealer 0", "Dealer 1", "Dealer 2"]


def gain(driver, money):
    return DriverGain(
        driver=driver, label=driver.title(), performance=40.0, satisfaction=estimate(2, 1, 3),
        chance=Estimate(value=0.8, low=0.2, high=1.4, n=300, method="joint-simulation", unit="percentage_points"),
        share=Estimate(value=0.01, low=0.0, high=0.02, n=300, method="joint-simulation", unit="proportion"),
        money=money, probability_best=0.5,
    )  # fmt: skip


def simulated(*gains):
    uplift = UpliftSimulation(
        drivers=gains, points=10.0, worth=N_("revenue"), customers=300, answers=900, base_revenue=1e6, draws=400,
        horizon_days=180, notes=(),
    )  # fmt: skip
    return SimpleNamespace(uplift=uplift, drivers=NotEstimable(reason=N_("There are no drivers.")))


def test_an_action_on_a_part_of_the_service_has_the_simulated_effect_and_comes_after_the_facts(params, make_indicators):
    money = Estimate(value=3e4, low=1e4, high=6e4, n=300, method="joint-simulation", unit="money")
    weak = make_indicators(items=(item("price", 40, 35, 45), item("quality", 70, 60, 80)))
    actions = recommend_actions(
        client("abc", transactions=TWO_YEARS),
        weak,
        params,
        relations=simulated(gain("quality", money), gain("price", money)),
    )
    chosen = next(action for action in actions if action.key == "raise_weakest_item")
    assert (chosen.basis, chosen.effect.driver, chosen.effect.points) == ("simulated", "Price", 10.0)
    assert chosen.effect.revenue is money
    bases = [action.basis for action in actions]
    assert bases == sorted(bases, key=["concerned", "simulated", "none"].index)
    assert json.loads(json.dumps(chosen.to_dict()))["effect"]["revenue"]["low"] == 1e4


def test_without_a_year_of_orders_the_effect_is_a_share_of_revenue(params, make_indicators):
    absent = NotEstimable(reason=N_("The orders cover less than a year."))
    weak = make_indicators(items=(item("price", 40, 35, 45), item("quality", 70, 60, 80)))
    actions = recommend_actions(client(), weak, params, relations=simulated(gain("price", absent)))
    chosen = next(action for action in actions if action.key == "raise_weakest_item")
    assert chosen.effect.revenue.unit == "proportion"


def test_each_action_says_for_whom_what_it_aims_at_and_by_when(params, make_indicators):
    action = recommended(client("abc", transactions=TWO_YEARS), params, make_indicators)["win_back"]
    assert (action.due, action.indicator, action.basis) == ("2026-03-31", "retention_rate", "concerned")
    assert (action.conditions, action.facts) == (("lost_customers >= 1",), ("lost_customers",))
    assert action.for_whom.msgid == "Customers who bought the year before and not since"
