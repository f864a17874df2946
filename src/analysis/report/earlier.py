"""Finds the published audits of a client, so that the next one can follow them up, and reads which alerts fired."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.report.manifest import hash_file

FILE_NAME = "audit.json"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def find_stored_audits(run_folder: str) -> tuple[tuple[str, str], ...]:
    """Return name of the folder and text of the audit.json of each published audit of the client, oldest first.

    Parameters
    ----------
    run_folder
        Folder ``OUT/<client>/<build>/<report>`` that the running notebook writes into; empty where it runs by hand, and
        then there are none.
    """
    if not run_folder:
        return ()
    paths = published_audits(Path(run_folder).resolve().parents[1])
    return tuple((path.parent.name, read_audit_text(path)) for path in paths)


def read_audit_text(path: Path) -> str:
    """Return the text of a published audit.json; one that cannot be read is no JSON, and whoever reads it names it."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def hash_earlier(folder: Path, as_of: str) -> dict[str, str]:
    """Return the hashes of the published audits of a client before a day, by day: what the audit of that day reads."""
    return {path.parent.name: hash_file(path) for path in published_audits(folder) if path.parent.name < as_of}


def fired_alerts(report: Path) -> tuple[str, ...]:
    """Return the alerts of a published audit that fired, each with what was found, in English."""
    return _alerts(report, "fired")


def unknown_alerts(report: Path) -> tuple[str, ...]:
    """Return the alerts of a published audit that the data could not answer, each with the reason, in English."""
    return _alerts(report, "unknown")


def published_audits(folder: Path) -> list[Path]:
    """Return the audit.json of each published audit in a client's folder, oldest first; what is no day is none."""
    return sorted(path for path in folder.glob(f"*/{FILE_NAME}") if _DAY.fullmatch(path.parent.name))


def _alerts(report: Path, state: str) -> tuple[str, ...]:
    audit = json.loads((report / FILE_NAME).read_text("utf-8"))
    chosen = [alert for alert in audit.get("alerts", []) if alert["state"] == state]
    if not chosen:
        return ()
    from analysis.document.translate import Translator  # only where there is something to say

    translate = Translator("en", audit["currency"])
    return tuple(f"{alert['condition']}: found {translate(_message(alert['found']))}" for alert in chosen)


def _message(data: Mapping[str, Any]) -> Any:
    """Return a message as audit.json holds it, with the messages inside it."""
    from analysis.messages import Message

    values = {key: _value(value) for key, value in data["values"].items()}
    return Message(data["message"], values)


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(item) for item in value]
    return _message(value) if isinstance(value, dict) and "message" in value else value
