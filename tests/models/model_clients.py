"""Small clients for the tests of the models, drawn from known equations."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData, DataQuality
from analysis.params.model import ClientParams

AS_OF = pd.Timestamp("2025-12-31")


def split_third(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with every third split into two of half the weight, the second halves at the end."""
    some = np.arange(len(rows)) % 3 == 0
    halved = rows.assign(weight=np.where(some, rows["weight"] / 2, rows["weight"]))
    return pd.concat([halved, halved[some]], ignore_index=True)


def make_params(**changes) -> ClientParams:
    item = {"role": "satisfaction", "scale": {"min": 1, "max": 10}}
    base = {
        "client": "tiny",
        "name": "Tiny",
        "sources": {"survey": {"files": "survey.csv"}},
        "survey": {
            "items": {
                "overall": item,
                "recommend": {"role": "recommendation", "scale": {"min": 0, "max": 10}},
            },
            "confidentiality": "attributed",
        },
        "repurchase": {"horizon_days": 100, "history_days": 200},
    }
    return ClientParams.model_validate(base | changes)


def make_client(
    *,
    accounts: int = 300,
    seed: int = 1,
    slope: float = 0.6,
    effect: float = 0.05,
    respondents: int = 2,
    weights: bool = False,
    as_of: pd.Timestamp = AS_OF,
) -> ClientData:
    """Draw accounts with `respondents` answers each; loyalty = 20 + slope * satisfaction + account + noise."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{i:04d}" for i in range(accounts)])
    segment = np.where(np.arange(accounts) % 3 == 0, "Retail", "Trade")
    trait = rng.normal(size=accounts)
    survey = _survey(rng, ids, trait, slope, respondents, weights)
    mean = survey.groupby("customer_id")["satisfaction_index"].mean().reindex(ids).to_numpy()
    transactions = _orders(rng, ids, survey.groupby("customer_id")["responded_on"].max().reindex(ids), effect, mean)
    customers = pd.DataFrame(
        {
            "segment": segment,
            "joined_on": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, accounts), "D"),
            "is_key_account": np.arange(accounts) % 10 == 0,
        },
        index=pd.Index(ids, name="customer_id"),
    )
    return client_of(survey, transactions, customers, as_of)


def _still_recording(transactions: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the orders with one of `as_of` by somebody who was not asked: the record of orders goes on to that day."""
    last = {"customer_id": "passer-by", "ordered_on": as_of, "revenue": 100.0, "is_return": False}
    if (transactions["customer_id"] == "passer-by").any():
        return transactions
    return pd.concat([transactions, pd.DataFrame([last])], ignore_index=True)


def client_of(survey, transactions, customers, as_of=AS_OF, **changes) -> ClientData:
    if transactions is not None and len(transactions):
        transactions = _still_recording(transactions, as_of)
    tables = {name: frame for name, frame in (("survey", survey), ("transactions", transactions)) if frame is not None}
    waves = tuple(survey.sort_values("wave_order")["wave"].unique()) if survey is not None else ()
    return ClientData(
        tables=tables,
        customers=customers,
        waves=waves,
        quality=DataQuality(tables=(), repairs=()),
        as_of=as_of,
        first_date=None if transactions is None else transactions["ordered_on"].min(),
        **changes,
    )


def _survey(rng, ids, trait, slope, respondents, weights):
    account = np.repeat(np.arange(len(ids)), respondents)
    n = len(account)
    satisfaction = np.clip(65 + 12 * trait[account] + 8 * rng.normal(size=n), 0, 100)
    loyalty = 20 + slope * satisfaction + 5 * rng.normal(size=len(ids))[account] + 8 * rng.normal(size=n)
    day = rng.integers(0, 28, len(ids))[account]
    wave_order = np.arange(n) % 2 if respondents > 1 else np.zeros(n, dtype=int)
    starts = pd.to_datetime(np.where(wave_order == 0, "2025-03-01", "2025-05-01"))
    return pd.DataFrame(
        {
            "customer_id": ids[account],
            "account_key": ids[account],
            "respondent_key": [f"r{i}" for i in range(n)],
            "responded_on": starts + pd.to_timedelta(day, "D"),
            "wave": np.where(wave_order == 0, "W1", "W2"),
            "wave_order": wave_order,
            "respondent_level": np.where(np.arange(n) % 5 == 0, "executive", "specialist"),
            "weight": rng.uniform(0.5, 2.0, n) if weights else np.ones(n),
            "satisfaction_index": satisfaction,
            "loyalty_index": loyalty,
            "recommend": np.clip(np.round(loyalty / 10), 0, 10),
        }
    )


def _orders(rng, ids, responded_on, effect, satisfaction):
    """Draw a few orders before each response, and one after it with a probability that satisfaction raises."""
    rows = []
    responded = responded_on.to_numpy()
    for i, customer in enumerate(ids):
        before = rng.integers(1, 6)
        days = list(-rng.integers(1, 250, before))
        chance = 1 / (1 + np.exp(-(effect * (satisfaction[i] - 65) + 0.3 * (before - 3))))
        if rng.random() < chance:
            days.append(int(rng.integers(1, 100)))
        rows += [(customer, pd.Timestamp(responded[i]) + pd.Timedelta(days=int(day))) for day in days]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on"])
    frame["revenue"] = 100.0
    frame["is_return"] = False
    return frame
