"""The driver analysis of a client: the known weights, what it refuses and why, and what must not matter."""

import json

import numpy as np
import pandas as pd
import pytest
from driver_clients import WEIGHTS, driver_client, driver_params, with_survey
from known_clients import demo_params, known_client
from model_clients import client_of, make_params, split_third

from analysis.models.drivers.analysis import analyse_drivers
from analysis.models.drivers.buying import buyers_of
from analysis.models.drivers.data import Driver, driver_frame
from analysis.models.drivers.effects import fit_driver_effects
from analysis.models.drivers.result import DriverAnalysis, DriverShares
from analysis.results import NotEstimable


@pytest.fixture(scope="module")
def data():
    return driver_client()


@pytest.fixture(scope="module")
def result(data):
    found = analyse_drivers(data, driver_params())
    assert isinstance(found, DriverAnalysis)
    return found


@pytest.fixture(scope="module")
def full(data):
    params = driver_params(depth="full", limits={"events_per_parameter": 3})
    return analyse_drivers(data, params)


def shares_of(shares):
    assert isinstance(shares, DriverShares), shares.reason
    return np.array([row.share.value for row in shares.shares])


def reason(outcome):
    assert isinstance(outcome, NotEstimable)
    return outcome.reason.msgid


def test_drivers_are_rescaled_and_incomplete_responses_counted(data):
    survey = data.table("survey").copy()
    survey.loc[[3, 5], "price"] = np.nan
    survey.loc[7, list(WEIGHTS)] = np.nan  # answered none: not incomplete, but no answer about drivers at all
    frame = driver_frame(with_survey(data, survey), driver_params())
    assert (len(frame.rows), frame.left_out) == (297, 2)
    assert frame.values[0] == pytest.approx(100 * (survey.loc[0, list(WEIGHTS)].to_numpy(dtype=float) - 1) / 9)
    assert [driver.key for driver in frame.drivers] == list(WEIGHTS)
    assert frame.drivers[0].label == {"en": "Speed", "zh": "题目speed"}


def test_the_known_weights_are_found(result):
    shares = result.satisfaction
    assert shares_of(shares).sum() == pytest.approx(1)
    assert [row.driver.key for row in shares.ranked()] == ["speed", "price", "portal", "bills"]
    assert (shares.model, shares.exact, shares.n, shares.accounts) == ("linear", True, 300, 150)
    assert shares.draws == result.draws == 100
    for row in shares.shares:
        assert row.share.low < row.share.value < row.share.high
        assert row.relative_weight == pytest.approx(row.share.value, abs=0.05)
        assert row.monte_carlo_error is None
        assert not row.opposite
    for row in result.satisfaction_effects.effects:
        assert row.effect.low < 10 * WEIGHTS[row.driver.key] < row.effect.high
    assert shares.r_squared.low > 0.4


def test_other_outcomes_have_shares_of_their_own(result, full):
    assert result.loyalty_item.model == "ordered"
    assert result.loyalty_item.outcome.values["item"] == "recommend"
    assert shares_of(result.nps).argmax() == shares_of(result.loyalty_item).argmax() == 0
    assert "full depth only" in reason(result.repurchase)
    assert "full depth only" in reason(result.nps_category)
    assert full.draws == 500
    assert (full.nps_category.model, full.nps_category.n) == ("ordered", 300)
    assert full.loyalty_item.refit_error < 0.25
    assert result.loyalty_item.refit_error is None


def test_nps_effects_are_points_per_ten(data, result):
    effects = result.nps_effects
    points = np.select([data.table("survey")["recommend"] >= 9, data.table("survey")["recommend"] < 7], [100, -100], 0)
    frame = driver_frame(data, driver_params())
    frame_effect = effects.effects[0].effect
    assert frame_effect.unit == "nps"
    design = np.column_stack([np.ones(300), frame.values])
    plain = np.linalg.lstsq(design, points, rcond=None)[0]
    assert frame_effect.value == pytest.approx(10 * plain[1], rel=0.15)  # the controls move it a little
    assert effects.coefficients[1].estimate == pytest.approx(frame_effect.value / 10)


def test_the_result_is_json_without_nan(result, full):
    for found in (result, full):
        text = json.dumps(found.to_dict(), allow_nan=False, ensure_ascii=False)
        assert "题目speed" in text


def test_the_map_gives_a_place_only_where_the_region_lies_on_one_side(result):
    places = {row.driver.key: row for row in result.map.positions}
    assert places["speed"].place in ("first", "keep", "undecided")
    for row in places.values():
        outline = np.array(row.region)
        sides = (outline[:, 1] > result.map.importance_border, outline[:, 0] > result.map.performance_border)
        crosses = any(side.any() and not side.all() for side in sides)
        assert (row.place == "undecided") == (crosses or row.agreement < 0.95)
        latest = row.performance
        assert latest.low < latest.value < latest.high
    assert result.map.importance_border == pytest.approx(0.25)
    assert result.map.wave == "W2"


def test_performance_is_that_of_the_latest_wave(data, result):
    survey = data.table("survey")
    latest = survey[survey["wave"] == "W2"]
    for row in result.map.positions:
        assert row.performance.value == pytest.approx(100 * (latest[row.driver.key].mean() - 1) / 9)


def test_a_clearly_better_and_a_clearly_worse_driver_get_their_places(data):
    survey = data.table("survey")
    moved = with_survey(data, speed=(survey["speed"] - 4).clip(lower=1), bills=(survey["bills"] + 3).clip(upper=10))
    places = {row.driver.key: row.place for row in analyse_drivers(moved, driver_params()).map.positions}
    assert places["speed"] == "first"
    assert places["bills"] == "enough"


def test_order_names_and_scales_change_nothing(data, result):
    survey = data.table("survey")
    shuffled = survey.sample(frac=1, random_state=1).reset_index(drop=True)
    renamed = shuffled.assign(
        account_key="z" + shuffled["account_key"].str[::-1], respondent_key="q" + shuffled["respondent_key"]
    )
    found = analyse_drivers(with_survey(data, renamed, weight=7.0), driver_params())
    assert shares_of(found.satisfaction) == pytest.approx(shares_of(result.satisfaction))
    assert shares_of(found.loyalty_item) == pytest.approx(shares_of(result.loyalty_item))
    # the draws are numbered by account, so their names move the draws but not what they tell
    assert found.satisfaction.shares[0].share.low == pytest.approx(result.satisfaction.shares[0].share.low, abs=0.03)
    wide = data.table("survey").assign(speed=lambda rows: 10 * rows["speed"])
    items = driver_params().survey.model_dump()["items"]
    items["speed"]["scale"] = {"min": 10, "max": 100}
    again = analyse_drivers(with_survey(data, wide), make_params(survey={"items": items}, bootstrap_draws=100))
    assert shares_of(again.satisfaction) == pytest.approx(shares_of(result.satisfaction))
    assert again.satisfaction.shares[0].share == result.satisfaction.shares[0].share


def test_a_row_split_in_two_halves_changes_nothing():
    data = driver_client(weights=True, accounts=80)
    survey = data.table("survey")
    halves = split_third(survey).sort_values("respondent_key", kind="stable").reset_index(drop=True)
    whole, split = (analyse_drivers(each, driver_params()) for each in (data, with_survey(data, halves)))
    for key in ("satisfaction", "loyalty_item", "nps"):
        for here, there in zip(getattr(whole, key).shares, getattr(split, key).shares, strict=True):
            assert there.share.value == pytest.approx(here.share.value, abs=1e-9)
            assert there.share.low == pytest.approx(here.share.low, abs=1e-6)
            assert there.share.std_error == pytest.approx(here.share.std_error, abs=1e-6)
    for here, there in zip(whole.nps_effects.effects, split.nps_effects.effects, strict=True):
        assert there.effect.std_error == pytest.approx(here.effect.std_error, rel=1e-6)


def test_weights_move_every_estimate(data, full):
    survey = data.table("survey")
    weight = np.where(survey["speed"] > survey["price"], 4.0, 1.0)
    params = driver_params(depth="full", limits={"events_per_parameter": 3})
    weighted = analyse_drivers(with_survey(data, weight=weight), params)
    assert weighted.weighted
    for key in ("satisfaction", "loyalty_item", "nps", "nps_category"):
        assert np.abs(shares_of(getattr(weighted, key)) - shares_of(getattr(full, key))).max() > 0.005
    assert weighted.map.positions[0].performance.value != full.map.positions[0].performance.value
    assert weighted.nps_effects.effects[0].effect.value != full.nps_effects.effects[0].effect.value
    ignored = driver_params(survey={"weight_kind": "none", "items": driver_params().survey.model_dump()["items"]})
    assert not analyse_drivers(with_survey(data, weight=weight), ignored).weighted


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_weights_not_above_zero_are_refused(data, bad):
    weight = np.where(np.arange(300) == 4, bad, 1.0)
    assert "not above zero" in reason(analyse_drivers(with_survey(data, weight=weight), driver_params()))


def test_no_drivers_no_survey_no_analysis(data):
    assert "single parts" in reason(analyse_drivers(data, make_params()))
    empty = client_of(None, data.table("transactions"), data.customers)
    assert "single parts" in reason(analyse_drivers(empty, driver_params()))
    silent = with_survey(data, **dict.fromkeys(WEIGHTS, np.nan))
    assert "single parts" in reason(analyse_drivers(silent, driver_params()))


def test_a_driver_asked_of_few_or_answered_alike_is_left_out(data):
    survey = data.table("survey")
    few = with_survey(data, portal=survey["portal"].where(np.arange(300) < 60))
    found = analyse_drivers(few, driver_params())
    assert [driver.key for driver in found.drivers] == ["speed", "price", "bills"]
    assert found.left_out == 0
    assert "of the responses answer it" in found.notes[0].msgid
    same = analyse_drivers(with_survey(data, portal=10.0), driver_params())
    assert "nearly all answers are the same" in same.notes[0].msgid
    assert len(same.satisfaction.shares) == 3


def test_collinear_drivers_stand_for_each_other(data):
    survey = data.table("survey")
    twins = analyse_drivers(with_survey(data, portal=survey["price"]), driver_params())
    assert [driver.key for driver in twins.drivers] == ["speed", "price", "bills"]
    assert twins.notes[0].values == {"driver": "Portal", "other": "Price"}
    summed = analyse_drivers(with_survey(data, bills=survey["speed"] + survey["price"] - 3.0), driver_params())
    assert "follow exactly" in summed.notes[0].msgid
    assert (
        fit_driver_effects(with_survey(data, portal=survey["price"]), driver_params()).design.terms[2].key
        == "driver=price"
    )


def test_everybody_at_the_ceiling_has_no_shares(data):
    ceiling = with_survey(data, **dict.fromkeys(WEIGHTS, 10.0))
    assert "the same" in reason(analyse_drivers(ceiling, driver_params()))
    one_left = with_survey(data, **dict.fromkeys(list(WEIGHTS)[1:], 10.0))
    assert "Fewer than two" in reason(analyse_drivers(one_left, driver_params()))
    happy = analyse_drivers(with_survey(data, satisfaction_index=100.0, recommend=10.0), driver_params())
    assert "alike" in reason(happy.satisfaction)
    assert "alike" in reason(happy.map)
    assert "fewer than three" in reason(happy.loyalty_item)
    assert isinstance(happy.nps_effects, NotEstimable)


def test_forty_drivers_of_sixty_respondents_are_refused():
    data = driver_client(accounts=60, respondents=1, extra=36)
    params = driver_params(drivers=(*WEIGHTS, *(f"extra{j}" for j in range(36))))
    found = analyse_drivers(data, params)
    for key in ("satisfaction", "loyalty_item", "nps"):
        assert getattr(found, key).reason.values["count"] == 40
        assert "tell {count:int} questions apart" in reason(getattr(found, key))
    assert isinstance(found.map, NotEstimable)
    assert isinstance(fit_driver_effects(data, params), NotEstimable)


def test_few_respondents_say_nothing_of_themselves(data):
    few = with_survey(data, data.table("survey").head(4))
    found = analyse_drivers(few, driver_params())
    assert "Fewer than {least" in reason(found)
    assert found.n is None
    some = analyse_drivers(with_survey(data, data.table("survey").head(15)), driver_params())
    assert some.n == 15
    nine = data.table("survey").head(40).assign(account_key=lambda rows: [f"a{i % 9}" for i in range(len(rows))])
    assert "too few accounts" in reason(analyse_drivers(with_survey(data, nine), driver_params()))


def test_noise_has_nothing_to_share_out(data):
    rng = np.random.default_rng(12)
    noise = with_survey(data, satisfaction_index=50 + rng.normal(size=300), recommend=rng.integers(0, 11, 300) * 1.0)
    found = analyse_drivers(noise, driver_params())
    for key in ("satisfaction", "loyalty_item", "nps"):
        assert "no more than chance" in reason(getattr(found, key))


def test_satisfaction_made_of_the_drivers_and_answers_that_foretell_have_reasons(data):
    survey = data.table("survey")
    total = survey["speed"] + survey["price"]
    made = analyse_drivers(with_survey(data, satisfaction_index=total), driver_params())
    assert "make it up exactly" in reason(made.satisfaction)
    foretold = with_survey(data, recommend=np.select([total > 15, total < 11], [10.0, 0.0], 8.0))
    assert "foretell" in reason(analyse_drivers(foretold, driver_params()).loyalty_item)


def test_a_driver_that_goes_the_other_way_is_told(data):
    survey = data.table("survey")
    turned = analyse_drivers(with_survey(data, speed=11 - survey["speed"]), driver_params())
    assert [row.opposite for row in turned.satisfaction.shares] == [True, False, False, False]


def test_an_anonymous_survey_has_shares_but_no_buying_again(data):
    survey = data.table("survey").assign(account_key=lambda rows: rows["respondent_key"], customer_id=pd.NA)
    anonymous = client_of(survey, data.table("transactions"), data.customers, has_real_customers=False)
    found = analyse_drivers(anonymous, driver_params(depth="full"))
    assert found.satisfaction.accounts == 300
    assert "anonymous" in reason(found.repurchase)
    no_recommendation = with_survey(data, recommend=np.nan)
    assert "recommend" in reason(analyse_drivers(no_recommendation, driver_params()).nps)
    assert "No loyalty question" in reason(analyse_drivers(no_recommendation, driver_params()).loyalty_item)


def test_two_waves_of_different_customers_are_stacked(data):
    survey = data.table("survey")
    first = survey["customer_id"].isin(survey["customer_id"].unique()[:75])
    apart = survey[first == (survey["wave"] == "W1")].reset_index(drop=True)
    found = analyse_drivers(with_survey(data, apart), driver_params())
    assert isinstance(found.satisfaction, DriverShares)
    assert found.waves == ("W1", "W2")


DRIVERS = tuple(Driver(key=key, label=key) for key in WEIGHTS)


def test_buying_again_is_shared_out_beyond_past_buying():
    data = driver_client(accounts=500, seed=5, effect=0.12)
    survey = data.table("survey")
    # the client's purchases follow the satisfaction that was first drawn: let the drivers be readings of it
    base = client_of(survey, data.table("transactions"), data.customers)
    params = driver_params(depth="full", limits={"events_per_parameter": 3})
    orders = data.table("transactions")
    sample = buyers_of(base, params, DRIVERS)
    bought = pd.Series(sample.bought, index=sample.frame.rows["customer_id"].to_numpy())
    tied = survey.assign(speed=np.clip(survey["speed"] + 2 * survey["customer_id"].map(bought), 1, 10))
    found = analyse_drivers(client_of(tied, orders, data.customers), params).repurchase
    assert isinstance(found, DriverShares), found.reason
    assert (found.model, found.n, found.accounts) == ("binary", 500, 500)
    assert shares_of(found).argmax() == 0
    assert [control.msgid for control in found.controls] == ["Recency", "Frequency"]
    plain = analyse_drivers(base, params).repurchase
    assert "no more than chance" in reason(plain)


def test_a_segment_too_small_for_buying_again_and_nobody_buying_have_reasons(data):
    nobody = client_of(data.table("survey"), data.table("transactions")[lambda rows: rows["ordered_on"] < "2025-03-01"],
                       data.customers)  # fmt: skip
    assert isinstance(analyse_drivers(nobody, driver_params(depth="full")).repurchase, NotEstimable)
    strict = driver_params(depth="full", limits={"events_per_parameter": 40})
    assert "needs at least" in reason(analyse_drivers(data, strict).repurchase)


def test_the_future_moves_nothing_before_it(data):
    params = driver_params()
    orders = data.table("transactions")
    before = buyers_of(data, params, DRIVERS)
    responded = before.frame.rows.set_index("customer_id")["responded_on"]
    days = orders["customer_id"].map(responded)
    later = orders[~(orders["ordered_on"] > days)]
    after = buyers_of(client_of(data.table("survey"), later, data.customers), params, DRIVERS)
    assert isinstance(after, NotEstimable)  # nobody bought again
    delayed = orders.assign(
        ordered_on=orders["ordered_on"].where(
            ~(orders["ordered_on"] > days), orders["ordered_on"] + pd.Timedelta(days=3)
        )
    )
    moved = buyers_of(client_of(data.table("survey"), delayed, data.customers), params, DRIVERS)
    assert moved.frame.values == pytest.approx(before.frame.values)
    assert moved.design.matrix == pytest.approx(before.design.matrix)


def test_the_regression_of_satisfaction_finds_the_truth_of_the_demo_world():
    """Delivery and product quality have the largest weights in the generator, invoicing none."""
    data, params = known_client(11), demo_params()
    effects = fit_driver_effects(data, params)
    found = {row.term: row for row in effects.coefficients}
    assert found["driver=product_quality"].conf_low > 0.1
    assert found["driver=invoicing"].estimate < found["driver=delivery"].estimate
    assert effects.design.terms[effects.drivers][0].key == "driver=product_quality"
    result = analyse_drivers(data, params)
    ranks = {row.driver.key: row.rank for row in result.satisfaction.shares}
    assert ranks["invoicing"] >= 5
    assert min(ranks, key=ranks.get) in ("product_quality", "delivery")
