"""A hidden trait of known strength: taking it out of the coefficients must give what a model with the trait gives."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, ndtr

from analysis.messages import N_
from analysis.models.mediation.inputs import Mediator, Question, prepare, step_up
from analysis.models.mediation.mediate import mediate
from analysis.models.mediation.result import Sensitivity
from analysis.models.mediation.sensitivity import _indirect, _link_per_residual, _tipping_link
from analysis.models.mediation.system import fit_system
from analysis.models.terms import numeric_control
from analysis.params.model import LimitsSpec
from analysis.results import NotEstimable

LABEL = N_("Satisfaction")
LINK, ON_MEDIATOR = 0.8, 6.0


def population(n=60_000, seed=5, mediator=0.03, link=LINK):
    """Return data with a hidden trait that moves the mediator by 6 points and the outcome by `link` a deviation."""
    rng = np.random.default_rng(seed)
    c, hidden = rng.normal(size=(2, n))
    x = 55 + 12 * rng.normal(size=n) + 3 * c
    m = 25 + 0.6 * x + 3 * c + ON_MEDIATOR * hidden + 8 * rng.normal(size=n)
    eta = 0.02 * (x - 55) + mediator * (m - 58) + 0.3 * c + link * hidden
    return pd.DataFrame(
        {
            "x": x, "m": m, "c": c, "hidden": hidden, "binary": rng.random(n) < expit(eta),
            "probit": rng.random(n) < ndtr(eta), "count": rng.poisson(np.exp(eta / 2)),
            "linear": 10 * eta + 5 * rng.normal(size=n),
        }
    ).astype(float)  # fmt: skip


def fitted(frame, family, controls):
    prepared = prepare(Question(
        outcome=frame[family], family=family, exposure=step_up(LABEL, frame["x"]), limits=LimitsSpec(),
        mediators=[Mediator(key="m", label=LABEL, values=frame["m"].to_numpy())],
        controls=[numeric_control(LABEL, name, LABEL, frame[name]) for name in controls],
    ))  # fmt: skip
    return fit_system(prepared.system, prepared.system.equations(), prepared.weights[None]), prepared


@pytest.mark.parametrize(
    ("family", "link", "tolerance"), [("linear", 8.0, 0.02), ("probit", 0.8, 0.05), ("binary", 0.8, 0.08),
                                      ("count", 0.4, 0.04)]
)  # fmt: skip
def test_taking_a_known_trait_out_gives_the_model_that_knows_it(family, link, tolerance):
    """The correlation of the trait with the mediator's disturbance is 6 / 10; sampling error sets the tolerances."""
    frame = population()
    naive, prepared = fitted(frame, family, ["c"])
    oracle, _ = fitted(frame, family, ["c", "hidden"])
    # the oracle holds the trait still in the mediator's equation too, which leaves the exposure's coefficient alone
    unit = prepared.outcome_spread
    uncorrected = _indirect(naive, 1.0, 0.0, 0.0) * unit
    truth = _indirect(oracle, 1.0, 0.0, 0.0) * unit
    corrected = _indirect(naive, 1.0, 0.6, link / unit) * unit
    assert abs(uncorrected / truth - 1) > 0.5
    assert corrected == pytest.approx(truth, rel=tolerance)


@pytest.mark.parametrize("family", ["linear", "probit", "binary"])
def test_at_the_tipping_point_nothing_is_left(family):
    frame = population(4_000, mediator=0.01, link=0.3)
    naive, _ = fitted(frame, family, ["c"])
    unit = np.sqrt(naive.outcome_fit.variance[0]) if family == "linear" else 1.0
    link = _tipping_link(naive, _link_per_residual(naive), 0.5) * unit
    assert _indirect(naive, 100.0, 0.5, link) == pytest.approx(0, abs=1e-6)
    assert _indirect(naive, 100.0, 0.5, link / 2) > 0


def test_strengths_run_from_the_estimate_down_to_nothing():
    frame = population(1_500, mediator=0.01, link=0.3)
    result = mediate(
        frame["binary"], "binary", step_up(LABEL, frame["x"]),
        [Mediator(key="m", label=LABEL, values=frame["m"].to_numpy())],
        [numeric_control(LABEL, "c", N_("Tenure, years"), frame["c"])], rng=np.random.default_rng(1), draws=100,
    )  # fmt: skip
    sensitivity = result.sensitivity
    assert isinstance(sensitivity, Sensitivity)
    assert sensitivity.benchmark.msgid == "Tenure, years"
    left = [point.indirect for point in sensitivity.points]
    assert left[0] == pytest.approx(result.indirect.value, rel=1e-9)
    assert left == sorted(left, reverse=True)
    before = [point for point in sensitivity.points if point.strength < sensitivity.tipping_strength]
    after = [point for point in sensitivity.points if point.strength > sensitivity.tipping_strength]
    assert all(point.indirect > 0 for point in before)
    assert all(point.indirect < 0 for point in after)


def test_where_no_trait_is_strong_enough_that_is_said():
    naive, _ = fitted(population(4_000, mediator=0.1), "binary", ["c"])
    found = _tipping_link(naive, _link_per_residual(naive), 0.3)
    assert isinstance(found, NotEstimable)
    assert found.reason.values["r"] == 0.3


def test_without_controls_there_is_nothing_to_compare_with():
    frame = population(1_500)
    result = mediate(
        frame["linear"], "linear", step_up(LABEL, frame["x"]),
        [Mediator(key="m", label=LABEL, values=frame["m"].to_numpy())], [], rng=np.random.default_rng(1), draws=100,
    )  # fmt: skip
    assert isinstance(result.sensitivity.tipping_strength, NotEstimable)
    assert result.sensitivity.points == ()
    assert result.sensitivity.rho.low < result.sensitivity.rho.value < result.sensitivity.rho.high
