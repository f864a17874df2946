"""DuckDB queries over the client's own files: for what a map of columns cannot say (joins, unions, filters)."""

from typing import TYPE_CHECKING

from analysis.data.contract import ROW, SOURCE
from analysis.data.files import read_files
from analysis.data.paths import DataFolder
from analysis.data.raw import Raw, Redact, first_of_each, frame_from_arrow, with_provenance
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.params.sources import FileFormat, SourceSpec

MEMORY_LIMIT = "2GB"
THREADS = 2


def read_query(spec: "SourceSpec", folder: DataFolder, *, what: str) -> Raw:
    """Return the result of a source's query over its `inputs`.

    Inputs from text and Excel files arrive as text columns (codes stay codes: the query casts what it computes
    with), those from Parquet with their own types. The query can read nothing else: no file, no network.

    Raises
    ------
    DataError
        With every fault of the inputs, or the error that DuckDB reports.
    """
    tables: dict[str, pa.Table] = {}
    faults: list[Fault] = []
    for name, part in (spec.inputs or {}).items():
        try:
            tables[name] = _input(part, folder, what=f"{what}, input {name}")
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(faults)
    result = _run(spec.query or "", tables, what=what, redact=folder.redact)
    keep, repeated = first_of_each(result.column_names)
    frame = frame_from_arrow(result.select(keep))
    return Raw(
        frame=with_provenance(frame, f"query over {', '.join(tables)}", first_row=1),
        columns=tuple(result.column_names[position] for position in keep),
        repeated=repeated,
    )


def _input(part: "FileFormat", folder: DataFolder, *, what: str) -> "pa.Table":
    import pyarrow as pa

    frame = read_files(part, folder, what=what, wanted=None).frame.drop(columns=[SOURCE, ROW])
    names = [part.files] if isinstance(part.files, str) else list(part.files or [])
    if not all(name.lower().endswith(".parquet") for name in names):
        frame = frame.astype({column: "str" for column in frame.columns if str(frame[column].dtype) == "object"})
    return pa.Table.from_pandas(frame, preserve_index=False)


def _run(query: str, tables: "dict[str, pa.Table]", *, what: str, redact: Redact) -> "pa.Table":
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": MEMORY_LIMIT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_access": False,
            "python_enable_replacements": False,
        },
    )
    try:
        for name, table in tables.items():
            connection.register(name, table)
        statements = connection.extract_statements(query)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise duckdb.InvalidInputException("a source is one SELECT statement")
        return connection.sql(query).to_arrow_table()
    except duckdb.Error as error:
        message = " ".join(redact(str(error)).split())
        raise DataError(
            [
                Fault(
                    what=f"{what}: query",
                    rule="must run over its inputs",
                    found=message[:300],
                    where=f"inputs {', '.join(tables)}",
                    hint="columns of text files arrive as text: cast what you compute with"
                    if "cast" in message
                    else "",
                )
            ]
        ) from error
    finally:
        connection.close()
