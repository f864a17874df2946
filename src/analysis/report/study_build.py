"""A study of one or several clients from parameter files to published folder, or nothing at all."""

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import InputError, ReportError
from analysis.params.load import resolved_data_folder
from analysis.params.model import ClientParams
from analysis.report.build import BuildResult
from analysis.report.failure import keep_failure
from analysis.report.imports import import_papermill
from analysis.report.kernel import KernelProcess
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import Origin, describe_origin, find_unchanged, hash_text, render_manifest
from analysis.report.notebook import PROJECT, read_clients
from analysis.report.progress import NoProgress, Progress
from analysis.report.publish import FAILED_NAME, client_lock, publish, staging_folder

NOTEBOOK = PROJECT / "notebooks" / "satisfaction_loyalty_study.ipynb"
STUDIES = "_study"
"""Folder of the studies beside the clients' reports; no client's id begins like it."""
PRELOAD = ("analysis.study.run", "analysis.document.study.compose", "analysis.report.study_files")
LONGEST_NAME = 100  # characters, so that the folders' names stay within what file systems take


def study_name(ids: Sequence[str]) -> str:
    """Return the name of a study's folder: the clients joined by +, which is in no client's id.

    >>> study_name(["demo", "demo-zh"])
    'demo+demo-zh'
    """
    name = "+".join(ids)
    return name if len(name) <= LONGEST_NAME else f"{len(ids)}+{hash_text(name)[:16]}"


def build_study(
    clients: str,
    *,
    params_folder: Path,
    out: Path,
    as_of: dt.date | None = None,
    language: str | None = None,
    progress: Progress | None = None,
    force: bool = False,
    notebook: Path = NOTEBOOK,
) -> BuildResult:
    """Build and publish the study of one client, or of several pooled, unless it is there and nothing has changed.

    Parameters
    ----------
    clients
        Ids with blanks between them.
    params_folder, out
        Folder of the parameter files, and of the reports; the study goes to ``OUT/_study/<clients>/<as_of>``.
    as_of, language
        Override what the parameter files say.
    progress
        Told of every chapter.
    force
        Build even if nothing has changed.
    notebook
        What is run; the project's own by default.

    Raises
    ------
    InputError
        Parameters or data cannot be used; nothing is published, the last good study stays.
    ReportError
        Anything else went wrong; the broken notebook and a log lie under ``OUT/_study/<clients>/failed``.
    """
    started, progress = time.perf_counter(), progress or NoProgress()
    day = as_of.isoformat() if as_of else ""
    params = read_clients(clients, str(params_folder.resolve()), as_of=day, language=language or "")
    ids = [each.client for each in params]
    job = _StudyJob(
        params=params,
        params_folder=params_folder,
        folder=out / STUDIES / study_name(ids),
        notebook=notebook,
        progress=progress,
        as_of=day,
    )
    study, built = (None if force else job.find_unchanged()), False
    if study is None:
        waited: list[bool] = []

        def wait() -> None:
            progress.note(f"another run is building the study of {', '.join(ids)}: waiting for it")
            waited.append(True)

        with client_lock(job.folder, on_wait=wait):
            # Whoever held the lock may have built this very study.
            study = job.find_unchanged() if waited and not force else None
            built = study is None
            study = study or job.build()
    files = tuple(sorted(path for path in study.rglob("*") if path.is_file()))
    return BuildResult(folder=study, files=files, unchanged=not built, seconds=time.perf_counter() - started)


@dataclass(frozen=True, kw_only=True)
class _StudyJob:
    """One study that is to be built."""

    params: tuple[ClientParams, ...]
    params_folder: Path
    folder: Path
    notebook: Path
    progress: Progress
    as_of: str

    def find_unchanged(self) -> Path | None:
        """Return the study that is there already; the inputs are hashed only where there is one to compare."""
        if not any(self.folder.glob(f"*/{MANIFEST}")):
            return None
        return find_unchanged(self.folder, self._origin())

    def _origin(self) -> Origin:
        return combine_origins({each.client: describe_origin(each, self.notebook) for each in self.params})

    def build(self) -> Path:
        """Build and publish under the study's lock; return the published folder."""
        with staging_folder(self.folder) as staging:
            kernel = KernelProcess.start(staging / "kernel", preload=PRELOAD)  # loads while this process does
            try:
                return self._build(staging, kernel)
            except InputError:
                raise
            except Exception as error:
                raise keep_failure(self.folder, staging, "study.ipynb", error, self._redact) from error
            finally:
                kernel.kill()

    def _build(self, staging: Path, kernel: KernelProcess) -> Path:
        import_papermill()
        from analysis.report.export import Exports
        from analysis.report.run import run_notebook

        report = staging / "report"
        report.mkdir()
        with Exports("study") as exports:
            # Before the data are read: should they change meanwhile, the next run sees it and builds anew.
            origin = self._origin()
            executed = run_notebook(
                self.notebook,
                staging / "study.ipynb",
                self._parameters(report),
                kernel=kernel,
                on_step=self.progress.step,
            )
            self._write(report, executed, exports, origin)
        target = self.folder / str(_read_study(report)["as_of"])
        publish(report, target)
        shutil.rmtree(self.folder / FAILED_NAME, ignore_errors=True)  # mended
        return target

    def _parameters(self, run_folder: Path) -> dict[str, Any]:
        given = {
            "clients": " ".join(each.client for each in self.params),
            "params_folder": str(self.params_folder.resolve()),
            "as_of": self.as_of,
            "language": self.params[0].language,
            "run_folder": str(run_folder.resolve()),
        }
        return {name: value for name, value in given.items() if value}

    def _write(self, report: Path, executed: Any, exports: Any, origin: Origin) -> None:
        """Write the documents beside what the notebook has left in `report`."""
        from analysis.report.strip import render_notebook, strip_notebook

        stripped = strip_notebook(executed, self._parameters(report), self._clean(report))
        for name, content in exports.export(stripped, self.progress.step).items():
            (report / name).write_bytes(content)
        (report / "study.ipynb").write_text(render_notebook(stripped), encoding="utf-8")
        study = _read_study(report)
        clients = " ".join(each.client for each in self.params)
        text = render_manifest(clients, study["as_of"], study["language"], origin, report)
        (report / MANIFEST).write_text(text, encoding="utf-8")

    def _clean(self, *folders: Path) -> Callable[[str], str]:
        from analysis.report.strip import text_cleaner

        data = [resolved_data_folder(each) for each in self.params]
        return text_cleaner([*folders, self.params_folder, self.folder, *data, PROJECT], self._redact)

    def _redact(self, text: str) -> str:
        for each in self.params:
            text = each.redact(text)
        return text


def combine_origins(origins: Mapping[str, Origin]) -> Origin:
    """Return what several clients' studies depend on together; the inputs are named by client."""
    several = list(origins.values())
    if len(several) == 1:
        return several[0]
    inputs: dict[str, str] | None = {}
    for client, origin in origins.items():
        if origin.inputs is None or inputs is None:
            inputs = None  # a database, whose content cannot be known without reading it
        else:
            inputs |= {f"{client}/{name}": digest for name, digest in origin.inputs.items()}
    return Origin(
        params={name: digest for origin in several for name, digest in origin.params.items()},
        options=hash_text(json.dumps({client: origin.options for client, origin in origins.items()})),
        inputs=inputs,
        code=several[0].code,
    )


def _read_study(report: Path) -> Mapping[str, Any]:
    """Return the study.json that the notebook has written."""
    path = report / "study.json"
    if not path.exists():
        raise ReportError("the notebook has written no study.json")
    return json.loads(path.read_text("utf-8"))
