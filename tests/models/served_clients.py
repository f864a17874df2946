"""Small clients made by hand for the tests of contacts, complaints and partners."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.client import ClientData, DataQuality
from analysis.params.model import ClientParams

AS_OF = pd.Timestamp("2025-12-31")


def served_params(**changes: Any) -> ClientParams:
    base: dict[str, Any] = {"client": "served", "name": "Served", "sources": {"transactions": {"files": "x.csv"}}}
    return ClientParams.model_validate(base | {"bootstrap_draws": 100} | changes)


def day(before: int) -> pd.Timestamp:
    return AS_OF - pd.Timedelta(days=before)


def orders(rows: Sequence[tuple[str, int, float]], **columns: Any) -> pd.DataFrame:
    """Order lines from (customer, days before the audit, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "before", "amount"])
    frame["ordered_on"] = AS_OF - pd.to_timedelta(frame.pop("before"), unit="D")
    frame["revenue"] = frame["amount"].astype(float)
    frame["revenue_constant"] = frame["revenue"]
    frame["is_return"] = frame["amount"] < 0
    return frame.assign(**columns)


def served_data(tables: Mapping[str, pd.DataFrame], customers: pd.DataFrame | None = None) -> ClientData:
    """Client data with the customers that the tables name; `customers` (indexed by id) adds their columns."""
    ids = {str(value) for frame in tables.values() if "customer_id" in frame for value in frame["customer_id"].dropna()}
    index = pd.Index(
        sorted(ids | set(() if customers is None else customers.index)), name="customer_id", dtype="object"
    )
    base = pd.DataFrame({"segment": pd.NA, "partner_id": pd.NA, "is_key_account": False}, index=index)
    sales = tables.get("transactions")
    for name, how in (("first_order", "min"), ("last_order", "max")):
        found = (
            pd.Series(dtype="datetime64[us]") if sales is None else sales.groupby("customer_id")["ordered_on"].agg(how)
        )
        base[name] = found.reindex(index).astype("datetime64[us]")
    for column in () if customers is None else customers:
        base[column] = customers[column].reindex(index)
    base["is_key_account"] = base["is_key_account"].eq(True)
    return ClientData(
        tables=dict(tables),
        customers=base,
        waves=(),
        quality=DataQuality(tables=(), repairs=()),
        as_of=AS_OF,
        first_date=None if sales is None else sales["ordered_on"].min(),
    )


def ids_of(count: int) -> list[str]:
    return [f"C{number:03d}" for number in range(count)]


def weekly_orders(ids: Sequence[str], weeks: int = 104, every: int = 4) -> list[tuple[str, int, float]]:
    """Every customer orders for 100 every few weeks until the date of the audit."""
    return [(customer, 7 * week, 100.0) for customer in ids for week in range(0, weeks, every)]


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)
