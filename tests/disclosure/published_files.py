"""Reads everything that a published report says, whatever the file: what a reader who opens all of it can see."""

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

NOT_COMPARED = "manifest.json"
"""Holds the hashes of the client's own files, which differ where the clients do, and nothing of what is in them."""
_NUMBER = re.compile(r"-?\d+\.\d{7,}(?:e-?\d+)?")


def contents(folder: Path) -> dict[str, str]:
    """Return what each file of a report says, by name; hidden parts, marks and properties included."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != NOT_COMPARED:
            found[path.relative_to(folder).as_posix()] = _rounded(_text(path.name, path.read_bytes()))
    return found


def _text(name: str, raw: bytes) -> str:
    if name.endswith(".pdf"):
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=raw, capture_output=True, check=True)
        return done.stdout.decode("utf-8")
    if name.endswith((".xlsx", ".pptx")):
        with zipfile.ZipFile(io.BytesIO(raw)) as package:  # sheets, shared texts, names, notes, properties: all of it
            return "\n".join(f"{part}\n{_text(part, package.read(part))}" for part in sorted(package.namelist()))
    if name.endswith((".png", ".bin", ".jpeg")):
        return raw.hex()
    return raw.decode("utf-8")


def _rounded(text: str) -> str:
    """Return a text with its long numbers to nine digits: the order of adding up leaves a trace in the last ones."""
    return _NUMBER.sub(lambda found: f"{float(found.group()):.9g}", text)


def table_rows(folder: Path, name: str) -> list[list[str]]:
    """Return the rows of every table of the document, as the notebook holds them, whose first cell is a name."""
    notebook = json.loads((folder / "audit.ipynb").read_text("utf-8"))
    rows = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for kind, data in output.get("data", {}).items():
                if kind.endswith("+json"):
                    rows += [row for row in _rows(data) if row and row[0] == name]
    return rows


def _rows(data: object) -> list[list[str]]:
    if isinstance(data, dict):
        own = [row for row in data.get("rows", []) if isinstance(row, list)] if data.get("kind") == "table" else []
        return own + [row for value in data.values() for row in _rows(value)]
    return [row for value in data for row in _rows(value)] if isinstance(data, list) else []
