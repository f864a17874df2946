"""Sends clients to the workers of a cluster, and hears what comes of them; a lost worker costs time, never a report."""

import contextlib
import queue
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

from distributed import Client, Future, KilledWorker

from analysis.batch.plan import Plan
from analysis.batch.shapes import Listen, Note, Outcome, Task
from analysis.cluster.builder import Builder, build_here, news_of, remove_builder
from analysis.cluster.connect import ClusterError, no_answer
from analysis.cluster.crew import Crew
from analysis.messages import N_, NP_, Message

_TICK = 0.1
"""Seconds between two looks at whether a client is to be ended."""
_PATIENCE = 2.0
"""Seconds that a worker has to tell that it has ended a client; less than the schedule waits for a build."""
_TRIES = 10
"""How often workers are asked to get ready: one may be lost each time."""
_STRANGERS = 20
"""Workers with other code that may take a client before anybody knew of them, until it is given up."""

Inbox = queue.SimpleQueue[Mapping[str, Any] | None]


class ClusterBuild:
    """Builds clients on the workers of a cluster (`analysis.batch.shapes.Build`).

    Parameters
    ----------
    client
        Knows the scheduler.
    crew
        Who works there.
    notice
        Told in one line of what concerns no client alone.
    """

    def __init__(self, client: Client, crew: Crew, notice: Callable[[str], None]) -> None:
        self.name = f"relationship-audit-{secrets.token_hex(6)}"
        self._client = client
        self._crew = crew
        self._notice = notice
        self._needs: Mapping[str, int] = {}
        self._inboxes: dict[str, Inbox] = {}

    def expect(self, plans: Sequence[Plan]) -> None:
        """Take note of what clients will probably need on their workers."""
        self._needs = {plan.task.client: plan.need for plan in plans}

    @contextlib.contextmanager
    def installed(self, builder: Builder) -> Iterator[None]:
        """Have every worker, of now or later, ready to build, until the run is over."""
        self._client.subscribe_topic(self.name, self._hear)
        try:
            self._install(builder)
            self._crew.watch()
            yield
        finally:
            self._crew.close()
            if not self._is_lost:
                with contextlib.suppress(OSError, RuntimeError):  # a scheduler that goes now has nothing more to end
                    self._uninstall()

    def _install(self, builder: Builder) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._client.register_plugin(builder, name=self.name)
            except OSError as error:  # one that the scheduler does not know to be lost yet; those that are there go on
                if not left:
                    raise ClusterError([no_answer(error)]) from None
                time.sleep(_PATIENCE)
            else:
                return

    def _uninstall(self) -> None:
        self._client.unsubscribe_topic(self.name)
        try:
            self._client.unregister_worker_plugin(self.name)
        except OSError:  # one worker is lost, and the others may not have heard of it
            self._client.run(remove_builder, self.name, on_error="ignore")

    def __call__(self, task: Task, listen: Listen, stop: Event) -> Outcome:
        """Build one client; see `analysis.batch.shapes.Build`."""
        started = time.monotonic()
        strangers = 0
        while True:
            if self._is_lost:
                return Outcome(client=task.client, state="waiting", cause=_no_scheduler())
            outcome = self._attempt(task, listen, stop)
            if outcome is not None:
                return replace(outcome, seconds=outcome.seconds or time.monotonic() - started)
            strangers += 1
            if strangers == _STRANGERS:
                cause = N_("Only workers with other code than the command have taken it.")
                return Outcome(client=task.client, state="failed", cause=cause)
            stop.wait(_PATIENCE)

    def _attempt(self, task: Task, listen: Listen, stop: Event) -> Outcome | None:
        """Send one client and return what comes of it, or None where a worker with other code had it."""
        key = f"{self.name}-{task.client}-{secrets.token_hex(4)}"
        inbox: Inbox = queue.SimpleQueue()
        self._inboxes[key] = inbox
        # Only where some must not have it: a client that is bound to workers cannot go to those that join later.
        bound = sorted(self._crew.fit) if self._crew.unfit else None
        need = self._needs.get(task.client, 0)
        # A worker's current folder is another one.
        task = replace(task, params_folder=task.params_folder.absolute(), out=task.out.absolute())
        try:
            future = self._client.submit(
                build_here, self.name, key, task.to_dict(), need, key=key, pure=False, workers=bound or None
            )
            future.add_done_callback(lambda _: inbox.put(None))
            try:
                return self._follow(task, future, inbox, listen, stop)
            finally:
                with contextlib.suppress(OSError, RuntimeError):  # there is no scheduler any more to be told
                    future.release()
        finally:
            del self._inboxes[key]

    def _follow(self, task: Task, future: Future, inbox: Inbox, listen: Listen, stop: Event) -> Outcome | None:
        worker = ""
        while not stop.is_set():
            try:
                event = inbox.get(timeout=_TICK)
            except queue.Empty:
                continue
            if event is None:
                return self._answer(task, future)
            if "outcome" in event:
                return Outcome.from_dict(event["outcome"])
            if "begun" in event:
                if worker:
                    listen(Note(text=f"{worker} was lost: building it anew on {event['worker']}"))
                worker = event["worker"]
            news = news_of(event)
            if news is not None:
                listen(news)
        told = self._end(future, inbox, has_begun=bool(worker))
        return told or Outcome(client=task.client, state="stopped", cause=N_("Ended before it was done."))

    def _end(self, future: Future, inbox: Inbox, *, has_begun: bool) -> Outcome | None:
        """End a client at once; return what its worker then tells of it, unless that takes longer than a moment."""
        if self._is_lost:
            return None  # its worker ends by itself
        with contextlib.suppress(OSError, RuntimeError):
            future.cancel(force=True)
        deadline = time.monotonic() + _PATIENCE
        while has_begun and (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                event = inbox.get(timeout=left)
                if event is not None and "outcome" in event:
                    return Outcome.from_dict(event["outcome"])
        return None

    def _answer(self, task: Task, future: Future) -> Outcome | None:
        """Return the outcome of a task that is done, however it is; None where a worker with other code had it."""
        if future.cancelled():
            return Outcome(client=task.client, state="failed", cause=_no_scheduler())
        error = future.exception()
        if isinstance(error, KilledWorker):
            count = int(error.allowed_failures) + 1
            cause = NP_(
                "Its worker was lost {count:int} time while building it, most likely because memory ran short.",
                "Its worker was lost {count:int} times while building it, most likely because memory ran short.",
                count,
            )
            return Outcome(client=task.client, state="failed", cause=cause)
        if error is not None:
            return Outcome(client=task.client, state="failed", detail=f"{type(error).__name__}: {error}")
        answer: Mapping[str, Any] = future.result()
        return Outcome.from_dict(answer["outcome"]) if "outcome" in answer else None

    @property
    def _is_lost(self) -> bool:
        return str(self._client.status) != "running"

    def _hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Pass on what workers tell, in the client's own thread."""
        _, content = event
        inbox = self._inboxes.get(content["key"])
        if inbox is not None:
            inbox.put(content)
        elif "notice" in content:
            self._notice(f"{content['worker']}: {content['notice']}")


def _no_scheduler() -> Message:
    return N_("The connection to the scheduler was lost.")
