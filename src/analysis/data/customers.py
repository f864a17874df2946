"""One row a customer, derived from whatever tables there are."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analysis.data.contract import TABLES

FROM_SALES = ("partner_id", "region", "account_manager")
"""What a customer's latest order says where the customers table does not."""
DAY: Final = "datetime64[us]"


def derive_customers(frames: Mapping[str, pd.DataFrame], segment: str | None) -> pd.DataFrame:
    """Return every customer that any table names, indexed by ``customer_id`` in order of id.

    Parameters
    ----------
    frames
        Canonical tables.
    segment
        The customers' column by which the audit breaks down; it becomes ``segment``.

    Returns
    -------
    DataFrame
        Columns as in `ClientData.customers`. ``first_order``, ``last_order`` and ``orders`` (distinct days) count
        purchases, not returns; ``revenue`` is net of returns, and NaN without any transactions table.
    """
    named = [frame["customer_id"].dropna() for frame in frames.values() if "customer_id" in frame.columns]
    ids = pd.concat(named).drop_duplicates().sort_values() if named else pd.Series(dtype="str")
    sales = frames.get("transactions")
    latest = {
        column: sales.groupby("customer_id")[column].last()
        for column in FROM_SALES
        if sales is not None and column in sales.columns
    }
    customers = describe_customers(ids, frames.get("customers"), latest, segment)
    _add_orders(customers, sales)
    contacts = frames.get("interactions")
    last = pd.Series(dtype=DAY) if contacts is None else contacts.groupby("customer_id")["occurred_on"].max()
    customers["last_contact"] = last.reindex(customers.index).astype(DAY)
    return customers


def describe_customers(
    ids: pd.Series, listed: pd.DataFrame | None, latest: Mapping[str, pd.Series], segment: str | None
) -> pd.DataFrame:
    """Return what is known of customers besides what they did.

    Parameters
    ----------
    ids
        Distinct ids, in their order.
    listed
        The customers table, if there is one.
    latest
        Column -> what each customer's latest order says, by customer.
    segment
        The column that becomes ``segment``.
    """
    customers = pd.DataFrame(index=pd.Index(ids.astype("str"), name="customer_id", dtype="str"))
    own = listed.set_index("customer_id") if listed is not None else None
    for column in TABLES["customers"].columns[1:]:
        customers[column.name] = _own(own, column.name, customers.index, column.kind)
    if own is not None:
        for name in own.columns.difference(customers.columns, sort=False):
            customers[name] = own[name].reindex(customers.index)
    if segment is not None and segment in customers.columns:
        customers["segment"] = customers[segment]
    for column_name, values in latest.items():
        customers[column_name] = customers[column_name].fillna(values.reindex(customers.index))
    if segment in FROM_SALES:
        customers["segment"] = customers[segment]
    return customers


def _own(own: pd.DataFrame | None, name: str, index: pd.Index, kind: str) -> pd.Series:
    given = own[name].reindex(index) if own is not None and name in own.columns else None
    if kind == "flag":
        return (pd.Series(data=False, index=index) if given is None else given.fillna(value=False)).astype(bool)
    if kind == "number":
        return pd.Series(np.nan, index=index) if given is None else given.astype("float64")
    if kind == "date":
        return pd.Series(pd.NaT, index=index, dtype=DAY) if given is None else given.astype(DAY)
    return pd.Series(np.nan, index=index, dtype="str") if given is None else given


def _add_orders(customers: pd.DataFrame, sales: pd.DataFrame | None) -> None:
    """Add first and last order, distinct order days and revenue, in place (the frame is not shared yet)."""
    if sales is None:
        customers["first_order"] = pd.Series(pd.NaT, index=customers.index, dtype=DAY)
        customers["last_order"] = customers["first_order"]
        customers["orders"] = 0
        customers["revenue"] = np.nan
        return
    days = sales.loc[sales["amount"] > 0, ["customer_id", "ordered_on"]].drop_duplicates()
    per_customer = days.groupby("customer_id")["ordered_on"].agg(["min", "max", "size"]).reindex(customers.index)
    customers["first_order"] = per_customer["min"].astype(DAY)
    customers["last_order"] = per_customer["max"].astype(DAY)
    customers["orders"] = per_customer["size"].fillna(0).astype("int64")
    customers["revenue"] = sales.groupby("customer_id")["revenue"].sum().reindex(customers.index).fillna(0.0)
