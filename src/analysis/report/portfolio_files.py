"""What of the published audits a portfolio reads, and what its notebook leaves beside itself.

An audit counts where the manifest beside it lists its audit.json and the file is what the manifest says: whatever else
lies under the folder of reports is named, or is none of a portfolio's business.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, cast

from analysis.document.portfolio.compose import PortfolioDocument
from analysis.errors import Fault, ParamsError
from analysis.messages import N_, Message
from analysis.monitoring.earlier import is_day
from analysis.params.model import CLIENT_PATTERN
from analysis.portfolio.review import review_portfolio
from analysis.portfolio.shapes import Portfolio
from analysis.report.audit_json import render_audit_json
from analysis.report.earlier import FILE_NAME as AUDIT
from analysis.report.earlier import published_audits
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import hash_file, hash_text, read_manifest
from analysis.report.notebook import PROJECT
from analysis.report.portfolio_benchmarks import render_benchmarks_json, render_benchmarks_yaml
from analysis.report.portfolio_index import render_portfolio_index
from analysis.report.publish import INDEX, PORTFOLIO

FILE_NAME = "portfolio.json"
DEFAULT_REPORTS = "reports"
MOST_AUDITS = 6
"""So many audits of a client at most are looked at: the latest two that can be read are wanted."""
ATTEMPTS = 3
"""A folder may be exchanged for a new one while it is read."""
LANGUAGES = ("en", "zh")
_CLIENT = re.compile(CLIENT_PATTERN)


def find_audits(out: Path, as_of: str = "") -> dict[str, list[Path]]:
    """Return the audit.json of the newest published audits of each client, newest first.

    Parameters
    ----------
    out
        Folder of the reports.
    as_of
        Only those of this day or before; empty: all.
    """
    found = {}
    for folder in sorted(out.iterdir()) if out.is_dir() else ():
        if _CLIENT.fullmatch(folder.name) and folder.is_dir():
            paths = [path for path in published_audits(folder) if not as_of or path.parent.name <= as_of]
            if paths:
                found[folder.name] = paths[::-1][:MOST_AUDITS]
    return found


def find_editions(out: Path, until: str = "") -> list[Path]:
    """Return the portfolio.json of the earlier portfolios, oldest first, to this day; empty: all."""
    paths = [path for path in sorted((out / PORTFOLIO).glob(f"*/{FILE_NAME}")) if is_day(path.parent.name)]
    return [path for path in paths if not until or path.parent.name <= until]


def hash_audits(out: Path, as_of: str = "") -> dict[str, str]:
    """Return the hashes of all that `load_portfolio` reads of the clients, by client, day and file."""
    paths = [path for paths in find_audits(out, as_of).values() for path in paths]
    both = [each for path in paths for each in (path, path.with_name(MANIFEST)) if each.is_file()]
    return {path.relative_to(out).as_posix(): hash_file(path) for path in both}


def load_portfolio(reports: str = "", *, language: str = "", as_of: str = "") -> Portfolio:
    """Return the portfolio of all clients with a published audit.

    Parameters
    ----------
    reports
        Folder of the reports; empty: what AUDIT_OUT says, else ``reports``, here or in the project.
    language
        Of the documents, ``en`` or ``zh``; empty: that of most clients.
    as_of
        Only audits of this day or before; empty: all.

    Raises
    ------
    ParamsError
        No audit can be read, or the language is none of the two.
    """
    out = reports_folder(reports)
    stored = {client: [(path.parent.name, _read(path)) for path in paths]
              for client, paths in find_audits(out, as_of).items()}  # fmt: skip
    chosen = language or _usual_language(stored)
    if chosen not in LANGUAGES:
        raise ParamsError([Fault(what="language", rule="must be en or zh", found=chosen, where="given")])
    day = as_of or max((day for audits in stored.values() for day, _ in audits), default="")
    editions = [content for path in find_editions(out, day) if (content := _json(path)) is not None]
    portfolio = review_portfolio(stored, cast(Literal["en", "zh"], chosen), editions)
    if portfolio is None:
        raise ParamsError([no_audits(out, stored, as_of)])
    return portfolio


def has_page(out: Path) -> bool:
    """Return whether there is a page of all reports that the portfolio can lead back to."""
    return (out / INDEX).is_file()


def no_audits(out: Path, stored: dict[str, Any], as_of: str = "") -> Fault:
    """Return the fault of a folder without any audit that can be read."""
    found = f"none that can be read, of {len(stored)} clients" if stored else "none"
    return Fault(
        what="the published audits" + (f" to {as_of}" if as_of else ""),
        rule="must be at least one, to be reviewed",
        found=found if out.is_dir() else "no such folder",
        where=str(out),
        hint="make report CLIENT=demo builds one, make reports those of all clients",
    )


def reports_folder(reports: str) -> Path:
    """Return the folder of the reports as a notebook's parameter means it."""
    folder = Path(reports or os.environ.get("AUDIT_OUT") or DEFAULT_REPORTS)
    return folder if folder.is_absolute() or folder.is_dir() else PROJECT / folder


def _read(path: Path) -> str | Message:
    """Return the text of an audit.json, or why it is not taken for a published one."""
    reason: str | Message = N_("It has no manifest that can be read.")
    for _ in range(ATTEMPTS):
        manifest = read_manifest(path.with_name(MANIFEST))
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            reason = N_("Its audit.json cannot be read.")
            continue
        if manifest is None:
            reason = N_("It has no manifest that can be read.")
        elif AUDIT not in manifest["outputs"]:
            reason = N_("Its manifest does not list it.")
        elif manifest["outputs"][AUDIT] != hash_text(text):
            reason = N_("Its audit.json is not the one that its manifest lists: it was changed after it was published.")
        else:
            return text
    return reason


def _usual_language(stored: dict[str, list[tuple[str, str | Message]]]) -> str:
    """Return the language in which most clients' latest audits are written; of equals the first."""
    found = [
        language
        for audits in stored.values()
        for language in LANGUAGES
        if isinstance(audits[0][1], str) and f'"language": "{language}"' in audits[0][1][:2000]
    ]
    return max(LANGUAGES, key=found.count)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_portfolio(portfolio: Portfolio, document: PortfolioDocument, folder: Path | str, reports: str = "") -> None:
    """Write portfolio.json, the index and the benchmarks into `folder`; do nothing where it is empty.

    Parameters
    ----------
    portfolio, document
        What is written, and the document in whose language.
    folder
        Where to.
    reports
        Folder of the reports, as given to `load_portfolio`: it says which documents the index can link to.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    if not str(folder):
        return
    out, t = reports_folder(reports), document.translator
    files = {client.client: tuple(sorted(_listed(out / client.client / client.as_of))) for client in portfolio.clients}
    texts = {
        FILE_NAME: render_audit_json(portfolio),
        INDEX: render_portfolio_index(portfolio, t, files, has_page=has_page(out)),
        "benchmarks.json": render_benchmarks_json(portfolio, t),
        "benchmarks.yml": render_benchmarks_yaml(portfolio, t),
    }
    for name, text in texts.items():
        Path(folder, name).write_bytes(text.encode("utf-8"))


def _listed(folder: Path) -> Iterator[str]:
    manifest = read_manifest(folder / MANIFEST)
    yield from (manifest or {"outputs": {}})["outputs"]
