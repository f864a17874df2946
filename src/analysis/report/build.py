"""One client's report from parameter file to published folder, or nothing at all."""

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from analysis.errors import InputError, ReportError
from analysis.params.load import load_params, resolved_data_folder
from analysis.params.model import ClientParams
from analysis.report.earlier import fired_alerts, hash_earlier, unknown_alerts
from analysis.report.failure import keep_failure
from analysis.report.imports import import_papermill
from analysis.report.kernel import KernelProcess
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import Origin, describe_origin, find_unchanged, render_manifest
from analysis.report.notebook import PROJECT
from analysis.report.progress import NoProgress, Progress
from analysis.report.publish import FAILED_NAME, client_lock, publish, staging_folder

NOTEBOOK = PROJECT / "notebooks" / "relationship_audit.ipynb"


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """What `build_report` has done.

    Parameters
    ----------
    folder
        The published report, ``OUT/<client>/<as_of>``.
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


def build_report(
    client: str,
    *,
    params_folder: Path,
    out: Path,
    as_of: dt.date | None = None,
    language: str | None = None,
    progress: Progress | None = None,
    force: bool = False,
    notebook: Path = NOTEBOOK,
    kernel: KernelProcess | None = None,
) -> BuildResult:
    """Build and publish the audit of one client, unless it is there already and nothing has changed.

    Parameters
    ----------
    client
        The client's id.
    params_folder, out
        Folder of the parameter files, and of the reports.
    as_of, language
        Override what the parameter file says.
    progress
        Told of every chapter.
    force
        Build even if nothing has changed.
    notebook
        What is run; the project's own by default.
    kernel
        A kernel that is already starting (`early_kernel`); default: a new one.

    Raises
    ------
    InputError
        Parameters or data cannot be used; nothing is published, the last good report stays.
    ReportError
        Anything else went wrong; the broken notebook and a log lie under ``OUT/<client>/failed``.
    """
    started, progress = time.perf_counter(), progress or NoProgress()
    params = load_params(client, params_folder, as_of=as_of, language=language)
    _check(params)
    folder = out / client
    job = _Job(
        params=params, params_folder=params_folder, folder=folder, notebook=notebook, progress=progress, kernel=kernel
    )  # fmt: skip
    report = None if force else job.find_unchanged()
    if report is None:
        waited: list[bool] = []
        with client_lock(folder, on_wait=lambda: _tell_waiting(client, progress, waited)):
            # Whoever held the lock may have built this very report.
            report = job.find_unchanged() if waited and not force else None
            built = report is None
            report = report or job.build()
    else:
        built = False
    files = tuple(sorted(path for path in report.rglob("*") if path.is_file()))
    return BuildResult(
        folder=report,
        files=files,
        unchanged=not built,
        seconds=time.perf_counter() - started,
        alerts=fired_alerts(report),
        unanswered=unknown_alerts(report),
    )


def _check(params: ClientParams) -> None:
    """Refuse alerts and actions that cannot mean anything; the statistics load only where there is any to check."""
    if params.alerts or params.actions or params.actions_taken:
        from analysis.actions.check import check_steering

        check_steering(params)


def _tell_waiting(client: str, progress: Progress, waited: list[bool]) -> None:
    progress.note(f"another run is building {client}: waiting for it")
    waited.append(True)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One report that is to be built."""

    params: ClientParams
    params_folder: Path
    folder: Path
    notebook: Path
    progress: Progress
    kernel: KernelProcess | None

    def find_unchanged(self) -> Path | None:
        """Return the report that is there already; the inputs are hashed only where there is one to compare."""
        if not any(self.folder.glob(f"*/{MANIFEST}")):
            return None
        origin = describe_origin(self.params, self.notebook)
        return find_unchanged(self.folder, origin, lambda day: hash_earlier(self.folder, day))

    def build(self) -> Path:
        """Build and publish under the client's lock; return the published folder."""
        with staging_folder(self.folder) as staging:
            kernel = self.kernel or KernelProcess.start(staging / "kernel")  # loads while this process does
            try:
                return self._build(staging, kernel)
            except InputError:
                raise
            except Exception as error:
                raise keep_failure(self.folder, staging, "audit.ipynb", error, self.params.redact) from error
            finally:
                kernel.kill()

    def _build(self, staging: Path, kernel: KernelProcess) -> Path:
        import_papermill()
        from analysis.report.export import Exports
        from analysis.report.run import run_notebook

        report = staging / "report"
        report.mkdir()
        with Exports() as exports:
            # Before the data are read: should they change meanwhile, the next run sees it and builds anew.
            origin = describe_origin(self.params, self.notebook)
            executed = run_notebook(
                self.notebook,
                staging / "audit.ipynb",
                self._parameters(report),
                kernel=kernel,
                on_step=self.progress.step,
            )
            self._write(report, executed, exports, origin)
        target = self.folder / str(_read_audit(report)["as_of"])
        publish(report, target)
        shutil.rmtree(self.folder / FAILED_NAME, ignore_errors=True)  # mended
        return target

    def _parameters(self, run_folder: Path) -> dict[str, Any]:
        """Return the notebook's parameters; an option that was not given is left to the notebook's default."""
        given = {
            "client": self.params.client,
            "params_folder": str(self.params_folder.resolve()),
            "as_of": self.params.as_of.isoformat() if self.params.as_of else "",
            "language": self.params.language,
            "run_folder": str(run_folder.resolve()),
        }
        return {name: value for name, value in given.items() if value}

    def _write(self, report: Path, executed: Any, exports: Any, origin: Origin) -> None:
        """Write the documents beside the audit.json that the notebook has left in `report`."""
        from analysis.report.desk.files import render_desk_files
        from analysis.report.strip import render_notebook, strip_notebook

        audit = _read_audit(report)
        stripped = strip_notebook(executed, self._parameters(report), self._clean(report))
        desk = partial(render_desk_files, audit=audit, formats=self.params.formats)
        for name, content in exports.export(stripped, self.progress.step, desk).items():
            (report / name).parent.mkdir(exist_ok=True)
            (report / name).write_bytes(content)
        (report / "audit.ipynb").write_text(render_notebook(stripped), encoding="utf-8")
        earlier = hash_earlier(self.folder, audit["as_of"])
        text = render_manifest(self.params.client, audit["as_of"], audit["language"], origin, report, earlier)
        (report / MANIFEST).write_text(text, encoding="utf-8")

    def _clean(self, *folders: Path) -> Callable[[str], str]:
        from analysis.report.strip import text_cleaner

        known = [*folders, self.params_folder, self.folder, resolved_data_folder(self.params), PROJECT]
        return text_cleaner(known, self.params.redact)


def _read_audit(report: Path) -> Mapping[str, Any]:
    """Return the audit.json that the notebook has written."""
    path = report / "audit.json"
    if not path.exists():
        raise ReportError("the notebook has written no audit.json")
    return json.loads(path.read_text("utf-8"))
