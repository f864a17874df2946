"""Starts clients' processes and kernels by forking them from two processes that have loaded what either needs."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Self, TypeVar

from analysis.batch.launch import WORKER, Launcher, PlainLauncher, Process, worker_environment
from analysis.forking.client import ForkServer, can_fork
from analysis.forking.process import ForkedProcess
from analysis.forking.wire import ForkServerError
from analysis.kernel.sockets import SocketFolder
from analysis.report.kernel import KernelProcess, start_kernel_server

PRELOAD = ("analysis.batch.worker", "analysis.batch.preload", "analysis.report.build", "analysis.report.early")
"""What workers find imported."""
WARM_UP = "analysis.batch.preload:load_for_workers"
_ATTEMPTS = 3
"""How often a template that is killed is replaced for one process, before something else must be wrong."""
_Forked = TypeVar("_Forked")


def best_launcher(notice: Callable[[str], None]) -> Launcher:
    """Return the quickest launcher that works on this platform; `notice` is told why, where it is not the best."""
    if can_fork():
        return ForkLauncher(notice)
    notice("every client starts from nothing: a loaded process cannot be forked safely on this platform")
    return PlainLauncher()


class ForkLauncher:
    """Forks workers and kernels (`analysis.batch.launch.Launcher`).

    Parameters
    ----------
    notice
        Told in one line where something cannot be forked; it is then started as on any other platform.
    preload
        What kernels find imported; see `analysis.report.kernel.start_kernel_server`.
    """

    def __init__(self, notice: Callable[[str], None], preload: Sequence[str] | None = None) -> None:
        self._notice = notice
        self._preload = preload
        self._plain = PlainLauncher()
        self._closing = contextlib.ExitStack()

    def start(self, arguments: Sequence[str], *, stdin: int, stdout: int, stderr: int) -> Process:
        """Fork a worker; the first one waits until the template has loaded."""

        def fork(server: ForkServer) -> ForkedProcess:
            return server.fork(
                f"{WORKER}:main",
                [list(arguments)],
                env=worker_environment(),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                name="audit-worker",
            )

        return self._workers.fork(fork) or self._plain.start(arguments, stdin=stdin, stdout=stdout, stderr=stderr)

    def fork_kernel(self) -> KernelProcess | None:
        """Fork a kernel; the first one waits until the template has loaded."""
        return self._kernels.fork(lambda server: KernelProcess.fork(server, Path(mkdtemp(dir=self._folder))))

    def __enter__(self) -> Self:
        """Have both templates load, without waiting for them."""
        try:
            # The next run sweeps this folder, should ours be killed.
            sockets = SocketFolder.create()
            self._closing.callback(sockets.remove)
            self._folder = sockets.path
        except OSError:  # no place for it
            self._folder = Path(self._closing.enter_context(TemporaryDirectory(prefix="relationship-audit-")))
        self._workers = Template(_start_workers, self._notice)
        self._closing.callback(self._workers.close)
        self._kernels = Template(self._start_kernels, self._notice)
        self._closing.callback(self._kernels.close)
        return self

    def __exit__(self, *_error: object) -> None:
        """End the templates and all that was forked from them."""
        self._closing.close()

    def _start_kernels(self) -> ForkServer:
        return start_kernel_server(self._folder / "template", preload=self._preload)


def _start_workers() -> ForkServer:
    return ForkServer.start(PRELOAD, warm_up=[WARM_UP], env=worker_environment())


class Template:
    """A fork server that is replaced when it is killed, and given up when it cannot be used.

    Parameters
    ----------
    start
        Starts it.
    notice
        Told in one line why it was given up.
    """

    def __init__(self, start: Callable[[], ForkServer], notice: Callable[[str], None]) -> None:
        self._start = start
        self._notice = notice
        self._lock = threading.Lock()
        self._server: ForkServer | None = start()

    def fork(self, fork: Callable[[ForkServer], _Forked]) -> _Forked | None:
        """Return what `fork` makes with the server once it has loaded; None where it was given up."""
        for _ in range(_ATTEMPTS):
            server = self._ready()
            if server is None:
                return None
            try:
                return fork(server)
            except ForkServerError as error:
                if server.is_alive():
                    self._give_up(server, error)
        return None

    def close(self) -> None:
        """End the server and all that was forked from it, even while somebody waits for it to load."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.close()

    def _ready(self) -> ForkServer | None:
        """Return the server once it has loaded, another one where it was killed since, or None."""
        with self._lock:
            if self._server is not None and not self._server.is_alive():
                self._server.close()
                self._server = self._start()
            server = self._server
        if server is None:
            return None
        try:
            server.wait_until_ready()
        except ForkServerError as error:
            self._give_up(server, error)
            return None
        return server

    def _give_up(self, server: ForkServer, error: ForkServerError) -> None:
        with self._lock:
            if self._server is not server:
                return  # closed meanwhile, or given up by another thread
            self._server = None
        server.close()
        self._notice(f"processes are started, not forked, from here on: {str(error).strip().splitlines()[-1]}")
