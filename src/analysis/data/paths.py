"""Which files a source names, and how they are called in messages; imports nothing heavy."""

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.params.sources import FileFormat


@dataclass(frozen=True, kw_only=True, order=True)
class NamedFile:
    """A file, and its name in messages and manifests: relative to the data folder, never an absolute path."""

    name: str
    path: Path


def patterns(spec: "FileFormat") -> tuple[str, ...]:
    """Return the paths and globs of a source."""
    if spec.files is None:
        return ()
    return (spec.files,) if isinstance(spec.files, str) else tuple(spec.files)


def matching_files(pattern: str, folder: Path, redact: "Callable[[str], str]") -> tuple[NamedFile, ...]:
    """Return the files that a path or glob means, by name.

    A file that bears the pattern itself as its name is meant literally: exports do come with brackets in their names.
    """
    literal = folder / pattern
    if literal.is_file():
        return (NamedFile(name=display_name(literal, folder, redact), path=literal),)
    # pathlib's own glob refuses absolute patterns
    found = (folder / match for match in glob.iglob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207
    return tuple(
        sorted(NamedFile(name=display_name(path, folder, redact), path=path) for path in found if path.is_file())
    )


def display_name(path: Path, folder: Path, redact: "Callable[[str], str]") -> str:
    """Return a file's name for messages: relative to the data folder, or as the parameters write it."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else redact(path.as_posix())


def file_specs(spec: "FileFormat") -> "Iterator[FileFormat]":
    """Yield every part of a source that names files: itself, or the inputs of its query."""
    if spec.files is not None:
        yield spec
    yield from (getattr(spec, "inputs", None) or {}).values()
