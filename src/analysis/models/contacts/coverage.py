"""Key accounts against the planned interval between contacts, account by account."""

from typing import Literal

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.interaction import planned_days
from analysis.indicators.ledger import iso
from analysis.indicators.samples import Codes
from analysis.messages import N_
from analysis.models.contacts.frequency import last_contact
from analysis.models.contacts.people import persons_of
from analysis.models.contacts.records import Records, names_of, share_of_customers
from analysis.models.contacts.result import AccountCoverage, KeyCoverage
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

LARGEST = 20  # customers that stand for the key accounts where none is marked
SHARE_OF_LARGEST = 0.1  # but no more than this share of the customers


def cover_key_accounts(records: Records, data: ClientData, params: ClientParams) -> KeyCoverage | NotEstimable:
    """Return each key account's days since its last contact against its plan.

    Overdue is counted at the end of the record of contacts, as the indicator of coverage counts it. Where no customer
    is marked as a key account, the customers with the most revenue stand for them (at most `LARGEST`).
    """
    marked = _marked(records, data)
    basis: Literal["marked", "revenue"] = "marked"
    chosen = np.flatnonzero(marked)
    if not len(chosen):
        basis, chosen = "revenue", _largest(records)
    if not len(chosen):
        reason = N_("No active customer is marked as a key account, and there are no orders to tell the large ones.")
        return NotEstimable(reason=reason, n=0)
    latest, plan = last_contact(records), planned_days(data, params).reindex(records.ids).to_numpy(dtype=np.float64)
    waited = np.where(latest >= 0, records.until - latest, np.inf)
    is_met = waited <= plan
    is_key = np.zeros(len(records.ids), dtype=bool)
    is_key[chosen] = True
    accounts = _accounts(chosen, latest, plan, records, data)
    overdue = [account for account in accounts if account.is_overdue]
    return KeyCoverage(
        basis=basis,
        coverage=share_of_customers(is_met[is_key], params),
        others=share_of_customers(is_met[~is_key], params),
        accounts=accounts,
        overdue=len(overdue),
        overdue_revenue=None if records.revenue is None else float(records.revenue[is_key & ~is_met].sum()),
        inactive=int(data.customers["is_key_account"].sum()) - int(marked.sum()) if basis == "marked" else 0,
    )


def _marked(records: Records, data: ClientData) -> "np.ndarray":
    if "is_key_account" not in data.customers:
        return np.zeros(len(records.ids), dtype=bool)
    return data.customers["is_key_account"].reindex(records.ids).eq(True).to_numpy(dtype=bool)


def _largest(records: Records) -> Codes:
    """Return the customers with the most revenue, none where nobody has any."""
    if records.revenue is None or not (records.revenue > 0).any():
        return np.array([], dtype=np.int64)
    most = min(LARGEST, max(1, round(SHARE_OF_LARGEST * len(records.ids))))
    order = np.argsort(-records.revenue, kind="stable")[:most]
    return np.sort(order[records.revenue[order] > 0])


def _accounts(
    chosen: Codes, latest: Codes, plan: "np.ndarray", records: Records, data: ClientData
) -> tuple[AccountCoverage, ...]:
    ids = records.ids[chosen]
    names, managers = names_of(ids, "name", data), names_of(ids, "account_manager", data)
    contacts = np.bincount(records.customer[records.inside], minlength=len(records.ids))
    persons = persons_of(records)
    rows = [
        AccountCoverage(
            customer_id=str(ids[place]),
            name=names[place],
            manager=managers[place],
            last_contact=iso(int(latest[row])) if latest[row] >= 0 else None,
            days_since=int(records.until - latest[row]) if latest[row] >= 0 else None,
            planned_days=float(plan[row]),
            overdue_days=max(float(records.until - latest[row] - plan[row]), 0.0) if latest[row] >= 0 else None,
            contacts=int(contacts[row]),
            persons=None if persons is None else int(persons[row]),
            revenue=None if records.revenue is None else float(records.revenue[row]),
        )
        for place, row in enumerate(chosen.tolist())
    ]
    return tuple(sorted(rows, key=_urgency))


def _urgency(account: AccountCoverage) -> tuple[float, float, str]:
    """Return the order of the list: never met first, then by days overdue, the larger account first."""
    overdue = float("inf") if account.overdue_days is None else account.overdue_days
    return -overdue, -(account.revenue or 0.0), account.customer_id
