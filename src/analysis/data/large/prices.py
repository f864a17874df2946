"""Amounts of order lines in the audit's currency, by the rates that the pandas road would look up."""

import datetime as dt
from typing import TYPE_CHECKING

import narwhals as nw
import pandas as pd

from analysis.data.large.engine import Engine
from analysis.data.large.wording import Found, unread_fault
from analysis.data.money import daily_rates, latest_rates
from analysis.errors import Fault

if TYPE_CHECKING:
    from analysis.params.model import MoneySpec


def add_revenue(
    engine: Engine,
    lines: nw.LazyFrame,
    rates: pd.DataFrame | None,
    money: "MoneySpec",
    as_of: dt.date,
    faults: list[Fault],
) -> nw.LazyFrame:
    """Return order lines with ``revenue`` and ``revenue_constant``, the margin in the audit's currency."""
    names = lines.collect_schema().names()
    net = nw.col("amount")
    if "tax_included" in names and money.vat_rate:
        net = nw.when(nw.col("tax_included")).then(net / (1 + money.vat_rate)).otherwise(net)
    lines = lines.with_columns(net.alias("revenue"), net.alias("revenue_constant"))
    if "currency" not in names:
        return lines
    is_foreign = ~nw.col("currency").is_null() & (nw.col("currency") != money.currency)
    pairs = lines.filter(is_foreign & ~nw.col("ordered_on").is_null()).select("currency", "ordered_on").unique()
    table = _table(engine.collect(pairs), rates, money, as_of)
    if table.empty:
        return lines
    own = nw.when(is_foreign).then(nw.lit(None).cast(nw.Float64)).otherwise(nw.lit(1.0))
    lines = lines.join(
        engine.small(table), left_on=["currency", "ordered_on"], right_on=["=c", "=d"], how="left"
    ).with_columns(nw.coalesce(nw.col("=daily"), own).alias("=daily"), nw.coalesce(nw.col("=last"), own).alias("=last"))
    lines = lines.drop("=c", "=d", strict=False)
    _refuse_unpriced(engine, lines, is_foreign, money, as_of, faults)
    priced = [
        (nw.col("revenue") * nw.col("=daily")).alias("revenue"),
        (nw.col("revenue_constant") * nw.col("=last")).alias("revenue_constant"),
    ]
    if "margin" in names:
        priced.append((nw.col("margin") * nw.col("=daily")).alias("margin"))
    return lines.with_columns(*priced).drop("=daily", "=last")


def _table(pairs: pd.DataFrame, rates: pd.DataFrame | None, money: "MoneySpec", as_of: dt.date) -> pd.DataFrame:
    """Return the rate of the day and the last rate for each currency and day that occur."""
    if pairs.empty:
        return pairs
    pairs = pairs.sort_values(["currency", "ordered_on"]).reset_index(drop=True)
    dated = pairs.assign(ordered_on=pd.to_datetime(pairs["ordered_on"]).astype("datetime64[us]"))
    last = latest_rates(rates, pd.Timestamp(as_of))
    return pd.DataFrame(
        {
            "=c": pairs["currency"].astype("str"),
            "=d": dated["ordered_on"].dt.date,
            "=daily": daily_rates(dated, "ordered_on", rates, money).to_numpy(dtype="float64"),
            "=last": pairs["currency"].map(last).to_numpy(dtype="float64"),
        }
    )


def _refuse_unpriced(
    engine: Engine,
    lines: nw.LazyFrame,
    is_foreign: nw.Expr,
    money: "MoneySpec",
    as_of: dt.date,
    faults: list[Fault],
) -> None:
    unknown = nw.col("=daily").is_null() | nw.col("=last").is_null()
    rows = lines.filter(is_foreign & (nw.col("ordered_on") <= as_of) & unknown)
    counted = engine.collect(rows.group_by("currency").agg(nw.len().alias("n")))
    if len(counted):
        fault = unread_fault(
            Found(engine, rows, "currency", counted),
            what="transactions.currency",
            rule=f"needs a rate to {money.currency} at or before the row's date",
            hint="add the table `rates` (currency, date, rate, source), or rows to it",
        )
        faults.append(fault)
