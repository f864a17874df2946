"""A small client and a notebook of a few blocks, for tests of running and publishing that need no statistics."""

import json
from pathlib import Path

import nbformat

PARAMETERS = """client: str = "tiny"  # who
params_folder: str = "params"  # where
as_of: str = ""
language: str = ""
run_folder: str = \"\""""

AUDIT = """
from pathlib import Path
from types import SimpleNamespace
from analysis.document.blocks import Chapter, Cover, Heading, Prose
from analysis.report.audit_json import write_audit_json
words = Path(params_folder, "words.csv").read_text("utf-8")
audit = SimpleNamespace(to_dict=lambda: {"client": client, "as_of": as_of or "2026-06-30", "language": language})
write_audit_json(audit, run_folder)"""

COVER = """
Cover(client="Tiny", title="Audit", subtitle="", as_of="30 June 2026", language="en", accent="#1f5a7a",
      date_iso="2026-06-30", labels={"contents": "Contents"})"""

CHAPTER = """
Chapter(key="satisfaction", blocks=(
    Heading(level=1, text="Satisfaction", anchor="satisfaction"), Prose(paragraphs=(words,))))"""


def write_client(folder: Path, words: str = "Most are content.") -> Path:
    """Write a client's parameters and data; return the folder of the parameters."""
    params = folder / "params"
    params.mkdir(exist_ok=True)
    (params / "words.csv").write_text(words, encoding="utf-8")
    (params / "tiny.yml").write_text(
        "name: Tiny\ndata_folder: .\nsources:\n  feedback:\n    files: words.csv\n", encoding="utf-8"
    )
    return params


def write_notebook(folder: Path, *cells: str) -> Path:
    """Write a notebook of the parameters cell, the audit and the cover, and the given chapter cells."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    )
    for source, metadata in [
        (PARAMETERS, {"tags": ["parameters"]}),
        (AUDIT, {"audit": {"step": "data and models"}}),
        (COVER, {}),
        *((cell, {"audit": {"chapter": "satisfaction"}}) for cell in cells or (CHAPTER,)),
    ]:
        notebook.cells.append(nbformat.v4.new_code_cell(source.strip("\n"), metadata=metadata))
    path = folder / "tiny.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path
