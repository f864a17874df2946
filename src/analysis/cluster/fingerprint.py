"""What a machine would build with: the project's code and the libraries under it, to be compared across machines.

A report must not depend on where it was built, so a worker gets no client unless it has what the command has.
"""

import platform
import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from analysis.report.build import NOTEBOOK
from analysis.report.manifest import hash_code

_DISTRIBUTION = "relationship-audit"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_HASH = re.compile(r"[0-9a-f]{64}")
_SHOWN = 12
"""Digits of a hash: enough to see that two differ."""

Fingerprint = Mapping[str, str]


def own_fingerprint(notebook: str | None = None) -> dict[str, str]:
    """Return what this machine builds with, by name: hashes of code, and versions of Python and of libraries.

    Parameters
    ----------
    notebook
        What is run; the project's own where None.
    """
    hashes = hash_code(Path(notebook) if notebook else NOTEBOOK)
    return {name: digest or "" for name, digest in hashes.items()} | dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    """Yield Python's version and that of each library that the project asks for itself."""
    yield "Python", ".".join(platform.python_version_tuple()[:2])
    for requirement in metadata.requires(_DISTRIBUTION) or []:
        name = _NAME.match(requirement)
        if name is not None and "extra ==" not in requirement:
            try:
                yield name.group(), metadata.version(name.group())
            except metadata.PackageNotFoundError:
                yield name.group(), ""


def differences(here: Fingerprint, there: Fingerprint) -> list[str]:
    """Return in a few words each what differs over there."""
    names = sorted(here.keys() | there.keys())
    return [
        f"{name} {_shown(there.get(name))} (here {_shown(here.get(name))})"
        for name in names
        if here.get(name) != there.get(name)
    ]


def _shown(value: str | None) -> str:
    if not value:
        return "missing"
    return value[:_SHOWN] if _HASH.fullmatch(value) else value
