"""From a driver to money: the arithmetic of the chain, its joint draws, and what it says where a link is missing."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from scipy.special import expit

from analysis.messages import N_
from analysis.models.drivers.effects import fit_driver_effects
from analysis.models.repurchase_sample import build_sample
from analysis.models.uplift.analysis import _levels, revenue_of_last_year, share_at_top, simulate_uplift
from analysis.models.uplift.chain import Chain, DriverLink, PurchaseLink, drawn_gains, gains
from analysis.models.uplift.worth import RevenueWorth, revenue_worth
from analysis.results import Estimate, NotEstimable


@dataclasses.dataclass(frozen=True)
class Fixed:
    """A worth that is known, such as a lifetime value from elsewhere."""

    amounts: np.ndarray
    name = N_("lifetime value")

    def values(self, weights):
        return self.amounts


def chain(**changes) -> Chain:
    satisfaction = np.array([50.0, 60.0, 99.0])
    parts = {
        "drivers": DriverLink(effects=np.array([0.5, 0.0]), deviations=np.zeros((3, 2))),
        "purchase": PurchaseLink(
            design=np.column_stack([np.ones(3), satisfaction / 10]), coefficients=np.array([-3.0, 0.5]),
            deviations=np.zeros((3, 2)), column=1,
        ),
        "worth": Fixed(np.array([100.0, 200.0, 1000.0])),
        "levels": np.array([[40.0, 70.0], [95.0, 70.0], [80.0, 70.0]]),
        "satisfaction": satisfaction, "weights": np.ones(3), "groups": np.arange(3), "group_count": 3,
    }  # fmt: skip
    return Chain(**(parts | changes))


def test_gains_are_those_of_a_calculation_by_hand():
    found = gains(chain(), 10)
    # first driver: +10, +5 (the scale ends at 100) and +10 points; half of it in satisfaction, where 99 can gain only 1
    better = np.array([5.0, 2.5, 1.0])
    before = expit(-3 + np.array([2.5, 3.0, 4.95]))
    after = expit(-3 + 0.05 * (np.array([50, 60, 99]) + better))
    assert found.satisfaction[0] == pytest.approx(better.mean())
    assert found.chance[0] == pytest.approx(100 * (after - before).mean())
    value = np.array([100.0, 200.0, 1000.0])
    assert found.share[0] == pytest.approx(value @ (after - before) / (value @ before))
    assert found.satisfaction[1] == found.chance[1] == found.share[1] == 0  # a driver without effect


def test_weights_and_worth_move_the_gains():
    plain = gains(chain(), 10)
    weighted = gains(chain(weights=np.array([3.0, 1.0, 1.0])), 10)
    assert weighted.chance[0] > plain.chance[0]
    alike = gains(chain(worth=Fixed(np.ones(3))), 10)
    assert alike.chance[0] == plain.chance[0]
    assert alike.share[0] > plain.share[0]  # the most valuable customer can gain least


def test_ratings_near_the_end_of_the_scale_count_by_the_survey_weights():
    """By hand: of two ratings each, the second customer's first alone is within 10 points of 100."""
    assert share_at_top(chain(), 10) == pytest.approx(1 / 6)
    assert share_at_top(chain(weights=np.array([3.0, 1.0, 1.0])), 10) == pytest.approx(1 / 10)


def test_customers_worth_nothing_have_no_share():
    found = gains(chain(worth=Fixed(np.zeros(3))), 10)
    assert np.isnan(found.share).all()
    assert np.isfinite(found.chance).all()


def test_both_links_move_with_the_same_draw():
    """Where one group carries both effects, a draw without it has neither: the chain's draws are no product of two."""
    one = np.array([[0.5, 0.0], [0.0, 0.0], [0.0, 0.0]])
    moving = chain(
        drivers=DriverLink(effects=np.array([0.5, 0.0]), deviations=one),
        purchase=dataclasses.replace(chain().purchase, deviations=one[:, ::-1]),
    )
    without = gains(moving, 10, np.array([0.0, 2.0, 1.0]))
    assert without.satisfaction[0] == pytest.approx(0)
    drawn = drawn_gains(moving, 10, 300, np.random.default_rng(1))
    absent = drawn.satisfaction[:, 0] < 1e-12
    assert 0.2 < absent.mean() < 0.4  # (2/3)^3 = .30 of the draws lack a given group of three
    assert np.abs(drawn.chance[absent, 0]).max() < 1e-9


def test_revenue_of_buyers_adds_up_to_what_they_spent():
    before, bought = np.array([0.0, 100.0, 200.0, 50.0]), np.array([1.0, 1.0, 1.0, 0.0])
    worth = RevenueWorth(name=N_("revenue"), before=before, after=np.array([30.0, 60.0, 150.0, 0.0]), bought=bought)
    weights = np.array([1.0, 2.0, 0.5, 9.0])
    values = worth.values(weights)
    assert (weights * bought) @ values == pytest.approx((weights * bought) @ worth.after)
    slope, level = np.polyfit(before[:3], worth.after[:3], 1, w=np.sqrt(weights[:3]))
    np.testing.assert_allclose(values, level + slope * before)
    assert (
        RevenueWorth(name=worth.name, before=before, after=worth.after, bought=np.zeros(4)).values(weights) == 0
    ).all()


@pytest.fixture(scope="module")
def client():
    return known_client(7)


@pytest.fixture(scope="module")
def found(client):
    return simulate_uplift(client, demo_params())


def test_the_best_driver_comes_first_and_every_gain_has_its_interval(found):
    values = [row.share.value for row in found.drivers]
    assert values == sorted(values, reverse=True)
    assert sum(row.probability_best for row in found.drivers) == pytest.approx(1)
    for row in found.drivers:
        for outcome in (row.satisfaction, row.chance, row.share, row.money):
            assert isinstance(outcome, Estimate)
            assert outcome.low < outcome.value < outcome.high
        assert row.money.value == pytest.approx(row.share.value * found.base_revenue)
    assert found.draws == 400


def test_the_order_of_rows_and_the_names_of_customers_make_no_difference(client, found):
    shuffled = {
        name: frame.sample(frac=1, random_state=1).reset_index(drop=True)
        if name in ("survey", "transactions")
        else frame
        for name, frame in client.tables.items()
    }
    again = simulate_uplift(dataclasses.replace(client, tables=shuffled), demo_params())
    assert [row.driver for row in again.drivers] == [row.driver for row in found.drivers]
    assert again.drivers[0].share.value == pytest.approx(found.drivers[0].share.value, rel=1e-9)
    assert again.drivers[0].share.high == pytest.approx(found.drivers[0].share.high, rel=1e-6)


def test_survey_weights_move_the_simulation(client, found):
    survey = client.table("survey").copy()
    survey["weight"] = np.where(survey["satisfaction_index"] > 70, 3.0, 0.5)
    weighted = simulate_uplift(dataclasses.replace(client, tables=client.tables | {"survey": survey}), demo_params())
    assert abs(weighted.drivers[0].share.value - found.drivers[0].share.value) > 1e-5


def test_a_missing_rating_is_the_weighted_mean_of_the_others(client):
    params = demo_params()
    survey = client.table("survey").copy()
    effects = fit_driver_effects(client, params)
    keys = [driver.key for driver in effects.frame.drivers]
    rows = build_sample(client, params).rows.head(3)
    survey.loc[survey["customer_id"].isin(rows["customer_id"]), keys[0]] = np.nan
    survey["weight"] = np.where(survey["satisfaction_index"] > 70, 3.0, 0.5)
    weighted = dataclasses.replace(client, tables=client.tables | {"survey": survey})
    effects = fit_driver_effects(weighted, params)
    filled = _levels(weighted, params, effects, rows)[:, 0]
    frame = effects.frame
    assert filled == pytest.approx(np.average(frame.values[:, 0], weights=frame.weights))
    assert filled != pytest.approx(frame.values[:, 0].mean())


def test_what_happens_after_the_horizon_changes_only_the_yearly_base(client, found):
    orders = client.table("transactions")
    late = orders["ordered_on"] > orders["ordered_on"].max() - pd.Timedelta(days=20)
    moved = orders.assign(revenue=orders["revenue"].where(~late, orders["revenue"] * 3))
    again = simulate_uplift(dataclasses.replace(client, tables=client.tables | {"transactions": moved}), demo_params())
    assert again.base_revenue > found.base_revenue
    assert again.drivers[0].chance == found.drivers[0].chance


def test_another_measure_of_worth_takes_revenues_place(client, found):
    def lifetime(rows, data, params):
        return Fixed(np.full(len(rows), 1000.0))

    other = simulate_uplift(client, demo_params(), worth_of=lifetime)
    assert other.worth == Fixed.name
    assert other.drivers[0].share.value != found.drivers[0].share.value
    assert revenue_worth is not lifetime


@pytest.mark.parametrize(
    ("without", "word"), [("transactions", "orders"), ("survey", "satisfaction")], ids=["orders", "survey"]
)
def test_a_missing_link_is_said(client, without, word):
    tables = {name: frame for name, frame in client.tables.items() if name != without}
    answer = simulate_uplift(dataclasses.replace(client, tables=tables), demo_params())
    assert isinstance(answer, NotEstimable)
    assert word in answer.reason.msgid


def test_a_year_that_is_not_there_gives_shares_and_no_money(client):
    orders = client.table("transactions")
    short = orders[orders["ordered_on"] > orders["ordered_on"].max() - pd.Timedelta(days=300)]
    data = dataclasses.replace(client, tables=client.tables | {"transactions": short})
    assert revenue_of_last_year(data) is None
    answer = simulate_uplift(data, demo_params())
    assert isinstance(answer, NotEstimable) or isinstance(answer.drivers[0].money, NotEstimable)
    whole = orders[orders["ordered_on"] > client.as_of - pd.Timedelta(days=365)]["revenue"].sum()
    assert revenue_of_last_year(client) == pytest.approx(whole)
