"""The client's data as every later layer sees them: canonical, clean, never mutated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.data.census import Census
from analysis.messages import Message

PAUSE_DAYS = 31
"""A record may end so many days before the date of the audit without being taken to end there."""
FEWEST_DAYS = 30
"""Fewest days with an entry for a record's pauses to say whether a silence is one of them."""
RECORDED_ON: Mapping[str, str] = {"transactions": "ordered_on", "interactions": "occurred_on"}
"""Table that is a running record of what happened -> its date."""


@dataclass(frozen=True, kw_only=True)
class Repair:
    """One kind of repair done to one table.

    Parameters
    ----------
    table, rule
        Canonical table, and the stable name of the rule (``duplicate_key``, ``unmatched_customer`` ...).
    description
        What was done, as a sentence.
    rows, total
        Rows concerned, of how many.
    removed
        Whether these rows were taken out (otherwise they were changed, or kept and flagged).
    revenue_effect
        Change of total revenue caused, in the audit's currency; 0.0 where the table holds no revenue.
    examples
        A few source row numbers or ids, for the client to look up.
    """

    table: str
    rule: str
    description: Message
    rows: int
    total: int
    removed: bool
    revenue_effect: float = 0.0
    examples: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return vars(self) | {"description": self.description.to_dict(), "examples": list(self.examples)}


@dataclass(frozen=True, kw_only=True)
class TableSummary:
    """How much of one table there is: rows read and kept, customers, first and last date (ISO) or None."""

    table: str
    rows_read: int
    rows_kept: int
    customers: int | None = None
    first: str | None = None
    last: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class DataQuality:
    """What was found and done on the way from the files to the canonical tables, and the census where one was taken."""

    tables: tuple[TableSummary, ...]
    repairs: tuple[Repair, ...]
    notes: tuple[Message, ...] = ()
    census: Census | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; a census only where there is one."""
        counted = {} if self.census is None else {"census": self.census.to_dict()}
        return counted | {
            "tables": [table.to_dict() for table in self.tables],
            "repairs": [repair.to_dict() for repair in self.repairs],
            "notes": [note.to_dict() for note in self.notes],
        }


@dataclass(frozen=True, kw_only=True)
class ClientData:
    """Canonical tables of one client, cut at `as_of`.

    Parameters
    ----------
    tables
        Canonical name -> frame; a table that the client did not supply, or that is empty, is absent. Dates are
        ``datetime64`` without zone and time of day, ids and labels are strings (missing: NA), numbers are float64.

        Columns added to the source's own:

        - transactions: ``revenue`` (amount without VAT in the audit's currency at the day's rate; negative for
          returns) and ``revenue_constant`` (the same at the latest rate), ``is_return``.
        - survey: item columns hold codes on the item's scale turned so that *higher is better*, NaN where missing;
          ``wave`` (string; chronological when sorted by first answer), ``wave_order`` (int from 0),
          ``respondent_key`` (respondent_id, or the row where absent), ``account_key`` (customer_id, or the
          respondent where absent: what intervals are clustered by), ``weight`` (1.0 where none) and the composite
          scores ``satisfaction_index``, ``loyalty_index``, ``effort_index`` (0-100, mean of the rescaled items of
          the role; attitudinal loyalty includes the recommendation item and repurchase intention; NaN where no
          item was answered). A composite column exists only where the questionnaire has such items.
    customers
        One row a customer, indexed by ``customer_id``: the columns of the customers table (absent ones NA), and
        ``segment``, ``partner_id``, ``is_key_account`` (bool), ``first_order``, ``last_order``, ``orders`` (distinct
        order days), ``revenue`` (all of it), ``last_contact``. Derived from whatever tables there are.
    waves
        Wave labels in time order.
    quality
        What was repaired.
    as_of
        Date of the audit (midnight).
    first_date
        First date of transactional data, or None.
    has_real_customers
        False for anonymous surveys without any customer id.
    census
        All customers of a client too large to be held in memory; the tables and `customers` then hold a sample: those
        drawn at random, and besides them the customers who answered a survey and the key accounts. Else None.
    drawn, whole
        Where there is a census: the same with the customers drawn at random alone; and all customers, without the
        tables that are too large.
    """

    tables: Mapping[str, pd.DataFrame]
    customers: pd.DataFrame
    waves: tuple[str, ...]
    quality: DataQuality
    as_of: pd.Timestamp
    first_date: pd.Timestamp | None = None
    has_real_customers: bool = True
    input_hashes: Mapping[str, str] = field(default_factory=dict)
    census: Census | None = None
    drawn: "ClientData | None" = None
    whole: "ClientData | None" = None

    @property
    def representative(self) -> "ClientData":
        """The customers that shares of all customers may be formed of: those drawn at random, or all of them."""
        return self if self.drawn is None else self.drawn

    @property
    def everyone(self) -> "ClientData":
        """All customers; where there is a census, without orders, contacts and feedback."""
        return self if self.whole is None else self.whole

    def has(self, table: str, *columns: str) -> bool:
        """Return whether `table` exists and each of `columns` holds at least one value."""
        frame = self.tables.get(table)
        if frame is None or frame.empty:
            return False
        return all(column in frame.columns and bool(frame[column].notna().any()) for column in columns)

    def recorded_until(self, name: str) -> pd.Timestamp:
        """Return the day to which the record of orders (or contacts) reaches: `as_of`, or its own last day.

        A record of at least `FEWEST_DAYS` days with an entry ends at its last day where the silence from there to
        `as_of` is longer than `PAUSE_DAYS` and than any pause within it: after that day nothing is known, and nobody
        may be said to have stopped buying.
        """
        if self.census is not None:
            return self.census.recorded_until[name]
        if name not in self._record_ends:
            is_kept = self.has(name, RECORDED_ON[name])
            end = end_of_record(self.table(name)[RECORDED_ON[name]], self.as_of) if is_kept else self.as_of
            self._record_ends[name] = end
        return self._record_ends[name]

    @cached_property
    def _record_ends(self) -> dict[str, pd.Timestamp]:
        """Where the records end that somebody has asked for; nearly every analysis asks."""
        return {}

    def table(self, name: str) -> pd.DataFrame:
        """Return a canonical table; raise KeyError where the client has none."""
        return self.tables[name]


def end_of_record(dates: pd.Series, as_of: pd.Timestamp) -> pd.Timestamp:
    """Return the day to which a record with entries on these dates reaches (see `ClientData.recorded_until`)."""
    days = dates.dropna().dt.normalize().drop_duplicates().sort_values()
    if len(days) < FEWEST_DAYS:
        return as_of
    last = days.iloc[-1]
    return last if as_of - last > max(days.diff().max(), pd.Timedelta(days=PAUSE_DAYS)) else as_of
