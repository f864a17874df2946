"""The forked kernel behaves as Jupyter's own does: every test runs against both."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import zmq
from jupyter_client.manager import KernelManager
from two_kernels import FORKED, LONG, STOCK, kernel_environment, running

pytestmark = pytest.mark.slow


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


def test_outputs_of_every_kind(kernel):
    outputs, reply = kernel.run(
        "import sys, os\nprint('out'); print('err', file=sys.stderr)\nos.write(1, b'from C\\n'); os.system('echo shell')\n6 * 7"
    )
    said = {kind: "".join(what for each, what in outputs if each == kind) for kind in ("stdout", "stderr")}
    assert sorted(said["stdout"].split()) == ["C", "from", "out", "shell"]
    assert said["stderr"] == "err\n"
    assert ("shown", ["text/plain"]) in outputs
    assert reply["status"] == "ok"
    outputs, reply = kernel.run("1 / 0")
    assert [what for kind, what in outputs if kind == "error"] == ["ZeroDivisionError"]
    assert reply["status"] == "error"


def test_charts_are_drawn_in_every_cell(kernel):
    charts = []
    for cell in (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "plt.plot([2, 1]);\nplt.figure()\nplt.plot([1]);",
        "import seaborn\nseaborn.lineplot(x=[1, 2], y=[1, 2]);",
        "fig, axes = plt.subplots()\nfig",
    ):
        outputs, _ = kernel.run(cell)
        charts.append(sum("image/png" in what for kind, what in outputs if kind == "shown"))
    assert charts == [1, 2, 1, 2]


def test_interrupt_by_signal_stops_the_cell_and_nothing_else(kernel):
    kernel.run("kept = 1")
    # what follows a failed cell at once is not to be aborted with it
    code = "import time\nprint('begun', flush=True)\ntime.sleep(600)"
    asked = kernel.client.execute(code, stop_on_error=False)
    while kernel.client.get_iopub_msg(timeout=LONG)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=LONG)
    assert reply["parent_header"]["msg_id"] == asked
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.value("kept") == 1


def test_interrupt_by_message_and_idle_interrupts_are_harmless(kernel):
    kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request", {}))
    assert kernel.client.get_control_msg(timeout=LONG)["msg_type"] == "interrupt_reply"
    kernel.manager.signal_kernel(signal.SIGINT)
    assert kernel.value("6 * 7") == 42


def test_shutdown_by_message_ends_with_code_0_and_runs_exit_handlers(own_kernel, tmp_path):
    own_kernel.run(
        f"import atexit, pathlib; atexit.register(lambda: pathlib.Path({str(tmp_path / 'left')!r}).write_text('x'))"
    )
    process, pid = own_kernel.manager.provisioner.process, own_kernel.pid
    own_kernel.manager.request_shutdown()
    assert process.wait(LONG) == 0
    assert (tmp_path / "left").read_text() == "x"
    own_kernel.manager.finish_shutdown()
    own_kernel.manager.cleanup_resources()
    assert not is_running(pid)
    assert not own_kernel.manager.has_kernel


@pytest.mark.parametrize("name", [STOCK, FORKED])
def test_exit_code_is_told(name):
    found = []
    for ending in ("os._exit(7)", *(f"os.kill(os.getpid(), signal.SIG{each})" for each in ("KILL", "SEGV", "TERM"))):
        with running(name) as kernel:
            process = kernel.manager.provisioner.process
            kernel.client.execute(f"import os, signal; {ending}")
            found.append(process.wait(LONG))
            assert not kernel.manager.is_alive()
    assert found == [7, -9, -11, -15]


def test_kill_takes_what_the_kernel_has_started_with_it(own_kernel):
    child = int(own_kernel.text("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
    assert is_running(child)
    own_kernel.manager.shutdown_kernel(now=True)
    wait_until(lambda: not is_running(child))


def test_restart_forgets_everything_and_keeps_the_address(own_kernel):
    own_kernel.run("marker = 1")
    pid, address = own_kernel.pid, own_kernel.manager.get_connection_info()
    own_kernel.manager.restart_kernel()
    own_kernel.client.wait_for_ready(timeout=LONG)
    assert own_kernel.pid != pid
    assert own_kernel.manager.get_connection_info() == address
    assert own_kernel.value("'marker' in globals()") is False


@pytest.mark.parametrize("name", [STOCK, FORKED])
def test_start_after_shutdown(name):
    with zmq.Context() as context:
        manager = KernelManager(kernel_name=name, context=context)
        for _ in range(2):
            manager.start_kernel(env=kernel_environment())
            client = manager.client()
            client.start_channels()
            client.wait_for_ready(timeout=LONG)
            client.stop_channels()
            manager.shutdown_kernel()
        assert not manager.has_kernel
        assert not Path(manager.connection_file).exists()


def test_input_is_asked_for(kernel):
    kernel.client.execute("print(input('Name: '))", allow_stdin=True)
    request = kernel.client.get_stdin_msg(timeout=LONG)
    assert request["content"]["prompt"] == "Name: "
    kernel.client.input("Ada")
    shown = []
    while not shown:
        message = kernel.client.get_iopub_msg(timeout=LONG)
        if message["msg_type"] == "stream":
            shown.append(message["content"]["text"])
    assert shown == ["Ada\n"]


def test_debugger_answers(kernel):
    message = kernel.client.session.msg("debug_request", {"type": "request", "seq": 1, "command": "debugInfo"})
    kernel.client.control_channel.send(message)
    reply = kernel.client.get_control_msg(timeout=LONG)["content"]
    assert reply["success"]
    assert reply["body"]["isStarted"] is False


@pytest.mark.parametrize("name", [STOCK, FORKED])
def test_folder_environment_and_streams_are_those_given_at_the_start(name, tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as stream, running(
        name, cwd=str(tmp_path), env=kernel_environment(CANARY="sings", TZ="Asia/Shanghai"), stderr=stream, stdout=stream
    ) as kernel:  # fmt: skip
        assert kernel.value("__import__('os').getcwd()") == str(tmp_path)
        assert kernel.value("__import__('os').environ['CANARY']") == "sings"
        assert kernel.value("__import__('time').tzname[0]") == "CST"
        assert kernel.value("__import__('sys').stdin is None or __import__('sys').__stdin__.read()") in ("", True)
        kernel.run("import subprocess, sys\nsubprocess.run(['sh', '-c', 'echo straight to the log >&2'])")
        assert kernel.manager.resolve_path("log") == str(log)


def test_interpreter_describes_itself_alike():
    """Command line, search path, name of the main module, flags, encodings: what a program can ask Python about itself."""
    asked = (
        "[s.argv[0], s.argv[1], s.argv[3:], s.path, s.flags.interactive, s.stdout.encoding, s.__stdout__.encoding, "
        "s.getfilesystemencoding(), s.executable, s.prefix, __name__, '__file__' in globals(), o.environ['JPY_PARENT_PID'], "
        "s.getrecursionlimit(), s.getswitchinterval(), __import__('gc').isenabled(), __import__('gc').get_threshold(), "
        "__import__('locale').setlocale(__import__('locale').LC_ALL), __import__('logging').getLogger().level, "
        "[f for f in __import__('warnings').filters if f[3] == '__main__']]"
    )
    found = []
    for name in (STOCK, FORKED):
        with running(name) as kernel:
            kernel.run("import sys as s, os as o")
            found.append(kernel.value(asked))
    assert found[0] == found[1]


def test_state_of_matplotlib_is_that_of_the_stock_kernel():
    """What `%matplotlib inline` and preloading might have changed is compared, setting by setting."""
    code = "{k: repr(v) for k, v in __import__('matplotlib.pyplot').rcParams.items()}"
    first = "import matplotlib.pyplot as plt; plt.figure(); plt.close()"
    found = []
    for name in (STOCK, FORKED):
        with running(name) as kernel:
            kernel.run(first)
            found.append(kernel.value(code))
    assert found[0] == found[1]
    assert found[0]["backend"] == repr("module://matplotlib_inline.backend_inline")


@pytest.mark.parametrize("name", [STOCK, FORKED])
def test_kernel_does_not_outlive_whoever_started_it(name, tmp_path):
    code = f"""
import sys, time
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name={name!r})
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout={LONG})
print(manager.provisioner.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid))


def test_many_at_once_keep_apart():
    """Kernels started together each get sockets of their own, and answer for themselves alone."""
    managers = [KernelManager(kernel_name=FORKED) for _ in range(4)]
    clients = []
    try:
        for manager in managers:
            manager.start_kernel(env=kernel_environment())
        folders = {Path(manager.ip).parent for manager in managers}
        assert len(folders) == 4
        for number, manager in enumerate(managers):
            clients.append(manager.client())
            clients[-1].start_channels()
            clients[-1].wait_for_ready(timeout=LONG)
            clients[-1].execute_interactive(f"number = {number}", timeout=LONG)
        for number, client in enumerate(clients):
            reply = client.execute_interactive("", user_expressions={"n": "number"}, timeout=LONG)
            assert reply["content"]["user_expressions"]["n"]["data"]["text/plain"] == str(number)
    finally:
        for client in clients:
            client.stop_channels()
        for manager in managers:
            manager.shutdown_kernel(now=True)
    assert not any(folder.exists() for folder in folders)
