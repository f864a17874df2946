"""Customers who have something in common that the client's own records show: counted, with the revenue behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.actions.records import CONTRACTION, YEAR, Records

GROWTH = 0.3  # a customer counts as growing who spends so much more than the year before
UNTAPPED = 0.25  # of its potential: a customer who spends less has room
LATE = 1.5  # times the longest pause between two purchases so far
FEWEST_PURCHASES = 4  # for a customer's own pauses to say anything
SECOND_PURCHASE_DAYS = 90  # a first purchase older than that should have had a second
OLD_CASE_DAYS = 30
STALE_DAYS = 180  # an open opportunity of that age goes nowhere
RENEWAL_DAYS = 90
MANY_COMPLAINTS = 3  # in twelve months


@dataclass(frozen=True, kw_only=True)
class Group:
    """Customers who have something in common.

    Parameters
    ----------
    customers
        Their ids.
    count
        What is counted: the customers, or their complaints, opportunities ...
    revenue
        Their revenue, in the audit's currency; which, the evidence says. None where no customer is named.
    values
        What else the evidence may quote: numbers of type int are counts, of type float money.
    """

    customers: pd.Index
    count: int
    revenue: float | None
    values: Mapping[str, Any] = field(default_factory=dict)


def _of(records: Records, customers: pd.Index, column: str = "now", **values: Any) -> Group:
    return Group(customers=customers, count=len(customers), revenue=records.spent(customers, column), values=values)


def _overdue(records: Records) -> Group | None:
    if records.contacts is None:
        return None
    return _of(records, records.overdue, active=len(records.active))


def _overdue_key(records: Records) -> Group | None:
    if records.contacts is None or records.active_key_accounts.empty:
        return None
    keys = records.active_key_accounts
    return _of(records, records.overdue.intersection(keys), accounts=len(keys))


def _lost(records: Records) -> Group | None:
    return _of(records, records.lost, "before") if records.has_two_years else None


def _lost_key(records: Records) -> Group | None:
    if not records.has_two_years or records.key_accounts.empty:
        return None
    return _of(records, records.lost.intersection(records.key_accounts), "before")


def _shrunk(records: Records, customers: pd.Index) -> Group:
    drop = records.spent(customers, "before") - records.spent(customers)
    return Group(customers=customers, count=len(customers), revenue=drop, values={"share": f"{CONTRACTION:.0%}"})


def _shrinking(records: Records) -> Group | None:
    return _shrunk(records, records.shrinking) if records.has_two_years else None


def _shrinking_key(records: Records) -> Group | None:
    if not records.has_two_years or records.key_accounts.empty:
        return None
    return _shrunk(records, records.shrinking.intersection(records.key_accounts))


def _growing(records: Records) -> Group | None:
    if not records.has_two_years:
        return None
    table = records.revenue
    growing = table.index[(table["before"] > 0) & (table["now"] > (1 + GROWTH) * table["before"])]
    gain = records.spent(growing) - records.spent(growing, "before")
    return _of(records, growing, gain=gain, share=f"{GROWTH:.0%}")


def _late(records: Records) -> Group | None:
    if records.purchases.empty:
        return None
    bought = records.purchases
    pauses = bought.groupby("customer_id")["ordered_on"].diff().dt.days
    table = pd.DataFrame({
        "longest": pauses.groupby(bought["customer_id"]).max(),
        "purchases": bought.groupby("customer_id").size(),
        "last": bought.groupby("customer_id")["ordered_on"].max(),
    })  # fmt: skip
    waited = (records.until("transactions") - table["last"]).dt.days
    late = table.index[(table["purchases"] >= FEWEST_PURCHASES) & (waited > LATE * table["longest"])]
    return _of(records, late.intersection(records.active))


def _single_purchase(records: Records) -> Group | None:
    if records.purchases.empty:
        return None
    days = records.purchases.groupby("customer_id")["ordered_on"].agg(["size", "max"])
    age = records.until("transactions") - days["max"]
    once = days.index[(days["size"] == 1) & (age < YEAR) & (age >= pd.Timedelta(days=SECOND_PURCHASE_DAYS))]
    return _of(records, once.intersection(records.active), days=SECOND_PURCHASE_DAYS)


def _single_contact_key(records: Records) -> Group | None:
    contacts = records.contacts
    if contacts is None or "contact_id" not in contacts or not contacts["contact_id"].notna().any():
        return None
    keys = records.active_key_accounts
    people = contacts.groupby("customer_id")["contact_id"].nunique().reindex(keys).fillna(0)
    return _of(records, people.index[people <= 1], accounts=len(keys))


def _no_top_key(records: Records) -> Group | None:
    contacts, keys = records.contacts, records.active_key_accounts
    if contacts is None or "contact_level" not in contacts or not contacts["contact_level"].notna().any():
        return None
    top = contacts.loc[contacts["contact_level"].isin(records.params.interaction.contact_levels[:2]), "customer_id"]
    return _of(records, keys.difference(pd.Index(top.unique())), accounts=len(keys))


def _single_category(records: Records) -> Group | None:
    if not records.has("transactions", "category"):
        return None
    orders = records.table("transactions")
    recent = orders[(orders["ordered_on"] > records.until("transactions") - YEAR) & ~orders["is_return"].astype(bool)]
    categories = int(recent["category"].nunique())
    if categories < 3:  # a second category is no strategy where there are two to sell
        return None
    bought = recent.groupby("customer_id")["category"].nunique()
    narrow = bought.index[bought == 1].intersection(records.active)
    return _of(records, narrow, active=len(records.active), categories=categories)


def _untapped(records: Records) -> Group | None:
    if "potential" not in records.data.customers or not records.data.customers["potential"].notna().any():
        return None
    potential = pd.to_numeric(records.data.customers["potential"]).reindex(records.active).astype(float)
    spent = records.revenue["now"].reindex(records.active)
    room = records.active[(spent < UNTAPPED * potential).to_numpy(dtype=bool, na_value=False)]
    gap = float((potential - spent).reindex(room).sum())
    return _of(records, room, gap=gap, share=f"{UNTAPPED:.0%}")


def _cases(records: Records, cases: pd.DataFrame, **values: Any) -> Group:
    known = cases["customer_id"].dropna() if "customer_id" in cases else pd.Series(dtype=object)
    customers = pd.Index(known.unique(), dtype=object)
    revenue = records.spent(customers) if len(customers) else None
    return Group(customers=customers, count=len(cases), revenue=revenue, values=values)


def _open_complaints(records: Records) -> Group | None:
    if records.complaints is None or "resolved_on" not in records.complaints:
        return None
    unresolved = records.complaints[records.complaints["is_open"]]
    oldest = 0 if unresolved.empty else int((records.today - unresolved["received_on"].min()).days)
    return _cases(records, unresolved, oldest=oldest)


def _old_complaints(records: Records) -> Group | None:
    if records.complaints is None or "resolved_on" not in records.complaints:
        return None
    complaints = records.complaints
    old = complaints["is_open"] & (records.today - complaints["received_on"] > pd.Timedelta(days=OLD_CASE_DAYS))
    return _cases(records, complaints[old], days=OLD_CASE_DAYS, open=int(complaints["is_open"].sum()))


def _repeat_complainers(records: Records) -> Group | None:
    if records.complaints is None or not records.has("feedback", "customer_id"):
        return None
    recent = records.complaints[records.complaints["received_on"] > records.today - YEAR]
    often = recent.groupby("customer_id").size()
    return _of(records, often.index[often >= MANY_COMPLAINTS], complaints=MANY_COMPLAINTS)


def _lapsed_complainers(records: Records) -> Group | None:
    if records.complaints is None or not records.has("feedback", "customer_id") or not records.has_two_years:
        return None
    recent = records.complaints[records.complaints["received_on"] > records.today - 2 * YEAR]
    return _of(records, records.lost.intersection(pd.Index(recent["customer_id"].dropna().unique())), "before")


def _ending_contracts(records: Records) -> Group | None:
    if not records.has("contracts", "ends_on"):
        return None
    contracts = records.table("contracts")
    ends = contracts["ends_on"].fillna(pd.Timestamp.max.floor("D"))  # without an end: it goes on
    latest = ends.groupby(contracts["customer_id"]).max()
    horizon = records.today + pd.Timedelta(days=RENEWAL_DAYS)
    return _of(records, latest.index[(latest > records.today) & (latest <= horizon)], days=RENEWAL_DAYS)


def _stale_opportunities(records: Records) -> Group | None:
    if not records.has("opportunities", "created_on"):
        return None
    frame = records.table("opportunities")
    closed = frame["closed_on"] <= records.today if "closed_on" in frame else pd.Series(data=False, index=frame.index)
    age = records.today - frame["created_on"]
    stale = frame[~closed & (age > pd.Timedelta(days=STALE_DAYS))]
    amount = float(stale["amount"].sum()) if "amount" in stale else 0.0
    return _cases(records, stale, amount=amount, days=STALE_DAYS, open=int((~closed).sum()))


def _without(column: str) -> Callable[[Records], Group | None]:
    def group(records: Records) -> Group | None:
        customers = records.data.customers
        if column not in customers or not customers[column].notna().any():
            return None
        known = customers.index[customers[column].notna()]
        return _of(records, records.active.difference(known), active=len(records.active))

    return group


def _active(records: Records) -> Group | None:
    return _of(records, records.active) if records.has("transactions") else None


GROUPS: Mapping[str, Callable[[Records], Group | None]] = {
    "active_customers": _active,
    "overdue_customers": _overdue,
    "overdue_key_accounts": _overdue_key,
    "lost_customers": _lost,
    "lost_key_accounts": _lost_key,
    "shrinking_customers": _shrinking,
    "shrinking_key_accounts": _shrinking_key,
    "growing_customers": _growing,
    "late_customers": _late,
    "single_purchase_customers": _single_purchase,
    "single_contact_key_accounts": _single_contact_key,
    "key_accounts_without_top_contact": _no_top_key,
    "single_category_customers": _single_category,
    "untapped_customers": _untapped,
    "open_complaints": _open_complaints,
    "old_complaints": _old_complaints,
    "repeat_complainers": _repeat_complainers,
    "lapsed_complainers": _lapsed_complainers,
    "ending_contracts": _ending_contracts,
    "stale_opportunities": _stale_opportunities,
    "customers_without_manager": _without("account_manager"),
    "customers_without_segment": _without("segment"),
}
"""Name of the fact -> the customers; None where the data cannot say."""
