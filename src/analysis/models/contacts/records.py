"""The contacts of the window and the active customers, prepared once for every question about them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.account_revenue import revenue_of
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.interaction import active_at, windows_of
from analysis.indicators.ledger import Ledger, Window, day_of, open_ledger, to_days
from analysis.indicators.samples import Codes, Floats, Sample
from analysis.models.memory import once_per_client
from analysis.params.model import ClientParams
from analysis.results import Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """Contacts as arrays.

    Parameters
    ----------
    ids
        Active customers, as `indicators.interaction` counts them at the end of the window.
    until, window
        Last day that the record of contacts reaches to, and the days that are counted.
    frame
        All contacts with a known customer, in time order as the client has them.
    day, customer
        Day of each contact, and the position of its customer in `ids` (-1: not an active one).
    inside
        Which contacts lie in the window and are with active customers.
    revenue
        Revenue of each active customer in the last twelve months on record (`indicators.account_revenue`), or None
        without orders.
    """

    ids: pd.Index
    until: int
    window: Window
    frame: pd.DataFrame
    day: Codes
    customer: Codes
    inside: "np.ndarray"
    revenue: Floats | None


@once_per_client
def ledger_of(data: ClientData, params: ClientParams) -> Ledger | None:
    """Return the client's orders as arrays, or None without any."""
    del params  # the ledger does not depend on them; the cache asks for both
    return open_ledger(data)


@once_per_client
def read_records(data: ClientData, params: ClientParams) -> Records | None:
    """Return the contacts, or None where none is recorded with a known customer."""
    if not data.has("interactions", "customer_id"):
        return None
    frame = data.table("interactions")
    frame = frame[frame["customer_id"].notna()]
    day = to_days(frame["occurred_on"])
    until = day_of(data.recorded_until("interactions"))
    window = windows_of(day, until, params.interaction.window_days)[-1]
    ledger = ledger_of(data, params)
    ids = active_at(window.last, data, ledger)
    customer = ids.get_indexer(pd.Index(frame["customer_id"])).astype(np.int64)
    return Records(
        ids=ids,
        until=until,
        window=window,
        frame=frame,
        day=day,
        customer=customer,
        inside=window.holds(day) & (customer >= 0),
        revenue=revenue_of(ids, data),
    )


def share_of_customers(values: "np.ndarray", params: ClientParams) -> Outcome:
    """Return the share of customers for whom `values` (one each) is true, with Wilson's interval."""
    return estimate(
        Sample.of_units(np.asarray(values, dtype=np.float64)), SHARE, min_clusters=params.limits.min_clusters
    )


def names_of(ids: pd.Index, column: str, data: ClientData) -> list[str]:
    """Return a text of each customer, empty where there is none."""
    if column not in data.customers:
        return [""] * len(ids)
    return ["" if pd.isna(value) else str(value) for value in data.customers[column].reindex(ids)]
