"""Kaplan-Meier by hand and against statsmodels, and the influence that changes are tested with."""

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from analysis.indicators.survival import (
    Spells,
    from_zero,
    influence_at,
    median_time,
    survival_at,
    within_its_day,
)


def spells(exit_, ended, entry=None) -> Spells:
    exit_ = np.asarray(exit_, dtype=float)
    return Spells(
        entry=np.zeros(len(exit_)) if entry is None else np.asarray(entry, dtype=float),
        exit=exit_,
        ended=np.asarray(ended, dtype=bool),
    )


def test_six_spells_by_hand():
    # at risk 6, 4, 1 at the ends 1, 3, 5: 5/6, then 3/4 of it, then 0
    curve = survival_at(spells([1, 2, 3, 4, 4, 5], [1, 0, 1, 0, 0, 1]), [0.5, 1, 3, 4.5, 5])
    assert [point.share for point in curve] == pytest.approx([1, 5 / 6, 5 / 8, 5 / 8, 0])
    greenwood = 1 / (6 * 5) + 1 / (4 * 3)
    assert curve[2].std_error == pytest.approx(5 / 8 * math.sqrt(greenwood))
    half = 1.959964 * math.sqrt(greenwood) / abs(math.log(5 / 8))
    assert curve[2].low == pytest.approx((5 / 8) ** math.exp(half), rel=1e-6)
    assert curve[2].high == pytest.approx((5 / 8) ** math.exp(-half), rel=1e-6)


def test_late_entry_by_hand():
    # the third enters at 2, so at the end at 1 only two are at risk: 1/2; at 3 two are: 1/2 of it
    curve = survival_at(spells([1, 3, 4], [1, 1, 0], entry=[0, 0, 2]), [1, 3])
    assert [point.share for point in curve] == pytest.approx([1 / 2, 1 / 4])
    assert [point.fewest_at_risk for point in curve] == [2, 2]


def test_late_entry_as_statsmodels():
    draw = np.random.default_rng(2)
    entry = draw.uniform(0, 2, 80)
    exit_ = entry + draw.exponential(3, 80)
    ended = draw.random(80) < 0.6
    reference = SurvfuncRight(exit_, ended.astype(int), entry=entry)
    times = [float(time) for time in reference.surv_times]
    got = survival_at(spells(exit_, ended, entry), times)
    assert [point.share for point in got] == pytest.approx(list(reference.surv_prob))
    inner = reference.surv_prob > 0
    errors = np.array([point.std_error for point in got])
    assert errors[inner] == pytest.approx(reference.surv_prob_se[inner])


def test_nothing_ended_yet_has_a_width():
    point = survival_at(spells([10.0] * 30, [0] * 30), [5.0])[0]
    assert (point.share, point.high) == (1.0, 1.0)
    assert 0.85 < point.low < 0.95


def test_influence_is_the_change_by_leaving_one_out():
    draw = np.random.default_rng(4)
    exit_, ended = draw.exponential(3, 200), draw.random(200) < 0.7
    whole = spells(exit_, ended)
    share = survival_at(whole, [2.0])[0].share
    influence = influence_at(whole, 2.0)
    assert influence.sum() == pytest.approx(0, abs=1e-9)
    for one in (0, 50, 120):
        left = np.arange(200) != one
        without = survival_at(whole.where(left), [2.0])[0].share
        assert share - without == pytest.approx(influence[one], abs=2e-4)


def test_clusters_of_identical_twins_widen_the_interval():
    draw = np.random.default_rng(5)
    exit_, ended = draw.exponential(3, 60), draw.random(60) < 0.7
    twins = spells(np.repeat(exit_, 2), np.repeat(ended, 2))
    together = survival_at(twins, [2.0], np.repeat(np.arange(60), 2))[0]
    apart = survival_at(twins, [2.0], np.arange(120))[0]
    assert together.std_error == pytest.approx(math.sqrt(2) * apart.std_error, rel=0.02)


def test_median():
    assert median_time(spells([1, 2, 3, 4], [1, 1, 1, 1]))[0] == 2.0
    assert median_time(spells([1, 2, 3, 4], [1, 0, 0, 0])) is None


@pytest.mark.parametrize(
    ("counted", "limits", "printed"),
    [
        ((3.0, 2.0, 5.0), (2.0, 5.0), (2.0, 1.0, 4.0)),
        ((3.0, 3.0, 3.0), (2.0, 3.0), (2.0, 1.0, 2.0)),
        ((1.0, 1.0, 1.0), (0.0, 1.0), (0.0, 0.0, 1.0)),  # on the day itself: within one day
        ((0.5, 0.5, 0.5), (0.0, 0.5), None),
    ],
)
def test_a_median_of_whole_days_lies_within_a_day_and_never_at_a_point(counted, limits, printed):
    assert within_its_day(*counted) == limits
    if printed is not None:
        assert from_zero(counted[0], *limits) == printed


def test_unwatched_spells_are_refused():
    with pytest.raises(ValueError, match="watched"):
        spells([1.0, 2.0], [0, 1], entry=[1.0, 0.0])


def test_one_by_one_the_influence_gives_greenwood_s_variance_where_many_end_on_the_same_day():
    days = np.repeat([1.0, 2.0, 3.0, 9.0], [60, 45, 30, 65])
    watched = spells(days, days < 9)
    influence = influence_at(watched, 4.0)
    (point,) = survival_at(watched, [4.0])
    assert influence.sum() == pytest.approx(0.0, abs=1e-12)
    assert influence @ influence == pytest.approx(point.std_error**2, rel=1e-9)
    assert point.std_error == pytest.approx(math.sqrt(0.325 * 0.675 / 200), rel=1e-9)  # none censored: a share


def test_clusters_of_one_spell_are_as_wide_as_no_clusters_however_many_end_on_a_day():
    days = np.repeat([1.0, 2.0, 3.0, 9.0], [60, 45, 30, 65])
    watched = spells(days, days < 9)
    (alone,), (clustered,) = survival_at(watched, [4.0]), survival_at(watched, [4.0], np.arange(200))
    assert clustered.std_error == pytest.approx(alone.std_error, rel=0.01)


def test_the_influence_is_what_one_spell_more_does_to_the_share():
    rng = np.random.default_rng(3)
    days, ended = rng.integers(1, 7, 120).astype(float), rng.random(120) < 0.7

    def share(weights):
        left = 1.0
        for day in range(1, 5):
            left *= 1 - weights[ended & (days == day)].sum() / weights[days >= day].sum()
        return left

    moved = [(share(1 + 1e-5 * unit) - share(1 - 1e-5 * unit)) / 2e-5 for unit in np.eye(120)]
    np.testing.assert_allclose(influence_at(spells(days, ended), 4.0), moved, atol=1e-9)


def test_where_nobody_is_left_no_spell_has_an_influence():
    assert influence_at(spells(np.repeat([1.0, 2.0], 15), np.ones(30)), 2.0).tolist() == [0.0] * 30
