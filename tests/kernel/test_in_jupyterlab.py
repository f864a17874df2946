"""JupyterLab lists the forked kernel, runs it, interrupts and restarts it, and leaves nothing behind."""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

import psutil
import pytest
from two_kernels import FORKED, LONG, kernel_environment
from websocket import create_connection

pytestmark = pytest.mark.slow

TOKEN = uuid.uuid4().hex


class Lab:
    """A running JupyterLab, by its interface for browsers."""

    def __init__(self, port):
        self._home = f"127.0.0.1:{port}"

    def ask(self, path, *, method="GET", **content):
        """Return what the server answers to a request."""
        data = json.dumps(content).encode() if content else None
        request = urllib.request.Request(f"http://{self._home}{path}", data, method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=LONG) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def channels(self, kernel):
        """Return the connection that a notebook's page has to its kernel."""
        return create_connection(f"ws://{self._home}/api/kernels/{kernel}/channels?token={TOKEN}", timeout=LONG)


@pytest.fixture
def lab(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": tmp_path,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    environment = kernel_environment() | {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        found = Lab(port)
        wait_until(lambda: is_up(found), lambda: (tmp_path / "log").read_text())
        yield found
    finally:
        started = psutil.Process(server.pid).children(recursive=True)
        server.terminate()
        server.wait(LONG)
        psutil.wait_procs(started, timeout=10)
        outlived = [process.pid for process in started if process.is_running()]
        for pid in outlived:
            psutil.Process(pid).kill()
        assert outlived == []


def is_up(lab):
    with contextlib.suppress(urllib.error.URLError, ConnectionError):
        return "version" in lab.ask("/api")
    return False


def wait_until(condition, describe=lambda: ""):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, describe()
        time.sleep(0.1)


def send(channels, code):
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": "s",
        "username": "",
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    parts = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channels.send(json.dumps(parts))
    return header["msg_id"]


def outputs_of(channels, request):
    """Return what a cell shows until it is done, as (type, content), the reply last."""
    found = []
    idle = replied = False
    while not (idle and replied):
        message = json.loads(channels.recv())
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind == "execute_reply":
            replied = True
        elif kind != "execute_input":
            found.append((kind, content))
    return found


def shown(channels, code):
    return outputs_of(channels, send(channels, code))


def test_jupyterlab_runs_interrupts_and_restarts_it(lab):
    specs = lab.ask("/api/kernelspecs")["kernelspecs"]
    assert specs[FORKED]["spec"]["display_name"]
    kernel = lab.ask("/api/kernels", method="POST", name=FORKED)["id"]
    channels = lab.channels(kernel)
    (stream, chart) = shown(
        channels, "import matplotlib.pyplot as plt, analysis.audit\nnumber = 6 * 7\nprint(number); plt.plot([1])"
    )[:2]
    assert stream == ("stream", {"name": "stdout", "text": "42\n"})
    assert chart[0] in ("display_data", "execute_result")
    asleep = send(channels, "print('asleep', flush=True)\nimport time\ntime.sleep(600)")
    while json.loads(channels.recv())["content"].get("text") != "asleep\n":
        pass
    lab.ask(f"/api/kernels/{kernel}/interrupt", method="POST")
    (broken,) = outputs_of(channels, asleep)
    assert (broken[0], broken[1]["ename"]) == ("error", "KeyboardInterrupt")
    channels.close()
    lab.ask(f"/api/kernels/{kernel}/restart", method="POST")
    channels = lab.channels(kernel)
    (lost,) = shown(channels, "number")
    assert (lost[0], lost[1]["ename"]) == ("error", "NameError")
    channels.close()
    lab.ask(f"/api/kernels/{kernel}", method="DELETE")
    assert lab.ask("/api/kernels") == []
