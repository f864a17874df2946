"""Every interval and test that an audit prints is a quantity of the calibration, or says why it is none."""

import csv
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from analysis.audit import run_audit
from analysis.calibration.follow_up import follow_up
from analysis.calibration.proof import GROUPS
from analysis.calibration.quantities import (
    JUDGED_AS,
    REPEATED,
    exemptions,
    names_of,
    quantity_of,
    registry,
    unregistered,
)
from analysis.calibration.readings import read_result
from analysis.calibration.regions import DIRECTIONS, LOG_ODDS
from analysis.calibration.relations import TENTHS
from analysis.calibration.studies import studies
from analysis.models.bootstrap import FULL_FACTOR
from analysis.params.load import load_params
from analysis.results import Estimate, NotEstimable

DOCS = Path(__file__).parents[2] / "docs"
QUICK = (("demo", "board"), ("demo-zh", "full"))
ELSEWHERE = {
    "bounds of an indicator", "contacts, time to an answer",
    "mediation, {0}, correlation of errors", "panel, fit", "partner, raw", "revenue at risk", "score of a partner",
    "spending potential", "{0}, smallest detectable change",
    *(quantity.name for quantity in (*studies(), *follow_up())),
}  # fmt: skip
"""What a study, other clients' data or params bring into a report, or what the proof reads beside it."""
SLOW = (("demo", "full"), ("demo-zh", "board"))


@cache
def audit_of(client, depth):
    params = load_params(client, Path(__file__).parents[2] / "params")
    draws = 100 if depth == "board" else 100 // FULL_FACTOR
    return run_audit(params.model_copy(update={"bootstrap_draws": draws, "depth": depth})).to_dict()


@cache
def readings_of(client, depth):
    audit = audit_of(client, depth)
    return {path: each for key, part in audit.items() for path, each in read_result(part, key).items()}


@pytest.fixture(scope="module")
def audit():
    return audit_of("demo", "board")


@pytest.fixture(scope="module")
def readings():
    return readings_of("demo", "board")


both = pytest.mark.parametrize(
    ("client", "depth"), [*QUICK, *(pytest.param(*each, marks=pytest.mark.slow) for each in SLOW)]
)


def count_estimates(node) -> int:
    """Count what `Estimate.to_dict` wrote, by a walk of its own."""
    if isinstance(node, dict):
        own = {"estimable", "value", "low", "high"} <= set(node) and node["estimable"] is True
        return own + sum(count_estimates(each) for each in node.values())
    return sum(count_estimates(each) for each in node) if isinstance(node, list | tuple) else 0


@both
def test_every_interval_and_test_of_an_audit_is_registered(client, depth):
    readings = readings_of(client, depth)
    assert len(readings) > 1000
    assert unregistered(readings) == ()


@both
def test_every_interval_and_test_has_a_row_or_is_told_to_have_none(client, depth):
    with (DOCS / "calibration.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["quantity"] for row in csv.DictReader(file)}
    without = (DOCS / "calibration.md").read_text(encoding="utf-8").partition("### Drawn, without a row")[2]
    told = set(re.findall(r"^\| (.+?) \|$", without.partition("\n#")[0], re.M))
    names = names_of(readings_of(client, depth))
    assert {name for name in names if not rows & {name, *(f"{name}, {how}" for how in JUDGED_AS)}} <= told


def test_every_exemption_is_told_on_the_page():
    page = (DOCS / "calibration.md").read_text(encoding="utf-8")
    assert [name for name, why in exemptions() if f"| {name} | {why} |" not in page] == []


def test_no_pattern_is_left_over_from_what_is_printed_no_more():
    """What no audit of these clients prints is printed for others; nothing else is registered."""
    printed = {quantity_of(path) for each in QUICK for path in readings_of(*each)}
    assert {each.name for each in registry() if each not in printed} <= ELSEWHERE


def test_claims_without_limits_are_read_too():
    found = read_result({"joint": {"median_p": 0.2, "share_p": 0.3}, "region": {"stretches": []}}, "x")
    assert {path: each.p_value for path, each in found.items()} == {
        "x/joint/median_p": 0.2, "x/joint/share_p": 0.3, "x/region": 1.0,
    }  # fmt: skip


def test_a_region_is_read_in_all_directions_relative_to_the_mean():
    """A circle of radius 2 around (73, even odds), the mean at 70: 3 off it, and between 1 and 5."""
    angle = np.linspace(0, 2 * np.pi, 400)
    outline = [[73 + 2 * np.cos(each), float(1 / (1 + np.exp(-2 * np.sin(each) / LOG_ODDS)))] for each in angle]
    position = {"driver": {"key": "price"}, "importance": {"value": 0.5}, "performance": {"value": 73.0}}
    found = read_result({"positions": [position | {"region": outline}], "performance_border": 70.0}, "map")
    reaches = [found[f"map/positions/price/region/{place}"] for place in range(DIRECTIONS)]
    assert len(reaches) == len([path for path in found if "region" in path])
    assert (reaches[0].value, reaches[0].low, reaches[0].high) == pytest.approx((3.0, 1.0, 5.0), abs=1e-3)
    upright = reaches[DIRECTIONS // 2]
    assert (upright.value, upright.low, upright.high) == pytest.approx((0.0, -2.0, 2.0), abs=1e-3)


def test_no_estimate_is_overlooked(audit, readings):
    """Readings are found by their limits; estimates are counted by the mark that every estimate carries."""
    assert len(readings) > count_estimates(audit) > 700


def test_an_unknown_interval_would_be_found():
    assert unregistered(["indicators/results/nps/overall", "novelty/effect"]) == ("novelty/effect",)


def test_what_only_large_clients_print_is_registered():
    path = "relationship/retention/churn/drivers/segment=Energy & utilities/ratio"
    assert quantity_of(path).label(path) == "leaving, hazard ratio of segment, a level"
    assert quantity_of(path.replace("segment=Energy & utilities", "satisfaction")).name != quantity_of(path).name


def test_every_exemption_gives_its_reason(readings):
    exempt = {quantity_of(path).name: quantity_of(path).exempt for path in readings if quantity_of(path).exempt}
    assert all(reason.endswith(".") and len(reason) > 20 for reason in exempt.values())
    # most of what is printed is judged; what is printed a second time is judged where it stands first, and tables of
    # tenths, which all are made by one function, where the chances of their customers are known
    once = [path for path in readings if quantity_of(path).exempt not in {*REPEATED, TENTHS}]
    assert sum(not quantity_of(path).exempt for path in once) > 0.8 * len(once)


def test_every_registered_quantity_has_a_name_that_its_pattern_can_fill(readings):
    for path in readings:
        assert "{" not in quantity_of(path).label(path)
    assert len({each.pattern for each in registry()}) == len(registry())


def test_every_group_of_analyses_is_drawn(audit):
    assert set(audit["relations"]) - {"depth", "draws"} <= set(GROUPS)


def test_readings_are_estimates_curves_coefficients_and_tests():
    estimate = Estimate(value=1.0, low=0.5, high=1.5, n=30, method="t", unit="index", p_value=0.2)
    result = {
        "effect": estimate.to_dict(),
        "missing": NotEstimable(reason=("no data"), n=3).__dict__ | {"estimable": False},
        "curve": {"points": [{"days": 1, "share": 0.9, "low": 0.8, "high": 0.95}], "bins": [{"low": 0, "high": 10}]},
        "coefficients": [{"term": "a", "estimate": 2.0, "conf_low": 1.0, "conf_high": 3.0, "p_value": 0.01}],
        "check": {"key": "reset", "statistic": 4.0, "p_value": 0.04},
        "by_severity": {"low": 3, "high": 4},
        "rows": [{"partner_id": "P1", "rank_low": 1, "rank_high": 4}],
    }
    found = read_result(result, "x")
    assert set(found) == {"x/effect", "x/curve/points/0", "x/coefficients/a", "x/check", "x/rows/P1/rank"}
    assert found["x/effect"].numbers() == (1.0, 0.5, 1.5, 0.2, 30.0)
    assert (found["x/coefficients/a"].value, found["x/coefficients/a"].low) == (2.0, 1.0)
    assert found["x/check"].p_value == 0.04
    assert (found["x/rows/P1/rank"].low, found["x/rows/P1/rank"].high) == (1.0, 4.0)
