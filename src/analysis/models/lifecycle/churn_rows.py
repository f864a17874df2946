"""Who was a customer when a quarter began, what was known of it by then, and whether it left in the quarter.

Every predictor uses records strictly before the quarter's first day; the outcome lies on or after it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, to_days
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.groups import DAYS_PER_YEAR, YEAR
from analysis.models.lifecycle.tenures import NEVER, Tenures

STEP = 90
"""Days between two looks at what is known."""
COMPLAINT = "complaint"


@dataclass(frozen=True, kw_only=True, eq=False)
class ChurnRows:
    """One row a customer and quarter, at risk on (start, stop] days since the first look.

    `known` maps predictors to columns; NaN where nothing was known.
    """

    customer: Codes
    start: Floats
    stop: Floats
    event: np.ndarray
    known: dict[str, Floats]


def churn_rows(tenures: Tenures, data: ClientData, ledger: Ledger | None, *, attributable: bool) -> ChurnRows | None:
    """Return the rows, or None where no quarter can be looked at.

    Parameters
    ----------
    tenures
        Who came and left when.
    data, ledger
        What was known.
    attributable
        Whether answers may be joined to customers.
    """
    first = tenures.first
    if ledger is not None:
        first = max(first, float(ledger.first_day + 2 * STEP))  # so that the trend of orders is known
    looks = np.arange(first, tenures.last, STEP)
    if not len(looks):
        return None
    pieces = []
    for number, look in enumerate(looks):
        end = min(float(looks[number + 1]) if number + 1 < len(looks) else tenures.last, tenures.last)
        rows = np.flatnonzero((tenures.entered <= look) & (tenures.until > look))
        pieces.append((rows, look, np.minimum(tenures.until[rows], end), end))
    customer = np.concatenate([rows for rows, *_ in pieces])
    if not len(customer):
        return None
    day = np.concatenate([np.full(len(rows), look) for rows, look, *_ in pieces])
    stop = np.concatenate([until for *_, until, _ in pieces])
    last = np.concatenate([np.full(len(rows), end) for rows, *_, end in pieces])
    event = tenures.ended[customer] & (tenures.until[customer] <= last)
    known = {"tenure": (day - tenures.began[customer]) / DAYS_PER_YEAR}
    key = Before(tenures.ids, day, customer)
    if attributable:
        for name, column in (("satisfaction", "satisfaction_index"), ("loyalty", "loyalty_index")):
            if data.has("survey", "customer_id", column):
                known[name] = key.latest(data.table("survey"), "responded_on", column)
    if ledger is not None:
        orders = pd.DataFrame({"customer_id": ledger.ids[ledger.bought_by], "day": ledger.bought_on})
        recent = key.count(orders, "day", STEP)
        known["trend"] = np.log1p(recent) - np.log1p(key.count(orders, "day", 2 * STEP) - recent)
    if data.has("interactions", "customer_id", "occurred_on"):
        known["contact"] = (key.count(data.table("interactions"), "occurred_on", YEAR) > 0).astype(float)
    if data.has("feedback", "customer_id", "kind"):
        known["complaint"] = (key.open_cases(data.table("feedback")) > 0).astype(float)
    return ChurnRows(customer=customer, start=day - looks[0], stop=stop - looks[0], event=event, known=known)


class Before:
    """Looks up what the records of a customer say before a day, by sorted keys of customer and day."""

    def __init__(self, ids: pd.Index, day: Floats, customer: Codes) -> None:
        self.ids, self.day, self.customer = ids, day.astype(np.int64), customer
        self.base = min(int(self.day.min()) - 3 * YEAR, 0)
        self.span = int(self.day.max()) - self.base + 4 * YEAR

    def _key(self, customer: Codes, day: Codes) -> Codes:
        return np.asarray(customer * self.span + np.clip(day - self.base, 0, self.span - 1))

    def _records(self, frame: pd.DataFrame, column: str) -> tuple[Codes, Codes, np.ndarray]:
        """Return customer (of `ids`), day and position of the usable records."""
        position = self.ids.get_indexer(pd.Index(frame["customer_id"]))
        days = frame[column]
        when = days.to_numpy(dtype=np.int64) if pd.api.types.is_integer_dtype(days) else to_days(days)
        rows = np.flatnonzero((position >= 0) & (when != NEVER))
        return position[rows].astype(np.int64), when[rows], rows

    def count(self, frame: pd.DataFrame, column: str, length: int | None = None) -> Floats:
        """Return the records of the `length` days (None: of all days) before each row's day."""
        customer, when, _ = self._records(frame, column)
        keys = np.sort(self._key(customer, when))
        first = np.full(len(self.day), self.base) if length is None else self.day - length
        begin = np.searchsorted(keys, self._key(self.customer, first), side="left")
        end = np.searchsorted(keys, self._key(self.customer, self.day), side="left")
        return np.asarray(end - begin, dtype=np.float64)

    def latest(self, survey: pd.DataFrame, column: str, value: str) -> Floats:
        """Return the mean answer on the latest day of an answer before each row's day, NaN without one."""
        answers = survey[survey[value].notna() & survey["customer_id"].notna()]
        customer, when, rows = self._records(answers, column)
        keys, place = np.unique(self._key(customer, when), return_inverse=True)
        values = answers[value].to_numpy(dtype=np.float64)[rows]
        means = np.bincount(place, values) / np.bincount(place) if len(keys) else np.zeros(0)
        last = np.searchsorted(keys, self._key(self.customer, self.day), side="left") - 1
        if not len(keys):
            return np.full(len(self.day), np.nan)
        same = (last >= 0) & (keys[np.maximum(last, 0)] // self.span == self.customer)
        return np.where(same, means[np.maximum(last, 0)], np.nan)

    def open_cases(self, feedback: pd.DataFrame) -> Floats:
        """Return the complaints received before each row's day and not resolved before it."""
        cases = feedback[feedback["kind"] == COMPLAINT]
        received = self.count(cases, "received_on")
        return received - self.count(cases, "resolved_on") if "resolved_on" in cases else received
