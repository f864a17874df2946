"""Clients with purchases of known truth, and fitted models at given parameters, for the tests of lifetime value."""

import numpy as np
import pandas as pd
from model_clients import client_of

from analysis.data.client import ClientData
from analysis.models.lifetime.likelihood import Fit
from analysis.models.lifetime.process import Family, Process, families
from analysis.params.model import ClientParams

AS_OF = pd.Timestamp("2025-12-31")


def sales_params(**changes) -> ClientParams:
    base = {"client": "tiny", "name": "Tiny", "sources": {"transactions": {"files": "orders.csv"}}}
    return ClientParams.model_validate(base | changes)


def orders(customers, days, amounts, margin=None) -> pd.DataFrame:
    """Return transactions: `days` before `AS_OF`; amounts below 0 are returns."""
    frame = pd.DataFrame(
        {
            "customer_id": np.asarray(customers, dtype=object),
            "ordered_on": AS_OF - pd.to_timedelta(np.asarray(days), "D"),
            "revenue": np.asarray(amounts, dtype=float),
        }
    )
    frame["is_return"] = frame["revenue"] < 0
    if margin is not None:
        frame["margin"] = margin
    return frame


def sales_client(transactions: pd.DataFrame | None, customers: pd.DataFrame | None = None, **tables) -> ClientData:
    """Return a client with nothing but sales; the record of orders goes on to its last day."""
    ids = [] if transactions is None else sorted(transactions["customer_id"].dropna().unique())
    frame = pd.DataFrame(index=pd.Index(ids, name="customer_id")) if customers is None else customers
    if transactions is not None and "revenue_constant" not in transactions:
        transactions = transactions.assign(revenue_constant=transactions["revenue"])
    data = client_of(None, transactions, frame, AS_OF)
    data.tables.update(tables)
    return data


def draw_orders(
    rng: np.random.Generator, customers: int, *, kind: str = "bg_nbd", purchase=(1.0, 9.0, 0.25, 4.0),
    spend=(4.0, 4.0, 3000.0), days: int = 730,
) -> pd.DataFrame:  # fmt: skip
    """Draw the purchases of customers who begin within the first half of the record, from the models themselves."""
    r, alpha, a, b = purchase
    p, q, gamma = spend
    rate, begin = rng.gamma(r, 1 / alpha, customers), rng.integers(0, days // 2, customers)
    scale = rng.gamma(q, 1 / gamma, customers)
    leaving = rng.beta(a, b, customers) if kind == "bg_nbd" else np.zeros(customers)
    life = np.full(customers, np.inf) if kind == "bg_nbd" else rng.exponential(1 / rng.gamma(a, 1 / b, customers))
    who, when = [np.arange(customers)], [begin]
    time, alive = np.zeros(customers), np.ones(customers, dtype=bool)
    while alive.any():
        time = time + rng.exponential(1 / rate)
        alive &= (time < life) & (time < (days - begin) / 7)
        who.append(np.flatnonzero(alive))
        when.append(begin[alive] + np.floor(7 * time[alive]).astype(int))
        alive &= rng.random(customers) >= leaving
    customer, day = np.concatenate(who), np.concatenate(when)
    amounts = rng.gamma(p, 1 / scale[customer])
    return orders([f"c{number:05d}" for number in customer], days - day, amounts)


def process_at(key: str, values, frequency, recency, watched, period: float = 7.0) -> Process:
    """Return a purchase model at given parameters, times in periods."""
    family: Family = next(family for family in families() if family.key == key)
    count, size = len(frequency), len(values)
    fit = Fit(
        names=tuple("abcd"), values=np.asarray(values, dtype=float), log_likelihood=0.0, n=count,
        covariance=np.zeros((size, size)), scores=np.zeros((count, size)), identified=True,
    )  # fmt: skip
    return Process(
        family=family, fit=fit, rows=np.arange(count), frequency=np.asarray(frequency, dtype=float),
        recency=np.asarray(recency, dtype=float), watched=np.asarray(watched, dtype=float), period=period,
    )  # fmt: skip
