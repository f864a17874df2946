"""The equations inside mediation: each against our own or statsmodels' estimator, and every draw a complete refit."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit

from analysis.models.binomial import fit_binomial
from analysis.models.bootstrap import resampled_accounts
from analysis.models.firth import fit_firth
from analysis.models.linear import fit_linear
from analysis.models.mediation.families import Equation, fit_equation
from analysis.models.ordered import fit_ordered


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(3)
    n = 240
    design = np.column_stack([np.ones(n), rng.normal(size=(n, 3))])
    eta = design @ [0.2, 0.8, -0.5, 0.0]
    weights = rng.uniform(0.5, 2, n)
    outcomes = {
        "linear": eta + rng.normal(size=n),
        "binary": (rng.random(n) < expit(eta)).astype(float),
        "probit": (rng.normal(size=n) < eta).astype(float),
        "ordered": np.digitize(eta + rng.logistic(size=n), [-1.0, 0.0, 1.5]).astype(float),
        "count": rng.poisson(np.exp(eta)).astype(float),
    }
    return design, weights / weights.mean(), outcomes


def complete_refit(family, outcome, design, weights):
    """Return cut points (ordered only) and coefficients by an estimator that knows nothing of draws."""
    if family == "linear":
        return fit_linear(outcome, design, weights=weights).coefficients
    if family == "binary":
        return fit_binomial(outcome, design, weights=weights).coefficients
    if family == "ordered":
        fit = fit_ordered(outcome, design[:, 1:], weights=weights)
        return np.concatenate([fit.cut_points, fit.coefficients])
    kind = sm.families.Poisson() if family == "count" else sm.families.Binomial(sm.families.links.Probit())
    fit = sm.GLM(outcome, design, family=kind, var_weights=weights).fit(tol=1e-14, maxiter=200)
    return np.asarray(fit.params)


def parameters(family, fits, draw=0):
    if family == "ordered":
        return np.concatenate([fits.cuts[draw], fits.coefficients[draw, 1:]])
    return fits.coefficients[draw]


@pytest.mark.parametrize("family", ["linear", "binary", "probit", "ordered", "count"])
def test_each_draw_is_a_complete_weighted_refit(rows, family):
    """A draw takes rows several times; an estimator that is given the drawn rows must find the same maximum."""
    design, weights, outcomes = rows
    outcome = outcomes[family]
    equation = Equation(family=family, outcome=outcome, design=design)
    full = fit_equation(equation, weights[None])
    np.testing.assert_allclose(
        parameters(family, full), complete_refit(family, outcome, design, weights), rtol=1e-6, atol=1e-7
    )
    taken = np.array(list(resampled_accounts(len(outcome), 6, np.random.default_rng(5))))
    draws = fit_equation(equation, weights * taken, full)
    assert draws.converged.all()
    for draw in (0, 5):
        drawn = np.flatnonzero(taken[draw])
        alone = complete_refit(family, outcome[drawn], design[drawn], (weights * taken[draw])[drawn])
        np.testing.assert_allclose(parameters(family, draws, draw), alone, rtol=1e-6, atol=1e-7)


def test_the_residual_variance_is_weighted_and_knows_no_rows(rows):
    design, weights, outcomes = rows
    once = fit_equation(Equation(family="linear", outcome=outcomes["linear"], design=design), weights[None])
    residuals = outcomes["linear"] - design @ once.coefficients[0]
    assert once.variance[0] == pytest.approx(np.average(residuals**2, weights=weights), rel=1e-12)
    twice = fit_equation(
        Equation(family="linear", outcome=np.tile(outcomes["linear"], 2), design=np.tile(design, (2, 1))),
        np.tile(weights / 2, 2)[None],
    )
    assert twice.variance[0] == pytest.approx(once.variance[0], rel=1e-12)


def test_the_penalty_is_firths(rows):
    design, weights, outcomes = rows
    separated = np.column_stack([design[:, :3], outcomes["binary"] * (np.arange(240) % 2)])
    equation = Equation(family="binary", outcome=outcomes["binary"], design=separated, penalised=True)
    found = fit_equation(equation, weights[None])
    assert found.converged[0]
    expected = fit_firth(outcomes["binary"], separated, weights=weights).coefficients
    np.testing.assert_allclose(found.coefficients[0], expected, rtol=1e-4)


def test_a_column_that_a_draw_does_not_hold_stays_where_it_was(rows):
    design, weights, outcomes = rows
    rare = np.column_stack([design, np.arange(240) < 3])
    equation = Equation(family="linear", outcome=outcomes["linear"], design=rare)
    full = fit_equation(equation, weights[None])
    without = weights * (np.arange(240) >= 3)
    found = fit_equation(equation, without[None], full)
    assert found.converged[0]
    assert found.coefficients[0, -1] == pytest.approx(full.coefficients[0, -1], abs=1e-6)
    alone = fit_linear(outcomes["linear"][3:], design[3:], weights=weights[3:]).coefficients
    np.testing.assert_allclose(found.coefficients[0, :-1], alone, rtol=1e-7)
