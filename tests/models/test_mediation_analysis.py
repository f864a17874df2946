"""The mediation analysis of a client: known truth, order in time, weights, depth, and data that carry no answer."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from model_clients import AS_OF, client_of, make_client, make_params

from analysis.models.mediation.analysis import SAME_TIME, analyse_mediation
from analysis.models.mediation.result import MediationResult, ModeratedMediation
from analysis.models.mediation.sample import gather_customers, orders_within
from analysis.models.repurchase_plan import plan_predictors
from analysis.models.repurchase_sample import build_sample
from analysis.results import Estimate, NotEstimable
from analysis.synthetic.truth import Truth

PARAMS = make_params(bootstrap_draws=100)


@pytest.fixture(scope="module")
def demo():
    return analyse_mediation(known_client(7), demo_params())


def changed(data, **tables):
    return replace(data, tables={**data.tables, **tables})


def numbers(result):
    return [result.main.total.value, result.main.indirect.value, result.main.total.low, result.orders.total.value]


def test_the_demonstration_client_answers_every_question(demo):
    json.dumps(demo.to_dict(), allow_nan=False)
    assert demo.draws == demo_params().bootstrap_draws
    assert demo.main.total.value == pytest.approx(demo.main.direct.value + demo.main.indirect.value)
    assert isinstance(demo.parallel, MediationResult)
    assert len(demo.serial.paths) == 3
    assert demo.orders.unit == "per_year"
    assert isinstance(demo.moderated[0].answer, ModeratedMediation)
    assert isinstance(demo.drivers, NotEstimable)
    assert SAME_TIME in demo.notes
    assert 8 < demo.main.mean_step < 10


def test_in_depth_the_drivers_are_followed_too():
    params = demo_params().model_copy(update={"depth": "full", "bootstrap_draws": 40})
    found = analyse_mediation(known_client(7), params)
    assert found.draws == 200
    by_key = {chain.key: chain.answer for chain in found.drivers}
    assert by_key["delivery"].indirect.low > 0
    assert by_key["invoicing"].indirect.low < 0 < by_key["invoicing"].indirect.high
    assert by_key["delivery"].accounts < by_key["delivery"].n


def test_a_world_without_effects_shows_none():
    """In five clients in which nothing goes with anything, at most one way through loyalty is claimed."""
    claims = 0
    for seed in range(5):
        params = demo_params().model_copy(update={"bootstrap_draws": 100})
        found = analyse_mediation(known_client(seed, Truth().without_effects()), params)
        effect = found.main.indirect
        claims += effect.low > 0 or effect.high < 0
    assert claims <= 1


def test_nothing_after_the_horizon_changes_anything_before():
    data = make_client(seed=3)
    params = make_params(bootstrap_draws=100)
    base = analyse_mediation(data, params)
    orders = data.table("transactions")
    last = data.table("survey").groupby("customer_id")["responded_on"].max()
    after = (orders["ordered_on"] - orders["customer_id"].map(last)).dt.days
    late = orders[(after > 0) & (after <= 100)].head(40).copy()
    late["ordered_on"] += pd.Timedelta(days=101)
    moved = analyse_mediation(changed(data, transactions=pd.concat([orders, late], ignore_index=True)), params)
    assert numbers(moved) == numbers(base)
    same_day = orders[after > 0].copy()
    same_day["ordered_on"] = same_day["customer_id"].map(last)
    more = analyse_mediation(changed(data, transactions=pd.concat([orders, same_day], ignore_index=True)), params)
    assert numbers(more) == numbers(base)


def test_orders_are_counted_strictly_after_the_response_and_within_the_horizon():
    rows = pd.DataFrame({"customer_id": ["a", "b"], "responded_on": pd.to_datetime(["2025-03-01", "2025-03-01"])})
    days = ["2025-02-28", "2025-03-01", "2025-03-02", "2025-03-02", "2025-06-09", "2025-06-10"]
    orders = pd.DataFrame(
        {"customer_id": "a", "ordered_on": pd.to_datetime(days), "is_return": [False] * 5 + [True], "revenue": 1.0}
    )
    data = client_of(None, orders, pd.DataFrame())
    np.testing.assert_array_equal(orders_within(data, rows, 100), [2, 0])


def test_the_customers_are_those_of_the_model_of_buying_again():
    data, params = known_client(7), demo_params()
    plan = plan_predictors(build_sample(data, params), params)
    customers = gather_customers(data, params, plan)
    assert len(customers.orders) == len(plan.rows)
    np.testing.assert_array_equal(customers.orders > 0, plan.outcome == 1)
    design = plan.designs["satisfaction_loyalty"]
    assert [control.terms[0].key for control in customers.controls] == [term.key for term in design.terms[3:]]
    index = np.nanmean([customers.roles[role] for role in ("attitudinal_loyalty", "recommendation",
                                                           "repurchase_intention")], axis=0)  # fmt: skip
    assert np.corrcoef(index, plan.rows["loyalty"])[0, 1] > 0.99


def test_weights_move_every_number():
    data = make_client(seed=3, weights=True)
    weighted, params = analyse_mediation(data, PARAMS), PARAMS
    flat = analyse_mediation(changed(data, survey=data.table("survey").assign(weight=1.0)), params)
    assert weighted.weighted
    assert not flat.weighted
    assert all(abs(one / other - 1) > 1e-4 for one, other in zip(numbers(weighted), numbers(flat), strict=True))


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan])
def test_weights_that_are_none_are_refused(weight):
    data = make_client(seed=3)
    survey = data.table("survey").copy()
    survey.loc[survey.index[:4], "weight"] = weight
    found = analyse_mediation(changed(data, survey=survey), PARAMS)
    assert isinstance(found, NotEstimable)
    assert "weights" in found.reason.msgid


def never(data):
    orders = data.table("transactions")
    last = data.table("survey").groupby("customer_id")["responded_on"].max()
    after = orders["ordered_on"] > orders["customer_id"].map(last).fillna(AS_OF - pd.Timedelta(days=1))
    return changed(data, transactions=orders[~after | (orders["customer_id"] == "passer-by")])


def survey_with(**columns):
    return lambda data: changed(data, survey=data.table("survey").assign(**columns))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda data: replace(data, tables={"survey": data.table("survey")}), "no orders"),
        (lambda data: replace(data, tables={"transactions": data.table("transactions")}), "no survey answer"),
        (lambda data: replace(data, has_real_customers=False), "anonymous"),
        (lambda data: changed(data, survey=data.table("survey").drop(columns="loyalty_index")), "about loyalty"),
        (survey_with(loyalty_index=np.nan), "about loyalty"),
        (survey_with(satisfaction_index=100.0), "same satisfaction"),
        (survey_with(loyalty_index=80.0), "Loyalty does not vary"),
        (lambda data: changed(data, survey=data.table("survey").assign(
            loyalty_index=data.table("survey")["satisfaction_index"])), "Loyalty does not vary"),
        (never, "Nobody bought again"),
        (lambda data: changed(data, survey=data.table("survey").head(6)), "Fewer than"),
    ],
)  # fmt: skip
def test_data_without_an_answer_get_a_reason(spoil, word):
    found = analyse_mediation(spoil(make_client(seed=3)), PARAMS)
    assert isinstance(found, NotEstimable)
    assert word in found.reason.msgid


def test_what_was_not_asked_is_named_and_the_rest_is_answered():
    """The small client asks neither intention nor attitude, and says no aspect of the offer."""
    found = analyse_mediation(make_client(seed=3), make_params(bootstrap_draws=100, depth="full"))
    assert isinstance(found.main.total, Estimate)
    assert "was not asked" in found.parallel.reason.msgid
    assert "was not asked" in found.serial.reason.msgid
    assert "single aspects" in found.drivers.reason.msgid


def test_a_real_difference_between_segments_is_found():
    """Loyalty follows satisfaction among Trade customers only, and buying follows loyalty."""
    data = make_client(seed=11, accounts=600, effect=0.0)
    rng = np.random.default_rng(4)
    survey = data.table("survey").copy()
    trade = survey["customer_id"].map(data.customers["segment"]) == "Trade"
    slope = np.where(trade, 0.9, 0.0)
    survey["loyalty_index"] = 60 + slope * (survey["satisfaction_index"] - 65) + 10 * rng.normal(size=len(survey))
    mean = survey[survey["wave"] == "W2"].groupby("customer_id")["loyalty_index"].mean()
    last = survey.groupby("customer_id")["responded_on"].max()
    buys = rng.random(len(mean)) < 1 / (1 + np.exp(-0.08 * (mean - 60)))
    orders = data.table("transactions")
    before = orders[orders["ordered_on"] < orders["customer_id"].map(last).fillna(AS_OF + pd.Timedelta(days=1))]
    new = pd.DataFrame({"customer_id": mean.index[buys], "revenue": 100.0, "is_return": False})
    new["ordered_on"] = new["customer_id"].map(last) + pd.Timedelta(days=30)
    found = analyse_mediation(
        changed(data, survey=survey, transactions=pd.concat([before, new], ignore_index=True)), PARAMS
    )
    answer = next(question.answer for question in found.moderated if "Segment" in question.moderator.msgid)
    low, high = answer.conditional
    assert answer.difference.low > 5
    assert answer.difference.value == pytest.approx(high.indirect.value - low.indirect.value)
    assert low.indirect.low < 0 < low.indirect.high
    assert (low.n, high.n) == (200, 400)
    assert isinstance(answer.index, NotEstimable)
