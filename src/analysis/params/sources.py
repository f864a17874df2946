"""Where a client's tables come from, and how its columns and labels map onto the canonical ones."""

import codecs
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from analysis.params.base import BrokenRule, Spec

TableName = Literal[
    "customers",
    "contracts",
    "survey",
    "invitations",
    "transactions",
    "interactions",
    "feedback",
    "opportunities",
    "opportunity_stages",
    "partners",
    "targets",
    "rates",
]


class FileFormat(Spec):
    """How a file is read."""

    files: str | list[str] | None = None
    """Path or glob (or several), relative to `data_folder`: .csv, .csv.gz, .tsv, .txt, .xlsx, .xls, .parquet."""
    encoding: str = "utf-8"
    """Encoding of text files: utf-8 (a byte-order mark is fine), gb18030, latin-1 ..."""
    separator: str | None = None
    """Column separator of text files; default: a comma, or a tab for .tsv."""
    sheet: str | int | None = None
    """Excel sheet by name or by position from 0; default: the first."""
    header_row: int = Field(default=0, ge=0)
    """Row, counted from 0, that holds the column names."""
    decimal: Literal[".", ","] = "."
    """Decimal mark of numbers that arrive as text."""
    thousands: Literal["", ",", ".", " ", "'"] = ""
    """Thousands mark of numbers that arrive as text."""

    @field_validator("files")
    @classmethod
    def _some_file(cls, files: str | list[str] | None) -> str | list[str] | None:
        names = [files] if isinstance(files, str) else files
        if names is not None and not (names and all(names)):
            raise BrokenRule("must name at least one file, and none with an empty name", repr(files))
        return files

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            codecs.lookup(encoding)
        except (LookupError, ValueError) as error:
            rule = "must be an encoding that Python knows, such as utf-8 or gb18030"
            raise BrokenRule(rule, repr(encoding)) from error
        return encoding


class SourceSpec(FileFormat):
    """One table of the client: exactly one of `files`, `query` with `inputs`, `database` with `query`, `package`."""

    query: str | None = None
    """SQL: DuckDB over `inputs`, or the database's own dialect with `database`."""
    inputs: dict[str, FileFormat] | None = None
    """Files that a DuckDB query reads, by the name the query uses."""
    database: str | None = Field(default=None, repr=False)
    """SQLAlchemy URL, normally ${NAME} so that no password is in the file."""
    package: str | None = None
    """Name of a data set that a Python package ships: 'completejourney/transactions'."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Canonical column -> the source's own column; columns that already have the canonical name need no entry."""
    values: dict[str, dict[str, str | int | float | bool]] = Field(default_factory=dict)
    """Canonical column -> {the source's value: the canonical value, or "" where it stands for no value}."""
    constants: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Canonical column -> one value for every row."""
    dates: dict[str, str] = Field(default_factory=dict)
    """Canonical column -> date format: strptime codes, `epoch_ms` or `epoch_s` (milliseconds or seconds since 1970, in
    UTC; `epoch_ms+08:00` by China's clock), or `excel` (a spreadsheet's day number); default: ISO 8601."""
    missing: list[str] = Field(default_factory=lambda: ["", "NA", "N/A", "NULL", "null", "NaN", "nan"])
    """Texts that stand for a missing value, in every column."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = [name for name in ("files", "inputs", "database", "package") if getattr(self, name) is not None]
        if len(origins) != 1:
            found = " and ".join(origins) or "none"
            raise BrokenRule("must have exactly one of files, inputs, database and package", found)
        for name, part in (self.inputs or {}).items():
            if part.files is None:
                raise BrokenRule("must have `files` for each input", f"none for {name}", key="inputs")
        if self.inputs == {}:
            raise BrokenRule("must name at least one input", "none", key="inputs")
        if self.query is None and origins[0] in ("inputs", "database"):
            raise BrokenRule(f"must have a `query` beside `{origins[0]}`", "none")
        if self.query is not None and origins[0] in ("files", "package"):
            rule = f"must not have a `query` beside `{origins[0]}`: a query reads `inputs` or a `database`"
            raise BrokenRule(rule, "both", key="query")
        return self


class SyntheticSpec(Spec):
    """A client whose truth is known: its files are generated into `data_folder` before they are read."""

    seed: int = Field(default=7, ge=0)
    """Seed of the generator; the same seed gives the same files."""
    customers: int = Field(default=400, ge=20)
    """Number of customers."""
    language: Literal["en", "zh"] = "en"
    """Language of names, labels and comments."""
