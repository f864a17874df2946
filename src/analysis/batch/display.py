"""Shows a run while it goes on: live lines on a terminal, one line for each finished client in a log."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from analysis.batch.causes import as_duration
from analysis.batch.clock import Clock
from analysis.batch.memory import as_size
from analysis.batch.plan import Plan
from analysis.batch.shapes import Memory, News, Note, Outcome, Step
from analysis.batch.words import reasons, state_word
from analysis.document.translate import Translator
from analysis.report.terminal import display_width, escape_controls

_FRAME = 0.2
"""Seconds between two pictures: faster is seen as flicker, slower as standing still."""
_WIDEST = 32
"""Letters of a client's id that line up; longer ones push the rest of their line aside."""
_ERASE_LINE, _ERASE_BELOW = "\x1b[K", "\x1b[J"


@dataclass
class _Line:
    """What is shown of a running client."""

    started: float
    doing: str = "starting"
    done: int = 0
    held: int = 0


class Display:
    """Shows what a schedule tells (`analysis.batch.schedule.Watcher`).

    Parameters
    ----------
    stream
        Where it is written, normally standard error.
    plans
        All clients of the run.
    jobs
        How many run at a time.
    steps
        How many named steps a report has, as far as is known: 0 shows no count.
    now
        The clock, in seconds.
    """

    def __init__(
        self,
        stream: TextIO,
        plans: Sequence[Plan],
        jobs: int,
        steps: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") not in (None, "", "dumb")
        self._clock = Clock(plans, jobs)
        self._total = len(plans)
        self._steps = steps
        self._widest = min(max((len(plan.task.client) for plan in plans), default=0), _WIDEST)
        self._now = now
        self._running: dict[str, _Line] = {}
        self._drawn = 0
        self._drawn_at = -_FRAME
        self._translate = Translator("en")

    def started(self, plan: Plan) -> None:
        """Show that a client begins."""
        self._running[plan.task.client] = _Line(self._now())
        self._draw()

    def told(self, plan: Plan, news: News) -> None:
        """Show what a build tells."""
        line = self._running[plan.task.client]
        if isinstance(news, Memory):
            line.held = news.held
        elif isinstance(news, Note):
            self._say(f"{plan.task.client}: {news.text}")
        elif isinstance(news, Step):
            line.doing = news.name.replace("_", " ")
            line.done += news.seconds is not None
        self.tick()

    def sent_back(self, plan: Plan) -> None:
        """Show that a client has to wait for memory."""
        held = self._running.pop(plan.task.client).held
        self._say(
            f"{plan.task.client}: ended for now, since memory ran short ({as_size(held)} held); its turn comes again"
        )

    def finished(self, plan: Plan, outcome: Outcome) -> None:
        """Write a line for a finished client; one that never began has none."""
        self._running.pop(plan.task.client, None)
        self._clock.finished(plan, outcome.seconds)
        if outcome.state == "waiting":
            return
        number = f"[{self._clock.done:>{len(str(self._total))}}/{self._total}]"
        why = "; ".join(self._translate(reason) for reason in reasons(outcome))
        cells = [
            number,
            f"{plan.task.client:<{self._widest}}",
            f"{self._translate(state_word(outcome.state)):<13}",
            f"{outcome.seconds:7.1f} s",
        ]
        cells += [why] if why else []
        cells += [] if self._live else [self._left()]
        self._say("  ".join(cell for cell in cells if cell))

    def remark(self, text: str) -> None:
        """Write a line that concerns no client alone."""
        self._say(text)

    def tick(self) -> None:
        """Draw the live lines anew, where it is time to."""
        if self._now() - self._drawn_at >= _FRAME:
            self._draw()

    def close(self) -> None:
        """Leave the terminal as a log would have: without the live lines."""
        if self._drawn:
            self._write(self._above() + _ERASE_BELOW)
            self._drawn = 0

    def _say(self, text: str) -> None:
        """Write a line that stays, above the live ones."""
        text = escape_controls(text)
        if not self._live:
            self._write(text + "\n")
            return
        self._write(f"{self._above()}{text}{_ERASE_LINE}\n{self._picture()}")

    def _draw(self) -> None:
        if self._live:
            self._write(self._above() + self._picture())

    def _above(self) -> str:
        """Return what brings the cursor to the first of the live lines."""
        return f"\x1b[{self._drawn}A\r" if self._drawn else ""

    def _picture(self) -> str:
        """Return the live lines; written in one piece over the old ones, none of them is ever seen empty."""
        size = shutil.get_terminal_size((80, 24))
        head = [f"{self._clock.done} of {self._total} done", f"{len(self._running)} running"]
        head += [self._left()] if self._left() else []
        lines = [" · ".join(head), *(self._line(client, line) for client, line in self._running.items())]
        lines = lines[: max(size.lines - 2, 1)]
        self._drawn, self._drawn_at = len(lines), self._now()
        return (
            "".join(f"{_fitting(escape_controls(line), size.columns - 1)}{_ERASE_LINE}\n" for line in lines)
            + _ERASE_BELOW
        )

    def _line(self, client: str, line: _Line) -> str:
        count = f"{min(line.done, self._steps):>3}/{self._steps}" if self._steps else f"{line.done:>3}"
        held = as_size(line.held) if line.held else ""
        name = f"{client:<{self._widest}}"
        return f"  {name}  {count}  {self._now() - line.started:5.0f} s  {line.doing:<20}  {held}".rstrip()

    def _left(self) -> str:
        elapsed = {client: self._now() - line.started for client, line in self._running.items()}
        seconds = self._clock.left(elapsed)
        return "" if seconds is None else f"about {as_duration(max(seconds, 1))} left"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _fitting(text: str, width: int) -> str:
    """Return `text` cut to `width` columns, so that the terminal never breaks a live line into two."""
    if display_width(text) <= width:
        return text
    cut = text
    while cut and display_width(cut) > width - 1:
        cut = cut[:-1]
    return cut + "…"
