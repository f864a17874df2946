"""What the canonical tables hold: columns, kinds, keys and rules; the same for every client.

The plain declarations are the contract; `table_schema` turns one of them into a pandera schema that checks it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

Kind = Literal["id", "label", "text", "date", "number", "flag"]
Rule = Literal["positive", "not_negative", "currency"]

SOURCE, ROW = "_source", "_row"
"""Provenance of a row while it is being checked: the file (or query), and its row there counted from 1."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One canonical column.

    Parameters
    ----------
    name, kind
        Canonical name, and how it is read: ``id``, ``label`` and ``text`` are strings, ``date`` a day without time,
        ``number`` float64, ``flag`` a boolean (nullable only for ``is_won``: an open opportunity has no outcome).
    required
        The column must be supplied.
    filled
        Every row needs a value (an empty ``customer_id`` is a repair, so it is required but not filled).
    rule
        What values must satisfy.
    """

    name: str
    kind: Kind
    required: bool = False
    filled: bool = False
    rule: Rule | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One canonical table: its columns, the primary key where it has one, and the date that orders it."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    date: str | None = None
    later_dates: tuple[str, ...] = ()
    needs_customer: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the names of the columns of these kinds."""
        return tuple(column.name for column in self.columns if column.kind in kinds)


def _columns(kind: Kind, names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, kind=kind) for name in names.split())


def _needed(name: str, kind: Kind, rule: Rule | None = None) -> Column:
    return Column(name=name, kind=kind, required=True, filled=name != "customer_id", rule=rule)


_CUSTOMER = Column(name="customer_id", kind="id")
_CURRENCY = Column(name="currency", kind="label", rule="currency")

_DECLARED: tuple[Table, ...] = (
    Table(
        name="customers",
        columns=(
            _needed("customer_id", "id"),
            *_columns("id", "parent_id partner_id"),
            *_columns("label", "name segment region industry stage account_manager"),
            *_columns("flag", "is_key_account"),
            *_columns("date", "joined_on ended_on"),
            Column(name="potential", kind="number", rule="not_negative"),
            Column(name="planned_revisit_days", kind="number", rule="positive"),
        ),
        key=("customer_id",),
        date="joined_on",
        later_dates=("ended_on",),
        needs_customer=True,
    ),
    Table(
        name="contracts",
        columns=(
            _needed("customer_id", "id"),
            _needed("starts_on", "date"),
            *_columns("date", "ends_on"),
            *_columns("number", "value"),
            _CURRENCY,
            *_columns("label", "renewal"),
        ),
        date="starts_on",
        later_dates=("ends_on",),
        needs_customer=True,
    ),
    Table(
        name="survey",
        columns=(
            _needed("responded_on", "date"),
            *_columns("id", "response_id customer_id respondent_id product_id"),
            *_columns("label", "respondent_level wave channel touchpoint"),
            *_columns("number", "weight"),
            *_columns("text", "comment"),
        ),
        key=("response_id",),
        date="responded_on",
    ),
    Table(
        name="invitations",
        columns=(
            _needed("wave", "label"),
            *_columns("id", "customer_id respondent_id"),
            *_columns("date", "invited_on"),
            *_columns("label", "outcome channel"),
        ),
        date="invited_on",
    ),
    Table(
        name="transactions",
        columns=(
            _needed("customer_id", "id"),
            _needed("ordered_on", "date"),
            _needed("amount", "number"),
            *_columns("id", "order_id line_id product_id partner_id"),
            *_columns("number", "quantity margin"),
            _CURRENCY,
            *_columns("flag", "tax_included"),
            *_columns("label", "category business_unit region account_manager"),
        ),
        key=("order_id", "line_id"),
        date="ordered_on",
        needs_customer=True,
    ),
    Table(
        name="interactions",
        columns=(
            _needed("customer_id", "id"),
            _needed("occurred_on", "date"),
            *_columns("id", "contact_id thread_id"),
            *_columns("label", "channel direction contact_level topic"),
        ),
        date="occurred_on",
        needs_customer=True,
    ),
    Table(
        name="feedback",
        columns=(
            _needed("received_on", "date"),
            Column(name="text", kind="text", required=True),
            *_columns("id", "feedback_id customer_id partner_id"),
            *_columns("label", "channel kind severity"),
            *_columns("date", "responded_on resolved_on"),
            *_columns("number", "resolution_rating"),
        ),
        key=("feedback_id",),
        date="received_on",
        later_dates=("responded_on", "resolved_on"),
    ),
    Table(
        name="opportunities",
        columns=(
            _needed("opportunity_id", "id"),
            _needed("customer_id", "id"),
            _needed("created_on", "date"),
            *_columns("date", "closed_on"),
            *_columns("label", "stage"),
            *_columns("date", "entered_on"),
            Column(name="amount", kind="number"),
            _CURRENCY,
            *_columns("flag", "is_won"),
        ),
        key=("opportunity_id",),
        date="created_on",
        later_dates=("closed_on", "entered_on"),
        needs_customer=True,
    ),
    Table(
        name="opportunity_stages",
        columns=(
            _needed("opportunity_id", "id"),
            _needed("stage", "label"),
            _needed("entered_on", "date"),
            _CUSTOMER,
        ),
        key=("opportunity_id", "stage", "entered_on"),
        date="entered_on",
    ),
    Table(
        name="partners",
        columns=(_needed("partner_id", "id"), *_columns("label", "name tier region")),
        key=("partner_id",),
    ),
    Table(
        name="targets",
        columns=(
            _needed("indicator", "label"),
            _needed("period", "label"),
            _needed("value", "number"),
            *_columns("label", "segment account_manager"),
            *_columns("id", "partner_id"),
        ),
        key=("indicator", "period", "segment", "account_manager", "partner_id"),
    ),
    Table(
        name="rates",
        columns=(
            _needed("currency", "label", "currency"),
            _needed("date", "date"),
            _needed("rate", "number", "positive"),
            *_columns("label", "source"),
        ),
        key=("currency", "date"),
        date="date",
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _DECLARED})
"""Canonical name -> declaration, in the order in which faults and repairs are listed."""


@cache
def table_schema(name: str) -> "DataFrameSchema":
    """Return the pandera schema of a canonical table; columns that a client does not supply are not required."""
    import pandera.pandas as pa  # slow to import, and not needed to look a contract up

    checks = {
        "positive": pa.Check.gt(0, error="must be above 0"),
        "not_negative": pa.Check.ge(0, error="must not be negative"),
        "currency": pa.Check.str_matches(r"^[A-Z]{3}$", error="must be an ISO 4217 code of three capital letters"),
    }
    columns = {
        column.name: pa.Column(
            dtype=float if column.kind == "number" else None,
            checks=checks[column.rule] if column.rule else None,
            nullable=not column.filled,
            required=column.required,
        )
        for column in TABLES[name].columns
    }
    return pa.DataFrameSchema(columns, strict=False, name=name)


def wanted_columns(name: str, extra: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the canonical columns that are kept of a table, with the client's `extra` ones (items, segment)."""
    return tuple(dict.fromkeys([*(column.name for column in TABLES[name].columns), *extra]))
