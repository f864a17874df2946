"""What the board is told of the worth of better performance: never more than the intervals say."""

import types

import pytest

from analysis.document.chapters.driving.uplift import state_lifetime, state_uplift, title_uplift, uplift_section
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.models.uplift.result import DriverGain, LifetimeGain, LifetimeUplift, UpliftSimulation
from analysis.results import Estimate, NotEstimable

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
    return EN(state_uplift(result, EN)), EN(title_uplift(result))


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
    assert "in 97% of the draws no other part" in finding
    assert title == "If the relation is causal: Delivery would bring most"


def lifetime(**limits: tuple[float, float]) -> LifetimeUplift:
    def est(low: float, high: float, unit: str) -> Estimate:
        return Estimate(value=(low + high) / 2, low=low, high=high, n=300, method="joint-simulation", unit=unit)

    rows = tuple(
        LifetimeGain(driver=name, label=name, share=est(low / 1e6, high / 1e6, "proportion"),
                     money=est(low, high, "money"), probability_best=0.5)
        for name, (low, high) in limits.items()
    )  # fmt: skip
    return LifetimeUplift(
        drivers=rows, points=5.0, worth=N_("margin within {years:number} years, discounted", years=3), total=1e6,
        valued=500, horizon_years=3.0, discount_rate=0.1, customers=300, draws=400,
    )  # fmt: skip


TWO = (gain("Delivery", 20_000.0, 60_000.0), gain("Bills", 1000.0, 9000.0))


def test_the_step_that_is_named_is_told_in_lifetime_value_too():
    added = lifetime(Bills=(1000.0, 3000.0), Delivery=(40_000.0, 90_000.0))
    (sentence,) = state_lifetime(simulation(*TWO), added, EN)
    assert EN(sentence) == (
        "If the relation is causal, the same step would add €65.0k (€40.0k to €90.0k) to the lifetime value of all"
        " customers (margin within 3 years, discounted)."
    )


def test_no_lifetime_value_is_claimed_that_the_data_do_not_show():
    (sentence,) = state_lifetime(simulation(*TWO), lifetime(Delivery=(-5000.0, 90_000.0)), EN)
    assert "cannot be told from nothing" in EN(sentence)
    nothing = simulation(gain("Delivery", -10.0, 60.0))
    assert state_lifetime(nothing, lifetime(Delivery=(5.0, 9.0)), EN) == []  # of a step that the finding does not name


def columns_of(table):
    return [column.title for column in table.columns]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_amounts_stand_side_by_side_under_the_condition(language):
    t = Translator(language, currency="EUR")
    context = types.SimpleNamespace(t=t, theme=Theme(language), small_cell=5)
    added = lifetime(Bills=(1000.0, 3000.0), Delivery=(40_000.0, 90_000.0))
    section = uplift_section(context, simulation(*TWO), added)
    condition, _, table = section.blocks
    assert len(condition.items) == 3
    assert ". " not in section.finding  # one sentence, what it adds over a lifetime is said under the condition
    titles = [column.title for column in table.columns]
    place = titles.index(t(N_("Lifetime value")))
    assert place == titles.index(t(N_("Revenue a year"))) + 1
    assert [row[place] for row in table.rows] == [
        t.estimate(row.money, peers=[each.money for each in added.drivers])
        for row in (added.drivers[1], added.drivers[0])  # in the order of the revenue
    ]
    assert (
        len({t(N_("Satisfaction, points")), t(N_("Share of lifetime value"))} & set(columns_of(section.appendix[-1])))
        == 2
    )
    silent = uplift_section(context, simulation(*TWO), NotEstimable(reason=N_("There are no purchases.")))
    assert t(N_("Lifetime value")) not in [column.title for column in silent.blocks[2].columns]
    assert t(N_("There are no purchases.")) in silent.blocks[0].items[1]
