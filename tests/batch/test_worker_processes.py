"""Clients built in real processes: what each way of ending is called, and that nothing is left of it."""

import os
import re
import signal
import threading
import time

import psutil
import pytest
from batch_project import OUTPUTS, Project, stop_never

from analysis.batch.launch import PlainLauncher
from analysis.batch.process import ProcessBuild
from analysis.batch.shapes import Memory, Step
from analysis.batch.worker import PATIENCE
from analysis.document.translate import Translator

pytestmark = pytest.mark.slow

ENGLISH = Translator("en")
KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def build(launcher, project, client="acme", stop=None, **options):
    news = []
    outcome = ProcessBuild(launcher)(project.task(client, **options), news.append, stop or stop_never())
    return outcome, news


def test_a_report_is_built_told_and_measured(launcher, project):
    project.add("acme")
    outcome, news = build(launcher, project, time_limit=60.0)
    assert (outcome.state, outcome.folder, list(outcome.files)) == ("built", "acme/2026-06-30", OUTPUTS)
    steps = [each.name for each in news if isinstance(each, Step) and each.seconds is not None]
    assert steps[:3] == ["data and models", "satisfaction", "doing"]
    assert 20_000_000 < outcome.peak_bytes < 10**9
    assert max(each.peak for each in news if isinstance(each, Memory)) == outcome.peak_bytes
    assert outcome.seconds > 0
    again, _ = build(launcher, project)
    assert (again.state, again.files) == ("unchanged", outcome.files)


@pytest.mark.slow
def test_a_worker_that_nobody_can_lend_a_kernel_starts_one(project):
    project.add("acme")
    outcome, _ = build(PlainLauncher(), project)
    assert outcome.state == "built"
    assert list(outcome.files) == OUTPUTS


def test_input_that_cannot_be_used_is_refused_with_all_faults(launcher, project):
    project.add("acme", more="colour: red\nsize: 3\n")
    outcome, _ = build(launcher, project)
    assert outcome.state == "refused"
    assert {fault.what for fault in outcome.faults} == {"colour", "size"}
    faults = "from analysis.errors import DataError, Fault\nraise DataError([Fault(what='a', rule='b', found='c', where='d')])"
    project.add("beta", do=faults)
    outcome, _ = build(launcher, project, "beta")
    assert (outcome.state, outcome.title, len(outcome.faults)) == ("refused", "The data cannot be used", 1)
    assert project.left("beta") == []


@pytest.mark.parametrize(
    ("do", "says"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        (KILL, "kernel was ended by the system, most likely because memory ran short. This client held"),
        ("open(Path(run_folder, 'x'), 'w').close(); raise OSError(28, 'No space left on device')", "disk is full"),
    ],
)
def test_a_failure_names_its_cause_and_keeps_the_broken_notebook(launcher, project, do, says):
    project.add("acme", do=do)
    outcome, _ = build(launcher, project)
    assert outcome.state == "failed"
    assert says in (ENGLISH(outcome.cause) if outcome.cause else outcome.detail)
    assert project.left("acme") == ["failed"]
    assert sorted(path.name for path in (project.out / "acme" / "failed").iterdir()) == ["audit.ipynb", "log.txt"]


def test_memory_that_the_system_refuses_is_named(launcher, project):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)); bytearray(8 << 30)"
    project.add("acme", do=limit)
    outcome, _ = build(launcher, project)
    assert ENGLISH(outcome.cause) == "There was not enough memory."


def test_a_file_that_may_not_grow_is_named(launcher, project):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99)); Path(run_folder, 'x').write_bytes(b'x' * 999)"
    project.add("acme", do=limit)
    outcome, _ = build(launcher, project)
    assert "larger than the system allows" in ENGLISH(outcome.cause)


def test_secrets_are_in_no_outcome(launcher, project, monkeypatch):
    monkeypatch.setenv("BATCH_WORD", "s3cr3t-word")
    project.add("acme", do="raise RuntimeError('about s3cr3t-word')", more="branding: {prepared_by: '${BATCH_WORD}'}\n")
    outcome, _ = build(launcher, project)
    assert "RuntimeError" in outcome.detail
    assert "s3cr3t" not in str(outcome.to_dict())


def test_a_notebook_that_never_ends_is_ended_at_the_time_limit(launcher, project):
    project.add("acme", do="while True: pass")
    started = time.monotonic()
    outcome, _ = build(launcher, project, time_limit=3.0)
    assert time.monotonic() - started < 3 + 2 * PATIENCE
    # On a busy machine the limit may strike before the loop.
    assert re.match(r"Ended at the time limit of 3 s(, in the step (doing|data and models))?\.", ENGLISH(outcome.cause))
    assert project.left("acme") in (["failed"], [])


def test_a_worker_that_is_killed_leaves_nothing_behind(launcher, project):
    project.add("acme", do="import time; Path(home, 'here').touch(); time.sleep(600)")
    seen = threading.Thread(target=_kill_worker, args=(project.params / "acme" / "here",))
    seen.start()
    outcome, _ = build(launcher, project)
    seen.join()
    assert outcome.state == "failed"
    assert "The process that built the report was ended by the system" in ENGLISH(outcome.cause)
    assert project.left("acme") == []
    assert not _processes("audit-kernel")


def test_a_build_is_ended_at_once_when_asked(launcher, project):
    project.add("acme", do="import time; Path(home, 'here').touch(); time.sleep(600)")
    stop, here = threading.Event(), project.params / "acme" / "here"
    asked = []

    def ask():
        _wait_for(here)
        asked.append(time.monotonic())
        stop.set()

    thread = threading.Thread(target=ask)
    thread.start()
    outcome, _ = build(launcher, project, stop=stop)
    thread.join()
    assert outcome.state == "stopped"
    assert time.monotonic() - asked[0] < 30  # the cell would sleep for ten minutes
    assert project.left("acme") == []
    assert not _processes("audit-worker")
    assert not _processes("audit-kernel")


@pytest.mark.slow
def test_templates_that_are_killed_are_replaced(launcher, project):
    project.add("acme")
    for server in (launcher._workers._server, launcher._kernels._server):
        os.kill(server.pid, signal.SIGKILL)
        while server.is_alive():
            time.sleep(0.02)
    outcome, _ = build(launcher, project)
    assert outcome.state == "built"


def _wait_for(path):
    deadline = time.monotonic() + 240
    while not path.exists():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _kill_worker(here):
    _wait_for(here)
    (worker,) = _processes("audit-worker")
    worker.kill()


def _processes(name):
    """Return those of our own processes that a launcher has forked under this name."""
    ours = psutil.Process().children(recursive=True)
    return [each for each in ours if _name(each) == name]


def _name(process):
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except psutil.NoSuchProcess:
        return ""
