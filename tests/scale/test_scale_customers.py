"""Customers on the dimensions: the same anchors as the client, and nothing that is not known yet."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scale_clients import AS_OF, demo_params, drawn_client, made_client, made_params

from analysis.indicators.compute import compute_indicators
from analysis.scale import score_relationship
from analysis.scale.customers import customer_components, customer_dimensions
from analysis.scale.past import known_at

ITEMS = {
    "sat": ("satisfaction", 1, 5, None),
    "loyal": ("attitudinal_loyalty", 1, 7, None),
    "green": ("custom", 1, 5, "sustainability"),
}


@pytest.fixture
def hand():
    """Two years of a and b; b has stopped, a has grown by a tenth and buys two of three categories."""
    params = made_params(ITEMS, segment=None)
    orders = [
        ("a", 730, 50), ("a", 500, 50), ("a", 200, 60), ("a", 100, 50, "B"),
        ("b", 729, 80), ("b", 400, 20, "C"), ("c", 30, 5),
    ]  # fmt: skip
    contacts = [
        ("a", 10, "executive", "x"),
        ("a", 300, "specialist", "y"),
        ("c", 200, "operational", "z"),
        ("b", 500, "executive", "w"),
    ]
    answers = [
        {"customer_id": "a", "days": 60, "sat": 4.0, "loyal": 7.0, "green": 2.0},
        {"customer_id": "a", "days": 60, "sat": 5.0, "loyal": 4.0, "green": np.nan},
        {"customer_id": "b", "days": 500, "sat": 1.0, "loyal": 1.0, "green": 1.0},
    ]
    return made_client(params, orders=orders, contacts=contacts, answers=answers), params


def test_components_lie_between_the_anchors_of_the_scale(hand):
    found = customer_components(*hand)
    a = found.loc["a"]
    assert a["satisfaction_index"] == pytest.approx((75 + 100) / 2)
    assert a["loyalty_index"] == pytest.approx((100 + 50) / 2)
    assert a["custom.sustainability"] == pytest.approx(25)
    assert a["retention_rate"] == 100
    assert a["revenue_growth"] == pytest.approx(75)  # +10% on the way from -20% to +20%
    assert a["contact_coverage"] == 100
    assert a["contact_frequency"] == pytest.approx(100 * 2 / (365.25 / 90))
    assert a["contact_level_top2_share"] == 100
    assert a["categories_bought"] == pytest.approx(50)  # two of three, one being none
    assert found.loc["b", "retention_rate"] == 0
    assert found.loc["c", "contact_coverage"] == 0


def test_what_is_not_known_of_a_customer_is_missing(hand):
    found = customer_components(*hand)
    assert np.isnan(found.loc["b", "satisfaction_index"])  # answered more than a year ago
    assert found.loc["b", ["contact_coverage", "categories_bought"]].isna().all()  # not active
    assert np.isnan(found.loc["c", "revenue_growth"])  # bought nothing the year before


def test_a_dimension_is_the_mean_of_what_is_known(hand):
    found = customer_dimensions(*hand)
    assert list(found) == ["satisfaction", "loyalty", "value", "interaction", "depth_breadth", "sustainability"]
    assert found.loc["a", "depth_breadth"] == pytest.approx(75)
    assert found.loc["b", "loyalty"] == pytest.approx(0)


def test_anonymous_answers_are_never_joined_to_a_customer(hand):
    data, params = hand
    anonymous = params.model_copy(update={"survey": params.survey.model_copy(update={"confidentiality": "anonymous"})})
    found = customer_components(data, anonymous)
    assert found[["satisfaction_index", "loyalty_index", "custom.sustainability"]].isna().all(axis=None)
    assert found.loc["a", "revenue_growth"] == pytest.approx(75)


def test_shares_of_customers_agree_with_the_client_as_a_whole():
    data, params = drawn_client(), demo_params()
    components = customer_components(data, params)
    whole = {
        component.indicator: component.score.value
        for dimension in score_relationship(compute_indicators(data, params), params).dimensions
        for component in dimension.components
    }
    for key in ("repeat_purchase_rate", "contact_coverage", "contact_level_top2_share", "categories_bought"):
        assert components[key].mean() == pytest.approx(whole[key])
    assert components["retention_rate"].mean() == pytest.approx(whole["retention_rate"], abs=1.5)  # no censoring here
    assert components["satisfaction_index"].mean() == pytest.approx(whole["satisfaction_index"], abs=2)  # two waves


def test_nothing_of_later_moves_what_was_known_on_a_day():
    data, params = drawn_client(), demo_params()
    day = pd.Timestamp("2025-07-04")
    before = customer_dimensions(known_at(data, day), params, short=True)
    tables = dict(data.tables)
    for name, date in (("transactions", "ordered_on"), ("interactions", "occurred_on"), ("survey", "responded_on")):
        tables[name] = tables[name][tables[name][date] <= day]
    orders = data.table("transactions")
    future = orders[orders["ordered_on"] > day].assign(revenue=1e9, revenue_constant=1e9, customer_id="C00064")
    tables["transactions"] = pd.concat([tables["transactions"], future], ignore_index=True)
    moved = dataclasses.replace(data, tables=tables)
    assert len(future) > 100
    pd.testing.assert_frame_equal(before, customer_dimensions(known_at(moved, day), params, short=True))


def test_of_the_customers_only_what_has_a_history_is_known_then():
    past = known_at(drawn_client(), AS_OF - pd.Timedelta(days=180))
    assert "planned_revisit_days" not in past.customers
    assert not (past.customers["ended_on"] > past.as_of).any()
    assert drawn_client().customers["ended_on"].max() > past.as_of


@pytest.mark.parametrize("tables", [{}, {"orders": [("a", 3, 10.0)]}, {"contacts": [("a", 3, "executive", "x")]}])
def test_a_client_of_next_to_nothing_has_no_scores_and_no_fault(tables):
    params = made_params()
    customers = pd.DataFrame({"customer_id": ["a", "b"]})
    found = customer_dimensions(made_client(params, customers=customers, **tables), params)
    assert list(found.index) == ["a", "b"]
    assert found[["satisfaction", "value"]].isna().all(axis=None)
