"""Reads one client's parameter file over the project's defaults: the only way into the audit."""

import datetime as dt
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analysis.errors import Fault, ParamsError
from analysis.params.faults import NOT_IN_FILE, model_faults, shown, suggestion, texts_expected
from analysis.params.model import CLIENT_PATTERN, ClientParams
from analysis.params.secrets import CLIENT, expand, redact_text
from analysis.params.tree import NO_TAGS, Entry, KeyPath, Place, layered, parse_yaml, path_text

DEFAULTS = "defaults"
"""Name of the file (without .yml) that holds the project's defaults: no client can have it."""
COMMAND = Place("given with the command")


def load_params(
    client: str, folder: Path, *, as_of: dt.date | None = None, language: str | None = None
) -> ClientParams:
    """Read, check and freeze the parameters of one client.

    ``<folder>/<client>.yml`` is laid over ``<folder>/defaults.yml``, if there is one: mappings are merged key by key,
    lists and single values are replaced. ``${NAME}`` in a text is replaced by the environment variable of that name,
    ``${CLIENT}`` by the client's id; numbers and dates that stand where a text is expected are taken as written.

    Parameters
    ----------
    client
        The client's id: lower-case letters, digits, ``_`` and ``-``.
    folder
        Folder of the parameter files.
    as_of, language
        Override what the files say, where given.

    Raises
    ------
    ParamsError
        With every fault that was found, in the order of the files and their lines.
    """
    path = _client_file(client, Path(folder))
    defaults = path.with_name(f"{DEFAULTS}.yml")
    faults: list[Fault] = []
    layers = []
    for file in [defaults, path] if defaults.is_file() else [path]:
        layer, found = _read(file)
        faults += found
        layers += [] if layer is None else [layer]
    if len(layers) < 1 + defaults.is_file():
        raise ParamsError(faults)
    tree = _with_overrides(layered(layers[0], layers[-1]), as_of, language)
    tree, environment, unset = expand(tree, client, os.environ)
    given = {CLIENT.lower(): client, "params_file": path, "environment": environment}
    params, broken = _validated(tree, given)
    # What the model says about a value that could not be read or put in would send the user the wrong way.
    unread = {fault.what for fault in faults if fault.rule == NO_TAGS}
    broken = unset | {at: found for at, found in broken.items() if at not in unset and path_text(at) not in unread}
    faults += [fault for found in broken.values() for fault in found]
    if params is None or faults:
        faults = [replace(fault, found=redact_text(fault.found, environment)) for fault in faults]
        raise ParamsError(sorted(faults, key=lambda fault: _reading_order(fault, _shown_path(path))))
    return params


def resolved_data_folder(params: ClientParams) -> Path:
    """Return the folder of the client's files: `data_folder`, relative to the parameter file."""
    folder = Path(params.data_folder.replace(f"${{{CLIENT}}}", params.client)).expanduser()
    # Lexically, so that "params/../data/acme" reads "data/acme" and nothing is looked up on the disk.
    return Path(os.path.normpath(params.params_file.parent / folder))


def written_at(params: ClientParams, path: KeyPath) -> str:
    """Return where a parameter stands, for a fault that only the data show: "params/acme.yml, line 18".

    The file is read once more, so that the frozen parameters need not remember lines. Of a parameter that is not
    written anywhere, the nearest key above it is named; of one that the command has overridden, the command.
    """
    own = params.params_file
    for file in (own, own.with_name(f"{DEFAULTS}.yml")):
        tree = _read(file)[0] if file.is_file() else None
        entry = None if tree is None else tree.child(path[0])
        if tree is not None and entry is not None:
            overridden = path[0] == "as_of" and entry.plain() != params.as_of
            return str(COMMAND if overridden else tree.nearest(path).place)
    if path[0] == "as_of" and params.as_of is not None:
        return str(COMMAND)
    return _shown_path(own) if own.is_file() else "parameters"


def _client_file(client: str, folder: Path) -> Path:
    """Return the client's file; the id is checked before the disk is touched."""
    if not isinstance(client, str) or not re.fullmatch(CLIENT_PATTERN.strip("^$"), client) or client == DEFAULTS:
        rule = "must be lower-case letters, digits, _ and -, beginning with a letter or digit"
        if client == DEFAULTS:
            rule = f"must not be '{DEFAULTS}', which holds what all clients share"
        shown = repr(client) if len(repr(client)) <= 80 else repr(client)[:76] + " ..."
        raise ParamsError([Fault(what="the client id", rule=rule, found=shown, where=str(COMMAND))])
    path = folder / f"{client}.yml"
    if path.is_file():
        return path
    known = sorted(file.stem for file in folder.glob("*.yml") if file.stem != DEFAULTS and file.is_file())
    known = [name for name in known if re.fullmatch(CLIENT_PATTERN.strip("^$"), name)]
    found = "a folder" if path.is_dir() else "no such file"
    hint = suggestion(client, known)
    hint += (" " if hint else "") + (f"clients there are: {', '.join(known)}" if known else "no client is there")
    if not folder.is_dir():
        found, hint = "no such folder", ""
    fault = Fault(what=_shown_path(path), rule="must be a file", found=found, where=_shown_path(folder), hint=hint)
    raise ParamsError([fault])


def _shown_path(path: Path) -> str:
    """Return the path as it was given, or relative to the working directory where it lies below it."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def _read(path: Path) -> tuple[Entry | None, list[Fault]]:
    """Return what one file holds, without the keys that no file may hold, and its faults."""
    file = _shown_path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Fault(what=file, rule="must be readable", found=error.strerror or "an error", where=file)
        return None, [fault]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(file, content.count(b"\n", 0, error.start) + 1)
        found = f"the byte 0x{content[error.start]:02x}"
        hint = "save the file as UTF-8"
        return None, [Fault(what=file, rule="must be text in UTF-8", found=found, where=str(place), hint=hint)]
    tree, faults = parse_yaml(text, file)
    if tree is None or not isinstance(tree.value, dict):
        return None, faults
    for key in NOT_IN_FILE:
        if key in tree.value:
            hint = "the name of the file is the client's id" if key == "client" else ""
            where = str(tree.value[key].place)
            found = shown(tree.value[key])
            faults.append(Fault(what=key, rule="must not be written in the file", found=found, where=where, hint=hint))
    own = {key: entry for key, entry in tree.value.items() if key not in NOT_IN_FILE}
    return replace(tree, value=own), faults


def _with_overrides(tree: Entry, as_of: dt.date | None, language: str | None) -> Entry:
    """Return the tree with the command's overrides, and with the default that holds a ``${NAME}``."""
    default = ClientParams.model_fields["data_folder"].default
    values = {"data_folder": Entry(default, tree.place, default), **tree.value}  # type: ignore[dict-item]
    for key, override in (("as_of", as_of), ("language", language)):
        if override is not None:
            values[key] = Entry(override, COMMAND, str(override))
    return replace(tree, value=values)


def _validated(tree: Entry, given: dict[str, Any]) -> tuple[ClientParams | None, dict[KeyPath, list[Fault]]]:
    """Return the parameters, or None, and the faults by path."""
    data = tree.plain()
    try:
        params = ClientParams.model_validate(data | given)
    except ValidationError as error:
        texts = texts_expected(error, tree)
        for path, text in texts.items():
            _put(data, path, text)
        if not texts:
            return None, model_faults(error, tree) | _together(data, tree)
        try:
            params = ClientParams.model_validate(data | given)
        except ValidationError as remaining:
            return None, model_faults(remaining, tree) | _together(data, tree)
    return params, _together(data, tree)


def _put(data: Any, path: KeyPath, value: str) -> None:
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value


def _together(data: dict[str, Any], tree: Entry) -> dict[KeyPath, list[Fault]]:
    """Return the faults between parameters that pydantic does not look for once a single one is wrong."""
    sources = data.get("sources")
    if not isinstance(sources, dict):
        return {}
    empty = [("sources",)] if not sources else [("sources", table) for table, source in sources.items() if source == []]
    faults: dict[KeyPath, list[Fault]] = {}
    for path in empty:
        rule = "must name at least one source" if sources else "must name at least one table"
        faults[path] = [_fault(path, rule, tree.nearest(path).place)]
    if "survey" in sources and data.get("survey") is None:
        rule = "must describe the questionnaire, since sources has a survey"
        faults[("survey",)] = [_fault(("survey",), rule, tree.nearest(("sources", "survey")).place)]
    return faults


def _fault(path: KeyPath, rule: str, place: Place) -> Fault:
    return Fault(what=path_text(path), rule=rule, found="nothing", where=str(place))


def _reading_order(fault: Fault, own_file: str) -> tuple[bool, str, int]:
    file, _, line = fault.where.rpartition(", line ")
    return file != own_file and fault.where != own_file, file, int(line) if line.isdigit() else 0
