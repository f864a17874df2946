"""When each customer came and left: recorded ends where there are any, else silences longer than the client's window.

Without recorded ends a customer leaves with the last purchase before its first silence of more than
`retention.window_days`; whether it has left is known up to that many days before the end of the record, where those who
stay are censored. Who joined before the record began is watched from its first purchase on record.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, to_days
from analysis.indicators.relationships import collect_relationships
from analysis.indicators.survival import Spells
from analysis.models.clustering import Floats
from analysis.params.model import ClientParams

NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, kw_only=True, eq=False)
class Tenures:
    """One customer an element, in days since 1970-01-01; only customers who were watched for some time.

    Parameters
    ----------
    kind
        ``contractual`` (ends are recorded) or ``activity`` (silences).
    ids
        Customers.
    began, entered, until
        Days of the beginning, from which it is watched, and of the last day known.
    ended
        Whether it left on `until`.
    first, last
        Days between which somebody is watched.
    """

    kind: Literal["contractual", "activity"]
    ids: pd.Index
    began: Floats
    entered: Floats
    until: Floats
    ended: np.ndarray
    first: float
    last: float

    def spells(self) -> Spells:
        """Return the durations since the beginning."""
        return Spells(entry=self.entered - self.began, exit=self.until - self.began, ended=self.ended)


def collect_tenures(data: ClientData, ledger: Ledger | None, params: ClientParams) -> Tenures | None:
    """Return who came and left when, as `retention.kind` says; None where the data carry neither way."""
    kind = params.retention.kind
    known = collect_relationships(data) if kind != "non_contractual" else None
    if known is not None:
        entered = np.maximum(known.began, float(known.watched_from))
        rows = known.until > entered
        return Tenures(
            kind="contractual",
            ids=known.ids[rows],
            began=known.began[rows],
            entered=entered[rows],
            until=known.until[rows],
            ended=known.ended[rows],
            first=float(known.watched_from),
            last=float(known.as_of),
        )
    if kind == "contractual" or ledger is None or not len(ledger.bought_by):
        return None
    return _by_silence(data, ledger, params.retention.window_days)


def _by_silence(data: ClientData, ledger: Ledger, window: int) -> Tenures | None:
    who, when = ledger.bought_by, ledger.bought_on.astype(np.float64)
    count = len(ledger.ids)
    following = np.where(np.append(who[1:] != who[:-1], True), ledger.as_of, np.append(when[1:], 0.0))
    horizon = float(ledger.as_of - window)
    first, until = np.full(count, np.nan), np.full(count, horizon)
    first[who[::-1]] = when[::-1]
    silent = np.flatnonzero((following - when > window) & (when <= horizon))[::-1]  # the first silence of each stays
    ended = np.zeros(count, dtype=bool)
    # one day is added, so that whoever bought once has been a customer for a day
    until[who[silent]], ended[who[silent]] = when[silent] + 1, True
    began = first.copy()
    if "joined_on" in data.customers:
        joined = to_days(data.customers["joined_on"].reindex(ledger.ids))
        began = np.where((joined != NEVER) & (joined < first), joined, first)
    rows = np.isfinite(first) & (until > first)
    if not ended[rows].any():
        return None
    return Tenures(
        kind="activity",
        ids=ledger.ids[rows],
        began=began[rows],
        entered=first[rows],
        until=until[rows],
        ended=ended[rows],
        first=float(ledger.first_day),
        last=horizon,
    )
