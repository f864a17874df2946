"""Takes out of an executed notebook whatever belongs to this machine or this hour: same audit, same bytes."""

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

PUBLIC_PARAMETERS = ("client", "clients", "as_of", "against", "language")
"""Parameters that a published notebook shows; the others are folders of the machine it ran on."""

Clean = Callable[[str], str]

_CELL_METADATA = ("tags", "audit", "jupyter", "slideshow")
_LANGUAGE_INFO = ("name", "file_extension", "mimetype")
# repr() of an object without its own: the address differs from run to run.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")


def strip_notebook(notebook: NotebookNode, parameters: Mapping[str, Any], clean: Clean) -> NotebookNode:
    """Return a copy of an executed notebook that holds nothing but the audit.

    Parameters
    ----------
    notebook
        As papermill leaves it; not changed.
    parameters
        What it was run with; only `PUBLIC_PARAMETERS` are shown.
    clean
        Takes folders and secrets out of what cells printed. The audit's own blocks are left alone: they hold the
        client's words, and nothing of this machine.
    """
    stripped = nbformat.v4.new_notebook(metadata=_notebook_metadata(notebook))
    for index, cell in enumerate(notebook.cells):
        stripped.cells.append(_strip_cell(cell, index, parameters, clean))
    return stripped


def text_cleaner(folders: Iterable[Path], redact: Clean) -> Clean:
    """Return what takes this machine's folders and the environment's values out of a text.

    Parameters
    ----------
    folders
        Folders of the run; the home and the environment's own are taken out as well.
    redact
        Takes the values out.
    """
    known = [*folders, Path.home()]
    names = {str(path) for path in known} | {str(path.resolve()) for path in known} | {sys.prefix}
    ordered = sorted((name for name in names if len(name) > 1), key=len, reverse=True)

    def clean(text: str) -> str:
        for name in ordered:
            text = text.replace(name, "…")
        return redact(text)

    return clean


def render_notebook(notebook: NotebookNode) -> str:
    """Return the notebook's file: sorted keys, one newline in the end."""
    return json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _notebook_metadata(notebook: NotebookNode) -> dict[str, Any]:
    info = notebook.metadata.get("language_info", {})
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"} | {key: info[key] for key in _LANGUAGE_INFO if key in info},
    }


def _strip_cell(cell: NotebookNode, index: int, parameters: Mapping[str, Any], clean: Clean) -> NotebookNode:
    source, tags = cell.source, cell.metadata.get("tags", [])
    if "injected-parameters" in tags:
        shown = [f"{name} = {parameters[name]!r}" for name in PUBLIC_PARAMETERS if parameters.get(name)]
        source = "\n".join(["# Parameters", *shown])
    kept: dict[str, Any] = {
        # papermill gives the cells that it adds random ids
        "id": hashlib.sha256(f"{index}\n{source}".encode()).hexdigest()[:12],
        "cell_type": cell.cell_type,
        "metadata": {key: cell.metadata[key] for key in _CELL_METADATA if key in cell.metadata},
        "source": source,
    }
    if "attachments" in cell:
        kept["attachments"] = cell.attachments
    if cell.cell_type == "code":
        kept["execution_count"] = cell.execution_count
        kept["outputs"] = [_strip_output(output, clean) for output in cell.outputs if not _is_log(output)]
    return nbformat.from_dict(kept)


def _is_log(output: Mapping[str, Any]) -> bool:
    """Return whether an output is what libraries say about themselves: it belongs into a log."""
    return output.get("output_type") == "stream" and output.get("name") == "stderr"


def _strip_output(output: Mapping[str, Any], clean: Clean) -> dict[str, Any]:
    kept = {key: value for key, value in output.items() if key != "transient"}
    if isinstance(kept.get("text"), str):
        kept["text"] = _ADDRESS.sub("", clean(kept["text"]))
    if "text/plain" in kept.get("data", {}):
        plain = _ADDRESS.sub("", clean(kept["data"]["text/plain"]))
        kept["data"] = {**kept["data"], "text/plain": plain}
    return kept
