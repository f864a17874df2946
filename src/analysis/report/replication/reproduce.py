"""Reads a bundle and recomputes its tables: what the bundle's script `reproduce.py` prints."""

from pathlib import Path

from analysis.data.load import load_client_data
from analysis.params.load import load_params
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import hash_folder, hash_text, read_manifest
from analysis.report.replication.numbers import TableComparison, compare_tables, compute_tables
from analysis.report.replication.parameters import NAME

TABLES = "tables"
_PACKAGE = Path(__file__).resolve().parents[2]
ROOMS = ("data", "indicators", "models", "study")
"""Rooms of the package that decide what a table says."""


def models_hash() -> str:
    """Return one hash of the code that the tables depend on."""
    return hash_text(" ".join(hash_folder(_PACKAGE / room) for room in ROOMS))


def made_by_other_models(bundle: Path) -> bool:
    """Return whether a bundle was made with other models than these, so that its tables need not agree."""
    manifest = read_manifest(bundle / MANIFEST)
    return manifest is not None and manifest.get("models") != models_hash()


def reproduce_tables(bundle: Path) -> tuple[TableComparison, ...]:
    """Recompute every table of a bundle from its data, and compare.

    Parameters
    ----------
    bundle
        Folder with ``params.yml``, ``data/`` and ``tables/``.

    Raises
    ------
    InputError
        The bundle's parameters or data cannot be used; carries every fault.
    """
    params = load_params(NAME, bundle)
    found = compute_tables(load_client_data(params), params)
    return compare_tables(read_tables(bundle), found)


def read_tables(bundle: Path) -> dict[str, str]:
    """Return the tables of a bundle as they are written, by file name."""
    return {path.name: path.read_bytes().decode("utf-8") for path in sorted((bundle / TABLES).glob("*.csv"))}
