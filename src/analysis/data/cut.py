"""The audit's date: found in the data where it is not given, and nothing after it is seen."""

from collections.abc import Mapping

import pandas as pd

from analysis.data.contract import TABLES
from analysis.data.ledger import Ledger
from analysis.messages import N_

OCCURRENCES: Mapping[str, str] = {
    "transactions": "ordered_on",
    "survey": "responded_on",
    "interactions": "occurred_on",
    "feedback": "received_on",
    "opportunities": "created_on",
    "opportunity_stages": "entered_on",
    "invitations": "invited_on",
}
"""Dates on which something happened; plans (a contract's end, an expected closing) say nothing about the present.

An opportunity that has been won or lost is no plan any more: its closing counts, too."""
OUTCOMES: Mapping[str, str] = {"closed_on": "is_won", "resolved_on": "resolution_rating"}
"""Date of an outcome -> the column that holds it."""
FALLBACKS: Mapping[str, str] = {"contracts": "starts_on", "customers": "joined_on"}


def last_date(frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp | None:
    """Return the last date on which anything happened, or None without any date."""
    for dates in (OCCURRENCES, FALLBACKS):
        last = [frames[table][column].max() for table, column in dates.items() if _has(frames, table, column)]
        if _has(frames, "opportunities", "closed_on") and _has(frames, "opportunities", "is_won"):
            won_or_lost = frames["opportunities"]
            last += [won_or_lost.loc[won_or_lost["is_won"].notna(), "closed_on"].max()]
        last = [day for day in last if pd.notna(day)]
        if last:
            return max(last)
    return None


def earliest_date(frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp | None:
    """Return the first date on which anything happened, in whatever table; None without any date."""
    dated = [(table, column) for dates in (OCCURRENCES, FALLBACKS) for table, column in dates.items()]
    return min((frames[table][column].min() for table, column in dated if _has(frames, table, column)), default=None)


def first_date(frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp | None:
    """Return the first date of transactions, or of contacts where there are none; None without either."""
    for table in ("transactions", "interactions"):
        if _has(frames, table, OCCURRENCES[table]):
            return frames[table][OCCURRENCES[table]].min()
    return None


def _has(frames: Mapping[str, pd.DataFrame], table: str, column: str) -> bool:
    return table in frames and column in frames[table].columns and bool(frames[table][column].notna().any())


def set_future_aside(frame: pd.DataFrame, name: str, as_of: pd.Timestamp, ledger: Ledger) -> pd.DataFrame:
    """Return the rows known at `as_of`; what happened later to earlier rows (an end, a reply, a win) is taken out.

    A contract's end stays: it was agreed when the contract was signed.
    """
    table = TABLES[name]
    if table.date is not None and table.date in frame.columns:
        later = frame[table.date] > as_of
        if later.any():
            description = N_("Rows dated after the audit's date {date:date} were set aside.", date=as_of.date())
            effect = -float(frame.loc[later, "revenue"].sum()) if "revenue" in frame.columns else 0.0
            ledger.record(
                name,
                "after_as_of",
                description,
                concerned=frame[later],
                total=len(frame),
                removed=True,
                revenue_effect=effect,
            )
            # rows stand in time order: the later ones are the tail, and what stays needs no copy
            kept = int((~later).sum())
            frame = frame.iloc[:kept] if later.iloc[kept:].all() else frame[~later].reset_index(drop=True)
    if name == "contracts":
        return frame
    return _forget_outcomes(frame, name, as_of, ledger)


def _forget_outcomes(frame: pd.DataFrame, name: str, as_of: pd.Timestamp, ledger: Ledger) -> pd.DataFrame:
    known = frame
    concerned = pd.Series(data=False, index=frame.index)
    for column in TABLES[name].later_dates:
        if column not in frame.columns:
            continue
        later = frame[column] > as_of
        if later.any():
            concerned |= later
            known = known.assign(**{column: known[column].mask(later)})
            outcome = OUTCOMES.get(column)
            if outcome is not None and outcome in known.columns:
                known = known.assign(**{outcome: known[outcome].mask(later)})
    description = N_(
        "Outcomes dated after the audit's date {date:date} were taken out of their rows.", date=as_of.date()
    )
    ledger.record(name, "after_as_of", description, concerned=frame[concerned], total=len(frame), removed=False)
    return known
