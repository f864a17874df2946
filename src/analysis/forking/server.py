"""The server's process: loads, then forks whenever it is asked, until nobody is left who could ask.

``python -P -m analysis.forking.server DESCRIPTOR OWNER_PID``, started by `analysis.forking.client.ForkServer.start`.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.forking import system
from analysis.forking.child import become_fresh, run_entry
from analysis.forking.guardian import Guardian
from analysis.forking.template import load_template
from analysis.forking.wire import ForkServerError, receive_frame, send_frame


@dataclass(frozen=True)
class Job:
    """What a forked process is to run."""

    entry: str
    args: Sequence[Any] | Mapping[str, Any]


class Server:
    """Forks for one owner and tells it how each child has ended.

    Parameters
    ----------
    connection
        To the owner.
    owner
        Its process id.
    """

    def __init__(self, connection: socket.socket, owner: int) -> None:
        self._connection = connection
        self._statuses: dict[int, int] = {}
        # Forked before anything is loaded: it stays small.
        self._guardian = Guardian(owner)

    def load(self) -> bool:
        """Load what the owner asks for and tell it; return whether children can be forked."""
        try:
            wanted, _ = receive_frame(self._connection)
        except (EOFError, OSError):
            return False
        try:
            load_template(wanted["preload"], wanted["warm_up"], {self._connection.fileno(), self._guardian.pipe})
        except ForkServerError as error:
            self._answer({"error": str(error)})
            return False
        except BaseException:  # noqa: BLE001 - whatever it is, it is the owner's to know
            self._answer({"error": traceback.format_exc()})
            return False
        self._answer({"ready": True})
        return True

    def serve(self) -> Job | None:
        """Fork on request; return None when the owner has gone, and in each child its job."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only has to wake the loop
        poll = select.poll()
        for file in (self._connection.fileno(), woken):
            poll.register(file, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if woken in ready:
                os.read(woken, 4096)
                self._reap()
            if self._connection.fileno() in ready:
                try:
                    request, files = receive_frame(self._connection)
                except (EOFError, OSError):
                    return None
                job = self._fork(request, files)
                if job is not None:
                    return job

    def close(self) -> None:
        """Kill all children with what they have started, and wait for them."""
        for pid in list(self._statuses):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            self._tell(pid, os.waitpid(pid, 0)[1])
        self._guardian.close()

    def _fork(self, request: Mapping[str, Any], files: list[int]) -> Job | None:
        """Fork; return the job in the child, where everything of the server is closed, and None in the server."""
        status, *passed = files
        set_up, done = os.pipe()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        system.flush_c_streams()
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            _close_all([set_up, done, *files])
            self._answer({"error": str(error)})
            return None
        if pid == 0:
            self._connection.detach()  # closed below with all others, by number: no object may close it again
            become_fresh(request, passed, done, server)
            return Job(request["entry"], request["args"])
        self._guardian.add(pid)
        _close_all([*passed, done])
        with os.fdopen(set_up, "rb") as stream:
            fault = stream.read().decode(errors="replace")
        self._adopt(pid, status, fault)
        return None

    def _adopt(self, pid: int, status: int, fault: str) -> None:
        """Tell the owner of its new process, or why there is none."""
        if fault:
            os.waitpid(pid, 0)
            self._guardian.remove(pid)
            os.close(status)
            self._answer({"error": fault})
            return
        self._statuses[pid] = status
        try:
            handles = [os.pidfd_open(pid)]
        except (AttributeError, OSError):  # Linux before 5.3
            handles = []
        self._answer({"pid": pid}, handles)
        _close_all(handles)

    def _answer(self, content: Mapping[str, Any], files: Sequence[int] = ()) -> None:
        with contextlib.suppress(OSError):  # an owner that has gone is noticed where its requests are read
            send_frame(self._connection, json.dumps(content).encode(), files)

    def _reap(self) -> None:
        """Tell of all children that have ended; none stays a zombie."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._guardian.pid:
                self._guardian.replace(self._statuses)
            elif pid in self._statuses:
                self._tell(pid, status)

    def _tell(self, pid: int, status: int) -> None:
        file = self._statuses.pop(pid)
        with contextlib.suppress(OSError):  # nobody wants to know
            os.write(file, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(file)
        self._guardian.remove(pid)


def _close_all(files: Iterable[int]) -> None:
    for file in files:
        os.close(file)


def main(argv: Sequence[str]) -> None:
    """Serve until the owner has gone; in a forked child, run what was asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for children only, who listen to it again
    server = Server(socket.socket(fileno=int(argv[0])), int(argv[1]))
    job = server.serve() if server.load() else None
    if job is not None:
        run_entry(job.entry, job.args)
    server.close()


if __name__ == "__main__":
    main(sys.argv[1:])
