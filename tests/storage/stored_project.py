"""The small clients of tests/batch with their parameters and reports in a store."""

import threading
from dataclasses import replace
from pathlib import Path

from batch_project import Project

from analysis.batch.process import ProcessBuild
from analysis.storage.build import StoredBuild


def put(system, folder: Path, place: str) -> None:
    """Put all files below a folder into a store."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            system.pipe_file(f"{place}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def everything(system, place: str) -> dict[str, bytes]:
    """Return all files below a place of a store, by name."""
    system.invalidate_cache()
    start = system._strip_protocol(place).rstrip("/") + "/"
    return {name.removeprefix(start): system.cat_file(name) for name in system.find(place)}


def folder_files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class StoredProject(Project):
    """A project whose folder is put into a store, and built from there."""

    def __init__(self, folder: Path, system, url: str) -> None:
        super().__init__(folder)
        self.system, self.url = system, url

    def add(self, client: str, *rest, **options) -> None:
        """Write a client as `Project` does; what its notebook runs is named as one of its files, or it is not fetched."""
        super().add(client, *rest, **options)
        path = self.params / f"{client}.yml"
        path.write_text(path.read_text("utf-8").replace("files: words.csv", "files: [words.csv, '*.py']"), "utf-8")

    def store(self) -> None:
        """Put the parameters, and the data beside them, into the store."""
        put(self.system, self.params, f"{self.url}/params")

    def stored_task(self, client: str, **options):
        task = replace(
            self.task(client, time_limit=60.0), params_url=f"{self.url}/params", out_url=f"{self.url}/reports",
            params_folder=Path("no", "such", "folder"), out=Path("no", "such", "place"),
        )  # fmt: skip
        return replace(task, **options)

    def build(self, launcher, client: str, told=None, **options):
        """Build a client from the store and into it."""
        build = StoredBuild(ProcessBuild(launcher))
        return build(self.stored_task(client, **options), (told if told is not None else []).append, threading.Event())

    def published(self, client: str) -> dict[str, bytes]:
        """Return all that lies in a client's folder of the store."""
        return everything(self.system, f"{self.url}/reports/{client}")
