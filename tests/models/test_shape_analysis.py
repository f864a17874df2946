"""Where the relation is steep: known shapes found and straight ones left alone, invariances, degenerate answers."""

import json

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params, split_third

from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.shape.analysis import analyse_shape
from analysis.models.shape.moments import best_candidate, resample_moments, resampled_coefficients
from analysis.models.shape.result import Asymmetry, LoyaltyShape, ParallelLines, UnfittedItem, Zones
from analysis.models.shape.spline import weighted_quantiles
from analysis.models.shape.zones import place_edges
from analysis.params.survey import ItemSpec
from analysis.results import Estimate, NotEstimable


@pytest.fixture(scope="module")
def data():
    return make_client()


@pytest.fixture(scope="module")
def shape(data):
    return analyse_shape(data, make_params())


@pytest.fixture(scope="module")
def bent(data):
    """Loyalty rises by 1.2 points a point of satisfaction above 70 and hardly at all below."""
    return with_survey(
        data,
        loyalty_index=lambda f: (
            20 + 0.1 * f["satisfaction_index"] + 1.1 * np.maximum(f["satisfaction_index"] - 70, 0) + residual(f)
        ),
    )


def residual(frame):
    return frame["loyalty_index"] - 20 - 0.6 * frame["satisfaction_index"]


def with_survey(data, **columns):
    return client_of(data.table("survey").assign(**columns), data.table("transactions"), data.customers)


def test_of_a_straight_line_no_zone_stands_out(data, shape):
    assert isinstance(shape, LoyaltyShape)
    assert isinstance(shape.zones, Zones)
    assert not shape.zones.stands_out
    assert shape.zones.p_value > 0.05
    assert all(zone.slope.low < 6 < zone.slope.high for zone in shape.zones.zones)
    assert sum(zone.steepest_share for zone in shape.zones.zones) == pytest.approx(1.0)
    model = fit_satisfaction_loyalty(data, make_params())
    assert (shape.n, shape.accounts, shape.inference) == (model.n, model.accounts, model.inference)


def test_a_zone_that_is_steeper_is_found_with_its_bend(bent):
    found = analyse_shape(bent, make_params())
    assert found.zones.stands_out
    assert found.zones.best.low >= 70
    assert found.zones.best.slope.low > 6
    assert found.zones.best.steepest_share > 0.8
    assert found.zones.zones[0].slope.high < 6
    assert isinstance(found.asymmetry, Asymmetry)
    assert found.asymmetry.difference.high < 0
    assert found.asymmetry.difference.p_value < 0.001
    assert isinstance(found.threshold, Estimate)
    assert found.threshold.low < 70 < found.threshold.high


def test_of_a_straight_line_the_bend_has_no_place_and_the_sides_are_alike(shape):
    assert isinstance(shape.threshold, NotEstimable)
    difference = shape.asymmetry.difference
    assert difference.low < 0 < difference.high
    assert shape.asymmetry.below.value - shape.asymmetry.above.value == pytest.approx(difference.value)


def test_forms_of_the_item_are_comparable_and_one_is_chosen(shape):
    forms = {form.key: form for form in shape.item_forms.forms}
    assert list(forms) == ["gaussian", "gaussian_spline", "ordered", "ordered_spline"]
    assert sum(form.chosen for form in forms.values()) == 1
    # eleven answers: better than guessing evenly, worse than certainty
    assert all(-np.log(11) < form.log_score < 0 for form in forms.values())
    assert abs(forms["ordered"].difference) < 0.1  # the same answers, the same measure
    assert forms["gaussian"].difference is None


def test_draws_are_those_of_the_depth():
    data = make_client(accounts=60)
    assert analyse_shape(data, make_params(bootstrap_draws=100)).draws == 100
    full = analyse_shape(data, make_params(bootstrap_draws=100, depth="full"))
    assert (full.draws, full.zones.draws) == (500, 500)


def test_other_loyalty_items_have_their_own_effects(data):
    params = make_params()
    items = dict(params.survey.items)
    likely = {"role": "repurchase_intention", "scale": {"min": 1, "max": 7}}
    items |= {"again": ItemSpec.model_validate(likely), "twice": ItemSpec.model_validate(likely)}
    params = params.model_copy(update={"survey": params.survey.model_copy(update={"items": items})})
    asked = with_survey(
        data, again=lambda f: np.clip(np.round(f["loyalty_index"] / 14), 1, 7), twice=lambda f: 1.0 + (f.index % 2)
    )
    found = analyse_shape(asked, params).items
    assert [type(item) for item in found] == [ParallelLines, UnfittedItem]
    assert found[0].bottom_effect.reason.msgid == "Too few gave such an answer."  # for the number of parameters
    few = params.model_copy(update={"limits": params.limits.model_copy(update={"events_per_parameter": 0.1})})
    item = analyse_shape(asked, few).items[0]
    assert item.top_effect.value > 0 > item.bottom_effect.value
    assert 0 <= found[0].p_value <= 1
    assert "three values" in found[1].reason.msgid


def test_survey_weights_move_every_estimate():
    data, params = make_client(weights=True), make_params()
    plain = params.model_copy(update={"survey": params.survey.model_copy(update={"weight_kind": "none"})})
    first, second = analyse_shape(data, params), analyse_shape(data, plain)
    assert (first.weighted, second.weighted) == (True, False)
    for one, other in zip(first.zones.zones, second.zones.zones, strict=False):  # the ends move too
        assert one.slope.value != pytest.approx(other.slope.value, rel=1e-6)
    assert first.asymmetry.difference.value != pytest.approx(second.asymmetry.difference.value, rel=1e-6)
    for one, other in zip(first.item_forms.forms, second.item_forms.forms, strict=True):
        assert one.log_score != pytest.approx(other.log_score, rel=1e-6)


def test_rows_split_in_two_of_half_the_weight_change_nothing():
    data, params = make_client(accounts=80, weights=True), make_params()
    survey = data.table("survey")
    halves = split_third(survey)
    whole = analyse_shape(data, params)
    split = analyse_shape(client_of(halves, data.table("transactions"), data.customers), params)
    for one, other in zip(whole.zones.zones, split.zones.zones, strict=True):
        numbers = [other.slope.value, other.slope.low, other.slope.high, other.steepest_share, other.n]
        assert [one.slope.value, one.slope.low, one.slope.high, one.steepest_share, one.n] == pytest.approx(numbers)
    assert whole.asymmetry.difference.std_error == pytest.approx(split.asymmetry.difference.std_error)
    assert whole.asymmetry.difference.value == pytest.approx(split.asymmetry.difference.value)


def test_row_order_changes_nothing(data, shape):
    shuffled = data.table("survey").sample(frac=1, random_state=3).reset_index(drop=True)
    other = analyse_shape(client_of(shuffled, data.table("transactions"), data.customers), make_params())
    numbers = [zone.slope.high for zone in shape.zones.zones]
    assert [zone.slope.high for zone in other.zones.zones] == pytest.approx(numbers)
    assert [z.steepest_share for z in other.zones.zones] == [z.steepest_share for z in shape.zones.zones]
    scores = [form.log_score for form in shape.item_forms.forms]
    assert [form.log_score for form in other.item_forms.forms] == pytest.approx(scores)


def test_result_is_json_without_nan_and_deterministic(data, shape):
    text = json.dumps(shape.to_dict(), allow_nan=False)
    assert json.dumps(analyse_shape(data, make_params()).to_dict(), allow_nan=False) == text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"satisfaction_index": 75.0}, "same satisfaction"),
        ({"loyalty_index": 100.0}, "same loyalty"),
        ({"satisfaction_index": 100.0, "loyalty_index": 100.0}, "same satisfaction"),
        ({"loyalty_index": lambda frame: frame["satisfaction_index"]}, "same question"),
        ({"weight": 0.0}, "weights"),
        ({"weight": -1.0}, "weights"),
        ({"account_key": "one"}, "accounts"),
        ({"loyalty_index": np.nan}, "does not ask about loyalty"),
        ({"satisfaction_index": np.nan}, "no survey answer about satisfaction"),
    ],
)
def test_degenerate_answers_have_a_reason(data, columns, words):
    result = analyse_shape(with_survey(data, **columns), make_params())
    assert isinstance(result, NotEstimable)
    assert words in result.reason.msgid


def test_answers_of_two_values_have_no_curve_but_still_an_answer(data):
    two = with_survey(data, satisfaction_index=lambda f: np.where(f["satisfaction_index"] > 65, 80.0, 50.0))
    result = analyse_shape(two, make_params())
    assert isinstance(result, LoyaltyShape)
    for part in (result.curve, result.zones, result.asymmetry, result.threshold, result.buying):
        assert isinstance(part, NotEstimable)


def test_without_orders_buying_has_a_reason_and_the_rest_stands(data):
    result = analyse_shape(client_of(data.table("survey"), None, data.customers), make_params())
    assert "no orders" in result.buying.reason.msgid
    assert result.buying_curve is None
    assert isinstance(result.zones, Zones)


def test_an_anonymous_survey_has_zones(data):
    survey = data.table("survey").assign(customer_id=pd.NA)
    survey["account_key"] = survey["respondent_key"]
    anonymous = client_of(survey, None, data.customers.iloc[:0], has_real_customers=False)
    result = analyse_shape(anonymous, make_params())
    assert result.inference == "hc3-t"
    assert "anonymous" in result.buying.reason.msgid


def test_the_chance_to_buy_again_rises_along_the_scale(data, shape):
    assert isinstance(shape.buying, Zones)
    assert all(zone.slope.unit == "percentage_points" for zone in shape.buying.zones)
    assert max(zone.slope.low for zone in shape.buying.zones) > 0
    assert all(0 <= point.low <= point.fitted <= point.high <= 1 for point in shape.buying_curve.points)


def test_zones_hold_enough_respondents_and_end_at_round_numbers():
    x = np.r_[np.repeat(np.arange(30.0, 96.0, 5.0), 40), np.full(4, 12.0)]
    edges = place_edges(x, np.ones(len(x)), np.arange(len(x)), 5)
    assert edges.positions[0] == 30  # the four below are less than 1% and not spoken of
    assert edges.positions[-1] == 90
    assert (edges.counts >= 5).all()
    few = place_edges(x, np.ones(len(x)), np.arange(len(x)) // 160, 5)  # four people
    assert isinstance(few, NotEstimable)


def test_weighted_quantiles_do_not_change_when_rows_are_split():
    rng = np.random.default_rng(4)
    x, w = rng.normal(size=41), rng.uniform(0.2, 2, 41)
    shares = (0.05, 0.35, 0.65, 0.95)
    split = weighted_quantiles(np.r_[x, x], np.r_[w, w] / 2, shares)
    assert weighted_quantiles(x, w, shares).tolist() == split.tolist()


def test_resampled_moments_are_those_of_repeated_rows():
    """Least squares on copied accounts, and the hinge with the smallest residual sum, found the long way."""
    rng, n = np.random.default_rng(8), 60
    clusters = np.arange(n) // 3
    x = rng.uniform(0, 10, n)
    y = x + 2 * np.maximum(x - 4, 0) + rng.normal(size=n)
    base, cuts = np.column_stack([np.ones(n), x]), np.array([2.0, 4.0, 6.0])
    hinges = np.maximum(x[:, None] - cuts, 0)
    w = rng.uniform(0.5, 2, n)
    arguments = (np.column_stack([base, y]), hinges, w, clusters, 5)
    moments = resample_moments(*arguments, np.random.default_rng(1))
    taken = np.random.default_rng(1).integers(0, 20, size=(5, 20))
    coefficients, best = resampled_coefficients(moments), best_candidate(moments, 2)
    for draw in range(5):
        rows = np.concatenate([np.flatnonzero(clusters == account) for account in taken[draw]])
        root = np.sqrt(w[rows])[:, None]
        plain = np.linalg.lstsq(base[rows] * root, y[rows] * root[:, 0], rcond=None)[0]
        assert coefficients[draw] == pytest.approx(plain, rel=1e-8)
        left = []
        for hinge in hinges.T:
            matrix = np.column_stack([base, hinge])[rows] * root
            left.append(np.linalg.lstsq(matrix, y[rows] * root[:, 0], rcond=None)[1][0])
        assert best[draw] == np.argmin(left)
