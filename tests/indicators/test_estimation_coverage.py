"""How often the intervals hold the truth, in small simulations; the bands allow for their Monte-Carlo error."""

import numpy as np
import pytest
from scipy import stats

from analysis.indicators.comparison import difference
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.league import equality_p_value, shrink
from analysis.indicators.resampling import growth_estimate
from analysis.indicators.revenue import total_estimate
from analysis.indicators.samples import Sample
from analysis.indicators.survival import Spells, survival_at
from analysis.results import Change, Estimate

DRAWS = 600
ERROR = 2 * (0.95 * 0.05 / DRAWS) ** 0.5
NPS = Measure(kind="nps", unit="nps", bounds=(-100.0, 100.0))
MONEY = Measure(kind="mean", unit="money")
SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


def holds(outcome: object, truth: float) -> bool:
    assert isinstance(outcome, Estimate)
    return outcome.low <= truth <= outcome.high


def latent(draw: np.random.Generator, accounts: int, size: int, correlation: float = 0.5) -> np.ndarray:
    """Normal values of `size` respondents in each account with the given intra-class correlation."""
    shared = draw.normal(size=(accounts, 1)) * correlation**0.5
    return (shared + draw.normal(size=(accounts, size)) * (1 - correlation) ** 0.5).ravel()


def nps_codes(values: np.ndarray) -> np.ndarray:
    return 100.0 * (values > 0.3) - 100.0 * (values < -0.8)


@pytest.fixture(scope="module")
def nps_truth() -> float:
    return float(nps_codes(np.random.default_rng(0).normal(size=2_000_000)).mean())


def test_clustered_nps_covers_and_independence_would_not(nps_truth):
    draw = np.random.default_rng(11)
    account = np.repeat(np.arange(100), 4)
    units = np.arange(400)
    clustered = naive = 0
    for _ in range(DRAWS):
        values = nps_codes(latent(draw, 100, 4))
        sample = Sample(values=values, weights=np.ones(400), clusters=account, units=units)
        clustered += holds(estimate(sample, NPS), nps_truth)
        naive += holds(estimate(Sample.of_units(values), NPS), nps_truth)
    assert clustered / DRAWS == pytest.approx(0.95, abs=0.02 + ERROR)
    assert naive / DRAWS < 0.90


def test_accounts_of_unequal_size_and_weights_cover():
    draw = np.random.default_rng(12)
    covered = 0
    for _ in range(DRAWS):
        sizes = draw.integers(1, 7, 60)
        account = np.repeat(np.arange(60), sizes)
        shared = draw.normal(size=60)
        values = 50 + 10 * (shared[account] + draw.normal(size=len(account)))
        sample = Sample(
            values=values,
            weights=draw.choice([0.5, 1.0, 2.0], 60)[account],
            clusters=account,
            units=np.arange(len(account)),
        )
        covered += holds(estimate(sample, MONEY), 50.0)
    assert covered / DRAWS == pytest.approx(0.95, abs=0.02 + ERROR)


@pytest.mark.parametrize(("truth", "n"), [(0.5, 60), (0.1, 80), (0.02, 60)])
def test_wilson_covers(truth, n):
    draw = np.random.default_rng(13)
    covered = sum(
        holds(estimate(Sample.of_units((draw.random(n) < truth).astype(float)), SHARE), truth) for _ in range(DRAWS)
    )
    assert covered / DRAWS >= 0.92 - ERROR


def test_clustered_wilson_covers():
    draw = np.random.default_rng(14)
    account = np.repeat(np.arange(50), 4)
    covered = 0
    for _ in range(DRAWS):
        values = (latent(draw, 50, 4) < -0.8416).astype(float)  # a share of .2
        sample = Sample(values=values, weights=np.ones(200), clusters=account, units=np.arange(200))
        covered += holds(estimate(sample, SHARE), 0.2)
    assert covered / DRAWS >= 0.92 - ERROR


def test_a_difference_with_half_a_panel_covers_and_keeps_its_level():
    draw = np.random.default_rng(15)
    people = np.r_[np.arange(80), np.arange(40, 120)]
    later = np.arange(160) >= 80
    covered = alarms = 0
    for _ in range(DRAWS):
        level = draw.normal(60, 12, 120)
        values = level[people] + draw.normal(0, 8, 160)
        sample = Sample(values=values, weights=np.ones(160), clusters=people, units=people)
        got = difference(sample.where(~later), sample.where(later), MONEY, labels=("a", "b"))
        assert isinstance(got, Change)
        covered += holds(got.difference, 0.0)
        alarms += got.verdict != "no_change"
    assert covered / DRAWS == pytest.approx(0.95, abs=0.02 + ERROR)
    assert alarms == DRAWS - covered


def test_kaplan_meier_with_late_entry_covers():
    draw = np.random.default_rng(16)
    covered = 0
    for _ in range(DRAWS):
        lifetime = draw.exponential(800, 300)
        entry = np.where(draw.random(300) < 0.5, 0.0, draw.uniform(0, 300, 300))
        exit_ = np.minimum(lifetime, entry + draw.uniform(100, 700, 300))
        seen = lifetime > entry
        spells = Spells(entry=entry[seen], exit=exit_[seen], ended=(exit_ == lifetime)[seen])
        point = survival_at(spells, [365.0])[0]
        covered += point.low <= np.exp(-365 / 800) <= point.high
    assert covered / DRAWS == pytest.approx(0.95, abs=0.02 + ERROR)


def skewed_years(draw: np.random.Generator, customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Two years of lognormal revenue (sigma 1.5): one in ten is lost, as many are new."""
    before = draw.lognormal(3, 1.5, customers)
    after = before * draw.lognormal(0, 0.5, customers) * (draw.random(customers) > 0.1)
    new = draw.random(customers) < 0.1
    return np.where(new, 0.0, before), np.where(new, draw.lognormal(3, 1.5, customers), after)


def test_growth_of_heavily_skewed_revenue_covers():
    """Percentiles of the same draws cover 92%, with 60 customers 89%."""
    draw = np.random.default_rng(17)
    truth = (0.81 * np.exp(0.125) + 0.1) / 0.9 - 1
    covered = 0
    for _ in range(DRAWS):
        before, after = skewed_years(draw, 60)
        covered += holds(growth_estimate(after, before, (0.0, 0.0), draws=200, rng=draw, min_n=10), truth)
    assert covered / DRAWS == pytest.approx(0.95, abs=0.02 + ERROR)


@pytest.mark.parametrize(("sigma", "customers"), [(1.5, 300), (1.0, 100), (1.0, 30)])
def test_sums_and_means_of_skewed_revenue_cover(sigma, customers):
    """The symmetric t interval covers 89%, 92% and 88%."""
    draw = np.random.default_rng(20)
    truth = float(np.exp(sigma**2 / 2))
    covered = 0
    for _ in range(DRAWS):
        spent = draw.lognormal(0, sigma, customers)
        mean = estimate(Sample.of_units(spent), MONEY)
        total = total_estimate(spent, min_n=10)
        assert total.low == pytest.approx(customers * mean.low)
        assert total.high == pytest.approx(customers * mean.high)
        covered += holds(mean, truth)
    assert covered / DRAWS >= 0.92 - ERROR


def test_means_of_few_small_counts_cover():
    """Contacts of twenty customers, many without any: the symmetric t interval covers 89%."""
    draw = np.random.default_rng(21)
    covered = 0
    for _ in range(DRAWS):
        got = estimate(Sample.of_units(draw.negative_binomial(0.5, 1 / 9, 20).astype(float)), MONEY)
        assert got.low >= 0
        covered += holds(got, 4.0)
    assert covered / DRAWS >= 0.92 - ERROR


@pytest.mark.parametrize("spread", [2.0, 6.0, 15.0])
def test_shrunken_partners_cover_on_average_over_partners(spread):
    """With one estimate of the spread between partners plugged in, 86 to 93% would be covered."""
    draw = np.random.default_rng(18)
    covered, drawn = 0, 200
    for _ in range(drawn):
        size = draw.integers(5, 20, 12)
        truth = 50 + spread * draw.normal(size=12)
        posterior = shrink(truth + 20 * draw.normal(size=12) / np.sqrt(size), 400.0 / size)
        covered += int((abs(posterior.mean - truth) <= 1.96 * posterior.spread).sum())
    share = covered / (12 * drawn)
    assert 0.92 <= share <= 0.995


def test_partners_that_are_all_alike_are_told_apart_as_seldom_as_promised():
    draw = np.random.default_rng(19)
    size = np.array([5, 6, 8, 10, 12, 15, 20, 25])
    alarms = 0
    for _ in range(DRAWS):
        pooled = 400.0 * stats.chi2.rvs(93, random_state=draw) / 93
        values = 50 + 20 * draw.normal(size=8) / np.sqrt(size)
        alarms += equality_p_value(values, pooled / size, 93) < 0.05
    assert alarms / DRAWS == pytest.approx(0.05, abs=0.02 + ERROR)
