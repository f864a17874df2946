"""A private folder for the sockets of each kernel, short enough for a Unix address, swept when its owner is dead.

Only the standard library is imported here: the sooner a kernel starts, the sooner the report is done.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Self

LONGEST_ADDRESS = 103
"""Bytes of a Unix socket's path: 107 on Linux, 103 on macOS."""

_NAME = "relationship-audit-"
_LOCK = "lock"


class SocketFolder:
    """A folder that only its user can enter, gone with `remove`, with this object, or with the process at the latest.

    A process that is killed cannot remove its folders; the next one that makes a folder does.

    Parameters
    ----------
    path
        The folder.
    lock
        Descriptor of the lock that tells others that its owner lives.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._finalizer = weakref.finalize(self, _remove, path, lock, os.getpid())

    @classmethod
    def create(cls) -> Self:
        """Make a folder, and remove those whose owners are dead.

        Raises
        ------
        OSError
            There is no place for it whose path is short enough and which belongs to the user alone.
        """
        base = _find_base()
        with _locked(base):
            _sweep(base)
            path = Path(tempfile.mkdtemp(prefix="k", dir=base))
            lock = _open_lock(path)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return cls(path, lock)

    @property
    def address(self) -> str:
        """What Jupyter calls the "ip" of a kernel whose transport is "ipc": the sockets are <address>-1, -2, ..."""
        return str(self.path / "k")

    def remove(self) -> None:
        """Remove the folder; harmless where it has been removed."""
        self._finalizer()


def _find_base() -> Path:
    """Return the folder in which those of all kernels of this user are, made where it is missing."""
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        if parent is None or len(os.fsencode(f"{parent}/{_NAME}{os.getuid()}/k12345678/k-65535")) > LONGEST_ADDRESS:
            continue
        base = Path(parent, f"{_NAME}{os.getuid()}")
        with contextlib.suppress(OSError):
            base.mkdir(mode=0o700, exist_ok=True)
            if _is_ours_alone(base):
                return base
    raise OSError("there is no private folder whose path is short enough for the sockets of a kernel")


def _is_ours_alone(folder: Path) -> bool:
    """Return whether nobody else can have prepared `folder`, or look into it: others may write beside it."""
    found = folder.lstat()
    private = stat.S_IMODE(found.st_mode) & 0o077 == 0
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and private and os.access(folder, os.W_OK)


def _open_lock(folder: Path) -> int:
    return os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _locked(base: Path) -> Iterator[None]:
    """Keep others from sweeping what is being made."""
    lock = _open_lock(base)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _sweep(base: Path) -> None:
    """Remove the folders whose lock nobody holds."""
    for folder in base.glob("k*"):
        with contextlib.suppress(OSError):  # another user's in our folder, or just removed by its owner
            lock = _open_lock(folder)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            except BlockingIOError:
                pass  # its owner lives
            finally:
                os.close(lock)


def _remove(path: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:  # a fork of the owner has neither made it nor the right to remove it
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)
