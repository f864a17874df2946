"""Every interval and test that an audit prints is a quantity of the calibration, or says why it is none."""

from pathlib import Path

import pytest

from analysis.audit import run_audit
from analysis.calibration.proof import GROUPS
from analysis.calibration.quantities import REPEATED, quantity_of, registry, unregistered
from analysis.calibration.readings import read_result
from analysis.params.load import load_params
from analysis.results import Estimate, NotEstimable


@pytest.fixture(scope="module")
def audit():
    params = load_params("demo", Path(__file__).parents[2] / "params")
    return run_audit(params.model_copy(update={"bootstrap_draws": 100})).to_dict()


@pytest.fixture(scope="module")
def readings(audit):
    return {path: each for key, part in audit.items() for path, each in read_result(part, key).items()}


def count_estimates(node) -> int:
    """Count what `Estimate.to_dict` wrote, by a walk of its own."""
    if isinstance(node, dict):
        own = {"estimable", "value", "low", "high"} <= set(node) and node["estimable"] is True
        return own + sum(count_estimates(each) for each in node.values())
    return sum(count_estimates(each) for each in node) if isinstance(node, list | tuple) else 0


def test_every_interval_and_test_of_an_audit_is_registered(readings):
    assert len(readings) > 1000
    assert unregistered(readings) == ()


def test_no_estimate_is_overlooked(audit, readings):
    """Readings are found by their limits; estimates are counted by the mark that every estimate carries."""
    assert len(readings) > count_estimates(audit) > 700


def test_an_unknown_interval_would_be_found():
    assert unregistered(["indicators/results/nps/overall", "novelty/effect"]) == ("novelty/effect",)


def test_every_exemption_gives_its_reason(readings):
    exempt = {quantity_of(path).name: quantity_of(path).exempt for path in readings if quantity_of(path).exempt}
    assert all(reason.endswith(".") and len(reason) > 20 for reason in exempt.values())
    # most of what is printed is judged; what is printed a second time is judged where it stands first
    once = [path for path in readings if quantity_of(path).exempt not in REPEATED]
    assert sum(not quantity_of(path).exempt for path in once) > 0.85 * len(once)


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
