"""What each customer did after its response: order days and revenue, strictly after it and within the horizon.

One row a customer, in the order of `repurchase_sample.build_sample`; orders on the day of the response are left aside,
as there.
"""

import pandas as pd

from analysis.data.client import ClientData
from analysis.models.repurchase_sample import build_sample, purchase_days
from analysis.params.model import ClientParams

COUNT_COLUMNS = ("customer_id", "responded_on", "orders", "exposure_days")
REVENUE_COLUMNS = ("customer_id", "responded_on", "revenue", "exposure_days")


def purchase_counts(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return how often each customer of the repeat-purchase sample ordered within the horizon after its response.

    Parameters
    ----------
    data
        With the tables `survey` and `transactions`.
    params
        Of the client; `repurchase.horizon_days` is the length of the window.

    Returns
    -------
    pandas.DataFrame
        `COUNT_COLUMNS`, one row a customer, index 0..n-1 as in ``build_sample(data, params).rows``: ``orders`` are
        days with an order (returns left aside), ``exposure_days`` the days followed, here always the whole horizon.
    """
    rows = build_sample(data, params).rows
    days = params.repurchase.horizon_days
    followed = pd.Series(days, index=rows.index, dtype=float)
    counts = rows[["customer_id", "responded_on"]].assign(orders=count_orders(rows, purchase_days(data), followed))
    return counts.assign(exposure_days=followed)


def revenue_after(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return each customer's revenue within the horizon after its response, in the audit's currency.

    The sum of the order lines' ``revenue`` strictly after the response day, up to its horizon's last day; returns
    booked in that time count against it, so that a customer's revenue can be negative. 0 where nothing was ordered.

    Returns
    -------
    pandas.DataFrame
        `REVENUE_COLUMNS`, aligned with ``build_sample(data, params).rows``.
    """
    rows = build_sample(data, params).rows
    days = params.repurchase.horizon_days
    orders = data.table("transactions")
    orders = orders[orders["customer_id"].notna() & orders["revenue"].notna()]
    lines = pd.DataFrame(
        {"customer_id": orders["customer_id"].astype(str), "day": orders["ordered_on"], "revenue": orders["revenue"]}
    )
    inside = _days_after(rows, lines).query("0 < after <= @days")
    revenue = rows["customer_id"].map(inside.groupby("customer_id")["revenue"].sum()).fillna(0.0).astype(float)
    return rows[["customer_id", "responded_on"]].assign(revenue=revenue, exposure_days=float(days))


def count_orders(rows: pd.DataFrame, purchases: pd.DataFrame, followed: pd.Series) -> pd.Series:
    """Return the order days of each row's customer strictly after its response and at most `followed` days after it.

    Parameters
    ----------
    rows
        ``customer_id, responded_on``, one row a customer.
    purchases
        ``customer_id, day``, distinct, as from `repurchase_sample.purchase_days`.
    followed
        Days by row.
    """
    window = pd.Series(followed.to_numpy(dtype=float), index=rows["customer_id"].to_numpy())
    days = _days_after(rows, purchases)
    inside = days[(days["after"] > 0) & (days["after"] <= days["customer_id"].map(window))]
    return rows["customer_id"].map(inside.groupby("customer_id").size()).fillna(0).astype(float)


def _days_after(rows: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return the events of the rows' customers with ``after``: whole days after (negative: before) the response."""
    joined = events.merge(rows[["customer_id", "responded_on"]], on="customer_id", how="inner")
    joined["after"] = (joined["day"].dt.normalize() - joined["responded_on"].dt.normalize()).dt.days
    return joined
