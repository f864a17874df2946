"""Writes a table to a file whose bytes depend on its content only: no clock, no machine, no hash seed."""

import datetime as dt
import gzip
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.synthetic.layout import FileLayout

ZIP_TIME = (2026, 1, 1, 0, 0, 0)
WORKBOOK_TIME = dt.datetime(2026, 1, 1)
_TIMES_OF_A_WORKBOOK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def write_table(frame: pd.DataFrame, layout: FileLayout, folder: Path) -> list[str]:
    """Write a table in its layout; return the names of the files written.

    Parameters
    ----------
    frame
        Rows under canonical column names.
    layout
        How the client has them.
    folder
        Where the files go.
    """
    names = []
    for part, rows in _parts(frame, layout):
        own = rows[list(layout.columns)].rename(columns=layout.columns)
        name = layout.name.format(part=part)
        (folder / name).write_bytes(_encode(own, layout))
        names.append(name)
    return names


def _parts(frame: pd.DataFrame, layout: FileLayout) -> list[tuple[str, pd.DataFrame]]:
    if layout.split_by is None:
        return [("", frame)]
    column = frame[layout.split_by]
    part = column.dt.year.astype("str") if column.dtype.kind == "M" else column.str.replace(" ", "", regex=False)
    return [(label, frame[part == label]) for label in sorted(part.unique())]


def _encode(own: pd.DataFrame, layout: FileLayout) -> bytes:
    if layout.format == "xlsx":
        return _workbook(own, layout)
    if layout.format == "parquet":
        return _parquet(own)
    content = _csv(own, layout)
    return gzip.compress(content, compresslevel=6, mtime=0) if layout.format == "csv.gz" else content


def _csv(own: pd.DataFrame, layout: FileLayout) -> bytes:
    text = pd.DataFrame({name: _texts(own[name], layout) for name in own.columns})
    return text.to_csv(index=False, sep=layout.separator, lineterminator="\r\n").encode(layout.encoding)


def _texts(column: pd.Series, layout: FileLayout) -> list[str]:
    """Return the values as the client's file has them; missing ones are empty."""
    missing = column.isna().to_numpy()
    if column.dtype.kind == "M":
        values = column.dt.strftime(layout.date_format).tolist()
    elif column.dtype.kind == "f":
        values = [f"{value:.12g}".replace(".", layout.decimal) for value in column]
    elif pd.api.types.is_bool_dtype(column.dtype):
        values = [layout.yes if value is not pd.NA and value else layout.no for value in column]
    else:
        values = [str(value) for value in column]
    return ["" if gone else value for gone, value in zip(missing, values, strict=True)]


def _cells(column: pd.Series, layout: FileLayout) -> list[object]:
    """Return the values as a workbook holds them: dates as dates, numbers as numbers, the rest as text."""
    if column.dtype.kind == "M":
        return [None if pd.isna(value) else value.to_pydatetime() for value in column]
    if column.dtype.kind == "f":
        return [None if np.isnan(value) else float(value) for value in column]
    return [value or None for value in _texts(column, layout)]


def _workbook(own: pd.DataFrame, layout: FileLayout) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(layout.sheet)
    sheet.append([str(name) for name in own.columns])
    for row in zip(*(_cells(own[name], layout) for name in own.columns), strict=True):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _without_clock(content: bytes) -> bytes:
    """Return a workbook (a zip archive) with the times of its parts and of its making fixed."""
    buffer = io.BytesIO()
    stamp = WORKBOOK_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = _TIMES_OF_A_WORKBOOK.sub(rb"\g<1>" + stamp + rb"\g<2>", part)
            entry = zipfile.ZipInfo(name, date_time=ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, part)
    return buffer.getvalue()


def _parquet(own: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    table = pa.Table.from_pandas(own, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
