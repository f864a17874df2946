"""Which engine reads a client's large tables: declared, or by the size of their files. Imports nothing heavy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.data.package_files import package_files
from analysis.data.paths import DataFolder, file_specs, matching_files, patterns

if TYPE_CHECKING:
    from analysis.params.model import ClientParams
    from analysis.params.sources import SourceSpec

LARGE = ("transactions", "interactions", "feedback")
"""Tables that may be too large for memory."""
PACKED = (".parquet", ".gz")
PACKING = 5
"""So many times its size a packed file counts."""


def engine_for(params: "ClientParams", folder: DataFolder) -> str:
    """Return ``pandas``, ``duckdb`` or ``spark``: what the parameters say, with ``auto`` by the size of the files.

    What a database or a query would return is not known before it is read; a query counts by its inputs.
    """
    if not any(name in params.sources for name in LARGE):
        return "pandas"
    if params.engine != "auto":
        return params.engine
    return "duckdb" if large_megabytes(params, folder) > params.limits.pandas_megabytes else "pandas"


def large_megabytes(params: "ClientParams", folder: DataFolder) -> float:
    """Return the size of the files of the tables that may be large, unpacked by rule of thumb."""
    size = 0.0
    for spec in _specs(params):
        files = [file for part in file_specs(spec) for each in patterns(part) for file in matching_files(each, folder)]
        if spec.package is not None:
            files += package_files(spec.package)
        for file in files:
            size += file.path.stat().st_size * (PACKING if file.path.name.lower().endswith(PACKED) else 1)
    return size / 1e6


def _specs(params: "ClientParams") -> "Iterator[SourceSpec]":
    for name in LARGE:
        declared = params.sources.get(name)  # type: ignore[call-overload]
        if declared is not None:
            yield from declared if isinstance(declared, list) else [declared]
