"""Identities and invariances of direct, indirect and path effects."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from model_clients import split_third
from scipy.special import expit

from analysis.messages import N_
from analysis.models.mediation.decomposition import decompose
from analysis.models.mediation.gcomputation import World, _summed_mean, all_worlds, mean_outcomes
from analysis.models.mediation.inputs import Mediator, Question, merged_categories, prepare, step_up, switch
from analysis.models.mediation.intervals import widening
from analysis.models.mediation.mediate import mediate
from analysis.models.mediation.system import fit_system
from analysis.models.terms import numeric_control
from analysis.params.model import LimitsSpec
from analysis.results import Estimate, NotEstimable

LABEL = N_("Satisfaction")
LIMITS = LimitsSpec(events_per_parameter=3)
PARTS = ("total", "direct", "indirect", "direct_start", "direct_end", "indirect_start", "indirect_end")


def client(n=300, seed=1, a=0.6, b=0.05):
    """Return a frame drawn from known equations: x, two mediators in a row, a control, outcomes of each family."""
    rng = np.random.default_rng(seed)
    c = rng.normal(size=n)
    x = np.clip(65 + 15 * rng.normal(size=n) + 4 * c, 0, 100)
    m = 25 + a * x + 3 * c + 9 * rng.normal(size=n)
    k = 10 + 0.3 * x + 0.4 * m + 8 * rng.normal(size=n)
    eta = 0.02 * (x - 65) + b * (m - 65) + 0.4 * c
    return pd.DataFrame(
        {
            "x": x, "m": m, "k": k, "c": c, "account": np.arange(n) // 2, "weight": rng.uniform(0.5, 2, n),
            "linear": 10 * eta + 8 * rng.normal(size=n), "binary": rng.random(n) < expit(eta),
            "ordered": np.digitize(eta + rng.logistic(size=n), [-1, 0, 1.5]), "count": rng.poisson(np.exp(eta / 2 + 1)),
            "flag": m > 66,
        }
    ).astype(float)  # fmt: skip


def answer(frame, family, *, mediators=("m",), kinds=None, draws=100, seed=1, **more):
    kinds = kinds or {}
    settings = {"weights": frame["weight"], "clusters": frame["account"], "limits": LIMITS, "draws": draws}
    settings |= {"top_from": 3.0} if family == "ordered" else {}
    return mediate(
        frame[family],
        family,
        more.pop("exposure", step_up(LABEL, frame["x"])),
        [Mediator(key=name, label=LABEL, values=frame[name].to_numpy(), family=kinds.get(name, "linear"))
         for name in mediators],
        [numeric_control(LABEL, "c", LABEL, frame["c"])],
        rng=np.random.default_rng(seed),
        **(settings | more),
    )  # fmt: skip


def values(result):
    return np.array([getattr(result, part).value for part in PARTS] + [path.effect.value for path in result.paths])


@pytest.mark.parametrize("family", ["linear", "binary", "ordered", "count"])
@pytest.mark.parametrize(
    ("mediators", "arrangement", "paths"),
    [(("m",), "parallel", 1), (("m", "k"), "parallel", 2), (("m", "k"), "serial", 3)],
)
def test_parts_and_paths_add_up(family, mediators, arrangement, paths):
    found = values(answer(client(), family, mediators=mediators, arrangement=arrangement))
    total, direct, indirect, direct_start, direct_end, indirect_start, indirect_end = found[:7]
    assert len(found) == 7 + paths
    assert total == pytest.approx(direct + indirect, rel=1e-10)
    assert total == pytest.approx(direct_start + indirect_end, rel=1e-10)
    assert total == pytest.approx(direct_end + indirect_start, rel=1e-10)
    assert found[7:].sum() == pytest.approx(indirect, rel=1e-10)
    assert abs(found[7:]).min() > 0


def test_linear_equations_give_the_product_of_coefficients_exactly():
    frame = client()
    design = np.column_stack([np.ones(300), frame[["x", "c"]]])
    root = np.sqrt(frame["weight"].to_numpy())
    a = np.linalg.lstsq(design * root[:, None], frame["m"] * root, rcond=None)[0][1]
    full = np.column_stack([np.ones(300), frame[["x", "m", "c"]]])
    _, direct, b, _ = np.linalg.lstsq(full * root[:, None], frame["linear"] * root, rcond=None)[0]
    result = answer(frame, "linear", exposure=switch(LABEL, frame["x"], 50, 60))
    assert result.indirect.value == pytest.approx(10 * a * b, rel=1e-9)
    assert result.direct.value == pytest.approx(10 * direct, rel=1e-9)
    assert result.indirect_start.value == pytest.approx(result.indirect_end.value, rel=1e-12)
    arrows = [row.coefficient.value for row in result.coefficients]
    np.testing.assert_allclose(arrows, [10 * a, 10 * direct, 10 * b], rtol=1e-9)


def test_the_end_of_the_scale_caps_the_step_and_is_said():
    frame = client().assign(x=lambda each: np.minimum(each["x"] + 20, 100))
    exposure = step_up(LABEL, frame["x"])
    assert exposure.end.max() == 100
    result = answer(frame, "linear")
    room = np.minimum(100 - frame["x"], 10)
    assert result.mean_step == pytest.approx(np.average(room, weights=frame["weight"]), rel=1e-12)
    per_point = answer(frame, "linear", exposure=switch(LABEL, frame["x"], 0, 1))
    assert result.total.value == pytest.approx(result.mean_step * per_point.total.value, rel=1e-9)
    note = next(note for note in result.notes if "share" in note.values)
    assert note.values["share"] == pytest.approx((room < 10).mean())


def test_the_interaction_separates_the_two_indirect_effects():
    frame = client()
    frame["linear"] += 0.002 * (frame["x"] - 65) * (frame["m"] - 65) * 10
    plain, crossed = answer(frame, "linear"), answer(frame, "linear", interaction=True)
    assert plain.indirect_start.value == pytest.approx(plain.indirect_end.value, rel=1e-10)
    assert crossed.indirect_end.value - crossed.indirect_start.value > 0.5
    assert crossed.indirect.value == pytest.approx(
        (crossed.indirect_start.value + crossed.indirect_end.value) / 2, rel=1e-10
    )


@pytest.mark.parametrize("family", ["linear", "binary", "ordered", "count"])
def test_nothing_depends_on_order_names_units_or_split_rows(family):
    frame = client()
    base = answer(frame, family)
    rng = np.random.default_rng(4)
    shuffled = answer(frame.iloc[rng.permutation(300)], family)
    doubled = answer(split_third(frame), family)
    for other in (shuffled, doubled):
        np.testing.assert_allclose(values(other), values(base), rtol=1e-6)
    assert doubled.accounts == base.accounts
    for part in ("total", "indirect"):
        assert getattr(doubled, part).low == pytest.approx(getattr(base, part).low, rel=1e-6)
        assert getattr(doubled, part).std_error == pytest.approx(getattr(base, part).std_error, rel=1e-6)
    renamed = answer(frame.assign(account=frame["account"].map(lambda number: f"id {9999 - number:.0f}")), family)
    np.testing.assert_allclose(values(renamed), values(base), rtol=1e-9)
    tenfold = answer(frame.assign(m=frame["m"] / 10 - 4, weight=7 * frame["weight"]), family)
    np.testing.assert_allclose(values(tenfold), values(base), rtol=1e-6)
    assert tenfold.indirect.high == pytest.approx(base.indirect.high, rel=1e-6)


@pytest.mark.parametrize("family", ["linear", "binary", "ordered", "count"])
def test_weights_and_clusters_count(family):
    frame = client()
    weighted, plain = answer(frame, family), answer(frame, family, weights=None)
    assert weighted.weighted
    assert not plain.weighted
    assert np.abs(values(weighted) / values(plain) - 1).min() > 1e-4
    copies = pd.concat([frame] * 3, ignore_index=True)
    honest = answer(copies, family).indirect
    naive = answer(copies.assign(account=np.arange(900)), family).indirect
    assert honest.std_error > 1.3 * naive.std_error


def test_summing_over_values_agrees_with_the_closed_form():
    """Two linear mediators in a row, once by the one normal integral, once over a grid of both."""
    frame = client()
    prepared = prepare(Question(
        outcome=frame["binary"], family="binary", exposure=step_up(LABEL, frame["x"]), limits=LIMITS,
        mediators=[Mediator(key=name, label=LABEL, values=frame[name].to_numpy()) for name in ("m", "k")],
        controls=[numeric_control(LABEL, "c", LABEL, frame["c"])], weights=frame["weight"], arrangement="serial",
    ))  # fmt: skip
    fitted = fit_system(prepared.system, prepared.system.equations(), prepared.weights[None])
    worlds = [World(0, (1, 0, 0)), World(1, (0, 1, 0)), World(1, (1, 1, 1))]
    share = prepared.weights / prepared.weights.sum()
    summed = [float(share @ _summed_mean(fitted, world, None)[0]) for world in worlds]
    np.testing.assert_allclose(mean_outcomes(fitted, worlds)[0], summed, rtol=1e-7)


def test_a_discrete_first_mediator_keeps_its_rank_along_the_chain():
    """With a flag as the first of two, all worlds alike are the plain mean, and chain and direct path add up."""
    result = answer(client(), "binary", mediators=("flag", "k"), arrangement="serial", kinds={"flag": "binary"})
    assert sum(path.effect.value for path in result.paths) == pytest.approx(result.indirect.value, rel=1e-9)
    assert {path.key for path in result.paths} == {"flag", "flag>k", "k"}
    assert isinstance(result.sensitivity, NotEstimable)


def test_the_decomposition_of_known_worlds():
    """Hand-computed: means 1, 4, 2, 7 for (start, start), (start, end), (end, start), (end, end)."""
    worlds = [World(direct, (path,)) for direct in (0, 1) for path in (0, 1)]
    effects = decompose(worlds).effects(np.array([[1.0, 4.0, 2.0, 7.0]]))[0]
    np.testing.assert_allclose(effects, [6, 2, 4, 1, 3, 3, 5, 4])


def test_a_causal_chain_of_known_size_is_found():
    """Linear truth: 0.6 * 0.5 * 10 through the mediator and 0.2 * 10 besides, per ten points."""
    frame = client(6_000, seed=3)
    result = answer(frame, "linear", exposure=switch(LABEL, frame["x"], 60, 70), clusters=None)
    assert result.indirect.low < 3.0 < result.indirect.high
    assert result.direct.low < 2.0 < result.direct.high
    assert result.indirect.high - result.indirect.low < 0.5
    assert isinstance(result.proportion, Estimate)
    assert result.proportion.value == pytest.approx(0.6, abs=0.06)


def test_a_share_is_stated_only_of_a_total_that_is_told_from_none():
    frame = client(120)
    frame["linear"] = np.random.default_rng(8).normal(size=120)
    result = answer(frame, "linear")
    assert result.total.low < 0 < result.total.high
    assert isinstance(result.proportion, NotEstimable)


def test_the_widening_is_that_of_few_accounts():
    """G = 20, k = 4: sqrt(20 / 16) * t(.975, 16) / z(.975) = 1.118034 * 2.119905 / 1.959964."""
    assert widening(20, 4) == pytest.approx(1.209272, abs=1e-5)
    assert 1 < widening(10_000, 4) < 1.001


def test_the_same_seed_gives_the_same_numbers():
    frame = client()
    assert answer(frame, "binary").to_dict() == answer(frame, "binary").to_dict()
    other = answer(frame, "binary", seed=2)
    assert other.indirect.low != answer(frame, "binary").indirect.low
    assert other.indirect.value == answer(frame, "binary").indirect.value


@pytest.mark.parametrize(
    ("change", "family", "word"),
    [
        ({"x": 70.0}, "linear", "all or all but a few"),
        ({"m": 70.0}, "linear", "all or all but a few"),
        ({"x": 100.0}, "linear", "all or all but a few"),
        ({"linear": 1.0}, "linear", "same for everybody"),
        ({"binary": 0.0}, "binary", "same for everybody"),
        ({"weight": 0.0}, "linear", "weights"),
        ({"weight": -1.0}, "linear", "weights"),
        ({"account": 1.0}, "linear", "Too few"),
    ],
)
def test_rows_that_carry_nothing_are_refused_in_words(change, family, word):
    result = answer(client().assign(**change), family)
    assert isinstance(result, NotEstimable)
    assert word in result.reason.msgid


def test_dependent_rows_few_rows_and_many_controls_are_refused():
    frame = client()
    twin = answer(frame.assign(m=3 + frame["x"] / 2), "linear")
    assert "does not vary apart" in twin.reason.msgid
    four = answer(frame.head(4), "linear")
    assert four.n is None
    exact = answer(frame.assign(linear=frame["m"] + frame["x"]), "linear")
    assert "without any scatter" in exact.reason.msgid
    sixty = frame.head(60).assign(account=np.arange(60))
    wide = np.random.default_rng(2).normal(size=(60, 40))
    controls = [numeric_control(LABEL, f"p{j}", LABEL, pd.Series(column)) for j, column in enumerate(wide.T)]
    crowded = mediate(
        sixty["linear"], "linear", step_up(LABEL, sixty["x"]), [Mediator(key="m", label=LABEL, values=sixty["m"].to_numpy())],
        controls, rng=np.random.default_rng(1), draws=100,
    )  # fmt: skip
    assert "controls" in crowded.reason.msgid
    rare = answer(frame.assign(binary=np.arange(300) < 8), "binary")
    assert "rarer outcome" in rare.reason.msgid
    one_buyer_many_orders = np.where(np.arange(300) < 8, 50, 0)
    few = answer(frame.assign(count=one_buyer_many_orders), "count")
    assert "rarer outcome" in few.reason.msgid
    assert few.reason.values["events"] == 8


def test_a_redundant_control_is_left_out_with_a_note():
    frame = client()
    twice = [numeric_control(LABEL, name, LABEL, frame["c"] * factor) for name, factor in (("c", 1), ("d", 2))]
    result = mediate(
        frame["linear"], "linear", step_up(LABEL, frame["x"]), [Mediator(key="m", label=LABEL, values=frame["m"].to_numpy())],
        twice, rng=np.random.default_rng(1), draws=100, weights=frame["weight"], clusters=frame["account"],
    )  # fmt: skip
    np.testing.assert_allclose(values(result), values(answer(frame, "linear")), rtol=1e-10)
    assert any("left out" in note.msgid for note in result.notes)


@pytest.mark.parametrize("kind", ["complete", "quasi"])
def test_a_separated_outcome_is_penalised_and_said(kind):
    frame = client()
    if kind == "complete":
        frame["binary"] = (frame["x"] + frame["m"] > 131).astype(float)
    else:
        frame["c"] = (np.arange(300) < 40).astype(float)
        frame.loc[:39, "binary"] = 1.0
    result = answer(frame, "binary")
    assert result.estimator == "firth"
    assert any("Firth" in note.msgid for note in result.notes)
    assert np.isfinite(values(result)).all()
    assert abs(result.total.value) < 100


def test_rare_categories_join_their_side_of_the_cut():
    answers = np.repeat([0.0, 3.0, 6.0, 7.0, 8.0, 9.0, 10.0], [2, 12, 30, 3, 40, 4, 30])
    codes = merged_categories(answers, 9.0)
    assert set(codes) == {0, 1, 2, 3}
    assert codes[answers == 0][0] == codes[answers == 3][0]
    assert codes[answers == 7][0] == codes[answers == 8][0]
    assert codes[answers == 9][0] == codes[answers == 10][0] > codes[answers == 8][0]


def test_all_worlds_are_each_arm_once():
    frame = client()
    prepared = prepare(Question(
        outcome=frame["linear"], family="linear", exposure=step_up(LABEL, frame["x"]), limits=LIMITS, controls=[],
        mediators=[Mediator(key="m", label=LABEL, values=frame["m"].to_numpy())],
    ))  # fmt: skip
    assert len(set(all_worlds(prepared.system))) == 4
    assert len(set(all_worlds(replace(prepared.system, links=prepared.system.links * 2)))) == 8
