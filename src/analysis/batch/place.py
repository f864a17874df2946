"""Where a run's clients are built, and how many at a time: on this machine, or elsewhere."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis.batch.launch import Launcher
from analysis.batch.limits import Limits
from analysis.batch.plan import Plan
from analysis.batch.process import ProcessBuild
from analysis.batch.shapes import Build
from analysis.batch.templates import best_launcher


class Place(Protocol):
    """Where clients are built."""

    @property
    def jobs(self) -> int:
        """How many clients at a time, which may change while a run goes on; at least 1."""

    @property
    def memory(self) -> int:
        """Bytes that all clients together may hold, as far as the run itself is to see to it."""

    def build(self, plans: Sequence[Plan]) -> Build:
        """Return what builds a client, once it is known what all of them probably need."""


@dataclass(frozen=True, kw_only=True)
class Here:
    """Clients are built on this machine (`Place`).

    Parameters
    ----------
    jobs, memory
        See `Place`.
    builder
        Builds a client in processes of its own.
    """

    jobs: int
    memory: int
    builder: Build

    def build(self, _plans: Sequence[Plan]) -> Build:
        """Return what builds a client; the run itself sees to it that memory suffices."""
        return self.builder


@contextlib.contextmanager
def here(
    limits: Limits,
    notice: Callable[[str], None] = lambda _: None,
    *,
    launcher: Launcher | None = None,
    wrap: Callable[[Build], Build] | None = None,
) -> Iterator[Here]:
    """Give this machine, which gets ready while the caller makes its plans.

    Parameters
    ----------
    limits
        How much of the machine the run may take.
    notice
        Told why, where processes cannot be started in the quickest way, of a launcher that is not given.
    launcher
        Starts the clients' processes; by default the quickest that works here.
    wrap
        What is done around every build.
    """
    with launcher or best_launcher(notice) as ready:
        build: Build = ProcessBuild(ready)
        yield Here(jobs=limits.jobs, memory=limits.memory, builder=wrap(build) if wrap else build)
