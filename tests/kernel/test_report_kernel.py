"""A report's forked kernel does what its cold one does, with the same interface, and leaves nothing behind."""

import sys
from pathlib import Path

import nbformat
import pytest

from analysis.errors import DataError, Fault
from analysis.forking.wire import ForkServerError
from analysis.report.kernel import KernelProcess, kernel_environment, start_kernel_server
from analysis.report.run import NotebookError, run_notebook

FAULT = Fault(what="orders.amount", rule="must be a number", found="“twelve” (1 time)", where="orders.csv, row 7")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    loaded = ("matplotlib.pyplot", "analysis.errors")
    with start_kernel_server(tmp_path_factory.mktemp("server"), preload=loaded) as started:
        yield started


@pytest.fixture(params=["cold", "forked"])
def start(request, server, tmp_path):
    started = []

    def start(name="kernel"):
        folder = tmp_path / name
        cold = request.param == "cold"
        started.append(KernelProcess.start(folder, preload=()) if cold else KernelProcess.fork(server, folder))
        return started[-1]

    yield start
    for kernel in started:
        kernel.kill()


def execute(tmp_path, kernel, *sources):
    cells = [nbformat.v4.new_code_cell("number = 1", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "source.ipynb")
    return run_notebook(tmp_path / "source.ipynb", tmp_path / "done.ipynb", {"number": 5}, kernel=kernel)


def test_notebook_runs_with_its_parameters_and_charts(start, tmp_path):
    kernel = start()
    done = execute(
        tmp_path, kernel, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "plt.plot([2, 1]);", "number"
    )
    assert [sum("image/png" in output.data for output in cell.outputs) for cell in done.cells[-3:]] == [1, 1, 0]
    assert done.cells[-1].outputs[0].data["text/plain"] == "5"
    assert not kernel.is_alive()


def test_environment_path_and_sockets(start, tmp_path):
    kernel = start()
    kernel.wait_until_listening()
    connection = kernel.connection_file.read_text()
    assert '"transport": "ipc"' in connection
    names = ("IPYTHONDIR", "MPLCONFIGDIR", "PYTHONHASHSEED", "TZ", "OMP_NUM_THREADS", "PATH")
    done = execute(
        tmp_path, kernel, f"import os, sys, time\n[os.environ[n] for n in {names}], sys.path, time.tzname[0]"
    )
    environment, path, zone = eval(done.cells[-1].outputs[0].data["text/plain"])
    expected = kernel_environment(tmp_path / "kernel", {"PATH": environment[-1]})
    assert environment == [expected[name] for name in names]
    assert "" not in path
    assert set(path) <= set(sys.path)
    assert zone == "UTC"
    assert not kernel._sockets.path.exists()


def test_faults_of_the_input_and_a_death_are_told(start, tmp_path):
    with pytest.raises(DataError) as caught:
        execute(tmp_path, start("first"), f"from analysis.errors import DataError, Fault\nraise DataError([{FAULT!r}])")
    assert caught.value.faults == (FAULT,)
    with pytest.raises(NotebookError, match=r"the kernel died \(exit code 7\)"):
        execute(tmp_path, start("second"), "import os; os.write(2, b'last words'); os._exit(7)")
    assert "last words" in (tmp_path / "second" / "kernel.log").read_text()


def test_server_that_has_ended_is_told(tmp_path):
    server = start_kernel_server(tmp_path, preload=())
    server.close()
    with pytest.raises(ForkServerError, match="has been closed"):
        KernelProcess.fork(server, tmp_path / "kernel")
    assert Path(tmp_path, "server.log").read_bytes() == b""


@pytest.mark.slow
def test_report_is_the_same_bytes_from_either_kernel(tmp_path):
    from analysis.report.build import build_report

    params = Path(__file__).parents[2] / "params"
    with start_kernel_server(tmp_path / "server") as server:
        for name in ("forked", "again", "cold"):
            kernel = None if name == "cold" else KernelProcess.fork(server, tmp_path / f"kernel-{name}")
            build_report("demo", params_folder=params, out=tmp_path / name, kernel=kernel)
    # The manifest besides names the hash of the source, which somebody may be editing.
    files = [
        {path.name: path.read_bytes() for path in (tmp_path / name).glob("demo/*/audit.*")}
        for name in ("forked", "again", "cold")
    ]
    assert {"audit.pdf", "audit.html", "audit.json", "audit.ipynb"} <= files[0].keys()
    assert files[0] == files[1] == files[2]
