"""What one account brought in twelve months is the same number wherever the account is shown."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scale_clients import AS_OF, demo_params, drawn_client, made_client, made_params

from analysis.indicators.account_revenue import account_revenue, revenue_of
from analysis.models.contacts.analysis import analyse_contacts
from analysis.models.lifetime.analysis import analyse_lifetime_value
from analysis.scale.key_accounts import analyse_key_accounts


def two_rates():
    """Return a client of whose revenue half is in another currency, so that constant rates make a difference."""
    data = drawn_client()
    lines = data.table("transactions").copy()
    odd = lines["customer_id"].str[-1].isin(list("13579"))
    lines["revenue_constant"] = lines["revenue"] * np.where(odd, 1.3, 0.8)
    return dataclasses.replace(data, tables={**data.tables, "transactions": lines})


def test_every_list_shows_the_revenue_that_the_card_shows():
    data, params = two_rates(), demo_params()
    expected = account_revenue(data)
    contacts, lifetime = analyse_contacts(data, params), analyse_lifetime_value(data, params)
    lists = {
        "cards": analyse_key_accounts(data, params).cards,
        "coverage": contacts.key_accounts.accounts,
        "one person alone": contacts.people.largest,
        "openings": contacts.breadth.next_best.largest,
        "worth most": lifetime.top,
    }
    for name, rows in lists.items():
        assert rows, name
        found = {row.customer_id: row.revenue for row in rows}
        assert found == pytest.approx({key: float(expected[key]) for key in found}, abs=0.006), name
    at_the_rates_of_the_day = account_revenue(drawn_client())
    assert not np.allclose(expected, at_the_rates_of_the_day)


def test_returns_are_deducted_and_a_year_is_twelve_months_to_the_last_order():
    orders = [("a", 0, 100.0), ("a", 10, -30.0), ("a", 364, 5.0), ("a", 365, 7.0), ("b", 400, 50.0), ("b", 800, 1.0)]
    data = made_client(made_params(segment=None), orders=orders)
    assert account_revenue(data).to_dict() == {"a": 75.0, "b": 0.0}
    assert account_revenue(data, years_ago=1).to_dict() == {"a": 7.0, "b": 50.0}
    assert revenue_of(pd.Index(["b", "nobody", "a"]), data).tolist() == [0.0, 0.0, 75.0]
    assert data.recorded_until("transactions") == AS_OF


def test_without_orders_there_is_none():
    data = made_client(made_params(segment=None), contacts=[("a", 3, "Owner", "p1")])
    assert account_revenue(data) is None
    assert revenue_of(pd.Index(["a"]), data) is None
