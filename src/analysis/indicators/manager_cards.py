"""What an account manager's card holds: the customers, their key accounts, and each indicator beside the others'."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.appraisal_shapes import KeyAccountLine, ManagerCard, ManagerIndicator, TargetRow
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.interaction import planned_days
from analysis.indicators.ledger import year_ending
from analysis.indicators.manager_comparison import GrowthByManager, difference_of, estimate_others
from analysis.indicators.observations import Observations
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult, NotEstimable, Outcome

CARD_KEYS = (
    "revenue_per_customer",
    "revenue_growth",
    "retention_rate",
    "repeat_purchase_rate",
    "contact_coverage",
    "satisfaction_index",
    "nps",
)
KEY_ACCOUNTS = 10
NO_ANSWER = NotEstimable(reason=N_("Too few of this manager's customers for an estimate of their own."))


def describe_customers(data: ClientData, managers: pd.Series) -> pd.DataFrame:
    """Return one row a managed customer: manager, revenue of two years, whether active, open complaints, contact."""
    customers = data.customers.reindex(managers.index)
    table = pd.DataFrame({"manager": managers}, index=managers.index)
    table["name"] = customers.get("name")
    table["is_key_account"] = customers["is_key_account"].astype(bool)
    if data.has("transactions"):
        orders = data.table("transactions")
        until = data.recorded_until("transactions")
        years = [year_ending(until), year_ending(until - pd.DateOffset(years=1))]
        day = orders["ordered_on"].to_numpy(dtype="datetime64[D]").astype("int64")
        for name, year in zip(("revenue", "revenue_before"), years, strict=True):
            spent = orders[year.holds(day)].groupby("customer_id")["revenue_constant"].sum()
            table[name] = spent.reindex(table.index).fillna(0.0)
        bought = orders[years[0].holds(day) & ~orders["is_return"].to_numpy(dtype=bool)]
        table["is_active"] = table.index.isin(bought["customer_id"].dropna().unique())
    if data.has("feedback", "kind", "customer_id") and "resolved_on" in data.table("feedback"):
        feedback = data.table("feedback")
        settled = feedback["resolved_on"] <= data.as_of
        open_cases = feedback[(feedback["kind"] == "complaint") & ~settled].groupby("customer_id").size()
        table["open_complaints"] = open_cases.reindex(table.index).fillna(0).astype(int)
    if data.has("interactions"):
        met = data.table("interactions").groupby("customer_id")["occurred_on"].max().reindex(table.index)
        table["days_since_contact"] = (data.recorded_until("interactions") - met).dt.days
    return table


def rank_managers(table: pd.DataFrame) -> list[str]:
    """Return the managers, most revenue (or, without orders, most customers) first."""
    groups = table.groupby("manager")
    size = groups["revenue"].sum() if "revenue" in table else groups.size()
    return [str(name) for name in size.sort_values(ascending=False, kind="stable").index]


def write_card(
    manager: str,
    table: pd.DataFrame,
    by_manager: Mapping[str, IndicatorResult],
    observed: Mapping[str, Observations],
    growth: GrowthByManager | None,
    targets: Sequence[TargetRow],
    data: ClientData,
    params: ClientParams,
) -> ManagerCard:
    """Return one manager's card, its indicators beside those of all the others and still without verdicts.

    Parameters
    ----------
    manager, table
        Which manager, and the customers (`describe_customers`).
    by_manager, observed, growth
        The indicators with the managers in ``by_partner``, their observations, and what growth is compared from.
    targets
        Every target's answer.
    data, params
        The client.
    """
    own = table[table["manager"] == manager]
    key_accounts = own[own["is_key_account"]]
    if "revenue" in own:
        key_accounts = key_accounts.sort_values("revenue", ascending=False, kind="stable")
    planned = planned_days(data, params)
    keys = [key for key in CATALOGUE if key in by_manager]
    keys.sort(key=lambda key: CARD_KEYS.index(key) if key in CARD_KEYS else len(CARD_KEYS))
    return ManagerCard(
        manager=manager,
        customers=len(own),
        active=int(own["is_active"].sum()) if "is_active" in own else None,
        revenue=round(float(own["revenue"].sum()), 2) if "revenue" in own else None,
        revenue_share=_share(own, table),
        open_complaints=int(own["open_complaints"].sum()) if "open_complaints" in own else None,
        indicators=tuple(
            _compare(by_manager[key], manager, observed.get(key), growth, targets, params) for key in keys
        ),
        key_accounts=tuple(
            _key_account(str(customer), row, int(planned.loc[str(customer)]))
            for customer, row in key_accounts.head(KEY_ACCOUNTS).iterrows()
        ),
        key_accounts_in_all=len(key_accounts),
    )


def _share(own: pd.DataFrame, table: pd.DataFrame) -> float | None:
    total = float(table["revenue"].sum()) if "revenue" in table else 0.0
    return float(own["revenue"].sum()) / total if total > 0 else None


def _key_account(customer: str, row: "pd.Series[Any]", planned: int) -> KeyAccountLine:
    waited, complaints = row.get("days_since_contact"), row.get("open_complaints")
    return KeyAccountLine(
        customer_id=customer,
        name=str(row["name"]) if pd.notna(row["name"]) else "",
        revenue=round(float(row["revenue"]), 2) if "revenue" in row else None,
        revenue_before=round(float(row["revenue_before"]), 2) if "revenue_before" in row else None,
        days_since_contact=int(waited) if waited is not None and pd.notna(waited) else None,
        planned_days=planned,
        open_complaints=None if complaints is None else int(complaints),
    )


def _compare(
    result: IndicatorResult,
    manager: str,
    observed: Observations | None,
    growth: GrowthByManager | None,
    targets: Sequence[TargetRow],
    params: ClientParams,
) -> ManagerIndicator:
    outcome: Outcome = result.by_partner.get(manager, NO_ANSWER)
    if result.key == "revenue_growth" and growth is not None:
        others = growth.others(manager)
    else:
        others = estimate_others(result, observed, manager, params)
    held = next(
        (
            row.attained
            for row in targets
            if (row.indicator, row.group, row.label) == (result.key, "account_manager", manager)
            and row.measured == list(result.by_period)[-1]
        ),
        None,
    )
    return ManagerIndicator(
        key=result.key,
        name=result.name,
        unit=result.unit,
        higher_is_better=result.higher_is_better,
        outcome=outcome,
        others=others,
        difference=difference_of(outcome, others),
        verdict=None,
        target=held,
    )
