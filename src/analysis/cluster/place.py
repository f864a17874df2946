"""A cluster as the place where a run's clients are built: reached, looked over, and left as it was found."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.batch.limits import Limits
from analysis.batch.place import Place, here
from analysis.batch.plan import Plan
from analysis.batch.shapes import Build
from analysis.cluster.connect import connect
from analysis.report.build import NOTEBOOK
from analysis.storage.build import StoredBuild

if TYPE_CHECKING:
    from analysis.cluster.build import ClusterBuild
    from analysis.cluster.crew import Crew


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The workers of a scheduler (`analysis.batch.place.Place`).

    Parameters
    ----------
    builder
        Sends clients to them.
    crew
        Who they are, now.
    asked
        How many clients at a time; None for as many as the workers have threads.
    """

    builder: "ClusterBuild"
    crew: "Crew"
    asked: int | None

    @property
    def jobs(self) -> int:
        """How many clients at a time; one waits where no worker is there."""
        return self.asked or max(self.crew.threads, 1)

    @property
    def memory(self) -> int:
        """No bound: each worker sees to its own."""
        return sys.maxsize

    def build(self, plans: Sequence[Plan]) -> Build:
        """Return what builds a client on a worker."""
        self.builder.expect(plans)
        return self.builder


@contextlib.contextmanager
def on_cluster(
    address: str,
    notice: Callable[[str], None],
    *,
    jobs: int | None = None,
    memory: str | None = None,
    notebook: Path = NOTEBOOK,
) -> Iterator[Cluster]:
    """Give the cluster of the scheduler at `address`; afterwards nothing of the run is left there.

    Parameters
    ----------
    address
        ``tcp://host:port``.
    notice
        Told in one line, from any thread, of what the user should know and that concerns no client alone.
    jobs
        How many clients at a time; None for as many as the workers have threads, those that join later included.
    memory
        What the clients on one worker may hold together, as `analysis.batch.memory.memory_budget` reads it.
    notebook
        What is run: the workers' own of the project, or one that lies in the same place for all.

    Raises
    ------
    ClusterError
        `distributed` is missing, no scheduler answers, or workers have other code than the command.
    """
    own = None if notebook == NOTEBOOK else str(notebook)
    with connect(address) as client:
        # Only now: it is known that `distributed` is there.
        from analysis.cluster.build import ClusterBuild
        from analysis.cluster.builder import Builder
        from analysis.cluster.crew import Crew
        from analysis.cluster.fingerprint import own_fingerprint

        code = own_fingerprint(own)
        crew = Crew(client, code, own, notice)
        crew.inspect()
        build = ClusterBuild(client, crew, notice)
        with build.installed(Builder(build.name, memory, code, own)):
            yield Cluster(builder=build, crew=crew, asked=jobs)


def choose_place(
    scheduler: str | None,
    limits: Limits,
    notice: Callable[[str], None],
    *,
    jobs: str | None = None,
    memory: str | None = None,
) -> AbstractContextManager[Place]:
    """Return where clients are built: on the workers of a scheduler where one was given, else here.

    Parameters
    ----------
    scheduler
        Its address, or None.
    limits
        Of this machine, as they were read.
    notice
        Told in one line of what concerns no client alone.
    jobs, memory
        What was asked for; what this machine has is no limit elsewhere.
    """
    if scheduler is None:
        return here(limits, notice, wrap=StoredBuild)
    return on_cluster(scheduler, notice, jobs=limits.jobs if jobs else None, memory=memory)
