"""The checks of robustness on small clients: they agree with the audit's own models, and answer whatever comes."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from model_clients import AS_OF, client_of, make_client, make_params, split_third

from analysis.document.chapters.scale.respondents import QUESTION
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_sample import build_sample
from analysis.models.robustness.analysis import analyse_robustness
from analysis.models.robustness.customer_rows import customer_rows, read_answers
from analysis.models.robustness.loyalty_specifications import (
    is_repeated,
    loyalty_factors,
    pulled_in,
    rank_scores,
    try_loyalty,
)
from analysis.models.robustness.moments import Effect
from analysis.models.robustness.repurchase_specifications import repurchase_factors
from analysis.models.robustness.result import SpecificationCurve
from analysis.models.robustness.specification import grid, joint_test, share_of_choices
from analysis.results import Estimate, NotEstimable, Point

PARAMS = make_params()
FULL = make_params(depth="full")


def check(data, params=PARAMS):
    return analyse_robustness(data, params, fit_satisfaction_loyalty(data, params), fit_repeat_purchase(data, params))


@pytest.fixture(scope="module")
def client():
    return make_client(accounts=240, seed=3, weights=True)


@pytest.fixture(scope="module")
def found(client):
    return check(client)


def effects(curve):
    return {spec.key: spec.effect for spec in curve.specifications if isinstance(spec.effect, Estimate)}


def test_the_declared_specification_is_what_the_audit_reports(client, found):
    for curve, reported in (
        (found.loyalty_curve, fit_satisfaction_loyalty(client, PARAMS).slope),
        (found.repurchase_curve, fit_repeat_purchase(client, PARAMS).satisfaction_effect),
    ):
        ours = vars(curve.declared)
        for field in ("value", "low", "high", "p_value"):
            assert ours[field] == pytest.approx(vars(reported)[field], rel=1e-6)
        assert (curve.declared.n, curve.declared.method) == (reported.n, reported.method)
        assert [spec.declared for spec in curve.specifications].count(True) == 1


def test_the_summary_is_that_of_the_specifications(found):
    curve = found.repurchase_curve
    values = np.array([s.effect.value for s in curve.specifications if not isinstance(s.effect, NotEstimable)])
    assert curve.estimated == len(values) > 20
    assert (curve.lowest, curve.highest) == (values.min(), values.max())
    assert curve.median == pytest.approx(np.median(values))
    assert curve.same_sign == pytest.approx(np.mean(values > 0))
    clear = [effect.low > 0 for effect in effects(curve).values()]
    assert (curve.clear, curve.intervals) == (sum(clear), len(clear))
    assert curve.excludes_zero == pytest.approx(np.mean(clear))
    trimmed = {s.key for s in curve.specifications if isinstance(s.effect, Point)}
    assert trimmed == {s.key for s in curve.specifications if "outliers=influential" in s.key}
    assert trimmed
    assert [share.share for share in curve.choices] == sorted((s.share for s in curve.choices), reverse=True)


def test_results_are_json_ready_and_repeatable(client, found):
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert text == json.dumps(check(client).to_dict(), allow_nan=False)


def test_customer_rows_are_those_of_the_repurchase_sample(client):
    theirs = build_sample(client, PARAMS).rows
    ours = customer_rows(read_answers(client, PARAMS), PARAMS, 100, "index", "account").rows
    for column in ("satisfaction", "loyalty", "weight", "bought", "recency", "frequency", "tenure"):
        np.testing.assert_allclose(ours[column], theirs[column], rtol=1e-12)
    for column in ("customer_id", "segment", "group", "no_order_before", "history_cut"):
        assert list(ours[column]) == list(theirs[column])


def test_nothing_that_happens_later_changes_a_predictor(client):
    """Orders after the day of the response move outcomes only; the horizon decides which."""
    later = client.table("transactions").copy()
    survey = client.table("survey")
    last = later["customer_id"].map(survey.groupby("customer_id")["responded_on"].max())
    moved = later["ordered_on"] > last
    later.loc[moved, "ordered_on"] += pd.Timedelta(days=400)
    changed = client_of(survey, later, client.customers)
    before = customer_rows(read_answers(client, PARAMS), PARAMS, 100, "index", "account").rows
    after = customer_rows(read_answers(changed, PARAMS), PARAMS, 100, "index", "account").rows
    predictors = ["satisfaction", "recency", "frequency", "tenure", "no_order_before"]
    pd.testing.assert_frame_equal(before[predictors], after[predictors])
    assert before["bought"].sum() > 0 == after["bought"].sum()


def test_a_horizon_that_the_record_does_not_reach_is_not_tried():
    answers = read_answers(make_client(accounts=80), PARAMS)
    horizons = next(f for f in repurchase_factors(answers, PARAMS) if f.key == "horizon").levels
    assert horizons == ("100", "50", "150", "200")
    short = read_answers(make_client(accounts=80, as_of=pd.Timestamp("2025-06-20")), PARAMS)
    assert next(f for f in repurchase_factors(short, PARAMS) if f.key == "horizon").levels == ("100", "50")
    rows = customer_rows(short, PARAMS, 100, "all", "account").rows
    assert (rows["day"] + 100 <= short.until).all()


def split_rows(data):
    """Return the client with some responses split into two of half the weight."""
    return client_of(split_third(data.table("survey")), data.table("transactions"), data.customers)


def test_rows_split_into_two_of_half_the_weight_change_nothing(client, found):
    other = check(split_rows(client))
    for name in ("loyalty_curve", "repurchase_curve"):
        before, after = effects(getattr(found, name)), effects(getattr(other, name))
        weighted = [key for key in before if "weights=with|" in key + "|"]
        assert len(weighted) > 10
        for key in weighted:
            assert after[key].value == pytest.approx(before[key].value, rel=1e-6)
            assert after[key].std_error == pytest.approx(before[key].std_error, rel=1e-5)
    assert other.confounding.robustness_value == pytest.approx(found.confounding.robustness_value, rel=1e-6)
    assert other.e_value.limit_value == pytest.approx(found.e_value.limit_value, rel=1e-6)
    assert other.repurchase_influence.significance == pytest.approx(found.repurchase_influence.significance) or (
        other.loyalty_influence.largest_share_of_error
        == pytest.approx(found.loyalty_influence.largest_share_of_error, rel=1e-5)
    )


def test_row_order_and_names_change_nothing(client, found):
    survey = client.table("survey").sample(frac=1, random_state=2).reset_index(drop=True)
    shuffled = client_of(survey, client.table("transactions").sample(frac=1, random_state=3), client.customers)
    after = effects(check(shuffled).repurchase_curve)
    for key, effect in effects(found.repurchase_curve).items():
        assert after[key].value == pytest.approx(effect.value, rel=1e-7)
        assert after[key].std_error == pytest.approx(effect.std_error, rel=1e-6)


def test_weights_move_each_estimate(found):
    for comparison in (found.loyalty_weights, found.repurchase_weights):
        assert comparison.weighted.value != comparison.unweighted.value
        difference = comparison.weighted.value - comparison.unweighted.value
        assert comparison.difference.value == pytest.approx(difference)
        assert 0 < comparison.difference.std_error < 2 * comparison.weighted.std_error
    values = effects(found.loyalty_curve)
    twins = [(effect, values.get(key + "out")) for key, effect in values.items() if key.endswith("weights=with")]
    told_apart = [(effect, other) for effect, other in twins if other is not None]  # others repeat one before them
    assert len(told_apart) > len(twins) / 2
    assert all(effect.value != other.value for effect, other in told_apart)


def test_without_weights_the_answer_is_that_there_are_none():
    found = check(make_client(accounts=120))
    assert isinstance(found.loyalty_weights, NotEstimable)
    assert "without weights of its own" in found.repurchase_weights.reason.msgid
    assert QUESTION.msgid in found.repurchase_weights.reason.msgid  # where the raked weights are, by its own words


def test_weights_of_zero_are_refused(client):
    survey = client.table("survey").copy()
    survey.loc[survey["customer_id"] == "c0000", "weight"] = 0.0
    found = check(client_of(survey, client.table("transactions"), client.customers))
    for part in vars(found).values():
        assert isinstance(part, NotEstimable)
        assert "weights" in part.reason.msgid


def test_influence_is_verified_by_leaving_the_accounts_out(client, found):
    influence = found.repurchase_influence
    removal = influence.sign
    assert removal.accounts is not None
    assert removal.after.value <= 0 < influence.effect.value
    assert influence.lowest.value < influence.effect.value < influence.highest.value
    assert removal.share == pytest.approx(removal.accounts / influence.accounts)


def test_the_loyalty_slope_without_its_strongest_account_is_a_refit(client, found):
    survey = client.table("survey")
    slopes = [
        fit_satisfaction_loyalty(
            client_of(survey[survey["customer_id"] != account], client.table("transactions"), client.customers), PARAMS
        ).slope.value
        for account in ("c0000", "c0001")
    ]
    assert min(slopes) >= found.loyalty_influence.lowest.value - 1e-9
    assert max(slopes) <= found.loyalty_influence.highest.value + 1e-9


def test_one_account_that_makes_the_relation_is_found():
    """Without account c0000 there is no relation; with it there is."""
    data = make_client(accounts=60, slope=0.0, seed=4)
    survey = data.table("survey").copy()
    own = survey["customer_id"] == "c0000"
    survey.loc[own, ["satisfaction_index", "loyalty_index"]] = [[0.0, -400.0], [0.0, -400.0]]
    influence = check(client_of(survey, data.table("transactions"), data.customers)).loyalty_influence
    assert influence.largest_share_of_error > 0.9
    assert abs(influence.lowest.value) < 0.3 * influence.effect.value


def test_placebo_stands_beside_the_effect_that_holds_past_buying(client, found):
    model = fit_repeat_purchase(client, PARAMS)
    assert (found.placebo.placebo, found.placebo.effect) == (model.placebo, model.satisfaction_effect)


def test_e_value_of_an_effect_that_is_not_clear_is_one():
    found = check(make_client(accounts=150, effect=0.0, seed=8))
    assert found.e_value.risk_ratio.low < 1 < found.e_value.risk_ratio.high
    assert found.e_value.limit_value == 1
    assert isinstance(found.repurchase_influence.significance, NotEstimable)


def test_board_depth_varies_controls_form_outliers_and_horizon():
    """What costs most is left out, no question is left unasked."""
    data = make_client(accounts=90, weights=True)
    ours = {f.key: f.levels for f in loyalty_factors(build_loyalty_sample(data, PARAMS), PARAMS)}
    assert ours["form"] == ("line", "ranks", "question", "curved")
    assert ours["outliers"] == ("all", "influential", "winsorised")
    assert (ours["controls"][0], ours["controls"][-1]) == ("all", "none")
    assert len(ours["controls"]) > 3  # each block left out
    buying = {f.key: f.levels for f in repurchase_factors(read_answers(data, PARAMS), PARAMS)}
    assert buying["form"] == ("logit", "line")
    assert buying["outliers"] == ("all", "influential", "winsorised")
    assert buying["controls"] == ("all", "past", "none")
    assert len(buying["horizon"]) == 4


def test_extremes_that_are_pulled_in_are_pulled_in_within_a_bend_too():
    """The bend of pulled-in answers, by least squares on the pulled-in column and its square."""
    data = make_client(accounts=90)
    sample = build_loyalty_sample(data, PARAMS)
    levels = (("controls", "none"), ("form", "curved"), ("outliers", "winsorised"), ("waves", "all"),
              ("unit", "respondent"), ("weights", "with"))  # fmt: skip
    (tried,) = try_loyalty(sample, PARAMS, [levels])
    ones = np.ones(len(sample.satisfaction))
    x = pulled_in(np.asarray(sample.satisfaction, dtype=float) / 10, ones)
    y = pulled_in(sample.rows["loyalty_index"].to_numpy(dtype=float), ones)
    bend = np.linalg.lstsq(np.column_stack([ones, x, x**2]), y, rcond=None)[0]
    assert tried.found.value == pytest.approx(bend[1] + 2 * bend[2] * x.mean(), rel=1e-8)


def test_full_depth_takes_every_combination():
    data = make_client(accounts=90)
    sample = build_loyalty_sample(data, FULL)
    factors = loyalty_factors(sample, FULL)
    levels = [item for item in grid(factors) if not is_repeated(item, factors)]
    assert len(levels) > 400
    tried = try_loyalty(sample, FULL, levels)
    assert all(isinstance(item.found, Effect) for item in tried)
    curved = {item.levels: item.found.value for item in tried}
    straight = curved[levels[0]]
    bent = tuple((key, "curved" if key == "form" else level) for key, level in levels[0])
    assert curved[bent] == pytest.approx(straight, rel=0.05)  # the truth is a line


def test_a_control_for_the_wave_within_one_wave_is_not_counted_again():
    sample = build_loyalty_sample(make_client(accounts=90), FULL)
    factors = loyalty_factors(sample, FULL)
    repeated = [dict(item) for item in grid(factors) if is_repeated(item, factors)]
    assert repeated
    assert all(item["waves"] != "all" for item in repeated if item["form"] != "ordered")
    assert all(item["unit"] == "account" or item["outliers"] != "all" or item["waves"] != "all"
               for item in repeated if item["form"] == "ordered")  # fmt: skip


def test_shares_of_a_balanced_grid_add_up_where_choices_only_add():
    """Two choices that each shift the estimate: 1 and 2 give shares of 1 : 4, nothing is left over."""
    levels = [(("controls", c), ("form", f)) for c in ("all", "none") for f in ("line", "ranks")]
    values = np.array([0.0, 2.0, 1.0, 3.0])
    shares = {share.factor: share.share for share in share_of_choices(levels, values)}
    assert shares == pytest.approx({"form": 0.8, "controls": 0.2})
    assert all(share.share == 0 for share in share_of_choices(levels, np.ones(4)))


def test_the_joint_test_rejects_what_is_far_and_not_what_is_near():
    rng = np.random.default_rng(1)
    deviations = rng.normal(size=(100, 5)) / 10  # five estimates with standard error of about 1
    for value, expected in ((0.1, False), (5.0, True)):
        effects = [Effect(value=value, deviations=column, n=100, accounts=100) for column in deviations.T]
        test = joint_test(effects, np.random.default_rng(2), 400)
        assert (test.median_p < 0.05) is expected
        assert test.draws == 400


def test_the_joint_test_keeps_its_level():
    """Estimates that share their accounts, drawn from the null 400 times: at most 5 +- 2% rejected, 2 errors wider."""
    rng = np.random.default_rng(3)
    deviations = (rng.normal(size=(80, 1)) + rng.normal(size=(80, 6))) / np.sqrt(160)
    rejected = 0
    for draw in range(400):
        values = rng.normal(size=80) @ deviations
        effects = [
            Effect(value=float(value), deviations=column, n=80, accounts=80)
            for value, column in zip(values, deviations.T, strict=True)
        ]
        rejected += joint_test(effects, np.random.default_rng(draw), 200).median_p <= 0.05
    assert rejected / 400 == pytest.approx(0.05, abs=0.02 + 2 * np.sqrt(0.05 * 0.95 / 400))


def test_ranks_are_those_of_the_weighted_rows():
    values = np.array([1.0, 5.0, 5.0, 9.0])
    split = rank_scores(values, np.ones(4))
    merged = rank_scores(np.array([1.0, 5.0, 9.0]), np.array([1.0, 2.0, 1.0]))
    np.testing.assert_allclose(split[[0, 1, 3]], merged)
    assert split.std() == pytest.approx(values.std())


def test_extremes_are_pulled_to_the_values_at_five_percent():
    values = np.arange(100.0)
    assert (pulled_in(values, np.ones(100)).min(), pulled_in(values, np.ones(100)).max()) == (4.0, 94.0)


def changed(data, **columns):
    return client_of(data.table("survey").assign(**columns), data.table("transactions"), data.customers)


CASES = {
    "constant satisfaction": lambda d: changed(d, satisfaction_index=70.0),
    "constant loyalty": lambda d: changed(d, loyalty_index=70.0),
    "all at the ceiling": lambda d: changed(d, satisfaction_index=100.0, loyalty_index=100.0),
    "loyalty is satisfaction": lambda d: changed(d, loyalty_index=d.table("survey")["satisfaction_index"]),
    "two waves without a common respondent": lambda d: changed(
        d, respondent_key=[f"only-{i}" for i in range(len(d.table("survey")))]
    ),
    "a segment of four": lambda d: dataclasses.replace(
        d, customers=d.customers.assign(segment=["Tiny"] * 4 + ["Rest"] * (len(d.customers) - 4))
    ),
    "nobody bought again": lambda d: client_of(
        d.table("survey"),
        d.table("transactions")[d.table("transactions")["ordered_on"] < "2025-03-01"],
        d.customers,
    ),
    "no orders": lambda d: client_of(d.table("survey"), None, d.customers),
    "anonymous": lambda d: client_of(
        d.table("survey").assign(customer_id=None), d.table("transactions"), d.customers, has_real_customers=False
    ),
    "no loyalty asked": lambda d: client_of(
        d.table("survey").drop(columns=["loyalty_index", "recommend"]), d.table("transactions"), d.customers
    ),
    "no survey": lambda d: client_of(None, d.table("transactions"), d.customers),
    "separated": lambda d: changed(
        d,
        satisfaction_index=np.where(
            d.table("survey")["customer_id"].isin(
                build_sample(d, PARAMS).rows.loc[lambda rows: rows["bought"] == 1, "customer_id"]
            ),
            80.0 + d.table("survey")["satisfaction_index"] / 10,
            20.0 + d.table("survey")["satisfaction_index"] / 10,
        ),
    ),
}


@pytest.mark.parametrize("params", [PARAMS, FULL], ids=["board", "full"])
@pytest.mark.parametrize("case", CASES)
def test_every_case_has_an_answer(case, params):
    data = CASES[case](make_client(accounts=60, seed=5))
    found = check(data, params)
    json.dumps(found.to_dict(), allow_nan=False)
    for part in vars(found).values():
        if isinstance(part, NotEstimable):
            assert part.reason.msgid
    if case in ("constant satisfaction", "all at the ceiling", "no survey"):
        assert all(isinstance(part, NotEstimable) for part in vars(found).values())
    if case == "no loyalty asked":
        assert isinstance(found.loyalty_curve, NotEstimable)
        assert isinstance(found.repurchase_curve, SpecificationCurve | NotEstimable)


def test_a_dozen_customers_give_reasons_not_numbers():
    found = check(make_client(accounts=8))
    assert all(isinstance(part, NotEstimable) for part in vars(found).values())
    assert AS_OF.year == 2025
