"""Openings: pairs of categories against published tests, and a planted opening hand-computed."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from served_clients import day, generator, ids_of, orders, served_data, served_params
from statsmodels.stats.contingency_tables import StratifiedTable

from analysis.models.contacts.analysis import analyse_contacts
from analysis.models.contacts.openings import count_pairs, lift_of, product_of, related_pairs, strata_of
from analysis.results import Estimate, NotEstimable


def test_the_pairs_are_tested_as_cochran_mantel_and_haenszel_do():
    rng = generator(3)
    has, strata = rng.random((200, 3)) < 0.4, rng.integers(0, 4, 200)
    pairs = count_pairs(has, strata)
    tables = [
        np.array([[(has[s, 0] & has[s, 1]).sum(), (has[s, 0] & ~has[s, 1]).sum()],
                  [(~has[s, 0] & has[s, 1]).sum(), (~has[s, 0] & ~has[s, 1]).sum()]])
        for s in (strata == code for code in range(4))
    ]  # fmt: skip
    reference = StratifiedTable(tables).test_null_odds(correction=False)
    assert pairs.p_values[0, 1] == pytest.approx(reference.pvalue, rel=1e-9)
    assert pairs.both[0, 0] == has[:, 0].sum()


def test_categories_that_differ_only_with_the_number_of_orders_do_not_go_together():
    rng = generator(5)
    orders_of = rng.integers(1, 11, 3000)
    has = rng.random((3000, 4)) < (orders_of / 12)[:, None]
    first, _, tested = related_pairs(has, strata_of(orders_of))
    naive = stats.chi2_contingency(pd.crosstab(has[:, 0], has[:, 1])).pvalue
    assert naive < 1e-6  # without the strata they would seem to
    assert tested == 6
    assert len(first) <= 1


def test_lift_without_strata_is_the_textbooks():
    held = np.repeat([True, False], [40, 60])
    missing = np.r_[np.ones(30, bool), np.zeros(10, bool), np.ones(10, bool), np.zeros(50, bool)]
    lift = lift_of(held, missing, np.zeros(100, dtype=np.int64))
    assert lift.value == pytest.approx(100 * 30 / (40 * 40))
    variance = (1 / 0.3 - 1 / 0.4 - 1 / 0.4 + 2 * lift.value - 1) / 99
    assert np.log(lift.high / lift.value) == pytest.approx(stats.t.ppf(0.975, 99) * np.sqrt(variance), rel=1e-9)


def test_a_product_combines_the_limits_of_its_factors():
    chance = Estimate(value=0.5, low=0.4, high=0.6, n=100, method="wilson", unit="proportion")
    spend = Estimate(value=200.0, low=100.0, high=400.0, n=50, method="order-statistics", unit="money")
    worth = product_of(chance, spend, 10)
    assert worth.value == pytest.approx(1000)
    assert worth.low == pytest.approx(1000 * np.exp(-np.hypot(np.log(1.25), np.log(2))))
    assert worth.high == pytest.approx(1000 * np.exp(np.hypot(np.log(1.2), np.log(2))))


def planted(customers=80):
    """Everybody orders twice: all buy A, six of eight also B, for 50 each."""
    rows, categories = [], []
    for number, customer in enumerate(ids_of(customers)):
        rows += [(customer, 30, 200.0), (customer, 60, 50.0)]
        categories += ["A", "B" if number % 8 < 6 else "A"]
    return served_data({"transactions": orders(rows, category=categories)})


def test_a_planted_opening_is_found_and_counted():
    found = analyse_contacts(planted(), served_params()).breadth.next_best
    (opening,) = found.openings
    assert (opening.missing, opening.customers) == ("B", 20)
    assert opening.chance.value == pytest.approx(0.75)
    assert opening.revenue == pytest.approx(20 * 250)
    assert opening.parts[0].typical_spend.value == 50.0
    assert opening.worth.value == pytest.approx(20 * 0.75 * 50)
    assert opening.worth.low <= opening.worth.value <= opening.worth.high
    assert opening.parts[0].orders == (2, 2)
    assert {row.customer_id for row in found.largest} <= {f"C{n:03d}" for n in range(80) if n % 8 >= 6}


def test_a_category_that_goes_with_another_is_the_reason():
    rng = generator(8)
    rows, categories = [], []
    for number, customer in enumerate(ids_of(200)):
        own = ["A", "B"] if number < 60 else ["A", "A"] if number < 80 else ["C", "C"]
        own += ["C"] if rng.random() < 0.2 else [own[0]]
        rows += [(customer, 30 * place + 1, 100.0) for place in range(3)]  # all order equally often
        categories += own
    found = analyse_contacts(served_data({"transactions": orders(rows, category=categories)}), served_params())
    next_best = found.breadth.next_best
    assert next_best.related >= 1
    opening = next(row for row in next_best.openings if row.missing == "B")
    assert any(part.held == "A" and part.lift.low > 1 for part in opening.parts)
    assert opening.customers == 20  # who buy A without B
    assert opening.chance.value == pytest.approx(60 / 80)
    assert sum(count.customers for count in next_best.counts) == next_best.customers


def test_nothing_is_lacking_where_everybody_buys_everything():
    rows = [(customer, before, 10.0) for customer in ids_of(40) for before in (10, 20)]
    data = served_data({"transactions": orders(rows, category=["A", "B"] * 40)})
    breadth = analyse_contacts(data, served_params()).breadth
    assert isinstance(breadth.next_best, NotEstimable)
    assert [band.customers for band in breadth.spreads[0].bands] == [0, 40]


@pytest.mark.parametrize("amount", [100.0, -5.0])
def test_one_category_or_returns_alone_get_an_answer(amount):
    rows = [(customer, 10, amount) for customer in ids_of(40)]
    result = analyse_contacts(served_data({"transactions": orders(rows, category="A")}), served_params())
    if amount < 0:
        assert isinstance(result.breadth, NotEstimable)
    else:
        assert isinstance(result.breadth.next_best, NotEstimable)
        assert isinstance(result.breadth.spreads[0].mean, NotEstimable)
    json.dumps(result.to_dict(), allow_nan=False)


def test_nothing_after_the_record_of_orders_counts():
    early = planted()
    late = early.table("transactions").copy()
    late.loc[late["category"] == "B", "ordered_on"] = day(400)  # a year too early to be in the window
    breadth = analyse_contacts(served_data({"transactions": late}), served_params()).breadth
    assert [row.category for row in breadth.categories] == ["A"]
