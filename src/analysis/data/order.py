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
    # np.lexsort takes the most important key last
    positions = np.lexsort([_ranks(frame[column]) for column in reversed(keys)])
    if (positions[:-1] < positions[1:]).all():
        return frame.reset_index(drop=True)
    return frame.iloc[positions].reset_index(drop=True)


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
