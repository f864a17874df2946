"""A tiny process that outlives the fork server by a moment, to kill what the server leaves behind.

The kernel kills each child with its server, but not what the child has started; and a server that is busy loading does
not notice that its owner has gone. The guardian is told of every child through a pipe, and watches the owner.
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterable
from typing import NoReturn

from analysis.forking import system

GRACE = 1.0
"""Seconds that a server has to end by itself when its owner has gone."""


class Guardian:
    """The server's side: tells the guardian which children there are, and replaces one that was killed.

    Parameters
    ----------
    owner
        Process id of whoever started the server.
    """

    def __init__(self, owner: int) -> None:
        self._owner = owner
        self._start(())

    def add(self, pid: int) -> None:
        """Have the group of child `pid` killed should the server die."""
        self._tell(f"+{pid}\n")

    def remove(self, pid: int) -> None:
        """Forget a child that has ended."""
        self._tell(f"-{pid}\n")

    def replace(self, children: Iterable[int]) -> None:
        """Start another guardian in place of one that has ended, for the children that there are."""
        os.close(self.pipe)
        self._start(children)

    def close(self) -> None:
        """Let the guardian go: it kills whatever it still knows, and ends."""
        os.close(self.pipe)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def _start(self, children: Iterable[int]) -> None:
        read, self.pipe = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            watch(read, self._owner)
        os.close(read)
        for child in children:
            self.add(child)

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # it was killed: SIGCHLD leads to another, told of all children
            os.write(self.pipe, line.encode())


def watch(pipe: int, owner: int) -> NoReturn:
    """Run as the guardian until the server has ended; kill what is left of it.

    Parameters
    ----------
    pipe
        Where the server tells of its children; its end is the server's.
    owner
        The process whose end is to be the server's too.
    """
    server = os.getppid()
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    system.set_name("fork-guardian")
    os.closerange(3, pipe)
    os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))
    children: set[int] = set()
    _listen(pipe, owner, children)
    if os.getppid() == server and not _ends(pipe, GRACE):
        _kill(server)
    for child in children:
        _kill(child)
    os._exit(0)


def _listen(pipe: int, owner: int, children: set[int]) -> None:
    """Keep the list of `children` until the server or its owner has ended."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    handle = _watch_process(owner)
    if handle is not None:
        poll.register(handle, select.POLLIN)
    rest = b""
    while True:
        ready = dict(poll.poll(None if handle is not None else 500))
        if pipe in ready:
            text = os.read(pipe, 65536)
            if not text:
                return
            *lines, rest = (rest + text).split(b"\n")
            for line in lines:
                (children.add if line[:1] == b"+" else children.discard)(int(line[1:]))
        elif handle in ready or (handle is None and not _exists(owner)):
            return


def _watch_process(pid: int) -> int | None:
    """Return a descriptor that becomes readable when process `pid` ends, or None where Linux is too old for it."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:  # gone already: something that is readable at once
        return os.open(os.devnull, os.O_RDONLY)
    except (AttributeError, OSError):
        return None


def _ends(pipe: int, seconds: float) -> bool:
    """Return whether the server ends within `seconds`."""
    deadline = time.monotonic() + seconds
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        if poll.poll(left * 1000) and not os.read(pipe, 65536):
            return True
    return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _kill(pid: int) -> None:
    """Kill a process, and its group where it leads one."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)
