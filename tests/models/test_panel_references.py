"""The panel models against R: lavaan, and lm with an indicator of every account (tests/reference/panel.R)."""

import numpy as np
import pandas as pd
import pytest
from model_clients import make_params
from panels import formula_panel, panel_of, reference

from analysis.models.panel import cross_lagged
from analysis.models.panel.account_panel import AccountPanel
from analysis.models.panel.cross_lagged import Layout, fit_cross_lagged, random_intercepts, start_values, wide
from analysis.models.panel.fixed_effects import fit_changes, fit_fixed_effects
from analysis.models.panel.moments import fit_moments, gradient, row_scores, sandwich, summarise_patterns

R = reference()
PARAMS = make_params()


def weighted_panel() -> AccountPanel:
    """Return the panel with R's weights; they follow the account's number and the wave's from 1."""
    i, wave = np.arange(160)[:, None], np.arange(1, 4)[None, :]
    return panel_of(formula_panel(), 0.5 + ((i + wave) % 4) / 2)


def test_the_panel_is_the_one_that_r_made():
    assert np.nan_to_num(formula_panel()[:4], nan=-999).ravel() == pytest.approx(R["panel_head"], abs=1e-6)


@pytest.mark.parametrize("name", ["riclpm_equal", "riclpm_free"])
def test_the_cross_lagged_model_is_lavaans(name):
    values, weights = wide(panel_of(formula_panel()))
    data = summarise_patterns(values, weights)
    layout = Layout(waves=3, equal_paths=name == "riclpm_equal")
    fit = fit_moments(data, random_intercepts(layout), start_values(data, layout))
    assert fit.converged
    # lavaan stops at a relative change of 1e-11 of its function, and its errors use numerical derivatives
    assert fit.parameters == pytest.approx(R[f"{name}_est"], abs=2e-4)
    assert fit.log_likelihood == pytest.approx(R[f"{name}_loglik"][0], abs=1e-6)
    assert np.sqrt(np.diag(sandwich(fit))) == pytest.approx(R[f"{name}_se"], rel=2e-3)


@pytest.mark.parametrize("name", ["riclpm_equal", "riclpm_free"])
def test_the_fit_is_lavaans(name, monkeypatch):
    monkeypatch.setattr(cross_lagged, "ACCOUNTS_PER_PARAMETER", 2)  # so that the small panel is not refused
    result = fit_cross_lagged(panel_of(formula_panel()), PARAMS, equal_paths=name == "riclpm_equal")
    fit = result.fit
    assert [fit.chi_square_unscaled, fit.df] == pytest.approx(R[f"{name}_fit"][:2], abs=1e-5)
    assert [fit.chi_square, fit.scaling, fit.rmsea, fit.cfi] == pytest.approx(R[f"{name}_fit"][2:], rel=2e-3, abs=1e-5)


def test_weights_are_lavaans_sampling_weights():
    values = formula_panel()
    values = values[np.isfinite(values).all(axis=1)]
    weights = 0.5 + (np.arange(1, len(values) + 1) % 5) / 2
    matrix, w = wide(panel_of(values, np.repeat(weights[:, None], 3, axis=1)))
    data = summarise_patterns(matrix, w)
    layout = Layout(waves=3, equal_paths=True)
    fit = fit_moments(data, random_intercepts(layout), start_values(data, layout))
    assert fit.parameters[:4] == pytest.approx(R["riclpm_weighted_est"], abs=2e-4)
    assert np.sqrt(np.diag(sandwich(fit)))[:4] == pytest.approx(R["riclpm_weighted_se"], rel=5e-3)


def test_scores_are_the_slope_of_the_likelihood():
    values, weights = wide(weighted_panel())
    data = summarise_patterns(values, weights)
    layout = Layout(waves=3, equal_paths=True)
    structure = random_intercepts(layout)
    theta = start_values(data, layout) + 0.05
    summed = (row_scores(data, structure(theta)) * data.weights[:, None]).sum(axis=0)
    assert summed == pytest.approx(gradient(data, structure(theta)), rel=1e-9, abs=1e-9)


def test_fixed_effects_are_those_with_an_indicator_of_every_account():
    found = fit_fixed_effects(weighted_panel(), PARAMS)
    assert found.within.value == pytest.approx(10 * R["fe_slope"][0], rel=1e-9)
    assert found.within.std_error == pytest.approx(10 * R["fe_cr3_se"][0], rel=1e-9)
    assert found.between_minus_within.value == pytest.approx(10 * R["fe_contextual"][0], rel=1e-9)
    assert fit_fixed_effects(panel_of(formula_panel()), PARAMS).within.value == pytest.approx(
        10 * R["fe_slope_unweighted"][0], rel=1e-9
    )


def test_changes_are_first_differences():
    found = fit_changes(_of_repeated(weighted_panel()), PARAMS)
    value, error = R["change_slope"]
    assert (found.slope.value, found.slope.std_error) == pytest.approx((10 * value, 10 * error), rel=1e-9)
    up, down, error_up, error_down = 10 * R["change_apart"]
    assert (found.gain.value, found.gain.std_error) == pytest.approx((up, error_up), rel=1e-9)
    assert (found.loss.value, found.loss.std_error) == pytest.approx((down, error_down), rel=1e-9)
    assert found.asymmetry.value == pytest.approx(down - up, rel=1e-9)


def _of_repeated(panel: AccountPanel) -> AccountPanel:
    counts = panel.rows.groupby("account")["wave_order"].transform("size")
    return AccountPanel(rows=pd.DataFrame(panel.rows[counts > 1]).reset_index(drop=True), waves=panel.waves)
