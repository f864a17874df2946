"""The rows of the count and the duration model: customers as long as they were followed, all in its order in time.

Predictors come from before the response, orders from strictly after it; nobody is followed past the end of the record
of orders.
"""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.models.behaviour.outcomes import count_orders
from analysis.models.guarded_segments import guarded_segments
from analysis.models.repurchase_sample import (
    build_sample,
    group_of,
    history,
    index_responses,
    purchase_days,
    usable_answers,
)
from analysis.params.model import ClientParams

FEWEST_FOLLOWED = 30
"""A customer whose horizon is not complete counts in the count model when it was followed for so many days."""


def count_rows(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return one row a customer: its orders after the response, and for how many days it was followed.

    First the customers of `repurchase_sample.build_sample` in their order, whose horizon is complete; then those others
    whose latest response lies at least `FEWEST_FOLLOWED` days (or the horizon, if shorter) before the record's end.

    Returns
    -------
    pandas.DataFrame
        The columns of `RepurchaseSample.rows`, and ``orders`` (order days within horizon and follow-up),
        ``exposure_days``, ``complete`` (bool) and ``event`` (0/1: at least one order).
    """
    sample = build_sample(data, params)
    horizon, end = params.repurchase.horizon_days, data.recorded_until("transactions")
    purchases = purchase_days(data)
    rows = sample.rows.assign(exposure_days=float(horizon), complete=True)
    answers = usable_answers(data, params)
    others = answers[~answers["customer_id"].astype(str).isin(rows["customer_id"])]
    followed = (end - others["responded_on"].dt.normalize()).dt.days
    others = others[followed >= min(FEWEST_FOLLOWED, horizon)]
    if len(others):
        partial = _described(index_responses(others), purchases, data, params)
        days = (end - partial["responded_on"].dt.normalize()).dt.days.astype(float)
        partial = partial.assign(exposure_days=days, complete=False)
        rows = pd.concat([rows, partial], ignore_index=True) if len(rows) else partial
    orders = count_orders(rows, purchases, rows["exposure_days"])
    return rows.assign(orders=orders, event=(orders > 0).astype(float), bought=(orders > 0).astype(float))


def period_rows(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return one row a customer and wave: at risk of its next order from the response on.

    The clock counts days since the customer's last order before the response; a customer who had never ordered has a
    clock that starts at its first response. A row begins at its response (delayed entry) and ends with the first order
    after it (an event), the next response of the same customer (whose answers hold from then on) or the end of the
    record of orders, whichever is first.

    Returns
    -------
    pandas.DataFrame
        Sorted by customer and response: ``customer_id, responded_on, satisfaction, loyalty, weight, recency, frequency,
        tenure, no_order_before, history_cut, segment, group, wave`` as of that response; ``start, stop`` (days on the
        clock), ``event`` (0/1); ``complete`` (a whole horizon was followed), ``bought`` (an order within the horizon,
        for complete rows) and ``latest`` (the customer's latest complete row).
    """
    end = data.recorded_until("transactions")
    answers = usable_answers(data, params)
    answers = answers[answers["responded_on"].dt.normalize() < end]
    purchases = purchase_days(data)
    parts = [
        _described(index_responses(part), purchases, data, params).assign(wave=str(part["wave"].iloc[0]))
        for _, part in answers.groupby("wave_order", observed=True)
    ]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True).sort_values(["customer_id", "responded_on"], ignore_index=True)
    answered = rows["responded_on"].dt.normalize()
    by_customer = answered.groupby(rows["customer_id"])
    to_order = _days_to_next_order(rows, purchases)
    to_end = (by_customer.shift(-1).fillna(end).clip(upper=end) - answered).dt.days.astype(float)
    waited = (answered - by_customer.transform("first")).dt.days.astype(float)
    start = np.rint(np.expm1(rows["recency"])).fillna(waited)
    event = to_order <= to_end
    horizon = params.repurchase.horizon_days
    rows = rows.assign(
        start=start,
        stop=start + to_order.where(event, to_end),
        event=event.astype(float),
        complete=answered + pd.Timedelta(days=horizon) <= end,
        bought=(to_order <= horizon).astype(float),
    )
    rows = rows[rows["stop"] > rows["start"]].reset_index(drop=True)
    last = rows[rows["complete"]].groupby("customer_id").tail(1).index
    return rows.assign(latest=rows.index.isin(last))


def _described(index: pd.DataFrame, purchases: pd.DataFrame, data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return index responses with what was known before each: history, segment, group of companies."""
    rows = index.join(history(index, purchases, 0, params.repurchase.history_days, data))
    segment = rows["customer_id"].map(guarded_segments(data, params)) if params.segment else None
    return rows.assign(segment=segment, group=group_of(rows["customer_id"], data))


def _days_to_next_order(rows: pd.DataFrame, purchases: pd.DataFrame) -> pd.Series:
    """Return the days from each response to the customer's first order strictly after it; infinite without one."""
    left = pd.DataFrame({"customer_id": rows["customer_id"].astype(str), "day": rows["responded_on"].dt.normalize()})
    left = left.reset_index(names="row").sort_values("day", kind="stable")
    right = purchases.assign(ordered=purchases["day"]).sort_values("day", kind="stable")
    found = pd.merge_asof(
        left, right, on="day", by="customer_id", direction="forward", allow_exact_matches=False
    ).set_index("row")
    return (found["ordered"] - found["day"]).dt.days.astype(float).fillna(np.inf).reindex(rows.index)
