"""Checks mapped tables against the contract (pandera) and words every failure as a fault with its rows."""

import pandas as pd

from analysis.data.contract import TABLES, table_schema
from analysis.data.faults import row_fault
from analysis.errors import Fault

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years outside are typing errors or stand for "never" (9999-12-31)."""


def validate_table(frame: pd.DataFrame, name: str) -> list[Fault]:
    """Return every fault of a mapped table against its contract: empty cells, numbers out of range, bad codes.

    Columns that are absent are not reported again: the mapping did, with the source's own names. Empty cells left by
    a value that could not be read are reported with the value, not here.
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
            faults.append(row_fault(frame, mask, what=f"{name}.{column}", rule=rule, values=frame[column]))
    faults.extend(_dates_out_of_range(frame, name))
    return faults


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
