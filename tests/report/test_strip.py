import nbformat
import pytest

from analysis.document.blocks import MIME_TYPE
from analysis.report.strip import render_notebook, strip_notebook

PARAMETERS = {"client": "acme", "language": "zh", "params_folder": "/home/me/params", "run_folder": "/tmp/x"}


def clean(text):
    return text.replace("/home/me", "…")


def cell(source="1 + 1", outputs=(), **metadata):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), execution_count=3, metadata=metadata)


def shown(text, **data):
    return nbformat.v4.new_output("execute_result", {"text/plain": text, **data}, execution_count=3)


@pytest.fixture
def executed():
    notebook = nbformat.v4.new_notebook(
        metadata={
            "papermill": {"input_path": "/home/me/n.ipynb", "start_time": "2026-11-21T22:00:00", "parameters": {}},
            "language_info": {"name": "python", "version": "3.11.7", "file_extension": ".py"},
        }
    )
    injected = "# Parameters\nclient = 'acme'\nparams_folder = '/home/me/params'\nrun_folder = '/tmp/x'"
    notebook.cells = [
        cell(injected, tags=["injected-parameters"]),
        cell(
            "audit",
            [shown("<Audit at 0x7f588e7f8790> from /home/me/data")],
            papermill={"duration": 1.5},
            execution={"iopub.status.busy": "2026-11-21T22:00:00Z"},
            audit={"chapter": "summary"},
        ),
        cell("noise", [nbformat.v4.new_output("stream", name="stderr", text="/home/me/x.py:3: FutureWarning")]),
    ]
    return notebook


def test_only_public_parameters_are_shown(executed):
    stripped = strip_notebook(executed, PARAMETERS, clean)
    assert stripped.cells[0].source == "# Parameters\nclient = 'acme'\nlanguage = 'zh'"


def test_nothing_of_the_machine_or_the_hour_is_left(executed):
    text = render_notebook(strip_notebook(executed, PARAMETERS, clean))
    for trace in ("/home/me", "/tmp/x", "2026-11-21", "duration", "3.11.7", "0x7f58", "FutureWarning", "papermill"):
        assert trace not in text
    assert '"chapter": "summary"' in text  # what the exporters need stays


def test_clients_own_words_are_not_touched(executed):
    words = "we saw /home/me at 0x7f588e7f8790"
    executed.cells[1].outputs = [shown("", **{MIME_TYPE: {"kind": "prose", "paragraphs": [words]}, "text/html": words})]
    data = strip_notebook(executed, PARAMETERS, clean).cells[1].outputs[0].data
    assert data[MIME_TYPE]["paragraphs"] == [words]
    assert data["text/html"] == words


def test_same_notebook_gives_the_same_bytes_whatever_ids_papermill_drew(executed):
    first = render_notebook(strip_notebook(executed, PARAMETERS, clean))
    for each in executed.cells:
        each.id = "other" + each.id[:3]
    assert render_notebook(strip_notebook(executed, PARAMETERS, clean)) == first


def test_result_is_a_valid_notebook_and_the_original_is_unchanged(executed):
    before = render_notebook(executed)
    stripped = nbformat.reads(render_notebook(strip_notebook(executed, PARAMETERS, clean)), as_version=4)
    nbformat.validate(stripped)
    assert len({each.id for each in stripped.cells}) == 3
    assert render_notebook(executed) == before


def test_markdown_of_a_consultant_stays(executed):
    executed.cells.append(nbformat.v4.new_markdown_cell("## What we heard\n\n*Service* is slow."))
    last = strip_notebook(executed, PARAMETERS, clean).cells[-1]
    assert (last.cell_type, last.source) == ("markdown", "## What we heard\n\n*Service* is slow.")
