"""What better performance would add to lifetime value: the same chain with another worth, and a sum that moves too."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client

from analysis.models.lifetime.sums import sum_estimate
from analysis.models.lifetime.valuation import value_customers
from analysis.models.repurchase_sample import group_of
from analysis.models.uplift.analysis import build_chain, chain_groups, find_links, simulate_uplift
from analysis.models.uplift.chain import gains
from analysis.models.uplift.lifetime import _drawn_totals, simulate_lifetime_uplift
from analysis.models.uplift.result import LifetimeUplift
from analysis.results import NotEstimable

PARAMS = demo_params().model_copy(update={"bootstrap_draws": 100})


@pytest.fixture(scope="module")
def client():
    return known_client(17, customers=400)


@pytest.fixture(scope="module")
def result(client):
    found = simulate_lifetime_uplift(client, PARAMS)
    assert isinstance(found, LifetimeUplift)
    return found


class Amounts:
    """A worth of known amounts."""

    name = None

    def __init__(self, amounts):
        self.amounts = amounts

    def values(self, weights):
        return self.amounts


def test_the_share_is_that_of_a_chain_with_values_by_customer(client, result):
    effects, plan = find_links(client, PARAMS)
    value = value_customers(client, PARAMS)
    amounts = dict(zip(value.history.ids.astype(str), value.if_alive.values, strict=True))
    worth = Amounts(np.array([amounts.get(customer, 0.0) for customer in plan.rows["customer_id"].astype(str)]))
    chain = build_chain(client, PARAMS, effects, plan, worth)
    shares = dict(zip([d.key for d in effects.frame.drivers], gains(chain, PARAMS.uplift_points).share, strict=True))
    total = value.value.values.sum()
    assert {row.driver for row in result.drivers} == set(shares)
    for row in result.drivers:
        assert row.share.value == pytest.approx(shares[row.driver])
        assert row.money.value == pytest.approx(shares[row.driver] * total)
    assert result.total == pytest.approx(total)
    assert [row.share.value for row in result.drivers] == sorted(shares.values(), reverse=True)
    assert sum(row.probability_best for row in result.drivers) == pytest.approx(1)


def test_the_sum_that_the_share_is_of_moves_with_the_customers_drawn(client, result):
    effects, plan = find_links(client, PARAMS)
    value = value_customers(client, PARAMS)
    names = group_of(pd.Series(value.history.ids.astype(str)), client).astype(str).tolist()
    chain = build_chain(client, PARAMS, effects, plan, Amounts(np.ones(len(plan.rows))), besides=names)
    owners = chain_groups(client, effects, plan, besides=names)[2]
    assert len(np.unique(owners)) == len(set(names))
    totals = _drawn_totals(value.value, owners, chain, 400, PARAMS)
    printed = sum_estimate(value.value, value.clusters, PARAMS)
    assert totals.mean() == pytest.approx(printed.value, rel=0.05)
    assert totals.std(ddof=1) == pytest.approx(printed.std_error, rel=0.15)  # 400 draws know it to 4%
    relative = [row.money.std_error / (result.total * row.share.std_error) for row in result.drivers]
    assert max(abs(each - 1) for each in relative) > 0.01


def test_revenue_is_as_it_was_with_lifetime_value_beside_it(client):
    before = simulate_uplift(client, PARAMS)
    again = PARAMS.model_copy()
    simulate_lifetime_uplift(client, again)
    assert simulate_uplift(client, again).to_dict() == before.to_dict()


def test_without_a_lifetime_value_or_a_link_the_reason_is_told(client):
    strict = PARAMS.model_copy(update={"limits": PARAMS.limits.model_copy(update={"min_n": 390})})
    found = simulate_lifetime_uplift(client, strict)
    assert isinstance(found, NotEstimable)
    bare = dataclasses.replace(client, tables={"survey": client.table("survey")})
    missing = simulate_lifetime_uplift(bare, PARAMS)
    assert isinstance(missing, NotEstimable)
    assert missing.reason == simulate_uplift(bare, PARAMS).reason
