"""Actions taken for customers drawn by lot, in vain or with an effect whose mean is known, in a drawn client's tables.

The placebo of a difference in differences asks for two years of record before the action and three waves, of which the
record of a drawn client holds too little: its time is stretched, so that the same happens at a slower pace.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.calibration.earlier_audits import RATES, with_tables
from analysis.data.client import ClientData
from analysis.params.model import ClientParams

STRETCH = 2.2
"""With it the last wave lies after the action, the one before within the year before it, the first in the year before
that, which is what the placebo compares."""
TAKEN_DAYS = 215  # before the date of the audit
ACTED_ON = 0.5  # of the customers
POINTS, POINTS_SD = 5.0, 8.0  # by which an index rises with a customer, and how differently
CONTACTS, COMPLAINTS, LINES = 1.5, 0.5, 1.0  # more of them on average after the action, a Poisson number each
AMOUNT, AMOUNT_SD = 400.0, 0.8  # mean of an additional order line, and standard deviation of its logarithm
INDICES = ("satisfaction_index", "effort_index", "loyalty_index")
PER_YEAR = 365.0 / TAKEN_DAYS
EFFECTS: Mapping[str, float] = {
    **dict.fromkeys(INDICES, POINTS),
    "contact_coverage": CONTACTS * PER_YEAR,
    "single_thread_share": CONTACTS,
    "categories_bought": LINES,
    "business_units_bought": LINES,
    "revenue_growth": LINES * AMOUNT * PER_YEAR,
    "complaint_rate": COMPLAINTS * PER_YEAR,
}
"""Indicator that an action aims at -> the mean effect on its outcome by customer."""


def stretched(data: ClientData, params: ClientParams) -> ClientData:
    """Return the client with its time stretched backwards from the date of the audit."""
    tables = {name: frame if name == RATES else _stretch(frame, data.as_of) for name, frame in data.tables.items()}
    return with_tables(data, tables, params)


def _stretch(frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    dates = frame.select_dtypes("datetime").columns
    moved = {name: (as_of - STRETCH * (as_of - frame[name])).dt.floor("D").astype(frame[name].dtype) for name in dates}
    return frame.assign(**moved)


def taken_on(data: ClientData) -> pd.Timestamp:
    """Return the day on which the actions began."""
    return data.as_of - pd.Timedelta(days=TAKEN_DAYS)


def drawn_by_lot(data: ClientData, rng: np.random.Generator) -> pd.Index:
    """Return the customers for whom the actions were taken."""
    return data.customers.index[rng.random(len(data.customers)) < ACTED_ON]


def with_effect(data: ClientData, acted_on: pd.Index, params: ClientParams, rng: np.random.Generator) -> ClientData:
    """Return the client in which the actions worked, by `EFFECTS` on average and not alike for each customer."""
    tables = dict(data.tables)
    tables["survey"] = _pleased(tables["survey"], acted_on, taken_on(data), rng)
    for name, date, more in (
        ("interactions", "occurred_on", CONTACTS),
        ("feedback", "received_on", COMPLAINTS),
        ("transactions", "ordered_on", LINES),
    ):
        who = np.repeat(acted_on.to_numpy(dtype=object), rng.poisson(more, len(acted_on)))
        day = taken_on(data) + pd.to_timedelta(rng.integers(1, TAKEN_DAYS + 1, len(who)), unit="D")
        added: dict[str, Any] = {"customer_id": who, date: day} | _contents(name, len(who), params, rng)
        frame = tables[name]
        rows = frame.iloc[np.zeros(len(who), dtype=int)].assign(**added).astype(frame.dtypes.to_dict())
        tables[name] = pd.concat([frame, rows]).sort_values(date, kind="stable", ignore_index=True)
    return with_tables(data, tables, params)


def _pleased(survey: pd.DataFrame, acted_on: pd.Index, day: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    gain = pd.Series(rng.normal(POINTS, POINTS_SD, len(acted_on)), index=acted_on)
    own = survey["customer_id"].map(gain).fillna(0.0) * (survey["responded_on"] > day)
    return survey.assign(**{name: survey[name] + own for name in INDICES})


def _contents(name: str, size: int, params: ClientParams, rng: np.random.Generator) -> dict[str, Any]:
    """Return what the added rows of a table hold; each names a person, a category and a unit of its own."""
    own = [f"added {number}" for number in range(size)]
    if name == "interactions":
        return {"contact_id": own, "contact_level": params.interaction.contact_levels[-1]}
    if name == "feedback":
        return {"feedback_id": own, "kind": "complaint"}
    amount = rng.lognormal(np.log(AMOUNT) - AMOUNT_SD**2 / 2, AMOUNT_SD, size)
    money = dict.fromkeys(("amount", "revenue", "revenue_constant"), amount)
    return money | {"category": own, "business_unit": own, "order_id": own, "is_return": False}
