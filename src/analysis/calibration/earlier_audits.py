"""A drawn client's earlier audit: its data as they stood on a day, and the audit.json that was published of them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.data.contract import ROW, SOURCE
from analysis.data.customers import derive_customers
from analysis.data.cut import first_date, set_future_aside
from analysis.data.ledger import Ledger
from analysis.data.money import add_revenue
from analysis.data.scores import add_survey_columns
from analysis.indicators.shapes import Indicators
from analysis.params.model import ClientParams
from analysis.report.audit_json import render_audit_json

VERSION = "1.3"
"""Version in which audits are written (`analysis.audit.SCHEMA_VERSION`, which a test holds it to)."""
RATES = "rates"  # of currencies: no record of customers
RECORDS = (
    ("transactions", "ordered_on"), ("interactions", "occurred_on"), ("feedback", "received_on"),
)  # fmt: skip
"""What is counted month by month, and its date."""


def with_tables(data: ClientData, tables: Mapping[str, pd.DataFrame], params: ClientParams) -> ClientData:
    """Return a client with other tables, and what is derived of its customers derived anew."""
    customers = derive_customers(tables, params.segment)
    return dataclasses.replace(data, tables=dict(tables), customers=customers, first_date=first_date(tables))


def seen_on(day: pd.Timestamp, data: ClientData, params: ClientParams) -> ClientData:
    """Return the client as an audit of an earlier day saw it: cut, and at the rates of that day, as the loader does."""
    ledger = Ledger(params.limits)
    frames: dict[str, pd.DataFrame] = {}
    for name, whole in data.tables.items():
        frame = whole
        if name == "transactions":
            priced = add_revenue(frame, data.tables.get(RATES), params.money, day, ledger.faults)
            # the margin is in the audit's currency already, at the rates of its own days
            frame = priced.assign(margin=frame["margin"]) if "margin" in frame else priced
        # the ledger quotes the rows of a file; these were never in one
        rows = frame.assign(**{SOURCE: "drawn"}).assign(**{ROW: np.arange(len(frame))})
        frame = set_future_aside(rows, name, day, ledger).drop(columns=[SOURCE, ROW])
        if len(frame):
            frames[name] = frame
    if ledger.faults or params.survey is None or "survey" not in frames:
        raise ValueError(f"an earlier audit of a drawn client has no faults and a survey: {ledger.faults}")
    frames["survey"], waves = add_survey_columns(frames["survey"], params.survey)
    return dataclasses.replace(with_tables(data, frames, params), waves=waves, as_of=day)


@dataclasses.dataclass(frozen=True, kw_only=True)
class EarlierJson:
    """What later audits read in the audit.json of an earlier day: its indicators, and the actions it recommended."""

    params: ClientParams
    as_of: pd.Timestamp
    indicators: Indicators | None = None
    actions: Sequence[Mapping[str, Any]] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the parts of audit.json, as `analysis.audit.ClientAudit` writes them."""
        head = {"schema_version": VERSION, "client": self.params.client, "language": self.params.language}
        results = {} if self.indicators is None else {"indicators": self.indicators.to_dict()}
        return head | {"as_of": self.as_of.date().isoformat(), "actions": list(self.actions)} | results

    def published(self) -> tuple[str, str]:
        """Return the name of its folder and the text of its file, as `analysis.report.earlier` finds them."""
        return self.as_of.date().isoformat(), render_audit_json(self)


def unchanging(data: ClientData, params: ClientParams, rng: np.random.Generator) -> ClientData:
    """Return the client as if nothing had ever changed: the same orders, contacts and feedback on days drawn by lot.

    The lines of one customer's day stay together.
    """
    tables = dict(data.tables)
    for name, date in RECORDS:
        frame = tables[name]
        first = frame[date].min()
        days = (data.as_of - first).days + 1
        occasion = frame.groupby(["customer_id", date], dropna=False, sort=False).ngroup().to_numpy()
        drawn = rng.integers(0, days, int(occasion.max()) + 1)[occasion]
        moved = frame.assign(**{date: (first + pd.to_timedelta(drawn, unit="D")).astype(frame[date].dtype)})
        tables[name] = moved.sort_values(date, kind="stable", ignore_index=True)
    return with_tables(data, tables, params)
