"""A forked process as its owner sees it: what subprocess.Popen offers, for a process that is somebody else's child."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from types import TracebackType
from typing import IO, Any, Self

from analysis.forking.wire import is_readable

_LONGEST_STATUS = 16


class ForkedProcess:
    """A process made by `analysis.forking.client.ForkServer.fork`; use it like a `subprocess.Popen`.

    It leads a session and a process group of its own: ``os.killpg(process.pid, ...)`` reaches whatever it has started.
    Dropping this object does not end the process, as with Popen.

    Parameters
    ----------
    pid
        Its process id, and that of its group and session.
    args
        What runs in it: the entry.
    status
        Read end of the pipe into which the server writes the exit code.
    handle
        Linux's file descriptor of the process (pidfd), which never means another process; None where there is none.
    stdin, stdout, stderr
        This side of the pipes that were asked for with ``subprocess.PIPE``, binary and unbuffered; else None.

    Attributes
    ----------
    returncode
        None while it runs, then as of Popen: the exit code, or minus the number of the signal that ended it.
    """

    def __init__(
        self,
        pid: int,
        args: str,
        *,
        status: int,
        handle: int | None,
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
        stderr: IO[bytes] | None = None,
    ) -> None:
        self.pid = pid
        self.args = args
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self._status: int | None = status
        self._handle = handle
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        """Return what runs, where, and how it ended."""
        return f"<ForkedProcess: {self.args!r}, pid {self.pid}, returncode {self.returncode}>"

    def __del__(self) -> None:
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when the process has ended, for selectors and event loops."""
        if self._status is None:
            raise ValueError("the process has ended and been told of")
        return self._status

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""
        with self._lock:
            if self._status is not None and is_readable(self._status, 0):
                self._settle(self._status)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the process and return its exit code.

        Raises
        ------
        subprocess.TimeoutExpired
            It still runs after `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            status = self._status
            if status is not None:
                # In slices: another thread may read the status and close the pipe while this one waits for it.
                is_readable(status, 0.5 if left is None else min(left, 0.5))
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal to the process; nothing happens where it has ended."""
        with self._lock:
            if self.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                if self._handle is not None:
                    signal.pidfd_send_signal(self._handle, signum)
                else:
                    os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask the process to end (SIGTERM)."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process (SIGKILL)."""
        self.send_signal(signal.SIGKILL)

    def _settle(self, status: int) -> None:
        """Read how the process ended; where the server died with it, it was killed."""
        text = os.read(status, _LONGEST_STATUS)
        if not text:
            self._await_absence()
        self.returncode = int(text) if text else -signal.SIGKILL
        self._close()

    def _await_absence(self) -> None:
        """Wait until a process whose server is dead is dead too, which takes the kernel a moment."""
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            is_readable(self._handle, 5)
            return
        deadline = time.monotonic() + 5
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.kill(self.pid, 0)
                time.sleep(0.02)

    def _close(self) -> None:
        for name in ("_status", "_handle"):
            file: Any = getattr(self, name, None)
            if file is not None:
                setattr(self, name, None)
                os.close(file)
