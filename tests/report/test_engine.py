import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from tiny_notebook import write_notebook

from analysis.errors import DataError, Fault, ReportError
from analysis.report.engine import AuditEngine
from analysis.report.kernel import KernelProcess, kernel_environment
from analysis.report.run import NotebookError, run_notebook

LONG = 240
"""Seconds that nothing here should need, on however busy a machine."""
PLAIN = "'shown'"


@pytest.fixture
def kernel(tmp_path, kernel_server):
    process = KernelProcess.fork(kernel_server, tmp_path / "kernel")
    yield process
    process.kill()


@pytest.fixture
def run(tmp_path, kernel):
    def execute(*cells, **parameters):
        (tmp_path / "words.csv").write_text("words")
        source = write_notebook(tmp_path, *cells)
        given = {"client": "tiny", "params_folder": str(tmp_path)} | parameters
        return run_notebook(source, tmp_path / "executed.ipynb", given, kernel=kernel)

    return execute


def executed(tmp_path):
    return nbformat.read(tmp_path / "executed.ipynb", as_version=4)


def test_papermill_finds_the_engine_by_its_name():
    from papermill.engines import papermill_engines

    assert papermill_engines.get_engine("relationship-audit") is AuditEngine


def test_engine_can_be_imported_before_papermill():
    """Papermill imports the engine while it is itself half imported."""
    code = "import analysis.report.engine, papermill.engines as p; p.papermill_engines.get_engine('relationship-audit')"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parameters_reach_the_notebook_and_the_kernel_is_gone(run, kernel):
    notebook = run("client, language", client="acme", language="zh")
    assert notebook.cells[-1].outputs[0].data["text/plain"] == "('acme', 'zh')"
    assert not kernel.is_alive()


def test_steps_are_told_in_order_with_their_seconds(tmp_path, kernel):
    told = []
    (tmp_path / "words.csv").write_text("words")
    run_notebook(
        write_notebook(tmp_path, PLAIN),
        tmp_path / "executed.ipynb",
        {"params_folder": str(tmp_path)},
        kernel=kernel,
        on_step=lambda name, seconds: told.append((name, seconds)),
    )
    assert [name for name, _ in told] == ["data and models"] * 2 + ["satisfaction"] * 2
    assert [seconds is None for _, seconds in told] == [True, False, True, False]


def test_unknown_parameter_is_an_error_that_names_the_known_ones(run):
    with pytest.raises(NotebookError, match=r"no parameter colour; it has client, params_folder"):
        run(PLAIN, colour="red")


def test_exception_in_a_cell_leaves_the_notebook_with_its_traceback(run, tmp_path):
    with pytest.raises(NotebookError, match="ZeroDivisionError: division by zero") as caught:
        run("1 / 0", PLAIN)
    assert "1 / 0" in caught.value.log
    outputs = [output for cell in executed(tmp_path).cells for output in cell.get("outputs", [])]
    assert [output.ename for output in outputs if output.output_type == "error"] == ["ZeroDivisionError"]
    assert not any("'shown'" in str(output) for output in outputs)  # nothing ran after the error


def test_faults_of_the_input_arrive_as_they_were_raised(run):
    fault = Fault(what="orders.amount", rule="must be a number", found="“twelve” (1 time)", where="orders.csv, row 7")
    with pytest.raises(DataError) as caught:
        run(f"from analysis.errors import DataError, Fault\nraise DataError([{fault!r}])")
    assert caught.value.faults == (fault,)


def test_kernel_that_dies_leaves_its_notebook(run, tmp_path, kernel):
    with pytest.raises(NotebookError, match=r"the kernel died \(exit code 7\)"):
        run("'before'", "import os; os._exit(7)")
    assert executed(tmp_path).cells[-2].outputs[0].data["text/plain"] == "'before'"


def test_kernel_that_never_listens_is_told_with_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    kernel = KernelProcess.start(tmp_path / "kernel", preload=())
    with pytest.raises(ReportError, match="ended before it listened"):
        run_notebook(write_notebook(tmp_path), tmp_path / "executed.ipynb", {}, kernel=kernel)


def test_charts_of_a_consultants_own_cell_are_drawn(tmp_path):
    kernel = KernelProcess.start(tmp_path / "kernel", preload=("matplotlib.pyplot",))
    (tmp_path / "words.csv").write_text("words")
    cells = ["import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "plt.plot([2, 1]);"]
    source = write_notebook(tmp_path, *cells)
    notebook = run_notebook(source, tmp_path / "executed.ipynb", {"params_folder": str(tmp_path)}, kernel=kernel)
    pictures = [output for cell in notebook.cells[-2:] for output in cell.outputs if "image/png" in output.data]
    assert len(pictures) == 2


def test_preloading_what_cannot_be_imported_fails_only_where_it_is_used(tmp_path):
    kernel = KernelProcess.start(tmp_path / "kernel", preload=("no_such_module",))
    (tmp_path / "words.csv").write_text("words")
    source = write_notebook(tmp_path, PLAIN)
    run_notebook(source, tmp_path / "executed.ipynb", {"params_folder": str(tmp_path)}, kernel=kernel)
    assert "no_such_module" in kernel.read_log()


def test_braces_in_a_path_are_no_placeholders(tmp_path, kernel):
    folder = tmp_path / "{client}"
    folder.mkdir()
    (folder / "words.csv").write_text("words")
    run_notebook(
        write_notebook(folder, PLAIN), folder / "executed.ipynb", {"params_folder": str(folder)}, kernel=kernel
    )
    assert (folder / "executed.ipynb").exists()


def test_stock_papermill_call_saves_once_in_the_end(tmp_path):
    (tmp_path / "words.csv").write_text("words")
    source = write_notebook(tmp_path, PLAIN)
    papermill.execute_notebook(
        str(source),
        str(tmp_path / "executed.ipynb"),
        parameters={"params_folder": str(tmp_path)},
        engine_name="relationship-audit",
        progress_bar=False,
    )
    assert executed(tmp_path).cells[-1].outputs[0].data["text/plain"] == PLAIN


def test_environment_of_the_kernel_is_the_runs_own(tmp_path):
    given = {"PATH": "/bin", "OLIST": "secret", "PYTHONSTARTUP": "/home/me/start.py", "OMP_NUM_THREADS": "8", "TZ": "X"}
    environment = kernel_environment(tmp_path, given)
    assert environment["OLIST"] == "secret"
    assert "PYTHONSTARTUP" not in environment
    assert environment["IPYTHONDIR"] == str(tmp_path / "ipython")
    assert (environment["PYTHONHASHSEED"], environment["OMP_NUM_THREADS"], environment["TZ"]) == ("0", "1", "UTC")
    assert "MPLCONFIGDIR" in environment


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def _wait_until(condition):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def parent_with_kernel(tmp_path):
    """A process that runs a notebook whose cell sleeps, and the process id of its kernel."""
    (tmp_path / "words.csv").write_text("words")
    source = write_notebook(
        tmp_path,
        f"import os, time, pathlib\npathlib.Path({str(tmp_path / 'pid')!r}).write_text("
        "str(os.getpid()))\ntime.sleep(600)",
    )
    code = f"""
import pathlib, signal
# Whoever runs the tests in the background may have handed on an ignored Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
from analysis.report.kernel import KernelProcess
from analysis.report.run import run_notebook
folder = pathlib.Path({str(tmp_path)!r})
kernel = KernelProcess.start(folder / "kernel", preload=())
run_notebook(pathlib.Path({str(source)!r}), folder / "executed.ipynb", {{"params_folder": str(folder)}}, kernel=kernel)
"""
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
        pid_file = tmp_path / "pid"
        try:
            _wait_until(lambda: pid_file.exists() and pid_file.read_text())
            yield process, int(pid_file.read_text())
        finally:
            process.kill()  # does nothing where it has ended; else the test would wait for ever


def test_interrupt_ends_the_kernel_at_once_and_keeps_the_notebook(parent_with_kernel, tmp_path):
    process, kernel_pid = parent_with_kernel
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=LONG)
    assert time.monotonic() - started < LONG / 8  # the cell would sleep for ten minutes
    assert "KeyboardInterrupt" in errors
    assert not _alive(kernel_pid)
    assert executed(tmp_path).cells  # a whole notebook, though interrupted


def test_kernel_does_not_outlive_a_killed_parent(parent_with_kernel):
    process, kernel_pid = parent_with_kernel
    process.kill()
    _wait_until(lambda: not _alive(kernel_pid))
