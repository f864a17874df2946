"""Runs clients beside each other: so many at a time, within so much memory, the largest first, and all ended at once.

Where a client is built is none of this module's business: it hands a task to a `Build` and gets an outcome.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from analysis.batch.plan import MARGIN, Plan
from analysis.batch.shapes import Build, Memory, News, Outcome
from analysis.messages import N_

_TICK = 0.2
"""Seconds between two looks at the clock, for whoever shows it."""


_PATIENCE = 3.0
"""Seconds that builds have to end when everything is to end: each of them should in a fraction of one."""


class Watcher(Protocol):
    """Told of everything that happens to clients, in the thread that runs the schedule."""

    def started(self, plan: Plan) -> None:
        """Take note that a client's task begins, perhaps anew."""

    def told(self, plan: Plan, news: News) -> None:
        """Take note of what a build tells."""

    def sent_back(self, plan: Plan) -> None:
        """Take note that a client was ended because memory ran short, and waits for its turn again."""

    def finished(self, plan: Plan, outcome: Outcome) -> None:
        """Take note of a client's outcome."""

    def tick(self) -> None:
        """Take note that time passes."""


@dataclass
class _Running:
    """A client that is being built."""

    plan: Plan
    thread: threading.Thread
    started: float
    stop: threading.Event = field(default_factory=threading.Event)
    held: int = 0
    peak: int = 0

    @property
    def claim(self) -> int:
        """Bytes that are kept free for it: what it is expected to need, or what it holds where that is more."""
        return max(self.plan.need, self.held)


class Schedule:
    """Builds every plan, and knows at any moment what came of those that are done.

    Parameters
    ----------
    plans
        What to build, in this order as far as memory allows.
    build
        Where a client is built.
    jobs
        How many at a time, or what tells that anew whenever a client could begin.
    budget
        Bytes that all of them together may hold. One client runs in any case, however much it needs.
    watcher
        Told of everything.
    """

    def __init__(
        self, plans: Sequence[Plan], build: Build, *, jobs: int | Callable[[], int], budget: int, watcher: Watcher
    ) -> None:
        self._waiting = list(plans)
        self._build = build
        self._jobs = jobs if callable(jobs) else lambda: jobs
        self._budget = budget
        self._watcher = watcher
        self._running: dict[str, _Running] = {}
        self._events: queue.SimpleQueue[tuple[str, News | Outcome]] = queue.SimpleQueue()
        self.outcomes: dict[str, Outcome] = {}

    def run(self) -> None:
        """Build everything; on Ctrl-C, or whatever else is raised meanwhile, end all builds before passing it on."""
        try:
            while self._waiting or self._running:
                self._start_what_fits()
                try:
                    client, event = self._events.get(timeout=_TICK)
                except queue.Empty:
                    self._watcher.tick()
                    continue
                self._handle(client, event)
        finally:
            self._stop_all()

    def _start_what_fits(self) -> None:
        """Start waiting clients in their order; one that does not fit lets smaller ones go before."""
        jobs = self._jobs()
        for plan in list(self._waiting):
            if len(self._running) >= jobs:
                return
            claimed = sum(running.claim for running in self._running.values())
            if not self._running or claimed + plan.need <= self._budget:
                self._waiting.remove(plan)
                self._start(plan)

    def _start(self, plan: Plan) -> None:
        client = plan.task.client
        thread = threading.Thread(target=self._run_one, args=(plan,), name=f"build-{client}", daemon=True)
        self._running[client] = _Running(plan, thread, time.monotonic())
        self._watcher.started(plan)
        thread.start()

    def _run_one(self, plan: Plan) -> None:
        """Build one client in a thread of its own, which mostly waits."""
        client, stop = plan.task.client, self._running[plan.task.client].stop
        try:
            outcome = self._build(plan.task, lambda news: self._events.put((client, news)), stop)
        except Exception as error:  # noqa: BLE001 - what fails is this client's outcome, and the others go on
            detail = f"{type(error).__name__}: {error}"
            outcome = Outcome(client=client, state="failed", detail=detail)
        self._events.put((client, outcome))

    def _handle(self, client: str, event: News | Outcome) -> None:
        running = self._running[client]
        if not isinstance(event, Outcome):
            if isinstance(event, Memory):
                running.held, running.peak = event.held, event.peak
                self._keep_within_budget()
            self._watcher.told(running.plan, event)
            return
        running.thread.join()
        del self._running[client]
        if event.state == "stopped":  # by us, since whoever asked for the end of everything gets no further events
            needed = int(max(running.peak * MARGIN, running.plan.need))
            self._waiting.insert(0, replace(running.plan, need=needed))
            self._watcher.sent_back(running.plan)
            return
        self._finish(running.plan, event)

    def _keep_within_budget(self) -> None:
        """Send the youngest client back to wait where all hold more than they may; the oldest always goes on."""
        going = sorted(
            (each for each in self._running.values() if not each.stop.is_set()), key=lambda each: each.started
        )
        if len(going) > 1 and sum(each.held for each in going) > self._budget:
            going[-1].stop.set()

    def _finish(self, plan: Plan, outcome: Outcome) -> None:
        self.outcomes[plan.task.client] = outcome
        self._watcher.finished(plan, outcome)

    def _stop_all(self) -> None:
        """End all builds at once, take what they still tell, and say of the rest that it was not reached."""
        for running in self._running.values():
            running.stop.set()
        deadline = time.monotonic() + _PATIENCE
        for running in self._running.values():
            running.thread.join(max(deadline - time.monotonic(), 0))
        while not self._events.empty():
            client, event = self._events.get()
            if isinstance(event, Outcome):
                self._finish(self._running.pop(client).plan, event)
        for client, running in self._running.items():
            # It waits for something that only ends with the place where clients are built.
            self._finish(running.plan, Outcome(client=client, state="stopped", cause=N_("Ended before it was done.")))
        self._running.clear()
        for plan in self._waiting:
            self._finish(plan, Outcome(client=plan.task.client, state="waiting", cause=N_("Not begun.")))
        self._waiting.clear()
