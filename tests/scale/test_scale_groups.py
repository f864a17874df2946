"""Groups: a whole only where no dimension is missing that the client has, and nothing of what a cell withholds."""

import dataclasses

import numpy as np
import pytest
from scale_clients import demo_params, drawn_client

from analysis.indicators.compute import compute_indicators
from analysis.indicators.observations import withheld
from analysis.results import Contributions, Estimate, NotEstimable
from analysis.scale import score_relationship
from analysis.scale.groups import _within, score_groups


@pytest.fixture(scope="module")
def scored():
    data, params = drawn_client(), demo_params()
    indicators = compute_indicators(data, params)
    return data, params, dict(indicators.results), score_relationship(indicators, params)


def group_of(scored, results, kind="segment", name="Machine builders"):
    data, params, _, score = scored
    return next(group for group in score_groups(kind, score, results, data, params) if group.group == name)


def changed(results, key, outcome, name="Machine builders"):
    cells = dict(results[key].by_segment)
    cells.pop(name)
    if outcome is not None:
        cells[name] = outcome
    return results | {key: dataclasses.replace(results[key], by_segment=cells)}


def test_a_group_is_scored_between_the_same_anchors(scored):
    results = scored[2]
    group = group_of(scored, results)
    found = {each.dimension: each.score.value for each in group.dimensions}
    loyalty = [100 * results[key].by_segment[group.group].value for key in ("repeat_purchase_rate", "retention_rate")]
    assert found["loyalty"] == pytest.approx(
        (results["loyalty_index"].by_segment[group.group].value + sum(loyalty)) / 3
    )
    assert group.overall.value == pytest.approx(np.mean(list(found.values())))
    assert group.level in "ABCDE"


def test_a_component_that_a_group_lacks_takes_its_dimension_and_the_whole(scored):
    group = group_of(scored, changed(scored[2], "retention_rate", None))
    found = {each.dimension: each for each in group.dimensions}
    assert isinstance(found["loyalty"].score, NotEstimable)
    assert found["loyalty"].level == ""
    assert isinstance(found["satisfaction"].score, Estimate)
    assert [name.msgid for name in group.overall.reason.values["dimensions"]] == ["Loyalty"]
    assert group.level == ""


def test_what_a_cell_withholds_is_withheld_here(scored):
    group = group_of(scored, changed(scored[2], "satisfaction_index", withheld()))
    found = next(each for each in group.dimensions if each.dimension == "satisfaction")
    assert found.score.suppressed
    assert isinstance(group.overall, NotEstimable)


def test_partners_too_small_for_a_dimension_have_no_whole(scored):
    data, params, results, score = scored
    groups = score_groups("partner", score, results, data, params)
    assert groups
    assert all(isinstance(group.overall, NotEstimable) for group in groups)


def test_what_a_group_contributes_is_taken_about_its_own_mean():
    whole = Contributions(accounts=np.array(["a", "b", "c"], dtype=object), values=np.array([3.0, 1.0, -4.0]))
    inside = _within(whole, np.array(["a", "b"], dtype=object))
    assert list(inside.values) == [1.0, -1.0]
    assert _within(whole, np.array(["z"], dtype=object)) is None
    assert _within(None, np.array(["a"], dtype=object)) is None
