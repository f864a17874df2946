"""A forked process is used as a Popen is, and is as good as a fresh interpreter."""

import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from analysis.forking import client
from analysis.forking.client import ForkServer, can_fork
from analysis.forking.wire import ForkServerError

ENTRIES = "forked_entries"
LONG = 120
"""Seconds that no test should need, on however busy a machine."""


def told(server, entry, args=(), **options):
    """Run an entry and return what it tells."""
    process = server.fork(f"{ENTRIES}:{entry}", args, stdout=subprocess.PIPE, **options)
    with process:
        text = process.stdout.read()
    assert process.returncode == 0
    return json.loads(text)


def test_arguments_environment_and_folder_are_those_that_were_given(server, tmp_path):
    found = told(server, "describe", [1, "two", None], env={"ONLY": "this"}, cwd=tmp_path)
    assert found["args"] == [1, "two", None]
    assert found["environment"] == {"ONLY": "this"}
    assert found["cwd"] == str(tmp_path)
    assert told(server, "describe", {"named": [1]})["kwargs"] == {"named": [1]}


def test_nothing_but_its_own_files_is_open_and_it_leads_a_session(server):
    held = server.fork(f"{ENTRIES}:wait_for_signal", stdout=subprocess.DEVNULL)  # whose pipe the server holds
    found = told(server, "describe")
    held.kill()
    held.wait(LONG)
    assert found["files"] == [0, 1, 2]
    assert found["leader"]
    assert found["threads"] == 1


def heed_every_signal():
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def test_process_is_as_a_fresh_interpreter_would_be(server):
    environment = {"LANG": "C.UTF-8", "TZ": "Asia/Shanghai", "PATH": os.environ["PATH"]}
    found = told(server, "describe", env=environment)
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import {ENTRIES} as e; e.describe()"
    command = [sys.executable, "-c", code]
    # What a shell lets a job in the background ignore is no part of a fresh interpreter.
    fresh = json.loads(
        subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, check=True, preexec_fn=heed_every_signal
        ).stdout
    )
    for key in ("environment", "ignored", "handled", "masked", "locale", "zone"):
        assert found[key] == fresh[key], key
    assert found["zone"] == "CST"
    assert found["main"] == []
    assert found["argv"] == [f"{ENTRIES}:describe"]


def test_nothing_that_one_process_does_reaches_the_next(server):
    before = told(server, "describe")
    assert server.fork(f"{ENTRIES}:dirty_everything").wait(LONG) == 0
    after = told(server, "describe")
    for own in ("random", "numpy"):
        assert before.pop(own) != after.pop(own)
    assert before == after


def test_streams_are_as_for_popen(server, tmp_path):
    process = server.fork(f"{ENTRIES}:echo_input", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        process.stdin.write("grün 绿\n".encode())
        process.stdin.close()
        assert process.stdout.read().decode() == "grün 绿\n"
    with (tmp_path / "log").open("wb") as log:
        process = server.fork(f"{ENTRIES}:write_everywhere", stdout=log, stderr=subprocess.STDOUT)
    assert process.wait(LONG) == 0
    assert (tmp_path / "log").read_text() == "out\nerr\n"
    with pytest.raises(ValueError, match="only be given for stderr"):
        server.fork(f"{ENTRIES}:echo_input", stdout=subprocess.STDOUT)


@pytest.mark.parametrize(("entry", "args", "code"), [
    ("exit_with", [0], 0), ("exit_with", [None], 0), ("exit_with", [3], 3), ("exit_with", ["a reason"], 1),
    ("fail", [], 1), ("tell", ["something"], 0),
])  # fmt: skip
def test_exit_code_is_that_of_an_interpreter(server, tmp_path, entry, args, code):
    with (tmp_path / "log").open("wb") as log:
        process = server.fork(f"{ENTRIES}:{entry}", args, stdout=log, stderr=log)
    assert process.wait(LONG) == code == process.returncode == process.poll()
    log = (tmp_path / "log").read_text()
    assert ("a failure of its own" in log) == (entry == "fail")
    assert ("a reason" in log) == (args == ["a reason"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV])
def test_signal_that_ends_it_is_told(server, number):
    process = server.fork(
        f"{ENTRIES}:wait_for_signal", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )  # fmt: skip
    with process:
        process.stdout.readline()
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(LONG) == -number
    process.send_signal(number)  # it has ended: nothing happens, nobody else is hit


def test_interpreter_itself_ends_with_the_signal_of_ctrl_c():
    """What the test above holds forked processes to."""
    code = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); print(1, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as fresh:
        fresh.stdout.readline()
        fresh.send_signal(signal.SIGINT)
        assert fresh.wait(LONG) == -signal.SIGINT


def test_waiting_has_a_limit_and_the_end_can_be_watched(server):
    process = server.fork(f"{ENTRIES}:wait_for_signal", stdout=subprocess.DEVNULL)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    with selectors.DefaultSelector() as selector:
        selector.register(process, selectors.EVENT_READ)
        assert selector.select(0) == []
        process.terminate()
        assert selector.select(LONG)
    assert process.wait() == -signal.SIGTERM
    with pytest.raises(ValueError, match="has ended"):
        process.fileno()


def test_several_threads_may_wait_and_fork_at_once(server):
    codes = []

    def run(number):
        process = server.fork(f"{ENTRIES}:exit_with", [number])
        waiting = threading.Thread(target=lambda: codes.append(process.wait(LONG)))
        waiting.start()
        assert process.wait(LONG) == number
        waiting.join(LONG)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert sorted(codes) == list(range(12))


def test_threads_and_exit_handlers_are_waited_for(server):
    process = server.fork(f"{ENTRIES}:leave_work_for_the_end", stdout=subprocess.PIPE)
    with process:
        assert process.stdout.read() == b'"thread"\n"handler"\n'


def test_further_descriptors_keep_their_numbers(server):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        number = theirs.fileno()
        process = server.fork(f"{ENTRIES}:write_to_descriptor", [number, "hello"], pass_fds=[number])
        assert process.wait(LONG) == 0
        theirs.close()
        assert ours.recv(100) == b"hello"


def test_name_and_limits(server):
    found = server.fork(
        f"{ENTRIES}:wait_for_signal", stdout=subprocess.DEVNULL, name="a-client-of-many", oom_score_adj=500
    )  # fmt: skip
    status = Path(f"/proc/{found.pid}")
    assert (status / "comm").read_text().strip() == "a-client-of-man"
    assert (status / "oom_score_adj").read_text().strip() == "500"
    found.kill()
    found.wait(LONG)
    process = server.fork(
        f"{ENTRIES}:take_memory", [4096], memory_limit=3 << 30, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )  # fmt: skip
    with process:
        assert b"MemoryError" in process.stderr.read()
    assert process.returncode == 1
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_what_cannot_be_set_up_is_told_and_the_server_goes_on(server, tmp_path):
    with pytest.raises(ForkServerError, match=r"could not be started: .*No such file.*nowhere"):
        server.fork(f"{ENTRIES}:fail", cwd=tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"of the form module:function, not 'os\.getpid'"):
        server.fork("os.getpid")
    with pytest.raises(TypeError):
        server.fork(f"{ENTRIES}:tell", [object()])
    with pytest.raises(OSError, match="Bad file descriptor"):
        server.fork(f"{ENTRIES}:tell", ["x"], stdout=99_999)
    assert told(server, "describe", ["still here"])["args"] == ["still here"]


def test_no_descriptor_is_left_over_on_either_side(server):
    def count(pid):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))

    def run():
        told(server, "describe")
        with pytest.raises(ForkServerError):
            server.fork(f"{ENTRIES}:fail", cwd="/nowhere")

    run()
    before = count(os.getpid()), count(server.pid)
    for _ in range(5):
        run()
    assert (count(os.getpid()), count(server.pid)) == before


def test_large_arguments_arrive_whole(server):
    process = server.fork(f"{ENTRIES}:tell", [["x" * 1000] * 3000], stdout=subprocess.PIPE)
    with process:
        assert len(process.stdout.read()) > 3_000_000


def test_module_that_cannot_be_imported_is_told_with_its_traceback(make_server):
    server = make_server("no_such_module")
    with pytest.raises(ForkServerError, match="ModuleNotFoundError: No module named 'no_such_module'"):
        server.fork(f"{ENTRIES}:fail")
    assert not server.is_alive()


@pytest.mark.parametrize(
    ("warm_up", "reason"),
    [("start_a_thread", "started threads: "), ("leave_a_file_open", r"files open: \d+ \(/dev/null\)")],
)
def test_what_must_not_be_forked_is_refused(make_server, warm_up, reason):
    server = make_server(warm_up=[f"{ENTRIES}:{warm_up}"])
    with pytest.raises(ForkServerError, match=reason):
        server.wait_until_ready(LONG)


def test_waiting_for_readiness_has_a_limit(make_server):
    server = make_server(warm_up=[f"{ENTRIES}:wait_for_signal"])
    with pytest.raises(ForkServerError, match=r"not ready within 0\.01 seconds"):
        server.wait_until_ready(0.01)


def test_server_that_still_loads_is_ended_at_once(tmp_path):
    (tmp_path / "endless.py").write_text("import pathlib, time\npathlib.Path('loading').touch()\ntime.sleep(600)\n")
    server = ForkServer.start(["endless"], env={**os.environ, "PYTHONPATH": str(tmp_path)}, cwd=tmp_path)
    told = []

    def wait():
        try:
            server.wait_until_ready()
        except ForkServerError as error:
            told.append(str(error))

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    while not (tmp_path / "loading").exists():
        time.sleep(0.01)
    started = time.monotonic()
    server.close()
    waiting.join()
    assert time.monotonic() - started < 9  # less than what a server may take that is loaded
    assert told == ["the fork server has been closed"]
    assert not server.is_alive()


def test_closed_server_and_that_of_another_process_refuse(make_server):
    server = make_server()
    server.close()
    with pytest.raises(ForkServerError, match="has been closed"):
        server.fork(f"{ENTRIES}:fail")
    other = make_server()
    other._owner += 1
    with pytest.raises(ForkServerError, match="the process that started it"):
        other.fork(f"{ENTRIES}:fail")
    other._owner -= 1


def test_hash_seed_is_the_servers(make_server):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": "0"}
    code = "print(hash('seed'))"
    fresh = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, check=True).stdout
    server = make_server(env=environment)
    process = server.fork("builtins:exec", [code], stdout=subprocess.PIPE, env={"PYTHONHASHSEED": "1"})
    with process:
        assert process.stdout.read() == fresh


def test_other_platforms_are_refused(monkeypatch):
    assert can_fork() == (sys.platform == "linux")
    monkeypatch.setattr(client.sys, "platform", "darwin")
    assert not can_fork()
    with pytest.raises(ForkServerError, match=r"cannot be forked safely on this platform \(darwin\)"):
        ForkServer.start()
