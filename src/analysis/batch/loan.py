"""How a worker gets a kernel that another process forks for it: asked for when it is needed, lent with its handles.

Only whoever has started a fork server can use it, so the runner forks kernels, and workers borrow them. Both talk over
the socket that is the worker's standard input.
"""

import contextlib
import json
import os
import queue
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.forking.process import ForkedProcess
from analysis.report.kernel import KernelProcess

_LONGEST = 1 << 16
_HANDLES = 2  # the pipe that tells the exit code, and the descriptor of the process


def lend(connection: socket.socket, kernel: KernelProcess) -> None:
    """Send a worker what it needs to use `kernel`, a forked one, as its own.

    Parameters
    ----------
    connection
        The other end of the worker's standard input.
    kernel
        From now on the worker's: its exit code is told once.
    """
    process: Any = kernel.process
    content = {"pid": process.pid, "connection_file": str(kernel.connection_file), "log": str(kernel.log)}
    handle = os.pidfd_open(process.pid)
    try:
        socket.send_fds(connection, [json.dumps(content).encode()], [process.fileno(), handle])
    finally:
        os.close(handle)


def refuse(connection: socket.socket) -> None:
    """Tell a worker that there is no kernel for it: it starts one of its own."""
    connection.sendall(b"{}")


class Lender:
    """The worker's side: hears when whoever started it is gone, and passes on what is lent.

    Parameters
    ----------
    connection
        The worker's standard input.
    ask
        Asks for a kernel.
    on_end
        Called, in a thread of its own, when there is nobody at the other end any more.
    """

    def __init__(self, connection: socket.socket, ask: Callable[[], None], on_end: Callable[[], None]) -> None:
        self._connection = connection
        self._ask = ask
        self._on_end = on_end
        self._answers: queue.SimpleQueue[KernelProcess | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def borrow(self) -> KernelProcess | None:
        """Ask for a kernel and wait for it; None where there is none to lend."""
        self._ask()
        return self._answers.get()

    def _listen(self) -> None:
        while True:
            text, handles, _, _ = socket.recv_fds(self._connection, _LONGEST, _HANDLES)
            if not text:
                self._on_end()
                return
            self._answers.put(_kernel(json.loads(text), handles))


def _kernel(content: dict[str, Any], handles: list[int]) -> KernelProcess | None:
    if not content:
        return None
    status, handle = handles
    process = ForkedProcess(content["pid"], "kernel", status=status, handle=handle)
    return KernelProcess(process, Path(content["connection_file"]), Path(content["log"]))


class BorrowedKernel(KernelProcess):
    """A kernel that is asked for when the notebook is about to run, or before with `prepare`.

    Parameters
    ----------
    lender
        Where it comes from; if there is none to lend, one is started.
    """

    def __init__(self, lender: Lender) -> None:
        self._lender = lender
        self._closing = contextlib.ExitStack()
        self._is_here = False

    def prepare(self) -> None:
        """Get the kernel now, so that it gets ready while its user does."""
        if not self._is_here:
            kernel = self._lender.borrow() or KernelProcess.start(Path(self._closing.enter_context(_private_folder())))
            vars(self).update(vars(kernel))
            self._is_here = True

    def wait_until_listening(self, timeout: float = 60.0) -> None:
        """Get the kernel, and wait as for any other."""
        self.prepare()
        super().wait_until_listening(timeout)

    def read_log(self) -> str:
        """Return what the kernel wrote, or an empty string."""
        return super().read_log() if self._is_here else ""

    def kill(self) -> None:
        """End the kernel where there is one."""
        if self._is_here:
            super().kill()
        self._closing.close()

    def strike(self) -> None:
        """Kill the kernel where there is one, and leave it to its user, in another thread, to notice."""
        if self._is_here:
            self.process.kill()


def _private_folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="relationship-audit-", ignore_cleanup_errors=True)
