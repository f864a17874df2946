"""Small clients made by hand for the tests of the customer base in motion: dates and amounts that a reader can follow."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.client import ClientData, DataQuality
from analysis.params.model import ClientParams

AS_OF = pd.Timestamp("2025-12-31")


def make_params(**changes: Any) -> ClientParams:
    base = {
        "client": "tiny",
        "name": "Tiny",
        "sources": {"transactions": {"files": "x.csv"}},
        "repurchase": {"horizon_days": 90},
        "limits": {"min_clusters": 2, "min_n": 2},
        "bootstrap_draws": 200,
    }
    return ClientParams.model_validate(base | changes)


def orders_of(rows: Sequence[tuple[Any, ...]], **columns: Any) -> pd.DataFrame:
    """Order lines from (customer, day, revenue); a negative revenue is a return."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"])
    frame["customer_id"] = frame["customer_id"].astype("str")
    frame["ordered_on"] = pd.to_datetime(frame["ordered_on"])
    frame["revenue"] = frame["amount"].astype(float)
    frame["revenue_constant"] = frame["revenue"]
    frame["is_return"] = frame["amount"] < 0
    return frame.assign(**columns).sort_values("ordered_on", kind="stable", ignore_index=True)


def client_of(
    tables: Mapping[str, pd.DataFrame], customers: Mapping[str, Sequence[Any]] | None = None, **changes: Any
) -> ClientData:
    """Client data; `customers` has a list ``customer_id`` and columns of the customers table, or is derived."""
    named = {str(each) for frame in tables.values() if "customer_id" in frame for each in frame["customer_id"].dropna()}
    own = pd.DataFrame(dict(customers or {"customer_id": sorted(named)})).set_index("customer_id")
    index = pd.Index(sorted(named | set(own.index)), name="customer_id")
    frame = own.reindex(index)
    for column in ("joined_on", "ended_on"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    sales = tables.get("transactions")
    bought = None if sales is None else sales[sales["amount"] > 0]
    frame["first_order"] = (
        pd.NaT if bought is None else bought.groupby("customer_id")["ordered_on"].min().reindex(index)
    )
    return ClientData(
        tables=dict(tables),
        customers=frame,
        waves=(),
        quality=DataQuality(tables=(), repairs=()),
        as_of=changes.pop("as_of", AS_OF),
        first_date=None if sales is None else sales["ordered_on"].min(),
        **changes,
    )
