"""Publishes a complete folder in one step, so that a reader sees the old report or the new one and nothing between.

The new folder is built beside the one it replaces, and the two names are exchanged by the kernel. Where a file system
cannot do that, the published name is a symbolic link, which can be replaced in one step everywhere.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

STAGING_PREFIX = ".build-"
"""Folders of running builds, and what killed ones left behind."""
VERSION_PREFIX = ".version-"
"""Folders that a published symbolic link points to."""
LOCK_NAME = ".lock"
FAILED_NAME = "failed"
INDEX = "index.html"
"""The page of all reports, in their folder (`analysis.batch.store`), and that of the portfolio, in its own."""
PORTFOLIO = "_portfolio"
"""Folder of the portfolio reviews beside those of the clients, whose ids never begin like it."""
# How often a folder that another run removes under our hands is made again, before something else must be wrong.
_ATTEMPTS = 100

# Values of the system's own headers (linux/fs.h, linux/fcntl.h; sys/stdio.h on macOS).
_AT_FDCWD_LINUX, _RENAME_EXCHANGE_LINUX = -100, 2
_AT_FDCWD_MACOS, _RENAME_SWAP_MACOS = -2, 2
_CANNOT_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EPERM}


@contextlib.contextmanager
def client_lock(folder: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the right to build and publish in `folder`; the system gives it back however the process ends.

    Parameters
    ----------
    folder
        The client's folder; made if missing, and removed again if it is empty in the end.
    on_wait
        Called once where another process holds the right, before waiting for it.
    """
    path = folder / LOCK_NAME
    descriptor = _acquire(path, on_wait)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)
        with contextlib.suppress(OSError):  # not empty: there are reports
            folder.rmdir()


def _acquire(path: Path, on_wait: Callable[[], None] | None) -> int:
    """Lock the file at `path`, whoever removes or makes it meanwhile, and return its descriptor."""
    while True:
        descriptor = _open(path)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if on_wait is not None:
                    on_wait()
                    on_wait = None
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_file_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # the holder before us has removed this file: lock the one that is there now


def _open(path: Path) -> int:
    """Open the lock file, made with its folder if missing, and return its descriptor."""
    for _ in range(_ATTEMPTS):
        # Both errors: the run before removes the folder, empty again, while we are at it.
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


def _is_file_at(descriptor: int, path: Path) -> bool:
    """Return whether the open file is still the one that its name stands for."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Give a new folder inside `folder` to build in, gone in the end unless it was published.

    To be used under `client_lock`: what it finds there already was left by a killed run, and is removed.
    """
    sweep(folder)
    staging = folder / f"{STAGING_PREFIX}{secrets.token_hex(6)}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed runs left in `folder`: builds never published, and versions no link points to."""
    found = list(folder.iterdir())
    linked = {path.readlink().name for path in found if path.is_symlink() and not path.name.startswith(".")}
    for path in found:
        if path.name.startswith(STAGING_PREFIX) or (path.name.startswith(VERSION_PREFIX) and path.name not in linked):
            _restore_or_remove(path)


def _restore_or_remove(path: Path) -> None:
    """Remove a leftover, unless it is the old report of a run that was killed between two renames."""
    marker = path / ".replaces"
    if marker.exists() and not (target := path.parent / marker.read_text("utf-8")).exists():
        marker.unlink()
        path.rename(target)
    elif path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def publish(staging: Path, target: Path) -> None:
    """Make the complete folder `staging` visible as `target`, in one step, and remove what it replaces.

    Both lie on the same file system. A reader of `target` finds the whole old report or the whole new.
    """
    if target.is_symlink() or (not target.exists() and not can_exchange(target.parent)):
        _publish_link(staging, target)
    elif not target.exists():
        staging.rename(target)
    elif not exchange(staging, target):
        _publish_by_two_renames(staging, target)
    else:
        shutil.rmtree(staging, ignore_errors=True)  # the old report, now under the staging name


def _publish_link(staging: Path, target: Path) -> None:
    """Point the symbolic link `target` to the new folder.

    The version it pointed to stays until the next build sweeps it: a reader may be following the link right now.
    """
    version = target.with_name(f"{VERSION_PREFIX}{target.name}-{secrets.token_hex(6)}")
    staging.rename(version)
    link = version.with_name(f"{STAGING_PREFIX}link-{secrets.token_hex(6)}")
    link.symlink_to(version.name)
    link.replace(target)


def _publish_by_two_renames(staging: Path, target: Path) -> None:
    """Replace a real folder where names cannot be exchanged: the next run restores it if this one is killed."""
    (target / ".replaces").write_text(target.name, encoding="utf-8")
    old = target.with_name(f"{STAGING_PREFIX}old-{secrets.token_hex(6)}")
    target.rename(old)
    staging.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def can_exchange(folder: Path) -> bool:
    """Return whether two folders inside `folder` can exchange their names, by trying it."""
    first, second = (folder / f"{STAGING_PREFIX}probe-{secrets.token_hex(6)}" for _ in range(2))
    first.mkdir()
    second.mkdir()
    try:
        return exchange(first, second)
    finally:
        first.rmdir()
        second.rmdir()


def exchange(first: Path, second: Path) -> bool:
    """Exchange the names of two existing paths in one step; return False where the system cannot.

    Raises
    ------
    OSError
        The system can, and refused (a path is missing, a folder is read-only).
    """
    library = ctypes.CDLL(None, use_errno=True)
    name, at, flag = (
        ("renameatx_np", _AT_FDCWD_MACOS, _RENAME_SWAP_MACOS)
        if sys.platform == "darwin"
        else ("renameat2", _AT_FDCWD_LINUX, _RENAME_EXCHANGE_LINUX)
    )
    function = getattr(library, name, None)
    if function is None:
        return False
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    if function(at, os.fsencode(first), at, os.fsencode(second), flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(first), None, str(second))
