"""Builds one client in a process of its own: watched, measured, ended when asked, and never waited for in vain."""

import contextlib
import json
import os
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import IO, Any, Self

import psutil

from analysis.batch.causes import explain_worker, is_by_system, late, with_memory
from analysis.batch.launch import Launcher, Process
from analysis.batch.loan import lend, refuse
from analysis.batch.memory import Held, family, killed_for_memory, measure, resident
from analysis.batch.shapes import Listen, Memory, Note, Outcome, Step, Task
from analysis.batch.worker import PATIENCE, redacted
from analysis.messages import N_
from analysis.report.kernel import KernelProcess
from analysis.report.publish import client_lock, sweep

_TICK = 0.25
"""Seconds between two looks at a worker that says nothing."""
_LOOK = 2.0
"""Seconds after which its memory is measured anew even if it seems not to have grown."""
_SOONER = 0.5
"""The same where it has grown by `_GROWN` bytes."""
_GROWN = 64 << 20
_LAST_LINES = 2000  # characters of what a crashed worker wrote


class ProcessBuild:
    """Builds clients in processes of this machine (`analysis.batch.shapes.Build`).

    Parameters
    ----------
    launcher
        Starts the processes.
    """

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher

    def __call__(self, task: Task, listen: Listen, stop: Event) -> Outcome:
        """Build one client; see `analysis.batch.shapes.Build`."""
        killed_before = killed_for_memory()
        with tempfile.TemporaryFile() as errors, _Worker(self._launcher, task, errors) as worker:
            started = time.monotonic()  # not before: the first worker waits for what all are forked from
            outcome = _follow(worker, task, listen, stop)
            if outcome is None:
                outcome = _unsaid(worker, task, stop, errors)
        seconds, peak = time.monotonic() - started, worker.held.peak or None
        if not worker.has_told:
            _sweep(task.out / task.client)
        if outcome.cause is not None and is_by_system(outcome.cause):
            by_system = killed_before is not None and (killed_for_memory() or 0) > killed_before
            outcome = replace(outcome, cause=with_memory(outcome.cause, peak, ended_by_system=by_system))
        return outcome.measured(seconds=seconds, peak_bytes=peak)


class _Worker:
    """A running worker with the two pipes between it and us; it and all that it has started have ended on leaving.

    Parameters
    ----------
    launcher, task
        What starts it, and what it is to build.
    errors
        Gets its standard error.
    """

    def __init__(self, launcher: Launcher, task: Task, errors: IO[bytes]) -> None:
        # That its standard input closes when we end, however we end, is how it knows; besides, kernels are lent on it.
        self._connection, theirs = socket.socketpair()
        self.lines, told = os.pipe()
        self._launcher = launcher
        self._kernel: KernelProcess | None = None
        self.members: set[psutil.Process] = set()
        self.held = Held(0, 0)
        self.has_told = False
        self._measured_at, self._measured_resident = 0.0, 0
        try:
            arguments = [json.dumps(task.to_dict())]
            self.process: Process = launcher.start(
                arguments, stdin=theirs.fileno(), stdout=told, stderr=errors.fileno()
            )
        except BaseException:
            self._connection.close()
            os.close(self.lines)
            raise
        finally:
            theirs.close()
            os.close(told)
        self.join(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()
        self._connection.close()
        os.close(self.lines)
        if self._kernel is not None:
            shutil.rmtree(self._kernel.connection_file.parent, ignore_errors=True)
            self._kernel = None  # with it goes the folder of its sockets

    def join(self, pid: int) -> None:
        """Count a process among those that build the client; what it starts is found by itself."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self.members.add(psutil.Process(pid))

    def lend_kernel(self) -> None:
        """Answer the worker's wish for a kernel: with one that is forked here, or with none."""
        self._kernel = self._launcher.fork_kernel()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has ended meanwhile
            if self._kernel is None:
                refuse(self._connection)
            else:
                self.join(self._kernel.process.pid)
                lend(self._connection, self._kernel)

    def end(self) -> None:
        """End the worker and everything that it has started, at once; harmless where all have ended."""
        for process in family(self.members):
            with contextlib.suppress(psutil.NoSuchProcess):  # never another process that got its number since
                process.kill()
        self.process.wait()

    def measure(self) -> bool:
        """Measure what its processes hold, where they may have grown; return whether that was done."""
        now = time.monotonic()
        age = now - self._measured_at
        if age < _SOONER or (age < _LOOK and resident(self.members) < self._measured_resident + _GROWN):
            return False
        members = family(self.members)
        self._measured_at, self._measured_resident = now, resident(self.members)
        held = measure(members)
        self.held = Held(held.now, max(held.peak, self.held.peak))
        return True


def _follow(worker: _Worker, task: Task, listen: Listen, stop: Event) -> Outcome | None:
    """Pass on what the worker tells until it has told its outcome; None where it ends, or is ended, before."""
    deadline = None if task.time_limit is None else time.monotonic() + task.time_limit + 2 * PATIENCE
    for event in _events(worker, stop):
        if worker.measure():
            listen(Memory(held=worker.held.now, peak=worker.held.peak))
        if deadline is not None and time.monotonic() > deadline:
            return None
        if event is None:
            continue
        if "outcome" in event:
            worker.has_told = True
            return Outcome.from_dict(event["outcome"])
        if "wants" in event:
            worker.lend_kernel()
        elif "note" in event:
            listen(Note(text=event["note"]))
        else:
            listen(Step(name=event["step"], seconds=event["seconds"]))
    return None


def _events(worker: _Worker, stop: Event) -> Iterator[Mapping[str, Any] | None]:
    """Yield what the worker tells, and None now and then, until it closes its pipe or `stop` is set."""
    unread = b""
    with selectors.DefaultSelector() as selector:
        selector.register(worker.lines, selectors.EVENT_READ)
        while not stop.is_set():
            if not selector.select(_TICK):
                yield None
                continue
            part = os.read(worker.lines, 1 << 16)
            if not part:
                return
            *lines, unread = (unread + part).split(b"\n")
            yield from (json.loads(line) for line in lines)


def _unsaid(worker: _Worker, task: Task, stop: Event, errors: IO[bytes]) -> Outcome:
    """Return the outcome of a worker that has not told it: it was stopped, is late, or has crashed."""
    if stop.is_set():
        return Outcome(client=task.client, state="stopped", cause=N_("Ended before it was done."))
    try:
        cause = explain_worker(worker.process.wait(timeout=_TICK))  # it has closed its pipe: it ends about now
    except subprocess.TimeoutExpired:
        cause = late(task.time_limit or 0.0, "")
    return Outcome(client=task.client, state="failed", cause=cause, detail=redacted(_tail(errors), task))


def _tail(errors: IO[bytes]) -> str:
    """Return the last that the worker wrote to its standard error."""
    end = errors.seek(0, os.SEEK_END)
    errors.seek(max(end - _LAST_LINES, 0))
    return errors.read().decode("utf-8", "replace").strip()


class _InUseError(Exception):
    """Another run is building the client."""


def _sweep(folder: Path) -> None:
    """Remove what an ended worker has left in a client's folder, unless another run is at work there."""

    def leave() -> None:
        raise _InUseError

    if folder.is_dir():
        with contextlib.suppress(_InUseError, OSError), client_lock(folder, on_wait=leave):
            sweep(folder)
