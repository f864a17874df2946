"""What the notebook needs to find its client, whether the command runs it or somebody by hand."""

import datetime as dt
from pathlib import Path
from typing import Any

from analysis.errors import Fault, ParamsError
from analysis.params.load import load_params
from analysis.params.model import ClientParams

PROJECT = Path(__file__).resolve().parents[3]
"""Folder of the project, for a notebook that is opened in its own folder."""


def read_params(client: str, params_folder: str, *, as_of: str = "", language: str = "") -> ClientParams:
    """Return a client's parameters as the notebook's own parameters say.

    Parameters
    ----------
    client
        The client's id.
    params_folder
        Folder of the parameter files; a relative one is looked for here first, then in the project.
    as_of, language
        Override the parameter file where not empty.

    Raises
    ------
    ParamsError
        With every fault that was found.
    """
    folder = Path(params_folder)
    if not folder.is_absolute() and not folder.is_dir():
        folder = PROJECT / folder
    overrides: dict[str, Any] = {"as_of": _date(as_of), "language": language or None}
    return load_params(client, folder, **overrides)


def _date(text: str) -> dt.date | str | None:
    """Return the date that `text` is; a text that is none goes on, to be refused with its rule."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return text


def read_clients(clients: str, params_folder: str, *, as_of: str = "", language: str = "") -> tuple[ClientParams, ...]:
    """Return the parameters of several clients, all in one language.

    Parameters
    ----------
    clients
        Ids with blanks (or commas) between them; one that is named twice counts once.
    params_folder, as_of, language
        As in `read_params`; where no language is given, that of the first client.

    Raises
    ------
    ParamsError
        With every fault of every client.
    """
    ids = list(dict.fromkeys(clients.replace(",", " ").split())) or [""]
    found: list[ClientParams] = []
    faults: list[Fault] = []
    for client in ids:
        chosen = language or (found[0].language if found else "")
        try:
            found.append(read_params(client, params_folder, as_of=as_of, language=chosen))
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(dict.fromkeys(faults))
    return tuple(found)
