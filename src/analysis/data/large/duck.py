"""DuckDB: files opened lazily, frames kept in a database on disk, within a limit of memory."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.data.large.engine import Scan
from analysis.data.large.staging import Staged, quoted_text, stage_source
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    import duckdb

    from analysis.data.paths import DataFolder
    from analysis.params.sources import SourceSpec

DUCKDB_SHARE = 0.5
"""Share of the memory that DuckDB's buffers may take; the rest is for what it does not count, and for the results."""


class DuckEngine:
    """A database of its own in a temporary folder, without extensions and without a network.

    Parameters
    ----------
    memory_gb
        Memory for the whole process, of which DuckDB's buffers get `DUCKDB_SHARE`.
    """

    def __init__(self, *, memory_gb: float) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="audit-duckdb-")
        self.folder = Path(self._place.name)
        self.connection = connect(self.folder, memory_gb)
        self._kept = 0

    def scan(self, spec: "SourceSpec", folder: "DataFolder", *, what: str, wanted: frozenset[str]) -> list[Scan]:
        """Return the rows of a source; text is brought into Parquet first, row by row."""
        staged = stage_source(self.connection, spec, folder, self.folder, what=what, wanted=wanted)
        return [self._open(part, wanted) for part in staged]

    def keep(self, frame: nw.LazyFrame) -> nw.LazyFrame:
        """Write a frame into a table of the database on disk."""
        self._kept += 1
        name = f"kept_{self._kept}"
        relation: Any = frame.to_native()
        with _told(self.folder):
            relation.create(name)
        return nw.from_native(self.connection.table(name))

    def small(self, frame: pd.DataFrame) -> nw.LazyFrame:
        """Copy a frame into the database."""
        import pyarrow as pa

        self._kept += 1
        name = f"kept_{self._kept}"
        self.connection.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)).create(name)
        return nw.from_native(self.connection.table(name))

    def collect(self, frame: nw.LazyFrame) -> pd.DataFrame:
        """Return the rows of a small frame."""
        with _told(self.folder):
            return frame.collect("pyarrow").to_native().to_pandas(date_as_object=False)

    def close(self) -> None:
        """Close the database and remove its folder."""
        self.connection.close()
        self._place.cleanup()

    def _open(self, part: Staged, wanted: frozenset[str]) -> Scan:
        alias = {name: f"r{position}" for position, name in enumerate(part.columns)}
        chosen = [f"{_quoted(name)} AS {alias[name]}" for name in part.columns if name in wanted]
        paths = ", ".join(quoted_text(str(path)) for path in part.paths)
        names = ", ".join(quoted_text(name) for name in part.names)
        row = _quoted(ROW) if part.has_row else "CAST(file_row_number + 1 AS BIGINT)"
        chosen.append(f"{row} AS {ROW}")
        chosen.append(f"list_extract([{names}], list_position([{paths}], filename)) AS {SOURCE}")
        options = "filename = true" if part.has_row else "filename = true, file_row_number = true"
        relation = self.connection.sql(f"SELECT {', '.join(chosen)} FROM read_parquet([{paths}], {options})")
        return Scan(
            frame=nw.from_native(relation),
            alias={name: alias[name] for name in part.columns},
            repeated=part.repeated,
            label=", ".join(part.names[:3]) + (f" and {len(part.names) - 3} more" if len(part.names) > 3 else ""),
        )


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn too little memory or a full disk into a fault that says what to do."""
    import duckdb

    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        is_memory = isinstance(error, duckdb.OutOfMemoryException)
        fault = Fault(
            what="engine: duckdb",
            rule="must have memory and temporary disk space enough for the tables",
            found=" ".join(str(error).replace(str(folder), "temporary folder").split())[:160],
            where="memory" if is_memory else "temporary folder",
            hint="raise `limits: memory_gb`" if is_memory else "let TMPDIR name a folder on a larger disk",
        )
        raise DataError([fault]) from error


def connect(folder: Path, memory_gb: float) -> "duckdb.DuckDBPyConnection":
    """Return a connection to a new database in `folder` that spills into the same folder."""
    import duckdb

    connection = duckdb.connect(
        str(folder / "audit.duckdb"),
        config={
            "memory_limit": f"{round(1000 * memory_gb * DUCKDB_SHARE)}MB",
            "temp_directory": str(folder / "spill"),
            "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")
    return connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
