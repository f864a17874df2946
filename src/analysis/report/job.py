"""What every published folder has in common: unchanged or not, lock, kernel, notebook, documents, one step to publish.

A job says what it is made of and with which parameters its notebook runs; the way there is the same for all.
"""

import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from analysis.errors import InputError, ReportError
from analysis.params.model import ClientParams
from analysis.report.failure import keep_failure
from analysis.report.imports import import_papermill
from analysis.report.kernel import PRELOAD, KernelProcess
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import Origin, find_unchanged, render_manifest
from analysis.report.notebook import PROJECT
from analysis.report.progress import Progress
from analysis.report.publish import FAILED_NAME, client_lock, publish, staging_folder


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """What a build has done.

    Parameters
    ----------
    folder
        The published folder.
    files
        Its files.
    unchanged
        True where it was there already, made from the same inputs and code, and nothing was done.
    seconds
        How long it took.
    alerts
        The client's own alerts that fired, each with what was found.
    unanswered
        Those that the data could not answer, each with the reason.
    """

    folder: Path
    files: tuple[Path, ...]
    unchanged: bool
    seconds: float
    alerts: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Job(ABC):
    """One folder that is to be built.

    Parameters
    ----------
    params_folder
        Folder of the parameter files.
    folder
        Where the finished folder is published, beside its elder versions of other days.
    notebook
        What is run.
    progress
        Told of every chapter.
    kernel
        A kernel that is already starting; None: a new one.
    """

    stem: ClassVar[str]
    """Name of the documents, of the notebook and of the results' JSON, without suffix."""
    preload: ClassVar[tuple[str, ...]] = PRELOAD
    """Modules that a kernel of its own loads while this process does."""

    params_folder: Path
    folder: Path
    notebook: Path
    progress: Progress
    kernel: KernelProcess | None = None

    @property
    @abstractmethod
    def subject(self) -> str:
        """What is built, as whoever waits for it is told."""

    @property
    @abstractmethod
    def clients(self) -> tuple[ClientParams, ...]:
        """Whose folder it is."""

    @abstractmethod
    def origin(self) -> Origin:
        """Return the hashes of all that it depends on."""

    @abstractmethod
    def parameters(self, run_folder: Path) -> dict[str, Any]:
        """Return the notebook's parameters; an empty one is left to the notebook's default."""

    @abstractmethod
    def places(self) -> Sequence[Path]:
        """Return folders of this machine that must not show in what is published."""

    def earlier(self, _day: str) -> Mapping[str, str]:
        """Return the hashes of the published folders that one of this day follows up; default: none."""
        return {}

    def target_name(self, result: Mapping[str, Any]) -> str:
        """Return the name of the published folder: the day of its results."""
        return str(result["as_of"])

    def export(self, exports: Any, notebook: Any, _result: Mapping[str, Any]) -> Mapping[str, bytes]:
        """Return the documents of the executed notebook by file name."""
        documents: Mapping[str, bytes] = exports.export(notebook, self.progress.step)
        return documents

    def redact(self, text: str) -> str:
        """Return a text without what the parameters took from the environment."""
        for each in self.clients:
            text = each.redact(text)
        return text

    def run(self, *, force: bool) -> tuple[Path, bool]:
        """Return the published folder, and whether it was built now: it is left alone where nothing has changed.

        Parameters
        ----------
        force
            Build even if nothing has changed.

        Raises
        ------
        InputError
            Parameters or data cannot be used; nothing is published, the last good folder stays.
        ReportError
            Anything else went wrong; the broken notebook and a log lie in ``failed`` beside the folder.
        """
        found = None if force else self.find_unchanged()
        if found is not None:
            return found, False
        waited: list[bool] = []

        def wait() -> None:
            self.progress.note(f"another run is building {self.subject}: waiting for it")
            waited.append(True)

        with client_lock(self.folder, on_wait=wait):
            # Whoever held the lock may have built this very folder.
            found = self.find_unchanged() if waited and not force else None
            return (found, False) if found is not None else (self._publish(), True)

    def find_unchanged(self) -> Path | None:
        """Return the folder that is there already; the inputs are hashed only where there is one to compare."""
        if not any(self.folder.glob(f"*/{MANIFEST}")):
            return None
        return find_unchanged(self.folder, self.origin(), self.earlier)

    def _publish(self) -> Path:
        """Build and publish under the lock; return the published folder."""
        with staging_folder(self.folder) as staging:
            # loads while this process does
            kernel = self.kernel or KernelProcess.start(staging / "kernel", preload=self.preload)
            try:
                return self._build(staging, kernel)
            except InputError:
                raise
            except Exception as error:
                raise keep_failure(self.folder, staging, self._notebook_name, error, self.redact) from error
            finally:
                kernel.kill()

    @property
    def _notebook_name(self) -> str:
        return f"{self.stem}.ipynb"

    def _build(self, staging: Path, kernel: KernelProcess) -> Path:
        import_papermill()
        from analysis.report.export import Exports
        from analysis.report.run import run_notebook

        report = staging / "report"
        report.mkdir()
        with Exports(self.stem) as exports:
            # Before the data are read: should they change meanwhile, the next run sees it and builds anew.
            origin = self.origin()
            executed = run_notebook(
                self.notebook,
                staging / self._notebook_name,
                self._given(report),
                kernel=kernel,
                on_step=self.progress.step,
            )
            result = self._write(report, executed, exports, origin)
        target = self.folder / self.target_name(result)
        publish(report, target)
        shutil.rmtree(self.folder / FAILED_NAME, ignore_errors=True)  # mended
        return target

    def _given(self, report: Path) -> dict[str, Any]:
        return {name: value for name, value in self.parameters(report).items() if value}

    def _write(self, report: Path, executed: Any, exports: Any, origin: Origin) -> Mapping[str, Any]:
        """Write the documents beside what the notebook has left in `report`; return its results."""
        from analysis.report.strip import render_notebook, strip_notebook

        result = self._read_result(report)
        stripped = strip_notebook(executed, self._given(report), self._cleaner(report))
        for name, content in self.export(exports, stripped, result).items():
            (report / name).parent.mkdir(exist_ok=True)
            (report / name).write_bytes(content)
        (report / self._notebook_name).write_text(render_notebook(stripped), encoding="utf-8")
        clients = " ".join(each.client for each in self.clients)
        followed = self.earlier(str(result["as_of"]))
        text = render_manifest(clients, result["as_of"], result["language"], origin, report, followed)
        (report / MANIFEST).write_text(text, encoding="utf-8")
        return result

    def _cleaner(self, report: Path) -> Callable[[str], str]:
        from analysis.report.strip import text_cleaner

        return text_cleaner([report, self.params_folder, self.folder, *self.places(), PROJECT], self.redact)

    def _read_result(self, report: Path) -> Mapping[str, Any]:
        """Return the JSON that the notebook has written."""
        path = report / f"{self.stem}.json"
        if not path.exists():
            raise ReportError(f"the notebook has written no {path.name}")
        result: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        return result


def published_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a published folder, those in its own folders too."""
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def check_steering_of(params: ClientParams) -> None:
    """Refuse alerts and actions that cannot mean anything; the statistics load only where there is any to check."""
    if params.alerts or params.actions or params.actions_taken:
        from analysis.actions.check import check_steering

        check_steering(params)
