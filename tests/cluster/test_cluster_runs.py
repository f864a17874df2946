"""Clients built on a cluster: the same reports as on one machine, each on its own, and nothing left over."""

import io
import threading
import time

import pytest
from batch_project import add_canaries, assert_canaries_alone, states
from cluster_runs import builders_of, direct, is_running, name_of, run_on, wait_for, worker_pids

from analysis.cluster import crew, fingerprint
from analysis.cluster.connect import ClusterError
from analysis.cluster.place import on_cluster

pytestmark = pytest.mark.cluster


def test_many_clients_on_two_workers_are_those_of_one_machine(cluster, launcher, project):
    add_canaries(project, 6)
    project.add("bad", more="colour: red\n")
    project.add("broken", do="1 / 0")
    shown = io.StringIO()
    result = run_on(cluster, project, stream=shown)
    canaries = [f"canary-{number:02d}" for number in range(6)]
    assert states(result) == {"bad": "refused", "broken": "failed"} | dict.fromkeys(canaries, "built"), shown.getvalue()
    assert result.exit_code == 1
    assert_canaries_alone(project, 6)
    assert "ZeroDivisionError: division by zero" in result.entries["broken"].outcome.detail
    assert all(result.entries[client].outcome.peak_bytes for client in canaries)
    there = {client: project.report(client) for client in canaries}
    assert set(states(run_on(cluster, project, *canaries)).values()) == {"unchanged"}
    assert set(states(project.run(launcher, *canaries, force=True)).values()) == {"built"}
    assert differing(there, {client: project.report(client) for client in canaries}) == []


def differing(some, others):
    """Return the files that are not the same bytes in two sets of reports."""
    names = {(client, name) for reports in (some, others) for client, files in reports.items() for name in files}
    return sorted(pair for pair in names if some[pair[0]].get(pair[1]) != others[pair[0]].get(pair[1]))


def test_nothing_of_a_run_is_left_on_the_workers(cluster, project):
    project.add("one")
    run_on(cluster, project)
    with direct(cluster) as client:
        plugins = client.run(lambda dask_worker: [name for name in dask_worker.plugins if "audit" in name])
    assert set(map(tuple, plugins.values())) == {()}
    assert [name_of(each) for pid in worker_pids(cluster).values() for each in builders_of(pid)] == []


def test_a_client_that_is_stopped_ends_on_its_worker_at_once(cluster, project):
    project.add("slow", do="import time; Path(home, 'here').touch(); time.sleep(600)")
    stop, heard, outcomes = threading.Event(), [], []
    with on_cluster(cluster.scheduler_address, heard.append, notebook=project.notebook) as place:
        build = place.build([])
        thread = threading.Thread(target=lambda: outcomes.append(build(project.task("slow"), heard.append, stop)))
        thread.start()
        wait_for((project.params / "slow" / "here").exists)
        building = [each for pid in worker_pids(cluster).values() for each in builders_of(pid)]
        kernel = [each for each in building if name_of(each) in ("audit-worker", "audit-kernel")]
        assert len(kernel) == 2
        stop.set()
        started = time.monotonic()
        thread.join(20)
        assert [outcome.state for outcome in outcomes] == ["stopped"]
        assert time.monotonic() - started < 10
        wait_for(lambda: not any(is_running(each) for each in kernel), 10)
    assert project.left("slow") == []


def test_no_scheduler_is_told_within_seconds_and_starts_nothing(project):
    project.add("one")
    started = time.monotonic()
    with pytest.raises(ClusterError) as caught:
        run_on("tcp://127.0.0.1:9", project)
    assert time.monotonic() - started < 30
    (fault,) = caught.value.faults
    assert fault.what == "the scheduler"
    assert "'tcp://127.0.0.1:9'" in fault.found
    assert not project.out.exists()


@pytest.mark.parametrize("address", ["", "nowhere", "tcp://", "tcp://127.0.0.1:port", "http://127.0.0.1:1"])
def test_what_is_no_address_of_a_scheduler_is_refused(address, project):
    project.add("one")
    with pytest.raises(ClusterError) as caught:
        run_on(address, project)
    assert repr(address) in caught.value.faults[0].found


def test_workers_with_other_code_are_refused_before_anything_is_sent(cluster, project, monkeypatch):
    project.add("one")
    own = crew.own_fingerprint  # that of the workers stays

    def other(notebook=None):
        return own(notebook) | {"analysis": "0" * 64, "numpy": "0.1"}

    monkeypatch.setattr(fingerprint, "own_fingerprint", other)
    with pytest.raises(ClusterError) as caught:
        run_on(cluster, project)
    assert sorted(fault.where for fault in caught.value.faults) == sorted(worker_pids(cluster))
    for fault in caught.value.faults:
        assert fault.found.startswith("analysis ")
        assert "(here 000000000000); numpy " in fault.found
    assert not project.out.exists()
