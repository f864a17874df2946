"""What runs on a worker: builds the clients that it is sent, tells of them, and ends them when nobody wants them.

The scheduler hands a client to a thread of the worker; the build itself happens in processes of its own there, exactly
as on one machine. Dask only knows that the thread waits.
"""

import threading
from collections.abc import Mapping
from typing import Any

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from analysis.batch.memory import DEFAULT_SHARE, free_memory, memory_budget
from analysis.batch.process import ProcessBuild
from analysis.batch.shapes import Memory, News, Note, Outcome, Step, Task
from analysis.batch.templates import best_launcher
from analysis.cluster.fingerprint import Fingerprint, differences, own_fingerprint
from analysis.cluster.room import Room, Seat
from analysis.cluster.warm import WarmLauncher
from analysis.messages import N_
from analysis.storage.build import StoredBuild

_RUNNING = ("executing", "long-running")
"""States of a task, as Dask has them, in which its function runs."""


class Builder(WorkerPlugin):
    """Keeps on each worker what clients are built with, from one client to the next.

    Parameters
    ----------
    name
        Of this run: of the plugin itself, and of the topic under which clients are told of.
    memory
        What the clients on one worker may hold together, as `memory_budget` reads it; None: what the worker may hold.
    code
        What the command builds with.
    notebook
        What is run; the project's own where None.
    """

    def __init__(self, name: str, memory: str | None, code: Fingerprint, notebook: str | None) -> None:
        self.name = name
        self._memory = memory
        self._code = code
        self._notebook = notebook

    def setup(self, worker: Worker) -> None:
        """Get ready, on a worker that is there or joins later; nothing is loaded before the first client comes."""
        self._worker = worker
        self._lock = threading.Lock()
        self._seats: dict[str, Seat] = {}
        self._room = Room(_budget(self._memory, worker.memory_manager.memory_limit))
        self._warm = WarmLauncher(lambda: best_launcher(lambda text: self._tell(notice=text)))
        self.differences = tuple(differences(self._code, own_fingerprint(self._notebook)))

    def teardown(self, worker: Worker) -> None:
        """End everything: the run is over, or the worker."""
        with self._lock:
            seats = list(self._seats.values())
        for seat in seats:
            self._room.cancel(seat)
        self._warm.close()

    def transition(self, key: Any, start: str, finish: str, **_more: Any) -> None:
        """End a client's build as soon as its task is not wanted any more: cancelled, or the command has gone."""
        if finish in _RUNNING and start not in _RUNNING:
            with self._lock:
                self._seats[key] = Seat()
        elif start in _RUNNING and finish not in _RUNNING:
            with self._lock:
                seat = self._seats.pop(key, None)
            if seat is not None:
                self._room.cancel(seat)

    def build(self, key: str, task: Task, need: int) -> Outcome:
        """Build one client in the calling thread, which mostly waits; see `analysis.batch.shapes.Build`."""
        with self._lock:
            seat = self._seats.get(key)
        if seat is None or seat.is_cancelled:
            return _stopped(task)
        self._tell(key, begun=True)
        seat.need = need
        while self._room.enter(seat, lambda: self._tell(key, note="waits for memory on its worker")):
            try:
                with self._warm.lent() as launcher:
                    build = StoredBuild(ProcessBuild(launcher))
                    outcome = build(task, lambda news: self._heard(key, seat, news), seat.stop)
            finally:
                self._room.leave(seat)
            if outcome.state != "stopped" or seat.is_cancelled:
                return outcome
            self._tell(key, note="ended for now, since memory ran short on its worker; its turn comes again")
        return _stopped(task)

    def _heard(self, key: str, seat: Seat, news: News) -> None:
        if isinstance(news, Memory):
            self._room.measured(seat, news)
            self._tell(key, held=news.held, peak=news.peak)
        elif isinstance(news, Note):
            self._tell(key, note=news.text)
        else:
            self._tell(key, step=news.name, seconds=news.seconds)

    def finished(self, key: str, outcome: Outcome) -> None:
        """Tell an outcome at once, so that the worker may be lost from now on."""
        self._tell(key, outcome=outcome.to_dict())

    def _tell(self, key: str = "", **event: Any) -> None:
        self._worker.log_event(self.name, {"key": key, "worker": self._worker.address} | event)


def build_here(name: str, key: str, task: Mapping[str, Any], need: int) -> dict[str, Any]:
    """Build one client on the worker that runs this; the outcome, or what here is not as where the command runs.

    Parameters
    ----------
    name
        Of the run's `Builder`.
    key
        Of the task, as Dask knows it.
    task, need
        What is to be built, and the bytes that it is expected to need.
    """
    builder = get_worker().plugins[name]
    if builder.differences:
        return {"differences": list(builder.differences)}
    outcome = builder.build(key, Task.from_dict(task), need)
    builder.finished(key, outcome)
    return {"outcome": outcome.to_dict()}


async def remove_builder(name: str, dask_worker: Worker) -> None:
    """Leave nothing of a run on the worker that runs this."""
    if name in dask_worker.plugins:
        await dask_worker.plugin_remove(name=name)


def news_of(event: Mapping[str, Any]) -> News | None:
    """Return what a worker tells of a client, or None where that is nothing for whoever watches."""
    if "step" in event:
        return Step(name=event["step"], seconds=event["seconds"])
    if "note" in event:
        return Note(text=event["note"])
    return Memory(held=event["held"], peak=event["peak"]) if "held" in event else None


def _budget(memory: str | None, limit: int | None) -> int:
    """Return the bytes that the clients on a worker may hold: what was asked for, else what it may and what is free."""
    asked = memory_budget(memory) if memory else None
    if asked is not None:
        return asked
    free = int(free_memory() * DEFAULT_SHARE)
    return min(limit, free) if limit else free


def _stopped(task: Task) -> Outcome:
    return Outcome(client=task.client, state="stopped", cause=N_("Ended before it was done."))
