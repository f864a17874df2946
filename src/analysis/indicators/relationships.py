"""When each relationship began and ended, from contracts or from the customers' own dates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.indicators.ledger import day_of, to_days
from analysis.indicators.samples import Floats

UNUSUAL = 2.0  # times the longest wait for an end; the first of m waits is the longest by chance once in m times


@dataclass(frozen=True, kw_only=True, eq=False)
class Relationships:
    """One relationship a customer, in days since 1970-01-01.

    Parameters
    ----------
    ids
        Customers.
    began
        Day of the beginning.
    until
        Last day that is known of: the end where `ended`, else `as_of`.
    ended
        Whether it ended by then.
    watched_from
        Day after which ends are recorded. Relationships that began before it are known only because they lasted until
        it, so they enter then.
    as_of
        Date of the audit.
    """

    ids: pd.Index
    began: Floats
    until: Floats
    ended: NDArray[np.bool_]
    watched_from: int
    as_of: int


def collect_relationships(data: ClientData) -> Relationships | None:
    """Return the relationships, or None where no end is recorded.

    Where customers have an ``ended_on``, it says who left; the beginning is ``joined_on``, else the first contract,
    else the first order. Otherwise the contracts say it: one relationship from the first contract to the end
    of the last, open while any contract has no end or one after `as_of`. Prospects have no relationship.
    """
    as_of = day_of(data.as_of)
    dates = _from_customers(data) if _any(data.customers, "ended_on") else _from_contracts(data)
    if dates is None:
        return None
    known = dates[dates["began"].notna() & (dates["began"] <= data.as_of)]
    end = known["end"].where(known["end"] <= data.as_of)
    ended = end.notna().to_numpy(dtype=bool)
    began = to_days(known["began"]).astype(np.float64)
    until = np.where(ended, to_days(end.fillna(data.as_of)), as_of).astype(np.float64)
    lasted = until > began
    if not (ended & lasted).any():
        return None
    return Relationships(
        ids=known.index[lasted],
        began=began[lasted],
        until=until[lasted],
        ended=ended[lasted],
        watched_from=_watched_from(np.unique(until[ended & lasted]), float(began.min()), data.first_date),
        as_of=as_of,
    )


def _watched_from(ends: Floats, began: float, first_date: pd.Timestamp | None) -> int:
    """Return the day after which ends are recorded: that of the first record, unless no end follows it for long.

    Records of sales or contacts often reach further back than records of ends; years without any end would then count
    as years in which everybody stayed. Where the first end comes after the first record (and the first beginning) by
    more than twice the longest time between two ends, recording is taken to begin with the first end, which itself is
    not counted.
    """
    first = int(ends[0])
    if first_date is None:
        return first
    longest = float(np.diff(ends).max()) if len(ends) > 1 else 0.0
    begin = day_of(first_date)
    return min(begin, first - 1) if first - max(begin, began) <= UNUSUAL * longest else first


def _any(frame: pd.DataFrame, column: str) -> bool:
    return column in frame.columns and bool(frame[column].notna().any())


def _from_customers(data: ClientData) -> pd.DataFrame:
    customers = data.customers
    if "stage" in customers:
        customers = customers[customers["stage"].ne("prospect").fillna(True).astype(bool)]
    began = pd.Series(pd.NaT, index=customers.index, dtype="datetime64[ns]")
    if "joined_on" in customers:
        began = pd.to_datetime(customers["joined_on"])
    if data.has("contracts"):
        began = began.fillna(data.table("contracts").groupby("customer_id")["starts_on"].min())
    if "first_order" in customers:
        began = began.fillna(pd.to_datetime(customers["first_order"]))
    return pd.DataFrame({"began": began, "end": pd.to_datetime(customers["ended_on"])})


def _from_contracts(data: ClientData) -> pd.DataFrame | None:
    if not data.has("contracts", "starts_on", "ends_on"):
        return None
    contracts = data.table("contracts")
    contracts = contracts[contracts["customer_id"].notna()]
    runs_on = contracts["ends_on"].isna() | (contracts["ends_on"] > data.as_of)
    by_customer = contracts.assign(runs_on=runs_on).groupby("customer_id", sort=True)
    dates = by_customer.agg(began=("starts_on", "min"), end=("ends_on", "max"), runs_on=("runs_on", "any"))
    return pd.DataFrame({"began": dates["began"], "end": dates["end"].mask(dates["runs_on"])})
