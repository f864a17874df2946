"""Key accounts: the client's own records always, single answers only with consent and inside, and one rule's next step."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from scale_clients import AS_OF, demo_params, drawn_client, made_client, made_params, without

from analysis.report.audit_json import render_audit_json
from analysis.results import NotEstimable
from analysis.scale.key_accounts import MOST_TAKEN, analyse_key_accounts


@pytest.fixture(scope="module")
def demo():
    return analyse_key_accounts(drawn_client(), demo_params())


def made(customers=None, **tables):
    params = made_params(segment=None)
    defaults = {"orders": [("a", 10, 60.0), ("a", 400, 100.0), ("b", 20, 30.0), ("c", 30, 10.0), ("b", 740, 1.0)]}
    return made_client(params, customers=customers, **(defaults | tables)), params


def card_of(data, params, customer="a", **options):
    found = analyse_key_accounts(data, params, **options)
    return next(card for card in found.cards if card.customer_id == customer)


def test_the_marked_customers_are_the_key_accounts_largest_first(demo):
    marked = drawn_client().customers["is_key_account"].sum()
    assert (demo.chosen_by, demo.total) == ("marked", marked)
    assert len(demo.cards) == marked > MOST_TAKEN
    revenue = [card.revenue for card in demo.cards]
    assert revenue == sorted(revenue, reverse=True)
    assert 0 < demo.share < 1


def test_where_none_is_marked_those_that_make_up_half_of_revenue_are():
    found = analyse_key_accounts(*made())
    assert (found.chosen_by, found.total) == ("revenue", 1)  # 60 of 100
    assert found.share == pytest.approx(0.6)
    even = [(f"c{number:02d}", 10, 1.0) for number in range(100)]
    assert analyse_key_accounts(*made(orders=even)).total == MOST_TAKEN


def test_revenue_is_told_by_year_and_quarter():
    card = card_of(*made())
    assert (card.revenue, card.revenue_before) == (60.0, 100.0)
    assert card.share == pytest.approx(0.6)
    assert [quarter.quarter for quarter in card.quarters][-1] == "2025-Q4"
    assert len(card.quarters) == 8
    assert {q.quarter: q.revenue for q in card.quarters if q.revenue} == {"2024-Q4": 100.0, "2025-Q4": 60.0}
    assert all(quarter.complete for quarter in card.quarters)


def test_without_two_years_of_orders_there_is_no_year_before():
    card = card_of(*made(orders=[("a", 10, 60.0), ("a", 200, 5.0)]))
    assert card.revenue_before is None
    assert [quarter.complete for quarter in card.quarters] == [False, True, True]  # the record begins in June


def test_answers_are_shown_with_consent_and_inside_only(demo):
    assert demo.answers_shown
    assert any(part.score is not None for part in demo.cards[0].health if part.dimension == "satisfaction")
    data, params = drawn_client(), demo_params()
    outside = params.model_copy(update={"audience": "external"})
    aggregate = params.model_copy(update={"survey": params.survey.model_copy(update={"confidentiality": "aggregate"})})
    for protected in (outside, aggregate):
        found = analyse_key_accounts(data, protected)
        assert not found.answers_shown
        blind = analyse_key_accounts(without(data, "survey"), protected)
        for card, other in zip(found.cards, blind.cards, strict=True):
            # of + known tell what the client has, not what the account answered; nothing else may differ
            scores = [(part.dimension, part.score, part.components) for part in card.health]
            assert scores == [(part.dimension, part.score, part.components) for part in other.health]
            assert card.relationship is None
            assert card.next_step == other.next_step
        assert [p.relationship for p in found.portfolio] == [p.relationship for p in blind.portfolio]


def test_every_card_names_the_components_that_its_points_are_the_mean_of(demo):
    for card in demo.cards:
        parts = {part.dimension: part for part in card.health}
        assert all(len(part.components) == part.known for part in parts.values())
        assert all((part.score is None) == (not part.components) for part in parts.values())
        assert parts["value"].components in ((), ("revenue_growth",))
    several = [part for card in demo.cards for part in card.health if len(part.components) > 1]
    assert {part.dimension for part in several} >= {"loyalty", "interaction"}


def test_an_account_has_a_whole_only_with_all_dimensions(demo):
    for card in demo.cards:
        scores = [part.score for part in card.health]
        if None in scores:
            assert card.relationship is None
            assert card.level == ""
        else:
            assert card.relationship == pytest.approx(np.mean(scores))


def test_the_map_compares_what_is_known_of_all_on_it(demo):
    assert [name.msgid for name in demo.compared] == ["Satisfaction", "Loyalty", "Interaction", "Depth and breadth"]
    values = [point.value for point in demo.portfolio]
    assert values == sorted(values, reverse=True)
    assert demo.middle == pytest.approx(np.median(values))
    card = next(card for card in demo.cards if card.relationship is not None)
    point = next(point for point in demo.portfolio if point.customer_id == card.customer_id)
    known = [part.score for part in card.health if part.dimension != "value"]
    assert point.relationship == pytest.approx(np.mean(known))


def test_lifetime_values_stand_on_the_map_where_every_account_has_one():
    data, params = drawn_client(), demo_params()
    ids = data.customers.index
    given = pd.DataFrame({"customer_id": ids, "p_alive": 0.9, "value": np.arange(len(ids), dtype=float)})
    found = analyse_key_accounts(data, params, customer_value=given)
    assert found.worth == "lifetime"
    assert found.cards[0].p_alive == 0.9
    assert found.cards[0].value == float(ids.get_loc(found.cards[0].customer_id))
    partly = analyse_key_accounts(data, params, customer_value=given.iloc[:3])
    assert partly.worth == "revenue"


def complaints(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "days", "resolved"])
    received = AS_OF - pd.to_timedelta(frame["days"], unit="D")
    resolved = pd.to_datetime(received.where(frame["resolved"].astype(bool)))
    return pd.DataFrame(
        {"customer_id": frame["customer_id"], "received_on": received, "text": "x", "kind": "complaint", "resolved_on": resolved}
    )  # fmt: skip


def test_complaints_and_contacts_are_counted_from_the_records():
    contacts = [("a", 100, "executive", "x"), ("a", 150, "specialist", "y"), ("a", 500, "specialist", "z")]
    feedback = complaints(("a", 30, False), ("a", 45, False), ("a", 400, True), ("b", 5, False))
    card = card_of(*made(contacts=contacts, feedback=feedback))
    assert (card.complaints.total, card.complaints.last_year, card.complaints.open) == (3, 2, 2)
    assert card.complaints.oldest_days == 45
    assert (card.contact.last_year, card.contact.days, card.contact.planned_days) == (2, 100, 90)
    assert (card.contact.is_overdue, card.contact.people, card.contact.reaches_top) == (True, 2, True)
    assert card.next_step.key == "complaint"  # before the visit, which is overdue, too
    assert card.next_step.evidence.values["days"] == 45


def opportunity(outcome):
    return pd.DataFrame(
        {
            "opportunity_id": ["o1", "o2"], "customer_id": "a", "created_on": pd.to_datetime(["2025-01-01", "2025-06-01"]),
            "closed_on": pd.NaT, "stage": ["Won", "Offer"], "amount": [1.0, 20.0],
            "is_won": pd.array([True, outcome], dtype="boolean"),
        }
    )  # fmt: skip


GROWING = [("a", 10, 60.0), ("a", 400, 50.0), ("b", 740, 1.0)]
MET = [("a", 10, "executive", "x"), ("a", 20, "executive", "y")]


@pytest.mark.parametrize(
    ("tables", "options", "step"),
    [
        ({"customers": pd.DataFrame({"customer_id": ["a"], "ended_on": [pd.Timestamp("2025-10-01")]})}, {}, "decide"),
        ({}, {"customer_value": pd.DataFrame({"customer_id": ["a"], "p_alive": [0.2], "value": [1.0]})}, "alive"),
        ({"contacts": [("b", 3, "executive", "x")]}, {}, "visit"),
        ({}, {}, "shrinking"),  # from 100 to 60
        ({"orders": GROWING, "opportunities": opportunity(None)}, {}, "opportunity"),
        ({"orders": GROWING, "contacts": MET[:1]}, {}, "second"),
        ({"orders": GROWING, "contacts": [("a", 10, "specialist", "x"), ("a", 11, "specialist", "y")]}, {}, "top"),
        ({"orders": GROWING, "contacts": [("a", 3 + 60 * n, "executive", f"p{n % 3}") for n in range(6)]}, {}, "keep"),
    ],
)
def test_the_next_step_is_that_of_the_first_rule_that_applies(tables, options, step):
    card = card_of(*made(**tables), **options)
    assert card.next_step.key == step


@pytest.mark.parametrize(("audience", "step"), [("internal", "weakest"), ("external", "record")])
def test_a_weak_answer_asks_for_a_talk_where_it_may_be_shown(audience, step):
    params = made_params({"sat": ("satisfaction", 1, 5, None)}, segment=None, audience=audience)
    answers = [{"customer_id": "a", "days": 20, "sat": 2.0}]
    card = card_of(made_client(params, orders=GROWING, answers=answers), params)
    assert card.next_step.key == step
    assert card.health[0].score == (25.0 if audience == "internal" else None)
    assert card.health[0].level == ("E" if audience == "internal" else "")


def test_a_closed_opportunity_asks_for_nothing():
    card = card_of(*made(orders=GROWING, opportunities=opportunity(False)))
    assert (card.opportunity.outcome, card.opportunity.stage, card.opportunity.amount) == ("lost", "Offer", 20.0)
    assert card.next_step.key == "record"  # as no contacts are


def test_without_marks_and_orders_there_are_no_key_accounts():
    data, params = made(orders=(), contacts=[("a", 3, "executive", "x")])
    assert isinstance(analyse_key_accounts(data, params), NotEstimable)


def test_marked_accounts_without_orders_have_cards_of_what_there_is():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "is_key_account": [True, False], "name": ["阿尔法", "Beta"]})
    data, params = made(customers=customers, orders=(), contacts=MET)
    found = analyse_key_accounts(data, params)
    assert (found.total, found.share, found.portfolio, found.middle) == (1, None, (), None)
    assert found.cards[0].name == "阿尔法"
    assert found.cards[0].revenue is None
    assert found.cards[0].quarters == ()


def test_returns_alone_and_equal_amounts_are_no_fault():
    returns = analyse_key_accounts(*made(orders=[("a", 10, -5.0), ("b", 10, -1.0)]))
    assert isinstance(returns, NotEstimable)
    same = analyse_key_accounts(*made(orders=[(f"c{n}", 10, 5.0) for n in range(8)]))
    assert same.total == 4
    json.loads(render_audit_json(same))


def test_key_accounts_become_json(demo):
    data = json.loads(render_audit_json(demo))
    assert data["cards"][0]["health"][0]["dimension"] == "satisfaction"
    assert dataclasses.asdict(demo.portfolio[0])["value"] == pytest.approx(data["portfolio"][0]["value"])
