"""Checks mapped tables against the contract (pandera) and words every failure as a fault with its rows."""

from collections.abc import Collection, Mapping

import pandas as pd

from analysis.data.contract import ROW, SOURCE, TABLES, table_schema
from analysis.data.faults import row_fault
from analysis.errors import Fault

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years outside are typing errors or stand for "never" (9999-12-31)."""


def validate_table(
    frame: pd.DataFrame, name: str, unread: Mapping[str, Collection[tuple[str, int]]] | None = None
) -> list[Fault]:
    """Return every fault of a mapped table against its contract: empty cells, numbers out of range, bad codes.

    Columns that are absent are not reported again: the mapping did, with the source's own names. Neither are empty
    cells left by a value that could not be read: `unread` holds their source and row, by column.
    """
    from pandera.errors import SchemaErrors

    faults: list[Fault] = []
    try:
        table_schema(name).validate(frame, lazy=True, inplace=True)  # coerces nothing: no copy is needed
    except SchemaErrors as error:
        cases = error.failure_cases
        cases = cases[cases["index"].notna() & cases["column"].notna()]
        for (column, check), group in cases.groupby(["column", "check"], sort=True):
            mask = pd.Series(data=frame.index.isin(group["index"].astype("int64")), index=frame.index)
            rule = "must be given in every row" if check == "not_nullable" else str(check)
            known = (unread or {}).get(column, ())
            if known and check == "not_nullable":
                said = [place in known for place in zip(frame[SOURCE], frame[ROW], strict=True)]
                mask &= ~pd.Series(said, index=frame.index)
            if mask.any():
                what, hint = f"{name}.{column}", _if_all_are_empty(mask, str(column), name)
                faults.append(row_fault(frame, mask, what=what, rule=rule, values=frame[column], hint=hint))
    faults.extend(_dates_out_of_range(frame, name))
    return faults


def _if_all_are_empty(mask: "pd.Series[bool]", column: str, name: str) -> str:
    """Return the remedy for a date that an export leaves out of every row, as survey tools do."""
    declared = TABLES[name].column(column)
    is_date = declared is not None and declared.kind == "date"
    return f"if one date holds for all rows: `constants: {{{column}: 2026-01-31}}`" if is_date and mask.all() else ""


def _dates_out_of_range(frame: pd.DataFrame, name: str) -> list[Fault]:
    faults = []
    for column in TABLES[name].columns:
        if column.kind == "date" and column.filled and column.name in frame.columns:
            days = frame[column.name]
            bad = days.notna() & ~days.dt.year.between(FIRST_YEAR, LAST_YEAR)
            if bad.any():
                rule = f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}"
                faults.append(row_fault(frame, bad, what=f"{name}.{column.name}", rule=rule, values=days))
    return faults
