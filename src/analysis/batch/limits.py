"""How much of the machine a run may take: what was asked for, or what there is."""

import os
import re
from dataclasses import dataclass

from analysis.batch.groups import processors
from analysis.batch.memory import memory_budget
from analysis.errors import Fault, ParamsError
from analysis.params.load import COMMAND

TIME_LIMIT = 2 * 3600.0
"""Seconds for one client: far more than any report here has taken, and less than a night."""
_UNITS = {None: 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)?")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of the machine a run may take.

    Parameters
    ----------
    jobs
        Clients at a time.
    memory
        Bytes that all together may hold.
    time_limit
        Seconds for one client.
    """

    jobs: int
    memory: int
    time_limit: float


def read_limits(jobs: str | None, memory: str | None, time_limit: str | None) -> Limits:
    """Return the limits that the command was given, with defaults from the machine.

    Parameters
    ----------
    jobs
        A whole number; default: the processors that this process may use.
    memory
        See `analysis.batch.memory.memory_budget`.
    time_limit
        Seconds, or with a unit: ``90s``, ``30m``, ``2h``; default: `TIME_LIMIT`.

    Raises
    ------
    ParamsError
        With every option that cannot be read.
    """
    faults: list[Fault] = []
    count = usable_processors()
    if jobs is not None:
        count = int(jobs) if jobs.isascii() and jobs.isdigit() else 0
        if count < 1:
            faults.append(_fault("jobs", "must be a whole number of at least 1", jobs))
    seconds = TIME_LIMIT
    if time_limit is not None:
        match = _DURATION.fullmatch(time_limit.strip())
        seconds = float(match.group(1)) * _UNITS[match.group(2)] if match else 0.0
        if seconds <= 0:
            faults.append(_fault("time_limit", "must be seconds, or a duration such as 90s, 30m or 2h", time_limit))
    budget = memory_budget(memory)
    if budget is None:
        rule = "must be a size such as 4G or 512M, or a share of the free memory such as 60%"
        faults.append(_fault("memory", rule, memory or ""))
    if faults or budget is None:
        raise ParamsError(faults)
    return Limits(jobs=count, memory=budget, time_limit=seconds)


def usable_processors() -> int:
    """Return how many processors this process may use: of the machine, or of what confines it."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([own, *processors()])


def _fault(what: str, rule: str, found: str) -> Fault:
    return Fault(what=what, rule=rule, found=repr(found), where=str(COMMAND))
