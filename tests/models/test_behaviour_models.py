"""How often and how soon: the order in time, the counts, the reasons, the invariances, the parts of the result."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from model_clients import AS_OF, client_of, make_client, make_params

from analysis.models.behaviour.analysis import analyse_behaviour
from analysis.models.behaviour.counts import fit_counts, order_rate
from analysis.models.behaviour.cox import fit_cox
from analysis.models.behaviour.cox_checks import concordance, proportional_hazards_test
from analysis.models.behaviour.cox_effect import average_chance_effect
from analysis.models.behaviour.durations import fit_durations
from analysis.models.behaviour.negative_binomial import (
    any_probability,
    fit_negative_binomial,
    log_probabilities,
    mean_rate_effect,
)
from analysis.models.behaviour.risk_sets import risk_sets
from analysis.models.behaviour.samples import count_rows, period_rows
from analysis.results import Estimate, NotEstimable

PREDICTORS = ["customer_id", "responded_on", "satisfaction", "loyalty", "recency", "frequency", "tenure", "segment",
              "no_order_before", "weight"]  # fmt: skip


@pytest.fixture(scope="module")
def data():
    return make_client()


@pytest.fixture(scope="module")
def behaviour(data):
    return analyse_behaviour(data, make_params())


def answers_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "responded_on", "wave_order", "satisfaction_index"])
    frame["responded_on"] = pd.to_datetime(frame["responded_on"])
    frame = frame.assign(wave="W" + frame["wave_order"].astype(str), loyalty_index=50.0, weight=1.0)
    return frame.assign(account_key=frame["customer_id"], respondent_level="specialist", respondent_key="r")


def orders_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on"])
    return frame.assign(ordered_on=pd.to_datetime(frame["ordered_on"]), revenue=10.0, is_return=False)


def customers_of(*ids):
    index = pd.Index(ids, name="customer_id")
    return pd.DataFrame({"segment": "A", "joined_on": pd.Timestamp("2024-01-01"), "is_key_account": False}, index=index)


def test_periods_by_hand():
    answers = answers_of(("a", "2025-02-01", 0, 40.0), ("a", "2025-05-01", 1, 90.0), ("b", "2025-03-01", 0, 60.0),
                         ("b", "2025-04-01", 1, 70.0))  # fmt: skip
    orders = orders_of(("a", "2025-01-01"), ("a", "2025-02-01"), ("a", "2025-05-11"), ("a", "2025-06-01"))
    rows = period_rows(client_of(answers, orders, customers_of("a", "b")), make_params())
    got = rows[["customer_id", "satisfaction", "start", "stop", "event", "bought", "latest"]].to_numpy().tolist()
    assert got == [
        # the order of the day of the answer is neither past nor future; the next answer ends the period
        ["a", 40.0, 31.0, 120.0, 0.0, 1.0, False],
        ["a", 90.0, 89.0, 99.0, 1.0, 1.0, True],
        # never ordered: the clock starts at the first answer and goes on over the second
        ["b", 60.0, 0.0, 31.0, 0.0, 0.0, False],
        ["b", 70.0, 31.0, 305.0, 0.0, 0.0, True],
    ]


def test_customers_whose_horizon_is_not_complete_count_for_as_long_as_they_were_followed():
    answers = answers_of(("a", "2025-03-01", 0, 40.0), ("b", "2025-11-01", 0, 90.0), ("c", "2025-12-15", 0, 60.0))
    orders = orders_of(("a", "2025-04-01"), ("b", "2025-11-05"), ("b", "2025-12-01"), ("c", "2025-12-20"))
    rows = count_rows(client_of(answers, orders, customers_of("a", "b", "c")), make_params())
    got = rows[["customer_id", "orders", "exposure_days", "complete"]].to_numpy().tolist()
    assert got == [["a", 1.0, 100.0, True], ["b", 2.0, 60.0, False]]  # c was followed for 16 days only


def test_nobody_is_followed_past_the_end_of_the_record():
    """The audit is in December, the record of orders ends in June: after that nothing is known of anybody."""
    days = pd.date_range("2025-01-01", "2025-06-30", freq="4D")
    orders = orders_of(*[("someone", day) for day in days], ("a", "2025-01-05"))
    answers = answers_of(("a", "2025-06-01", 0, 40.0))
    data = client_of(answers, orders, customers_of("a"))
    data = dataclasses.replace(data, tables={**data.tables, "transactions": orders})  # without an order on `AS_OF`
    end = data.recorded_until("transactions")
    assert end < pd.Timestamp("2025-07-01")
    row = period_rows(data, make_params()).iloc[0]
    assert row["stop"] - row["start"] == (end - pd.Timestamp("2025-06-01")).days
    assert row["event"] == 0
    assert not row["complete"]


@pytest.mark.parametrize("make_rows", [count_rows, period_rows])
def test_moving_the_future_changes_no_predictor(data, make_rows):
    params = make_params()
    before = make_rows(data, params)
    orders = data.table("transactions").copy()
    response = orders["customer_id"].map(data.table("survey").groupby("customer_id")["responded_on"].max())
    future = orders["ordered_on"] > response
    assert future.sum() > 100
    shift = np.random.default_rng(3).integers(1, 200, future.sum())
    orders.loc[future, "ordered_on"] = response[future] + pd.to_timedelta(shift, "D")
    orders = orders[orders["ordered_on"] <= AS_OF]
    after = make_rows(client_of(data.table("survey"), orders, data.customers), params)
    pd.testing.assert_frame_equal(after[PREDICTORS], before[PREDICTORS])
    outcome = "orders" if make_rows is count_rows else "stop"
    assert (after[outcome] != before[outcome]).any()


def test_known_effects_are_found():
    client, params = known_client(7), demo_params()
    count, duration = fit_counts(client, params), fit_durations(client, params)
    assert count.satisfaction_ratio.low > 1
    assert count.satisfaction_orders.low > 0
    assert duration.satisfaction_ratio.low > 1
    assert duration.satisfaction_chance.low > 0
    assert count.partial > 0


def test_the_parts_of_the_result_belong_together(behaviour):
    count, duration = behaviour.count, behaviour.duration
    assert count.n == duration.n == 300
    assert duration.periods == 600
    assert duration.events + duration.censored == duration.periods
    for part in (count, duration):
        assert part.validation.full.auc.value > part.validation.baseline.auc.value
        gain = part.validation.full_score.value - part.validation.baseline_score.value
        assert part.validation.score_gain.value == pytest.approx(gain)


@pytest.mark.parametrize("part", ["count", "duration"])
@pytest.mark.parametrize("column", ["segment", "joined_on"])
def test_held_out_gains_are_over_past_buying_alone(data, behaviour, part, column):
    """Another list of segments, or other days of joining, move the effects and nothing that is predicted."""
    shuffled = data.customers[column].to_numpy()[np.random.default_rng(1).permutation(len(data.customers))]
    moved = data.customers.assign(**{column: shuffled})
    fit = fit_counts if part == "count" else fit_durations
    other = fit(client_of(data.table("survey"), data.table("transactions"), moved), make_params())
    ours = getattr(behaviour, part)
    assert other.satisfaction_ratio.value != pytest.approx(ours.satisfaction_ratio.value, rel=1e-6)
    for score in ("auc_gain", "brier_gain", "baseline_score"):
        # fits of the parts begin at the fit of the whole and end where it shows nowhere
        assert getattr(other.validation, score).value == pytest.approx(getattr(ours.validation, score).value, abs=1e-3)


def test_the_three_models_are_compared_on_the_same_customers(behaviour):
    assert [row.key for row in behaviour.comparison.models] == ["binomial", "count", "duration"]
    assert {row.auc_gain.n for row in behaviour.comparison.models} == {300}
    assert behaviour.comparison.model("count").effect == behaviour.count.satisfaction_ratio


def test_result_is_json_without_nan_and_deterministic(data, behaviour):
    text = json.dumps(behaviour.to_dict(), allow_nan=False)
    assert json.dumps(analyse_behaviour(data, make_params()).to_dict(), allow_nan=False) == text


def test_survey_weights_move_every_estimate():
    weighted, params = make_client(weights=True), make_params()
    plain = params.model_copy(update={"survey": params.survey.model_copy(update={"weight_kind": "none"})})
    for fit, names in ((fit_counts, ("satisfaction_ratio", "satisfaction_orders", "loyalty_ratio", "rate")),
                       (fit_durations, ("satisfaction_ratio", "satisfaction_chance", "loyalty_ratio"))):  # fmt: skip
        first, second = fit(weighted, params), fit(weighted, plain)
        assert first.weighted
        assert not second.weighted
        for name in names:
            assert getattr(first, name).value != pytest.approx(getattr(second, name).value, rel=1e-6), name
        gains = first.validation.brier_gain.value, second.validation.brier_gain.value
        assert gains[0] != pytest.approx(gains[1], rel=1e-6)


def test_one_customers_answers_split_into_halves_of_half_the_weight_change_nothing():
    data = make_client(weights=True)
    survey = data.table("survey")
    some = survey["customer_id"] < "c0050"
    halves = survey[some].assign(weight=survey["weight"] / 2)
    split = pd.concat([survey[~some], halves, halves], ignore_index=True)
    other = client_of(split, data.table("transactions"), data.customers)
    for fit in (fit_counts, fit_durations):
        first, second = (fit(client, make_params()).satisfaction_ratio for client in (data, other))
        assert first.value == pytest.approx(second.value, rel=1e-9)
        assert first.std_error == pytest.approx(second.std_error, rel=1e-8)


def rows_of(n=120, seed=4):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, n)])
    return {
        "design": design,
        "counts": rng.poisson(np.exp(0.3 * design[:, 1]) * rng.gamma(2, 0.5, n)).astype(float),
        "start": rng.integers(0, 40, n).astype(float),
        "length": np.ceil(rng.exponential(30 * np.exp(-0.4 * design[:, 1]))),
        "event": rng.random(n) < 0.8,
        "weights": rng.uniform(0.5, 2, n),
        "ids": np.arange(n) // 2,
    }


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_order_of_rows_and_units_change_nothing(ties):
    rows = rows_of()
    order = np.random.default_rng(0).permutation(len(rows["ids"]))

    def fits(index, scale):
        part = {key: value[index] for key, value in rows.items()}
        design = part["design"].copy()
        design[:, 1] *= scale
        shared = {"weights": scale * part["weights"], "clusters": [f"id {i}" for i in part["ids"]]}
        count = fit_negative_binomial(part["counts"], design, **shared)
        stop = part["start"] + part["length"]
        cox = fit_cox(scale * part["start"], scale * stop, part["event"], design[:, 1:], ties=ties, **shared)
        return [(fit.coefficients[j] * scale, fit.covariance[j, j] * scale**2) for fit, j in ((count, 1), (cox, 0))]

    np.testing.assert_allclose(fits(np.arange(len(order)), 1.0), fits(order, 10.0), rtol=1e-6)


def test_halves_of_half_the_weight_change_neither_estimate_nor_error():
    """Of the count model and, with Breslow's ties, of Cox (Efron's count rows: a row is a customer)."""
    rows = rows_of()
    twice = np.repeat(np.arange(len(rows["ids"])), 2)

    def fits(index, share):
        part = {key: value[index] for key, value in rows.items()}
        shared = {"weights": part["weights"] * share, "clusters": part["ids"]}
        count = fit_negative_binomial(part["counts"], part["design"], **shared)
        stop = part["start"] + part["length"]
        cox = fit_cox(part["start"], stop, part["event"], part["design"][:, 1:], ties="breslow", **shared)
        chance, moves = average_chance_effect(cox, 0, part["start"], 50.0, np.ones(len(index), dtype=bool))
        effect, deviations = mean_rate_effect(count, 1, 365.0)
        return [
            *count.coefficients, *count.covariance.ravel(), count.dispersion, effect, deviations @ deviations,
            *cox.coefficients, *cox.covariance.ravel(), chance, order_rate(count).value, order_rate(count).std_error,
        ], moves @ moves  # fmt: skip

    whole, halves = fits(np.arange(len(rows["ids"])), 1.0), fits(twice, 0.5)
    np.testing.assert_allclose(whole[0], halves[0], rtol=1e-6)
    # the chance's error takes single rows out of the risk sets, halves of them a little less
    assert whole[1] == pytest.approx(halves[1], rel=0.01)


def test_chance_effect_is_the_derivative_and_its_error_that_of_deletion():
    rows = rows_of(200)
    design, start = rows["design"][:, 1:], rows["start"]
    stop, event = start + rows["length"], rows["event"]
    everyone = np.ones(200, dtype=bool)

    def effect(keep):
        fit = fit_cox(start[keep], stop[keep], event[keep], design[keep], ties="breslow")
        return average_chance_effect(fit, 0, start[keep], 40.0, np.ones(int(keep.sum()), dtype=bool))

    value, deviations = effect(everyone)
    deleted = [value - effect(np.arange(200) != i)[0] for i in range(200)]
    assert np.sqrt(deviations @ deviations) == pytest.approx(np.sqrt(np.sum(np.square(deleted))), rel=0.03)
    assert np.corrcoef(deviations, deleted)[0, 1] > 0.99


def test_counts_that_vary_like_chance_or_less_are_poisson():
    rows = rows_of()
    fit = fit_negative_binomial(np.tile([1.0, 2.0, 1.0], 40), rows["design"])
    assert fit.dispersion == 0
    assert fit.converged
    np.testing.assert_allclose(any_probability(np.array([2.0]), 0.0), 1 - np.exp(-2))
    np.testing.assert_allclose(log_probabilities(np.array([2.0]), np.array([2.0]), 0.0), np.log(2 * np.exp(-2)))


def test_geometric_probabilities_by_hand():
    """With dispersion 1 the negative binomial is geometric: P(y) = q p^y, q = 1 / (1 + mu)."""
    np.testing.assert_allclose(any_probability(np.array([3.0]), 1.0), 0.75)
    np.testing.assert_allclose(log_probabilities(np.array([2.0]), np.array([3.0]), 1.0), np.log(0.25 * 0.75**2))


def test_cox_by_hand():
    """Four rows with x = 1, 0, 1, 0; events at 1 and 2, the others censored later.

    log L = b - log(2 e^b + 2) - log(e^b + 2); its slope is zero where e^2b = 2. The hazard at the first event, of a row
    at the mean of x, is one over the sum of four relative hazards.
    """
    fit = fit_cox([0, 0, 0, 0], [1, 2, 3, 4], [1, 1, 0, 0], np.array([[1.0], [0.0], [1.0], [0.0]]))
    b = np.log(2) / 2
    assert fit.coefficients[0] == pytest.approx(b, rel=1e-8)
    assert fit.log_likelihood == pytest.approx(b - np.log(2 * np.exp(b) + 2) - np.log(np.exp(b) + 2), rel=1e-12)
    assert fit.hazard[0] == pytest.approx(1 / (2 * np.exp(b / 2) + 2 * np.exp(-b / 2)), rel=1e-8)


def test_concordance_by_hand():
    """Events at 2 (score 3) and 4 (score 1); others: stops at 3 censored (score 1), 5 censored (score 2), entry at 3.

    At 2: against scores 1 (weight 2), 1 (event later, weight 1): both right. The last row has not entered yet.
    At 4: against score 2 (weight 3): wrong. So 3 of 6.
    """
    risk = risk_sets([0, 0, 0, 3], [2, 3, 4, 5], [1, 0, 1, 0])
    got = concordance(risk, np.array([3.0, 1.0, 1.0, 2.0]), np.array([1.0, 2.0, 1.0, 3.0]))
    assert got == pytest.approx((2 + 1) / (2 + 1 + 3))
    nobody = risk_sets([0, 0], [2, 2], [1, 1])
    assert concordance(nobody, np.array([1.0, 2.0]), np.ones(2)) is None


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan])
def test_weights_that_are_none_are_refused(weight):
    rows = rows_of(20)
    weights = np.r_[weight, np.ones(19)]
    with pytest.raises(ValueError, match="weights must be finite and above 0"):
        fit_negative_binomial(rows["counts"], rows["design"], weights=weights)
    with pytest.raises(ValueError, match="weights must be finite and above 0"):
        fit_cox(rows["start"], rows["start"] + 1, rows["event"], rows["design"][:, 1:], weights=weights)


def test_impossible_inputs_are_refused():
    rows = rows_of(20)
    with pytest.raises(ValueError, match="counts"):
        fit_negative_binomial(rows["counts"] - 5, rows["design"])
    with pytest.raises(ValueError, match="never happens"):
        fit_negative_binomial(np.zeros(20), rows["design"])
    with pytest.raises(ValueError, match="exposure"):
        fit_negative_binomial(rows["counts"], rows["design"], exposure=np.zeros(20))
    with pytest.raises(ValueError, match="stop after it starts"):
        risk_sets([1.0], [1.0], [1])
    with pytest.raises(ValueError, match="never happens"):
        risk_sets([0.0], [1.0], [0])


def reasons(data, params=None):
    result = analyse_behaviour(data, params or make_params())
    if isinstance(result, NotEstimable):
        return {result.reason.msgid}
    assert isinstance(result.count, NotEstimable)
    assert isinstance(result.duration, NotEstimable)
    json.dumps(result.to_dict(), allow_nan=False)
    return {result.count.reason.msgid, result.duration.reason.msgid}


def test_reasons_in_words(data):
    survey, orders, customers = data.table("survey"), data.table("transactions"), data.customers
    assert "no orders" in reasons(client_of(survey, None, customers)).pop()
    assert "no survey answer" in reasons(client_of(None, orders, customers)).pop()
    assert "anonymous" in reasons(client_of(survey, orders, customers, has_real_customers=False)).pop()
    same = client_of(survey.assign(satisfaction_index=100.0), orders, customers)
    assert reasons(same) == {"All these customers gave the same satisfaction."}
    nearly = survey.assign(satisfaction_index=np.where(survey["customer_id"] < "c0003", 50.0, 100.0))
    assert reasons(client_of(nearly, orders, customers)) == {
        "All but a few of {n:int} customers gave the same satisfaction."
    }
    four = client_of(survey[survey["customer_id"] < "c0004"], orders, customers)
    assert reasons(four) == {"Fewer than {least:int} customers answered and could be followed afterwards."}
    fifteen = client_of(survey[survey["customer_id"] < "c0015"], orders, customers)
    assert reasons(fifteen) == {
        "Only {n:int} customers answered and could be followed afterwards; at least {least:int} are needed."
    }
    bad = client_of(survey.assign(weight=-1.0), orders, customers)
    assert reasons(bad) == {"Some survey weights are missing or not above zero."}


def test_an_outcome_that_never_or_seldom_happens(data):
    survey, orders = data.table("survey"), data.table("transactions")
    first = orders["customer_id"].map(survey.groupby("customer_id")["responded_on"].min())
    after = orders["ordered_on"] > first
    never = client_of(survey, orders[~after], data.customers)
    assert reasons(never) == {"Nobody ordered after answering (customers: {n:int})."}
    few = orders.loc[after, "customer_id"].drop_duplicates().sort_values().iloc[:15]
    seldom = client_of(survey, orders[~after | orders["customer_id"].isin(few)], data.customers)
    (reason,) = reasons(seldom)
    assert reason.startswith("Only {events:int} orders followed")


def test_everybody_buying_leaves_how_often_and_how_soon(data):
    survey, orders = data.table("survey"), data.table("transactions")
    last = survey.groupby("customer_id")["responded_on"].max()
    extra = (last + pd.Timedelta(days=3)).rename("ordered_on").reset_index().assign(revenue=1.0, is_return=False)
    client = client_of(survey, pd.concat([orders, extra], ignore_index=True), data.customers)
    result = analyse_behaviour(client, make_params())
    assert isinstance(result.comparison.model("binomial").effect, NotEstimable)
    assert isinstance(result.count.satisfaction_ratio, Estimate)
    assert isinstance(result.count.validation, NotEstimable)
    assert result.count.estimator == "poisson"
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_segment_in_which_nobody_orders_has_no_finite_answer_and_is_named(data):
    survey, orders = data.table("survey"), data.table("transactions")
    gold = sorted(data.customers.index)[:30]
    customers = data.customers.assign(segment=data.customers["segment"].where(~data.customers.index.isin(gold), "Gold"))
    response = orders["customer_id"].map(survey.groupby("customer_id")["responded_on"].min())
    kept = orders[~(orders["customer_id"].isin(gold) & (orders["ordered_on"] > response))]
    result = analyse_behaviour(client_of(survey, kept, customers), make_params())
    for part, words in ((result.count, "no finite answer"), (result.duration, "has no finite answer")):
        assert isinstance(part, NotEstimable)
        assert words in part.reason.msgid
        assert part.reason.values["term"].values["level"] == "Gold"


def test_loyalty_that_repeats_satisfaction_is_left_out(data):
    survey = data.table("survey").assign(loyalty_index=lambda frame: frame["satisfaction_index"])
    result = fit_counts(client_of(survey, data.table("transactions"), data.customers), make_params())
    assert isinstance(result.loyalty_ratio, NotEstimable)
    assert result.validation.full.key == "satisfaction"


def test_two_waves_with_no_common_respondent(data):
    survey = data.table("survey")
    odd = survey["customer_id"].str[-1].astype(int) % 2
    apart = survey[survey["wave_order"] == odd]
    result = fit_durations(client_of(apart, data.table("transactions"), data.customers), make_params())
    assert result.n == result.periods == 300
    assert isinstance(result.satisfaction_ratio, Estimate)


def test_errors_are_clustered_by_group_of_companies(data):
    ids = data.customers.index
    first = pd.Series(np.repeat(ids[::3], 3)[: len(ids)], index=ids)
    grouped = client_of(
        data.table("survey"), data.table("transactions"), data.customers.assign(parent_id=first.where(first != ids))
    )
    for fit in (fit_counts, fit_durations):
        alone, together = fit(data, make_params()).satisfaction_ratio, fit(grouped, make_params()).satisfaction_ratio
        assert alone.value == pytest.approx(together.value)
        assert (alone.clusters, together.clusters) == (300, 100)
        assert alone.std_error != together.std_error
    few = pd.Series(np.repeat(ids[::60], 60)[: len(ids)], index=ids)
    five = client_of(
        data.table("survey"), data.table("transactions"), data.customers.assign(parent_id=few.where(few != ids))
    )
    assert "groups of companies" in fit_counts(five, make_params()).reason.msgid


def test_drift_of_the_ratio_is_found():
    """A covariate that speeds up early events and slows down late ones is no constant ratio."""
    rng = np.random.default_rng(8)
    x = rng.integers(0, 2, 400).astype(float)
    times = np.ceil(100 * np.where(x == 1, rng.beta(4, 4, 400), rng.random(400)))
    fit = fit_cox(np.zeros(400), times, np.ones(400), x[:, None])
    found = proportional_hazards_test(fit, 0)
    assert found.p_value < 0.001
    assert found.drift == 1
