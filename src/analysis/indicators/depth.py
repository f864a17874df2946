"""How deeply customers are known: at which level, and through how many persons."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.interaction import active_at, count_by, windows_of, with_known_customers
from analysis.indicators.ledger import Ledger, Window, day_of, to_days
from analysis.indicators.observations import build_result, no_result
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

LEVEL_KEYS = {"contact_level_share": 1, "contact_level_top2_share": 2}
PERSON_KEYS = ("contacts_per_customer", "single_thread_share")


def compute_depth(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Iterator[IndicatorResult]:
    """Yield the contact levels reached and the number of contact persons, in the window of interactions.

    Customers are those active in the twelve months to the end of the window; who was not met has reached no level and
    has no contact person. The share that hangs on one person is of those who were met.
    """
    for key in (*LEVEL_KEYS, *PERSON_KEYS):
        column = "contact_level" if key in LEVEL_KEYS else "contact_id"
        missing = _missing(column, data, params)
        spec = CATALOGUE[key]
        if missing is not None:
            yield no_result(spec, missing, params)
            continue
        contacts = data.table("interactions")
        contacts = contacts[contacts["customer_id"].notna()]
        day = to_days(contacts["occurred_on"])
        until = day_of(data.recorded_until("interactions"))
        windows = with_known_customers(windows_of(day, until, params.interaction.window_days), data, ledger)
        periods = [_period(key, contacts[window.holds(day)], window, ledger, data, params) for window in windows]
        if not len(periods[-1].ids):
            yield no_result(spec, N_("No active customer was met."), params, n=0)
            continue
        definition = _definition(key, params)
        observations = observe_customers(periods, data, params)
        yield build_result(spec, observations, data, params, definition=definition)


def _missing(column: str, data: ClientData, params: ClientParams) -> Message | None:
    if not data.has("interactions"):
        return N_("There are no records of contacts.")
    if not data.has("interactions", column):
        return N_("The records of contacts do not say with whom.")
    levels = data.table("interactions").get("contact_level")
    if column == "contact_level" and levels is not None and not levels.isin(params.interaction.contact_levels).any():
        return N_("The levels in the records of contacts are none of those that the parameters list.")
    return None


def _period(
    key: str, contacts: pd.DataFrame, window: Window, ledger: Ledger | None, data: ClientData, params: ClientParams
) -> PeriodValues:
    ids = active_at(window.last, data, ledger)
    if key in LEVEL_KEYS:
        highest = params.interaction.contact_levels[: LEVEL_KEYS[key]]
        reached = count_by(contacts["customer_id"][contacts["contact_level"].isin(highest)], ids)
        return PeriodValues(label=window.label, ids=ids, values=(reached > 0).astype(np.float64))
    people = contacts[["customer_id", "contact_id"]].dropna().drop_duplicates()
    counts = count_by(people["customer_id"], ids)
    if key == "contacts_per_customer":
        return PeriodValues(label=window.label, ids=ids, values=counts)
    met = counts > 0
    return PeriodValues(label=window.label, ids=ids[met], values=(counts[met] == 1).astype(np.float64))


def _definition(key: str, params: ClientParams) -> Message | None:
    levels = params.interaction.contact_levels
    if key == "contact_level_share":
        return N_(
            "Share of the active customers with a contact at the highest level ({level:text}) in {days:int} days.",
            level=levels[0],
            days=params.interaction.window_days,
        )
    if key == "contact_level_top2_share":
        return N_(
            "Share of the active customers with a contact at one of the levels {levels:list} in {days:int} days.",
            levels=list(levels[:2]),
            days=params.interaction.window_days,
        )
    return None
