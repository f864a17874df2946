"""Whether the client keeps in touch with those who matter, through how many people, and what they could buy yet."""

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.account_revenue import revenue_of
from analysis.indicators.interaction import active_at
from analysis.indicators.ledger import day_of
from analysis.messages import N_
from analysis.models.contacts.breadth import measure_breadth
from analysis.models.contacts.coverage import cover_key_accounts
from analysis.models.contacts.frequency import measure_frequency
from analysis.models.contacts.people import count_people, measure_tenure, reach_levels
from analysis.models.contacts.records import ledger_of, read_records
from analysis.models.contacts.result import Contacts
from analysis.models.contacts.threads import measure_response
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def analyse_contacts(data: ClientData, params: ClientParams) -> Contacts | NotEstimable:
    """Return interaction, depth and breadth beyond the indicators; a part without data says why.

    Parameters
    ----------
    data
        The client's canonical tables: contacts and orders; either may be missing.
    params
        The planned interval, the window and the levels of contacts, and the limits.
    """
    records, ledger = read_records(data, params), ledger_of(data, params)
    if records is None and ledger is None:
        return NotEstimable(reason=N_("There are neither records of contacts nor orders."))
    breadth = measure_breadth(ledger, data, params)
    if records is None:
        none = NotEstimable(reason=N_("There are no records of contacts."))
        until = day_of(data.recorded_until("transactions"))
        ids: pd.Index = active_at(until, data, ledger)
        revenue = revenue_of(ids, data)
        return Contacts(
            window=None,
            customers=len(ids),
            frequency=none,
            response=none,
            key_accounts=none,
            levels=none,
            people=none,
            tenure=measure_tenure(ids, until, revenue, data, params),
            breadth=breadth,
        )
    return Contacts(
        window=records.window.label,
        customers=len(records.ids),
        frequency=measure_frequency(records, data, params),
        response=measure_response(records, params),
        key_accounts=cover_key_accounts(records, data, params),
        levels=reach_levels(records, params),
        people=count_people(records, data, params),
        tenure=measure_tenure(records.ids, records.until, records.revenue, data, params),
        breadth=breadth,
    )
