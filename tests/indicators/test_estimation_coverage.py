"""How often the intervals hold the truth, in small simulations; the bands allow for their Monte-Carlo error."""

import numpy as np
import pytest
from scipy import stats

from analysis.indicators.estimation import Measure, difference, estimate
from analysis.indicators.league import equality_p_value, shrink
from analysis.indicators.resampling import percentile_estimate, resample_counts
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


def test_bootstrapped_growth_covers():
    draw = np.random.default_rng(17)
    covered = 0
    for _ in range(300):
        before = draw.lognormal(3, 0.8, 150)
        after = before * draw.lognormal(0, 0.5, 150)
        sums = np.vstack([counts @ np.column_stack([after, before]) for counts in resample_counts(150, 200, draw)])
        got = percentile_estimate(after.sum() / before.sum() - 1, sums[:, 0] / sums[:, 1] - 1, n=150, unit="proportion")
        covered += holds(got, np.exp(0.125) - 1)
    assert covered / 300 >= 0.92 - 2 * ERROR


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
