"""Verdicts, correction, pooling and power: the arithmetic of a study, against R, hand calculation and its own rule."""

import csv
import dataclasses
import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.document.study.numbers import write_statistics
from analysis.document.translate import Translator
from analysis.models.crossvalidation import resampled_estimate
from analysis.results import Estimate
from analysis.study import pooling
from analysis.study.heterogeneity import heterogeneity_distribution, prediction_limits
from analysis.study.pooling import pool_estimates, reml_variance
from analysis.study.power import accounts_for_power, detectable_effect, plan_power, t_test_power
from analysis.study.verdicts import VERDICTS, adjust_p_values, at_level, degrees_of_freedom, judge_interval, p_value_of

REFERENCE = Path(__file__).parents[1] / "reference" / "study.csv"


@pytest.fixture(scope="module")
def reference():
    cases = defaultdict(dict)
    with REFERENCE.open(newline="") as stream:
        for row in csv.DictReader(stream):
            cases[row["case"]][row["quantity"]] = float(row["value"])
    return cases


def an_estimate(value=1.0, low=0.2, high=1.8, **fields):
    given = {"n": 500, "clusters": 200, "method": "cr3-t", "unit": "index", "std_error": (high - low) / 2 / 1.972}
    return Estimate(value=value, low=low, high=high, **(given | fields))


# ---- the verdicts


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict"),
    [
        (0.5, 3.0, "positive", "supported"),
        (0.5, 3.0, "negative", "contradicted"),
        (0.5, 3.0, "two_sided", "supported"),
        (-3.0, -0.5, "positive", "contradicted"),
        (-3.0, -0.5, "negative", "supported"),
        (-3.0, -0.5, "two_sided", "supported"),
        (-0.4, 0.9, "positive", "too_small"),
        (0.1, 0.9, "positive", "too_small"),  # clearly above zero, and clearly not worth it
        (-0.9, -0.1, "positive", "too_small"),
        (-1.0, 1.0, "two_sided", "too_small"),  # the band's own ends belong to it
        (-0.4, 1.1, "positive", "cannot_tell"),
        (-2.0, 0.0, "negative", "cannot_tell"),  # an interval that touches zero does not exclude it
        (0.0, 2.0, "positive", "cannot_tell"),
    ],
)
def test_each_interval_has_its_verdict(low, high, direction, verdict):
    assert judge_interval(low, high, smallest_effect=1.0, direction=direction) == verdict


def test_what_does_not_stand_after_the_correction_cannot_be_told():
    assert judge_interval(0.5, 3.0, smallest_effect=1.0, direction="positive", stands=False) == "cannot_tell"
    assert judge_interval(-3.0, -0.5, smallest_effect=1.0, direction="positive", stands=False) == "cannot_tell"
    assert judge_interval(-0.5, 0.5, smallest_effect=1.0, direction="positive", stands=False) == "too_small"


def test_the_four_verdicts_exhaust_all_cases_and_mirror_with_the_sign():
    grid = np.linspace(-2, 2, 21)
    mirror = {"positive": "negative", "negative": "positive", "two_sided": "two_sided"}
    seen = set()
    for low, high in itertools.combinations(grid, 2):
        for direction in mirror:
            verdict = judge_interval(low, high, smallest_effect=0.75, direction=direction)
            seen.add(verdict)
            assert judge_interval(-high, -low, smallest_effect=0.75, direction=mirror[direction]) == verdict
            if verdict in ("supported", "contradicted"):
                assert low > 0 or high < 0
                assert max(abs(low), abs(high)) > 0.75
            if verdict == "too_small":
                assert max(abs(low), abs(high)) <= 0.75
            if verdict == "contradicted":
                assert direction != "two_sided"
    assert seen == set(VERDICTS)


def test_benjamini_hochberg_is_that_of_r():
    # the values that p.adjust of R gives with method BH
    assert adjust_p_values((0.01, 0.04, 0.03, 0.2, 0.0005)) == pytest.approx((0.025, 0.05, 0.05, 0.2, 0.0025))
    assert adjust_p_values((0.6,)) == (0.6,)
    assert adjust_p_values(()) == ()


def test_an_interval_keeps_the_degrees_of_freedom_that_it_was_made_with():
    """Few accounts behind a difference have few, whatever the number of customers; all have the G - 1 of accounts."""
    for df in (4.3, 49.0, 299):
        margin = stats.t.ppf(0.975, df) * 2.0
        estimate = Estimate(value=3.0, low=3 - margin, high=3 + margin, n=900, method="cr3-t",
                            unit="ratio", std_error=2.0, clusters=300)  # fmt: skip
        assert degrees_of_freedom(estimate) == pytest.approx(df, rel=1e-6)
        assert at_level(estimate, 0.01).high == pytest.approx(3 + stats.t.ppf(0.995, df) * 2.0, rel=1e-6)
        assert p_value_of(estimate) == pytest.approx(2 * stats.t.sf(1.5, df), rel=1e-6)


def test_held_out_scores_are_tested_and_planned_with_the_degrees_of_their_interval():
    """Interval, p and power agree: t(10), however many customers there are; p is below .05 where zero is outside."""
    scores = np.random.default_rng(5).normal(0.35, 0.4, 50)
    score = resampled_estimate(scores, 300)
    error = np.sqrt(scores.var(ddof=1) * 0.27)
    assert p_value_of(score) == pytest.approx(2 * stats.t.sf(score.value / error, 10))
    edge = dataclasses.replace(score, value=error * stats.t.ppf(0.975, 10), low=0.0, high=2 * score.high)
    assert p_value_of(edge) == pytest.approx(0.05)
    plan = plan_power(score, 0.5, 0.05, None)
    assert plan.power_now == pytest.approx(t_test_power(0.5, error, 10, 0.05))
    fewest = plan.requirements[0].accounts
    powers = [t_test_power(0.5, error * np.sqrt(300 / count), 10, 0.05) for count in (fewest - 1, fewest)]
    assert powers[0] < 0.8 <= powers[1]
    assert plan.curve[-1].power == pytest.approx(
        t_test_power(0.5, error * np.sqrt(300 / plan.curve[-1].accounts), 10, 0.05)
    )
    assert "t(10)\u00a0=" in write_statistics(score, "d", None, Translator("en"))


def test_an_estimate_of_few_accounts_is_planned_with_fewer_degrees():
    margin = stats.t.ppf(0.975, 20.0) * 0.4
    few = an_estimate(1.0, 1 - margin, 1 + margin, std_error=0.4)
    plan = plan_power(few, 0.5, 0.05, None)
    assert plan.power_now == pytest.approx(t_test_power(0.5, 0.4, 20.0, 0.05))
    last = plan.curve[-1]
    df = 20.0 * (last.accounts - 1) / 199
    assert last.power == pytest.approx(t_test_power(0.5, 0.4 * np.sqrt(200 / last.accounts), df, 0.05))


def test_an_interval_at_another_level_is_the_t_interval_of_that_level():
    error, df = 0.4, 199
    margin = stats.t.ppf(0.975, df) * error
    estimate = an_estimate(1.0, 1 - margin, 1 + margin, std_error=error)
    wider = at_level(estimate, 0.01)
    assert wider.high - 1 == pytest.approx(stats.t.ppf(0.995, df) * error)
    assert wider.level == 0.99
    assert at_level(estimate, 0.05) is estimate


def test_a_p_value_is_the_estimates_own_or_that_of_its_error():
    assert p_value_of(an_estimate(p_value=0.123)) == 0.123
    assert p_value_of(an_estimate(std_error=0.5)) == pytest.approx(2 * stats.t.sf(2.0, 199))


# ---- pooling


@pytest.mark.parametrize("case", ["bcg", "two", "alike"])
@pytest.mark.parametrize("test", ["knha", "adhoc"])
def test_pooling_is_that_of_metafor(reference, case, test):
    data = reference["bcg-data"]
    given = {
        "bcg": ([data[f"yi{i}"] for i in range(1, 14)], [data[f"vi{i}"] for i in range(1, 14)]),
        "two": ([2.1, 3.4], [0.16, 0.25]),
        "alike": ([1.00, 1.10, 0.95], [0.09, 0.16, 0.12]),
    }
    values, variances = given[case]
    pooled = pool_estimates(values, np.sqrt(variances), truncated=test == "adhoc")
    for quantity, expected in reference[f"{case}-{test}"].items():
        # both search for the maximum of the same likelihood; the tolerance is that of the search
        assert getattr(pooled, quantity) == pytest.approx(expected, rel=2e-6, abs=1e-9), quantity
    assert sum(pooled.weights) == pytest.approx(1)


def test_pooling_is_that_of_the_published_bcg_table(reference):
    data = reference["bcg-data"]
    variances = [data[f"vi{i}"] for i in range(1, 14)]
    pooled = pool_estimates([data[f"yi{i}"] for i in range(1, 14)], np.sqrt(variances))
    # Viechtbauer (2010), Journal of Statistical Software 36(3), p. 11
    assert (round(pooled.tau2, 4), round(100 * pooled.i2, 2), round(pooled.value, 4)) == (0.3132, 92.22, -0.7145)


def test_pooling_moves_and_scales_with_its_estimates_and_ignores_their_order():
    y, e = np.array([2.0, 3.5, 1.0, 4.0]), np.array([0.4, 0.5, 0.3, 0.9])
    one, moved = pool_estimates(y, e), pool_estimates(10 * y[::-1] + 3, 10 * e[::-1])
    assert moved.value == pytest.approx(10 * one.value + 3)
    assert moved.tau2 == pytest.approx(100 * one.tau2, rel=1e-5)
    assert moved.weights[::-1] == pytest.approx(one.weights, rel=1e-5)
    assert one.predicted_low < one.low < one.value < one.high < one.predicted_high


def test_clients_alike_have_no_variance_between_them():
    assert reml_variance(np.array([1.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.3])) == 0.0


@pytest.mark.parametrize(("y", "e"), [([1.0], [0.1]), ([1.0, 2.0], [0.1, 0.0]), ([1.0, np.nan], [0.1, 0.1])])
def test_what_cannot_be_pooled_is_refused(y, e):
    with pytest.raises(ValueError, match="standard error"):
        pool_estimates(y, e)


def test_the_pooled_interval_holds_the_mean_effect_in_95_of_100_draws(monkeypatch):
    monkeypatch.setattr(pooling, "prediction_limits", lambda *_, **__: (-np.inf, np.inf))  # another interval's time
    rng, draws, k, covered = np.random.default_rng(11), 600, 8, 0
    errors = np.linspace(0.3, 0.8, k)
    for _ in range(draws):
        pooled = pool_estimates(1.0 + rng.normal(0, 0.5, k) + rng.normal(0, errors), errors)
        covered += pooled.low <= 1.0 <= pooled.high
    # 95% +- 2%, and two Monte-Carlo standard errors of 0.9%
    assert 0.912 <= covered / draws <= 0.988


UNEQUAL = np.exp(np.linspace(-0.8, 0.8, 8))


def test_q_of_clients_alike_is_a_chi_square():
    for q in (1e-6, 0.5, 3.0, 12.0):
        found = heterogeneity_distribution(q, UNEQUAL, np.zeros(1))[0]
        assert found == pytest.approx(stats.chi2.cdf(q, 7), abs=1e-6)
    # of equal variances Q is a multiple of a chi-square, whatever lies between the clients
    found = heterogeneity_distribution(2.0, np.ones(3), np.array([4.0]))[0]
    assert found == pytest.approx(stats.chi2.cdf(0.4, 2), abs=1e-5)
    assert heterogeneity_distribution(2.0, np.array([1.0, 3.0]), np.array([4.0]))[0] == pytest.approx(
        stats.chi2.cdf(2.0 / 3.0, 1)
    )


def test_q_of_clients_that_differ_is_that_of_a_simulation():
    rng, between = np.random.default_rng(5), np.array([0.5, 4.0])
    for tau2, found in zip(between, heterogeneity_distribution(9.0, UNEQUAL, between), strict=True):
        y = rng.normal(size=(20_000, 8)) * np.sqrt(UNEQUAL + tau2)
        w = 1 / UNEQUAL
        q = ((y - (y @ w / w.sum())[:, None]) ** 2) @ w
        assert found == pytest.approx(np.mean(q <= 9.0), abs=4 * np.sqrt(found * (1 - found) / 20_000))


def test_the_prediction_interval_is_that_of_the_bootstrap_that_defines_it():
    """Variances drawn by inverting the distribution of Q, then a client each: nothing of this is shared."""
    rng, draws = np.random.default_rng(6), 40_000
    y = np.array([0.1, 1.9, -0.4, 0.8, 2.2, 0.5, 1.0, -1.1])
    w = 1 / UNEQUAL
    q = w @ (y - w @ y / w.sum()) ** 2
    noise = rng.normal(size=(20_000, 8))
    at = np.concatenate([[0.0], np.geomspace(0.02, 100, 60)])
    below = []
    for tau2 in at:
        drawn = noise * np.sqrt(UNEQUAL + tau2)
        below.append(np.mean(((drawn - (drawn @ w / w.sum())[:, None]) ** 2) @ w <= q))
    variance = np.interp(rng.random(draws), 1 - np.array(below), at)
    weights = 1 / (UNEQUAL + variance[:, None])
    mean = weights @ y / weights.sum(axis=1)
    factor = (weights * (y - mean[:, None]) ** 2).sum(axis=1) / 7
    client = mean + np.sqrt(variance) * rng.normal(size=draws)
    client = client - rng.standard_t(7, draws) * np.sqrt(factor / weights.sum(axis=1))
    low, high = prediction_limits(y, UNEQUAL, level=0.95, truncated=False)
    assert (low, high) == pytest.approx(tuple(np.quantile(client, [0.025, 0.975])), abs=0.12)
    # with the estimated variance for the true one it is narrower
    pooled = pool_estimates(y, np.sqrt(UNEQUAL))
    margin = stats.t.ppf(0.975, 7) * np.sqrt(pooled.tau2 + pooled.std_error**2)
    assert 2 * margin < 0.95 * (high - low)


def test_the_prediction_interval_holds_a_new_client_in_95_of_100_draws():
    """The probability is exact in each draw, so that 80 have an error of 1%; the plug-in interval's is 86%."""
    rng, held = np.random.default_rng(12), []
    for _ in range(80):
        y = rng.normal(0, 1, 8) + rng.normal(0, np.sqrt(UNEQUAL))
        pooled = pool_estimates(y, np.sqrt(UNEQUAL))
        held.append(stats.norm.cdf(pooled.predicted_high) - stats.norm.cdf(pooled.predicted_low))
    assert 0.925 <= np.mean(held) <= 0.985


def test_a_new_client_is_never_surer_than_the_mean():
    for y in (np.full(4, 1.7), np.array([1.0, 1.1, 0.95, 1.02]), np.array([0.0, 9.0, 1.0, 4.0])):
        pooled = pool_estimates(y, np.array([0.3, 0.4, 0.35, 0.5]))
        assert pooled.predicted_low <= pooled.low < pooled.high <= pooled.predicted_high


# ---- power


def test_power_is_that_of_r(reference):
    for case, expected in reference["power"].items():
        effect, error, df, alpha = map(float, case.split("_"))
        # an integral here, a series in R: both to about eleven digits
        assert t_test_power(effect, error, df, alpha) == pytest.approx(expected, rel=1e-8)


def test_without_an_effect_power_is_the_level_of_the_test():
    assert t_test_power(0.0, 1.0, 50, 0.05) == pytest.approx(0.05)


def test_accounts_for_power_are_the_fewest_that_reach_it():
    needed = accounts_for_power(1.0, 0.5, 100, 0.05, 0.8)
    # normal approximation: (1.96 + 0.84)^2 * 0.5^2 * 100 = 196
    assert 196 <= needed <= 200
    error = 0.5 * np.sqrt(100 / needed)
    assert t_test_power(1.0, error, needed - 1, 0.05) >= 0.8
    assert t_test_power(1.0, 0.5 * np.sqrt(100 / (needed - 1)), needed - 2, 0.05) < 0.8


def test_what_no_survey_can_reach_is_said():
    assert accounts_for_power(1e-4, 1.0, 100, 0.05, 0.8) is None


def test_the_plan_never_looks_at_the_estimate():
    margin = 0.4 * stats.t.ppf(0.975, 199)
    plans = [plan_power(an_estimate(v, v - margin, v + margin, std_error=0.4), 0.5, 0.05, 1.4) for v in (0.1, 5.0)]
    assert plans[0] == plans[1]
    (plan, _) = plans
    assert plan.power_now == pytest.approx(t_test_power(0.5, plan.std_error, 199, 0.05))
    assert t_test_power(plan.detectable_now, plan.std_error, 199, 0.05) == pytest.approx(0.8)
    assert plan.detectable_now == pytest.approx(detectable_effect(plan.std_error, 199, 0.05))
    eighty, ninety = plan.requirements
    assert 200 < eighty.accounts < ninety.accounts
    assert eighty.responses == -(-eighty.accounts * 500 // 200)
    power = [point.power for point in plan.curve]
    assert power == sorted(power)
    assert plan.design_effect == 1.4


def test_one_row_an_account_has_no_design_effect():
    plan = plan_power(an_estimate(n=150, clusters=150), 0.5, 0.05, None)
    assert plan.design_effect == 1.0
    assert plan_power(an_estimate(n=300, clusters=150), 0.5, 0.05, None).design_effect is None
