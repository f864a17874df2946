"""Whatever dies, in whichever way, nothing that it started is left over."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from analysis.forking.client import ForkServer

ENTRIES = "forked_entries"
LONG = 240
OWNER = f"""
import json, os, subprocess, sys, time
from analysis.forking.client import ForkServer
server = ForkServer.start(["{ENTRIES}"])
process = server.fork("{ENTRIES}:start_a_child_and_wait", stdout=subprocess.PIPE)
found = json.loads(process.stdout.readline())
print(json.dumps([server.pid, found["pid"], found["child"]]), flush=True)
sys.stdin.readline()
"""


def wait_until(condition):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def guardian_of(server):
    (guardian,) = [each for each in psutil.Process(server).children() if each.name() == "fork-guardian"]
    return guardian


@pytest.fixture
def owner():
    """Start a process that owns a server with a child and a grandchild; give it and the ids of all."""
    started = []

    def start(rest):
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        process = subprocess.Popen(
            [sys.executable, "-c", OWNER + rest], env=environment, stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )  # fmt: skip
        started.append(process)
        pids = json.loads(process.stdout.readline())
        pids.append(guardian_of(pids[0]).pid)
        process.stdin.write(b"\n")  # only now it goes on
        process.stdin.flush()
        return process, pids

    yield start
    for process in started:
        process.kill()
        process.stdin.close()
        process.stdout.close()
        process.wait()


def assert_all_gone(pids):
    for pid in pids:
        wait_until(lambda pid=pid: not is_running(pid))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_owner_is_killed(owner, number):
    process, pids = owner("time.sleep(600)")
    assert all(map(is_running, pids))
    process.send_signal(number)
    assert_all_gone(pids)


@pytest.mark.parametrize("ending", ["os._exit(3)", "sys.exit()", "server.close(); time.sleep(600)", "server = process = None; time.sleep(600)",
                                    "os.execvp('sleep', ['sleep', '600'])"])  # fmt: skip
def test_owner_ends_or_closes_or_forgets_the_server(owner, ending):
    assert_all_gone(owner(ending)[1])


def test_owner_is_killed_while_a_fork_of_it_lives_on_with_the_connection(owner):
    process, pids = owner("os.write(1, b'%d\\n' % os.fork()); time.sleep(600)")
    twin = max(int(process.stdout.readline()), int(process.stdout.readline()))
    try:
        process.kill()
        assert_all_gone(pids)
        assert is_running(twin)
    finally:
        os.kill(twin, signal.SIGKILL)


def test_server_is_killed(owner):
    process, pids = owner("print(process.wait(), flush=True); time.sleep(600)")
    os.kill(pids[0], signal.SIGKILL)
    assert_all_gone(pids)
    assert process.stdout.readline() == b"-9\n"


def test_server_and_owner_are_killed_at_once(owner):
    process, pids = owner("time.sleep(600)")
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(pids[0], signal.SIGKILL)
    os.kill(process.pid, signal.SIGKILL)
    assert_all_gone(pids)


def test_server_is_stopped_and_its_owner_killed(owner):
    """A server that can do nothing any more is ended by its guardian."""
    process, pids = owner("time.sleep(600)")
    os.kill(pids[0], signal.SIGSTOP)
    process.kill()
    assert_all_gone(pids)


def test_guardian_is_killed_and_replaced(owner):
    process, pids = owner("time.sleep(600)")
    os.kill(pids[-1], signal.SIGKILL)
    server = psutil.Process(pids[0])
    wait_until(lambda: any(each.name() == "fork-guardian" and each.pid != pids[-1] for each in server.children()))
    os.kill(pids[0], signal.SIGKILL)
    assert_all_gone(pids)
    assert process.poll() is None


def test_owner_is_killed_while_the_server_loads(tmp_path):
    code = f"""
import os
from analysis.forking.client import ForkServer
server = ForkServer.start(["{ENTRIES}"], warm_up=["{ENTRIES}:wait_for_signal"], stderr=1)
os.write(1, (str(server.pid) + "\\n").encode())
server.wait_until_ready()
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as process:
        server = int(process.stdout.readline())
        process.stdout.readline()  # it is in the warm-up, for ever
        process.kill()
        wait_until(lambda: not is_running(server))


def test_thread_that_started_the_server_may_end(make_server):
    """Linux kills with a parent's thread, not with the parent: nobody may rely on that here."""
    kept = []
    thread = threading.Thread(target=lambda: kept.append(make_server()))
    thread.start()
    thread.join()
    process = kept[0].fork(f"{ENTRIES}:exit_with", [5])
    assert process.wait(LONG) == 5
    assert kept[0].is_alive()


def test_no_zombies_and_no_growth(make_server):
    server = make_server()
    watched = psutil.Process(server.pid)

    def run(count):
        for number in range(count):
            assert server.fork("builtins:int", [number]).wait(LONG) == number % 256

    run(20)
    before = watched.memory_info().rss
    run(200)
    assert watched.memory_info().rss < before + (1 << 20)
    assert [each.name() for each in watched.children()] == ["fork-guardian"]


def test_process_that_nobody_waits_for_is_reaped(make_server):
    server = make_server()
    pid = server.fork(f"{ENTRIES}:exit_with", [0]).pid
    wait_until(lambda: not psutil.pid_exists(pid))


@pytest.mark.slow
def test_killed_at_any_moment():
    """The owner is killed after a random while, from before the server runs until after its child has ended."""
    draw = random.Random(7)
    code = f"""
from analysis.forking.client import ForkServer
with ForkServer.start(["{ENTRIES}"]) as server:
    print(server.pid, flush=True)
    while True:
        server.fork("{ENTRIES}:wait_for_signal", stdout=2).wait(0.01)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "FORK_CANARY": "sings"}
    for _ in range(30):
        with subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:  # fmt: skip
            process.stdout.readline()
            time.sleep(draw.uniform(0, 0.5))
            process.kill()
    wait_until(lambda: not _singing())


def _singing():
    """Return the processes, but for zombies, that have inherited the mark of the test above."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FORK_CANARY") and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_pools_of_threads_work_in_the_child():
    """OpenBLAS, Arrow, DuckDB and Typst are loaded in the server and start their threads in the child alone."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    loaded = [ENTRIES, "numpy", "pyarrow.compute", "duckdb", "typst"]
    with ForkServer.start(loaded, env=environment) as server:
        for _ in range(2):
            process = server.fork(f"{ENTRIES}:use_the_pools", stdout=subprocess.PIPE)
            with process:
                found = json.loads(process.stdout.read())
            assert process.returncode == 0
            assert found == {"numpy": 1200.0, "pyarrow": 4999950000, "duckdb": 4999950000, "typst": "%PDF"}
