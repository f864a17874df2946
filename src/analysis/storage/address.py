"""What the URL of a folder says: its store, the path in it, and where a relative path leads from there."""

import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.params.secrets import mask_password

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>.*)", re.DOTALL)
_LONGEST_NAME = 255
"""Bytes of a file's name on every usual file system."""


def is_url(text: str) -> bool:
    """Return whether a folder is given as a URL, and not as a path of this machine."""
    return _URL.match(text) is not None


def shown(url: str) -> str:
    """Return a URL as it may be shown: without user and password."""
    return re.sub(r"(?<=://)[^/@]*@", "", mask_password(url))


def is_plain(name: str) -> bool:
    """Return whether a key of a store, relative to a folder, can be the name of a file of this machine."""
    parts = name.split("/")
    return "\0" not in name and all(
        part not in ("", ".", "..") and len(part.encode("utf-8", "surrogatepass")) <= _LONGEST_NAME for part in parts
    )


@dataclass(frozen=True, kw_only=True)
class Address:
    """A folder of a store.

    Parameters
    ----------
    scheme, authority
        Which store, and which bucket of it (or host, user and password).
    path
        The folder in it, without a slash at either end; empty for the bucket itself.
    """

    scheme: str
    authority: str
    path: str

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Return the address that a URL is (`is_url`)."""
        found = _URL.fullmatch(url)
        if found is None:
            raise ValueError(f"not a URL: {shown(url)}")
        path = posixpath.normpath("/" + found["path"].strip("/"))
        return cls(scheme=found["scheme"], authority=found["authority"], path=path.strip("/"))

    @property
    def url(self) -> str:
        """The address as a URL, as it was given."""
        return f"{self.scheme}://{self.authority}/{self.path}".rstrip("/")

    @property
    def shown(self) -> str:
        """The address as it may be shown."""
        return shown(self.url)

    def below(self, name: str) -> "Address":
        """Return a folder or file below this one."""
        return replace(self, path=f"{self.path}/{name}".strip("/"))

    def place(self, root: Path) -> Path:
        """Return where this folder is mirrored below `root`: as deep as in its store, for the sake of ``..``."""
        return _root_of(root, self) / self.path

    def seen_from(self, root: Path, path: Path) -> "Address | None":
        """Return what a path of the mirror below `root` stands for; None where it lies outside of this store's."""
        own = _root_of(root, self)
        if not path.is_relative_to(own):
            return None
        return replace(self, path="/".join(path.relative_to(own).parts))


def _root_of(root: Path, address: Address) -> Path:
    # A password has no place in the name of a folder.
    host = address.authority.rpartition("@")[2].replace("..", "__")
    return root / "store" / f"{address.scheme}-{host}"
