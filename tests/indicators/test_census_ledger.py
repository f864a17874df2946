"""Totals of all customers are the same from a census as from the order lines themselves."""

import datetime as dt
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.data.census import Census
from analysis.data.load import load_client_data
from analysis.indicators.census_ledger import CensusLedger, open_purchases
from analysis.indicators.compute import compute_indicators
from analysis.indicators.ledger import open_ledger
from analysis.params.model import ClientParams
from analysis.results import Estimate

DAYS = 1200
COUNTED = (
    "repeat_purchase_rate",
    "retention_rate",
    "revenue",
    "revenue_growth",
    "revenue_per_customer",
    "average_order_value",
)


def write_orders(folder: Path, seed: int = 1, customers: int = 1400, lines: int = 5000) -> None:
    """Write order lines of more customers than may be modelled, a few of them surveyed or key accounts."""
    draw = random.Random(seed)
    day = lambda: (dt.date(2021, 3, 1) + dt.timedelta(days=draw.randrange(DAYS))).isoformat()  # noqa: E731
    rows = [
        f"客户{draw.randrange(customers)},{day()},{draw.choice([-5, 10, 20.5, 99])},{draw.choice('NS')},{n},1"
        for n in range(lines)
    ]
    header = "customer_id,ordered_on,amount,region,order_id,line_id"
    (folder / "o.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    listed = [f"客户{n},{'xyz'[n % 3]},{'yes' if n % 200 == 0 else 'no'}" for n in range(customers)]
    (folder / "c.csv").write_text("\n".join(["customer_id,segment,is_key_account", *listed, ""]), encoding="utf-8")
    answers = [f"{day()},客户{n},{draw.randint(1, 5)}" for n in range(3, 300, 3)]
    (folder / "s.csv").write_text("\n".join(["responded_on,customer_id,q1", *answers, ""]), encoding="utf-8")
    cases = [f"{day()},客户{draw.randrange(customers)},好,complaint,{n}" for n in range(400)]
    cases += [f"{day()},,无名 {n},complaint,{400 + n}" for n in range(100)]
    header = "received_on,customer_id,text,kind,feedback_id"
    (folder / "f.csv").write_text("\n".join([header, *cases, ""]), encoding="utf-8")


def make_params(root: Path, **fields) -> ClientParams:
    given = {
        "client": "acme",
        "name": "Acme",
        "data_folder": "../data",
        "as_of": "2024-06-10",
        "sources": {
            "transactions": {"files": "o.csv"},
            "customers": {"files": "c.csv"},
            "survey": {"files": "s.csv"},
            "feedback": {"files": "f.csv"},
        },
        "survey": {
            "confidentiality": "attributed",
            "items": {"q1": {"role": "satisfaction", "scale": {"min": 1, "max": 5}}},
        },
        "limits": {"max_repair_share": 1.0, "model_customers": 1000},
        "bootstrap_draws": 100,
    }
    return ClientParams(**(given | fields), params_file=root / "params" / "acme.yml")


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    """One client read twice: whole, and as a census with a sample."""
    root = tmp_path_factory.mktemp("client")
    (root / "data").mkdir()
    write_orders(root / "data")
    whole, counted = (make_params(root, engine=engine) for engine in ("pandas", "duckdb"))
    return (load_client_data(whole), whole), (load_client_data(counted), counted)


@pytest.fixture(scope="module")
def indicators(clients):
    return tuple(compute_indicators(data, params) for data, params in clients)


def test_a_census_is_taken_and_a_sample_drawn(clients):
    (whole, _), (data, _) = clients
    assert whole.census is None
    assert isinstance(data.census, Census)
    assert data.census.population == len(whole.customers)
    assert data.census.sampled == len(data.representative.customers) == 1000
    assert len(data.customers) == data.census.sampled + data.census.added
    assert set(data.representative.customers.index) <= set(data.customers.index)


def test_every_window_of_a_census_says_what_the_lines_say(clients):
    (whole, _), (data, _) = clients
    lines, census = open_ledger(whole), open_purchases(data)
    assert isinstance(census, CensusLedger)
    assert list(census.ids) == list(lines.ids)
    assert (census.first_day, census.as_of) == (lines.first_day, lines.as_of)
    assert len(census.census.windows) > 10
    for window in census.census.windows:
        for quantity in ("buyers", "order_days", "bought", "latest", "bought_before"):
            np.testing.assert_allclose(
                getattr(census, quantity)(window), getattr(lines, quantity)(window), rtol=1e-9, err_msg=quantity
            )
        for constant in (True, False):
            np.testing.assert_allclose(
                census.spent(window, constant=constant), lines.spent(window, constant=constant), rtol=1e-9, atol=1e-9
            )
        np.testing.assert_allclose(census.goods_returned(window), lines.goods_returned(window), rtol=1e-9)
        for mine, theirs in zip(census.bought_again(window, 180), lines.bought_again(window, 180), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    for mine, theirs in zip(census.months(), lines.months(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)


def test_customers_of_the_census_are_those_of_the_whole_client(clients):
    (whole, _), (data, _) = clients
    mine, theirs = data.everyone.customers, whole.customers
    assert list(mine.index) == list(theirs.index)
    for column in ("segment", "region", "is_key_account", "first_order", "last_order", "orders"):
        pd.testing.assert_series_equal(mine[column], theirs[column])
    np.testing.assert_allclose(mine["revenue"], theirs["revenue"], rtol=1e-9, atol=1e-9)


def test_totals_of_the_report_count_all_customers(indicators):
    whole, counted = indicators
    for key in COUNTED:
        mine, theirs = counted.results[key], whole.results[key]
        assert isinstance(theirs.overall, Estimate), key
        assert mine.overall.n == theirs.overall.n, key
        assert mine.overall.value == pytest.approx(theirs.overall.value, rel=1e-9), key
        assert mine.overall.low == pytest.approx(theirs.overall.low, rel=1e-6), key
        assert list(mine.by_segment) == list(theirs.by_segment), key
    assert counted.growth.new == pytest.approx(whole.growth.new)
    assert counted.concentration.gini == pytest.approx(whole.concentration.gini)
    assert counted.rfm.n == whole.rfm.n
    assert [month.customers for month in counted.monthly_revenue.months] == [
        month.customers for month in whole.monthly_revenue.months
    ]


def test_no_answer_is_lost(clients, indicators):
    (whole, _), (data, _) = clients
    assert len(data.table("survey")) == len(whole.table("survey"))
    mine, theirs = (each.results["satisfaction_index"].overall for each in indicators[::-1])
    assert (mine.value, mine.n) == (theirs.value, theirs.n)
    assert set(data.table("survey")["customer_id"]) <= set(data.customers.index)
    assert data.customers["is_key_account"].sum() == whole.customers["is_key_account"].sum()


def test_the_sample_does_not_depend_on_the_order_of_rows_and_is_not_biased(clients, tmp_path):
    (whole, _), (data, params) = clients
    (tmp_path / "data").mkdir()
    for name in ("o.csv", "c.csv", "s.csv", "f.csv"):
        source = params.params_file.parent.parent / "data" / name
        first, *rows = source.read_text(encoding="utf-8").splitlines()
        random.Random(3).shuffle(rows)
        (tmp_path / "data" / name).write_text("\n".join([first, *rows, ""]), encoding="utf-8")
    again = load_client_data(make_params(tmp_path, engine="duckdb"))
    assert list(again.customers.index) == list(data.customers.index)
    assert list(again.representative.customers.index) == list(data.representative.customers.index)
    # surveyed customers and key accounts are no likelier to be drawn than others
    asked = set(whole.table("survey")["customer_id"])
    share = len(asked & set(data.representative.customers.index)) / len(asked)
    assert abs(share - 1000 / len(whole.customers)) < 4 * (0.25 / len(asked)) ** 0.5


def test_feedback_without_a_customer_is_drawn_at_the_same_rate(clients):
    (whole, _), (data, _) = clients
    nobody, drawn = (each.table("feedback")["customer_id"].isna().sum() for each in (whole, data))
    assert nobody >= 95
    assert abs(drawn / nobody - 1000 / len(whole.customers)) < 0.25


def test_a_client_that_can_be_held_has_no_census(clients):
    (whole, _), (_, params) = clients
    lenient = params.model_copy(update={"limits": params.limits.model_copy(update={"model_customers": 50_000})})
    data = load_client_data(lenient)
    assert data.census is None
    assert data.representative is data
    assert data.everyone is data
    assert len(data.customers) == len(whole.customers)
    assert "census" not in data.quality.to_dict()
