"""What a report was made from and what was made: enough to know that making it again would change nothing.

Nothing heavy is imported here: an unchanged client is to be told so in a moment.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.params.load import DEFAULTS
from analysis.params.model import ClientParams

FILE_NAME = "manifest.json"
VERSION = 1

_PACKAGE = Path(__file__).resolve().parents[1]
# Where the data lie says nothing about them, and a database's address is a secret: their content is hashed instead.
_PLACES = frozenset({"data_folder", "files", "database"})


@dataclass(frozen=True, kw_only=True)
class Origin:
    """All that a report depends on, as hashes (SHA-256, hexadecimal).

    Parameters
    ----------
    params
        Parameter files and logo, by name.
    options
        What the parameters came to, in one hash: environment variables and the command's options included.
    inputs
        The client's data, by name, or None where they cannot be known without reading them (a database).
    code
        The package, the notebook and the lock file of its environment, by name.
    """

    params: Mapping[str, str]
    options: str
    inputs: Mapping[str, str] | None
    code: Mapping[str, str | None]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        inputs = None if self.inputs is None else dict(self.inputs)
        return {"params": dict(self.params), "options": self.options, "inputs": inputs, "code": dict(self.code)}


def describe_origin(params: ClientParams, notebook: Path, *, inputs: Mapping[str, str] | None = None) -> Origin:
    """Hash everything that the report of `params` depends on.

    Parameters
    ----------
    params
        The client's parameters.
    notebook
        What is run.
    inputs
        Hashes of what is read in place of the client's data, by name; default: of these.

    Raises
    ------
    ParamsError
        A declared logo cannot be used.
    """
    from analysis.data.fingerprint import hash_inputs

    return Origin(
        params=_hash_params(params),
        options=hash_text(json.dumps(_without_places(params.model_dump(mode="json")), sort_keys=True)),
        inputs=hash_inputs(params) if inputs is None else inputs,
        code=hash_code(notebook),
    )


def hash_code(notebook: Path) -> dict[str, str | None]:
    """Hash what makes a document of data: the package, the notebook and the lock file of its environment, by name."""
    return {
        "analysis": hash_folder(_PACKAGE),
        notebook.name: hash_file(notebook),
        "requirements.lock": _hash_if_there(_PACKAGE.parents[1] / "requirements.lock"),
    }


def render_manifest(
    client: str, as_of: str, language: str, origin: Origin, folder: Path, earlier: Mapping[str, str] | None = None
) -> str:
    """Return the text of the manifest of the complete report in `folder`.

    Parameters
    ----------
    client, as_of, language
        What the report is of: no time, no path, no value of this machine.
    origin
        What it was made from.
    folder
        Holds the report's files, in folders or not, and nothing else.
    earlier
        Hashes of the earlier audits that it follows up, by day.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILE_NAME)
    outputs = {path.relative_to(folder).as_posix(): hash_file(path) for path in files}
    data = {"version": VERSION, "client": client, "as_of": as_of, "language": language, "earlier": dict(earlier or {})}
    return json.dumps(data | origin.to_dict() | {"outputs": outputs}, indent=1, sort_keys=True) + "\n"


def find_unchanged(
    folder: Path, origin: Origin, earlier: Callable[[str], Mapping[str, str]] = lambda _: {}
) -> Path | None:
    """Return the published report in `folder` that was made from exactly `origin` and is intact, or None.

    `earlier` returns the hashes of the reports before a day: one that has followed up others is made anew when these
    are not the same any more.
    """
    if origin.inputs is None:
        return None
    wanted = origin.to_dict()
    for path in sorted(folder.glob(f"[!.]*/{FILE_NAME}")):
        manifest = read_manifest(path)
        same = manifest is not None and all(manifest.get(key) == value for key, value in wanted.items())
        same = same and manifest is not None and manifest.get("earlier", {}) == dict(earlier(path.parent.name))
        if manifest is not None and same and _is_intact(path.parent, manifest["outputs"]):
            return path.parent
    return None


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return a manifest, or None where the file is not one of this version (it is then simply made anew)."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    usable = isinstance(manifest, dict) and manifest.get("version") == VERSION
    return manifest if usable and isinstance(manifest.get("outputs"), dict) else None


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_folder(folder: Path) -> str:
    """Return one hash of all files below `folder`, names included; compiled and hidden files do not count."""
    total = hashlib.sha256()
    for path in sorted(_own_files(folder), key=lambda path: path.as_posix()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{hash_file(path)}\n".encode())
    return total.hexdigest()


def _own_files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
            yield path


def _hash_if_there(path: Path) -> str | None:
    return hash_file(path) if path.is_file() else None


def _hash_params(params: ClientParams) -> dict[str, str]:
    folder = params.params_file.parent
    declared = {name for name in (params.branding.logo, params.actions) if name}
    files = {f"{DEFAULTS}.yml", params.params_file.name} | declared
    # A file outside the folder keeps its name only: where it lies is this machine's business.
    return {Path(name).name: hash_file(folder / name) for name in sorted(files) if (folder / name).is_file()}


def _without_places(value: Any) -> Any:
    """Return parameters without what says where the data lie."""
    if isinstance(value, dict):
        return {key: _without_places(item) for key, item in value.items() if key not in _PLACES}
    return [_without_places(item) for item in value] if isinstance(value, list) else value


def _is_intact(folder: Path, outputs: Mapping[str, str]) -> bool:
    return bool(outputs) and all(
        (folder / name).is_file() and hash_file(folder / name) == digest for name, digest in outputs.items()
    )
