"""Rows that stand twice: the same key, the same line, the same respondent."""

from collections.abc import Sequence

import pandas as pd

from analysis.data.contract import ROW, SOURCE, Table
from analysis.data.faults import describe_rows, shorten
from analysis.data.ledger import Ledger
from analysis.data.order import equal_to_previous
from analysis.errors import Fault
from analysis.messages import N_


def primary_key(frame: pd.DataFrame, table: Table) -> tuple[str, ...]:
    """Return the columns that identify a row, or () where the client supplied no key.

    Order lines are identified by `line_id` (within `order_id`); an order without line ids has no key.
    """
    if table.name == "transactions":
        needed: tuple[str, ...] = ("line_id",)
    elif table.name == "targets":
        needed = ("indicator", "period")
    else:
        needed = table.key
    if not needed or not all(column in frame.columns for column in needed):
        return ()
    return tuple(column for column in table.key if column in frame.columns)


def merge_duplicate_keys(frame: pd.DataFrame, table: Table, ledger: Ledger) -> pd.DataFrame:
    """Return one row a key: rows that agree are merged and counted, rows that contradict each other are a fault.

    Rows agree if no column holds two different values; a value missing in one of them is taken from the other.
    """
    key = primary_key(frame, table)
    if not key:
        return frame
    identified = frame[key[-1] if table.name == "transactions" else key[0]].notna()
    repeated = identified & frame.duplicated(list(key), keep=False)
    if not repeated.any():
        return frame
    rows = frame[repeated]
    groups = rows.groupby(list(key), dropna=False, sort=True)
    compared = [column for column in frame.columns if column not in (*key, SOURCE, ROW)]
    distinct = groups[compared].nunique() if compared else pd.DataFrame(index=groups.size().index)
    contradicting = (distinct > 1).any(axis=1)
    if contradicting.any():
        ledger.faults.append(_contradiction(rows, table, key, distinct[contradicting]))
        return frame
    extra = repeated & frame.duplicated(list(key), keep="first")
    firsts = frame.index[repeated & ~extra]
    filled = frame.copy()
    if compared:
        # `transform` keeps each column's type, and takes the first value that is there
        filled.loc[firsts, compared] = groups[compared].transform("first").loc[firsts]
    effect = -float(frame.loc[extra, "revenue"].sum()) if "revenue" in frame.columns else 0.0
    description = N_("Rows with the same key and the same content were counted once.")
    ledger.record(
        table.name,
        "duplicate_key",
        description,
        concerned=frame[extra],
        total=len(frame),
        removed=True,
        revenue_effect=effect,
    )
    return filled[~extra].reset_index(drop=True)


def _contradiction(rows: pd.DataFrame, table: Table, key: Sequence[str], distinct: pd.DataFrame) -> Fault:
    first = distinct.index[0]
    labels = first if isinstance(first, tuple) else (first,)
    same = pd.Series(data=True, index=rows.index)
    for column, label in zip(key, labels, strict=True):
        same &= rows[column].isna() if pd.isna(label) else rows[column] == label
    differing = [column for column in distinct.columns if distinct.iloc[0][column] > 1]
    values = ", ".join(shorten(value) for value in rows.loc[same, differing[0]].dropna().drop_duplicates().head(3))
    more = len(distinct) - 1
    named = " / ".join(str(label) for label in labels)
    return Fault(
        what=f"{table.name}.{'+'.join(key)}",
        rule="must identify one row",
        found=f"'{named}' with contradicting {differing[0].removeprefix('item:')} ({values})"
        + (f", and {more} more" if more else ""),
        where=describe_rows(rows[same]),
        hint="keep one row a key, or add what tells the rows apart",
        count=len(distinct),
    )


def flag_identical_lines(frame: pd.DataFrame, table: Table, ledger: Ledger) -> pd.DataFrame:
    """Return order lines with ``is_identical_line``: equal in every column to an earlier line, and without a key.

    They are kept: two equal lines may be two genuine sales, and only a key could tell.
    """
    identical = equal_to_previous(frame)
    if "line_id" in frame.columns:
        identical &= frame["line_id"].isna()
    description = N_(
        "Order lines equal to another in every column, without a line number, were kept: they may be genuine."
        " Their revenue is {amount:money}.",
        amount=float(frame.loc[identical, "revenue"].sum()),
    )
    ledger.record(
        table.name, "identical_line", description, concerned=frame[identical], total=len(frame), removed=False
    )
    return frame.assign(is_identical_line=identical)


def drop_duplicate_responses(frame: pd.DataFrame, ledger: Ledger, items: Sequence[str], by_day: bool) -> pd.DataFrame:
    """Return the last response of each respondent in a wave (about the same touchpoint and product).

    Parameters
    ----------
    frame
        Survey rows in time order with ``wave``.
    items
        Item columns; of two responses on one day the one with more answers counts as the last.
    by_day
        Waves are periods of the calendar, in which a respondent may be asked again: then only responses of the same
        day are duplicates.
    """
    if "respondent_id" not in frame.columns:
        return frame
    about = ["customer_id", "respondent_id", "wave", "touchpoint", "product_id", "channel"]
    same = [column for column in about if column in frame.columns] + (["responded_on"] if by_day else [])
    answered = frame[[item for item in items if item in frame.columns]].notna().sum(axis=1)
    ranked = frame.assign(_answered=answered).sort_values(["responded_on", "_answered"], kind="stable")
    earlier = ranked.duplicated(same, keep="last").reindex(frame.index) & frame["respondent_id"].notna()
    description = N_("Of several responses of one respondent in one wave, the last was kept.")
    ledger.record("survey", "duplicate_response", description, concerned=frame[earlier], total=len(frame), removed=True)
    return frame[~earlier].reset_index(drop=True)
