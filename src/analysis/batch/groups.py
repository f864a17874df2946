"""The control groups that confine this process on Linux, as containers and batch systems use them: what they allow."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")
_TOP = Path("/sys/fs/cgroup")


def memory_left() -> Iterator[int]:
    """Yield the bytes that are left of each limit on this process's memory."""
    for folder in _own_groups("memory"):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            most, now = _number(folder / limit), _number(folder / used)
            if most is not None and now is not None:
                # What the group holds of files that are only cached is given back when memory is asked for.
                cached = field(folder / "memory.stat", ("inactive_file", "total_inactive_file"))
                yield max(most - now + cached, 0)


def processors() -> Iterator[int]:
    """Yield the processors' worth of time that each limit allows this process, rounded up."""
    for folder in _own_groups("cpu"):
        pair = _words(folder / "cpu.max")  # "max 100000", or "150000 100000" for one and a half
        if not pair:
            pair = [*_words(folder / "cpu.cfs_quota_us"), *_words(folder / "cpu.cfs_period_us")]
        if len(pair) == 2 and pair[0].isdigit() and pair[1].isdigit() and int(pair[1]) > 0:
            yield max(math.ceil(int(pair[0]) / int(pair[1])), 1)


def field(path: Path, names: Iterable[str]) -> int:
    """Return the last of the named numbers in a file of lines ``name number``, or 0."""
    wanted = set(names)
    pairs = [line.split() for line in _text(path).splitlines()]
    found = [int(pair[1]) for pair in pairs if len(pair) == 2 and pair[0] in wanted and pair[1].isdigit()]
    return found[-1] if found else 0


def _own_groups(controller: str) -> Iterator[Path]:
    """Yield the folders of the groups that this process is in, and of the groups that hold these."""
    for line in _text(_PROC / "self" / "cgroup").splitlines():
        _, controllers, inner = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        top = _TOP / controllers
        folder = top / inner.lstrip("/")
        # In a container the path may be the host's: then the mounted top is our own group.
        yield from [path for path in (folder, *folder.parents) if path.is_relative_to(top) and path.is_dir()]


def _number(path: Path) -> int | None:
    words = _words(path)
    return int(words[0]) if len(words) == 1 and words[0].isdigit() else None  # "max": no limit


def _words(path: Path) -> list[str]:
    return _text(path).split()


def _text(path: Path) -> str:
    """Return a file's text, empty where there is none."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
