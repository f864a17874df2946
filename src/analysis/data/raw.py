"""Rows as a source gave them, before anything is mapped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from analysis.data.contract import ROW, SOURCE

if TYPE_CHECKING:
    import pyarrow as pa

Redact = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Rows of one source under its own column names.

    Parameters
    ----------
    frame
        The rows; text columns hold stripped-down `str`, typed sources keep their types. `SOURCE` and `ROW` say where
        each row stands.
    columns
        All columns that the source has, also those that were not read.
    repeated
        Column names that the source holds more than once (the first one is in `frame`).
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    repeated: frozenset[str] = field(default_factory=frozenset)


def with_provenance(frame: pd.DataFrame, source: str, first_row: int) -> pd.DataFrame:
    """Return `frame` with where each of its rows stands: `first_row` is the number of the first."""
    located = frame.reset_index(drop=True)
    located[SOURCE] = pd.Categorical.from_codes(np.zeros(len(located), dtype=np.int8), categories=pd.Index([source]))
    located[ROW] = np.arange(first_row, first_row + len(located), dtype="int32")
    return located


def concat_rows(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return rows with provenance one below the other; the sources stay categories, which are small."""
    sources = union_categoricals([frame[SOURCE] for frame in frames])
    stacked = pd.concat([frame.drop(columns=SOURCE) for frame in frames], ignore_index=True)
    stacked[SOURCE] = sources
    return stacked


def release_memory() -> None:
    """Give back what Arrow keeps for reuse: after reading a large client, a fifth of all memory."""
    import pyarrow

    pyarrow.default_memory_pool().release_unused()


def first_of_each(names: Sequence[str]) -> tuple[list[int], frozenset[str]]:
    """Return the positions of the first occurrence of each name, and the names that occur more than once."""
    seen: dict[str, int] = {}
    repeated = set()
    for position, name in enumerate(names):
        if name in seen:
            repeated.add(name)
        else:
            seen[name] = position
    return list(seen.values()), frozenset(repeated)


def frame_from_arrow(table: "pa.Table") -> pd.DataFrame:
    """Return an Arrow table as columns that the mapping understands: str, float64, int64, bool, datetime64.

    Decimals become floats, dates and zoned times become naive timestamps (the wall time as stored), dictionaries
    their values, anything nested its text.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
        elif pa.types.is_decimal(kind):
            column = column.cast(pa.float64())
        elif pa.types.is_date(kind):
            column = column.cast(pa.timestamp("ms")).cast(pa.timestamp("us"))
        elif pa.types.is_timestamp(kind) and kind.tz is not None:
            column = pc.local_timestamp(column)
        elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_time(kind):
            column = pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()])])
        columns.append(column)
    return pa.Table.from_arrays(columns, names=table.column_names).to_pandas()


def plain_objects(frame: pd.DataFrame) -> pd.DataFrame:
    """Return object columns (Excel, database rows) as the type that they hold, mixed ones as text.

    A whole number in a mixed column is written without a decimal point, so that the code 5 stays "5".
    """
    columns = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == object:
            column = _plain_object(column)
        columns[name] = column
    return pd.DataFrame(columns, index=frame.index)


def _plain_object(column: pd.Series) -> pd.Series:
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("decimal", "integer", "floating", "mixed-integer-float"):
        return pd.to_numeric(column).astype("float64")
    if kind in ("date", "datetime", "datetime64"):
        return naive(pd.to_datetime(column, utc=True) if _zoned(column) else pd.to_datetime(column))
    if kind == "boolean":
        return column.astype("boolean")
    if kind == "empty":
        return pd.Series(pd.NA, index=column.index, dtype="str")
    return column.map(_text, na_action="ignore").astype("str")


def _zoned(column: pd.Series) -> bool:
    first = column.dropna().iloc[0]
    return getattr(first, "tzinfo", None) is not None


def naive(times: pd.Series) -> pd.Series:
    """Return times without their zone."""
    return times.dt.tz_localize(None) if getattr(times.dt, "tz", None) is not None else times


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
