"""No state passes from one forked kernel to the next, and what runs notebooks takes the kernel by its name."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from two_kernels import FORKED, kernel_environment, running

from analysis.forking.wire import ForkServerError
from analysis.kernel import provisioner, sockets
from analysis.kernel.sockets import LONGEST_ADDRESS, SocketFolder

LEAVE_CANARIES = """
import os, random, locale, signal, sys, warnings
import numpy as np, pandas as pd, matplotlib as mpl, analysis.audit
analysis.audit.canary = True
random.seed(1); np.random.seed(1)
mpl.rcParams["lines.linewidth"] = 99
pd.set_option("display.max_rows", 3)
os.environ["CANARY"] = "sings"
os.open(os.devnull, os.O_RDONLY)
locale.setlocale(locale.LC_ALL, "C")
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
sys.path.append("/canary")
warnings.simplefilter("error")
os.chdir("/")
"""
LOOK = """{
    "module": hasattr(__import__("analysis.audit").audit, "canary"),
    "draws": (__import__("random").random(), float(__import__("numpy").random.random())),
    "line": __import__("matplotlib").rcParams["lines.linewidth"],
    "rows": __import__("pandas").get_option("display.max_rows"),
    "environment": __import__("os").environ.get("CANARY"),
    "files": len(__import__("os").listdir("/proc/self/fd")),
    "locale": __import__("locale").setlocale(__import__("locale").LC_ALL),
    "signal": __import__("signal").getsignal(10).name,
    "path": "/canary" in __import__("sys").path,
    "warnings": [f[0] for f in __import__("warnings").filters],
    "folder": __import__("os").getcwd(),
}"""


def test_no_state_passes_to_the_next_kernel():
    with running(FORKED) as first:
        before = first.value(LOOK)
        _, reply = first.run(LEAVE_CANARIES)
        assert reply["status"] == "ok"
        changed = first.value(LOOK)
    with running(FORKED) as second:
        after = second.value(LOOK)
    assert {name for name in before if before[name] == changed[name]} == set()  # every canary would have been seen
    assert before.pop("draws") != after.pop("draws")
    assert before == after


def test_sockets_are_the_kernels_own_and_nobody_elses(forked):
    folder = Path(forked.manager.ip).parent
    assert forked.manager.transport == "ipc"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sum(stat.S_ISSOCK(path.stat().st_mode) for path in folder.iterdir()) == 5
    forked.manager.shutdown_kernel()
    assert not folder.exists()


def test_folders_of_dead_owners_are_swept_and_those_of_living_ones_stay():
    code = "from analysis.kernel.sockets import SocketFolder as S; f = S.create(); print(f.path, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as other:
        theirs = Path(other.stdout.readline().strip())
        ours = SocketFolder.create()
        assert theirs.exists()
        other.kill()
        other.wait()
    assert theirs.exists()
    again = SocketFolder.create()
    assert not theirs.exists()
    assert ours.path.exists()
    for folder in (ours, again):
        folder.remove()
        assert not folder.path.exists()


def test_address_is_short_and_the_place_private(monkeypatch, tmp_path):
    long = tmp_path / ("x" * 100)
    open_to_all = tmp_path / "open"
    (open_to_all / f"relationship-audit-{os.getuid()}").mkdir(parents=True)
    (open_to_all / f"relationship-audit-{os.getuid()}").chmod(0o777)
    for unfit in (long, open_to_all):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(unfit))
        folder = SocketFolder.create()
        assert unfit not in folder.path.parents
        assert len(os.fsencode(f"{folder.address}-65535")) <= LONGEST_ADDRESS
        folder.remove()


def test_stock_kernel_where_nothing_can_be_forked(monkeypatch, caplog):
    def refuse(_environment):
        raise ForkServerError("a loaded process cannot be forked safely on this platform (darwin)")

    monkeypatch.setattr(provisioner, "can_fork", lambda: False)
    monkeypatch.setattr(provisioner, "shared_server", refuse)
    monkeypatch.setattr(provisioner.ForkProvisioner, "_noticed", set())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with running(FORKED) as kernel:
                assert kernel.value("6 * 7") == 42
                assert kernel.manager.transport == "tcp"
                assert isinstance(kernel.manager.provisioner.process, subprocess.Popen)
    notices = [record.getMessage() for record in caplog.records if "stock kernel" in record.getMessage()]
    assert notices == [
        "This kernel is a stock kernel, not a preloaded one: "
        "a loaded process cannot be forked safely on this platform (darwin)."
    ]


def test_without_a_place_for_sockets_the_kernel_listens_on_ports(monkeypatch):
    monkeypatch.setattr(sockets, "LONGEST_ADDRESS", 10)
    with running(FORKED) as kernel:
        assert kernel.manager.transport == "tcp"
        assert kernel.value("6 * 7") == 42


def test_papermill_and_nbclient_take_it_by_its_name(tmp_path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND")
    parameters = nbformat.v4.new_code_cell("number = 1", metadata={"tags": ["parameters"]})
    chart = nbformat.v4.new_code_cell("import matplotlib.pyplot as plt\nplt.plot([number])\nprint(number)")
    notebook = nbformat.v4.new_notebook(cells=[parameters, chart])
    notebook.metadata["kernelspec"] = {"name": FORKED, "display_name": "", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    done = papermill.execute_notebook(
        str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), {"number": 5}, kernel_name=FORKED, progress_bar=False
    )  # fmt: skip
    outputs = done.cells[-1].outputs
    assert [output.output_type for output in outputs] == ["stream", "display_data"]
    assert outputs[0].text == "5\n"
    executed = NotebookClient(nbformat.read(tmp_path / "in.ipynb", 4), kernel_name=FORKED).execute()
    assert [output.output_type for output in executed.cells[-1].outputs] == ["stream", "display_data"]


@pytest.mark.slow
def test_nbval_takes_it_by_its_name(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(
            "6 * 7",
            outputs=[nbformat.v4.new_output("execute_result", {"text/plain": "42"}, execution_count=1)],
            execution_count=1,
        )
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": FORKED, "display_name": "", "language": "python"}
    nbformat.write(notebook, tmp_path / "checked.ipynb")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, env=kernel_environment(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout
