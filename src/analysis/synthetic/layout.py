"""Which files the synthetic clients send: names, formats, and what the client calls its columns."""

from dataclasses import dataclass, field
from typing import Literal

from analysis.synthetic.truth import Language

Format = Literal["csv", "csv.gz", "xlsx", "parquet"]


@dataclass(frozen=True, kw_only=True)
class FileLayout:
    """How one table is written.

    Parameters
    ----------
    table
        Canonical name.
    name
        File name; ``{part}`` stands for what `split_by` yields.
    format
        File format.
    columns
        Canonical column -> the client's own; columns not named here are not in the file.
    split_by
        Canonical column whose year (a date) or value (a label) makes one file each, or None.
    date_format
        How dates are written in text files.
    encoding, separator, decimal
        Of text files.
    sheet
        Of a workbook.
    yes, no
        How flags are written.
    """

    table: str
    name: str
    format: Format = "csv"
    columns: dict[str, str] = field(default_factory=dict)
    split_by: str | None = None
    date_format: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    sheet: str = "Sheet1"
    yes: str = "yes"
    no: str = "no"


def file_layouts(language: Language) -> tuple[FileLayout, ...]:
    """Return the files of the client in that language."""
    if language == "zh":
        from analysis.synthetic.layout_zh import CHINESE_FILES

        return CHINESE_FILES
    from analysis.synthetic.layout_en import ENGLISH_FILES

    return ENGLISH_FILES
