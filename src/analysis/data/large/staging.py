"""Text files, queries and databases as Parquet: read once, row by row, so that everything after them is lazy.

Parquet files of the client are used where they lie.
"""

import codecs
import gzip
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.data.database import read_database
from analysis.data.files import TEXT, find_files, read_file
from analysis.data.packages import read_package
from analysis.data.paths import NamedFile
from analysis.data.raw import Raw, first_of_each
from analysis.data.text_files import refuse_wrong_separator
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    import duckdb

    from analysis.data.paths import DataFolder
    from analysis.params.sources import FileFormat, SourceSpec

BLOCK = 1 << 22
"""Characters decoded at a time."""


@dataclass(frozen=True, kw_only=True)
class Staged:
    """Parquet files of one shape: paths, their names in messages, columns, and whether they hold the row number."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    has_row: bool
    repeated: frozenset[str] = field(default_factory=frozenset)


def stage_source(
    connection: "duckdb.DuckDBPyConnection",
    spec: "SourceSpec",
    folder: "DataFolder",
    place: Path,
    *,
    what: str,
    wanted: frozenset[str],
) -> list[Staged]:
    """Return a source as Parquet files in groups of one shape; raise `DataError` with the fault of every file."""
    if spec.files is not None:
        return stage_files(connection, spec, folder, place, what=what)
    if spec.inputs is not None:
        from analysis.data.large.sandbox import run_query

        return [run_query(connection, spec, folder, place, what=what)]
    if spec.database is not None:
        return [stage_raw(read_database(spec, folder, what=what), place, "database query")]
    return [stage_raw(read_package(spec.package or "", what=what, wanted=wanted), place, spec.package or "")]


def stage_files(
    connection: "duckdb.DuckDBPyConnection", spec: "FileFormat", folder: "DataFolder", place: Path, *, what: str
) -> list[Staged]:
    """Return the files of a source as Parquet, those of one shape together."""
    faults: list[Fault] = []
    staged: list[Staged] = []
    for file in find_files(spec, folder, what=what, faults=faults):
        try:
            staged.append(_stage_file(connection, file, spec, place, what=what))
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(faults)
    groups: dict[tuple[object, ...], list[Staged]] = {}
    for part in staged:
        groups.setdefault((_shape(part), part.columns, part.repeated), []).append(part)
    return [
        Staged(
            paths=tuple(part.paths[0] for part in parts),
            names=tuple(part.names[0] for part in parts),
            columns=parts[0].columns,
            has_row=parts[0].has_row,
            repeated=parts[0].repeated,
        )
        for parts in groups.values()
    ]


def _shape(part: Staged) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    return tuple(str(field.type) for field in pq.read_schema(part.paths[0]))


def _stage_file(
    connection: "duckdb.DuckDBPyConnection", file: NamedFile, spec: "FileFormat", place: Path, *, what: str
) -> Staged:
    name = file.path.name.lower()
    if name.endswith(".parquet"):
        return _own_parquet(file)
    if name.endswith(TEXT):
        return _stage_text(connection, file, spec, place, what=what)
    return stage_raw(read_file(file, spec, what=what, wanted=None), place, file.name)


def _own_parquet(file: NamedFile) -> Staged:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(file.path).names
    except (pa.ArrowException, OSError) as error:
        found = "no Parquet data" if isinstance(error, pa.ArrowException) else error.strerror or type(error).__name__
        fault = Fault(what="Parquet", rule="must be a readable file", found=found, where=file.name)
        raise DataError([fault]) from error
    _, repeated = first_of_each(names)
    return Staged(
        paths=(file.path,), names=(file.name,), columns=tuple(dict.fromkeys(names)), has_row=False, repeated=repeated
    )


def stage_raw(raw: Raw, place: Path, name: str) -> Staged:
    """Return rows that are in memory already as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = raw.frame.drop(columns=SOURCE)
    path = _new_path(place)
    frame = frame.astype(
        {column: "str" for column in frame.columns if isinstance(frame[column].dtype, pd.CategoricalDtype)}
    )
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    columns = tuple(column for column in frame.columns if column != ROW)
    return Staged(paths=(path,), names=(name,), columns=columns, has_row=True, repeated=raw.repeated)


def _stage_text(
    connection: "duckdb.DuckDBPyConnection", file: NamedFile, spec: "FileFormat", place: Path, *, what: str
) -> Staged:
    import duckdb

    separator = spec.separator or ("\t" if ".tsv" in file.path.name.lower() else ",")
    plain = _as_utf8(file, spec.encoding, place, what=what)
    header = read_header(file, spec, separator, what=what)
    keep, repeated = first_of_each(header)
    names = [header[position] for position in keep]
    path = _new_path(place)
    cells = [f"c{position}" for position in range(len(header))]
    chosen = [f'{cells[position]} AS "{header[position].replace(chr(34), chr(34) * 2)}"' for position in keep]
    typed = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    options = (
        f"auto_detect = false, header = false, skip = {spec.header_row + 1}, delim = {quoted_text(separator)},"
        f""" quote = '"', escape = '"', nullstr = '', null_padding = true, parallel = false, columns = {{{typed}}}"""
    )
    # numbered before empty rows are left out, so that a row's number is its line in the file
    query = f"""
        SELECT {", ".join([*chosen, ROW])} FROM (
            SELECT *, row_number() OVER () + {spec.header_row + 1} AS {ROW}
            FROM read_csv({quoted_text(str(plain))}, {options})
        ) WHERE {" OR ".join(f"{cell} IS NOT NULL" for cell in cells)}
    """
    try:
        connection.execute(f"COPY ({query}) TO {quoted_text(str(path))} (FORMAT parquet, COMPRESSION snappy)")
    except duckdb.Error as error:
        raise DataError([_malformed(file, what, str(error))]) from error
    finally:
        if plain != file.path:
            plain.unlink()
    return Staged(paths=(path,), names=(file.name,), columns=tuple(names), has_row=True, repeated=repeated - {""})


def quoted_text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def read_header(file: NamedFile, spec: "FileFormat", separator: str, *, what: str) -> list[str]:
    """Return the column names of a text file; raise `DataError` where it has none or the separator is another."""
    encoding = "utf-8-sig" if is_utf8(spec.encoding) else spec.encoding
    try:
        first = pd.read_csv(
            file.path,
            sep=separator,
            encoding=encoding,
            header=None,
            dtype=str,
            skiprows=spec.header_row,
            nrows=1,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
        )
    except pd.errors.EmptyDataError as error:
        rule, found = "must have a row of column names", "an empty file"
        raise DataError([Fault(what=what, rule=rule, found=found, where=file.name)]) from error
    header = ["" if pd.isna(name) else str(name).strip() for name in first.iloc[0]]
    if len(header) == 1:
        refuse_wrong_separator(header[0], file, separator, what)
    return header


def is_utf8(encoding: str) -> bool:
    """Return whether a declared encoding is UTF-8, with or without a byte-order mark."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def _as_utf8(file: NamedFile, encoding: str, place: Path, *, what: str) -> Path:
    """Return a plain UTF-8 copy of a text file, decoded block by block, or the file itself where it is one."""
    is_gzip = file.path.suffix.lower() == ".gz"
    path = place / f"text-{len(list(place.iterdir()))}.csv"
    opened = gzip.open if is_gzip else open
    try:
        if is_utf8(encoding):
            with opened(file.path, "rt", encoding="utf-8-sig", newline="") as handle:
                while handle.read(BLOCK):
                    pass
            if not is_gzip:
                return file.path
        with (
            opened(file.path, "rt", encoding="utf-8-sig" if is_utf8(encoding) else encoding, newline="") as source,
            path.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target, BLOCK)  # type: ignore[misc]
    except UnicodeError as error:
        rule, found = f"must be encoded as declared ({encoding})", "undecodable bytes"
        raise DataError([Fault(what=what, rule=rule, found=found, where=file.name)]) from error
    except (gzip.BadGzipFile, EOFError) as error:
        rule, found = "must be a readable file", "damaged gzip data"
        raise DataError([Fault(what=what, rule=rule, found=found, where=file.name)]) from error
    except OSError as error:
        rule, found = "must be a readable file", error.strerror or type(error).__name__
        raise DataError([Fault(what=what, rule=rule, found=found, where=file.name)]) from error
    return path


def _malformed(file: NamedFile, what: str, message: str) -> Fault:
    told = [line.strip() for line in message.splitlines() if line.strip()]
    lines = [
        line for line in told if line.startswith(("CSV Error on Line", "Expected Number of Columns", "Value with"))
    ]
    return Fault(
        what=what,
        rule="must have the same columns in every row",
        found=(" ".join(lines) or told[0] if told else "unreadable rows").replace(str(file.path), file.name)[:120],
        where=file.name,
        hint="a text that holds the separator needs quotes, or the separator is another",
    )


def _new_path(place: Path) -> Path:
    return place / f"stage-{len(list(place.iterdir()))}.parquet"
