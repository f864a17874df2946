"""How much memory there is, how much of it the processes of a client hold, and whether the system has ended any for it.

Memory that forked processes share with the one they were forked from is counted by share where the system tells
(Linux): with full counts, ten kernels from one warm process would seem to need ten times what they do.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from analysis.batch.groups import field, memory_left

DEFAULT_SHARE = 0.8
"""Of the free memory; the rest is the system's and the user's own."""
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([KMGT])i?B?|(%))", re.IGNORECASE)
_PROC = Path("/proc")


@dataclass(frozen=True)
class Held:
    """Bytes that processes hold now, and an upper bound of the most that they have held."""

    now: int
    peak: int


def memory_budget(text: str | None) -> int | None:
    """Return how many bytes all clients together may hold, as `text` says; None where it says nothing that can be read.

    Parameters
    ----------
    text
        A size (``4G``, ``512M``) or a share of the free memory (``60%``); None for `DEFAULT_SHARE` of it.
    """
    if text is None:
        return int(free_memory() * DEFAULT_SHARE)
    match = _SIZE.fullmatch(text.strip())
    amount = float(match.group(1)) if match else 0.0
    if match is None or amount <= 0 or (match.group(3) and amount > 100):
        return None
    if match.group(3):
        return int(free_memory() * amount / 100)
    return int(amount * _UNITS[match.group(2).upper()])


def free_memory() -> int:
    """Return the bytes that can still be had: of the machine, or of the group of processes that we are confined to."""
    return min([psutil.virtual_memory().available, *memory_left()])


def killed_for_memory() -> int | None:
    """Return how many processes the system has ended for want of memory so far; None where it keeps no count."""
    path = _PROC / "vmstat"
    return field(path, ("oom_kill",)) if path.is_file() else None


def family(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    """Return those of these processes that still run, and all that they have started."""
    found: set[psutil.Process] = set()
    for process in processes:
        with suppress(psutil.Error):  # it has ended
            found |= {process, *process.children(recursive=True)}
    return found


def resident(processes: Iterable[psutil.Process]) -> int:
    """Return what processes have in memory, shared pages counted in full: a figure that costs nothing to ask for."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += int(process.memory_info().rss)
    return total


def measure(processes: Iterable[psutil.Process]) -> Held:
    """Return what processes hold; one that has ended meanwhile holds nothing."""
    held = [_measure_one(process) for process in processes]
    return Held(sum(each.now for each in held), sum(each.peak for each in held))


def _measure_one(process: psutil.Process) -> Held:
    """Return a process's proportional share now, and the most that it can have been: what is shared stays shared."""
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return Held(0, 0)
    now = int(getattr(full, "pss", full.rss))
    return Held(now, max(_most_resident(process.pid) - (int(full.rss) - now), now))


def _most_resident(pid: int) -> int:
    """Return the most that a process has ever had in memory, as Linux keeps it, or 0."""
    try:
        status = (_PROC / str(pid) / "status").read_text("ascii", "replace")
    except OSError:
        return 0
    match = re.search(r"^VmHWM:\s+(\d+) kB$", status, flags=re.MULTILINE)
    return int(match.group(1)) * 1024 if match else 0


def as_size(size: int) -> str:
    """Return a size for a reader: ``1.2 GB``, ``340 MB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
