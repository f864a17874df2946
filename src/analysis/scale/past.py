"""The client's data as they were known on an earlier day, so that nothing of later helps to predict what came then."""

import dataclasses

import pandas as pd

from analysis.data.client import ClientData
from analysis.data.contract import TABLES

OF_TODAY = ("stage", "planned_revisit_days", "potential")
"""Columns of the customers that say how things are now, without a history."""


def known_at(data: ClientData, day: pd.Timestamp) -> ClientData:
    """Return the rows dated up to a day; of the customers, what is known only of today is taken out.

    Parameters
    ----------
    data
        The client's data; nothing in them is changed.
    day
        The last day that may be seen.
    """
    tables = {}
    for name, frame in data.tables.items():
        date = TABLES[name].date
        kept = frame if date is None or date not in frame.columns else frame[frame[date].isna() | (frame[date] <= day)]
        if len(kept):
            tables[name] = kept
    customers = data.customers.drop(columns=[name for name in OF_TODAY if name in data.customers.columns])
    if "ended_on" in customers:
        customers = customers.assign(ended_on=customers["ended_on"].where(customers["ended_on"] <= day))
    return dataclasses.replace(data, tables=tables, customers=customers, as_of=day)
