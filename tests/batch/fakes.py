"""Plans, and builds that need no process: what the scheduler, the display and the page are tested with."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from analysis.batch.plan import Plan
from analysis.batch.shapes import Memory, Outcome, Step, Task

MEGABYTE = 1_000_000


def plan(client="acme", *, need=100 * MEGABYTE, seconds=1.0, name=None, language="en"):
    task = Task(client=client, params_folder=Path("params"), out=Path("reports"))
    return Plan(task=task, name=name or client.title(), language=language, need=need, seconds=seconds)


@dataclass
class Recording:
    """A watcher that keeps what it is told."""

    events: list = field(default_factory=list)

    def started(self, plan):
        self.events.append(("started", plan.task.client))

    def told(self, plan, news):
        self.events.append(("told", plan.task.client, news))

    def sent_back(self, plan):
        self.events.append(("sent back", plan.task.client))

    def finished(self, plan, outcome):
        self.events.append(("finished", plan.task.client, outcome.state))

    def tick(self):
        pass

    def order(self, what):
        return [event[1] for event in self.events if event[0] == what]


class FakeBuild:
    """Builds in no time, or until it is let go or stopped; knows who ran beside whom.

    Parameters
    ----------
    holds
        Clients that go on until `released` is set, or they are taken out of it.
    held
        Bytes that a client tells to hold.
    until
        As many at a time let all of them go.
    """

    def __init__(self, holds=(), held=None, until=None):
        self.until = until
        self.holds = set(holds)
        self.held = held or {}
        self.released = threading.Event()
        self.running, self.most, self.together = set(), 0, []
        self.seen = []
        self._lock = threading.Lock()

    def __call__(self, task, listen, stop):
        with self._lock:
            self.running.add(task.client)
            self.seen.append(task.client)
            self.most = max(self.most, len(self.running))
            self.together.append(frozenset(self.running))
            if self.until is not None and len(self.running) >= self.until:
                self.released.set()
        try:
            if task.client == "bomb":
                raise ZeroDivisionError("nobody expects this")
            listen(Step(name="satisfaction", seconds=None))
            if task.client in self.held:
                listen(Memory(held=self.held[task.client], peak=self.held[task.client]))
            while task.client in self.holds and not self.released.is_set():
                if stop.wait(0.005):
                    return Outcome(client=task.client, state="stopped")
            time.sleep(0.01)
            return Outcome(client=task.client, state="stopped" if stop.is_set() else "built", seconds=0.01)
        finally:
            with self._lock:
                self.running.discard(task.client)
