"""A client's own DuckDB query over its files: it may read its inputs, and nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.data.large.staging import Staged, stage_files
from analysis.data.raw import first_of_each
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    import duckdb

    from analysis.data.paths import DataFolder
    from analysis.params.sources import SourceSpec


def run_query(
    connection: "duckdb.DuckDBPyConnection", spec: "SourceSpec", folder: "DataFolder", place: Path, *, what: str
) -> Staged:
    """Return the result of a source's query as Parquet; raise `DataError` with every fault of its inputs."""
    import duckdb

    inputs: dict[str, list[Staged]] = {}
    faults: list[Fault] = []
    for name, part in (spec.inputs or {}).items():
        try:
            inputs[name] = stage_files(connection, part, folder, place, what=f"{what}, input {name}")
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(faults)
    path = place / f"query-{len(list(place.iterdir()))}.parquet"
    own = duckdb.connect(str(place / f"query-{len(list(place.iterdir()))}.duckdb"), config=_config(connection, place))
    try:
        for name, parts in inputs.items():
            _view(own, name, parts)
        _lock(own, inputs, place)
        statements = own.extract_statements(spec.query or "")
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise duckdb.InvalidInputException("a source is one SELECT statement")
        result = own.sql(spec.query or "")
        columns = list(result.columns)
        keep, repeated = first_of_each(columns)
        result.write_parquet(str(path), compression="snappy")
    except duckdb.Error as error:
        message = " ".join(folder.redact(str(error)).split())
        hint = "columns of text files arrive as text: cast what you compute with" if "cast" in message else ""
        where = f"inputs {', '.join(inputs)}"
        rule = "must run over its inputs"
        raise DataError(
            [Fault(what=f"{what}: query", rule=rule, found=message[:300], where=where, hint=hint)]
        ) from error
    finally:
        own.close()
    names = tuple(columns[position] for position in keep)
    label = f"query over {', '.join(inputs)}"
    return Staged(paths=(path,), names=(label,), columns=names, has_row=False, repeated=repeated)


def _config(connection: "duckdb.DuckDBPyConnection", place: Path) -> "dict[str, str | bool | int | float | list[str]]":
    limit, threads = connection.sql("SELECT current_setting('memory_limit'), current_setting('threads')").fetchall()[0]
    return {
        "memory_limit": str(limit).replace(" ", ""),
        "temp_directory": str(place / "spill-query"),
        "threads": int(threads),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }


def _view(own: "duckdb.DuckDBPyConnection", name: str, parts: list[Staged]) -> None:
    read = []
    for part in parts:
        paths = ", ".join("'" + str(path).replace("'", "''") + "'" for path in part.paths)
        columns = ", ".join('"' + column.replace('"', '""') + '"' for column in part.columns)
        read.append(f"SELECT {columns} FROM read_parquet([{paths}])")
    view = '"' + name.replace('"', '""') + '"'
    own.execute(f"CREATE VIEW {view} AS {' UNION ALL BY NAME '.join(read)}")


def _lock(own: "duckdb.DuckDBPyConnection", inputs: dict[str, list[Staged]], place: Path) -> None:
    """Let the query see its inputs and write into `place`, and nothing else of this machine."""
    allowed = [str(path) for parts in inputs.values() for part in parts for path in part.paths]
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in allowed)
    folder = str(place).replace("'", "''")
    own.execute(f"SET allowed_paths = [{listed}]")
    own.execute(f"SET allowed_directories = ['{folder}/']")
    own.execute("SET enable_external_access = false")
    own.execute("SET lock_configuration = true")
