"""A store that watches what is done to it, and runs that die, or are crossed by another one, at any call."""

import hashlib
import json
from pathlib import Path

from analysis.storage.address import Address
from analysis.storage.store import Store

CALLS = ("put_file", "cp_file", "rm_file", "get_file", "cat_file", "find", "ls", "info", "modified", "rmdir")
DAY = "2026-06-30"
URL = "memory://acme/reports/tiny"
PLACE = "/acme/reports/tiny"


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even what tidies up."""


class Watched:
    """A file system of which each call is counted.

    Parameters
    ----------
    system
        The real one.
    at
        The call, counted from 1, at which the run dies or `crossing` comes in between; 0 for none.
    is_done
        Whether the store still does what this call asks for.
    crossing
        Called in place of dying.
    """

    def __init__(self, system, at=0, *, is_done=False, crossing=None) -> None:
        self.system, self.at, self.is_done, self.crossing = system, at, is_done, crossing
        self.calls = 0
        self.was_reached = False

    def __getattr__(self, name):
        real = getattr(self.system, name)
        return self._watched(real) if name in CALLS else real

    def _watched(self, real):
        def call(*args, **options):
            self.calls += 1
            if self.was_reached and self.crossing is None:
                raise Killed
            if self.calls != self.at:
                return self._checked(real(*args, **options))
            self.was_reached = True
            if self.crossing is not None:
                self.crossing()
                return real(*args, **options)
            if self.is_done:
                real(*args, **options)
            assert_no_broken_report(self.system)
            raise Killed

        return call

    def _checked(self, found):
        if self.crossing is None:
            assert_no_broken_report(self.system)
        return found


def client(system) -> Store:
    return Store(Address.parse(URL), system, PLACE)


def report(folder: Path, version: str, names=("audit.html", "audit.json", "charts/one.svg")) -> Path:
    """Write a small report with its manifest, and return its folder."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{version} of {name}", encoding="utf-8")
    outputs = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    manifest = {"version": 1, "client": "tiny", "as_of": DAY, "outputs": outputs}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def contents(system) -> dict[str, bytes]:
    return {name.removeprefix(f"{PLACE}/"): system.cat_file(name) for name in system.find(PLACE)}


def as_published(folder: Path, day: str = DAY) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {f"{day}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


def assert_no_broken_report(system) -> None:
    """Assert that every file that the published manifest names is there, in the version that it names."""
    if not system.exists(f"{PLACE}/{DAY}/manifest.json"):
        return
    outputs = json.loads(system.cat_file(f"{PLACE}/{DAY}/manifest.json"))["outputs"]
    for name, digest in outputs.items():
        assert system.exists(f"{PLACE}/{DAY}/{name}"), name
        assert hashlib.sha256(system.cat_file(f"{PLACE}/{DAY}/{name}")).hexdigest() == digest, name
