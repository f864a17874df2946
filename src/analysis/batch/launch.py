"""Starts the process of one client: how it is asked for, and the way that works everywhere, a new interpreter."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol, Self

from analysis.report.kernel import KernelProcess

WORKER = "analysis.batch.worker"
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
    """Starts workers, and lends them kernels."""

    def start(self, arguments: Sequence[str], *, stdin: int, stdout: int, stderr: int) -> Process:
        """Run `analysis.batch.worker.main` with `arguments` in a process and group of its own, on these descriptors."""

    def fork_kernel(self) -> KernelProcess | None:
        """Return a kernel that has loaded already, alone in the folder of its connection file; None: there is none."""

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

    def fork_kernel(self) -> KernelProcess | None:
        """Return None: each worker starts its own kernel."""
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Keep nothing, end nothing."""


def worker_environment() -> dict[str, str]:
    """Return the environment of a worker: ours, with one thread for linear algebra."""
    return {**os.environ, **dict.fromkeys(_THREADS, "1")}
