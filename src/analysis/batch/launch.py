"""Starts the process of one client: a new interpreter each, or one forked from a warm template."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol, Self

from analysis.forking.client import ForkServer, can_fork
from analysis.forking.wire import ForkServerError

WORKER = "analysis.batch.worker"
PRELOAD = ("analysis.batch.worker", "analysis.batch.preload", "analysis.report.build", "analysis.report.early")
WARM_UP = "analysis.batch.preload:load_for_workers"
# One thread each: clients run beside each other, and sums that are split over threads differ in their last bits.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Process(Protocol):
    """A running worker, in a process group of its own."""

    pid: int

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code; raise `subprocess.TimeoutExpired`."""


class Launcher(Protocol):
    """Starts workers."""

    def start(self, arguments: Sequence[str], *, stdin: int, stdout: int, stderr: int) -> Process:
        """Run `analysis.batch.worker.main` with `arguments` in a process and group of its own, on these descriptors."""

    def __enter__(self) -> Self:
        """Get ready, without waiting for it."""

    def __exit__(self, *_error: object) -> None:
        """End whatever it keeps ready."""


class PlainLauncher:
    """Starts a new interpreter for each client: works everywhere, and imports everything each time."""

    def start(self, arguments: Sequence[str], *, stdin: int, stdout: int, stderr: int) -> Process:
        """Run the worker in a new interpreter."""
        command = [sys.executable, "-P", "-m", WORKER, *arguments]
        environment = worker_environment()
        return subprocess.Popen(
            command, env=environment, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Keep nothing, end nothing."""


class ForkLauncher:
    """Forks each client's process from one that has loaded what all need; only where a loaded process can be forked."""

    def __init__(self) -> None:
        self._server: ForkServer | None = None

    def start(self, arguments: Sequence[str], *, stdin: int, stdout: int, stderr: int) -> Process:
        """Fork the worker; the first one waits until the template has loaded."""
        if self._server is None:
            raise ForkServerError("the launcher is used as a context manager")
        environment = worker_environment()
        entry = f"{WORKER}:main"
        return self._server.fork(
            entry, [list(arguments)], env=environment, stdin=stdin, stdout=stdout, stderr=stderr, name="audit-worker"
        )

    def __enter__(self) -> Self:
        """Have the template load, without waiting for it."""
        self._server = ForkServer.start(PRELOAD, warm_up=[WARM_UP], env=worker_environment())
        return self

    def __exit__(self, *_error: object) -> None:
        """End the template and all that was forked from it."""
        if self._server is not None:
            self._server.close()


def worker_environment() -> dict[str, str]:
    """Return the environment of a worker: ours, with one thread for linear algebra."""
    return {**os.environ, **dict.fromkeys(_THREADS, "1")}


def best_launcher() -> Launcher:
    """Return the quickest launcher that works on this platform."""
    return ForkLauncher() if can_fork() else PlainLauncher()
