"""Repairs of rows that break a rule of the business: customers, refunds and dates. Each one is counted and listed."""

from collections.abc import Mapping

import pandas as pd

from analysis.data.contract import TABLES, Table
from analysis.data.ledger import Ledger
from analysis.data.validation import FIRST_YEAR, LAST_YEAR
from analysis.messages import N_

STARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "customers": (("joined_on", "ended_on"),),
    "contracts": (("starts_on", "ends_on"),),
    "feedback": (("received_on", "responded_on"), ("received_on", "resolved_on")),
    "opportunities": (("created_on", "closed_on"),),
}
"""Table -> pairs of dates of which the second cannot come before the first."""
LISTED = ("contracts", "survey", "transactions", "interactions", "feedback", "opportunities")
"""Tables whose customers are looked up in the customers table."""


def drop_without_customer(frame: pd.DataFrame, table: Table, ledger: Ledger) -> pd.DataFrame:
    """Return the rows that say whose they are, for tables where a row without a customer means nothing here."""
    if not table.needs_customer or "customer_id" not in frame.columns:
        return frame
    empty = frame["customer_id"].isna()
    effect = -float(frame.loc[empty, "revenue"].sum()) if "revenue" in frame.columns else 0.0
    description = N_("Rows without a customer were left out: nothing about a relationship can be said of them.")
    ledger.record(
        table.name,
        "unmatched_customer",
        description,
        concerned=frame[empty],
        total=len(frame),
        removed=True,
        revenue_effect=effect,
    )
    return frame[~empty].reset_index(drop=True) if empty.any() else frame


def flag_unlisted_customers(frames: Mapping[str, pd.DataFrame], ledger: Ledger) -> None:
    """Count rows whose customer is not in the customers table; they are kept, and the customer is derived from them.

    Dropping them would drop real revenue because of a gap in the customer list.
    """
    if "customers" not in frames:
        return
    known = frames["customers"]["customer_id"]
    for name in LISTED:
        frame = frames.get(name)
        if frame is None or "customer_id" not in frame.columns:
            continue
        unlisted = frame["customer_id"].notna() & ~frame["customer_id"].isin(known)
        description = N_("Customers that the customer list does not have were kept, and taken from these rows.")
        ledger.record(
            name, "unmatched_customer", description, concerned=frame[unlisted], total=len(frame), removed=False
        )


def drop_refunds_without_purchase(frame: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return order lines without the refunds of customers who had bought nothing until then.

    Such a refund belongs to a sale before the data begin: that sale is not counted, so its return is not either, and
    the effect on revenue is stated. The customer is what is matched, not the product: discounts, bonuses and credit
    notes have product codes of their own and do belong to the customer's purchases.
    """
    refund = frame["amount"] < 0
    if not refund.any():
        return frame
    first = frame.loc[frame["amount"] > 0].groupby("customer_id")["ordered_on"].min()
    bought = pd.Series(first.reindex(frame["customer_id"]).to_numpy(), index=frame.index)
    unfounded = refund & (bought.isna() | (frame["ordered_on"] < bought))
    description = N_("Refunds of customers without any purchase until then were left out, as were the sales they undo.")
    ledger.record(
        "transactions",
        "refund_without_purchase",
        description,
        concerned=frame[unfounded],
        total=len(frame),
        removed=True,
        revenue_effect=-float(frame.loc[unfounded, "revenue"].sum()),
    )
    return frame[~unfounded].reset_index(drop=True)


def mend_impossible_dates(frame: pd.DataFrame, name: str, ledger: Ledger) -> pd.DataFrame:
    """Return rows with possible dates only: an end before its beginning, or in a year such as 9999, is set missing."""
    mended = frame
    concerned = pd.Series(data=False, index=frame.index)
    optional = [column.name for column in TABLES[name].columns if column.kind == "date" and not column.filled]
    pairs = {later: earlier for earlier, later in STARTS.get(name, ())}
    for column in optional:
        if column not in frame.columns:
            continue
        days = frame[column]
        bad = days.notna() & ~days.dt.year.between(FIRST_YEAR, LAST_YEAR)
        start = pairs.get(column)
        if start in frame.columns:
            bad |= days < frame[start]
        if bad.any():
            concerned |= bad
            mended = mended.assign(**{column: days.mask(bad)})
    description = N_("Dates that cannot be (an end before its beginning, a year such as 9999) were set missing.")
    ledger.record(name, "impossible_dates", description, concerned=frame[concerned], total=len(frame), removed=False)
    return mended
