"""Clients for the tests of the scale: one drawn of known truth, and one made by hand."""

import dataclasses
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.calibration import clients
from analysis.data.client import ClientData, DataQuality
from analysis.data.customers import derive_customers
from analysis.data.scores import add_survey_columns
from analysis.params.model import ClientParams

PARAMS = Path(__file__).parents[2] / "params"
AS_OF = pd.Timestamp("2025-12-31")


def demo_params(**changes):
    """Return the demonstration client's parameters, validated again with some of them changed."""
    params = clients.demo_params(PARAMS)
    return params if not changes else params.model_copy(update=changes)


@cache
def drawn_client(seed=7, customers=400) -> ClientData:
    return clients.known_client(seed, None, customers, params=demo_params(), tables=None)


def without(data: ClientData, *tables: str) -> ClientData:
    """Return a client that has none of some tables."""
    kept = {name: frame for name, frame in data.tables.items() if name not in tables}
    return dataclasses.replace(data, tables=kept)


def made_params(survey=None, **changes) -> ClientParams:
    """Return parameters of a client made by hand; `survey` are the items, by key: role, low, high, dimension."""
    values = {"client": "acme", "name": "Acme", "bootstrap_draws": 100, "sources": {"transactions": {"files": "x.csv"}}}
    if survey is not None:
        values["survey"] = {
            "confidentiality": "attributed",
            "items": {
                key: {"role": role, "scale": {"min": low, "max": high}} | ({"dimension": name} if name else {})
                for key, (role, low, high, name) in survey.items()
            },
        }
    return ClientParams.model_validate(values | changes)


def made_client(params, *, orders=(), contacts=(), answers=(), customers=None, **tables) -> ClientData:
    """Return a client of rows: (customer, days before the audit, amount[, category]), (customer, days, level, person),
    and answers as dicts with `customer_id` and `days`."""
    frames = dict(tables)
    if orders:
        lines = pd.DataFrame([(*row, "A")[:4] for row in orders], columns=["customer_id", "days", "amount", "category"])
        lines["ordered_on"] = AS_OF - pd.to_timedelta(lines.pop("days"), unit="D")
        lines["revenue"] = lines["revenue_constant"] = lines["amount"].astype(float)
        frames["transactions"] = lines.assign(is_return=lines["amount"] < 0).sort_values(
            "ordered_on", ignore_index=True
        )
    if contacts:
        met = pd.DataFrame(contacts, columns=["customer_id", "days", "contact_level", "contact_id"])
        met["occurred_on"] = AS_OF - pd.to_timedelta(met.pop("days"), unit="D")
        frames["interactions"] = met
    waves = ()
    if answers:
        asked = pd.DataFrame(list(answers))
        asked["responded_on"] = AS_OF - pd.to_timedelta(asked.pop("days"), unit="D")
        asked = asked.sort_values("responded_on", ignore_index=True)
        if "wave" not in asked:
            asked["wave"] = "w1"
        frames["survey"], waves = add_survey_columns(asked, params.survey)
    if customers is not None:
        frames["customers"] = customers
    return ClientData(
        tables=frames,
        customers=derive_customers(frames, params.segment),
        waves=waves,
        quality=DataQuality(tables=(), repairs=()),
        as_of=AS_OF,
        first_date=frames["transactions"]["ordered_on"].min() if "transactions" in frames else None,
    )
