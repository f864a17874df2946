"""The parts of growth add up, by hand and in any client; the season is respected; a handful is a handful."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params
from lifecycle_clients import client_of, make_params, orders_of

from analysis.calibration import clients
from analysis.indicators.compute import compute_indicators
from analysis.indicators.ledger import open_ledger
from analysis.models.lifecycle.growth import GrowthParts, analyse_growth
from analysis.models.lifecycle.price_volume import PriceVolume
from analysis.models.lifecycle.trend import latest_months, moving_trend, revenue_months
from analysis.results import Estimate, NotEstimable

ENDS = [("z", "2024-01-01", 1), ("z", "2025-12-31", 1)]


@pytest.fixture(scope="module")
def demo():
    return clients.known_client(5, params=demo_params(), tables=None)


@pytest.fixture(scope="module")
def parts(demo):
    return analyse_growth(demo, demo_params())


def monthly(amounts, start="2023-01-01", customers=("a", "b")):
    """Return orders on the 15th of each month, the amount shared by the customers, and an end of the last month."""
    days = pd.date_range(start, periods=len(amounts), freq="MS") + pd.Timedelta(days=14)
    rows = [(who, day, amount / len(customers)) for day, amount in zip(days, amounts, strict=True) for who in customers]
    first = pd.Timestamp(start).replace(day=1)
    return [*rows, ("z", first, 0.01), ("z", days[-1] + pd.offsets.MonthEnd(0), 0.01)]


def test_the_parts_of_two_products_by_hand():
    # product p: 10 at 2, then 6 at 3; product q: 10 at 1, then 20 at 1; n is new, o is no longer sold; one return
    rows, products, quantities = [], [], []
    for day, product, quantity, revenue in (
        ("2024-06-01", "p", 10, 20), ("2024-06-01", "q", 10, 10), ("2024-06-01", "o", 5, 5),
        ("2025-06-01", "p", 6, 18), ("2025-06-01", "q", 20, 20), ("2025-06-01", "n", 1, 7),
        ("2025-07-01", "q", 1, -4),
    ):  # fmt: skip
        for customer in range(50):
            rows.append((f"c{customer:02d}", day, revenue))
            products.append(product)
            quantities.append(quantity)
    rows += [("z", "2024-01-01", 0.5), ("z", "2025-12-31", 0.5)]
    orders = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"]).assign(
        product_id=[*products, None, None], quantity=[*map(float, quantities), np.nan, np.nan]
    )
    sales = orders_of(rows)
    order = pd.to_datetime(orders["ordered_on"]).argsort(kind="stable")
    sales["product_id"], sales["quantity"] = (
        orders["product_id"].to_numpy(dtype=object)[order], orders["quantity"].to_numpy()[order]
    )  # fmt: skip
    found = analyse_growth(client_of({"transactions": sales}), make_params())
    split = found.price_volume
    assert isinstance(split, PriceVolume)
    amounts = {part.key: part.amount / 50 for part in split.parts}
    assert amounts["price"] == pytest.approx((10 + 6) / 2 * (3 - 2))
    average = (20 + 10 + 18 + 20) / (10 + 10 + 6 + 20)
    assert amounts["quantity"] == pytest.approx(average * (26 - 20))
    assert amounts["quantity"] + amounts["mix"] == pytest.approx(2.5 * -4 + 1 * 10)
    assert (amounts["new_products"], amounts["dropped_products"]) == (pytest.approx(7), pytest.approx(-5))
    assert amounts["unsplit"] == pytest.approx(-4)
    assert (split.products, split.new, split.dropped) == (2, 1, 1)
    assert sum(amounts.values()) * 50 == pytest.approx(found.later - found.earlier)


def test_the_parts_add_up_in_any_client(parts):
    # the bridge rounds every customer to the cent, the parts round nothing
    assert sum(part.amount for part in parts.price_volume.parts) == pytest.approx(parts.later - parts.earlier, abs=0.5)
    assert sum(part.amount for part in parts.bridge) == pytest.approx(parts.later - parts.earlier, abs=0.005)
    for part in parts.price_volume.parts:
        if isinstance(part.estimate, Estimate):
            assert part.estimate.value == pytest.approx(part.amount)
            assert part.estimate.low < part.estimate.value < part.estimate.high


def test_another_unit_of_quantity_moves_no_price(demo, parts):
    orders = demo.table("transactions")
    first = orders["product_id"].iloc[0]
    halves = orders.assign(quantity=orders["quantity"].where(orders["product_id"] != first, orders["quantity"] * 12))
    other = analyse_growth(dataclasses.replace(demo, tables={**demo.tables, "transactions": halves}), demo_params())
    before, after = ({p.key: p.amount for p in each.price_volume.parts} for each in (parts, other))
    assert after["price"] == pytest.approx(before["price"])
    assert after["quantity"] + after["mix"] == pytest.approx(before["quantity"] + before["mix"])


def test_growth_is_the_indicators(demo, parts):
    indicators = compute_indicators(demo, demo_params())
    assert parts.growth == indicators.results["revenue_growth"].overall
    assert parts.trend[-1].change == parts.growth
    bridge = indicators.growth
    assert {part.key: part.amount for part in parts.bridge}["expanded"] == bridge.expanded
    assert (parts.earlier, parts.later) == (bridge.earlier, bridge.later)


def test_the_moving_trend_by_hand():
    data = client_of({"transactions": orders_of(monthly([10] * 12 + [20] * 12 + [30] * 12))})
    months = revenue_months(data, open_ledger(data))
    points = moving_trend(months, make_params())
    assert [point.month for point in points][::12] == ["2023-12", "2024-12", "2025-12"]
    assert [round(point.revenue) for point in points][::12] == [120, 240, 360]
    assert points[12].change is None
    without = make_params(money={"spring_festival": True})
    assert not [point for point in moving_trend(months, without) if point.month.endswith("-01")]


def test_the_limits_of_the_trend_are_those_of_growth(demo, parts):
    """The same two years by customers (the indicator) and by groups: alike, though not the same draws."""
    other = moving_trend(revenue_months(demo, open_ledger(demo)), demo_params())[-1].change
    assert other.value == pytest.approx(parts.growth.value)
    assert other.low == pytest.approx(parts.growth.low, abs=0.05)
    assert other.high == pytest.approx(parts.growth.high, abs=0.08)


@pytest.mark.parametrize(
    ("last", "festival", "first", "count"),
    [
        (24, False, "2024-10", 3),  # to December
        (25, False, "2024-11", 3),  # to January
        (25, True, "2024-10", 3),  # to January, which waits for its February
        (26, True, "2024-12", 3),  # to February: both months in it
        (28, True, "2025-01", 4),  # to April: would begin in February
    ],
)
def test_january_and_february_stay_together(last, festival, first, count):
    data = client_of(
        {"transactions": orders_of(monthly([10] * last))},
        as_of=pd.Timestamp("2023-01-01") + pd.DateOffset(months=last) - pd.Timedelta(days=1),
    )
    months = revenue_months(data, open_ledger(data))
    rows, before = latest_months(months, make_params(money={"spring_festival": festival}))
    assert (months.label(int(rows[0])), len(rows)) == (first, count)
    assert (rows - before == 12).all()


def test_a_handful_by_hand():
    rows = [*ENDS]
    for n in range(12):
        rows += [(f"c{n:02d}", "2024-06-01", 100), (f"c{n:02d}", "2025-06-01", 100 + (n < 6) * (n + 1) * 10)]
    found = analyse_growth(client_of({"transactions": orders_of(rows)}), make_params()).handful
    assert found.share_of_gains == pytest.approx((60 + 50 + 40 + 30 + 20) / 210)
    assert found.share_of_losses is None
    assert found.growth == pytest.approx(210 / 1201)
    assert found.growth_without == pytest.approx(10 / 701)
    assert [mover.customer for mover in found.movers][:2] == ["c05", "c04"]


def test_a_group_of_companies_moves_as_one():
    rows = [
        *ENDS,
        *[(f"c{n}", day, 10) for n in range(8) for day in ("2024-06-01", "2025-06-01")],
        ("c0", "2025-07-01", 90),
    ]
    customers = {"customer_id": ["c0", "c1"], "parent_id": ["g", "g"], "name": ["Mill", "Depot"]}
    found = analyse_growth(client_of({"transactions": orders_of(rows)}, customers), make_params()).handful
    assert found.movers[0].name == "Mill"
    assert (found.movers[0].earlier, found.movers[0].later) == (20, 110)


def test_without_products_there_is_a_reason_and_the_rest():
    found = analyse_growth(client_of({"transactions": orders_of(monthly([10] * 36))}), make_params())
    assert isinstance(found, GrowthParts)
    assert isinstance(found.price_volume, NotEstimable)
    assert found.trend
    json.dumps(found.to_dict(), allow_nan=False)


def test_quantities_of_one_year_only_are_not_split():
    sales = orders_of(monthly([10] * 36))
    sales["product_id"], sales["quantity"] = "p", np.where(sales["ordered_on"] >= "2025-01-01", 5.0, np.nan)
    found = analyse_growth(client_of({"transactions": sales}), make_params())
    assert isinstance(found.price_volume, NotEstimable)


@pytest.mark.parametrize("rows", [None, [("a", "2025-06-01", 100)], [("a", "2025-06-01", -100)]])
def test_no_orders_or_a_short_record_have_a_reason(rows):
    tables = {} if rows is None else {"transactions": orders_of(rows)}
    found = analyse_growth(client_of(tables, {"customer_id": ["a"], "name": ["A"]}), make_params())
    assert isinstance(found, NotEstimable)


def test_all_amounts_equal_have_an_answer():
    rows = [(f"c{n:02d}", day, 100) for n in range(60) for day in pd.date_range("2024-01-01", "2025-12-31", freq="61D")]
    sales = orders_of([*rows, ("z", "2025-12-31", 100)], product_id="p", quantity=1.0)
    found = analyse_growth(client_of({"transactions": sales}), make_params())
    assert {part.key: part.amount for part in found.price_volume.parts}["price"] == pytest.approx(0)
    json.dumps(found.to_dict(), allow_nan=False)


def test_everything_is_json(parts):
    json.dumps(parts.to_dict(), allow_nan=False)
