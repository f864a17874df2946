"""What a run must survive: killed processes, a full disk, a read-only folder, a loop without end."""

import ctypes
import json
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from batch_project import Project, states

HERE = Path(__file__).parent
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # linux/prctl.h, linux/capability.h
LONG = 240
"""Seconds that nothing here should need, on however busy a machine."""
SLEEP = "import time; Path(home, 'here').touch(); time.sleep(0.3)"


def start(project, *arguments, prepare=None):
    """Run the command for a project in a process of its own."""
    return subprocess.Popen(
        [sys.executable, HERE / "batch_project.py", project.folder, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    )


def confine():
    """Take away what a full disk and a read-only folder take away, from root as well."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.slow
def test_each_of_these_harms_one_client_and_says_what_it_was(tmp_path):
    project = Project(tmp_path)
    for client in ("good", "late"):
        project.add(client)
    project.add("killed", do="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    project.add("forever", do="while True: pass")
    project.add("large", do="print('x' * (2 << 20))")
    project.add("closed")
    (project.out / "closed").mkdir(parents=True)
    (project.out / "closed").chmod(0o555)
    with start(project, "--time-limit", "15s", "--jobs", "3", prepare=confine) as process:
        out, error = process.communicate(timeout=600)
    assert process.returncode == 1, error
    expected = {
        "closed": "it is read-only, or the permission is missing",
        "forever": "Ended at the time limit of 15 s",
        "killed": "most likely because memory ran short",
        "large": "larger than the system allows",
    }
    known = json.loads((project.out / "outcomes.json").read_text("utf-8"))["clients"]
    assert {client for client in known if known[client]["outcome"]["state"] == "built"} == {"good", "late"}
    page = (project.out / "index.html").read_text("utf-8")
    lines = error.splitlines()
    for client, cause in expected.items():
        assert any(f"  {client} " in line and cause in line for line in lines), (client, error)
        assert cause in page
    assert "6 clients: 2 built and 4 failed." in out


CLIENTS = ("first", "second")


def add_clients(project, do=SLEEP):
    for client in CLIENTS:
        project.add(client, words=f"The words of {client}.", do=do)
    return project


@pytest.fixture(scope="module")
def expected(launcher, tmp_path_factory):
    """The reports of two clients, by client, from a run that nobody disturbed."""
    project = add_clients(Project(tmp_path_factory.mktemp("undisturbed")), do="")
    assert set(states(project.run(launcher)).values()) == {"built"}
    return {client: project.report(client) for client in CLIENTS}


def at_work(project):
    """Return whether a client's notebook has come to its own cell."""
    return any((project.params / client / "here").exists() for client in CLIENTS)


def complete(launcher, project, expected):
    """Run plainly what was disturbed, compare it with what was not, and return the states."""
    found = states(project.run(launcher))
    assert {client: project.report(client) for client in CLIENTS} == expected
    assert [project.left(client) for client in CLIENTS] == [["2026-06-30"]] * 2
    return sorted(found.values())


@pytest.mark.parametrize("victim", ["audit-worker", "audit-kernel"])
def test_after_a_killed_process_a_plain_rerun_is_as_if_nothing_had_been(launcher, expected, tmp_path, victim):
    project = add_clients(Project(tmp_path))
    threading.Thread(target=kill_one, args=(project, victim), daemon=True).start()
    assert sorted(states(project.run(launcher)).values()) == ["built", "failed"]
    assert complete(launcher, project, expected) == ["built", "unchanged"]


def kill_one(project, name):
    """Kill one process of this name as soon as a notebook is at work."""
    wait_for(lambda: at_work(project))
    for process in psutil.Process().children(recursive=True):
        if is_running(process) and process.name() == name:
            process.kill()
            return


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
    ],
)
def test_after_a_run_that_was_ended_nothing_is_left_and_a_plain_rerun_completes_it(
    launcher, expected, tmp_path, number
):
    disturbed = add_clients(Project(tmp_path), do=SLEEP.replace("0.3", "600"))
    process = start(disturbed, prepare=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    wait_for(lambda: at_work(disturbed))
    family = psutil.Process(process.pid).children(recursive=True)
    assert {"audit-worker", "audit-kernel"} <= {each.name() for each in family}
    ended = time.monotonic()
    process.send_signal(number)
    out, error = process.communicate(timeout=LONG)
    assert time.monotonic() - ended < LONG / 4  # the cell would sleep for ten minutes
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}[number], error
    wait_for(lambda: not any(is_running(each) for each in family))
    if number != signal.SIGKILL:
        known = json.loads((disturbed.out / "outcomes.json").read_text("utf-8"))["clients"]
        assert {entry["outcome"]["state"] for entry in known.values()} <= {"stopped", "waiting"}
        assert "Interrupted" in out
        assert [disturbed.left(client) for client in CLIENTS] == [[], []]
    for client in CLIENTS:
        (disturbed.params / client / "do.py").write_text("", encoding="utf-8")
    assert complete(launcher, disturbed, expected) == ["built", "built"]


def is_running(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
