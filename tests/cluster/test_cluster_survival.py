"""What a run on a cluster must survive: lost workers, none at all, a lost scheduler, a killed command, one machine's memory."""

import io
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import dask
import psutil
import pytest
from batch_project import Project, states
from cluster_runs import builders_of, is_running, name_of, named, run_on, wait_for, worker_pids
from distributed import LocalCluster

from analysis.cluster import place as places

pytestmark = pytest.mark.cluster
WAIT = "import time; Path(home, 'here').touch(); time.sleep(0 if Path(home, 'go').exists() else 600)"
CLIENTS = ("first", "second", "third")


def at_work(project, client):
    return (project.params / client / "here").exists()


def let_go(project, *clients):
    for client in clients:
        (project.params / client / "go").touch()


def in_thread(function):
    """Run something beside the test; return the thread and where its result will be."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
    thread.start()
    return thread, results


def worker_that_builds(cluster):
    """Return the process of the worker that builds the one client which is being built."""
    (pid,) = [pid for pid in worker_pids(cluster).values() if named(pid, "audit-kernel")]
    return psutil.Process(pid)


def test_the_clients_of_a_killed_worker_are_built_on_another_and_are_the_same(cluster, launcher, tmp_path):
    undisturbed, project = Project(tmp_path / "undisturbed"), Project(tmp_path / "disturbed")
    for client in CLIENTS:
        undisturbed.add(client, words=f"The words of {client}.")
        project.add(client, words=f"The words of {client}.", do=WAIT if client == "first" else "")
    let_go(project, "second", "third")
    shown = io.StringIO()
    thread, results = in_thread(lambda: run_on(cluster, project, stream=shown))
    wait_for(lambda: at_work(project, "first") and len(list(project.out.glob("*/*/manifest.json"))) == 2)
    victim = worker_that_builds(cluster)
    building = builders_of(victim.pid)
    let_go(project, "first")
    victim.kill()
    thread.join(120)
    assert states(results[0]) == dict.fromkeys(CLIENTS, "built"), shown.getvalue()
    assert "first: tcp://" in shown.getvalue()
    assert " was lost: building it anew on tcp://" in shown.getvalue()
    assert results[0].exit_code == 0
    wait_for(lambda: not any(is_running(each) for each in building))
    (project.params / "first" / "do.py").unlink()
    undisturbed.run(launcher)
    for client in CLIENTS:
        there, here = project.report(client), undisturbed.report(client)
        assert {name for name in here if name != "manifest.json" and here[name] != there.get(name)} == set()
        assert project.left(client) == ["2026-06-30"]


def test_a_client_that_costs_too_many_workers_is_given_up_and_the_others_are_built(cluster, project):
    project.add("deadly", do=WAIT)
    project.add("good")
    shown = io.StringIO()
    thread, results = in_thread(lambda: run_on(cluster, project, stream=shown))
    for _ in range(2):
        wait_for(lambda: at_work(project, "deadly") and any(named(pid, "audit-kernel") for pid in pids(cluster)))
        wait_for(lambda: (project.out / "good" / "2026-06-30").exists())
        victim = worker_that_builds(cluster)
        (project.params / "deadly" / "here").unlink()
        victim.kill()
        wait_for(lambda: not is_running(victim))  # noqa: B023 - called in this turn
    thread.join(120)
    assert states(results[0]) == {"deadly": "failed", "good": "built"}, shown.getvalue()
    assert "Its worker was lost 2 times while building it, most likely because memory ran short." in shown.getvalue()
    assert results[0].exit_code == 1


def pids(cluster):
    return worker_pids(cluster).values()


@pytest.fixture
def own_cluster():
    """A cluster without workers, for a test that does it harm."""
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "3s"}),
        LocalCluster(n_workers=0, threads_per_worker=1, processes=True, dashboard_address=":0") as ready,
    ):
        yield ready


def test_without_workers_a_run_waits_says_so_once_and_goes_on_with_those_that_join(own_cluster, project):
    for client in ("one", "two", "three"):
        project.add(client, do=WAIT)
    shown = io.StringIO()
    thread, results = in_thread(lambda: run_on(own_cluster, project, stream=shown))
    wait_for(lambda: "no worker is there: waiting for one to join" in shown.getvalue())
    own_cluster.scale(2)
    wait_for(lambda: sum(at_work(project, client) for client in ("one", "two", "three")) == 2)
    let_go(project, "one", "two", "three")
    for pid in pids(own_cluster):  # what sleeps does not look again
        for each in builders_of(pid):
            if name_of(each) == "audit-kernel":
                each.kill()
    thread.join(180)
    assert sorted(states(results[0]).values()) == ["built", "failed", "failed"]
    assert shown.getvalue().count("no worker is there") == 1


def test_a_lost_scheduler_is_told_and_nothing_goes_on_by_itself(project, tmp_path):
    """The scheduler is a process of its own here, as in earnest, and is killed."""
    project.add("slow", do=WAIT)
    project.add("then")
    address = tmp_path / "scheduler.json"
    dask_command = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--scheduler-file", address]
    scheduler = subprocess.Popen([*dask_command, "scheduler", *options, "--port", "0", "--no-dashboard"], **quiet)
    worker = subprocess.Popen([*dask_command, "worker", *options, "--nthreads", "1", "--no-dashboard"], **quiet)
    try:
        wait_for(address.exists)
        shown = io.StringIO()
        url = json.loads(address.read_text("utf-8"))["address"]
        thread, results = in_thread(lambda: run_on(url, project, "slow", "then", stream=shown))
        wait_for(lambda: at_work(project, "slow"))
        building = builders_of(worker.pid)
        scheduler.kill()
        thread.join(120)
        assert states(results[0]) == {"slow": "failed", "then": "waiting"}
        assert "The connection to the scheduler was lost." in shown.getvalue()
        assert results[0].exit_code == 1
        wait_for(lambda: not any(is_running(each) for each in building if name_of(each).startswith("audit-")))
        assert [name for name in project.left("slow") if not name.startswith(".")] == []  # the next run sweeps the rest
    finally:
        for process in (worker, scheduler):
            process.send_signal(signal.SIGKILL if process is scheduler else signal.SIGTERM)
            process.wait(60)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_command_that_is_ended_ends_its_clients_on_their_workers(cluster, project, number):
    project.add("slow", do=WAIT)
    command = [sys.executable, Path(__file__).with_name("cluster_command.py"), project.folder]
    with subprocess.Popen(
        [*command, "--scheduler", cluster.scheduler_address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        wait_for(lambda: at_work(project, "slow") or process.poll() is not None)
        building = [each for pid in pids(cluster) for each in builders_of(pid) if name_of(each).startswith("audit-")]
        if len(building) == 2:
            process.send_signal(number)
        out, error = process.communicate(timeout=60)
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[number], error
    if number == signal.SIGINT:
        assert "Interrupted" in out
        assert "distributed" not in error
    wait_for(lambda: not any(is_running(each) for each in building), 30)
    wait_for(lambda: project.left("slow") == [], 30)  # swept as soon as nobody is at work there


def test_what_a_worker_may_hold_bounds_the_clients_on_it(own_cluster, project):
    """Two clients of 0.2 GB each on one worker of two threads that may hold less than both: one at a time."""
    for client in ("one", "two"):
        project.add(client, do="import time; time.sleep(1)")
    own_cluster.scale(0)
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=":0") as wide:
        shown = io.StringIO()
        result = run_on(wide, project, stream=shown, memory="500M")
    assert states(result) == {"one": "built", "two": "built"}
    assert shown.getvalue().count("waits for memory on its worker") == 1


def test_a_worker_with_other_code_that_joins_later_gets_no_client(cluster, project, monkeypatch):
    from analysis.cluster import crew

    project.add("one")
    own = crew.own_fingerprint()
    told = []
    monkeypatch.setattr(crew.Crew, "inspect", lambda self: None)  # nobody was there yet
    monkeypatch.setattr(crew, "differences", lambda here, there: ["analysis 1 (here 2)"])
    with places.on_cluster(cluster.scheduler_address, told.append, notebook=project.notebook) as place:
        wait_for(lambda: len(told) == 3)
        assert place.jobs == 1
    assert sum("has joined with other code and gets no client: analysis 1 (here 2)" in text for text in told) == 2
    assert own
