"""Saying and doing: the same customers, the same controls, the difference, the table, the protection of few."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params

from analysis.messages import N_
from analysis.models.behaviour.intention import compare_intention, intention_scores
from analysis.models.behaviour.said_done import said_and_done
from analysis.models.behaviour.stacked import difference_estimate, stacked_draws
from analysis.models.binomial import average_effect, fit_binomial
from analysis.models.repurchase_sample import build_sample
from analysis.results import Estimate, NotEstimable

ITEM = {"role": "repurchase_intention", "scale": {"min": 1, "max": 7}, "label": "Will buy again"}


def params_with(**changes):
    base = make_params()
    items = {"overall": {"role": "satisfaction", "scale": {"min": 1, "max": 10}}, "again": ITEM}
    return make_params(
        survey={"items": items, "confidentiality": "attributed"} | changes,
        repurchase=base.repurchase,
        bootstrap_draws=100,
    )


def client_with(data=None, seed=2, **more):
    """The client asked besides whether people will buy again: satisfaction moves it, with noise of its own."""
    data = data or make_client(**more)
    survey = data.table("survey")
    rng = np.random.default_rng(seed)
    latent = 0.06 * (survey["satisfaction_index"] - 60) + rng.normal(size=len(survey))
    survey = survey.assign(again=np.clip(np.round(4.2 + 1.2 * latent), 1, 7))
    return dataclasses.replace(data, tables={**data.tables, "survey": survey})


@pytest.fixture(scope="module")
def data():
    return client_with()


@pytest.fixture(scope="module")
def model(data):
    return compare_intention(data, params_with())


def test_both_effects_are_of_the_same_customers(model):
    assert model.intention_effect.n == model.purchase_effect.n == model.difference.n == model.n == 300
    assert model.difference.value == pytest.approx(model.intention_effect.value - model.purchase_effect.value)
    assert model.intention_effect.low > 0
    related = model.intention_correlation.value - model.purchase_correlation.value
    assert model.correlation_difference.value == pytest.approx(related)
    assert (model.item, model.draws) == ("Will buy again", 100)


def test_scores_are_those_of_the_index_wave_averaged_over_respondents(data):
    scores = intention_scores(data, params_with())
    survey = data.table("survey")
    latest = survey[survey["wave_order"] == survey.groupby("customer_id")["wave_order"].transform("max")]
    expected = (100 * (latest["again"] - 1) / 6).groupby(latest["customer_id"]).mean()
    np.testing.assert_allclose(scores.reindex(expected.index), expected)
    assert set(scores.index) == set(build_sample(data, params_with()).rows["customer_id"])


def test_the_table_adds_up(model):
    table = model.table
    cells = (table.said_bought, table.said_not, table.silent_bought, table.silent_not)
    assert sum(cells) == model.n
    assert table.said_bought + table.said_not == model.intended
    assert table.said_bought + table.silent_bought == model.bought
    assert sum(share.value for share in table.shares) == pytest.approx(1)
    assert table.bought_if_said.value == pytest.approx(table.said_bought / model.intended)
    gap = 100 * (table.bought_if_said.value - table.bought_if_silent.value)
    assert table.difference.value == pytest.approx(gap)


def test_result_is_json_without_nan_and_deterministic(data, model):
    text = json.dumps(model.to_dict(), allow_nan=False)
    assert json.dumps(compare_intention(data, params_with()).to_dict(), allow_nan=False) == text


def test_full_depth_takes_five_times_the_draws(data):
    full = params_with().model_copy(update={"depth": "full"})
    assert compare_intention(data, full).draws == 500


def test_survey_weights_move_every_estimate():
    client = client_with(weights=True)
    plain = params_with(weight_kind="none")
    first, second = compare_intention(client, params_with()), compare_intention(client, plain)
    assert first.weighted
    assert not second.weighted
    for name in ("intention_effect", "purchase_effect", "difference", "intention_correlation", "purchase_correlation"):
        assert getattr(first, name).value != pytest.approx(getattr(second, name).value, rel=1e-6), name
    for name in ("bought_if_said", "bought_if_silent", "difference"):
        assert getattr(first.table, name).value != pytest.approx(getattr(second.table, name).value, rel=1e-6), name


def test_answers_split_into_halves_of_half_the_weight_change_nothing():
    client = client_with(weights=True)
    survey = client.table("survey")
    some = survey["customer_id"] < "c0050"
    halves = survey[some].assign(weight=survey["weight"] / 2)
    split = pd.concat([survey[~some], halves, halves], ignore_index=True)
    other = client_of(split, client.table("transactions"), client.customers)
    first, second = compare_intention(client, params_with()), compare_intention(other, params_with())
    for name in ("intention_effect", "purchase_effect", "difference", "correlation_difference"):
        assert getattr(first, name).value == pytest.approx(getattr(second, name).value, rel=1e-8)
        assert getattr(first, name).std_error == pytest.approx(getattr(second, name).std_error, rel=1e-8)


def test_bootstrap_agrees_with_the_jackknife_and_with_refitting():
    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    design = np.column_stack([np.ones(400), x, rng.normal(size=400)])
    first = (x + rng.normal(size=400) > -0.3).astype(float)
    second = (0.5 * x + rng.normal(size=400) > 0).astype(float)
    said, done = fit_binomial(first, design), fit_binomial(second, design)
    draws = stacked_draws(said, done, 1, x, (first, second), 1000, np.random.default_rng(1))
    gap = average_effect(said, 1)[1] - average_effect(done, 1)[1]
    error = (draws.intention - draws.purchase).std(ddof=1)
    assert error == pytest.approx(np.sqrt(gap @ gap), rel=0.1)
    taken = np.bincount(np.random.default_rng(1).integers(0, 400, size=(1, 400))[0], minlength=400)
    again = stacked_draws(said, done, 1, x, (first, second), 1, np.random.default_rng(1))
    kept = np.repeat(np.arange(400), taken)
    refitted = average_effect(fit_binomial(first[kept], design[kept]), 1)[0]
    assert again.intention[0] == pytest.approx(refitted, abs=2e-4)
    related = np.corrcoef(x[kept], second[kept])[0, 1]
    assert again.purchase_correlation[0] == pytest.approx(related, rel=1e-9)


def test_a_difference_without_spread_or_value_is_no_estimate():
    effect = Estimate(
        value=1.0, low=0.0, high=2.0, n=50, method="ame-delta-cr3-t", unit="percentage_points", clusters=50
    )
    assert isinstance(difference_estimate(effect, effect, np.zeros(100), "percentage_points"), NotEstimable)
    assert isinstance(difference_estimate(effect, effect, np.full(100, np.nan), "percentage_points"), NotEstimable)
    missing = NotEstimable(reason=N_("There are no observations."))
    assert difference_estimate(missing, effect, np.arange(100.0), "ratio") is missing


@pytest.mark.parametrize(("confidentiality", "audience", "hidden"), [
    ("attributed", "internal", False), ("attributed", "external", True), ("aggregate", "internal", True),
])  # fmt: skip
def test_a_small_cell_hides_the_whole_table(confidentiality, audience, hidden):
    said = np.r_[np.ones(40), np.zeros(40)]
    bought = np.r_[np.ones(37), np.zeros(3), np.ones(20), np.zeros(20)]
    params = params_with(confidentiality=confidentiality).model_copy(update={"audience": audience})
    table = said_and_done(said, bought, np.ones(80), np.arange(80), params)
    assert isinstance(table, NotEstimable) == hidden
    if hidden:
        assert table.suppressed
    else:
        assert table.said_not == 3
        assert table.difference.value == pytest.approx(100 * (37 / 40 - 0.5))


def test_too_few_of_one_kind_have_no_difference():
    said = np.r_[np.ones(75), np.zeros(5)]
    table = said_and_done(said, np.tile([1.0, 0.0], 40), np.ones(80), np.arange(80), params_with())
    assert isinstance(table.difference, NotEstimable)
    assert isinstance(table.bought_if_silent, NotEstimable)
    assert isinstance(table.bought_if_said, Estimate)


def test_where_nearly_all_intend_only_the_top_answer_counts(data):
    survey = data.table("survey")
    keen = survey.assign(again=np.where(survey["satisfaction_index"] > 66, 7.0, 6.0))
    client = dataclasses.replace(data, tables={**data.tables, "survey": keen})
    model = compare_intention(client, params_with())
    assert model.threshold.msgid == "an answer at the top of the scale"
    assert 0 < model.intended < model.n


def test_reasons_in_words(data):
    nobody = compare_intention(data, make_params())
    assert nobody.reason.msgid == "Nobody was asked whether they intend to buy again."
    survey = data.table("survey")

    def reason(frame, orders=None):
        orders = data.table("transactions") if orders is None else orders
        result = compare_intention(client_of(frame, orders, data.customers), params_with())
        assert isinstance(result, NotEstimable)
        return result.reason.msgid

    assert reason(survey.assign(again=7.0)).startswith("{intended:int} of {n:int} customers said")
    assert reason(survey.assign(again=1.0)).startswith("{intended:int} of {n:int} customers said")
    assert reason(survey.assign(satisfaction_index=100.0)) == "All these customers gave the same satisfaction."
    assert "weights" in reason(survey.assign(weight=0.0))
    assert reason(survey[survey["customer_id"] < "c0004"]).startswith("Fewer than {least:int} customers")
    orders = data.table("transactions")
    response = orders["customer_id"].map(survey.groupby("customer_id")["responded_on"].max())
    never = orders[orders["ordered_on"] < response]
    assert reason(survey, never).startswith("{bought:int} of {n:int} customers bought again")
    late = survey.assign(responded_on=pd.Timestamp("2025-12-01"))
    assert reason(late) == "No customer who answered could be followed for long enough yet."
    assert compare_intention(client_with(seed=3), params_with()).n == 300


def test_separated_intention_is_answered_by_firth(data):
    survey = data.table("survey")
    sharp = survey.assign(again=np.where(survey["satisfaction_index"] > 65, 7.0, 1.0))
    one = sharp.groupby("customer_id").tail(1)
    client = client_of(one, data.table("transactions"), data.customers)
    model = compare_intention(client, params_with())
    assert np.isfinite([model.intention_effect.low, model.intention_effect.high]).all()
    json.dumps(model.to_dict(), allow_nan=False)
