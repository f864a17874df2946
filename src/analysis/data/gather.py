"""All sources of a client, read, mapped and stacked into tables; every fault of every table is gathered."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.contract import ROW, SOURCE, TABLES, Table
from analysis.data.mapping import Extra, map_source, source_columns
from analysis.data.raw import concat_rows, release_memory
from analysis.data.sources import Reader
from analysis.data.survey_items import item_columns
from analysis.errors import DataError, Fault
from analysis.messages import N_, Message
from analysis.params.load import written_at

if TYPE_CHECKING:
    from analysis.params.model import ClientParams
    from analysis.params.sources import SourceSpec


@dataclass
class Gathered:
    """Mapped tables with their provenance, faults and notes; `rows_read` and `columns` say what the sources held.

    `unread` holds, by table and column, source and row of every value that could not be read: it is missing in the
    frame, and whoever finds it missing need not say so again.
    """

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    rows_read: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: dict[str, dict[str, set[tuple[str, int]]]] = field(default_factory=dict)


def gather_tables(params: "ClientParams", reader: Reader, without: Collection[str] = ()) -> Gathered:
    """Return every declared table, mapped; a table without rows is left out with a note, a broken one with faults.

    Tables in `without` are not read.
    """
    gathered = Gathered()
    for name, table in TABLES.items():
        if name not in params.sources or name in without:
            continue
        declared = params.sources[name]  # type: ignore[index]
        specs = declared if isinstance(declared, list) else [declared]
        before = len(gathered.faults)
        parts = [
            part
            for position, spec in enumerate(specs)
            if (part := _read(params, reader, table, spec, position, gathered)) is not None
        ]
        rows = sum(len(part) for part in parts)
        gathered.rows_read[name] = rows
        if rows:
            gathered.frames[name] = _stack([part for part in parts if len(part)])
        elif len(gathered.faults) == before:
            gathered.notes.append(without_rows(name))
    release_memory()
    return gathered


def without_rows(table: str) -> Message:
    """Return the note on a table that has no row."""
    return N_("The table {table:text} was supplied without any row.", table=table)


def _read(
    params: "ClientParams", reader: Reader, table: Table, spec: "SourceSpec", position: int, gathered: Gathered
) -> pd.DataFrame | None:
    declared = params.sources[table.name]  # type: ignore[index]
    what = table.name
    above: tuple[str | int, ...] = (table.name,)
    if isinstance(declared, list):
        above = (table.name, position)
        what += f" (source {position + 1})" if len(declared) > 1 else ""
    extras = _extras(params, table, spec)
    try:
        raw = reader.read(spec, what=what, wanted=source_columns(table, spec, extras))
    except DataError as error:
        gathered.faults.extend(error.faults)
        return None
    gathered.columns[table.name] = (*gathered.columns.get(table.name, ()), *raw.columns)
    mapped = map_source(
        raw, spec, table, what=what, extras=extras, written=lambda path: written_at(params, ("sources", *above, *path))
    )
    gathered.faults.extend(mapped.faults)
    for column, unread in mapped.unread.items():
        rows = mapped.frame.loc[unread, [SOURCE, ROW]]
        places = gathered.unread.setdefault(table.name, {}).setdefault(column, set())
        places.update(zip(rows[SOURCE], rows[ROW], strict=True))
    return mapped.frame


def _extras(params: "ClientParams", table: Table, spec: "SourceSpec") -> tuple[Extra, ...]:
    """Return the columns beyond the contract: the questionnaire's items, and the segment column of the client."""
    if table.name == "survey" and params.survey is not None:
        return item_columns(params.survey, spec)
    segment = params.segment
    if table.name == "customers" and segment is not None and table.column(segment) is None:
        return (Extra(name=segment, source=spec.columns.get(segment, segment)),)
    return ()


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return parts[0] if len(parts) == 1 else concat_rows(parts)
