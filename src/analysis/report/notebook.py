"""What the notebook needs to find its client, whether the command runs it or somebody by hand."""

import datetime as dt
from pathlib import Path
from typing import Any

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
