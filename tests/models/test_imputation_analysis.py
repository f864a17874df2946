"""Missing answers: what is filled in, that it repairs what complete cases spoil, and every answer to bad input."""

import json

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params

from analysis.models.imputation.analysis import compare_imputation
from analysis.models.imputation.chained import draw_coefficients, impute_items, match_donors
from analysis.models.imputation.frame import build_frame, complete_index
from analysis.models.imputation.rubin import pool_estimates
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.repurchase import fit_repeat_purchase
from analysis.results import Estimate, NotEstimable

TEN, ELEVEN = {"min": 1, "max": 10}, {"min": 0, "max": 10}
ITEMS = {
    "sat_a": {"role": "satisfaction", "scale": TEN},
    "sat_b": {"role": "satisfaction", "scale": TEN},
    "recommend": {"role": "recommendation", "scale": ELEVEN},
    "speed": {"role": "driver", "scale": TEN, "label": "Speed"},
    "price": {"role": "driver", "scale": TEN},
}
PARAMS = make_params(survey={"items": ITEMS, "confidentiality": "attributed"})


def asked(accounts=150, seed=1, missing=0.1, params=PARAMS, **changes):
    """Return a client with item answers; each answer is missing with the same chance."""
    rng = np.random.default_rng([seed, 9])
    data = make_client(accounts=accounts, seed=seed, **changes)
    survey = data.table("survey").copy()
    feeling = (survey["satisfaction_index"] - 65) / 14
    n = len(survey)
    for key, mean in (("sat_a", 6.8), ("sat_b", 6.4), ("speed", 6.0), ("price", 5.0)):
        own = rng.normal(size=n) * (0.5 if key.startswith("sat") else 1.2)
        survey[key] = np.clip(np.round(mean + 1.5 * feeling + own), 1, 10)
    for key in ITEMS:
        survey.loc[rng.random(n) < missing, key] = np.nan
    return rescored(data, survey)


def rescored(data, survey):
    """Return the client with indices computed from the items by the rule of the data layer."""
    survey["satisfaction_index"] = (100 * (survey[["sat_a", "sat_b"]] - 1) / 9).mean(axis=1)
    survey["loyalty_index"] = 10 * survey["recommend"]
    return client_of(survey, data.table("transactions"), data.customers)


@pytest.fixture(scope="module")
def client():
    return asked()


@pytest.fixture(scope="module")
def found(client):
    return compare_imputation(client, PARAMS)


def test_complete_cases_are_the_estimates_of_the_audit(client, found):
    reported = {
        "loyalty": fit_satisfaction_loyalty(client, PARAMS).slope,
        "repurchase": fit_repeat_purchase(client, PARAMS).satisfaction_effect,
    }
    for key, estimate in reported.items():
        complete = found.effect(key).complete
        assert (complete.value, complete.low) == pytest.approx((estimate.value, estimate.low), rel=1e-6)
        assert complete.n == estimate.n


def test_every_response_is_in_the_imputed_estimates(client, found):
    assert found.n == 300
    assert found.complete == int(client.table("survey")[list(ITEMS)].notna().all(axis=1).sum())
    loyalty = found.effect("loyalty")
    assert loyalty.complete.n < loyalty.imputed.n == 300
    assert 0 < loyalty.missing_information < 0.5
    assert loyalty.simulation_error < loyalty.imputed.std_error / 4
    assert loyalty.difference == pytest.approx(loyalty.imputed.value - loyalty.complete.value)
    assert found.effect("driver:speed").imputed.n == 300
    assert found.effect("driver:speed").label == "Speed"


def test_what_is_missing_is_counted(client, found):
    survey = client.table("survey")
    assert {gap.item: gap.missing for gap in found.items} == {key: int(survey[key].isna().sum()) for key in ITEMS}
    assert all(gap.filled for gap in found.items)


def test_results_are_json_ready_and_repeatable(client, found):
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert text == json.dumps(compare_imputation(client, PARAMS).to_dict(), allow_nan=False)


def test_filled_answers_are_answers_that_somebody_gave(client):
    frame = build_frame(client, PARAMS)
    rng = np.random.default_rng(1)
    filled = impute_items(frame.items, frame.others, frame.weights, m=5, rounds=3, rng=rng)
    assert np.isfinite(filled).all()
    known = np.isfinite(frame.items)
    for one in filled:
        np.testing.assert_allclose(one[known], frame.items[known])
        for column, key in enumerate(frame.keys):
            values = np.round(np.unique(one[:, column]), 9)
            assert set(values) <= set(client.table("survey")[key].dropna())
    assert (filled[0] != filled[1]).any()


def test_indices_follow_the_rule_of_the_data_layer(client):
    frame = build_frame(client, PARAMS)
    items = np.nan_to_num(frame.items, nan=5.0)
    places = [frame.keys.index(key) for key in ("sat_a", "sat_b")]
    expected = (100 * (items[:, places] - 1) / 9).mean(axis=1)
    np.testing.assert_allclose(complete_index(frame, items, PARAMS, "satisfaction_index"), expected)


def test_three_rounds_say_what_ten_say(client):
    short = compare_imputation(client, PARAMS).effect("loyalty")
    full = make_params(depth="full", survey={"items": ITEMS, "confidentiality": "attributed"})
    long = compare_imputation(client, full)
    assert (long.imputations, long.rounds) == (50, 10)
    apart = abs(short.imputed.value - long.effect("loyalty").imputed.value)
    # two simulation errors, and a little for the rounds themselves
    assert apart < 3 * np.hypot(short.simulation_error, long.effect("loyalty").simulation_error)


def test_weights_are_in_the_equations_and_move_the_estimates():
    data = asked(weights=True, seed=2)
    found = compare_imputation(data, PARAMS)
    assert found.weighted
    plain = compare_imputation(rescored(data, data.table("survey").assign(weight=1.0)), PARAMS)
    assert not plain.weighted
    for effect in found.effects:
        assert effect.imputed.value != plain.effect(effect.key).imputed.value


def test_more_weight_on_some_rows_moves_the_equation():
    rng = np.random.default_rng(4)
    x = rng.normal(size=300)
    y = np.where(np.arange(300) < 150, 2 * x, -x) + 0.1 * rng.normal(size=300)
    columns = np.column_stack([np.ones(300), x, y])
    slopes = []
    for heavy in (1.0, 100.0):
        weights = np.where(np.arange(300) < 150, heavy, 1.0)
        crosses = (columns * weights[:, None]).T @ columns
        slopes.append(draw_coefficients(np.array([crosses]), 2, 300, rng)[0][0, 1])
    assert slopes[1] > slopes[0] + 1


def test_draws_of_the_coefficients_have_the_posterior_spread():
    rng = np.random.default_rng(5)
    x = rng.normal(size=200)
    columns = np.column_stack([np.ones(200), x, 1 + x + rng.normal(size=200)])
    crosses = np.repeat((columns.T @ columns)[None], 4000, axis=0)
    estimated, drawn = draw_coefficients(crosses, 2, 200, rng)
    rest = columns[:, 2] - columns @ estimated[0]
    expected = np.sqrt(rest @ rest / 198 * np.linalg.inv(columns[:, :2].T @ columns[:, :2])[1, 1])
    assert drawn[:, 1].std() == pytest.approx(expected, rel=0.05)
    assert drawn[:, 1].mean() == pytest.approx(estimated[0, 1], abs=4 * expected / np.sqrt(4000))
    assert (drawn[:, 2] == 0).all()


def test_donors_are_the_three_who_are_predicted_most_alike():
    predicted = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 50.0, 60.0])
    rng = np.random.default_rng(1)
    near = {int(match_donors(predicted, np.array([3.1]), rng)[0]) for _ in range(300)}
    assert near == {2, 3, 4}
    ends = {int(match_donors(predicted, np.array([99.0]), rng)[0]) for _ in range(300)}
    assert ends == {6, 7, 8}
    few = {int(match_donors(np.array([1.0, 2.0]), np.array([0.0]), rng)[0]) for _ in range(100)}
    assert few == {0, 1}


def test_imputation_repairs_what_complete_cases_spoil():
    """The higher the loyalty, the likelier the satisfaction is missing (11% are): complete cases flatten the slope."""
    clients, covered, complete, imputed = 100, 0, [], []
    slope = 0.08 * 18**2 / (0.08**2 * 18**2 + 1)  # of y on x, by the variances of the drawing
    for seed in range(clients):
        rng = np.random.default_rng([seed, 5])
        y = 60 + 18 * rng.normal(size=400)
        x = 5 + 0.08 * (y - 60) + rng.normal(size=400)
        gone = rng.random(400) < 1 / (1 + np.exp(-(y - 90) / 10))
        items = np.column_stack([np.where(gone, np.nan, x), x + rng.normal(size=400)])
        filled = impute_items(items, y[:, None], np.ones(400), m=10, rounds=3, rng=rng)
        fits = [np.polyfit(one[:, 0], y, 1, cov=True) for one in filled]
        pooled = pool_estimates([fit[0][0] for fit in fits], [fit[1][0, 0] for fit in fits], 398)
        estimate = pooled.estimate("index", n=400, clusters=400)
        covered += estimate.low <= slope <= estimate.high
        imputed.append(pooled.value - slope)
        complete.append(np.polyfit(x[~gone], y[~gone], 1)[0] - slope)
    error = np.std(imputed) / np.sqrt(clients)
    assert np.mean(complete) < -0.4
    assert abs(np.mean(imputed)) < 0.1 + 2 * error
    assert covered / clients == pytest.approx(0.95, abs=0.02 + 2 * np.sqrt(0.95 * 0.05 / clients))


def test_gaps_in_another_client_of_the_same_answers_do_not_depend_on_row_order(client, found):
    """The draws differ, the estimates agree within their simulation error."""
    survey = client.table("survey").sample(frac=1, random_state=1).reset_index(drop=True)
    other = compare_imputation(client_of(survey, client.table("transactions"), client.customers), PARAMS)
    for effect in found.effects:
        again = other.effect(effect.key)
        assert again.complete.value == pytest.approx(effect.complete.value, rel=1e-6)
        apart = abs(again.imputed.value - effect.imputed.value)
        assert apart < 5 * np.hypot(effect.simulation_error, again.simulation_error)


def test_the_outcome_is_known_only_where_the_horizon_is_complete():
    data = asked(accounts=80, as_of=pd.Timestamp("2025-07-20"))
    late = data.table("survey")["responded_on"] + pd.Timedelta(days=100) > pd.Timestamp("2025-07-20")
    assert 0 < late.sum() < len(late)
    orders = data.table("transactions")
    extra = orders.iloc[:1].assign(ordered_on=pd.Timestamp("2025-07-19"))
    frames = []
    for owner in ("c0001", "c0002"):
        own = pd.concat([orders, extra.assign(customer_id=owner)], ignore_index=True)
        frames.append(
            build_frame(client_of(data.table("survey"), own, data.customers, pd.Timestamp("2025-07-20")), PARAMS)
        )
    hidden = late.to_numpy()
    np.testing.assert_allclose(frames[0].others[hidden], frames[1].others[hidden], atol=0.02)


CASES = {
    "no survey": lambda d: client_of(None, d.table("transactions"), d.customers),
    "no gap": lambda d: rescored(d, d.table("survey").assign(**{key: np.arange(300) % 9 + 1.0 for key in ITEMS})),
    "constant item": lambda d: rescored(d, d.table("survey").assign(speed=5.0)),
    "all at the ceiling": lambda d: rescored(d, d.table("survey").assign(**dict.fromkeys(ITEMS, 10.0))),
    "collinear drivers": lambda d: rescored(d, d.table("survey").assign(price=d.table("survey")["speed"])),
    "mostly missing": lambda d: rescored(
        d, d.table("survey").assign(speed=d.table("survey")["speed"].where(np.arange(300) < 40))
    ),
    "no orders": lambda d: client_of(d.table("survey"), None, d.customers),
    "anonymous": lambda d: client_of(
        d.table("survey").assign(customer_id=None), None, d.customers, has_real_customers=False
    ),
    "no loyalty asked": lambda d: client_of(
        d.table("survey").drop(columns=["recommend", "loyalty_index"]), d.table("transactions"), d.customers
    ),
    "no drivers asked": lambda d: rescored(d, d.table("survey").drop(columns=["speed", "price"])),
    "weights of zero": lambda d: rescored(d, d.table("survey").assign(weight=0.0)),
    "four responses": lambda d: rescored(d, d.table("survey").head(4).copy()),
}


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_an_answer(case):
    found = compare_imputation(CASES[case](asked()), PARAMS)
    json.dumps(found.to_dict(), allow_nan=False)
    if case in ("no survey", "no gap", "all at the ceiling", "weights of zero", "four responses"):
        assert isinstance(found, NotEstimable)
        return
    assert found.effects
    for effect in found.effects:
        for outcome in (effect.complete, effect.imputed):
            assert isinstance(outcome, Estimate | NotEstimable)
    if case == "collinear drivers":
        assert isinstance(found.effect("driver:price").complete, NotEstimable)
    if case == "mostly missing":
        assert found.notes
        assert not next(gap for gap in found.items if gap.item == "speed").filled
    if case in ("no orders", "anonymous"):
        assert [effect.key for effect in found.effects] == ["loyalty", "driver:speed", "driver:price"]


def test_forty_questions_to_sixty_respondents_are_too_many():
    items = ITEMS | {f"d{i}": {"role": "driver", "scale": TEN} for i in range(40)}
    params = make_params(survey={"items": items, "confidentiality": "attributed"})
    data = asked(accounts=30, seed=6)
    rng = np.random.default_rng(1)
    answers = {f"d{i}": rng.integers(1, 11, 60).astype(float) for i in range(40)}
    found = compare_imputation(rescored(data, data.table("survey").assign(**answers)), params)
    assert isinstance(found, NotEstimable)
    assert "so many questions" in found.reason.msgid
