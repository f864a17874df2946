"""Which pieces of feedback are complaints, and which customers could have complained for how long."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.customer_base import active_customers
from analysis.indicators.ledger import Window, day_of, to_days, year_ending
from analysis.indicators.samples import Codes, Floats
from analysis.messages import N_
from analysis.models.contacts.records import ledger_of
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

COMPLAINT, PRAISE, INTERVIEW = "complaint", "praise", "interview"
DAYS_PER_YEAR = 365.25
SHORTEST = 90  # days of feedback that say something about a year
NEVER = np.iinfo(np.int64).min  # what a missing date reads as
UNMARKED = N_("No piece of feedback is marked as a complaint.")


def feedback_of(data: ClientData) -> pd.DataFrame | NotEstimable:
    """Return the feedback received until the date of the audit, or why there is none."""
    if not data.has("feedback"):
        return NotEstimable(reason=N_("There is no feedback."))
    frame = data.table("feedback")
    frame = frame[frame["received_on"].notna() & (frame["received_on"] <= data.as_of)]
    return frame if len(frame) else NotEstimable(reason=N_("There is no feedback."))


def complaints_of(frame: pd.DataFrame) -> pd.DataFrame | NotEstimable:
    """Return the complaints: what ``kind`` says is one; where no kind is recorded, what is to be settled.

    A register with severities or resolutions and without kinds is a register of complaints.
    """
    if "kind" in frame and frame["kind"].notna().any():
        found = frame[frame["kind"] == COMPLAINT]
        return found if len(found) else NotEstimable(reason=UNMARKED)
    if any(column in frame and frame[column].notna().any() for column in ("severity", "resolved_on")):
        return frame
    return NotEstimable(reason=N_("The feedback does not say which pieces are complaints."))


def customers_behind(frame: pd.DataFrame) -> pd.Series:
    """Return the customer of each piece, NA where none is named."""
    if "customer_id" in frame:
        return frame["customer_id"]
    return pd.Series(pd.NA, index=frame.index, dtype="str")


def accounts_of(frame: pd.DataFrame) -> Codes:
    """Return the customer of each piece as a code; a piece without one is its own."""
    codes = pd.factorize(customers_behind(frame))[0].astype(np.int64)
    return np.where(codes >= 0, codes, len(frame) + np.arange(len(frame), dtype=np.int64)).astype(np.int64)


def window_of(frame: pd.DataFrame, as_of: pd.Timestamp) -> Window:
    """Return the twelve months to the date of the audit, or what the feedback on record covers of them."""
    year = year_ending(as_of)
    return Window(first=max(year.first, int(to_days(frame["received_on"]).min())), last=year.last)


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """Customers of a window (`ids`) and for how many years of it each was one."""

    ids: pd.Index
    years: Floats


def exposure_of(window: Window, data: ClientData, params: ClientParams) -> Exposure:
    """Return who was active in a window and for how long of it: from joining (or the first order) to the end, if any.

    Active are the customers who bought in the twelve months to the window's end; without orders those who had joined
    and not left, as for every indicator of contacts.
    """
    customers = data.customers
    year = year_ending(pd.Timestamp(np.datetime64(window.last, "D")))
    ids = active_customers(data, ledger_of(data, params), year)
    began, ended = _days(customers, "joined_on", ids), _days(customers, "ended_on", ids)
    if not (began != NEVER).any():
        began = _days(customers, "first_order", ids)
    start = np.maximum(np.where(began == NEVER, window.first, began), window.first)
    # who left and bought again is a customer to the end
    is_gone = (ended != NEVER) & (ended < window.last) & (ended >= _days(customers, "last_order", ids))
    end = np.where(is_gone, ended, window.last)
    days = np.maximum(end - start + 1, 1)
    return Exposure(ids=ids, years=days / DAYS_PER_YEAR)


def _days(customers: pd.DataFrame, column: str, ids: pd.Index) -> Codes:
    """Return a date of each of `ids` as a day, `NEVER` where there is none."""
    if column not in customers:
        return np.full(len(ids), NEVER)
    return to_days(pd.to_datetime(customers[column].reindex(ids)))


def until_of(data: ClientData) -> int:
    """Return the date of the audit as a day."""
    return day_of(data.as_of)
