"""CSV files of the bundle: whole numbers as such, days in ISO form, no text that a spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.report.study_tables import BYTE_ORDER_MARK, harmless

TEXTS = ("wave", "respondent_level")
"""Columns that hold texts of the client's own; all others hold codes, numbers, days and yes or no."""


def render_frame(frame: pd.DataFrame) -> str:
    """Return a frame as CSV, floats with all their digits, empty where a value is missing."""
    return render_rows(list(frame.columns), frame.itertuples(index=False))


def render_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV in UTF-8 with a byte-order mark, as the tables of a study are."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([harmless(str(name)) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return BYTE_ORDER_MARK + stream.getvalue()


def read_rows(text: str) -> list[list[str]]:
    """Return the rows of a CSV file of the bundle, header included."""
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float | np.floating):
        number = float(value)
        if np.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return harmless(value) if isinstance(value, str) else str(value)


def values_back(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return, for each column of texts, what is written for a harmful text and the text itself."""
    found: dict[str, dict[str, str]] = {}
    for column in TEXTS:
        if column in frame:
            texts = sorted(set(frame[column].dropna().astype(str)))
            changed = {harmless(text): text for text in texts if harmless(text) != text}
            if changed:
                found[column] = changed
    return found
