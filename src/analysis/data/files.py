"""Reads tables from files: text, Excel and Parquet; several files of one shape are stacked."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data.contract import ROW, SOURCE
from analysis.data.paths import DataFolder, NamedFile, matching_files, patterns
from analysis.data.raw import Raw, concat_rows, first_of_each, frame_from_arrow, plain_objects, with_provenance
from analysis.data.text_files import read_text_file
from analysis.errors import DataError, Fault

if TYPE_CHECKING:
    from analysis.params.sources import FileFormat

EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb")
TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


def read_files(spec: "FileFormat", folder: DataFolder, *, what: str, wanted: frozenset[str] | None) -> Raw:
    """Return the stacked rows of all files that a source names; raise `DataError` with every file's fault."""
    faults: list[Fault] = []
    parts: list[Raw] = []
    for file in find_files(spec, folder, what=what, faults=faults):
        try:
            parts.append(read_file(file, spec, what=what, wanted=wanted))
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(faults)
    return stack(parts)


def stack(parts: list[Raw]) -> Raw:
    """Return several raw tables as one; a column that only some have is missing in the others."""
    if len(parts) == 1:
        return parts[0]
    frame = concat_rows([part.frame for part in parts if len(part.frame)] or [parts[0].frame])
    columns = tuple(dict.fromkeys(column for part in parts for column in part.columns))
    return Raw(frame=frame, columns=columns, repeated=frozenset().union(*(part.repeated for part in parts)))


def find_files(spec: "FileFormat", folder: DataFolder, *, what: str, faults: list[Fault]) -> list[NamedFile]:
    """Return the files that a source names, each once; a pattern that means none is entered in `faults`."""
    found: dict[Path, NamedFile] = {}
    for pattern in patterns(spec):
        files = matching_files(pattern, folder)
        if not files:
            faults.append(_missing(pattern, folder, what=what))
        found.update((file.path, file) for file in files)
    return list(found.values())


def _missing(pattern: str, folder: DataFolder, *, what: str) -> Fault:
    what = f"{what}: {folder.redact(pattern)}"
    rule, where = "must be in the data folder", f"data folder '{folder.label}'"
    if not folder.path.is_dir():
        hint = "check `data_folder` in the parameters"
        return Fault(what=what, rule=rule, found="no such folder", where=where, hint=hint)
    present = sorted(path.name for path in folder.path.iterdir() if not path.name.startswith("."))
    present = [name for name in present if name.lower().endswith((*EXCEL, *TEXT, ".parquet"))] or present
    if not present:
        return Fault(what=what, rule=rule, found="an empty folder", where=where)
    near = difflib.get_close_matches(Path(pattern).name, present, n=1, cutoff=0.6)
    listed = f"there are {', '.join(present[:6])}" + (" and more" if len(present) > 6 else "")
    hint = f"did you mean '{near[0]}'?" if near else listed
    return Fault(what=what, rule=rule, found="no file of that name", where=where, hint=hint)


def read_file(file: NamedFile, spec: "FileFormat", *, what: str, wanted: frozenset[str] | None) -> Raw:
    """Return the rows of one file by its suffix; raise `DataError` where it cannot be read."""
    name = file.path.name.lower()
    try:
        if name.endswith(".parquet"):
            return read_parquet(file, wanted)
        if name.endswith(EXCEL):
            return _read_excel(file, spec, what=what)
        if name.endswith(TEXT):
            return read_text_file(file, spec, what=what)
    except OSError as error:
        raise DataError([_unreadable(what, file, error.strerror or type(error).__name__)]) from error
    rule = "must be a .csv, .csv.gz, .tsv, .txt, .xlsx, .xls or .parquet file"
    raise DataError([Fault(what=what, rule=rule, found=file.path.suffix or "no suffix", where=file.name)])


def _unreadable(what: str, file: NamedFile, found: str, hint: str = "") -> Fault:
    return Fault(what=what, rule="must be a readable file", found=found, where=file.name, hint=hint)


def read_parquet(file: NamedFile, wanted: frozenset[str] | None) -> Raw:
    """Return the wanted columns of a Parquet file; raise `DataError` if it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        handle = pq.ParquetFile(file.path)
        columns = tuple(handle.schema_arrow.names)
        read = [column for column in columns if wanted is None or column in wanted]
        frame = frame_from_arrow(handle.read(columns=read))
    except pa.ArrowException as error:
        raise DataError([_unreadable("Parquet", file, "no Parquet data", str(error)[:80])]) from error
    return Raw(frame=with_provenance(frame, file.name, first_row=1), columns=columns)


def _read_excel(file: NamedFile, spec: "FileFormat", *, what: str) -> Raw:
    from python_calamine import CalamineError

    try:
        with pd.ExcelFile(file.path, engine="calamine") as book:
            sheet = _sheet(book, spec, file, what=what)
            # header=None: the header is ours to read, because pandas renames repeated columns silently
            cells = pd.read_excel(
                book, sheet_name=sheet, header=None, dtype=object, keep_default_na=False, na_values=[""]
            )
    except (CalamineError, ValueError) as error:
        raise DataError([_unreadable(what, file, "no Excel workbook", str(error)[:80])]) from error
    if len(cells) <= spec.header_row:
        raise DataError([_no_header(what, file, spec.header_row)])
    header = ["" if pd.isna(name) else str(name).strip() for name in cells.iloc[spec.header_row]]
    keep, repeated = first_of_each(header)
    body = cells.iloc[spec.header_row + 1 :, keep]
    body.columns = pd.Index([header[position] for position in keep])
    frame = with_provenance(body, file.name, first_row=spec.header_row + 2)
    filled = body.notna().any(axis=1).to_numpy()
    frame = frame.loc[filled].reset_index(drop=True)
    located = frame[[SOURCE, ROW]]
    return Raw(
        frame=plain_objects(frame.drop(columns=[SOURCE, ROW])).join(located),
        columns=tuple(body.columns),
        repeated=repeated - {""},
    )


def _sheet(book: pd.ExcelFile, spec: "FileFormat", file: NamedFile, *, what: str) -> str:
    names = [str(name) for name in book.sheet_names]
    if isinstance(spec.sheet, str) and spec.sheet in names:
        return spec.sheet
    position = spec.sheet or 0
    if isinstance(position, int) and 0 <= position < len(names):
        return names[position]
    hint = f"the workbook has {', '.join(names[:8])}"
    raise DataError(
        [
            Fault(
                what=what,
                rule="must have the declared sheet",
                found=f"no sheet {spec.sheet!r}",
                where=file.name,
                hint=hint,
            )
        ]
    )


def _no_header(what: str, file: NamedFile, header_row: int) -> Fault:
    return Fault(
        what=what,
        rule="must have a row of column names",
        found=f"nothing in row {header_row + 1}",
        where=file.name,
        hint="see `header_row`" if header_row else "",
    )
