"""How far a target was reached: the confidence distribution, the ratio, and targets that cannot be reached at all."""

import math

import pytest
from scipy import stats

from analysis.indicators.attainment import confidence_below, hold, is_possible, judge
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.results import Estimate


def given(value, low, high, unit="index", level=0.95):
    return Estimate(value=value, low=low, high=high, n=50, method="t", unit=unit, level=level)


def test_the_limits_are_the_quantiles_that_they_promise_to_be():
    skewed = given(50, 40, 75)
    assert confidence_below(skewed, 40) == pytest.approx(0.025)
    assert confidence_below(skewed, 75) == pytest.approx(0.975)
    assert confidence_below(skewed, 50) == 0.5
    assert confidence_below(given(50, 40, 75, level=0.9), 75) == pytest.approx(0.95)


def test_each_side_has_its_own_scale():
    skewed = given(50, 40, 75)
    assert confidence_below(skewed, 45) == pytest.approx(stats.norm.cdf(-1.959964 * 0.5), abs=1e-6)
    assert confidence_below(skewed, 62.5) == pytest.approx(stats.norm.cdf(1.959964 * 0.5), abs=1e-6)


def test_for_a_normal_mean_it_is_the_p_value_of_the_one_sided_test():
    mean, error = 3.0, 2.0
    margin = stats.norm.ppf(0.975) * error
    assert confidence_below(given(mean, mean - margin, mean + margin), 0.0) == pytest.approx(stats.norm.cdf(-1.5))


def test_nothing_lies_beyond_an_end_at_which_the_estimate_stands():
    everybody = given(1.0, 0.9, 1.0, unit="proportion")
    assert confidence_below(everybody, 1.2) == 1.0
    assert confidence_below(given(0.0, 0.0, 0.1, unit="proportion"), -0.1) == 0.0


@pytest.mark.parametrize(
    ("target", "higher", "verdict"),
    [(40, True, "met"), (75, True, "missed"), (60, True, "open"), (40, False, "missed")],
)
def test_probability_and_verdict_never_disagree(target, higher, verdict):
    held = hold(given(50, 40, 75), target, "2025", higher_is_better=higher)
    assert held.verdict == verdict == judge(given(50, 40, 75), target, higher_is_better=higher)
    assert (held.probability >= 0.975 - 1e-9) == (verdict == "met")
    assert (held.probability <= 0.025 + 1e-9) == (verdict == "missed")


def test_attainment_is_the_estimate_over_its_target_with_its_limits():
    held = hold(given(60, 54, 66), 75, "2025", higher_is_better=True)
    assert (held.attainment, held.attainment_low, held.attainment_high) == pytest.approx((0.8, 0.72, 0.88))


def test_where_less_is_better_it_is_the_other_way_round():
    held = hold(given(0.25, 0.2, 0.5, unit="proportion"), 0.2, "2025", higher_is_better=False)
    assert (held.attainment, held.attainment_low, held.attainment_high) == pytest.approx((0.8, 0.4, 1.0))
    assert held.probability == pytest.approx(0.025)


@pytest.mark.parametrize(("value", "target"), [(-10, 20), (10, 0), (10, -5)])
def test_a_ratio_that_says_nothing_is_not_given(value, target):
    held = hold(given(value, value - 5, value + 5, unit="nps"), target, "2025", higher_is_better=True)
    assert held.attainment is None
    assert held.probability is not None


def test_a_percent_where_a_share_is_meant_is_out_of_bounds():
    assert not is_possible(75.0, (0.0, 1.0))
    assert is_possible(0.75, (0.0, 1.0))
    assert is_possible(1e9, None)


def test_the_probability_holds_over_many_samples():
    """With the target at the truth, the probability that it was met is above 90% in 10% of samples."""
    import numpy as np

    draw = np.random.default_rng(7)
    measure = Measure(kind="mean", unit="index")
    above = 0
    for _ in range(600):
        found = estimate(Sample.of_units(draw.normal(50, 10, 60)), measure)
        above += hold(found, 50.0, "2025", higher_is_better=True).probability > 0.9
    assert above / 600 == pytest.approx(0.1, abs=3 * math.sqrt(0.09 / 600))
