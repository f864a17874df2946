"""The few calls of Linux that Python has no function for; where one is missing, nothing happens."""

import contextlib
import ctypes
import os
import signal
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


def die_with_parent() -> None:
    """Have Linux kill this process when the thread that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def set_name(name: str) -> None:
    """Give this process the name that ``ps`` and ``top`` show, cut to 15 bytes."""
    _prctl(_PR_SET_NAME, ctypes.c_char_p(name.encode()[:15]))


def flush_c_streams() -> None:
    """Write out what C code has printed and the C library still holds, so that no child prints it again."""
    ctypes.CDLL(None).fflush(None)


def threads() -> list[str]:
    """Return the names of all threads of this process but the first, those that Python knows nothing of included."""
    tasks = Path("/proc/self/task")
    return [(task / "comm").read_text().strip() for task in tasks.iterdir() if task.name != str(os.getpid())]


def open_files() -> dict[int, str]:
    """Return the open descriptors of this process with what each is."""
    found = {}
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the listing itself was open a moment ago
            found[int(link.name)] = str(link.readlink())
    return found


def _prctl(option: int, value: object) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
