"""Faults and examples of rows that are not in memory: counts by value, and where the first of them stand."""

from dataclasses import dataclass

import narwhals as nw
import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.data.faults import SHOWN_ROWS, SHOWN_VALUES, shorten, times
from analysis.data.large.engine import Engine
from analysis.errors import Fault


@dataclass(frozen=True)
class Found:
    """Rows that break a rule: the engine, the rows, the column of their values, and how often each value occurs."""

    engine: Engine
    rows: nw.LazyFrame
    column: str
    counts: pd.DataFrame

    @property
    def total(self) -> int:
        """How many rows there are."""
        return int(self.counts["n"].sum())


def unread_fault(found: Found, *, what: str, rule: str, hint: str) -> Fault:
    """Return the fault of rows with wrong values."""
    return Fault(
        what=what,
        rule=rule,
        found=describe_counts(found.counts, found.column),
        where=describe_places(found.engine, found.rows, found.total),
        hint=hint,
        count=found.total,
    )


def count_rows(engine: Engine, rows: nw.LazyFrame) -> int:
    """Return how many rows there are."""
    return int(engine.collect(rows.select(nw.len().alias("n")))["n"].sum())


def describe_counts(counts: pd.DataFrame, column: str) -> str:
    """Return the commonest distinct values with their counts, as `faults.describe_values` words them."""
    filled = counts[counts[column].notna()]
    if filled.empty:
        return f"no value ({int(counts['n'].sum())} times)"
    pairs = zip(filled[column], filled["n"], strict=True)
    order = sorted(((value, int(count)) for value, count in pairs), key=lambda pair: (-pair[1], str(pair[0])))
    shown = [f"{shorten(_plain(value))} ({times(count)})" for value, count in order[:SHOWN_VALUES]]
    rest = len(order) - SHOWN_VALUES
    return ", ".join(shown) + (f" and {rest} more values" if rest > 0 else "")


def _plain(value: object) -> object:
    return pd.Timestamp(value) if hasattr(value, "isoformat") else value  # type: ignore[arg-type]


def describe_places(engine: Engine, rows: nw.LazyFrame, total: int) -> str:
    """Return where rows stand: "orders.csv, rows 3, 17 and 40 more"; without the row where the engine knows none."""
    names = rows.collect_schema().names()
    if ROW not in names:
        files = engine.collect(rows.group_by(SOURCE).agg(nw.len().alias("n")).sort(SOURCE).head(SHOWN_ROWS))
        pairs = zip(files[SOURCE], files["n"], strict=True)
        return "; ".join(f"{source}, {int(count)} {'row' if count == 1 else 'rows'}" for source, count in pairs)
    counts = engine.collect(rows.group_by(SOURCE).agg(nw.len().alias("n")).sort(SOURCE).head(SHOWN_ROWS))
    first = engine.collect(rows.select(SOURCE, ROW).sort(SOURCE, ROW).head(SHOWN_ROWS * SHOWN_ROWS))
    parts: list[str] = []
    left = SHOWN_ROWS
    for source, count in zip(counts[SOURCE], counts["n"], strict=True):
        shown = [str(int(row)) for row in first.loc[first[SOURCE] == source, ROW].head(max(left, 1))]
        more = int(count) - len(shown)
        left -= len(shown)
        label = "row" if count == 1 else "rows"
        parts.append(f"{source}, {label} {', '.join(shown)}" + (f" and {more} more" if more else ""))
        if left <= 0:
            break
    return "; ".join(parts) if total else ""
