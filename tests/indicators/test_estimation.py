"""Estimates against textbook formulas worked by hand, and against statsmodels' own."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.indicators.comparison import difference
from analysis.indicators.estimation import Measure, estimate, wilson_limits
from analysis.indicators.samples import Sample
from analysis.results import Change, Estimate, NotEstimable

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
NPS = Measure(kind="nps", unit="nps", bounds=(-100.0, 100.0))
INDEX = Measure(kind="mean", unit="index", bounds=(0.0, 100.0))
MONEY = Measure(kind="mean", unit="money")


def estimated(sample: Sample, measure: Measure, **options) -> Estimate:
    outcome = estimate(sample, measure, **options)
    assert isinstance(outcome, Estimate)
    return outcome


def clustered(values, clusters, weights=None) -> Sample:
    values = np.asarray(values, dtype=float)
    return Sample(
        values=values,
        weights=np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float),
        clusters=np.asarray(clusters, dtype=np.int64),
        units=np.arange(len(values), dtype=np.int64),
    )


@pytest.mark.parametrize(("successes", "n"), [(30, 100), (0, 40), (40, 40), (1, 12)])
def test_a_simple_proportion_is_wilsons(successes, n):
    got = estimated(Sample.of_units(np.r_[np.ones(successes), np.zeros(n - successes)]), SHARE)
    low, high = proportion_confint(successes, n, method="wilson")
    assert (got.value, got.n, got.method) == (successes / n, n, "wilson")
    assert got.low == pytest.approx(low, abs=1e-12)
    assert got.high == pytest.approx(high, abs=1e-12)


def test_wilson_at_one_half_of_four():
    # z = 2: centre (0.5 + 4/8)/(1 + 1) = 0.5; half 2/2 * sqrt(.25/4 + 4/64) = sqrt(0.125)
    low, high = wilson_limits(0.5, 4, 2.0)
    assert low == pytest.approx(0.5 - math.sqrt(0.125))
    assert high == pytest.approx(0.5 + math.sqrt(0.125))


def test_a_simple_mean_is_the_t_interval():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    got = estimated(Sample.of_units(values), INDEX)
    half = stats.t.ppf(0.975, 9) * math.sqrt(values.var(ddof=1) / 10)
    assert (got.value, got.method, got.clusters) == (5.5, "t", None)
    assert got.high - got.value == pytest.approx(half)


def test_a_simple_nps_has_the_textbook_variance():
    # 50 promoters, 30 passives, 20 detractors: p + d - (p - d)^2 = 0.7 - 0.09 = 0.61
    got = estimated(Sample.of_units(np.repeat([100.0, 0.0, -100.0], [50, 30, 20])), NPS)
    assert got.value == pytest.approx(30.0)
    assert got.std_error == pytest.approx(100 * math.sqrt(0.61 / 100))
    assert got.high - 30 == pytest.approx(stats.t.ppf(0.975, 99) * 100 * math.sqrt(0.0061))
    assert got.method == "nps"


def test_a_clustered_mean_by_hand():
    # accounts: (1, 3), (4), (8, 10): mean 5.2, sums of deviations -6.4, -1.2, 7.6; variance 3/2 * sum(U^2) / 25
    measure = Measure(kind="mean", unit="score", bounds=(-100.0, 100.0))
    got = estimated(clustered([1, 3, 4, 8, 10], [0, 0, 1, 2, 2]), measure, min_clusters=3)
    variance = 1.5 * (6.4**2 + 1.2**2 + 7.6**2) / 25
    assert got.std_error == pytest.approx(math.sqrt(variance))
    assert got.high - got.value == pytest.approx(stats.t.ppf(0.975, 2) * math.sqrt(variance))
    assert (got.n, got.clusters, got.method) == (5, 3, "cluster-t")


def test_an_unbounded_mean_is_halls_transformed_t():
    # U = (-3, -2, -1, 6) / 4: sum of squares 50/16, of cubes 180/64, so a = 2.8125 / 3.125^1.5
    got = estimated(Sample.of_units(np.array([10.0, 11.0, 12.0, 19.0])), MONEY, min_clusters=4)
    error, skewness, quantile = math.sqrt(50 / 12), 2.8125 / 3.125**1.5, stats.t.ppf(0.975, 3)
    assert (got.value, got.method) == (13.0, "hall-t")
    assert got.std_error == pytest.approx(math.sqrt(50 / 16 * 4 / 3)) == pytest.approx(error)
    for limit, expected in ((got.low, quantile), (got.high, -quantile)):
        t = (13.0 - limit) / error
        assert t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6 == pytest.approx(expected)
    assert got.high - 13.0 > 13.0 - got.low  # the long tail is above


def test_values_without_skewness_have_the_t_interval_and_none_below_zero_has_no_limit_there():
    even = estimated(Sample.of_units(np.arange(10.0)), MONEY)
    assert even.high - 4.5 == pytest.approx(stats.t.ppf(0.975, 9) * math.sqrt(np.arange(10.0).var(ddof=1) / 10))
    assert estimated(Sample.of_units(np.r_[np.zeros(9), 1.0, 1.0]), MONEY).low >= 0
    assert estimated(Sample.of_units(np.r_[np.zeros(9), 1.0, -1.0]), MONEY).low < 0


def test_a_clustered_proportion_is_wilson_at_the_effective_n():
    sample = clustered([1, 1, 0, 1, 0, 0], [0, 0, 1, 1, 2, 2])
    # U: (1, 1)-> +1/6, (0, 1) -> 0, (0, 0) -> -1/6; variance 3/2 * 2/36 = 1/12; effective n = 0.25 / (1/12) = 3
    got = estimated(sample, SHARE, min_clusters=3)
    low, high = wilson_limits(0.5, 3.0, stats.t.ppf(0.975, 2))
    assert (got.low, got.high) == (pytest.approx(low), pytest.approx(high))
    assert got.method == "wilson-cluster"


def test_accounts_that_all_agree_count_once():
    pairs = np.repeat(np.r_[np.ones(6), np.zeros(6)], 2)
    got = estimated(clustered(pairs, np.repeat(np.arange(12), 2)), SHARE)
    low, high = proportion_confint(6, 12, method="wilson")
    assert (got.low, got.high) == (pytest.approx(low), pytest.approx(high))
    all_yes = estimated(clustered(np.ones(24), np.repeat(np.arange(12), 2)), SHARE)
    assert all_yes.low == pytest.approx(proportion_confint(12, 12, method="wilson")[0])


@pytest.mark.parametrize("measure", [SHARE, NPS, INDEX])
def test_equal_answers_still_have_a_width(measure):
    got = estimated(Sample.of_units(np.full(20, measure.bounds[1])), measure)
    assert got.low < got.value == got.high
    # the unseen share is at most Wilson's upper limit of 0 in 20, and lies at the other end of the scale at worst
    unseen = proportion_confint(0, 20, method="wilson")[1]
    assert got.low == pytest.approx(got.value - unseen * (measure.bounds[1] - measure.bounds[0]))


def test_equal_amounts_without_bounds_are_not_estimable():
    got = estimate(Sample.of_units(np.full(20, 7.0)), MONEY)
    assert isinstance(got, NotEstimable)
    assert got.n == 20


def test_accounts_that_balance_fall_back_to_independent_units():
    got = estimated(clustered([0.0, 100.0] * 12, np.repeat(np.arange(12), 2)), INDEX)
    assert got.high - got.low > 20


@pytest.mark.parametrize(("n", "clusters", "min_n"), [(0, 0, 1), (9, 9, 1), (30, 9, 1), (15, 15, 20)])
def test_too_little_is_not_estimable(n, clusters, min_n):
    sample = clustered(np.arange(n) % 5, np.arange(n) % max(clusters, 1))
    got = estimate(sample, INDEX, min_n=min_n)
    assert isinstance(got, NotEstimable)
    assert got.n == n


def test_rows_split_into_halves_change_nothing():
    draw = np.random.default_rng(5)
    values, clusters = draw.integers(0, 101, 60).astype(float), draw.integers(0, 20, 60)
    weights = draw.uniform(0.5, 2, 60)
    whole = clustered(values, clusters, weights)
    halves = Sample(
        values=np.tile(values, 2),
        weights=np.tile(weights / 2, 2),
        clusters=np.tile(whole.clusters, 2),
        units=np.tile(whole.units, 2),
    )
    for measure in (INDEX, NPS):
        a, b = estimated(whole, measure), estimated(halves, measure)
        assert (b.value, b.std_error, b.low) == (
            pytest.approx(a.value),
            pytest.approx(a.std_error),
            pytest.approx(a.low),
        )
        assert (a.n, a.clusters) == (b.n, b.clusters)


def test_order_and_names_do_not_matter_and_weights_do():
    draw = np.random.default_rng(6)
    values, clusters = draw.normal(50, 10, 80), draw.integers(0, 25, 80)
    sample = clustered(values, clusters)
    order = draw.permutation(80)
    renamed = clustered(values[order], (1000 - 7 * clusters)[order])
    a, b = estimated(sample, INDEX), estimated(renamed, INDEX)
    assert (a.value, a.low, a.high) == (pytest.approx(b.value), pytest.approx(b.low), pytest.approx(b.high))
    weighted = estimated(clustered(values, clusters, np.where(values > 50, 3.0, 1.0)), INDEX)
    assert weighted.value > a.value + 1


def test_a_scale_in_cents_is_a_hundredfold():
    draw = np.random.default_rng(7)
    values = draw.lognormal(3, 1, 50)
    euro, cents = estimated(Sample.of_units(values), MONEY), estimated(Sample.of_units(100 * values), MONEY)
    assert cents.low == pytest.approx(100 * euro.low)
    assert cents.high == pytest.approx(100 * euro.high)


def test_a_dominating_account_widens_the_interval():
    values, weights = np.arange(20.0), np.r_[50.0, np.ones(19)]
    plain = clustered(values, np.arange(20), weights)
    effective = Sample(
        values=values, weights=weights, clusters=plain.clusters, units=plain.units, effective_degrees=True
    )
    width = [one.high - one.low for one in (estimated(plain, MONEY), estimated(effective, MONEY))]
    assert width[1] > 1.5 * width[0]


def compared(sample: Sample, later: np.ndarray, measure: Measure) -> Change:
    change = difference(sample.where(~later), sample.where(later), measure, labels=("a", "b"))
    assert isinstance(change, Change)
    return change


def test_a_full_panel_is_the_paired_t_test():
    draw = np.random.default_rng(8)
    first = draw.normal(60, 15, 30)
    second = first + draw.normal(2, 5, 30)
    people = np.tile(np.arange(30), 2)
    sample = Sample(values=np.r_[first, second], weights=np.ones(60), clusters=people, units=people)
    got = compared(sample, np.arange(60) >= 30, MONEY)
    reference = stats.ttest_rel(second, first)
    assert got.difference.value == pytest.approx((second - first).mean())
    assert got.difference.p_value == pytest.approx(reference.pvalue)
    assert got.difference.low == pytest.approx(reference.confidence_interval().low)
    assert got.overlap == 30


def test_without_overlap_the_variances_add():
    a, b = np.arange(1.0, 21.0), np.arange(5.0, 35.0)
    got = compared(Sample.of_units(np.r_[a, b]), np.arange(50) >= 20, MONEY)
    assert got.difference.std_error == pytest.approx(math.sqrt(a.var(ddof=1) / 20 + b.var(ddof=1) / 30))
    assert got.overlap == 0


def test_proportions_differ_in_percentage_points():
    sample = Sample.of_units(np.r_[np.ones(30), np.zeros(70), np.ones(60), np.zeros(40)])
    got = compared(sample, np.arange(200) >= 100, SHARE)
    assert got.difference.unit == "percentage_points"
    assert got.difference.value == pytest.approx(30)
    error = 100 * math.sqrt((0.21 + 0.24) / 99)
    assert got.difference.std_error == pytest.approx(error)
    # 80% power at the two-sided 5% level: (t(.975) + t(.8)) * standard error, with Welch's degrees of freedom
    degrees = 99 * (0.21 + 0.24) ** 2 / (0.21**2 + 0.24**2)
    assert got.smallest_detectable == pytest.approx((stats.t.ppf(0.975, degrees) + stats.t.ppf(0.8, degrees)) * error)

    assert got.verdict == "rose"


def test_noise_is_no_change():
    draw = np.random.default_rng(9)
    got = compared(Sample.of_units(draw.normal(50, 20, 100)), np.arange(100) >= 50, INDEX)
    assert got.verdict == "no_change"
    assert got.difference.low < 0 < got.difference.high


def test_from_all_yes_to_all_yes_is_uncertain_too():
    got = compared(Sample.of_units(np.ones(60)), np.arange(60) >= 30, SHARE)
    assert got.verdict == "no_change"
    assert got.difference.high > 5


def test_everybody_moving_alike_is_not_estimable():
    people = np.tile(np.arange(20), 2)
    values = np.r_[np.arange(20.0), np.arange(20.0) + 3]
    sample = Sample(values=values, weights=np.ones(40), clusters=people, units=people)
    got = difference(
        sample.where(people[:40] * 0 + np.arange(40) < 20), sample.where(np.arange(40) >= 20), MONEY, labels=("a", "b")
    )
    assert isinstance(got, NotEstimable)


def test_a_large_sample_against_a_small_one_is_welchs_test():
    draw = np.random.default_rng(5)
    values = np.r_[draw.normal(50, 5, 200), draw.normal(52, 9, 12)]
    got = compared(Sample.of_units(values), np.arange(212) >= 200, INDEX)
    assert got.difference.p_value == pytest.approx(stats.ttest_ind(values[:200], values[200:], equal_var=False).pvalue)
