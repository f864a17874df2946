"""Builds the reports of many clients, from the ids given to the page of all reports."""

import datetime as dt
import json
import queue
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from analysis.batch.clients import find_clients
from analysis.batch.display import Display
from analysis.batch.place import Place
from analysis.batch.plan import Plan, plan_clients
from analysis.batch.schedule import Schedule
from analysis.batch.shapes import FAILED, News, Outcome, Task, worst
from analysis.batch.store import Entry, Home, read_entries
from analysis.report.build import NOTEBOOK

_RECORD_EVERY = 5.0
"""Seconds between two writings of what came of the clients: a kill may cost these lines, never a report."""
INTERRUPTED = 130

Notices = queue.SimpleQueue[str]


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """What `build_reports` has done.

    Parameters
    ----------
    entries
        What came of each client, by id, in the order of the ids.
    index
        Where the page of all reports is; empty where it could not be written.
    problem
        Why not, or the empty string.
    ended
        Exit code of a run that was ended before it was done (130 Ctrl-C, 143 a request to end), or None.
    """

    entries: Mapping[str, Entry]
    index: str
    problem: str = ""
    ended: int | None = None

    @property
    def exit_code(self) -> int:
        """The worst of all clients' codes; that of the interruption where there was one."""
        if self.ended is not None:
            return self.ended
        return worst([entry.outcome.exit_code for entry in self.entries.values()] + [FAILED] * bool(self.problem))


def build_reports(
    given: Sequence[str] = (),
    *,
    home: Home,
    place: AbstractContextManager[Place],
    time_limit: float | None = None,
    as_of: dt.date | None = None,
    language: str | None = None,
    force: bool = False,
    stream: TextIO,
    notebook: Path = NOTEBOOK,
    notices: Notices | None = None,
) -> BatchResult:
    """Build the reports of many clients, each in a process of its own, and write the page of all of them.

    Parameters
    ----------
    given
        Ids of clients; all of `params_folder` where empty.
    home
        Where parameters and reports are: `analysis.batch.store.LocalHome`, or an object store.
    as_of, language, force, notebook
        As for `analysis.report.build.build_report`, of every client.
    place
        Where they are built; entered as soon as it is known that there are clients to build.
    time_limit
        Seconds for one client; None for no limit.
    stream
        Where the progress is shown.
    notices
        Into which whoever knows the place puts what concerns no client alone, a line each: shown between the others.

    Raises
    ------
    ParamsError
        An id without a parameter file, or no client at all: nothing has been started.
    """
    clients = find_clients(home.params_folder, given)
    notices = notices if notices is not None else queue.SimpleQueue()
    with place as ready:  # loads while the plans are made
        tasks = [
            Task(
                client=client,
                params_folder=home.params_folder,
                out=home.out,
                params_url=home.params_url,
                out_url=home.out_url,
                as_of=as_of,
                language=language,
                force=force,
                notebook=None if notebook == NOTEBOOK else notebook,  # the project's own lies elsewhere elsewhere
                time_limit=time_limit,
            )
            for client in clients
        ]
        past = {client: entry.past for client, entry in read_entries(home.out).items() if entry.past is not None}
        plans = plan_clients(tasks, past, given)
        display = Display(stream, plans, ready.jobs, count_steps(notebook))
        recorder = _Recorder(display, notices, home, _page_language(plans, language))
        return _run(plans, ready, recorder)


def _run(plans: Sequence[Plan], place: Place, recorder: "_Recorder") -> BatchResult:
    schedule = Schedule(plans, place.build(plans), jobs=lambda: place.jobs, budget=place.memory, watcher=recorder)
    ended: int | None = None
    try:
        schedule.run()
    except KeyboardInterrupt:
        ended = INTERRUPTED
    except SystemExit as request:  # a request to end, by whoever may ask for that
        ended = request.code if isinstance(request.code, int) else FAILED
    finally:
        recorder.tick()
        recorder.display.close()
    problem = recorder.record()
    entries = dict(sorted(recorder.entries.items()))
    return BatchResult(entries=entries, index="" if problem else recorder.home.page, problem=problem, ended=ended)


class _Recorder:
    """Writes down what comes of clients as they finish, and passes everything on to the display."""

    def __init__(self, display: Display, notices: Notices, home: Home, language: str) -> None:
        self.display = display
        self.home = home
        self.entries: dict[str, Entry] = {}
        self._notices = notices
        self._language = language
        self._recorded = time.monotonic()

    def started(self, plan: Plan) -> None:
        """Pass on."""
        self.display.started(plan)

    def told(self, plan: Plan, news: News) -> None:
        """Pass on."""
        self.display.told(plan, news)

    def sent_back(self, plan: Plan) -> None:
        """Pass on."""
        self.display.sent_back(plan)

    def tick(self) -> None:
        """Pass on, and show what concerns no client alone."""
        while not self._notices.empty():
            self.display.remark(self._notices.get())
        self.display.tick()

    def finished(self, plan: Plan, outcome: Outcome) -> None:
        """Keep the outcome, and write it down unless that was done a moment ago."""
        entry = Entry(name=plan.name, language=plan.language, outcome=outcome)
        self.entries[plan.task.client] = entry
        self.display.finished(plan, outcome)
        if time.monotonic() - self._recorded > _RECORD_EVERY:
            self.record()  # what goes wrong here will do so in the end as well, and is told then

    def record(self) -> str:
        """Write down what has come of the clients so far; return why that was not possible, or the empty string."""
        self._recorded = time.monotonic()
        try:
            self.home.record(self.entries, self._language)
        except OSError as error:
            return f"{self.home.page} cannot be written: {error.strerror or error}"
        return ""


def count_steps(notebook: Path) -> int:
    """Return how many cells of a notebook have a name that is told while they run; 0 where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        named = [cell["metadata"].get("audit", {}) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0  # every client's own process will say what is wrong with it
    return sum("chapter" in each or "step" in each for each in named)


def _page_language(plans: Sequence[Plan], language: str | None) -> str:
    """Return the language of the page: the one asked for, else that of most clients."""
    chinese = sum(plan.language == "zh" for plan in plans)
    return language or ("zh" if 2 * chinese > len(plans) else "en")
