"""What the client's own records say of single accounts: sales, contacts, complaints, opportunities."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.account_revenue import account_revenue
from analysis.indicators.interaction import YEAR, planned_days
from analysis.params.model import ClientParams
from analysis.scale.key_account_shapes import Complaints, Contact, Opportunity, QuarterRevenue

QUARTERS = 8
START_DAYS = 7  # a record may begin so many days into its first quarter and still cover it


def yearly_revenue(data: ClientData) -> pd.DataFrame | None:
    """Return revenue by customer of the last twelve months (``now``) and the twelve before (``before``), or None.

    As every account's revenue (`indicators.account_revenue`); ``before`` is NaN where the orders do not reach back two
    years.
    """
    now, before = account_revenue(data), account_revenue(data, years_ago=1)
    if now is None or before is None:
        return None
    two = data.recorded_until("transactions") - pd.DateOffset(years=2)
    if data.table("transactions")["ordered_on"].min() > two + pd.Timedelta(days=START_DAYS):
        before[:] = np.nan
    return pd.DataFrame({"now": now, "before": before})


def quarterly_revenue(data: ClientData, customers: pd.Index) -> dict[str, tuple[QuarterRevenue, ...]]:
    """Return the revenue of the last `QUARTERS` calendar quarters of some customers, oldest first."""
    if not data.has("transactions"):
        return {}
    lines = data.table("transactions")
    end = data.recorded_until("transactions")
    first = lines["ordered_on"].min()
    last = pd.Period(end, freq="Q")
    shown = [quarter for quarter in pd.period_range(end=last, periods=QUARTERS, freq="Q") if quarter.end_time >= first]
    own = lines.loc[lines["customer_id"].isin(customers), ["customer_id", "ordered_on", "revenue_constant"]]
    place = own["ordered_on"].dt.year * 4 + own["ordered_on"].dt.quarter
    sums = own["revenue_constant"].groupby([own["customer_id"].astype(str), place]).sum()
    found = {}
    for customer in customers.astype(str):
        found[customer] = tuple(
            QuarterRevenue(
                quarter=f"{quarter.year}-Q{quarter.quarter}",
                revenue=round(float(sums.get((customer, quarter.year * 4 + quarter.quarter), 0.0)), 2),
                complete=bool(
                    quarter.end_time.normalize() <= end and quarter.start_time + pd.Timedelta(days=START_DAYS) >= first
                ),
            )
            for quarter in shown
        )
    return found


def contacts_of(data: ClientData, params: ClientParams, customers: pd.Index) -> dict[str, Contact]:
    """Return the contacts with some customers; nothing where the client keeps no record of them."""
    if not data.has("interactions"):
        return {}
    end = data.recorded_until("interactions")
    contacts = data.table("interactions")
    own = contacts[contacts["customer_id"].isin(customers)]
    recent = own[own["occurred_on"] > end - pd.Timedelta(days=YEAR)]
    groups = recent.groupby("customer_id")
    count, last = groups.size(), own.groupby("customer_id")["occurred_on"].max()
    people = groups["contact_id"].nunique() if data.has("interactions", "contact_id") else None
    levels = params.interaction.contact_levels
    top = None
    if data.has("interactions", "contact_level") and contacts["contact_level"].isin(levels).any():
        top = set(recent.loc[recent["contact_level"].isin(levels[:2]), "customer_id"])
    planned = planned_days(data, params)
    found = {}
    for customer in customers:
        day = pd.Timestamp(last[customer]) if customer in last.index else None
        days = None if day is None else int((end - day).days)
        interval = round(float(planned[customer]))
        found[str(customer)] = Contact(
            last_year=int(count.get(customer, 0)),
            last=None if day is None else day.date().isoformat(),
            days=days,
            planned_days=interval,
            is_overdue=days is None or days > interval,
            people=None if people is None else int(people.get(customer, 0)),
            reaches_top=None if top is None else customer in top,
        )
    return found


def complaints_of(data: ClientData, customers: pd.Index) -> dict[str, Complaints]:
    """Return the complaints of some customers; nothing where kinds, customers or resolutions are not recorded."""
    if not data.has("feedback", "kind", "customer_id") or "resolved_on" not in data.table("feedback"):
        return {}
    feedback = data.table("feedback")
    own = feedback[(feedback["kind"] == "complaint") & feedback["customer_id"].isin(customers)]
    unresolved = own[own["resolved_on"].isna()]
    total, still = own.groupby("customer_id").size(), unresolved.groupby("customer_id").size()
    recent = own[own["received_on"] > data.as_of - pd.Timedelta(days=YEAR)].groupby("customer_id").size()
    oldest = unresolved.groupby("customer_id")["received_on"].min()
    return {
        str(customer): Complaints(
            total=int(total.get(customer, 0)),
            last_year=int(recent.get(customer, 0)),
            open=int(still.get(customer, 0)),
            oldest_days=int((data.as_of - oldest[customer]).days) if customer in oldest.index else None,
        )
        for customer in customers
    }


def opportunities_of(data: ClientData, customers: pd.Index) -> dict[str, Opportunity]:
    """Return the opportunity created last with each of some customers that has one."""
    if not data.has("opportunities"):
        return {}
    table = data.table("opportunities")
    own = table[table["customer_id"].isin(customers)].sort_values(["created_on", "opportunity_id"], kind="stable")
    latest = own.groupby("customer_id").tail(1).set_index("customer_id")
    found = {}
    for customer, row in latest.iterrows():
        won = row.get("is_won")
        amount = row.get("amount")
        stage = row.get("stage")
        found[str(customer)] = Opportunity(
            created=row["created_on"].date().isoformat(),
            stage="" if stage is None or pd.isna(stage) else str(stage),
            amount=None if amount is None or pd.isna(amount) else float(amount),
            outcome="" if won is None or pd.isna(won) else "won" if bool(won) else "lost",
        )
    return found
