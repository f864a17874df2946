"""The value of contracts: how long they last by hand, what the horizon brings, and how sure that is."""

import math

import numpy as np
import pandas as pd
import pytest
from lifetime_clients import AS_OF, orders, sales_client, sales_params

from analysis.models.lifetime.contracts import (
    _value_parts,
    collect_relationships,
    measure_endings,
    value_contracts,
)
from analysis.results import Estimate, NotEstimable

PARAMS = sales_params(value={"horizon_years": 2, "discount_rate": 0.0})
MONTH = 365 / 12


def contract_client(rows) -> object:
    """Return a client with contracts: customer, months ago it began, months ago it ended (below 0: to come), value."""
    table = pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "starts_on": [AS_OF - pd.Timedelta(days=math.ceil(row[1] * MONTH)) for row in rows],
            "ends_on": [
                pd.NaT if row[2] is None else AS_OF - pd.Timedelta(days=math.ceil(row[2] * MONTH)) for row in rows
            ],
            "value": [float(row[3]) for row in rows],
        }
    )
    return sales_client(orders(["a"], [5], [1.0]), contracts=table)


def many(customers: int, seed: int = 1, hazard: float = 0.03):
    """Return contracts of customers who leave at an even hazard a month, and began at some time in four years."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        began = rng.uniform(1, 48)
        lasted = np.ceil(rng.exponential(-1 / np.log1p(-hazard)))
        value = rng.gamma(4, 300)
        rows.append((f"c{number:04d}", began, None if lasted >= began else began - lasted, value))
    return rows


def test_relationships_join_a_customers_contracts():
    found = collect_relationships(
        contract_client(
            [("a", 30, 18, 1200), ("a", 18, -6, 4800), ("b", 20, 4, 1000), ("c", 3, None, 700), ("d", 40, 9, 1)]
        )
    )
    assert list(found.ids) == ["a", "b", "c"]
    assert found.ended.tolist() == [False, True, False]
    assert found.in_force.tolist() == [True, False, True]
    assert found.yearly == pytest.approx([2400, 0, 700], rel=0.01)  # 4,800 over two years; open ends: a year's value
    assert found.age.tolist()[::2] == [30, 3]
    # ends are known from after the first one, 9 months ago: a and b enter with the age they had then
    assert found.entry.tolist() == [22, 12, 0]
    assert found.exit.tolist() == [30, 17, 3]


def test_the_rates_of_ending_are_those_of_kaplan_and_meier():
    found = collect_relationships(contract_client(many(400)))
    endings = measure_endings(found, 60)
    for month in (1, 5, 20):
        at_risk = ((found.entry < month) & (found.exit >= month)).sum()
        ended = (found.ended & (found.exit == month)).sum()
        assert endings.at_risk[month - 1] == at_risk
        assert endings.hazard[month - 1] == pytest.approx(ended / at_risk)
    assert not endings.own[-1]  # nobody was watched so long: the average goes on
    assert endings.hazard[-1] == pytest.approx(found.ended.sum() / (found.exit - found.entry).sum())
    assert endings.average == pytest.approx(0.03, abs=0.006)


def test_the_value_is_that_of_an_even_hazard():
    data = contract_client(many(3000, seed=3))
    found = value_contracts(data, PARAMS, 0.5)
    assert isinstance(found.total, Estimate)
    # of each month's twelfth of the yearly value, the share still there at its beginning
    expected = found.yearly * 0.5 / 12 * (0.97 ** np.arange(24)).sum()
    assert found.total.low < expected < found.total.high
    assert found.total.value == pytest.approx(expected, rel=0.05)
    assert found.retention == pytest.approx(0.97**12, abs=0.04)
    assert value_contracts(data, PARAMS, 1.0).total.value == pytest.approx(2 * found.total.value)
    discounted = value_contracts(data, sales_params(value={"horizon_years": 2, "discount_rate": 0.1}), 0.5)
    assert 0.88 < discounted.total.value / found.total.value < 0.95


def test_a_contribution_is_what_the_value_changes_without_the_relationship():
    rows = many(400, seed=5)
    found = collect_relationships(contract_client(rows))
    endings = measure_endings(found, 100)
    parts = _value_parts(found, endings, 24, 0.0, 1.0)
    contributions = parts.values + parts.moved(found.in_force)
    assert contributions.sum() == pytest.approx(parts.values.sum(), rel=1e-9)
    for place in (0, 5, 15, 35, 55):  # ended early, late, and still running; none that decides from when ends are known
        kept = contract_client([row for row in rows if row[0] != found.ids[place]])
        other = collect_relationships(kept)
        total = _value_parts(other, measure_endings(other, 100), 24, 0.0, 1.0).values.sum()
        assert parts.values.sum() - total == pytest.approx(contributions[place], rel=0.05, abs=5)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a", 30, 10, 100)], "in force"),
        ([("a", 30, 10, 100), ("b", 20, None, 50)], "have ended"),
        ([("a", 30, 10, np.nan)], "with a value"),
    ],
)
def test_too_few_contracts_get_a_reason(rows, words):
    found = value_contracts(contract_client(rows), PARAMS, 1.0)
    assert isinstance(found, NotEstimable)
    assert words in found.reason.msgid


def test_without_contracts_there_is_a_reason():
    found = value_contracts(sales_client(orders(["a"], [5], [1.0])), PARAMS, 1.0)
    assert isinstance(found, NotEstimable)
    assert "no contracts" in found.reason.msgid
