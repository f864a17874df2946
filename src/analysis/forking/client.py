"""The fork server as its owner sees it: start it, have it fork, close it.

The contract, in short::

    with ForkServer.start(["pandas", "analysis.audit"], warm_up=["analysis.x:prepare"]) as server:
        process = server.fork("analysis.batch.worker:run", ["acme"], env=dict(os.environ), stdout=log)
        code = process.wait(timeout=600)

`start` returns at once, while the server loads; the first `fork` waits for it.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from analysis.forking.process import ForkedProcess
from analysis.forking.streams import Streams
from analysis.forking.wire import ForkServerError, is_readable, receive_frame, send_frame

SINGLE_THREADED: Mapping[str, str] = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    # pyarrow's allocator would otherwise start a thread as soon as it is imported.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Environment under which the usual libraries start no thread while they are loaded: threads do not survive a fork."""

_ENTRY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def can_fork() -> bool:
    """Return whether processes can be forked safely from a loaded one here: on Linux.

    macOS has fork too, but its system frameworks, which numerical libraries use, may crash in a forked child.
    """
    return sys.platform == "linux" and hasattr(os, "fork") and hasattr(socket, "send_fds")


class ForkServer:
    """A process that has imported what its children need, and forks one whenever asked.

    Nobody but the process that started it can use it (the socket has no name), and not from a fork of that process.
    Every method may be called from any thread. Whatever ends, nothing is left over: if the owner ends in any way,
    ``kill -9`` included, or closes the server, or the server itself is killed, all children and what they have started
    within their groups are killed.

    A child is as good as a fresh interpreter which has imported the same modules: environment, working directory, open
    files, signal handlers, random states (random, numpy), locale and time zone, ``sys.argv`` and ``__main__`` are its
    own. What Python and the libraries read when *they* start is the server's: hash seed (``PYTHONHASHSEED``), other
    ``PYTHON*`` variables, the number of threads of linear algebra, umask.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", connection: socket.socket) -> None:
        self._process = process
        self._connection = connection
        self._ready = threading.Event()
        self._owner = os.getpid()
        self._lock = threading.RLock()
        self._finalizer = weakref.finalize(self, _shut_down, process, connection, self._owner, self._ready)

    @classmethod
    def start(
        cls,
        preload: Sequence[str] = (),
        *,
        warm_up: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        stderr: int | IO[Any] | None = None,
    ) -> Self:
        """Start a server and return at once; it loads while the caller goes on.

        Parameters
        ----------
        preload
            Modules to import.
        warm_up
            Functions, each as "module:function", to call without arguments afterwards.
        env
            The server's environment; default: this process's. `SINGLE_THREADED` is put over it. Children get their own.
        cwd
            Where it runs; default: here. Nothing is imported from there.
        stderr
            Where its messages and those of the modules that it loads go, a file or descriptor; default: this process's.

        Raises
        ------
        ForkServerError
            This platform cannot fork a loaded process (see `can_fork`).
        """
        if not can_fork():
            raise ForkServerError(f"a loaded process cannot be forked safely on this platform ({sys.platform})")
        for name in warm_up:
            _check_entry(name)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        command = [sys.executable, "-P", "-m", "analysis.forking.server", str(theirs.fileno()), str(os.getpid())]
        with theirs:
            process = subprocess.Popen(
                command,
                env={**(os.environ if env is None else env), **SINGLE_THREADED},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stderr if stderr is not None else 2,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is the owner's affair
            )
        server = cls(process, ours)
        send_frame(ours, json.dumps({"preload": list(preload), "warm_up": list(warm_up)}).encode())
        return server

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the server runs, loaded or still loading."""
        return self._process.poll() is None

    def wait_until_ready(self, timeout: float | None = None) -> None:
        """Wait until everything is loaded.

        Raises
        ------
        ForkServerError
            A module cannot be imported; what was loaded has started threads or left files open, with which it must not
            be forked; the server has ended; or it takes longer than `timeout` seconds.
        """
        with self._lock:
            self._check_owner()
            if self._ready.is_set():
                return
            if not is_readable(self._connection.fileno(), timeout):
                raise ForkServerError(f"the fork server was not ready within {timeout:g} seconds")
            answer, _ = self._receive()
            if "error" in answer:
                self.close()
                raise ForkServerError(f"the fork server cannot be used: {answer['error']}")
            self._ready.set()

    def fork(
        self,
        entry: str,
        args: Sequence[Any] | Mapping[str, Any] = (),
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        pass_fds: Sequence[int] = (),
        name: str | None = None,
        memory_limit: int | None = None,
        oom_score_adj: int | None = None,
    ) -> ForkedProcess:
        """Fork a process that calls a function and ends with it.

        Its exit code is what the function returns (0 where that is no whole number) or gives to `sys.exit`; an
        exception is written to standard error and means 1. Threads are waited for and `atexit` is honoured.

        Parameters
        ----------
        entry
            The function, as "module:function"; its module is imported where the server has not done so.
        args
            Its arguments, a list (by position) or a mapping (by name) of what JSON can hold.
        env
            The whole environment of the process; default: this process's.
        cwd
            Its working directory; default: this process's.
        stdin, stdout, stderr
            As for `subprocess.Popen`: a descriptor, a file, DEVNULL, PIPE, STDOUT (stderr alone); default: this
            process's.
        pass_fds
            Further descriptors that are open in the process, under the same numbers. No others are.
        name
            What ``ps`` and ``top`` show (15 bytes).
        memory_limit
            Bytes of address space, what the server has loaded included (``RLIMIT_AS``).
        oom_score_adj
            -1000 to 1000: who is killed first when memory runs out.

        Raises
        ------
        ForkServerError
            The server has ended or cannot be used (see `wait_until_ready`), or the process could not be set up (no such
            working directory, a limit that may not be set).
        ValueError, TypeError
            The entry is not of the form "module:function"; the arguments are not JSON.
        OSError
            A descriptor is not open.
        """
        _check_entry(entry)
        request = {
            "entry": entry,
            "args": args if isinstance(args, Mapping) else list(args),
            "env": dict(os.environ if env is None else env),
            "cwd": str(Path.cwd() if cwd is None else Path.cwd() / cwd),
            "pass_fds": list(pass_fds),
            "name": name,
            "memory_limit": memory_limit,
            "oom_score_adj": oom_score_adj,
        }
        with Streams(stdin, stdout, stderr) as streams:
            return self._launch(entry, json.dumps(request).encode(), [*streams.passed, *pass_fds], streams)

    def close(self) -> None:
        """Kill all children, end the server, and wait for it; harmless where that has been done."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _launch(self, entry: str, request: bytes, files: Sequence[int], streams: Streams) -> ForkedProcess:
        status, told = os.pipe()
        try:
            with self._lock:
                self.wait_until_ready()
                answer, handles = self._ask(request, [told, *files])
            if "error" in answer:
                raise ForkServerError(f"{entry} could not be started: {answer['error']}")
        except BaseException:
            os.close(status)
            raise
        finally:
            os.close(told)
        stdin, stdout, stderr = streams.detach()
        return ForkedProcess(
            answer["pid"],
            entry,
            status=status,
            handle=handles[0] if handles else None,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )

    def _ask(self, request: bytes, files: Sequence[int]) -> tuple[Any, list[int]]:
        try:
            send_frame(self._connection, request, files)
        except (BrokenPipeError, ConnectionResetError):
            self._raise_ended()
        except OSError:
            raise  # a descriptor that is not open: nothing was sent
        except BaseException:
            self.close()  # half a request may have been sent
            raise
        return self._receive()

    def _receive(self) -> tuple[Any, list[int]]:
        try:
            return receive_frame(self._connection)
        except (EOFError, OSError):
            self._check_owner()  # closed by another thread meanwhile
            self._raise_ended()
            raise
        except BaseException:
            self.close()  # interrupted within an answer: the next one could not be told from it
            raise

    def _raise_ended(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        raise ForkServerError(f"the fork server has ended (exit code {self._process.poll()})") from None

    def _check_owner(self) -> None:
        if os.getpid() != self._owner:
            raise ForkServerError("a fork server serves the process that started it, and none forked from that")
        if not self._finalizer.alive:
            raise ForkServerError("the fork server has been closed")


def _check_entry(entry: str) -> None:
    if not _ENTRY.fullmatch(entry):
        raise ValueError(f"an entry must be of the form module:function, not {entry!r}")


def _shut_down(
    process: "subprocess.Popen[bytes]", connection: socket.socket, owner: int, ready: threading.Event
) -> None:
    """Close the connection, which ends the server with all its children, and wait for that; kill it after a while."""
    if os.getpid() != owner:
        return  # a fork of the owner: not its server, and not its business
    if not ready.is_set():
        process.kill()  # it has no children yet, and while it imports it would not see that nobody is there any more
    with connection, contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
