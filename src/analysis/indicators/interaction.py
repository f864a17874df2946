"""How often customers are met, and whether as often as planned."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.customer_base import PeriodValues, active_customers, has_left, observe_customers
from analysis.indicators.ledger import Ledger, Window, day_of, to_days, trailing_windows, year_ending
from analysis.indicators.observations import build_result, no_result
from analysis.indicators.samples import Codes, Floats
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

Period = TypeVar("Period", Window, int)
YEAR = 365
MIN_DAYS = 90  # contacts of a shorter time say little about a year
KEYS = ("contact_frequency", "contact_coverage", "contact_coverage_key_accounts")


def compute_interaction(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Iterator[IndicatorResult]:
    """Yield contact frequency and coverage, the latter also of key accounts alone.

    The customers are those active at the end of each period (see `active_customers`), met or not.
    """
    if not data.has("interactions"):
        for key in KEYS:
            yield no_result(CATALOGUE[key], N_("There are no records of contacts."), params)
        return
    contacts = data.table("interactions")
    contacts = contacts[contacts["customer_id"].notna()]
    day = to_days(contacts["occurred_on"])
    yield _frequency(contacts, day, ledger, data, params)
    for key in KEYS[1:]:
        yield _coverage(key, contacts, day, ledger, data, params)


def windows_of(day: Codes, as_of: int, days: int) -> list[Window]:
    """Return up to two windows of contacts, oldest first; the only one may begin with the records."""
    latest, before = trailing_windows(as_of, days, 2)
    first = int(day.min())
    if first > latest.first + 7:
        return [Window(first=first, last=latest.last)]
    return [before, latest] if first <= before.first + 7 else [latest]


def with_known_customers(periods: list[Period], data: ClientData, ledger: Ledger | None) -> list[Period]:
    """Return the periods (oldest first) whose customers are known: the last alone where only their stage of today is.

    Without orders, who is lost or dormant today is known, but not who was a year ago; leaving today's lost customers
    out of last year would compare survivors.
    """
    return periods if ledger is not None or not has_left(data) else periods[-1:]


def active_at(day: int, data: ClientData, ledger: Ledger | None) -> pd.Index:
    """Return the customers active in the twelve months to a day, or to the end of the orders where that is earlier."""
    if ledger is not None:
        day = min(day, ledger.as_of)
    return active_customers(data, ledger, year_ending(pd.Timestamp(np.datetime64(day, "D"))))


def count_by(customers: pd.Series, ids: pd.Index) -> Floats:
    """Return how often each of `ids` occurs."""
    position = ids.get_indexer(pd.Index(customers))
    return np.bincount(position[position >= 0], minlength=len(ids)).astype(np.float64)


def _frequency(
    contacts: pd.DataFrame, day: Codes, ledger: Ledger | None, data: ClientData, params: ClientParams
) -> IndicatorResult:
    spec = CATALOGUE["contact_frequency"]
    until = day_of(data.recorded_until("interactions"))
    windows = with_known_customers(windows_of(day, until, params.interaction.window_days), data, ledger)
    if windows[-1].days < min(MIN_DAYS, params.interaction.window_days):
        return no_result(
            spec, N_("Contacts have been recorded for {days:int} days only.", days=windows[-1].days), params
        )
    periods = []
    for window in windows:
        ids = active_at(window.last, data, ledger)
        counts = count_by(contacts["customer_id"][window.holds(day)], ids)
        periods.append(PeriodValues(label=window.label, ids=ids, values=counts * YEAR / window.days))
    if not len(periods[-1].ids):
        return no_result(spec, N_("No customer is active."), params, n=0)
    definition = N_(
        "Mean number of contacts a year with an active customer, in the {days:int} days to the date of the audit;"
        " customers without any contact count as none.",
        days=windows[-1].days,
    )
    observations = observe_customers(periods, data, params)
    return build_result(spec, observations, data, params, definition=definition)


def _coverage(
    key: str, contacts: pd.DataFrame, day: Codes, ledger: Ledger | None, data: ClientData, params: ClientParams
) -> IndicatorResult:
    """Return the share met within its planned interval, at `as_of` and, where records allow, a year before."""
    spec = CATALOGUE[key]
    planned = planned_days(data, params)
    as_of = day_of(data.recorded_until("interactions"))
    longest = int(planned.max()) if len(planned) else params.interaction.planned_revisit_days
    moments = [moment for moment in (as_of - YEAR, as_of) if moment == as_of or int(day.min()) <= moment - longest]
    periods = []
    for moment in with_known_customers(moments, data, ledger):
        ids = active_at(moment, data, ledger)
        if key.endswith("key_accounts"):
            ids = ids[_is_key(ids, data)]
        periods.append(PeriodValues(label=_iso(moment), ids=ids, values=_met(contacts, day, moment, ids, planned)))
    if not len(periods[-1].ids):
        reason = (
            N_("No customer is active.") if key == KEYS[1] else N_("No active customer is marked as a key account.")
        )
        return no_result(spec, reason, params, n=0)
    return build_result(spec, observe_customers(periods, data, params), data, params)


def planned_days(data: ClientData, params: ClientParams) -> pd.Series:
    """Return each customer's planned days between contacts, the parameters' where the customer's row does not say."""
    default = float(params.interaction.planned_revisit_days)
    if "planned_revisit_days" not in data.customers:
        return pd.Series(default, index=data.customers.index)
    own = pd.to_numeric(data.customers["planned_revisit_days"], errors="coerce")
    return own.astype("float64").fillna(default)


def _met(contacts: pd.DataFrame, day: Codes, moment: int, ids: pd.Index, planned: pd.Series) -> Floats:
    until = day <= moment
    latest = pd.Series(day[until], index=pd.Index(contacts["customer_id"][until])).groupby(level=0).max()
    waited = moment - latest.reindex(ids).to_numpy(dtype=np.float64, na_value=-np.inf)
    return (waited <= planned.reindex(ids).to_numpy(dtype=np.float64)).astype(np.float64)


def _is_key(ids: pd.Index, data: ClientData) -> "np.ndarray":
    return data.customers["is_key_account"].reindex(ids).fillna(False).to_numpy(dtype=bool)


def _iso(day: int) -> str:
    return str(np.datetime64(day, "D"))
