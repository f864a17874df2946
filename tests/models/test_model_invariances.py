"""Identities and impossibilities: what must not change an estimate, and what must."""

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params, split_third

from analysis.models.binomial import average_effect, fit_binomial
from analysis.models.clustering import checked_weights
from analysis.models.firth import fit_firth, profile_interval
from analysis.models.linear import fit_linear
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.ordered import effect_above, fit_ordered
from analysis.models.repurchase import fit_repeat_purchase

RNG = np.random.default_rng(5)
N = 120
X = np.column_stack([np.ones(N), RNG.normal(size=N), RNG.uniform(size=N)])
Y = X @ [1.0, 2.0, -1.0] + RNG.normal(size=N) * (1 + X[:, 2])
BINARY = (X[:, 1] + RNG.logistic(size=N) > 0).astype(float)
ORDERED = np.digitize(X[:, 1] + RNG.logistic(size=N), [-1, 0.5, 2])
CLUSTERS = np.arange(N) // 3
WEIGHTS = RNG.uniform(0.5, 3, N)
FITS = {
    "linear": lambda rows, w: fit_linear(Y[rows], X[rows], weights=w, clusters=CLUSTERS[rows]),
    "binomial": lambda rows, w: fit_binomial(BINARY[rows], X[rows], weights=w, clusters=CLUSTERS[rows]),
    "ordered": lambda rows, w: fit_ordered(ORDERED[rows], X[rows, 1:], weights=w, clusters=CLUSTERS[rows]),
}
ALL = np.arange(N)


@pytest.mark.parametrize("name", FITS)
def test_rows_split_into_two_of_half_the_weight(name):
    whole = FITS[name](ALL, WEIGHTS)
    some = ALL % 3 == 0
    halves = np.where(some, WEIGHTS / 2, WEIGHTS)
    split = FITS[name](np.concatenate([ALL, ALL[some]]), np.concatenate([halves, halves[some]]))
    np.testing.assert_allclose(split.coefficients, whole.coefficients, rtol=1e-7)
    np.testing.assert_allclose(split.covariance, whole.covariance, rtol=1e-6)


@pytest.mark.parametrize("name", FITS)
def test_row_order_and_scale_of_the_weights_do_not_matter(name):
    whole = FITS[name](ALL, WEIGHTS)
    shuffled = FITS[name](ALL[::-1], 1000 * WEIGHTS[::-1])
    np.testing.assert_allclose(shuffled.coefficients, whole.coefficients, rtol=1e-7)
    np.testing.assert_allclose(shuffled.covariance, whole.covariance, rtol=1e-6)


@pytest.mark.parametrize("name", FITS)
def test_weights_move_the_estimate(name):
    plain, weighted = FITS[name](ALL, None), FITS[name](ALL, WEIGHTS)
    assert np.abs(plain.coefficients - weighted.coefficients).max() > 0.01


@pytest.mark.parametrize("name", FITS)
def test_clusters_move_the_errors_only(name):
    clustered = FITS[name](ALL, WEIGHTS)
    single = {
        "linear": lambda: fit_linear(Y, X, weights=WEIGHTS),
        "binomial": lambda: fit_binomial(BINARY, X, weights=WEIGHTS),
        "ordered": lambda: fit_ordered(ORDERED, X[:, 1:], weights=WEIGHTS),
    }[name]()
    np.testing.assert_allclose(single.coefficients, clustered.coefficients, rtol=1e-9)
    assert not np.allclose(single.covariance, clustered.covariance, rtol=0.01)
    assert (clustered.accounts, single.accounts) == (40, N)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("name", FITS)
def test_weights_not_above_zero_are_refused(name, bad):
    with pytest.raises(ValueError, match="above 0"):
        FITS[name](ALL, np.where(ALL == 7, bad, WEIGHTS))


def test_weights_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="one value a row"):
        checked_weights([1.0, 2.0], 3)


def test_hc3_by_hand():
    """Three points: the slope of (0, 1, 2) on (0, 1, 3) without the intercept's help is a hand calculation.

    x = (0, 1, 3) - 4/3; with residuals e and leverages h the variance is sum (x e / (1 - h))^2 / (sum x^2)^2.
    """
    x, y = np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 2.0])
    fit = fit_linear(y, np.column_stack([np.ones(3), x]))
    centred = x - 4 / 3
    slope = (centred @ y) / (centred @ centred)
    residuals = y - y.mean() - slope * centred
    leverage = 1 / 3 + centred**2 / (centred @ centred)
    variance = ((centred * residuals / (1 - leverage)) ** 2).sum() / (centred @ centred) ** 2
    assert fit.coefficients[1] == pytest.approx(9 / 14)
    assert fit.covariance[1, 1] == pytest.approx(variance, rel=1e-12)


def test_deviations_are_what_leaving_an_account_out_does():
    fit = FITS["linear"](ALL, WEIGHTS)
    rest = CLUSTERS != 4
    without = fit_linear(Y[rest], X[rest], weights=WEIGHTS[rest])
    np.testing.assert_allclose(fit.coefficients - without.coefficients, fit.deviations[4], rtol=1e-9)


def test_effects_are_derivatives_of_the_mean_probability():
    """The binary logit is an ordered one of two categories: same coefficients, same effect."""
    binary = fit_binomial(BINARY, X, weights=WEIGHTS, clusters=CLUSTERS)
    ordered = fit_ordered(BINARY.astype(int), X[:, 1:], weights=WEIGHTS, clusters=CLUSTERS)
    np.testing.assert_allclose(ordered.coefficients, binary.coefficients[1:], rtol=1e-6)
    np.testing.assert_allclose(ordered.cut_points, -binary.coefficients[:1], rtol=1e-6)
    effect, deviations = average_effect(binary, 1)
    same, same_deviations = effect_above(ordered, 0, 0)
    assert same == pytest.approx(effect, rel=1e-6)
    np.testing.assert_allclose(same_deviations, deviations, rtol=1e-4, atol=1e-9)
    step = np.array([0, 1e-5, 0])
    up = 1 / (1 + np.exp(-(X + step) @ binary.coefficients))
    down = 1 / (1 + np.exp(-(X - step) @ binary.coefficients))
    assert effect == pytest.approx(np.average((up - down) / 2e-5, weights=WEIGHTS), rel=1e-6)


def test_firth_of_a_two_by_two_table_adds_half_to_each_cell():
    x = np.r_[np.ones(22), np.zeros(363)]
    y = np.r_[np.zeros(22), np.ones(7), np.zeros(356)]
    fit = fit_firth(y, np.column_stack([np.ones(385), x]))
    expected = np.log(0.5 / 22.5) - np.log(7.5 / 356.5)
    assert fit.coefficients[1] == pytest.approx(expected, rel=1e-6)
    low, high = profile_interval(fit, 1)
    assert low < expected < high


def test_firth_profile_refuses_unequal_weights():
    with pytest.raises(ValueError, match="equal weights"):
        profile_interval(fit_firth(BINARY, X, weights=WEIGHTS), 1)


def test_the_models_do_not_change_their_data():
    data = make_client(accounts=80)
    before = {name: frame.copy() for name, frame in data.tables.items()}
    fit_satisfaction_loyalty(data, make_params())
    fit_repeat_purchase(data, make_params())
    for name, frame in before.items():
        pd.testing.assert_frame_equal(data.tables[name], frame)


def test_row_order_and_names_of_customers_do_not_change_the_models():
    data = make_client()
    survey = data.table("survey").sample(frac=1, random_state=1).reset_index(drop=True)
    orders = data.table("transactions").sample(frac=1, random_state=2).reset_index(drop=True)
    renamed = {old: f"x-{old}" for old in data.customers.index}
    survey = survey.assign(
        customer_id=survey["customer_id"].map(renamed), account_key=survey["account_key"].map(renamed)
    )
    orders = orders.assign(customer_id=orders["customer_id"].map(renamed))
    other = client_of(survey, orders, data.customers.rename(index=renamed))
    first, second = fit_repeat_purchase(data, make_params()), fit_repeat_purchase(other, make_params())
    assert first.satisfaction_effect.value == pytest.approx(second.satisfaction_effect.value, rel=1e-9)
    assert first.loyalty_effect.std_error == pytest.approx(second.loyalty_effect.std_error, rel=1e-9)
    third, fourth = fit_satisfaction_loyalty(data, make_params()), fit_satisfaction_loyalty(other, make_params())
    assert third.slope.value == pytest.approx(fourth.slope.value, rel=1e-9)
    assert third.slope.std_error == pytest.approx(fourth.slope.std_error, rel=1e-9)
    assert third.ordered.top_effect.value == pytest.approx(fourth.ordered.top_effect.value, rel=1e-6)


@pytest.mark.parametrize("accounts", [90, 120])
def test_some_rows_split_into_two_of_half_the_weight_change_no_number_of_the_loyalty_model(accounts):
    """Nor the choice of form, the merging of rare answers or the test of parallel lines, which may count answers."""
    data = make_client(accounts=accounts, weights=True)
    split = client_of(split_third(data.table("survey")), data.table("transactions"), data.customers)
    one, other = (fit_satisfaction_loyalty(client, make_params()) for client in (data, split))
    assert min(np.bincount(data.table("survey")["recommend"].astype(int))) < 5  # some answers are rare
    assert one.ordered.categories == other.ordered.categories
    assert other.ordered.bottom_effect.low == pytest.approx(one.ordered.bottom_effect.low, rel=1e-6)
    for first, second in zip(one.forms, other.forms, strict=True):
        assert (second.key, second.chosen) == (first.key, first.chosen)
        assert second.log_score == pytest.approx(first.log_score, rel=1e-9)
    for key in ("brant", "breusch_pagan", "reset"):
        first, second = (next(each for each in model.diagnostics if each.key == key) for model in (one, other))
        assert second.p_value == pytest.approx(first.p_value, rel=1e-5), key
    for first, second in zip(one.curve.points, other.curve.points, strict=True):
        assert second.fitted == pytest.approx(first.fitted, rel=1e-9)


def test_the_order_of_the_answers_makes_no_difference():
    data = make_client(accounts=120, weights=True)
    shuffled = data.table("survey").sample(frac=1, random_state=3).reset_index(drop=True)
    other = client_of(shuffled, data.table("transactions"), data.customers)
    first, second = (fit_satisfaction_loyalty(client, make_params()) for client in (data, other))
    assert len(first.forms) == 4
    for one, two in zip(first.forms, second.forms, strict=True):
        assert (one.key, one.chosen) == (two.key, two.chosen)
        assert one.log_score == pytest.approx(two.log_score, rel=1e-9)
    assert first.correlation.low == pytest.approx(second.correlation.low, rel=1e-9)
    third, fourth = (fit_repeat_purchase(client, make_params()) for client in (data, other))
    assert third.validation.auc_gain.value == pytest.approx(fourth.validation.auc_gain.value, rel=1e-9)
