"""A folder of an object store, or of whatever else fsspec knows: the few things that are done with it.

Names are relative to the folder, with slashes. Listings are never taken from a cache: others write here, too.
"""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from analysis.storage.address import Address, is_plain
from analysis.storage.errors import NO_BUCKET, StorageError, telling
from analysis.storage.together import together

# Only a file system's folders have to be made: S3 would make a missing bucket, and nobody would know.
_FOLDERS = {"auto_mkdir": True}
# What was listed once is taken for the truth later, even where a single file is asked for; yet others write here, too.
_FRESH = {"use_listings_cache": False}
# A large file comes in one stream, which can be ended at any moment: ten parts of 50 MB at a time, of several files at
# a time, are gigabytes that no budget knows of.
_STREAM = {**_FRESH, "max_concurrency": 1}
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("file", "local"), _FOLDERS),
    **dict.fromkeys(("s3", "s3a"), _STREAM),
    **dict.fromkeys(("gs", "gcs", "abfs", "abfss", "az"), _FRESH),
}


def _nothing() -> None:
    """Be the check of those who never stop."""


class Store:
    """A folder.

    Parameters
    ----------
    address
        Where it is.
    system
        What fsspec reads and writes it with.
    root
        Its path, as `system` wants it.
    """

    def __init__(self, address: Address, system: Any, root: str) -> None:
        self.address = address
        self._system = system
        self._root = root.rstrip("/")

    @classmethod
    def open(cls, address: Address) -> Self:
        """Return the folder at an address; nothing is asked of the store yet.

        Raises
        ------
        StorageError
            fsspec, or what it needs for this protocol, is not there; or there is no such protocol.
        """
        with telling(address.url):
            from fsspec.core import url_to_fs

            system, root = url_to_fs(address.url, **_OPTIONS.get(address.scheme, {}))
            return cls(address, system, root)

    def below(self, name: str) -> "Store":
        """Return a folder of this one."""
        return Store(self.address.below(name), self._system, f"{self._root}/{name}")

    def files(self, folder: str = "") -> dict[str, int]:
        """Return the sizes of all files below a folder by name, in order; none where it is not there.

        Keys that can be no file of this machine (``a/../b``, names of more than 255 bytes) are left out.
        """
        with self._telling(folder):
            return self._own(self._system.find(self._path(folder), detail=True))

    def children(self, folder: str = "") -> dict[str, int]:
        """Return the sizes of the files that lie directly in a folder, as `files` does; a bucket has to be there."""
        try:
            with self._telling(folder):
                found = self._system.ls(self._path(folder), detail=True)
        except StorageError as error:
            if error.is_missing and error.faults[0].found != NO_BUCKET:
                return {}
            raise
        return self._own({each["name"]: each for each in found})

    def size(self, name: str) -> int | None:
        """Return the size of a file, or None where there is none."""
        with self._telling(name), contextlib.suppress(FileNotFoundError):
            info = self._system.info(self._path(name))
            return int(info["size"]) if info["type"] == "file" else None
        return None

    def read(self, name: str) -> bytes | None:
        """Return the content of a small file, or None where there is none."""
        with self._telling(name), contextlib.suppress(FileNotFoundError):
            content: bytes = self._system.cat_file(self._path(name))
            return content
        return None

    def download(self, wanted: Mapping[str, Path], check: Callable[[], None] = _nothing) -> None:
        """Fetch files, several at a time.

        Parameters
        ----------
        wanted
            Name -> where it is to be put; folders are made.
        check
            Called between pieces; what it raises ends the fetching.
        """
        together(lambda name: self._fetch(name, wanted[name], check), wanted)

    def upload(self, path: Path, name: str) -> None:
        """Put a file of this machine under a name."""
        with self._telling(name):
            self._system.put_file(str(path), self._path(name))

    def copy(self, source: str, target: str) -> None:
        """Copy a file within the store, on the server's side where it can."""
        with self._telling(source):
            self._system.cp_file(self._path(source), self._path(target))

    def remove(self, name: str) -> None:
        """Remove a file; harmless where there is none."""
        with self._telling(name), contextlib.suppress(FileNotFoundError):
            self._system.rm_file(self._path(name))

    def remove_folder(self, name: str) -> None:
        """Remove what is left of a folder without files: object stores have none, file systems do."""
        with contextlib.suppress(StorageError), self._telling(name):
            self._system.rmdir(self._path(name))

    def modified(self, name: str) -> dt.datetime | None:
        """Return when a file was written, by the store's clock; None where it is gone, or the store does not say."""
        try:
            with self._telling(name):
                found: dt.datetime = self._system.modified(self._path(name))
        except StorageError as error:
            if error.is_missing or error.is_unsupported:
                return None
            raise
        return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)

    def holds(self, name: str, path: Path) -> bool:
        """Return whether the file of that name is the same, byte for byte, as a file of this machine."""
        content = path.read_bytes()
        with self._telling(name), contextlib.suppress(FileNotFoundError):
            info = self._system.info(self._path(name))
            if info["size"] != len(content):
                return False
            # S3 tells the MD5 of what was put in one piece; any other tag says nothing.
            tag = str(info.get("ETag", "")).strip('"')
            same = tag == hashlib.md5(content, usedforsecurity=False).hexdigest()
            return same or self._system.cat_file(self._path(name)) == content
        return False

    def _fetch(self, name: str, path: Path, check: Callable[[], None]) -> None:
        check()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._telling(name):
            self._system.get_file(self._path(name), str(path), callback=_checking(check))

    def _own(self, found: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
        """Return sizes by name of what was listed below our folder."""
        start = f"{self._root}/"
        names = {
            path.removeprefix(start): int(info.get("size") or 0)
            for path, info in found.items()
            if path.startswith(start) and info.get("type", "file") == "file"
        }
        return {name: names[name] for name in sorted(names) if is_plain(name)}

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def _telling(self, name: str) -> contextlib.AbstractContextManager[None]:
        self._system.invalidate_cache()
        return telling(self.address.below(name).url)


def _checking(check: Callable[[], None]) -> Any:
    """Return what fsspec calls after each piece of a file, as it wants it."""
    from fsspec.callbacks import Callback

    class Checking(Callback):
        def relative_update(self, inc: int = 1) -> None:
            check()

    return Checking()
