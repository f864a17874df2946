"""Control charts: limits by hand, the two rules, and no chart where there is too little."""

import pytest

from analysis.messages import N_
from analysis.monitoring.control_chart import FACTOR, control_chart


def chart(*values, **options):
    series = [(f"p{place}", float(value)) for place, value in enumerate(values)]
    return control_chart("nps", N_("x"), "nps", series, **options)


STEADY = (10, 12, 10, 12, 10, 12, 10, 12)


def test_limits_are_2_66_mean_moving_ranges_from_the_mean_of_the_periods_before():
    found = chart(*STEADY, 11)
    assert found.centre == 11
    assert (found.low, found.high) == (pytest.approx(11 - 2.66 * 2), pytest.approx(11 + 2.66 * 2))
    assert found.signal == "none"
    assert pytest.approx(3 / 1.128, abs=0.001) == FACTOR


@pytest.mark.parametrize(("latest", "signal"), [(16.4, "above"), (16.3, "none"), (5.6, "below")])
def test_the_first_rule(latest, signal):
    assert chart(*STEADY, latest).signal == signal


def test_the_second_rule_is_a_run_of_eight_on_one_side():
    assert chart(0, 0, 0, *(3, 2) * 4).signal == "run_above"
    assert chart(9, 9, 9, *(3, 2) * 4).signal == "run_below"
    assert chart(0, 0, 0, 3, 2, 3, -9, 3, 2, 3, 2).signal == "none"


def test_bounds_are_limits_that_can_be_reached():
    assert chart(*STEADY, 11, bounds=(6.0, 15.0)).low == 6.0
    assert chart(*STEADY, 11, bounds=(6.0, 15.0)).high == 15.0


def test_too_few_periods_or_none_that_moves_make_no_chart():
    assert chart(*STEADY[1:], 11) is None
    assert chart(*[5] * 12) is None
    assert chart() is None
