"""What an audit's inputs are, as hashes, without reading a table or importing a data library."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.data.package_files import package_files
from analysis.data.paths import NamedFile, data_folder, file_specs, matching_files, patterns

if TYPE_CHECKING:
    from analysis.params.model import ClientParams
    from analysis.params.sources import SourceSpec

BLOCK = 1 << 20


def hash_inputs(params: "ClientParams") -> dict[str, str] | None:
    """Return name -> SHA-256 of everything that an audit reads, or None where a database makes it unknowable.

    Names are relative to the data folder and as the parameters write them, never absolute. A synthetic client is
    what its specification and the generator's code make it, whether or not its files exist yet. Files that do not
    exist have no hash; reading them is what reports them.
    """
    if any(spec.database is not None for spec in _sources(params)):
        return None
    if params.synthetic is not None:
        return {"synthetic": hash_generator(params.synthetic.model_dump_json())}
    files = {file.name: file.path for file in _files(params)}
    return {name: hash_file(files[name]) for name in sorted(files)}


def _sources(params: "ClientParams") -> "Iterator[SourceSpec]":
    for specs in params.sources.values():
        yield from specs if isinstance(specs, list) else [specs]


def _files(params: "ClientParams") -> Iterator[NamedFile]:
    folder = data_folder(params)
    for spec in _sources(params):
        if spec.package is not None:
            yield from package_files(spec.package)
        for part in file_specs(spec):
            for pattern in patterns(part):
                yield from matching_files(pattern, folder)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def hash_generator(spec: str) -> str:
    """Return the SHA-256 of a synthetic client: its specification as text, and the code of the generator."""
    import analysis.synthetic as generator

    digest = hashlib.sha256(spec.encode())
    for path in sorted(Path(str(generator.__file__)).parent.rglob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
