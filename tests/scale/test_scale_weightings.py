"""Weights taken from data: by how much customers differ, and by what foretells purchases, never by chance alone."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scale_clients import AS_OF, demo_params, drawn_client, made_client, made_params, without
from scipy.optimize import minimize

from analysis.params.scale import DIMENSIONS, ScaleWeights
from analysis.results import NotEstimable
from analysis.scale import prediction
from analysis.scale.entropy import entropy_weights
from analysis.scale.prediction import explained_deviance, prediction_weights
from analysis.scale.weighting import find_weights


def test_entropy_weights_follow_the_definition():
    """Shares 1/10 to 4/10: entropy 1.2799 of log 4 = 1.3863; shares 1/4 and 3/4 of two who score: 0.5623."""
    found = entropy_weights(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 10.0], [4.0, 30.0]]))
    first, second = 1 - 1.2798542 / np.log(4), 1 - 0.5623351 / np.log(4)
    assert found == pytest.approx([first / (first + second), second / (first + second)], abs=1e-6)


def test_entropy_weights_do_not_depend_on_the_unit_or_the_order():
    scores = np.random.default_rng(1).uniform(1, 100, (50, 3))
    assert entropy_weights(scores[::-1] * [1, 10, 0.1]) == pytest.approx(entropy_weights(scores))


@pytest.mark.parametrize("scores", [np.ones((30, 3)), np.zeros((30, 2)), np.ones((1, 2)), np.empty((0, 2))])
def test_customers_who_are_all_alike_give_no_weights(scores):
    assert isinstance(entropy_weights(scores), NotEstimable)


def customers_with(rng, effects, n=600):
    scores = rng.uniform(0, 100, (n, len(effects)))
    chance = 1 / (1 + np.exp(-(scores - 50) @ np.array(effects)))
    return scores, (rng.uniform(size=n) < chance).astype(float)


def test_what_explains_purchases_is_counted_out_of_fold():
    scores, bought = customers_with(np.random.default_rng(2), [0.06, 0.0])
    found = explained_deviance(scores, bought, np.arange(len(bought)), np.random.default_rng(3))
    assert found[0] == 0
    assert found[1] > 0.15  # the dimension that counts
    assert found[2] < 0.005  # the one that does not
    assert found[3] == pytest.approx(found[1], abs=0.01)


def test_noise_explains_nothing_on_customers_held_back():
    values = []
    for seed in range(10):
        scores, bought = customers_with(np.random.default_rng(seed), [0.0, 0.0, 0.0], n=200)
        values.append(explained_deviance(scores, bought, np.arange(200), np.random.default_rng(seed))[-1])
    assert np.mean(values) < 0
    assert max(values) < 0.03


def test_the_fits_reach_the_maximum_of_their_likelihood():
    scores, bought = customers_with(np.random.default_rng(4), [0.03, -0.01], n=150)
    design = (scores - scores.mean(axis=0)) / scores.std(axis=0)

    def loss(beta):
        linear = beta[0] + design @ beta[1:]
        return (
            np.logaddexp(0, np.where(bought == 1, -linear, linear)).sum() + prediction.RIDGE / 2 * beta[1:] @ beta[1:]
        )

    wanted = minimize(loss, np.zeros(3), tol=1e-12).x
    found = prediction._fit(
        design, bought, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.zeros((4, 3))
    )
    assert found[3] == pytest.approx(wanted, abs=1e-5)
    assert found[1, 2] == 0
    assert found[0, 0] == pytest.approx(np.log(bought.mean() / (1 - bought.mean())))


def test_weights_by_prediction_are_shares_and_name_what_they_rest_on():
    found = prediction_weights(drawn_client(8), demo_params(), DIMENSIONS)
    assert sum(found.weights) == pytest.approx(1)
    assert min(found.weights) >= 0
    assert 0 < found.explained < 1
    assert found.day == "2025-07-04"
    assert 0 < found.events < found.n


def test_weights_by_prediction_look_at_nothing_after_their_day():
    """Contacts and answers of the horizon itself, however telling, change nothing."""
    data, params = drawn_client(8), demo_params()
    cut = pd.Timestamp("2025-07-04")
    tables = dict(data.tables)
    tables["interactions"] = tables["interactions"][tables["interactions"]["occurred_on"] <= cut]
    survey = tables["survey"]
    tables["survey"] = survey.assign(
        satisfaction_index=survey["satisfaction_index"].where(survey["responded_on"] <= cut, 0.0)
    )
    changed = dataclasses.replace(data, tables=tables)
    assert prediction_weights(changed, params, DIMENSIONS) == prediction_weights(data, params, DIMENSIONS)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (("transactions",), "no orders"),
        (("survey",), "nothing was known yet"),
        (("interactions",), "nothing was known"),
    ],
)
def test_without_what_it_needs_prediction_gives_a_reason(gone, words):
    found = prediction_weights(without(drawn_client(), *gone), demo_params(), DIMENSIONS)
    assert isinstance(found, NotEstimable)
    assert words in found.reason.msgid


def test_too_few_buyers_give_no_weights():
    found = prediction_weights(drawn_client(3, 60), demo_params(), DIMENSIONS)
    assert isinstance(found, NotEstimable)
    assert "the weights need at least {needed:int}" in found.reason.msgid


def test_how_few_can_be_scored_is_not_told_below_the_small_cell():
    params = made_params(
        {"sat": ("satisfaction", 1, 5, None)}, segment=None, scale={"interaction": 0, "depth_breadth": 0}
    )
    orders = [(f"c{n}", day, 10.0 + n) for n in range(30) for day in (20, 100, 300, 500, 700, 800)]
    for answering in (3, 8):
        answers = [{"customer_id": f"c{n}", "days": 200, "sat": 1.0 + n % 5} for n in range(answering)]
        found = find_weights(made_client(params, orders=orders, answers=answers), params)
        for outcome in (found.weights["entropy"], found.weights["prediction"]):
            assert isinstance(outcome, NotEstimable)
            told = outcome.n == answering or answering in outcome.reason.values.values()
            assert told == (answering >= params.limits.small_cell)


def test_one_purchase_each_gives_no_weights():
    params = made_params()
    data = made_client(params, orders=[(f"c{n}", n, 10.0) for n in range(1, 700, 7)])
    found = find_weights(data, params).weights
    assert isinstance(found["entropy"], NotEstimable)
    assert isinstance(found["prediction"], NotEstimable)
    assert found["direct"]["value"] == pytest.approx(0.2)
    assert data.as_of == AS_OF


def test_equal_weights_are_shown_only_where_they_are_another_choice():
    data = drawn_client()
    assert "equal" not in find_weights(data, demo_params()).weights
    weighted = demo_params(scale=ScaleWeights(satisfaction=3, interaction=0))
    found = find_weights(data, weighted).weights
    assert found["equal"] == dict.fromkeys(("satisfaction", "loyalty", "value", "depth_breadth"), 0.25)
    assert "interaction" not in found["entropy"]  # what the client leaves out, data do not bring in
