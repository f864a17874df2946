"""The census of a client: clean large tables and small ones in, one row a customer and the months out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.census import Census
from analysis.data.client import RECORDED_ON, end_of_record
from analysis.data.customers import DAY, FROM_SALES, describe_customers
from analysis.data.large import reduce
from analysis.data.large.engine import Engine
from analysis.data.large.reduce import Stretch
from analysis.data.large.stretches import as_stretch, counted_windows
from analysis.data.large.tables import Clean
from analysis.data.windows import Window

if TYPE_CHECKING:
    from analysis.params.model import ClientParams

COUNTS = ("contacts", "feedback", "complaints", "open_cases")
PARTS = ("revenue", "constant", "bought", "orders")
DAYS = ("index", "latest", "next")


def take_census(
    params: "ClientParams",
    engine: Engine,
    kind: str,
    clean: Mapping[str, Clean],
    small: Mapping[str, pd.DataFrame],
    as_of: pd.Timestamp,
) -> Census:
    """Return what is known of all customers.

    Parameters
    ----------
    params, engine, kind
        The client, the engine and its name.
    clean
        The large tables after their repairs.
    small
        The other tables, clean.
    as_of
        Date of the audit.
    """
    until = {
        name: end_of_record(_days(engine, clean[name], date), as_of) if name in clean else as_of
        for name, date in RECORDED_ON.items()
    }
    orders = clean.get("transactions")
    windows = _windows(orders, until["transactions"], params)
    stretches = [as_stretch(window) for window in windows]
    reduced, bought = _reduced_orders(engine, orders, stretches)
    counted = _counts(engine, clean)
    ids = _all_ids(bought, counted, small)
    customers = describe_customers(ids, small.get("customers"), _latest_labels(engine, orders), params.segment)
    _add_behaviour(customers, bought, counted)
    months = pd.DataFrame(columns=["month", "revenue", "revenue_constant", "customers"])
    returned: dict[tuple[int, int], float] = {}
    if orders is not None and orders.reduced is not None:
        daily = orders.reduced.daily
        months = engine.collect(reduce.by_month(daily, engine.keep)).sort_values("month").reset_index(drop=True)
        if stretches:
            sums = engine.collect(reduce.goods_returned(daily, stretches)).iloc[0]
            returned = {(w.first, w.last): float(sums[s.name]) for w, s in zip(windows, stretches, strict=True)}
    return Census(
        engine=kind,
        customers=customers,
        buyers=pd.Index(bought.index.astype("str"), dtype="str"),
        windows=tuple(windows),
        parts={(w.first, w.last): _parts(engine, reduced, s) for w, s in zip(windows, stretches, strict=True)},
        returned=returned,
        first_orders=_day_numbers(bought["first_order"]),
        months=months,
        first_day=int(_day_numbers(bought["first_day"]).min()) if len(bought) else None,
        recorded_until=until,
        sampled=len(customers),
        population=len(customers),
    )


def _windows(orders: Clean | None, until: pd.Timestamp, params: "ClientParams") -> list[Window]:
    if orders is None or orders.summary.first is None:
        return []
    first = int(np.datetime64(orders.summary.first, "D").astype(np.int64))
    return counted_windows(first, until, params)


def _days(engine: Engine, table: Clean, date: str) -> "pd.Series":
    frame = table.frame if table.reduced is None else table.reduced.daily
    found = engine.collect(reduce.days_recorded(frame, date))[date]
    return pd.to_datetime(found).astype(DAY)


def _reduced_orders(
    engine: Engine, orders: Clean | None, stretches: list[Stretch]
) -> tuple[nw.LazyFrame | None, pd.DataFrame]:
    """Return one row a customer with order lines, in the order of their ids: kept by the engine, and in short here."""
    columns = ["customer_id", "lines", "first_day", "first_order", "last_order", "orders", "revenue"]
    if orders is None or orders.reduced is None:
        return None, pd.DataFrame(columns=columns).set_index("customer_id")
    kept = engine.keep(reduce.by_customer(orders.reduced.daily, stretches, engine.keep))
    found = engine.collect(kept.select(*columns).sort("customer_id"))
    found["customer_id"] = found["customer_id"].astype("str")
    return kept, found.set_index("customer_id")


def _counts(engine: Engine, clean: Mapping[str, Clean]) -> dict[str, pd.DataFrame]:
    """Return contacts and feedback by customer."""
    found = {}
    if "interactions" in clean:
        found["interactions"] = engine.collect(reduce.contacts_by_customer(clean["interactions"].frame, []))
    if "feedback" in clean:
        frame = clean["feedback"].frame
        names = frame.collect_schema().names()
        if "customer_id" in names:
            cases = reduce.feedback_by_customer(frame, has_kind="kind" in names, has_end="resolved_on" in names)
            found["feedback"] = engine.collect(cases)
    return {
        name: frame.assign(customer_id=frame["customer_id"].astype("str")).set_index("customer_id")
        for name, frame in found.items()
    }


def _all_ids(bought: pd.DataFrame, counted: Mapping[str, pd.DataFrame], small: Mapping[str, pd.DataFrame]) -> pd.Series:
    named = [frame["customer_id"].dropna() for frame in small.values() if "customer_id" in frame.columns]
    named += [pd.Series(frame.index, dtype="str") for frame in (bought, *counted.values()) if len(frame)]
    return pd.concat(named).drop_duplicates().sort_values() if named else pd.Series(dtype="str")


def _latest_labels(engine: Engine, orders: Clean | None) -> dict[str, pd.Series]:
    """Return what each customer's latest order line says of region, partner and manager, as `derive_customers` does."""
    if orders is None:
        return {}
    names = orders.frame.collect_schema().names()
    # the canonical order within a customer and day: keys first, then every other column by name
    order = ["order_id", "line_id"]
    derived = ("customer_id", "ordered_on", "revenue", "revenue_constant")
    order += sorted(name for name in names if name not in (*order, *derived) and not name.startswith(("_", "?")))
    found = {}
    for column in FROM_SALES:
        if column in names:
            latest = reduce.latest_label(orders.frame, column, [name for name in order if name in names])
            values = engine.collect(latest)
            found[column] = pd.Series(
                values[column].astype("str").to_numpy(), index=values["customer_id"].astype("str"), dtype="str"
            )
    return found


def _add_behaviour(customers: pd.DataFrame, bought: pd.DataFrame, counted: Mapping[str, pd.DataFrame]) -> None:
    """Add first and last order, distinct order days, revenue, contacts and feedback, in place."""
    at = bought.reindex(customers.index)
    for name in ("first_order", "last_order"):
        customers[name] = pd.to_datetime(at[name]).astype(DAY)
    customers["orders"] = pd.to_numeric(at["orders"]).fillna(0).astype("int64")
    customers["revenue"] = pd.to_numeric(at["revenue"]).astype("float64").fillna(0.0) if len(bought) else np.nan
    contacts = counted.get("interactions")
    last = pd.Series(dtype=DAY) if contacts is None else contacts["last_contact"]
    customers["last_contact"] = pd.to_datetime(last.reindex(customers.index)).astype(DAY)
    for name in COUNTS:
        for frame in counted.values():
            if name in frame.columns:
                customers[name] = pd.to_numeric(frame[name].reindex(customers.index)).fillna(0).astype("int64")


def _parts(engine: Engine, reduced: nw.LazyFrame | None, stretch: Stretch) -> dict[str, NDArray[np.float64]]:
    """Return what one stretch came to, by customer; one stretch at a time, for together they are many columns."""
    if reduced is None:
        return {}
    names = {f"{stretch.name}:{part}": part for part in (*PARTS, *DAYS)}
    found = engine.collect(reduced.select("customer_id", *names).sort("customer_id"))
    sums = {part: found[f"{stretch.name}:{part}"].to_numpy(dtype=np.float64, na_value=0.0) for part in PARTS}
    return sums | {part: _day_numbers(found[f"{stretch.name}:{part}"]) for part in DAYS}


def _day_numbers(days: pd.Series) -> NDArray[np.float64]:
    """Return dates as days since 1970-01-01, NaN where missing."""
    stamps = pd.to_datetime(days).to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
