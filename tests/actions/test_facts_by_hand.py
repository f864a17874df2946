"""Facts about customers: each counted by hand, with the revenue behind it, and nothing seen after its own day."""

import dataclasses
import re

import pandas as pd
import pytest

from analysis.actions import Evidence, FactBook, concerned_customers
from analysis.actions.catalogue import shipped_catalogue
from analysis.actions.facts import OWN
from analysis.actions.groups import GROUPS
from analysis.data.client import ClientData, DataQuality
from analysis.results import Estimate

EXPECTED = {
    "active_customers": ("ABDE", 1140.0), "overdue_customers": ("BE", 580.0), "overdue_key_accounts": ("B", 500.0),
    "lost_customers": ("C", 400.0), "lost_key_accounts": ("", 0.0), "shrinking_customers": ("A", 500.0),
    "shrinking_key_accounts": ("A", 500.0), "growing_customers": ("B", 500.0), "late_customers": ("E", 80.0),
    "single_purchase_customers": ("D", 60.0), "single_contact_key_accounts": ("B", 500.0),
    "key_accounts_without_top_contact": ("B", 500.0), "single_category_customers": ("A", 500.0),
    "untapped_customers": ("A", 500.0), "open_complaints": ("AC", 500.0), "old_complaints": ("C", 0.0),
    "repeat_complainers": ("A", 500.0), "lapsed_complainers": ("C", 400.0), "ending_contracts": ("A", 500.0),
    "stale_opportunities": ("A", 500.0), "customers_without_manager": ("B", 500.0),
    "customers_without_segment": ("D", 60.0),
}  # fmt: skip


@pytest.fixture
def book(client, params, indicators):
    return FactBook(Evidence(data=client, params=params, indicators=indicators))


@pytest.mark.parametrize("name", GROUPS)
def test_groups_are_those_counted_by_hand(name, book):
    customers, revenue = EXPECTED[name]
    fact = book.get(name)
    assert (sorted(fact.customers), fact.number) == (sorted(customers), len(customers))
    assert fact.revenue == pytest.approx(revenue)


def test_numbers_that_the_evidence_quotes(book):
    assert book.get("open_complaints").values["oldest"] == 609
    assert book.get("untapped_customers").values["gap"] == 9500.0
    assert book.get("stale_opportunities").values["amount"] == 900.0
    assert book.get("unmatched_rows").values == {"count": 2, "of": 13}
    assert book.get("record_gap_days").number == 0


@pytest.mark.parametrize("name", [*GROUPS, *OWN, "nps", "score", "item.q1", "score.value", "nobody"])
def test_a_client_without_any_table_has_no_fact_and_no_crash(name, params, indicators):
    bare = ClientData(
        tables={}, customers=pd.DataFrame({"is_key_account": []}, index=pd.Index([], name="customer_id")), waves=(),
        quality=DataQuality(tables=(), repairs=()), as_of=pd.Timestamp("2025-12-31"),
    )  # fmt: skip
    fact = FactBook(Evidence(data=bare, params=params, indicators=indicators)).get(name)
    assert fact is None or (fact.kind == "flag" and fact.number == 0)


def test_outcomes_given_besides_win(client, params, indicators):
    outcome = Estimate(value=0.3, low=0.2, high=0.4, n=90, method="wilson", unit="proportion")
    book = FactBook(Evidence(data=client, params=params, indicators=indicators, more={"complaint_rate": outcome}))
    assert book.get("complaint_rate").estimate is outcome


@pytest.mark.parametrize("name", GROUPS)
def test_nothing_after_the_day_is_seen(name, client, params):
    """The group of a day is the same whether or not the data go on after it."""
    day = pd.Timestamp("2025-10-05")
    known = {
        "transactions": "ordered_on", "interactions": "occurred_on", "feedback": "received_on", "contracts": "starts_on",
        "opportunities": "created_on",
    }  # fmt: skip
    cut = {table: rows[rows[known[table]] <= day].copy() for table, rows in client.tables.items()}
    cut["feedback"]["resolved_on"] = cut["feedback"]["resolved_on"].where(cut["feedback"]["resolved_on"] <= day)
    cut["opportunities"]["closed_on"] = cut["opportunities"]["closed_on"].where(
        cut["opportunities"]["closed_on"] <= day
    )
    last = cut["interactions"].groupby("customer_id")["occurred_on"].max()
    customers = client.customers.assign(last_contact=last.reindex(client.customers.index))
    then = dataclasses.replace(client, tables=cut, customers=customers, as_of=day)
    later = dict(concerned_customers([name], client, params, day)).get(name)
    before = dict(concerned_customers([name], then, params, day)).get(name)
    assert (later is None) == (before is None)
    assert later is None or sorted(later) == sorted(before)


def test_facts_that_are_no_group_concern_nobody(client, params):
    assert dict(concerned_customers(["nps", "survey", ""], client, params, client.as_of)) == {}


@pytest.mark.parametrize("key", [k for k, e in shipped_catalogue().items() if e.conditions[0].fact in GROUPS])
def test_the_evidence_about_a_group_quotes_what_its_fact_knows(key, book):
    entry = shipped_catalogue()[key]
    values = book.get(entry.conditions[0].fact).values
    for text in (entry.spec.title, entry.spec.for_whom, entry.spec.evidence, entry.spec.evidence_one or {}):
        for each in text.values():
            assert set(re.findall(r"\{(\w+)\}", each)) <= set(values), f"{key}: {each}"
