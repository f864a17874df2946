"""The notebooks as files: thin, stripped, parametrised, and every chapter in its place."""

import ast
from pathlib import Path

import nbformat
import papermill
import pytest

from analysis.params.model import CHAPTERS

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
