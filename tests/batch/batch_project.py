"""Clients of one short text each, and a notebook that shows it and does what the client's own `do.py` says."""

import io
import json
import re
import sys
import threading
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import nbformat

from analysis.batch.limits import Limits
from analysis.batch.place import here
from analysis.batch.run import build_reports
from analysis.batch.shapes import Task
from analysis.batch.store import LocalHome
from analysis.batch.templates import ForkLauncher

OUTPUTS = ["audit.html", "audit.ipynb", "audit.json", "audit.pdf", "audit.xlsx", "manifest.json"]
PARAMETERS = """client: str = "tiny"  # who
params_folder: str = "params"  # where
as_of: str = ""
language: str = ""
run_folder: str = \"\""""
AUDIT = """
from pathlib import Path
from types import SimpleNamespace
from analysis.document.blocks import Chapter, Cover, Heading, Prose
from analysis.report.audit_json import write_audit_json
home = Path(params_folder, client)
words = (home / "words.csv").read_text("utf-8")
facts = {"client": client, "as_of": as_of or "2026-06-30", "language": language, "words": words}
write_audit_json(SimpleNamespace(to_dict=lambda: facts), run_folder)"""
COVER = """
Cover(client=client, title="Audit", subtitle="", as_of="30 June 2026", language="en", accent="#1f5a7a",
      date_iso="2026-06-30", labels={"contents": "Contents"})"""
CHAPTER = """
Chapter(key="satisfaction", blocks=(
    Heading(level=1, text="Satisfaction", anchor="satisfaction"), Prose(paragraphs=(words,))))"""
DO = """
if (home / "do.py").exists(): exec((home / "do.py").read_text("utf-8"))"""
CELLS = ((AUDIT, "data and models"), (COVER, None), (CHAPTER, "satisfaction"), (DO, "doing"))


class Project:
    """A folder with parameters, data, the notebook and the reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.params, self.out, self.notebook = folder / "params", folder / "reports", folder / "tiny.ipynb"
        self.params.mkdir(parents=True, exist_ok=True)
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
        )
        notebook.cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
        for source, step in CELLS:
            named = {"audit": {"step": step}} if step else {}
            notebook.cells.append(nbformat.v4.new_code_cell(source.strip("\n"), metadata=named))
        for number, cell in enumerate(notebook.cells):
            cell["id"] = f"cell-{number}"
        self.notebook.write_text(json.dumps(notebook), encoding="utf-8")

    def add(self, client: str, words: str = "Most are content.", do: str = "", more: str = "") -> None:
        """Write a client; `do` is run in its notebook, `more` is put into its parameters."""
        home = self.params / client
        home.mkdir(exist_ok=True)
        (home / "words.csv").write_text(words, encoding="utf-8")
        if do:
            (home / "do.py").write_text(do, encoding="utf-8")
        text = f"name: {client.title()}\ndata_folder: ./{client}\nsources:\n  feedback:\n    files: words.csv\n"
        (self.params / f"{client}.yml").write_text(text + more, encoding="utf-8")

    def task(self, client: str, **options) -> Task:
        return Task(client=client, params_folder=self.params, out=self.out, notebook=self.notebook, **options)

    def run(self, launcher, *clients: str, jobs=2, time_limit=60.0, stream=None, **options):
        """Build the reports of all clients, or of these."""
        limits = Limits(jobs=jobs, memory=10**12, time_limit=time_limit)
        return build_reports(
            clients, home=LocalHome(params_folder=self.params, out=self.out), place=here(limits, launcher=Kept(launcher)),
            time_limit=time_limit, stream=stream or io.StringIO(), notebook=self.notebook, **options,
        )  # fmt: skip

    def report(self, client: str) -> dict[str, bytes]:
        """Return the files of a client's published report by name."""
        return {path.name: path.read_bytes() for path in (self.out / client / "2026-06-30").iterdir()}

    def left(self, client: str) -> list[str]:
        """Return the names in a client's folder of reports."""
        folder = self.out / client
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


class Kept:
    """A launcher that is ready already, and stays so."""

    def __init__(self, launcher) -> None:
        self._launcher = launcher

    def __enter__(self):
        return self._launcher

    def __exit__(self, *_error) -> None:
        pass


@contextmanager
def forking():
    """Give a launcher whose kernels have loaded no statistics; whatever it has to remark fails the test."""
    remarks: list[str] = []
    with ForkLauncher(remarks.append, preload=("analysis.report.audit_json",)) as ready:
        yield ready
    assert remarks == []


def markers(number):
    return [f"canary{number:02d}x{word}" for word in ("alpha", "beta")]


def add_canaries(project, count: int) -> None:
    """Add clients, each of which marks its data, its name, its output, a variable, a setting and the environment."""
    for number in range(count):
        first, second = markers(number)
        do = f"""
import os, random, builtins, locale, matplotlib
assert not [name for name in os.environ if name.startswith("CANARY")], "the environment leaked"
assert not hasattr(builtins, "canary"), "a variable leaked"
assert "{first}" in words
os.environ["CANARY{number}"] = builtins.canary = matplotlib.rcParams["svg.hashsalt"] = "{second}"
print("{second}")
"""
        project.add(f"canary-{number:02d}", words=first, do=do)


def assert_canaries_alone(project, count: int) -> None:
    """Assert that each canary's marks are in its own files and in nobody else's."""
    for number in range(count):
        files = {name: unpacked(content) for name, content in project.report(f"canary-{number:02d}").items()}
        for other in range(count):
            for marker in markers(other):
                found = [name for name, content in files.items() if marker.encode() in content]
                assert bool(found) == (number == other), (number, marker, found)


def unpacked(content: bytes) -> bytes:
    """Return a file's bytes with those of the streams inside it: a PDF's, and an Excel file's parts."""
    parts = [content]
    for start in [match.end() for match in re.finditer(rb"stream\r?\n", content)]:
        try:
            parts.append(zlib.decompressobj().decompress(content[start:]))
        except zlib.error:
            continue  # a stream that is not packed
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    return b"\0".join(parts)


def states(result) -> dict[str, str]:
    return {client: entry.outcome.state for client, entry in result.entries.items()}


def stop_never() -> threading.Event:
    return threading.Event()


def main() -> None:
    """Run the command for a project, as a process of its own that tests can end: ``python batch_project.py FOLDER ...``."""
    from analysis import cli
    from analysis.batch import run, templates

    folder, *arguments = sys.argv[1:]
    project = Project.__new__(Project)
    project.notebook = Path(folder) / "tiny.ipynb"
    run.build_reports.__kwdefaults__["notebook"] = project.notebook
    templates.ForkLauncher.__init__.__defaults__ = (("analysis.report.audit_json",),)
    sys.exit(cli.main(["reports", "--params", f"{folder}/params", "--out", f"{folder}/reports", *arguments]))


if __name__ == "__main__":
    main()
