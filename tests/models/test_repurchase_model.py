"""Repeat purchase: the order in time, the counts, the reasons, the parts of the result."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from model_clients import AS_OF, client_of, make_client, make_params
from statsmodels.stats.proportion import proportion_confint

from analysis.models.crossvalidation import (
    calibration_table,
    resampled_estimate,
    stratified_folds,
    validate,
    weighted_auc,
)
from analysis.models.repurchase import fit_repeat_purchase, repeat_rate
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.models.repurchase_sample import bought_between, build_sample, purchase_days
from analysis.models.separation import detect_separation
from analysis.results import Estimate, NotEstimable

PREDICTORS = ["satisfaction", "loyalty", "recency", "frequency", "tenure", "segment", "no_order_before", "weight"]


@pytest.fixture(scope="module")
def data():
    return make_client()


@pytest.fixture(scope="module")
def model(data):
    return fit_repeat_purchase(data, make_params())


def orders_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on"])
    frame["ordered_on"] = pd.to_datetime(frame["ordered_on"])
    return frame.assign(revenue=10.0, is_return=False)


def answers_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "responded_on", "wave_order", "satisfaction_index"])
    frame["responded_on"] = pd.to_datetime(frame["responded_on"])
    frame = frame.assign(wave="W" + frame["wave_order"].astype(str), loyalty_index=50.0, weight=1.0)
    frame["account_key"] = frame["customer_id"]
    return frame.assign(respondent_level="specialist", respondent_key="r")


def customers_of(*ids):
    index = pd.Index(ids, name="customer_id")
    return pd.DataFrame({"segment": "A", "joined_on": pd.Timestamp("2024-01-01"), "is_key_account": False}, index=index)


def test_predictors_and_outcome_by_hand():
    answers = answers_of(("a", "2025-03-01", 0, 40.0), ("a", "2025-03-11", 0, 60.0), ("a", "2025-11-01", 1, 90.0))
    orders = orders_of(
        ("a", "2024-03-01"), ("a", "2025-03-01"), ("a", "2025-03-01"), ("a", "2025-03-11"), ("a", "2025-06-19")
    )
    sample = build_sample(client_of(answers, orders, customers_of("a")), make_params())
    row = sample.rows.iloc[0]
    assert len(sample.rows) == 1
    assert (sample.responding, sample.censored) == (1, 0)
    assert row["responded_on"] == pd.Timestamp("2025-03-11")  # W1's horizon of 100 days reaches past as_of
    assert row["satisfaction"] == 50.0
    assert row["recency"] == pytest.approx(np.log(11))  # 10 days since 1 March; the order of the day itself is not past
    assert row["frequency"] == pytest.approx(np.log(2))  # one order day within 200 days
    assert row["tenure"] == pytest.approx(435 / 365.25)
    assert row["bought"] == 1.0  # 19 June is day 100
    assert not row["history_cut"]


@pytest.mark.parametrize(
    ("day", "bought"), [("2025-03-11", 0.0), ("2025-03-12", 1.0), ("2025-06-19", 1.0), ("2025-06-20", 0.0)]
)
def test_the_horizon_begins_after_the_response_and_ends_with_its_last_day(day, bought):
    data = client_of(answers_of(("a", "2025-03-11", 0, 60.0)), orders_of(("a", day)), customers_of("a"))
    assert build_sample(data, make_params()).rows["bought"].tolist() == [bought]


def test_returns_are_no_purchases():
    orders = orders_of(("a", "2025-01-10"), ("a", "2025-04-01"))
    orders.loc[1, ["revenue", "is_return"]] = [-10.0, True]
    data = client_of(answers_of(("a", "2025-03-11", 0, 60.0)), orders, customers_of("a"))
    assert build_sample(data, make_params()).rows["bought"].tolist() == [0.0]


def test_respondents_are_averaged_by_the_weight_of_their_level():
    answers = answers_of(("a", "2025-03-01", 0, 40.0), ("a", "2025-03-01", 0, 80.0))
    answers["respondent_level"] = ["executive", "specialist"]
    survey = make_params().survey.model_copy(update={"respondent_weights": {"executive": 3.0}})
    data = client_of(answers, orders_of(("a", "2025-01-01")), customers_of("a"))
    sample = build_sample(data, make_params().model_copy(update={"survey": survey}))
    assert sample.rows["satisfaction"].tolist() == [(3 * 40 + 80) / 4]


def test_a_customer_whose_horizon_passes_as_of_is_censored_and_not_counted_as_lost():
    answers = answers_of(("a", "2025-09-22", 0, 60.0), ("b", "2025-09-23", 0, 60.0))
    data = client_of(answers, orders_of(("a", "2025-01-01"), ("b", "2025-10-01")), customers_of("a", "b"))
    sample = build_sample(data, make_params())
    assert sample.rows["customer_id"].tolist() == ["a"]  # 22 September + 100 days is 31 December
    assert sample.censored == 1


def test_moving_the_future_changes_no_predictor(data):
    """Every order after the response is moved by a random number of days, none before the response."""
    params = make_params()
    before = build_sample(data, params).rows
    orders = data.table("transactions").copy()
    response = orders["customer_id"].map(before.set_index("customer_id")["responded_on"])
    future = orders["ordered_on"] > response
    assert future.sum() > 100
    rng = np.random.default_rng(3)
    shift = pd.to_timedelta(rng.integers(1, 400, future.sum()), "D")
    orders.loc[future, "ordered_on"] = response[future] + shift
    orders = orders[orders["ordered_on"] <= AS_OF]
    after = build_sample(client_of(data.table("survey"), orders, data.customers), params).rows
    pd.testing.assert_frame_equal(
        after[["customer_id", "responded_on", *PREDICTORS]], before[["customer_id", "responded_on", *PREDICTORS]]
    )
    assert (after["bought"] != before["bought"]).any()


def test_later_answers_change_nothing_either(data):
    """An answer whose horizon is not complete cannot be looked at."""
    survey = data.table("survey")
    late = survey.assign(responded_on=pd.Timestamp("2025-12-01"), wave="W3", wave_order=2, satisfaction_index=0.0)
    other = client_of(pd.concat([survey, late], ignore_index=True), data.table("transactions"), data.customers)
    pd.testing.assert_frame_equal(build_sample(other, make_params()).rows, build_sample(data, make_params()).rows)


def test_placebo_window_lies_before_the_response():
    data = client_of(
        answers_of(("a", "2025-06-01", 0, 50.0), ("b", "2025-06-01", 0, 50.0), ("c", "2025-06-01", 0, 50.0)),
        orders_of(("a", "2025-05-31"), ("b", "2025-06-01"), ("c", "2025-02-20")),
        customers_of("a", "b", "c"),
    )
    rows = build_sample(data, make_params()).rows
    assert bought_between(rows, purchase_days(data), -101, -1).tolist() == [True, False, False]


def test_the_known_effect_is_found(model):
    assert isinstance(model.satisfaction_effect, Estimate)
    assert model.satisfaction_effect.low > 0
    assert model.satisfaction_effect.unit == "percentage_points"
    assert [fit.key for fit in model.fits] == ["baseline", "satisfaction", "satisfaction_loyalty"]
    assert model.validation.full.auc.value > model.validation.baseline.auc.value
    assert model.validation.auc_gain.value == pytest.approx(
        model.validation.full.auc.value - model.validation.baseline.auc.value
    )
    assert model.satisfaction_effect == model.fit("satisfaction").effect("satisfaction_10")


def test_result_is_json_without_nan_and_deterministic(data, model):
    text = json.dumps(model.to_dict(), allow_nan=False)
    assert json.dumps(fit_repeat_purchase(data, make_params()).to_dict(), allow_nan=False) == text


@pytest.mark.parametrize("column", ["segment", "joined_on"])
def test_held_out_gains_are_over_recency_and_frequency_alone(data, model, column):
    """Another list of segments, or other days of joining, move the effects and nothing that is predicted."""
    rng = np.random.default_rng(1)
    shuffled = data.customers[column].to_numpy()[rng.permutation(len(data.customers))]
    moved = data.customers.assign(**{column: shuffled})
    other = fit_repeat_purchase(client_of(data.table("survey"), data.table("transactions"), moved), make_params())
    assert other.n == model.n
    assert other.satisfaction_effect.value != pytest.approx(model.satisfaction_effect.value, rel=1e-6)
    assert other.validation == model.validation


def test_held_out_baseline_holds_past_buying_and_nothing_else(data):
    plan = plan_repeat_purchase(data, make_params())
    assert [term.key for term in plan.predicting["baseline"].terms] == ["intercept", "recency", "frequency"]
    full = [term.key for term in plan.predicting["satisfaction_loyalty"].terms]
    assert full == ["intercept", "satisfaction_10", "loyalty_10", "recency", "frequency"]


def test_coefficient_frame(model):
    frame = model.fit("satisfaction").to_frame()
    assert list(frame.columns) == ["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
    assert frame["term"].tolist() == [
        "intercept",
        "satisfaction_10",
        "recency",
        "frequency",
        "tenure",
        "segment=Retail",
    ]


def test_curve_stays_within_probabilities_and_bins_hold_everybody(model):
    assert all(0 <= point.low <= point.fitted <= point.high <= 1 for point in model.curve.points)
    assert sum(part.n for part in model.curve.bins) == model.n
    assert min(part.n for part in model.curve.bins) >= 10


def test_every_diagnostic_is_there(model):
    assert [check.key for check in model.diagnostics] == [
        "vif",
        "separation",
        "linearity",
        "influence",
        "cook",
        "follow_up",
    ]


def test_survey_weights_move_every_estimate():
    weighted = make_client(weights=True)
    params = make_params()
    plain = params.model_copy(update={"survey": params.survey.model_copy(update={"weight_kind": "none"})})
    first, second = fit_repeat_purchase(weighted, params), fit_repeat_purchase(weighted, plain)
    assert first.weighted
    assert not second.weighted
    for name in ("satisfaction_effect", "satisfaction_direct_effect", "loyalty_effect", "placebo", "repeat_rate"):
        assert getattr(first, name).value != pytest.approx(getattr(second, name).value, rel=1e-6), name
    assert first.validation.brier_gain.value != pytest.approx(second.validation.brier_gain.value, rel=1e-6)


def test_customers_without_an_order_before_get_an_indicator_of_their_own(data):
    orders = data.table("transactions")
    response = orders["customer_id"].map(data.table("survey").groupby("customer_id")["responded_on"].max())
    fresh = orders["customer_id"].isin(sorted(data.customers.index)[:30]) & (orders["ordered_on"] < response)
    model = fit_repeat_purchase(client_of(data.table("survey"), orders[~fresh], data.customers), make_params())
    assert model.counts.without_order_before == 30
    assert "no_order_before" in [row.term for row in model.fit("baseline").coefficients]


def test_too_few_customers_without_an_order_before_are_left_out_and_counted(data):
    orders = data.table("transactions")
    response = orders["customer_id"].map(data.table("survey").groupby("customer_id")["responded_on"].max())
    fresh = orders["customer_id"].isin(sorted(data.customers.index)[:4]) & (orders["ordered_on"] < response)
    model = fit_repeat_purchase(client_of(data.table("survey"), orders[~fresh], data.customers), make_params())
    assert model.counts.excluded_without_order == 4
    assert model.n == 296


def test_controls_give_way_before_the_answers_do():
    params = make_params()
    strict = params.model_copy(update={"limits": params.limits.model_copy(update={"events_per_parameter": 30})})
    model = fit_repeat_purchase(make_client(), strict)
    assert [note.values["control"].msgid for note in model.notes] == ["Segment", "Tenure"]
    assert model.fit("satisfaction_loyalty").events_per_parameter >= 30


def test_separation_is_said_and_firth_takes_over():
    data = make_client(accounts=240)
    orders = data.table("transactions")
    response = data.table("survey").groupby("customer_id")["responded_on"].max()
    gold = sorted(data.customers.index)[:30]
    customers = data.customers.assign(segment=data.customers["segment"].where(~data.customers.index.isin(gold), "Gold"))
    extra = pd.DataFrame({"customer_id": gold, "ordered_on": (response[gold] + pd.Timedelta(days=5)).to_numpy()})
    orders = pd.concat([orders, extra.assign(revenue=1.0, is_return=False)], ignore_index=True)
    model = fit_repeat_purchase(client_of(data.table("survey"), orders, customers), make_params())
    fit = model.fit("satisfaction")
    assert fit.estimator == "firth"
    assert [label.values["level"] for label in fit.separated] == ["Gold"]
    gold_row = next(row for row in fit.coefficients if row.term == "segment=Gold")
    assert np.isfinite([gold_row.estimate, gold_row.conf_low, gold_row.conf_high]).all()
    assert gold_row.conf_low > 0
    check = next(check for check in model.diagnostics if check.key == "separation")
    assert check.verdict == "caution"
    assert model.satisfaction_effect.low < model.satisfaction_effect.value < model.satisfaction_effect.high
    json.dumps(model.to_dict(), allow_nan=False)


def test_complete_and_quasi_separation_are_told_apart():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    design = np.column_stack([np.ones(4), x])
    assert detect_separation(np.array([0.0, 0.0, 1.0, 1.0]), design).kind == "complete"
    quasi = np.column_stack([np.ones(4), [1.0, 2.0, 2.0, 3.0]])
    assert detect_separation(np.array([0.0, 0.0, 1.0, 1.0]), quasi).kind == "quasi"
    assert detect_separation(np.array([0.0, 1.0, 0.0, 1.0]), design).kind == "none"


def refused(data, params=None):
    result = fit_repeat_purchase(data, params or make_params())
    assert isinstance(result, NotEstimable)
    return result.reason


def test_reasons_in_words(data):
    survey, orders, customers = data.table("survey"), data.table("transactions"), data.customers
    assert "no orders" in refused(client_of(survey, None, customers)).msgid
    assert "no survey answer" in refused(client_of(None, orders, customers)).msgid
    assert "anonymous" in refused(client_of(survey, orders, customers, has_real_customers=False)).msgid
    base = make_params()
    anonymous = base.survey.model_copy(update={"confidentiality": "anonymous"})
    assert "anonymous" in refused(data, base.model_copy(update={"survey": anonymous})).msgid
    assert (
        "No customer's answer is older"
        in refused(client_of(survey, orders, customers, pd.Timestamp("2025-05-02"))).msgid
    )


def test_outcome_that_never_or_always_happens(data):
    survey, orders = data.table("survey"), data.table("transactions")
    response = orders["customer_id"].map(survey.groupby("customer_id")["responded_on"].max())
    never = refused(client_of(survey, orders[orders["ordered_on"] < response], data.customers))
    assert never.msgid.startswith("Nobody bought again")
    after = survey.groupby("customer_id")["responded_on"].max() + pd.Timedelta(days=1)
    extra = after.rename("ordered_on").reset_index().assign(revenue=1.0, is_return=False)
    always = refused(client_of(survey, pd.concat([orders, extra], ignore_index=True), data.customers))
    assert always.msgid.startswith("Everybody bought again")


def test_too_few_buyers_are_counted_in_words(data):
    survey, orders = data.table("survey"), data.table("transactions")
    response = orders["customer_id"].map(survey.groupby("customer_id")["responded_on"].max())
    after = orders["ordered_on"] > response
    kept = orders[~after | orders["customer_id"].isin(sorted(orders.loc[after, "customer_id"])[:23])]
    reason = refused(client_of(survey, kept, data.customers))
    assert reason.msgid.startswith("Only {events:int} of {n:int} customers bought again")
    assert (reason.values["events"], reason.values["n"], reason.values["needed"]) == (23, 300, 30)


def test_constant_satisfaction_four_customers_and_bad_weights(data):
    survey, orders, customers = data.table("survey"), data.table("transactions"), data.customers
    same = client_of(survey.assign(satisfaction_index=80.0), orders, customers)
    assert "same satisfaction" in refused(same).msgid
    few = survey[survey["customer_id"].isin(sorted(customers.index)[:4])]
    refused(client_of(few, orders, customers))
    assert "weights" in refused(client_of(survey.assign(weight=-1.0), orders, customers)).msgid


def test_loyalty_that_repeats_satisfaction_is_left_out(data):
    survey = data.table("survey").assign(loyalty_index=lambda frame: frame["satisfaction_index"])
    model = fit_repeat_purchase(client_of(survey, data.table("transactions"), data.customers), make_params())
    assert isinstance(model.loyalty_effect, NotEstimable)
    assert model.validation.full.key == "satisfaction"


def test_repeat_rate_is_wilson():
    """10 of 40: Wilson's limits are (p + z^2/2n +- z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n)."""
    rate = repeat_rate(np.r_[np.ones(10), np.zeros(30)], np.ones(40), np.arange(40))
    z, n, p = 1.959963984540054, 40, 0.25
    centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert rate.low == pytest.approx((centre - half) / (1 + z**2 / n))
    assert rate.high == pytest.approx((centre + half) / (1 + z**2 / n))


def test_area_under_the_curve_counts_ties_half_and_takes_weights():
    y, p = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.8, 0.8, 0.6, 0.2])
    assert weighted_auc(y, p, np.ones(4)) == pytest.approx((0.5 + 1 + 0 + 1) / 4)
    w = np.array([2.0, 1.0, 1.0, 3.0])
    assert weighted_auc(y, p, w) == pytest.approx((2 * 1 * 0.5 + 2 * 3 * 1 + 1 * 3 * 1) / (3 * 4))


def test_corrected_resampled_interval_by_hand():
    """Folds 1..50: mean 25.5, variance 212.5, times (1/50 + 1/4); t(10) = 2.228139."""
    estimate = resampled_estimate(np.arange(1.0, 51.0), 100)
    assert estimate.value == pytest.approx(25.5)
    assert estimate.std_error == pytest.approx(np.sqrt(212.5 * 0.27))
    assert estimate.high - estimate.value == pytest.approx(2.228139 * np.sqrt(212.5 * 0.27), rel=1e-6)


def test_folds_hold_both_outcomes_evenly_and_each_row_once_a_repeat():
    y = np.r_[np.ones(13), np.zeros(30)]
    folds = list(stratified_folds(y, np.arange(43), np.random.default_rng(0)))
    assert len(folds) == 50
    np.testing.assert_array_equal(np.sum(folds[:5], axis=0), np.ones(43))
    assert {int(y[fold].sum()) for fold in folds} == {2, 3}


def test_folds_keep_groups_of_companies_together():
    y, groups = np.tile([1.0, 0.0, 0.0], 20), np.arange(60) // 4
    for fold in stratified_folds(y, groups, np.random.default_rng(0)):
        assert all(len(set(fold[groups == group])) == 1 for group in range(15))


def grouped(data, size: int):
    """The client whose every `size` customers (by id) belong to one group of companies, named after the first."""
    ids = data.customers.index
    first = pd.Series(np.repeat(ids[::size], size)[: len(ids)], index=ids)
    customers = data.customers.assign(parent_id=first.where(first != ids))
    return client_of(data.table("survey"), data.table("transactions"), customers)


def test_errors_are_clustered_by_group_of_companies(data):
    alone = fit_repeat_purchase(data, make_params())
    together = fit_repeat_purchase(grouped(data, 3), make_params())
    assert alone.satisfaction_effect.clusters == alone.n == together.n
    assert together.satisfaction_effect.clusters == together.repeat_rate.clusters == 100
    assert together.satisfaction_effect.value == alone.satisfaction_effect.value
    assert together.satisfaction_effect.std_error != alone.satisfaction_effect.std_error
    assert together.repeat_rate.method == "wilson-cluster"


def test_too_few_groups_of_companies_have_no_interval(data):
    reason = refused(grouped(data, 40))
    assert reason.msgid.startswith("The customers belong to {groups:int} groups")


def test_identical_predictions_in_every_part_have_no_interval(data):
    design = np.column_stack([np.ones(60), np.repeat([0.0, 1.0], 30)])
    outcome = np.repeat([0.0, 1.0], 30)
    got = validate(outcome, design, design, np.ones(60), np.arange(60), np.random.default_rng(1), penalised=True)
    assert isinstance(got, NotEstimable)


@pytest.mark.parametrize("weight", [np.nan, 0.0, -1.0])
def test_one_unusable_weight_refuses_the_model(data, weight):
    survey = data.table("survey").assign(weight=1.0)
    survey.loc[1, "weight"] = weight  # of the last wave, which is the one used
    reason = refused(client_of(survey, data.table("transactions"), data.customers))
    assert reason.msgid == "Some survey weights are missing or not above zero."


def test_customers_of_a_group_that_buy_alike_widen_the_tenths():
    """Pairs that always agree are half as many observations: Wilson's limits are those of half the customers."""
    rng = np.random.default_rng(8)
    predicted, outcome = np.repeat(rng.random(200), 2), np.repeat((rng.random(200) < 0.4).astype(float), 2)
    ones = np.ones(400)
    apart = calibration_table(outcome, predicted, ones, np.arange(400))
    pairs = calibration_table(outcome, predicted, ones, np.repeat(np.arange(200), 2))
    for one, other in zip(apart, pairs, strict=True):
        assert (one.observed, one.n) == (other.observed, 40)
        for found, count in ((one, 40), (other, 20)):
            low, high = proportion_confint(found.observed * count, count, method="wilson")
            assert (found.low, found.high) == pytest.approx((low, high))
    strangers = calibration_table(outcome, predicted, ones, np.arange(400) % 200)  # pairs that have nothing in common
    assert strangers[3].high - strangers[3].low < 1.2 * (apart[3].high - apart[3].low)


def test_one_customers_answers_split_into_halves_of_half_the_weight_change_nothing():
    data = make_client(weights=True)
    survey = data.table("survey")
    some = survey["customer_id"] < "c0050"
    halves = survey[some].assign(weight=survey["weight"] / 2)
    split = pd.concat([survey[~some], halves, halves], ignore_index=True)
    other = client_of(split, data.table("transactions"), data.customers)
    first, second = fit_repeat_purchase(data, make_params()), fit_repeat_purchase(other, make_params())
    for name in ("satisfaction_effect", "loyalty_effect", "repeat_rate"):
        assert getattr(first, name).value == pytest.approx(getattr(second, name).value, rel=1e-9)
        assert getattr(first, name).std_error == pytest.approx(getattr(second, name).std_error, rel=1e-9)


def test_the_same_satisfaction_under_unequal_weights_is_still_the_same():
    """A weighted mean of equal answers may differ in its last digit; the model must not take that for variation."""
    data = make_client(accounts=120, weights=True)
    survey = data.table("survey").assign(satisfaction_index=70.1)
    answer = fit_repeat_purchase(dataclasses.replace(data, tables=data.tables | {"survey": survey}), make_params())
    assert isinstance(answer, NotEstimable)
    assert answer.reason.msgid == "All these customers gave the same satisfaction."
