"""Changes as one family: Benjamini-Hochberg, and verdicts carried back into the indicators."""

import pytest

from analysis.indicators.shapes import ItemResult, ProductResult, TouchpointResult
from analysis.messages import N_
from analysis.monitoring import control_false_discoveries
from analysis.results import Change, Estimate, IndicatorResult


def result(key, p_value, difference=-1.0, **fields):
    estimate = Estimate(value=difference, low=difference - 1, high=difference + 1, n=50, method="t", unit="index",
                        p_value=p_value)  # fmt: skip
    change = Change(earlier="w1", later="w2", difference=estimate, verdict="fell" if p_value < 0.05 else "no_change",
                    smallest_detectable=2.0, overlap=10)  # fmt: skip
    overall = Estimate(value=50, low=40, high=60, n=50, method="t", unit="index")
    return IndicatorResult(key=key, name=N_(key), definition=N_(key), dimension="satisfaction", unit="index",
                           unit_of_analysis="account", overall=overall, change=change, **fields)  # fmt: skip


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg(make_indicators):
    _, changes = control_false_discoveries(make_indicators(result("a", 0.01), result("b", 0.04), result("c", 0.03)))
    assert {item.indicator: item.adjusted_p for item in changes.items} == {
        "a": pytest.approx(0.03), "b": pytest.approx(0.04), "c": pytest.approx(0.04),
    }  # fmt: skip
    assert changes.tested == 3


def test_a_movement_that_the_family_does_not_support_becomes_no_change(make_indicators):
    indicators, changes = control_false_discoveries(
        make_indicators(result("a", 0.04), result("b", 0.5), result("c", 0.6), result("d", 0.7))
    )
    assert indicators.results["a"].change.verdict == "no_change"
    assert all(item.good is None for item in changes.items)


def test_good_follows_the_direction_of_the_indicator(make_indicators):
    _, changes = control_false_discoveries(
        make_indicators(
            result("a", 0.001), result("b", 0.001, higher_is_better=False), result("c", 0.001, difference=2.0)
        )
    )
    assert {item.indicator: item.good for item in changes.items} == {"a": False, "b": True, "c": True}


def test_without_changes_there_is_an_empty_make_indicators(make_indicators):
    same = make_indicators()
    indicators, changes = control_false_discoveries(same)
    assert (indicators, changes.tested, changes.items) == (same, 0, ())


def score(p_value, difference=-1.0):
    found = result("any", p_value, difference)
    return {"score": found.overall, "by_period": {}, "change": found.change}


def test_questions_touchpoints_and_products_are_a_family_of_their_own(make_indicators):
    indicators = make_indicators(
        result("a", 0.04),
        touchpoints=(
            TouchpointResult(touchpoint="web", **score(0.001, 3.0)),
            TouchpointResult(touchpoint="shop", **score(0.04)),
        ),
        products=(ProductResult(product="web", **score(0.5)),),
    )
    judged, changes = control_false_discoveries(indicators)
    assert (changes.tested, judged.results["a"].change.verdict) == (1, "fell")
    assert [(each.part, each.key, each.adjusted_p) for each in changes.answers] == [
        ("touchpoint", "web", pytest.approx(0.003)),
        ("touchpoint", "shop", pytest.approx(0.06)),
        ("product", "web", pytest.approx(0.5)),
    ]
    assert [each.change.verdict for each in judged.touchpoints] == ["rose", "no_change"]
    assert judged.products[0].change.verdict == "no_change"
    assert changes.to_dict()["answers"][0]["change"]["verdict"] == "rose"


def test_a_question_keeps_the_touchpoint_that_it_is_about(make_indicators):
    overall = result("any", 0.001)
    asked = ItemResult(
        key="q", label={"en": "Speed", "zh": "速度"}, role="driver", scale=(1, 10), mean=overall.overall,
        index=overall.overall, top2=overall.overall, by_period={}, n=50, distribution={}, touchpoint="web",
        change=overall.change,
    )  # fmt: skip
    judged, changes = control_false_discoveries(make_indicators(items=(asked,)))
    assert judged.items[0].change.verdict == "fell"
    (answer,) = changes.answers
    assert (answer.part, answer.touchpoint, answer.label["en"]) == ("item", "web", "Speed")
