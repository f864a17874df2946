"""Loyalty on satisfaction: the result's parts by hand, the known slope, degenerate answers."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params

from analysis.messages import N_
from analysis.models.curve import binned_means, satisfaction_grid
from analysis.models.forms import compare_forms
from analysis.models.linear import fit_linear
from analysis.models.loyalty import ANCHOR, correlation, fit_satisfaction_loyalty
from analysis.models.loyalty_ordered import as_categories, group_limits
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.terms import SATISFACTION, build_design, categorical_control, numeric_control
from analysis.params.survey import ItemSpec
from analysis.results import NotEstimable

RECOMMEND = ItemSpec.model_validate({"role": "recommendation", "scale": {"min": 0, "max": 10}})


@pytest.fixture(scope="module")
def data():
    return make_client()


@pytest.fixture(scope="module")
def model(data):
    return fit_satisfaction_loyalty(data, make_params())


def with_survey(data, **columns):
    return client_of(data.table("survey").assign(**columns), data.table("transactions"), data.customers)


def test_the_known_slope_is_found(model):
    """The client is drawn with 0.6 points of loyalty a point of satisfaction: 6 per 10 points."""
    assert model.slope.low < 6 < model.slope.high
    assert model.slope.low > 4.5
    assert (model.n, model.accounts, model.inference, model.weighted) == (600, 300, "cr3-t", False)
    assert model.slope.clusters == 300
    assert model.waves == ("W1", "W2")


def test_slope_and_correlation_are_those_of_numpy(data, model):
    survey = data.table("survey")
    x, y = survey["satisfaction_index"], survey["loyalty_index"]
    assert model.slope_unadjusted.value == pytest.approx(10 * np.polyfit(x, y, 1)[0], rel=1e-9)
    assert model.correlation.value == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-9)
    assert model.r_squared_unadjusted == pytest.approx(model.correlation.value**2, rel=1e-9)
    assert model.anchor is ANCHOR
    assert ANCHOR.value == 0.54


def test_correlation_interval_approaches_fishers_for_independent_normal_pairs():
    """For normal pairs, one an account, the variance of z is 1/n up to sampling error of fourth moments."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=20_000)
    y = 0.5 * x + rng.normal(size=20_000)
    fit = fit_linear(y, np.column_stack([np.ones(len(x)), x]))
    estimate = correlation(x, y, fit)
    width = np.arctanh(estimate.high) - np.arctanh(estimate.low)
    assert width == pytest.approx(2 * 1.96 / np.sqrt(len(x)), rel=0.03)


def test_one_answer_an_account_is_hc3():
    data = make_client(respondents=1)
    model = fit_satisfaction_loyalty(data, make_params())
    assert model.inference == "hc3-t"
    assert model.slope.method == "hc3-t"
    assert model.accounts == model.n == 300


def test_controls_are_those_there_are(model):
    assert [row.term for row in model.coefficients] == [
        "intercept",
        "satisfaction_10",
        "segment=Retail",
        "tenure",
        "key_account",
        "respondent_level=executive",
        "wave=W2",
    ]
    assert [name.msgid for name in model.controls] == ["Segment", "Tenure", "Key account", "Respondent level", "Wave"]
    assert list(model.to_frame().columns) == ["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"]


def test_ordered_part_of_the_result(model):
    ordered = model.ordered
    assert (ordered.item, ordered.role, ordered.top_label, ordered.bottom_label) == (
        "recommend",
        "recommendation",
        "9-10",
        "0-6",
    )
    cuts = [row.estimate for row in ordered.cut_points]
    assert cuts == sorted(cuts)
    assert len(cuts) == len(ordered.categories) - 1
    assert ordered.top_effect.value > 0 > ordered.bottom_effect.value
    assert ordered.coefficients[0].term == "satisfaction_10"


def test_every_diagnostic_is_there(model):
    keys = [check.key for check in model.diagnostics]
    assert keys == ["vif", "breusch_pagan", "reset", "influence", "cook", "ceiling", "brant", "missing"]


def test_a_straight_line_is_kept_and_a_bend_is_found(data, model):
    assert [form.key for form in model.forms if form.chosen] == ["linear"]
    bent = with_survey(
        data, loyalty_index=lambda f: 30 + np.maximum(f["satisfaction_index"] - 65, 0) + f["loyalty_index"] * 0.1
    )
    params = make_params()
    sample = build_loyalty_sample(bent, params)
    forms = compare_forms(sample, sample.design(), sample.rows["loyalty_index"].to_numpy(), params)
    assert next(form.key for form in forms if form.chosen) in {"threshold", "asymmetric"}
    reset = next(c for c in fit_satisfaction_loyalty(bent, params).diagnostics if c.key == "reset")
    assert reset.verdict == "caution"


def test_result_is_json_without_nan_and_deterministic(data, model):
    text = json.dumps(model.to_dict(), allow_nan=False)
    assert json.dumps(fit_satisfaction_loyalty(data, make_params()).to_dict(), allow_nan=False) == text


def test_curve_passes_through_the_means(data, model):
    """The fitted line at the controls' means meets the mean of loyalty at the mean of satisfaction."""
    survey = data.table("survey")
    xs = [point.satisfaction for point in model.curve.points]
    ys = [point.fitted for point in model.curve.points]
    assert np.interp(survey["satisfaction_index"].mean(), xs, ys) == pytest.approx(survey["loyalty_index"].mean())
    assert sum(part.n for part in model.curve.bins) == 600


def test_survey_weights_move_every_estimate():
    data, params = make_client(weights=True), make_params()
    plain = params.model_copy(update={"survey": params.survey.model_copy(update={"weight_kind": "none"})})
    first, second = fit_satisfaction_loyalty(data, params), fit_satisfaction_loyalty(data, plain)
    assert first.weighted
    assert not second.weighted
    for name in ("slope", "slope_unadjusted", "correlation"):
        assert getattr(first, name).value != pytest.approx(getattr(second, name).value, rel=1e-6), name
    for name in ("top_effect", "bottom_effect"):
        first_effect, second_effect = getattr(first.ordered, name), getattr(second.ordered, name)
        assert first_effect.value != pytest.approx(second_effect.value, rel=1e-6), name


def test_responses_left_out_are_counted(data):
    survey = data.table("survey")
    other = with_survey(data, loyalty_index=survey["loyalty_index"].where(survey.index >= 7))
    model = fit_satisfaction_loyalty(other, make_params())
    assert (model.n, model.dropped) == (593, 7)


def test_a_control_known_for_too_few_is_left_out_with_a_note(data):
    survey = data.table("survey")
    other = with_survey(data, respondent_level=survey["respondent_level"].where(survey.index < 300))
    model = fit_satisfaction_loyalty(other, make_params())
    assert "respondent_level=executive" not in [row.term for row in model.coefficients]
    assert [note.values["control"].msgid for note in model.notes] == ["Respondent level"]


def test_collinear_controls_are_left_out_with_a_note(data):
    survey = data.table("survey")
    twin = survey["customer_id"].map(data.customers["segment"]).map({"Retail": "shop", "Trade": "plant"})
    model = fit_satisfaction_loyalty(with_survey(data, respondent_level=twin), make_params())
    assert [note.msgid for note in model.notes] == [
        "{term:message} was left out: the data cannot tell it from the rest."
    ]
    assert model.slope.low < model.slope.value < model.slope.high


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"satisfaction_index": 75.0}, "same satisfaction"),
        ({"loyalty_index": 100.0}, "same loyalty"),
        ({"satisfaction_index": 100.0, "loyalty_index": 100.0}, "same satisfaction"),
        ({"loyalty_index": lambda frame: frame["satisfaction_index"]}, "same question"),
        ({"satisfaction_index": lambda frame: np.where(frame.index == 0, 0.0, 100.0)}, "same satisfaction"),
        ({"loyalty_index": lambda frame: np.where(frame.index == 0, 0.0, 100.0)}, "same loyalty"),
        ({"weight": 0.0}, "weights"),
        ({"account_key": "one"}, "accounts"),
        ({"loyalty_index": np.nan}, "does not ask about loyalty"),
    ],
)
def test_degenerate_answers_have_a_reason(data, columns, words):
    result = fit_satisfaction_loyalty(with_survey(data, **columns), make_params())
    assert isinstance(result, NotEstimable)
    assert words in result.reason.msgid


def test_eight_answers_are_too_few_and_of_four_not_even_the_number_is_told(data):
    for count, told in ((8, 8), (4, None)):
        few = client_of(data.table("survey").head(count), data.table("transactions"), data.customers)
        result = fit_satisfaction_loyalty(few, make_params())
        assert isinstance(result, NotEstimable)
        assert (result.reason.values.get("n"), result.n) == (told, told)


def test_an_anonymous_survey_still_has_a_slope(data):
    survey = data.table("survey").assign(customer_id=pd.NA)
    survey["account_key"] = survey["respondent_key"]
    anonymous = client_of(survey, None, data.customers.iloc[:0], has_real_customers=False)
    model = fit_satisfaction_loyalty(anonymous, make_params())
    assert model.inference == "hc3-t"
    assert "Segment" not in [name.msgid for name in model.controls]


def test_the_main_item_may_be_missing(data):
    survey = data.table("survey").drop(columns="recommend")
    model = fit_satisfaction_loyalty(client_of(survey, data.table("transactions"), data.customers), make_params())
    assert isinstance(model.ordered, NotEstimable)
    assert next(check for check in model.diagnostics if check.key == "brant").verdict == "not_applicable"


def test_rare_answers_join_a_neighbour_of_their_own_group():
    """Answers 0 (2), 3 (2), 6 (9) | 7 (6) | 9 (4), 10 (2): detractors and promoters are merged, never with 7."""
    column = [0.0] * 2 + [3.0] * 2 + [6.0] * 9 + [7.0] * 6 + [9.0] * 4 + [10.0] * 2
    answers = as_categories(pd.DataFrame({"q": column}), "q", RECOMMEND)
    assert answers.labels == ("0-6", "7", "9-10")
    assert np.bincount(answers.category).tolist() == [13, 6, 6]


def test_missing_answers_are_no_category_and_bridged_ones_go_to_the_nearest():
    answers = as_categories(pd.DataFrame({"q": [6.6] * 5 + [np.nan] + [8.0] * 5}), "q", RECOMMEND)
    assert answers.labels == ("7", "8")
    assert answers.rows.tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]


def test_a_respondents_answer_of_several_rows_is_one_answer():
    """Eight rows of a 7 are three answers: of two people in one wave, of one of them in another."""
    survey = pd.DataFrame(
        {
            "respondent_key": ["a"] * 4 + ["b"] * 2 + ["a"] * 2 + [f"r{i}" for i in range(12)],
            "wave": ["1"] * 6 + ["2"] * 2 + ["1"] * 12,
            "q": [7.0] * 8 + [8.0] * 6 + [9.0] * 6,
        }
    )
    answers = as_categories(survey, "q", RECOMMEND)
    assert answers.labels == ("7-8", "9")
    assert (answers.members(0, -1.0), answers.members(0, 1.0)) == (9, 6)


@pytest.mark.parametrize(("low", "high", "expected"), [(1, 5, (2, 4)), (1, 7, (2, 6)), (1, 3, (1, 3)), (1, 4, (1, 4))])
def test_groups_are_the_two_best_and_worst_answers(low, high, expected):
    item = ItemSpec.model_validate({"role": "attitudinal_loyalty", "scale": {"min": low, "max": high}})
    assert group_limits(item) == expected


def test_recommendation_groups_are_those_of_the_net_promoter_score():
    assert group_limits(RECOMMEND) == (6.0, 9.0)


def test_small_levels_count_with_the_reference():
    values = pd.Series(["a"] * 6 + ["b"] * 4 + ["c"] * 2)
    control = categorical_control(N_("Segment"), "segment", values, np.arange(12), fewest=3)
    assert [term.key for term in control.terms] == ["segment=b"]
    assert control.values[:, 0].tolist() == [0] * 6 + [1] * 4 + [0] * 2


def test_a_design_refuses_a_focal_column_that_does_not_vary():
    control = numeric_control(N_("Tenure"), "tenure", N_("Tenure, years"), pd.Series([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="does not vary"):
        build_design(3, [(SATISFACTION, np.full(3, 7.0))], [control])


def test_bins_never_split_equal_answers_nor_fall_below_the_floor():
    x = np.repeat([20.0, 40.0, 60.0, 80.0], [30, 8, 30, 12])
    bins = binned_means(x, x / 2, np.ones(80), np.arange(80), small_cell=5)
    assert [(part.low, part.high, part.n) for part in bins] == [(0, 30, 30), (30, 70, 38), (70, 100, 12)]
    assert bins[0].outcome == 10.0


def test_bins_hold_enough_different_respondents_and_tell_nobodys_answer():
    x = np.sort(np.random.default_rng(2).uniform(3, 97, 60))
    respondents = np.arange(60) // 3  # each answered three times, next to each other
    for part, least in ((5, 5), (7, 7)):
        bins = binned_means(x, x, np.ones(60), respondents, small_cell=part)
        edges = [0.0, *(piece.high for piece in bins)]
        for low, high in itertools.pairwise(edges):
            assert len(np.unique(respondents[(x > low) & (x < high)])) >= least
        assert not np.isin(x, edges).any()
    grid = satisfaction_grid(x, 5)
    assert (grid[0], grid[-1], len(grid)) == (x[4], x[-5], 21)
    apart = satisfaction_grid(x, 5, respondents)  # the fifth person from either end, not the second
    assert (apart[0], apart[-1]) == (x[12], x[-13])


def test_an_item_that_satisfaction_foretells_has_no_ordered_answer(data):
    foretold = with_survey(data, recommend=lambda frame: np.round(frame["satisfaction_index"] / 10))
    ordered = fit_satisfaction_loyalty(foretold, make_params()).ordered
    assert isinstance(ordered, NotEstimable)
    assert "no finite answer" in ordered.reason.msgid
