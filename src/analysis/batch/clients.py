"""Which clients are built: those that are named, or all that have a parameter file."""

import re
from collections.abc import Sequence
from pathlib import Path

from analysis.errors import Fault, ParamsError
from analysis.params.faults import suggestion
from analysis.params.load import COMMAND, DEFAULTS
from analysis.params.model import CLIENT_PATTERN

NO_CLIENT = "_"
"""Files whose names begin so are no clients: what several of them share, or one that rests."""


def find_clients(folder: Path, given: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the ids of the clients to build, each once.

    Parameters
    ----------
    folder
        Folder of the parameter files.
    given
        Ids of clients; all of `folder` where empty.

    Raises
    ------
    ParamsError
        With every id that has no parameter file, or because there is no client at all.
    """
    known = _known(folder)
    if not given:
        if not known:
            found = "none" if folder.is_dir() else "no such folder"
            rule = "must hold the parameter file of at least one client"
            raise ParamsError([Fault(what="the folder of parameters", rule=rule, found=found, where=folder.as_posix())])
        return known
    wanted = tuple(dict.fromkeys(given))
    faults = [_unknown(client, folder, known) for client in wanted if client not in known]
    if faults:
        raise ParamsError(faults)
    return wanted


def _known(folder: Path) -> tuple[str, ...]:
    files = (path for path in folder.glob("*.yml") if path.is_file())
    return tuple(sorted(path.stem for path in files if path.stem != DEFAULTS and not path.name.startswith(NO_CLIENT)))


def _unknown(client: str, folder: Path, known: Sequence[str]) -> Fault:
    if not re.fullmatch(CLIENT_PATTERN.strip("^$"), client) or client == DEFAULTS:
        rule = "must be lower-case letters, digits, _ and -, beginning with a letter or digit"
        shown = repr(client) if len(repr(client)) <= 80 else repr(client)[:76] + " ..."
        return Fault(what="the client id", rule=rule, found=shown, where=str(COMMAND))
    path = folder / f"{client}.yml"
    hint = suggestion(client, list(known))
    return Fault(what=path.as_posix(), rule="must be a file", found="no such file", where=folder.as_posix(), hint=hint)
