"""The score and all that it depends on: resampling, the chosen weights, own dimensions, and clients of little data."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from scale_clients import demo_params, drawn_client, made_client, made_params, without

from analysis.data.scores import add_survey_columns
from analysis.indicators.compute import compute_indicators
from analysis.params.scale import ScaleWeights
from analysis.report.audit_json import render_audit_json
from analysis.results import Estimate, NotEstimable
from analysis.scale import resampling, score_relationship
from analysis.scale.analysis import analyse_score
from analysis.scale.resampling import resample_score


def analysed(data, params):
    return analyse_score(data, compute_indicators(data, params), params)


@pytest.fixture(scope="module")
def demo():
    return analysed(drawn_client(), demo_params())


def test_the_score_is_the_one_of_the_chosen_weights(demo):
    chosen = [scheme for scheme in demo.schemes if scheme.is_chosen]
    assert [scheme.key for scheme in chosen] == ["direct"]
    assert demo.score.overall == chosen[0].overall
    assert {scheme.key for scheme in demo.schemes} == {"direct", "entropy", "prediction"}
    assert demo.depends == (len({s.level for s in demo.schemes if s.level}) > 1)


def test_every_scheme_is_the_mean_of_the_same_dimensions(demo):
    points = {each.dimension: each.score.value for each in demo.score.dimensions}
    for scheme in demo.schemes:
        assert sum(weight.share for weight in scheme.weights) == pytest.approx(1)
        expected = sum(weight.share * points[weight.dimension] for weight in scheme.weights)
        assert scheme.overall.value == pytest.approx(expected)


def test_chosen_weights_that_data_do_not_give_leave_no_score():
    found = analysed(drawn_client(3, 60), demo_params(scale=ScaleWeights(weighting="prediction")))
    assert isinstance(found.score.overall, NotEstimable)
    assert found.score.level == ""
    assert "the weights need at least" in found.score.overall.reason.msgid
    assert found.bootstrap == found.score.overall


def test_resampling_a_plain_mean_gives_its_own_standard_error():
    data, params = drawn_client(), demo_params(bootstrap_draws=2000)
    weights = ScaleWeights(loyalty=0, value=0, interaction=0, depth_breadth=0)
    params = params.model_copy(update={"scale": weights})
    indicators = compute_indicators(data, params)
    found = resample_score(score_relationship(indicators, params), indicators.results, data, params)
    own = indicators.results["satisfaction_index"].overall
    assert found.value == own.value
    assert found.std_error == pytest.approx(own.std_error, rel=0.06)
    assert found.clusters < own.n  # groups of companies are drawn whole


def test_many_accounts_are_resampled_in_bundles(monkeypatch):
    data, params = drawn_client(), demo_params(bootstrap_draws=2000)
    indicators = compute_indicators(data, params)
    score = score_relationship(indicators, params)
    whole = resample_score(score, indicators.results, data, params)
    monkeypatch.setattr(resampling, "BUNDLES", 100)
    bundled = resample_score(score, indicators.results, data, params)
    assert bundled.clusters == 100
    assert bundled.std_error == pytest.approx(whole.std_error, rel=0.15)


def with_green(data, params, values, *, weight=None):
    """Return a client whose latest wave also asked about sustainability."""
    survey = params.survey
    item = {"role": "custom", "dimension": "sustainability", "scale": {"min": 1, "max": 5}}
    changed = params.model_dump(exclude={"params_file", "environment"})
    changed["survey"]["items"]["green"] = item
    if weight is not None:
        changed["scale"]["custom"] = {
            "sustainability": {"weight": weight, "name": {"en": "Sustainability", "zh": "可持续"}}
        }
    params = type(params).model_validate(changed)
    frame = data.table("survey").drop(columns=["satisfaction_index", "loyalty_index", "effort_index"], errors="ignore")
    scored, _ = add_survey_columns(frame.assign(green=np.resize(values, len(frame))), params.survey)
    assert survey is not None
    return dataclasses.replace(data, tables={**data.tables, "survey": scored}), params


def test_a_custom_dimension_is_scored_from_declared_items():
    data, params = with_green(drawn_client(), demo_params(), [2.0, 4.0, 3.0], weight=2)
    found = analysed(data, params)
    own = found.score.dimensions[-1]
    assert own.dimension == "sustainability"
    assert own.name.values == {"dimension": "Sustainability"}
    assert own.score.value == pytest.approx(50, abs=4)
    assert own.weight == pytest.approx(2 / 7)
    points = [each.score.value for each in found.score.dimensions]
    assert found.score.overall.value == pytest.approx((sum(points[:-1]) + 2 * points[-1]) / 7)
    assert any(each.dimension == "sustainability" for each in found.segments[0].dimensions)


def test_a_custom_dimension_that_nobody_answered_leaves_no_score():
    data, params = with_green(drawn_client(), demo_params(), [np.nan])
    found = analysed(data, params)
    assert isinstance(found.score.overall, NotEstimable)
    assert [name.values["dimension"] for name in found.score.overall.reason.values["dimensions"]] == ["sustainability"]
    weightless = analysed(*with_green(drawn_client(), demo_params(), [np.nan], weight=0))
    assert isinstance(weightless.score.overall, Estimate)


@pytest.mark.parametrize(
    "gone",
    [
        ("survey",),
        ("transactions",),
        ("interactions",),
        ("survey", "interactions"),
        ("survey", "transactions", "contracts"),
    ],
)
def test_a_client_of_little_data_gets_reasons_and_finite_numbers(gone):
    found = analysed(without(drawn_client(), *gone), demo_params())
    assert isinstance(found.score.overall, NotEstimable)
    assert found.bootstrap == found.score.overall
    assert all(isinstance(group.overall, NotEstimable) for group in (*found.segments, *found.partners))
    json.loads(render_audit_json(found))


def test_a_client_of_two_customers_has_no_score():
    params = made_params()
    data = made_client(params, orders=[("a", 3, 1.0), ("b", 400, 1.0)], customers=pd.DataFrame({"customer_id": ["a"]}))
    found = analysed(data, params)
    assert isinstance(found.score.overall, NotEstimable)
    assert found.segments == found.partners == ()


def test_the_whole_analysis_becomes_json(demo):
    data = json.loads(render_audit_json(demo))
    assert data["score"]["overall"]["estimable"] is True
    assert data["bootstrap"]["method"] == "bootstrap-percentile"
    assert data["draws"] == 400
    assert [scheme["key"] for scheme in data["schemes"]] == ["direct", "entropy", "prediction"]
