"""What a customer did in a span of days, by the indicator that an action aims at: the outcome that is compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import Unit

YEAR = 365.0


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days after `start`, up to and including `end`."""

    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def days(self) -> int:
        """Its length."""
        return int((self.end - self.start).days)

    def holds(self, dates: pd.Series) -> "pd.Series[bool]":
        """Return which dates lie in it."""
        return (dates > self.start) & (dates <= self.end)

    def years_before(self, years: int) -> "Span":
        """Return the same days so many years (of 365 days) before."""
        shift = pd.Timedelta(days=int(YEAR) * years)
        return Span(start=self.start - shift, end=self.end - shift)


@dataclass(frozen=True, kw_only=True)
class OutcomeSpec:
    """An outcome by customer.

    Parameters
    ----------
    table, date
        The table it is taken from, and the date of its rows.
    name, unit
        What it is called, and its unit.
    higher_is_better
        Its direction.
    measure
        Value by customer from the rows of a span; a customer without rows is absent.
    absent
        What a customer without rows has: 0, or None where it is unknown (nobody answered).
    """

    table: str
    date: str
    name: Message
    unit: Unit
    measure: Callable[[pd.DataFrame, Span, ClientParams], "pd.Series[float]"]
    absent: float | None = 0.0
    higher_is_better: bool = True

    def values(self, data: ClientData, params: ClientParams, span: Span) -> "pd.Series[float]":
        """Return the outcome by customer in a span."""
        frame = data.table(self.table)
        rows = frame[span.holds(frame[self.date]) & frame["customer_id"].notna()]
        return self.measure(rows, span, params).astype(float)


def _bought(rows: pd.DataFrame, _span: Span, _params: ClientParams) -> "pd.Series[float]":
    return rows[~rows["is_return"].astype(bool)].groupby("customer_id").size().clip(upper=1) * 100.0


def _revenue(rows: pd.DataFrame, span: Span, _params: ClientParams) -> "pd.Series[float]":
    return rows.groupby("customer_id")["revenue_constant"].sum() * YEAR / span.days


def _distinct(column: str) -> Callable[[pd.DataFrame, Span, ClientParams], "pd.Series[float]"]:
    def measure(rows: pd.DataFrame, _span: Span, _params: ClientParams) -> "pd.Series[float]":
        return rows.groupby("customer_id")[column].nunique().astype(float)

    return measure


def _per_year(rows: pd.DataFrame, span: Span, _params: ClientParams) -> "pd.Series[float]":
    return rows.groupby("customer_id").size() * YEAR / span.days


def _complaints(rows: pd.DataFrame, span: Span, params: ClientParams) -> "pd.Series[float]":
    return _per_year(rows[rows["kind"] == "complaint"], span, params)


def _top_contact(rows: pd.DataFrame, _span: Span, params: ClientParams) -> "pd.Series[float]":
    top = rows[rows["contact_level"].isin(params.interaction.contact_levels[:2])]
    return top.groupby("customer_id").size().clip(upper=1) * 100.0


def _answer(column: str) -> Callable[[pd.DataFrame, Span, ClientParams], "pd.Series[float]"]:
    def measure(rows: pd.DataFrame, _span: Span, _params: ClientParams) -> "pd.Series[float]":
        return rows.groupby("customer_id")[column].mean().dropna()

    return measure


def _promoters(rows: pd.DataFrame, _span: Span, params: ClientParams) -> "pd.Series[float]":
    items = params.survey.items if params.survey else {}
    column = next(key for key, item in items.items() if item.role == "recommendation")
    answers = rows[column].dropna()
    score = pd.Series(np.where(answers >= 9, 100.0, np.where(answers <= 6, -100.0, 0.0)), index=answers.index)
    return score.groupby(rows["customer_id"].reindex(answers.index)).mean()


def _survey(column: str, name: Message) -> OutcomeSpec:
    return OutcomeSpec(
        table="survey", date="responded_on", name=name, unit="index", measure=_answer(column), absent=None
    )


_BOUGHT = OutcomeSpec(
    table="transactions", date="ordered_on", unit="percentage_points", measure=_bought,
    name=N_("share of customers who bought"),
)  # fmt: skip
_REVENUE = OutcomeSpec(
    table="transactions", date="ordered_on", unit="money", measure=_revenue, name=N_("revenue a year and customer")
)
_CONTACTS = OutcomeSpec(
    table="interactions", date="occurred_on", unit="per_year", measure=_per_year,
    name=N_("contacts a year and customer"),
)  # fmt: skip
_PERSONS = OutcomeSpec(
    table="interactions", date="occurred_on", unit="count", measure=_distinct("contact_id"),
    name=N_("contact persons met by customer"),
)  # fmt: skip
_TOP = OutcomeSpec(
    table="interactions", date="occurred_on", unit="percentage_points", measure=_top_contact,
    name=N_("share of customers met at the two top levels"),
)  # fmt: skip
_COMPLAINTS = OutcomeSpec(
    table="feedback", date="received_on", unit="per_year", measure=_complaints, higher_is_better=False,
    name=N_("complaints a year and customer"),
)  # fmt: skip
_CATEGORIES = OutcomeSpec(
    table="transactions", date="ordered_on", unit="count", measure=_distinct("category"),
    name=N_("categories bought by customer"),
)  # fmt: skip
_UNITS = OutcomeSpec(
    table="transactions", date="ordered_on", unit="count", measure=_distinct("business_unit"),
    name=N_("business units bought from by customer"),
)  # fmt: skip
_SATISFACTION = _survey("satisfaction_index", N_("satisfaction index of the customers"))
_NPS = OutcomeSpec(
    table="survey", date="responded_on", unit="nps", measure=_promoters, absent=None,
    name=N_("Net Promoter Score of the customers"),
)  # fmt: skip

OUTCOMES: Mapping[str, OutcomeSpec] = {
    "satisfaction_index": _SATISFACTION,
    "satisfaction_mean": _SATISFACTION,
    "satisfaction_top2": _SATISFACTION,
    "effort_index": _survey("effort_index", N_("ease of doing business of the customers")),
    "nps": _NPS,
    "loyalty_index": _survey("loyalty_index", N_("loyalty index of the customers")),
    "repeat_purchase_rate": _BOUGHT,
    "retention_rate": _BOUGHT,
    "revenue": _REVENUE,
    "revenue_growth": _REVENUE,
    "revenue_per_customer": _REVENUE,
    "average_order_value": _REVENUE,
    "contact_frequency": _CONTACTS,
    "contact_coverage": _CONTACTS,
    "contact_coverage_key_accounts": _CONTACTS,
    "single_thread_share": _PERSONS,
    "contacts_per_customer": _PERSONS,
    "contact_level_share": _TOP,
    "contact_level_top2_share": _TOP,
    "categories_bought": _CATEGORIES,
    "business_units_bought": _UNITS,
    "complaint_rate": _COMPLAINTS,
    "resolved_within_30": _COMPLAINTS,
}
"""Indicator that an action aims at -> what is compared by customer."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "categories_bought": ("category",),
    "business_units_bought": ("business_unit",),
    "contacts_per_customer": ("contact_id",),
    "single_thread_share": ("contact_id",),
    "contact_level_share": ("contact_level",),
    "contact_level_top2_share": ("contact_level",),
    "complaint_rate": ("kind", "customer_id"),
    "resolved_within_30": ("kind", "customer_id"),
}
"""Columns that an outcome needs beside its date."""


def outcome_of(indicator: str, data: ClientData, params: ClientParams) -> OutcomeSpec | Message:
    """Return what is compared by customer for an indicator, or why nothing can be."""
    spec = OUTCOMES.get(indicator)
    if spec is None:
        return N_("What it aims at has no value for a single customer, so groups of customers cannot be compared.")
    if not data.has(spec.table, spec.date, "customer_id", *COLUMNS.get(indicator, ())):
        return N_("The data do not hold what it aims at.")
    asked = {item.role for item in params.survey.items.values()} if params.survey else set()
    if spec is _NPS and "recommendation" not in asked:
        return N_("The data do not hold what it aims at.")
    column = {"effort_index": "effort_index", "loyalty_index": "loyalty_index"}.get(indicator, "satisfaction_index")
    if spec.table == "survey" and spec is not _NPS and not data.has("survey", column):
        return N_("The data do not hold what it aims at.")
    return spec
