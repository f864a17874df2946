"""The relationship scale: anchors, means, levels, and no score where a dimension is missing."""

import dataclasses

import numpy as np
import pytest

from analysis.messages import N_
from analysis.params.model import ClientParams, ScaleWeights
from analysis.results import Contributions, Estimate, IndicatorResult, NotEstimable
from analysis.scale import correlations, score_relationship

ABSENT = NotEstimable(reason=N_("There is nothing to see."))


def indicator(key, dimension, unit, value, low, high, **fields):
    overall = Estimate(value=value, low=low, high=high, n=50, method="t", unit=unit)
    return IndicatorResult(
        key=key, name=N_(key), definition=N_(key), dimension=dimension, unit=unit, unit_of_analysis="customer",
        overall=overall, **fields,
    )  # fmt: skip


FULL = (
    indicator("satisfaction_index", "satisfaction", "index", 70, 66, 74),
    indicator("loyalty_index", "loyalty", "index", 60, 56, 64),
    indicator("repeat_purchase_rate", "loyalty", "proportion", 0.8, 0.7, 0.88),
    indicator("revenue_growth", "value", "proportion", 0.1, -0.3, 0.3),
    indicator("contact_coverage", "interaction", "proportion", 0.5, 0.4, 0.6),
    indicator("contact_frequency", "interaction", "per_year", 20, 15, 25),
    indicator("contact_level_top2_share", "depth_breadth", "proportion", 0.3, 0.2, 0.4),
    indicator("categories_bought", "depth_breadth", "count", 3, 2, 4, bounds=(1, 5)),
)


@pytest.fixture
def params(tmp_path):
    source = {"transactions": {"files": "orders.csv"}}
    return ClientParams(client="acme", name="Acme", sources=source, params_file=tmp_path / "acme.yml")


def by_dimension(score):
    return {dimension.dimension: dimension for dimension in score.dimensions}


def test_components_are_put_on_their_anchors_and_averaged(params, make_indicators):
    scores = by_dimension(score_relationship(make_indicators(*FULL), params))
    assert scores["satisfaction"].score.value == pytest.approx(70)
    assert scores["loyalty"].score.value == pytest.approx((60 + 80) / 2)
    assert scores["value"].score.value == pytest.approx(75)  # +10% on the way from -20% to +20%
    assert scores["interaction"].score.value == pytest.approx((50 + 100) / 2)  # 20 contacts a year: above the plan
    assert scores["depth_breadth"].score.value == pytest.approx((30 + 50) / 2)  # 3 on the way from 1 to 5


def test_components_of_unknown_correlation_are_taken_to_move_together(params, make_indicators):
    loyalty = by_dimension(score_relationship(make_indicators(*FULL), params))["loyalty"].score
    assert (loyalty.low, loyalty.high) == (pytest.approx((56 + 70) / 2), pytest.approx((64 + 88) / 2))
    assert loyalty.method == "combined-limits"


def contributing(result, **values):
    accounts = Contributions(accounts=np.array(list(values), dtype=object), values=np.array(list(values.values())))
    return dataclasses.replace(result, contributions=accounts)


def test_limits_of_a_mean_follow_from_those_of_its_components_and_their_correlation(params, make_indicators):
    """Loyalty: distances 4 and 4 of the index, 10 and 8 of the rate; correlation 1 / sqrt(2 * 3/2) by hand."""
    index = contributing(FULL[1], a=1.0, b=-1.0)
    rate = contributing(FULL[2], b=-0.5, a=0.5, c=1.0)
    others = [each for each in FULL if each.key not in ("loyalty_index", "repeat_purchase_rate")]
    loyalty = by_dimension(score_relationship(make_indicators(*others, index, rate), params))["loyalty"].score
    together = 1.0 / np.sqrt(2.0 * 1.5)
    assert loyalty.value - loyalty.low == pytest.approx(np.sqrt(2**2 + 5**2 + 2 * together * 2 * 5))
    assert loyalty.high - loyalty.value == pytest.approx(np.sqrt(2**2 + 4**2 + 2 * together * 2 * 4))


def test_accounts_that_share_nothing_are_independent_and_equal_ones_move_together():
    one = Contributions(accounts=np.array(["a", "b"], dtype=object), values=np.array([1.0, -1.0]))
    other = Contributions(accounts=np.array(["c", "d"], dtype=object), values=np.array([2.0, -2.0]))
    again = Contributions(accounts=np.array(["b", "a"], dtype=object), values=np.array([-3.0, 3.0]))
    found = correlations([one, other, again, None])
    assert found == pytest.approx(np.array([[1, 0, 1, 1], [0, 1, 0, 1], [1, 0, 1, 1], [1, 1, 1, 1]]))


def test_components_are_cut_off_at_both_ends(params, make_indicators):
    value = by_dimension(score_relationship(make_indicators(*FULL), params))["value"].score
    assert (value.low, value.high) == (0, 100)


def test_whole_is_the_weighted_mean_of_the_dimensions(params, make_indicators):
    weighted = params.model_copy(update={"scale": ScaleWeights(satisfaction=3, interaction=0)})
    score = score_relationship(make_indicators(*FULL), weighted)
    assert score.overall.value == pytest.approx((3 * 70 + 70 + 75 + 40) / 6)
    assert score.level == "B"
    assert score.level_range == ("D", "B")  # 47.25 to 75.9


@pytest.mark.parametrize(("value", "level"), [(80, "A"), (79.9, "B"), (50, "C"), (35, "D"), (34.9, "E"), (0, "E")])
def test_levels_begin_at_their_cut(params, make_indicators, value, level):
    only = params.model_copy(update={"scale": ScaleWeights(loyalty=0, value=0, interaction=0, depth_breadth=0)})
    score = score_relationship(
        make_indicators(indicator("satisfaction_index", "satisfaction", "index", value, value, 100)), only
    )
    assert score.level == level


def test_a_missing_dimension_takes_the_whole_score_away(params, make_indicators):
    without = [result for result in FULL if result.dimension != "satisfaction"]
    score = score_relationship(make_indicators(*without), params)
    assert isinstance(score.overall, NotEstimable)
    assert [name.msgid for name in score.overall.reason.values["dimensions"]] == ["Satisfaction"]
    assert score.level == ""
    assert isinstance(by_dimension(score)["loyalty"].score, Estimate)


def test_a_missing_dimension_of_weight_zero_does_not_matter(params, make_indicators):
    without = [result for result in FULL if result.dimension != "satisfaction"]
    weighted = params.model_copy(update={"scale": ScaleWeights(satisfaction=0)})
    assert isinstance(score_relationship(make_indicators(*without), weighted).overall, Estimate)


def test_the_reason_of_a_missing_component_is_passed_on(params, make_indicators):
    silent = dataclasses.replace(FULL[0], overall=ABSENT)
    score = by_dimension(score_relationship(make_indicators(silent, *FULL[1:]), params))
    assert score["satisfaction"].score.reason.msgid == "There is nothing to see."


def test_a_component_wholly_beyond_its_anchor_keeps_a_width(params, make_indicators):
    # planned every 90 days: 365.25 / 90 contacts count as 100; the interval is 2 contacts wide
    often = indicator("contact_frequency", "interaction", "per_year", 8.0, 7.0, 9.0)
    others = [result for result in FULL if result.key != "contact_frequency"]
    interaction = by_dimension(score_relationship(make_indicators(often, *others), params))["interaction"]
    got = next(part.score for part in interaction.components if part.indicator == "contact_frequency")
    assert (got.low, got.value, got.high) == pytest.approx((100 - 50 * 2 / (365.25 / 90), 100.0, 100.0))


def test_a_component_beyond_its_anchor_adds_no_uncertainty_unless_there_is_nothing_else(params, make_indicators):
    interaction = by_dimension(score_relationship(make_indicators(*FULL), params))["interaction"].score
    # twenty contacts a year are far above the plan; coverage of 40 to 60% counts half
    assert (interaction.low, interaction.high) == (pytest.approx(70), pytest.approx(80))
    above = [dataclasses.replace(each, overall=dataclasses.replace(each.overall, value=1.4, low=1.2, high=1.6))
             if each.key == "contact_coverage" else each for each in FULL]  # fmt: skip
    both = by_dimension(score_relationship(make_indicators(*above), params))["interaction"].score
    assert both.value == pytest.approx(100)
    assert both.low < 100
