"""One large table from its sources to clean rows: mapped, priced, cut, checked, repaired, counted."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from analysis.data.client import TableSummary
from analysis.data.contract import ROW, SOURCE, TABLES, Table
from analysis.data.large import rules
from analysis.data.large.engine import Engine
from analysis.data.large.mapping import map_scan
from analysis.data.large.prices import add_revenue
from analysis.data.large.reduce import Reduced, by_day
from analysis.data.large.wording import count_rows
from analysis.data.ledger import Ledger
from analysis.data.mapping import source_columns
from analysis.data.paths import DataFolder
from analysis.errors import DataError, Fault
from analysis.params.load import written_at

if TYPE_CHECKING:
    from analysis.params.model import ClientParams
    from analysis.params.sources import SourceSpec

DTYPES: dict[str, Any] = {
    "id": nw.String(), "label": nw.String(), "text": nw.String(),
    "date": nw.Date(), "number": nw.Float64(), "flag": nw.Boolean(),
}  # fmt: skip


@dataclass
class Gathered:
    """A large table as its sources give it: canonical columns and provenance, rows read, faults."""

    table: Table
    frame: nw.LazyFrame | None = None
    rows_read: int = 0
    faults: list[Fault] = field(default_factory=list)

    def rows_of(
        self, engine: Engine, chosen: nw.LazyFrame | None, draw: Callable[[pd.Series], "pd.Series[bool]"]
    ) -> pd.DataFrame:
        """Return the rows of some customers (or all) as the pandas road would have mapped them.

        Parameters
        ----------
        engine
            The engine of the frame.
        chosen
            Customers, in a column ``#held``.
        draw
            Says which of the rows without a customer are taken, given what they hold.
        """
        assert self.frame is not None
        names = [name for name in self.frame.collect_schema().names() if not name.startswith("?")]
        frame = self.frame.select(*names)
        if chosen is None:
            return self._mapped(engine.collect(frame))
        if "customer_id" not in names:
            rows = engine.collect(frame)
            return self._mapped(rows[draw(_content(rows))].reset_index(drop=True))
        found = engine.collect(frame.join(chosen, left_on="customer_id", right_on="#held", how="semi"))
        if not self.table.needs_customer:
            nobody = engine.collect(frame.filter(nw.col("customer_id").is_null()))
            nobody = nobody[draw(_content(nobody))]
            found = pd.concat([found, nobody], ignore_index=True) if len(nobody) else found
        return self._mapped(found)

    def _mapped(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return collected rows with the types of the pandas road, and their provenance."""
        typed = {}
        for column in self.table.columns:
            if column.name in rows.columns:
                typed[column.name] = _typed(rows[column.name], column.kind)
        mapped = pd.DataFrame(typed, index=rows.index)
        mapped[SOURCE] = rows[SOURCE].astype("str").astype("category")
        mapped[ROW] = rows[ROW].astype("int64") if ROW in rows.columns else np.arange(1, len(rows) + 1)
        return mapped


def _typed(values: pd.Series, kind: str) -> pd.Series:
    if kind == "date":
        return pd.to_datetime(values).astype("datetime64[us]")
    if kind == "number":
        return values.astype("float64")
    if kind == "flag":
        return values.astype("boolean")
    return values.astype("str")


def _content(rows: pd.DataFrame) -> pd.Series:
    """Return each row's content as one text, provenance aside."""
    texts = [rows[name].astype("object").map(str) for name in sorted(rows.columns) if name not in (SOURCE, ROW)]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + "\x1f" + text
    return joined


@dataclass(kw_only=True)
class Clean:
    """A large table after its repairs, and its days by customer where it holds orders."""

    frame: nw.LazyFrame
    summary: TableSummary
    reduced: Reduced | None = None


def gather_large(params: "ClientParams", engine: Engine, folder: DataFolder, name: str) -> Gathered:
    """Return a table of the parameters, mapped and stacked; nothing is read but what the mapping has to know."""
    table, declared = TABLES[name], params.sources[name]  # type: ignore[index]
    specs = declared if isinstance(declared, list) else [declared]
    gathered = Gathered(table)
    parts: list[nw.LazyFrame] = []
    for position, spec in enumerate(specs):
        above: tuple[str | int, ...] = (name, position) if isinstance(declared, list) else (name,)
        what = f"{name} (source {position + 1})" if len(specs) > 1 else name
        parts += _map_source(params, engine, folder, table, spec, what, above, gathered)
    if parts:
        frame = _stacked(parts, table)
        gathered.rows_read = count_rows(engine, frame)
        gathered.frame = frame if gathered.rows_read else None
    return gathered


def _map_source(
    params: "ClientParams",
    engine: Engine,
    folder: DataFolder,
    table: Table,
    spec: "SourceSpec",
    what: str,
    above: tuple[str | int, ...],
    gathered: Gathered,
) -> list[nw.LazyFrame]:
    wanted = frozenset(source_columns(table, spec, ()))
    try:
        scans = engine.scan(spec, folder, what=what, wanted=wanted)
    except DataError as error:
        gathered.faults.extend(error.faults)
        return []
    frames = []
    for scan in scans:
        mapped = map_scan(
            engine, scan, spec, table, what=what, written=lambda path: written_at(params, ("sources", *above, *path))
        )
        gathered.faults.extend(fault for fault in mapped.faults if fault not in gathered.faults)
        # what had to be read from text is read once
        frames.append(engine.keep(mapped.frame) if mapped.is_parsed else mapped.frame)
    return frames


def _stacked(parts: list[nw.LazyFrame], table: Table) -> nw.LazyFrame:
    """Return the parts one below the other; a column that only some have is missing in the others."""
    present = [set(part.collect_schema().names()) for part in parts]
    every = set().union(*present)
    columns = [column for column in table.columns if column.name in every]
    unread = [f"?{column.name}" for column in columns if f"?{column.name}" in every]
    provenance = [name for name in (SOURCE, ROW) if all(name in names for names in present)]
    aligned = []
    for part, names in zip(parts, present, strict=True):
        own = [
            (nw.col(column.name) if column.name in names else nw.lit(None)).cast(DTYPES[column.kind]).alias(column.name)
            for column in columns
        ]
        flags = [nw.col(name) if name in names else nw.lit(value=False).alias(name) for name in unread]
        aligned.append(part.select(*own, *flags, *provenance))
    return aligned[0] if len(aligned) == 1 else nw.concat(aligned, how="vertical")


def is_usable(gathered: Gathered) -> bool:
    """Return whether there are rows, with the required columns; if not, the mapping has said so."""
    if gathered.frame is None:
        return False
    names = gathered.frame.collect_schema().names()
    return all(column.name in names for column in gathered.table.columns if column.required)


def first_and_last(gathered: Gathered, engine: Engine) -> pd.DataFrame | None:
    """Return the first and the last date of a table as a frame of two rows, or None without any."""
    date = gathered.table.date or ""
    if gathered.frame is None or date not in gathered.frame.collect_schema().names():
        return None
    ends = engine.collect(gathered.frame.select(nw.col(date).min().alias("a"), nw.col(date).max().alias("b"))).iloc[0]
    if pd.isna(ends["a"]):
        return None
    return pd.DataFrame({date: pd.to_datetime([ends["a"], ends["b"]]).astype("datetime64[us]")})


def clean_large(
    gathered: Gathered,
    engine: Engine,
    ledger: Ledger,
    as_of: dt.date,
    *,
    rates: pd.DataFrame | None,
    params: "ClientParams",
    listed: nw.LazyFrame | None,
    prices_known: bool,
) -> Clean | None:
    """Return the rows that count, after the same repairs in the same order as `load.clean_tables` does them.

    None where the rows cannot be used, or none of them count. Faults go to the ledger.
    """
    if not is_usable(gathered):
        return None
    name, frame = gathered.table.name, gathered.frame
    assert frame is not None
    if name == "transactions":
        faults = ledger.faults if prices_known else []
        frame = add_revenue(engine, frame, rates, params.money, as_of, faults)
    rows = rules.Rows(engine, gathered.table, frame, ledger)
    rules.set_future_aside(rows, as_of)
    if not rows.count:
        return None
    rules.validate(rows, ledger.faults)
    rules.mend_impossible_dates(rows)
    rules.merge_duplicate_keys(rows)
    rules.drop_without_customer(rows)
    reduced = None
    if name == "transactions":
        rows.frame = rows.frame.filter(~nw.col("ordered_on").is_null() & ~nw.col("amount").is_null())
        reduced = by_day(rows.frame, engine.keep)
        rules.drop_refunds_without_purchase(rows, reduced.unfounded)
        rules.count_identical_lines(rows)
    rules.count_unlisted_customers(rows, listed)
    if not rows.count:
        return None
    return Clean(frame=rows.frame, summary=_summary(rows, gathered, reduced), reduced=reduced)


def _summary(rows: rules.Rows, gathered: Gathered, reduced: Reduced | None) -> TableSummary:
    engine, date = rows.engine, rows.table.date or ""
    # of orders, the days by customer say the same and are fewer
    frame = rows.frame if reduced is None else reduced.daily
    ends = engine.collect(frame.select(nw.col(date).min().alias("a"), nw.col(date).max().alias("b"))).iloc[0]
    customers = None
    if "customer_id" in rows.names:
        known = frame.filter(~nw.col("customer_id").is_null())
        customers = count_rows(engine, known.select("customer_id").unique())
    return TableSummary(
        table=rows.table.name,
        rows_read=gathered.rows_read,
        rows_kept=rows.count,
        customers=customers,
        first=None if pd.isna(ends["a"]) else ends["a"].date().isoformat(),
        last=None if pd.isna(ends["b"]) else ends["b"].date().isoformat(),
    )
