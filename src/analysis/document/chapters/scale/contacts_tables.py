"""The tables of contacts: who is overdue, ways and levels of contact, single threads, years of the relationship."""

import datetime as dt
from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.figures.contacts import contact_rows
from analysis.document.formatting import format_day
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, n_text, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import canonical_word, short_id
from analysis.messages import N_, Message
from analysis.models.contacts.result import AccountCoverage, Contacts, Frequency, KeyCoverage, People, Tenure
from analysis.results import Outcome

LONGEST_NAME = 40
BOARD_ROWS = 10


def customer_name(name: str, customer_id: str) -> str:
    """Return a customer's name, else its id, on one line."""
    return clean_text(name or short_id(customer_id), LONGEST_NAME)


def tabulate_overdue(result: Contacts, t: Translator) -> Table | None:
    """Return the key accounts that are overdue, the longest first; None where none is."""
    keys = result.key_accounts
    if not isinstance(keys, KeyCoverage) or not keys.overdue:
        return None
    overdue = [account for account in keys.accounts if account.is_overdue]
    more = len(overdue) - BOARD_ROWS
    note = N_("{count:int} more are listed in the appendix.", count=more)
    return _accounts_table(
        overdue[:BOARD_ROWS], t, title=N_("Key accounts overdue for a contact")
        if keys.basis == "marked" else N_("Largest customers overdue for a contact"),
        anchor="table-contacts-overdue", notes=notes_of(t(note) if more > 0 else ""),
    )  # fmt: skip


def tabulate_accounts(result: Contacts, t: Translator) -> Table | None:
    """Return every key account against its plan."""
    keys = result.key_accounts
    if not isinstance(keys, KeyCoverage):
        return None
    return _accounts_table(
        keys.accounts, t, title=N_("Every key account against its planned interval")
        if keys.basis == "marked" else N_("The largest customers against their planned interval"),
        anchor="table-contacts-accounts", limit=60,
    )  # fmt: skip


def _accounts_table(
    accounts: Sequence[AccountCoverage], t: Translator, *, title: Message, anchor: str, notes: tuple[str, ...] = (),
    limit: int = BOARD_ROWS,
) -> Table:  # fmt: skip
    rows = [
        (
            customer_name(account.name, account.customer_id),
            clean_text(account.manager, 24) or DASH,
            t(N_("never"))
            if account.last_contact is None
            else format_day(dt.date.fromisoformat(account.last_contact), t.language),
            DASH if account.overdue_days is None else t.number(account.overdue_days, 0),
            DASH if account.persons is None else t.number(account.persons, 0),
            DASH if account.revenue is None else t.unit(account.revenue, "money", full=True),
        )
        for account in accounts
    ]
    kept, note = cap_rows(rows, t, limit)
    columns = (
        start(t(N_("Customer")), 2.0),
        start(t(N_("Account manager")), 1.0),
        end(t(N_("Last contact")), 1.3),
        end(t(N_("Days overdue")), 0.8),
        end(t(N_("Persons met")), 0.8),
        end(t(N_("Revenue a year")), 1.1),
    )
    return Table(title=t(title), columns=columns, rows=tuple(kept), notes=notes_of(*notes, note), anchor=anchor)


def tabulate_contacts(result: Contacts, t: Translator, small_cell: int) -> Table | None:
    """Return frequency, recency, coverage and depth with intervals."""
    rows: list[tuple[Message, Outcome]] = []
    if isinstance(result.frequency, Frequency):
        frequency = result.frequency
        rows += [
            (N_("Contacts a year with an active customer"), frequency.per_year),
            (N_("Days since the last contact, median"), frequency.since_last),
            (N_("Active customers without a contact in the window"), frequency.silent),
            (N_("Conversations begun by the customer"), frequency.started_by_customer),
        ]
    rows += contact_rows(result)
    if isinstance(result.levels, tuple):
        rows += [
            (N_("Met at the level {level:text}", level=clean_text(level.level, 24)), level.share)
            for level in result.levels[2:]
        ]
    if isinstance(result.people, People):
        rows.append((N_("Contact persons a customer"), result.people.per_customer))
    if not rows:
        return None
    texts = tuple((t(name), cell_text(value, t, small_cell), n_text(value, t)) for name, value in rows)
    columns = (start(t(N_("Measure")), 2.6), end(t(N_("Value (95% interval)")), 1.8), end(t(N_("n")), 0.6))
    note = t(N_("Window: {window:text}.", window=t.period(result.window))) if result.window else ""
    return Table(
        title=t(N_("How customers are kept in touch with")), columns=columns, rows=texts, notes=notes_of(note),
        anchor="table-contacts",
    )  # fmt: skip


def tabulate_channels(result: Contacts, t: Translator, small_cell: int) -> Table | None:
    """Return the ways of contact with their shares."""
    if not isinstance(result.frequency, Frequency) or not result.frequency.channels:
        return None
    shares = [row.share for row in result.frequency.channels]
    rows = tuple(
        (
            clean_text(t(canonical_word(row.label)), LONGEST_NAME) if row.label else t(N_("all others")),
            t.number(row.contacts, 0),
            cell_text(row.share, t, small_cell, peers=shares),
        )
        for row in result.frequency.channels
    )
    columns = (
        start(t(N_("Way of contact")), 2.0),
        end(t(N_("Contacts"))),
        end(t(N_("Share (95% interval)")), 1.8),
    )
    return Table(
        title=t(N_("By which way customers are met")), columns=columns, rows=rows, anchor="table-contacts-channels"
    )


def tabulate_people(result: Contacts, t: Translator) -> Table | None:
    """Return the active customers by number of contact persons, with the revenue behind them."""
    if not isinstance(result.people, People):
        return None
    rows = tuple(
        (
            t(N_("{least:int} or more", least=band.least)) if band.or_more else t.number(band.least, 0),
            t.number(band.customers, 0),
            DASH if band.revenue is None else t.unit(band.revenue, "money", full=True),
        )
        for band in result.people.bands
    )
    columns = (
        start(t(N_("Contact persons met")), 1.6),
        end(t(N_("Customers"))),
        end(t(N_("Revenue a year")), 1.4),
    )
    return Table(
        title=t(N_("Through how many persons active customers are known")), columns=columns, rows=rows,
        anchor="table-contacts-persons",
    )  # fmt: skip


def tabulate_single_threads(result: Contacts, t: Translator) -> Table | None:
    """Return the largest customers that hang on one person."""
    if not isinstance(result.people, People) or not result.people.largest:
        return None
    people = result.people
    rows = tuple(
        (
            customer_name(row.name, row.customer_id),
            clean_text(row.manager, 24) or DASH,
            t(N_("yes")) if row.is_key_account else "",
            t.number(row.contacts, 0),
            DASH if row.revenue is None else t.unit(row.revenue, "money", full=True),
        )
        for row in people.largest
    )
    columns = (
        start(t(N_("Customer")), 2.0),
        start(t(N_("Account manager")), 1.0),
        start(t(N_("Key account")), 0.8),
        end(t(N_("Contacts")), 0.8),
        end(t(N_("Revenue a year")), 1.2),
    )
    share = people.revenue_share
    note = N_(
        "{count:int} customers hang on one person, {share:percent} of the active customers' revenue.",
        count=people.single, share=share,
    ) if share is not None else N_("{count:int} customers hang on one person.", count=people.single)  # fmt: skip
    return Table(
        title=t(N_("The largest customers known through one person only")), columns=columns, rows=rows,
        notes=(t(note),), anchor="table-contacts-single",
    )  # fmt: skip


def tabulate_tenure(result: Contacts, t: Translator) -> Table | None:
    """Return the active customers by years of the relationship."""
    if not isinstance(result.tenure, Tenure):
        return None
    rows = []
    for band in result.tenure.bands:
        values = {"start": band.from_years, "end": band.to_years}
        label = (
            N_("{start:int} and more", **values) if band.to_years is None else N_("{start:int} to {end:int}", **values)
        )
        revenue = DASH if band.revenue is None else t.unit(band.revenue, "money", full=True)
        rows.append((t(label), t.number(band.customers, 0), revenue))
    columns = (start(t(N_("Years a customer")), 1.6), end(t(N_("Customers"))), end(t(N_("Revenue a year")), 1.4))
    basis = t(N_("Counted from the first order on record, so at least so long."))
    mean = t(N_("Mean: {years:text} years.", years=t.outcome(result.tenure.mean_years)))
    return Table(
        title=t(N_("For how long the active customers have been customers")), columns=columns, rows=tuple(rows),
        notes=notes_of(mean, basis if result.tenure.basis == "first_order" else ""), anchor="table-contacts-tenure",
    )  # fmt: skip
