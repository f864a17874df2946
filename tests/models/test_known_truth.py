"""The models on synthetic clients whose truth is known: do the intervals hold what they promise?

The estimands come from a simulated population with formulas of its own (`analysis.synthetic.population`). The
generator is richer than the models: halo, ceiling, non-response that depends on satisfaction, an unmeasured confounder,
seasons, dealers. Bands: 95 +- 2% for coverage and 5 +- 2% for a test of a nil effect, each widened by two Monte-Carlo
standard errors of the number of clients drawn.
"""

from functools import cache

import numpy as np
import pytest
from known_clients import PARAMS, demo_params, known_client

from analysis.models.linear import fit_linear
from analysis.models.loyalty import fit_satisfaction_loyalty, slope_estimate
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_fits import effect_estimate, fit_predictors
from analysis.models.repurchase_plan import Plan, plan_predictors
from analysis.models.repurchase_sample import build_sample
from analysis.params.load import load_params
from analysis.synthetic.population import LEVEL_WEIGHTS, population_truth
from analysis.synthetic.truth import Truth

# What the models call it, what the population calls it, and how many of the model's units one of the population's is.
ESTIMANDS = {
    "slope_unadjusted": ("slope_loyalty_on_satisfaction", 10),
    "slope": ("slope_loyalty_on_satisfaction_adjusted", 10),
    "satisfaction_effect": ("ame_satisfaction_given_history", 1),
    "satisfaction_direct_effect": ("ame_satisfaction_given_loyalty_and_history", 1),
    "loyalty_effect": ("ame_loyalty_given_satisfaction_and_history", 1),
}
FEW, MANY = 30, 200
FIRST_SEED = 2000


Estimates = dict[str, tuple[float, float, float, float]]


def fit_seed(seed: int, is_nil: bool) -> Estimates:
    """Return value, low, high and p of each estimand, without the checks and the validation that cost most time."""
    data, params = known_client(seed, Truth().without_effects() if is_nil else Truth()), demo_params()
    sample = build_loyalty_sample(data, params)
    outcome, matrix = sample.rows["loyalty_index"].to_numpy(dtype=float), sample.design().matrix
    found = {
        name: slope_estimate(fit_linear(outcome, columns, weights=sample.weights, clusters=sample.clusters))
        for name, columns in (("slope", matrix), ("slope_unadjusted", matrix[:, :2]))
    }
    plan = plan_predictors(build_sample(data, params), params)
    assert isinstance(plan, Plan)
    for name, key, column in (
        ("satisfaction_effect", "satisfaction", 1),
        ("satisfaction_direct_effect", "satisfaction_loyalty", 1),
        ("loyalty_effect", "satisfaction_loyalty", 2),
    ):
        found[name] = effect_estimate(
            fit_predictors(plan.outcome, plan.designs[key], plan.weights, plan.clusters).fit, column
        )
    return {name: (value.value, value.low, value.high, value.p_value) for name, value in found.items()}


def test_what_is_drawn_is_what_the_models_print():
    data, params = known_client(FIRST_SEED), demo_params()
    loyalty, repurchase = fit_satisfaction_loyalty(data, params), fit_repeat_purchase(data, params)
    for name, numbers in fit_seed(FIRST_SEED, False).items():
        printed = getattr(loyalty if "slope" in name else repurchase, name)
        assert numbers == (printed.value, printed.low, printed.high, printed.p_value)


def test_the_estimands_average_respondents_as_the_clients_do():
    for client, language in (("demo", "en"), ("demo-zh", "zh")):
        by_level = load_params(client, PARAMS).survey.respondent_weights
        assert tuple(by_level.values() or [1.0] * 4) == LEVEL_WEIGHTS[language]


@cache
def draws(count: int, is_nil: bool) -> dict[str, np.ndarray]:
    """Return value, low, high and p of each estimand, one row a client."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    fits = [fit_seed(seed, is_nil) for seed in seeds]
    return {name: np.array([fit[name] for fit in fits]) for name in ESTIMANDS}


@cache
def true_values(field: str = "value") -> dict[str, float]:
    """Return the estimands in the models' units, or with ``std_error`` how far the simulated ones may be off."""
    found = population_truth(Truth(), 1)
    return {name: scale * found[key][field] for name, (key, scale) in ESTIMANDS.items()}


def band(share: float, count: int) -> tuple[float, float]:
    # Five estimands over 30 clients miss two errors by luck in one of five sets of seeds: the quick run catches what is
    # broken. Over 300 clients (seeds 5000-5299) the five covered .92 to .95, so that the estimators are not at fault.
    widened = 2 if count == MANY else 3
    margin = 0.02 + widened * np.sqrt(share * (1 - share) / count)
    return share - margin, share + margin


def outside(shares: dict[str, float], share: float, count: int) -> dict[str, float]:
    low, high = band(share, count)
    return {name: value for name, value in shares.items() if not low <= value <= high}


def check_coverage(count: int) -> None:
    found, true, uncertain = draws(count, False), true_values(), true_values("std_error")
    covered = {name: np.mean((rows[:, 1] <= true[name]) & (true[name] <= rows[:, 2])) for name, rows in found.items()}
    assert outside(covered, 0.95, count) == {}
    for name, rows in found.items():
        assert (rows[:, 1] < rows[:, 2]).all(), name
        error = np.hypot(rows[:, 0].std(ddof=1) / np.sqrt(count), uncertain[name])
        assert abs(rows[:, 0].mean() - true[name]) < 3 * error, name


def test_intervals_cover_the_truth():
    check_coverage(FEW)


@pytest.mark.slow
def test_intervals_cover_the_truth_over_many_clients():
    check_coverage(MANY)


@pytest.mark.slow
def test_a_nil_effect_is_rejected_as_often_as_promised():
    rejected = {name: np.mean(rows[:, 3] < 0.05) for name, rows in draws(MANY, True).items()}
    assert outside(rejected, 0.05, MANY) == {}


def test_the_effects_are_told_from_nothing():
    """At this size the slope shows in every client, the total effect on repurchase in most."""
    found = draws(FEW, False)
    assert (found["slope"][:, 1] > 0).all()
    assert np.mean(found["satisfaction_effect"][:, 1] > 0) > 0.6
