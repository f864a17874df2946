"""Keeps what came of each client beside the reports: `outcomes.json`, and the page `index.html` made from it.

Both are replaced in one step, every few seconds, so that a run which is broken off leaves them whole.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self

from analysis.batch.plan import Past
from analysis.batch.shapes import Outcome
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import read_manifest
from analysis.report.publish import INDEX, PORTFOLIO, client_lock

OUTCOMES = "outcomes.json"
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one client.

    Parameters
    ----------
    name, language
        Of the client.
    outcome
        Of its last run.
    is_earlier
        True where it did not take part in the last run of all.
    past
        What its last real build took; None where it was never built here.
    """

    name: str
    language: str
    outcome: Outcome
    is_earlier: bool = False
    past: Past | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        past = None if self.past is None else dict(vars(self.past))
        told = {"name": self.name, "language": self.language, "outcome": self.outcome.to_dict(), "last_build": past}
        return told | {"is_earlier": self.is_earlier}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the entry that `to_dict` has written."""
        past = None if data["last_build"] is None else Past(**data["last_build"])
        outcome = Outcome.from_dict(data["outcome"])
        is_earlier = bool(data.get("is_earlier", True))
        return cls(name=data["name"], language=data["language"], outcome=outcome, is_earlier=is_earlier, past=past)


class Home(Protocol):
    """Where a run's parameters and reports are."""

    @property
    def params_folder(self) -> Path:
        """Folder of this machine with the parameter files: they themselves, or a mirror of them."""

    @property
    def out(self) -> Path:
        """Folder of this machine with outcomes and reports, or with a mirror of what a run asks of them."""

    @property
    def params_url(self) -> str:
        """Where the parameter files really are, for tasks; empty where `params_folder` is the truth."""

    @property
    def out_url(self) -> str:
        """Where the reports really are, for tasks; empty where `out` is the truth."""

    @property
    def page(self) -> str:
        """Address of the page of all reports, as a user is told it."""

    def record(self, entries: Mapping[str, Entry], language: str) -> None:
        """Put this run's entries over those of earlier runs and publish outcomes and page; see `record`.

        Raises
        ------
        OSError
            The reports' place cannot be written.
        """


@dataclass(frozen=True, kw_only=True)
class LocalHome:
    """The home of a run whose folders are of this machine."""

    params_folder: Path
    out: Path
    params_url: str = ""
    out_url: str = ""

    @property
    def page(self) -> str:
        """Path of the page of all reports."""
        return str(self.out / INDEX)

    def record(self, entries: Mapping[str, Entry], language: str) -> None:
        """Write outcomes and page into the folder of the reports."""
        record(entries, self.out, self.params_folder, language)


def read_entries(out: Path) -> dict[str, Entry]:
    """Return what earlier runs have left, by client; nothing where there is none, or it cannot be read."""
    try:
        data = json.loads((out / OUTCOMES).read_text("utf-8"))
        if data["version"] != _VERSION:
            return {}
        return {client: Entry.from_dict(entry) for client, entry in data["clients"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # it holds nothing that a run could not do without, and is written anew


def record(entries: Mapping[str, Entry], out: Path, params_folder: Path, language: str) -> None:
    """Put this run's entries over those of earlier runs and write both files.

    Parameters
    ----------
    entries
        Of this run, by client.
    out, params_folder
        Folders of the reports and of the parameter files; clients that are in neither any more are forgotten.
    language
        Of the page.

    Raises
    ------
    OSError
        The folder of the reports cannot be written.
    """
    from analysis.batch.index import render_index

    out.mkdir(parents=True, exist_ok=True)
    with client_lock(out):
        earlier = read_entries(out)
        kept = {
            client: replace(entry, is_earlier=True)
            for client, entry in earlier.items()
            if _is_known(client, out, params_folder)
        }
        merged = kept | {client: _with_past(entry, earlier.get(client)) for client, entry in entries.items()}
        data = {client: merged[client].to_dict() for client in sorted(merged)}
        told = {"version": _VERSION, "language": language, "clients": data}
        text = json.dumps(told, ensure_ascii=False, indent=1)
        _replace(out / OUTCOMES, text + "\n")
        reports = {client: latest_report(out / client) for client in merged}
        _replace(out / INDEX, render_index(merged, reports, language, latest_report(out / PORTFOLIO)))


def refresh_page(out: Path) -> None:
    """Write the page of all reports anew, where there is one: a portfolio review has been published beside it.

    Raises
    ------
    OSError
        The folder of the reports cannot be written.
    """
    from analysis.batch.index import render_index

    if not (out / INDEX).is_file():
        return
    with client_lock(out):
        entries = read_entries(out)
        if entries:
            reports = {client: latest_report(out / client) for client in entries}
            page = render_index(entries, reports, _page_language(out), latest_report(out / PORTFOLIO))
            _replace(out / INDEX, page)


def _page_language(out: Path) -> str:
    """Return the language in which the last run has written the page; its entries have been read already."""
    return str(json.loads((out / OUTCOMES).read_text("utf-8")).get("language", "en"))


def _is_known(client: str, out: Path, params_folder: Path) -> bool:
    return (params_folder / f"{client}.yml").is_file() or latest_report(out / client) is not None


def _with_past(entry: Entry, earlier: Entry | None) -> Entry:
    """Return the entry with what building the client takes, from this run or from before."""
    outcome = entry.outcome
    if outcome.state == "built":
        return replace(entry, past=Past(seconds=outcome.seconds, peak_bytes=outcome.peak_bytes))
    past = earlier.past if earlier is not None else None
    grown = (outcome.peak_bytes or 0) > (past.peak_bytes or 0) if past is not None else True
    if outcome.state in ("failed", "stopped") and outcome.peak_bytes and grown:
        # A client that broke for want of memory needs at least what it held.
        past = Past(seconds=past.seconds if past is not None else outcome.seconds, peak_bytes=outcome.peak_bytes)
    return replace(entry, past=past)


@dataclass(frozen=True, kw_only=True)
class Published:
    """The latest published report of a client.

    Parameters
    ----------
    as_of
        Its date, which is also the name of its folder.
    language
        Its language.
    files
        Names of its documents.
    """

    as_of: str
    language: str
    files: tuple[str, ...]


def latest_report(folder: Path) -> Published | None:
    """Return the latest published report in a client's folder, by its manifest, or None."""
    for path in sorted(folder.glob(f"[!.]*/{MANIFEST}"), reverse=True):
        manifest = read_manifest(path)
        if manifest is not None:
            files = tuple(sorted(manifest["outputs"]))
            return Published(as_of=path.parent.name, language=str(manifest.get("language", "en")), files=files)
    return None


def _replace(path: Path, text: str) -> None:
    """Write a file in one step: readers find the old one or the new one."""
    with _beside(path) as new:
        new.write_text(text, encoding="utf-8")
        new.replace(path)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a new name beside `path`, gone in the end; what killed runs left there goes first."""
    for left in path.parent.glob(f".{path.name}-*"):
        left.unlink(missing_ok=True)
    new = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        yield new
    finally:
        new.unlink(missing_ok=True)
