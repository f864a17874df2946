"""What the board is told of the worth of better performance: never more than the intervals say."""

import pytest

from analysis.document.chapters.driving.uplift import state_uplift, title_uplift
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.uplift.result import DriverGain, UpliftSimulation
from analysis.results import Estimate

EN = Translator("en", currency="EUR")


def gain(name: str, low: float, high: float, first: float = 0.5) -> DriverGain:
    def est(unit: str) -> Estimate:
        return Estimate(value=(low + high) / 2, low=low, high=high, n=300, method="joint-simulation", unit=unit)

    return DriverGain(
        driver=name, label=name, performance=60.0, satisfaction=est("index"), chance=est("percentage_points"),
        share=est("proportion"), money=est("money"), probability_best=first,
    )  # fmt: skip


def simulation(*drivers: DriverGain) -> UpliftSimulation:
    return UpliftSimulation(
        drivers=drivers, points=5.0, worth=N_("revenue within {days:int} days", days=180), customers=300, answers=900,
        base_revenue=1e6, draws=400, horizon_days=180, notes=(),
    )  # fmt: skip


def told(result: UpliftSimulation) -> tuple[str, str]:
    return EN.sentences(*state_uplift(result, EN)), EN(title_uplift(result))


@pytest.mark.parametrize("limits", [(-10.0, 40.0), (-40.0, -10.0)])
def test_without_a_gain_beyond_nothing_none_is_claimed(limits):
    finding, title = told(simulation(gain("Delivery", *limits, first=0.99), gain("Bills", -60.0, 10.0)))
    assert "do not show" in finding
    assert "would be worth" not in finding
    assert "No gain" in title


def test_a_clear_gain_behind_an_unclear_one_is_told_without_an_order():
    finding, title = told(simulation(gain("Delivery", -10.0, 60.0), gain("Bills", 5.0, 25.0, first=0.2)))
    assert "in Bills would be worth" in finding
    assert "not certain" in finding
    assert "Bills would bring a gain" in title


def test_a_clear_best_part_is_named_with_the_share_of_draws_and_no_more():
    finding, title = told(simulation(gain("Delivery", 20.0, 60.0, first=0.97), gain("Bills", 1.0, 9.0, first=0.03)))
    assert "In 97% of the draws no other part" in finding
    assert title == "If the relation is causal: Delivery would bring most"
