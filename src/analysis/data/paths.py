"""Which files a source names, and how they are called in messages; imports nothing heavy."""

import glob
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.params.load import resolved_data_folder

if TYPE_CHECKING:
    from analysis.params.model import ClientParams
    from analysis.params.sources import FileFormat


@dataclass(frozen=True, kw_only=True, order=True)
class NamedFile:
    """A file, and its name in messages and manifests: relative to the data folder, never an absolute path."""

    name: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class DataFolder:
    """A client's data folder, and what may be said of it.

    Parameters
    ----------
    path
        Where it is.
    label
        How the parameters write it, with the names of environment variables instead of their values.
    redact
        Takes values of the environment out of a text.
    """

    path: Path
    label: str
    redact: Callable[[str], str]

    def name_of(self, path: Path) -> str:
        """Return a file's name for messages and manifests: relative to the folder, or as the parameters write it."""
        if path.is_relative_to(self.path):
            return path.relative_to(self.path).as_posix()
        written = self.redact(path.as_posix())
        # a file elsewhere whose folder the parameters do not write that way: the bare name tells least of this machine
        return path.name if path.is_absolute() and written == path.as_posix() else written


def data_folder(params: "ClientParams") -> DataFolder:
    """Return the data folder of a client."""
    written = params.redact(params.data_folder)
    is_machine_path = written == params.data_folder and Path(written).is_absolute()
    label = Path(written).name if is_machine_path else written
    return DataFolder(path=resolved_data_folder(params), label=label, redact=params.redact)


def patterns(spec: "FileFormat") -> tuple[str, ...]:
    """Return the paths and globs of a source."""
    if spec.files is None:
        return ()
    return (spec.files,) if isinstance(spec.files, str) else tuple(spec.files)


def matching_files(pattern: str, folder: DataFolder) -> tuple[NamedFile, ...]:
    """Return the files that a path or glob means, by name.

    A file that bears the pattern itself as its name is meant literally: exports do come with brackets in their names.
    """
    literal = folder.path / pattern
    if literal.is_file():
        return (NamedFile(name=folder.name_of(literal), path=literal),)
    # pathlib's own glob refuses absolute patterns
    found = (folder.path / match for match in glob.iglob(pattern, root_dir=folder.path, recursive=True))  # noqa: PTH207
    # "~$orders.xlsx" is the lock that a spreadsheet program leaves while the file is open
    files = (path for path in found if path.is_file() and not path.name.startswith("~$"))
    return tuple(sorted(NamedFile(name=folder.name_of(path), path=path) for path in files))


def file_specs(spec: "FileFormat") -> "Iterator[FileFormat]":
    """Yield every part of a source that names files: itself, or the inputs of its query."""
    if spec.files is not None:
        yield spec
    yield from (getattr(spec, "inputs", None) or {}).values()
