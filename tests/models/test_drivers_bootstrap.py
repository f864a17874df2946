"""The draws behind the shares: refits, leaving accounts out, ranks, intervals."""

import numpy as np
import pytest

from analysis.models.drivers.data import Driver
from analysis.models.drivers.decomposition import (
    Decomposition,
    decompose_linear,
    decompose_ordered,
    pose_ordered,
    resampled_counts,
)
from analysis.models.drivers.importance_performance import confidence_region
from analysis.models.drivers.likelihood import fit_subsets, prepare, refit
from analysis.models.drivers.shares import (
    chance_share,
    estimate_r_squared,
    estimate_shares,
    outranks_of,
    rank_limits,
    share_draws,
)
from analysis.models.ordered import fit_ordered
from analysis.results import Estimate, NotEstimable

ACCOUNTS = 120


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(1)
    account = rng.integers(0, ACCOUNTS, 500)
    account[:ACCOUNTS] = np.arange(ACCOUNTS)
    drivers = rng.normal(size=(ACCOUNTS, 4))[account] + rng.normal(size=(500, 1)) / 2 + rng.normal(size=(500, 4)) / 2
    latent = drivers @ [0.6, 0.4, 0.2, 0.0] + rng.normal(size=ACCOUNTS)[account] / 2 + rng.logistic(size=500) / 2
    category = np.searchsorted(np.quantile(latent, [0.03, 0.1, 0.3, 0.6, 0.85]), latent)
    return account, drivers, latent, category, rng.uniform(0.5, 2, 500)


@pytest.fixture(scope="module")
def drawn(sample):
    account, drivers, _, category, weights = sample
    rng = np.random.default_rng(2)
    counts = resampled_counts(ACCOUNTS, 150, rng)
    problem = pose_ordered(category, drivers, account, rng, weights=weights)
    return problem, counts, decompose_ordered(problem, counts, rng)


def test_subset_fits_reach_the_maxima_of_single_fits(sample):
    account, drivers, _, category, weights = sample
    active = np.array([[True, False, True, False], [True, True, True, True]])
    fits = fit_subsets(prepare(category, drivers, weights, account), active, np.ones((1, ACCOUNTS)))
    assert fits.converged
    scale = weights.sum() / len(weights)  # a single fit scales its weights to mean 1
    for row, chosen in enumerate(active):
        single = fit_ordered(category, drivers[:, chosen], weights=weights)
        assert fits.reached[row] == pytest.approx(scale * single.log_likelihood, rel=1e-11)
    assert fits.drawn[0] == pytest.approx(fits.reached)  # the draw that takes everybody once


def test_one_newton_step_agrees_with_full_refits(drawn):
    """Shares of 40 draws, fitted in full, differ by a third of a standard error at most, typically by a twentieth."""
    problem, counts, parts = drawn
    fast = share_draws(parts)
    fitted = np.concatenate([problem.refitted(row) for row in counts[:40]])
    fitted /= fitted.sum(axis=1, keepdims=True)
    differences = np.abs(fast[:40] - fitted) / fast.std(axis=0)
    assert differences.max() < 0.33
    assert np.median(differences) < 0.05
    assert fast[:40].std(axis=0) == pytest.approx(fitted.std(axis=0), rel=0.05)
    assert fast[:40].mean(axis=0) == pytest.approx(fitted.mean(axis=0), abs=0.003)


def test_leaving_an_account_out_agrees_with_a_refit(drawn):
    problem, _, parts = drawn
    for unit in (0, 57):
        counts = np.ones(ACCOUNTS)
        counts[unit] = 0
        reached = refit(problem.answers, problem.active, counts)
        assert parts.without_each[unit] == pytest.approx(1 - reached[-1] / reached[0], abs=2e-4)


def test_linear_draws_are_those_of_repeated_rows(sample):
    account, drivers, outcome, _, weights = sample
    rng = np.random.default_rng(3)
    counts = resampled_counts(ACCOUNTS, 3, rng)
    found = decompose_linear(outcome, drivers, counts, account, rng, weights=weights)
    for row, taken in enumerate(counts):
        repeated = np.repeat(np.arange(500), taken[account].astype(int))
        again = decompose_linear(
            outcome[repeated], drivers[repeated], np.ones((1, ACCOUNTS)), account[repeated], rng,
            weights=weights[repeated],
        )  # fmt: skip
        assert found.draws[row] == pytest.approx(again.contributions, abs=1e-12)
    kept = account != 7
    without = decompose_linear(outcome[kept], drivers[kept], np.ones((1, ACCOUNTS)), account[kept], rng,
                               weights=weights[kept])  # fmt: skip
    assert found.without_each[7] == pytest.approx(without.r_squared, abs=1e-12)


def decomposition(shares, spread, seed=0):
    rng = np.random.default_rng(seed)
    draws = np.array(shares) * np.exp(spread * rng.normal(size=(2000, len(shares))))
    return Decomposition(
        contributions=np.array(shares), draws=draws, without_each=draws[:50].sum(axis=1) / 2
    )  # fmt: skip


def test_shares_have_intervals_inside_zero_and_one_and_add_up():
    parts = decomposition([0.3, 0.1, 0.0005], 0.2)
    drivers = [Driver(key=key, label=key) for key in "abc"]
    found = estimate_shares(drivers, parts, n=300, accounts=100, relative=None, opposite=[False] * 3)
    assert sum(row.share.value for row in found) == pytest.approx(1)
    for row in found:
        assert 0 < row.share.low < row.share.value < row.share.high < 1
        assert (row.share.method, row.share.unit, row.share.clusters) == ("bootstrap-se-t", "proportion", 100)
    assert [row.rank for row in found] == [1, 2, 3]
    assert [(row.rank_low, row.rank_high) for row in found] == [(1, 1), (2, 2), (3, 3)]


def test_places_that_cannot_be_told_apart_overlap():
    parts = decomposition([0.2, 0.2, 0.01], 0.2)
    low, high = rank_limits(parts.contributions / 0.41, share_draws(parts), 100)
    assert (low.tolist(), high.tolist()) == ([1, 1, 3], [2, 2, 3])
    table = outranks_of(parts)
    assert table[0][1] == pytest.approx(0.5, abs=0.05)
    assert table[0][1] + table[1][0] == pytest.approx(1)
    assert table[0][2] == 1


def test_the_share_that_chance_gives_is_found():
    """200 accounts, outcome unrelated to 5 drivers but for one: R squared exceeds the truth by 5 / 199 or so."""
    rng = np.random.default_rng(5)
    drivers = rng.normal(size=(200, 5))
    outcome = drivers[:, 0] + rng.normal(size=200)
    found = decompose_linear(outcome, drivers, resampled_counts(200, 2000, rng), np.arange(200), rng)
    assert chance_share(found) * found.r_squared == pytest.approx(0.5 / 199, rel=0.4)


def test_r_squared_is_adjusted_for_chance_and_has_an_interval():
    """Five drivers, one of them true: the adjusted R squared of least squares, 1 - (1 - R2)(n - 1) / (n - 6), is met."""
    rng = np.random.default_rng(7)
    drivers = rng.normal(size=(120, 5))
    outcome = drivers[:, 0] + rng.normal(size=120)
    parts = decompose_linear(outcome, drivers, np.ones((2, 120)), np.arange(120), rng)
    found = estimate_r_squared(parts, n=120, accounts=120)
    assert isinstance(found, Estimate)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(1 - (1 - parts.r_squared) * 119 / 114, abs=0.01)
    assert found.value < parts.r_squared


def test_r_squared_without_any_sign_of_uncertainty_has_a_reason():
    parts = decomposition([0.3, 0.1], 0.2)
    still = Decomposition(contributions=parts.contributions, draws=parts.draws, without_each=np.full(50, 0.4))
    assert isinstance(estimate_r_squared(still, n=100, accounts=50), NotEstimable)


def test_the_region_holds_the_centre_and_stays_between_zero_and_one():
    rng = np.random.default_rng(6)
    draws = np.column_stack([rng.normal(size=500), 2 * rng.normal(size=500)])
    region = np.array(confidence_region((0.03, 70.0), draws, 1.0, 100))
    assert ((region[:, 1] > 0) & (region[:, 1] < 1)).all()
    assert region[:, 0].mean() == pytest.approx(70, abs=0.1)
    # half-width of a 95% region of two normals: the root of twice F(2, 98), about 2.49 errors
    assert (region[:, 0].max() - region[:, 0].min()) / 2 == pytest.approx(2.49 * 2, rel=0.08)
