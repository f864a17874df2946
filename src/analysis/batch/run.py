"""Builds the reports of many clients on this machine, from the ids given to the page of all reports."""

import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from analysis.batch.clients import find_clients
from analysis.batch.display import Display
from analysis.batch.launch import Launcher
from analysis.batch.limits import Limits
from analysis.batch.plan import Plan, plan_clients
from analysis.batch.process import ProcessBuild
from analysis.batch.schedule import Schedule
from analysis.batch.shapes import FAILED, Build, News, Outcome, Task, worst
from analysis.batch.store import INDEX, Entry, read_entries, record
from analysis.batch.templates import best_launcher
from analysis.report.build import NOTEBOOK

_RECORD_EVERY = 5.0
"""Seconds between two writings of what came of the clients: a kill may cost these lines, never a report."""
INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """What `build_reports` has done.

    Parameters
    ----------
    entries
        What came of each client, by id, in the order of the ids.
    index
        The page of all reports; None where it could not be written.
    problem
        Why not, or the empty string.
    ended
        Exit code of a run that was ended before it was done (130 Ctrl-C, 143 a request to end), or None.
    """

    entries: Mapping[str, Entry]
    index: Path | None
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
    params_folder: Path,
    out: Path,
    limits: Limits,
    as_of: dt.date | None = None,
    language: str | None = None,
    force: bool = False,
    stream: TextIO,
    notebook: Path = NOTEBOOK,
    launcher: Launcher | None = None,
) -> BatchResult:
    """Build the reports of many clients, each in a process of its own, and write the page of all of them.

    Parameters
    ----------
    given
        Ids of clients; all of `params_folder` where empty.
    params_folder, out, as_of, language, force, notebook
        As for `analysis.report.build.build_report`, of every client.
    limits
        How much of the machine the run may take.
    stream
        Where the progress is shown.
    launcher
        Starts the clients' processes; by default the quickest that works here.

    Raises
    ------
    ParamsError
        An id without a parameter file, or no client at all: nothing has been started.
    """
    clients = find_clients(params_folder, given)
    with launcher or best_launcher(lambda text: _say(stream, text)) as ready:  # loads while the plans are made
        tasks = [
            Task(
                client=client,
                params_folder=params_folder,
                out=out,
                as_of=as_of,
                language=language,
                force=force,
                notebook=notebook,
                time_limit=limits.time_limit,
            )
            for client in clients
        ]
        past = {client: entry.past for client, entry in read_entries(out).items() if entry.past is not None}
        plans = plan_clients(tasks, past, given)
        display = Display(stream, plans, limits.jobs, count_steps(notebook))
        recorder = _Recorder(display, out, params_folder, _page_language(plans, language))
        return _run(plans, ProcessBuild(ready), limits, recorder)


def _say(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


def _run(plans: Sequence[Plan], build: Build, limits: Limits, recorder: "_Recorder") -> BatchResult:
    schedule = Schedule(plans, build, jobs=limits.jobs, budget=limits.memory, watcher=recorder)
    ended: int | None = None
    try:
        schedule.run()
    except KeyboardInterrupt:
        ended = INTERRUPTED
    except SystemExit as request:  # a request to end, by whoever may ask for that
        ended = request.code if isinstance(request.code, int) else FAILED
    finally:
        recorder.display.close()
    problem = recorder.record()
    entries = dict(sorted(recorder.entries.items()))
    return BatchResult(entries=entries, index=None if problem else recorder.out / INDEX, problem=problem, ended=ended)


class _Recorder:
    """Writes down what comes of clients as they finish, and passes everything on to the display."""

    def __init__(self, display: Display, out: Path, params_folder: Path, language: str) -> None:
        self.display = display
        self.out = out
        self.entries: dict[str, Entry] = {}
        self._params_folder = params_folder
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
        """Pass on."""
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
            record(self.entries, self.out, self._params_folder, self._language)
        except OSError as error:
            return f"{self.out / INDEX} cannot be written: {error.strerror or error}"
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
