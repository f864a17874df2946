"""The canonical order of rows: by time, then by everything else, so that the order in a file never matters."""

import numpy as np
import pandas as pd

from analysis.data.contract import ROW, SOURCE, Table


def in_time_order(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the rows sorted by the table's date, its key and then every other column, renumbered from 0.

    Rows that are equal in all columns keep the order of their provenance, which is not part of the canonical table.
    """
    if len(frame) < 2:
        return frame.reset_index(drop=True)
    first = [table.date or "", *table.key, "customer_id"]
    others = sorted(column for column in frame.columns if column not in (*first, SOURCE, ROW))
    keys = [column for column in dict.fromkeys([*first, *others, SOURCE, ROW]) if column in frame.columns]
    positions = np.arange(len(frame))
    # as np.lexsort, from the least important key to the most, but with the ranks of one column in memory at a time
    for column in reversed(keys):
        ranks = _ranks(frame[column])
        if (ranks != ranks[0]).any():
            positions = positions[np.argsort(ranks[positions], kind="stable")]
    if (positions[:-1] < positions[1:]).all():
        return frame.reset_index(drop=True)
    return frame.iloc[positions].reset_index(drop=True)


def equal_to_previous(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows of a frame in time order equal the row before in every column, provenance aside."""
    equal = np.ones(max(len(frame) - 1, 0), dtype=bool)
    for column in frame.columns.difference([SOURCE, ROW], sort=False):
        values = frame[column]
        later, earlier = values.iloc[1:].reset_index(drop=True), values.iloc[:-1].reset_index(drop=True)
        same = (later == earlier).fillna(value=False) | (later.isna() & earlier.isna())
        equal &= same.to_numpy(dtype=bool)
    return pd.Series(np.concatenate([np.zeros(min(len(frame), 1), dtype=bool), equal]), index=frame.index)


def _ranks(column: pd.Series) -> np.ndarray:
    """Return integers (or floats) in the order of the values, missing ones first."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_integer_dtype(column):
        return column.astype("int64").to_numpy() if column.notna().all() else _codes(column)
    if pd.api.types.is_float_dtype(column):
        return column.fillna(-np.inf).to_numpy()
    return _codes(column)


def _codes(column: pd.Series) -> np.ndarray:
    # int32 holds more distinct values than rows fit into memory, in half the space
    return pd.factorize(column, sort=True)[0].astype("int32")
