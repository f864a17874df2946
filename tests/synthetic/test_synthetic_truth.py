"""What was declared can be found again in large draws: effects, hazards, weights, non-response, and what is nil."""

import numpy as np
import pandas as pd
import pytest

from analysis.synthetic.accounts import draw_accounts
from analysis.synthetic.answers import draw_answers
from analysis.synthetic.draw import draw_client, draw_world
from analysis.synthetic.population import (
    account_frame,
    average_marginal_effect,
    behaviour_frame,
    fit_logit,
    population_truth,
    respondent_frame,
    slope,
)
from analysis.synthetic.purchases import NEVER, season_logit
from analysis.synthetic.truth import DRIVERS, DrawSpec, Truth, week_states

MANY = 20_000


@pytest.fixture(scope="module")
def world():
    return draw_world(DrawSpec(seed=5, customers=MANY))


@pytest.fixture(scope="module")
def estimands():
    return population_truth(Truth(), 1, customers=50_000)


def test_driver_weights_are_recovered_from_the_latent_values(world):
    accounts = world.accounts
    design = np.column_stack(
        [accounts.drivers[:, 2], accounts.confounder, *(accounts.segment == code for code in (1, 2, 3)), np.ones(MANY)]
    )
    weights = np.linalg.lstsq(design, accounts.satisfaction[:, 2], rcond=None)[0]
    for driver, weight in zip(DRIVERS, weights, strict=False):
        # 0.40 of noise over sqrt(20,000) and sqrt(1 - .35) of own variance: a standard error of .004
        assert weight == pytest.approx(Truth().driver_weights[driver], abs=0.015)
    assert Truth().driver_weights["invoicing"] == 0.0


def test_latent_values_have_a_standard_deviation_near_one(world):
    for latent in (world.accounts.satisfaction, world.accounts.loyalty, world.accounts.effort):
        assert latent.std() == pytest.approx(1.0, abs=0.15)


def test_the_weekly_order_log_odds_are_recovered(world):
    accounts, purchases, truth = world.accounts, world.purchases, world.truth
    weeks = np.arange(60, 90, 5)
    state = week_states()[weeks]
    bought = np.zeros((MANY, weeks.max() + 1), dtype=bool)
    inside = purchases.day < (weeks.max() + 1) * 7
    bought[purchases.account[inside], purchases.day[inside] // 7] = True
    rows, outcomes = [], []
    for week, latent in zip(weeks, state, strict=True):
        here = (purchases.churn_week > week) & (accounts.joined // 7 < week) & ~accounts.is_prospect
        offset = accounts.order_logit + season_logit(truth, "en")[week]
        columns = [np.ones(MANY), offset, accounts.confounder]
        columns += [values[:, latent] for values in (accounts.satisfaction, accounts.loyalty, accounts.effort)]
        rows.append(np.column_stack(columns)[here])
        outcomes.append(bought[here, week])
    beta = fit_logit(np.vstack(rows), np.concatenate(outcomes).astype(float))
    expected = [0.0, 1.0, truth.confounder_on_repurchase_logit, truth.effect_satisfaction_on_repurchase_logit]
    expected += [truth.effect_loyalty_on_repurchase_logit, 0.0]
    # some 7,000 orders among 100,000 weeks: standard errors of about .02 for each coefficient
    assert beta == pytest.approx(expected, abs=0.08)


def test_the_churn_hazard_is_as_declared():
    truth = Truth(effect_satisfaction_on_churn_log_hazard=0.0, weekly_churn_hazard=0.01)
    world = draw_world(DrawSpec(seed=2, customers=MANY), truth)
    there = (world.accounts.joined < 0) & ~world.accounts.is_key & ~world.accounts.is_prospect
    left = world.purchases.churn_week[there] < 52
    # 1 - .99^52 = .407
    assert left.mean() == pytest.approx(0.407, abs=0.015)
    assert (world.purchases.churn_week[world.accounts.is_prospect] == NEVER).all()


def test_nobody_orders_before_joining_or_after_leaving(world):
    purchases = world.purchases
    assert (purchases.day >= world.accounts.joined[purchases.account]).all()
    assert (purchases.day // 7 < purchases.churn_week[purchases.account]).all()
    assert not world.accounts.is_prospect[purchases.account].any()
    assert not pd.DataFrame({"a": purchases.account, "d": purchases.day}).duplicated().any()


def test_the_satisfied_answer_more_often_than_the_others(world):
    answers = world.answers
    ordinary = ~world.accounts.is_key[answers.account] & (world.purchases.churn_week[answers.account] == NEVER)
    felt = world.accounts.satisfaction[answers.account, answers.wave + 1]
    happy, unhappy = (ordinary & (felt > 0.5), ordinary & (felt < -0.5))
    assert answers.completed[happy].mean() > answers.completed[unhappy].mean() + 0.08


def test_ordinary_customers_buy_again_as_often_as_declared(estimands):
    assert 0.60 < estimands["repurchase_rate_of_other_respondents"]["value"] < 0.75


def test_items_rise_and_fall_over_the_waves_as_declared(world):
    frame = world.survey
    means = frame.groupby("wave")[["delivery", "digital", "product_quality"]].mean().loc[list(world.words.waves)]
    assert means["delivery"].iloc[2] < means["delivery"].iloc[0] - 0.4
    assert means["digital"].iloc[2] > means["digital"].iloc[1] + 0.2
    assert abs(means["product_quality"].iloc[2] - means["product_quality"].iloc[0]) < 0.1


def test_the_marker_goes_with_satisfaction_through_answering_style_only(world):
    answers = world.survey[["marker_layout", "sat_overall"]].dropna()
    assert 0.0 < answers.corr().iloc[0, 1] < 0.10
    plain = draw_client(DrawSpec(customers=MANY), Truth(response_style=0.0), tables=["survey"]).canonical["survey"]
    assert abs(plain[["marker_layout", "sat_overall"]].dropna().corr().iloc[0, 1]) < 0.015


def test_partners_differ_in_delivery_as_declared(world):
    accounts = world.accounts
    latent = pd.Series(accounts.drivers[:, 0, DRIVERS.index("delivery")]).groupby(accounts.partner).mean()
    assert latent.drop(-1).to_numpy() == pytest.approx(accounts.partner_effect, abs=0.15)
    assert latent[-1] == pytest.approx(0.0, abs=0.05)


def test_estimands_are_positive_and_precise(estimands):
    for name, entry in estimands.items():
        assert entry["std_error"] > 0, name
    assert estimands["slope_loyalty_on_satisfaction"]["value"] == pytest.approx(0.55, abs=0.02)
    unadjusted = estimands["ame_satisfaction_unadjusted"]
    given = estimands["ame_satisfaction_given_history"]
    both = estimands["ame_satisfaction_given_loyalty_and_history"]
    assert unadjusted["value"] > given["value"] > both["value"] > 10 * both["std_error"]
    assert given["std_error"] < 0.2


def test_without_effects_nothing_goes_with_anything():
    found = population_truth(Truth().without_effects(), 1, customers=50_000)
    assert abs(found["slope_loyalty_on_satisfaction"]["value"]) < 0.01
    # well below a tenth of the effect that the demo has; see the note in `behaviour_frame`
    assert abs(found["ame_satisfaction_given_history"]["value"]) < 0.35
    assert abs(found["ame_loyalty_given_satisfaction_and_history"]["value"]) < 0.5
    assert found["causal_effect_of_satisfaction"]["value"] == 0.0


def test_the_confounder_biases_the_naive_slope_upwards():
    with_it, without = (
        population_truth(Truth(confounder_on_satisfaction=strength), 1, customers=30_000) for strength in (0.8, 0.0)
    )
    name = "ame_satisfaction_unadjusted"
    assert with_it[name]["value"] > without[name]["value"] + 2 * with_it[name]["std_error"]


def test_samples_of_the_demo_s_size_scatter_around_the_estimands(estimands):
    slopes, effects = [], []
    for seed in range(60):
        world = draw_world(DrawSpec(seed=seed))
        slopes.append(slope(respondent_frame(world.accounts, world.answers)))
        frame = behaviour_frame(account_frame(world.accounts, world.answers, world.purchases))
        effects.append(average_marginal_effect(frame, "satisfaction_index", ()))
        assert 230 < len(frame) < 340
    for values, name in ((slopes, "slope_loyalty_on_satisfaction"), (effects, "ame_satisfaction_unadjusted")):
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(estimands[name]["value"], abs=4 * error)
    assert np.std(effects) < 2.0  # percentage points: an effect of five is seen with 300 customers


def test_a_logit_is_fitted_to_the_odds_of_a_table():
    design = np.column_stack([np.ones(8), [0, 0, 0, 0, 1, 1, 1, 1]])
    outcome = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    # odds 1/3 and 3: constant log(1/3), slope log 9
    assert fit_logit(design, outcome) == pytest.approx([np.log(1 / 3), np.log(9)])


def test_a_logit_without_a_maximum_is_an_error():
    design = np.column_stack([np.ones(4), [0.0, 1, 2, 3]])
    with pytest.raises((ArithmeticError, np.linalg.LinAlgError)), np.errstate(all="ignore"):
        fit_logit(design, np.array([0.0, 0, 1, 1]))


def test_drawn_parts_do_not_share_their_random_numbers():
    truth = Truth()
    accounts = draw_accounts(truth, 400, 9)
    world = draw_world(DrawSpec(seed=9))
    assert np.array_equal(accounts.satisfaction, world.accounts.satisfaction)
    again = draw_answers(truth, accounts, world.purchases, 9)
    assert np.array_equal(again.answered, world.answers.answered)
