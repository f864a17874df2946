"""One client's report from parameter file to published folder, or nothing at all."""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from analysis.params.load import load_params, resolved_data_folder
from analysis.params.model import ClientParams
from analysis.report.earlier import fired_alerts, hash_earlier, unknown_alerts
from analysis.report.job import BuildResult, Job, check_steering_of, published_files
from analysis.report.kernel import KernelProcess
from analysis.report.manifest import Origin, describe_origin
from analysis.report.notebook import PROJECT
from analysis.report.progress import NoProgress, Progress

__all__ = ["NOTEBOOK", "BuildResult", "build_report"]

NOTEBOOK = PROJECT / "notebooks" / "relationship_audit.ipynb"


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
    check_steering_of(params)
    job = _ReportJob(
        params=params,
        params_folder=params_folder,
        folder=out / client,
        notebook=notebook,
        progress=progress,
        kernel=kernel,
    )
    report, built = job.run(force=force)
    return BuildResult(
        folder=report,
        files=published_files(report),
        unchanged=not built,
        seconds=time.perf_counter() - started,
        alerts=fired_alerts(report),
        unanswered=unknown_alerts(report),
    )


@dataclass(frozen=True, kw_only=True)
class _ReportJob(Job):
    """One client's report."""

    stem: ClassVar[str] = "audit"

    params: ClientParams

    @property
    def subject(self) -> str:
        return self.params.client

    @property
    def clients(self) -> tuple[ClientParams, ...]:
        return (self.params,)

    def origin(self) -> Origin:
        return describe_origin(self.params, self.notebook)

    def earlier(self, day: str) -> Mapping[str, str]:
        return hash_earlier(self.folder, day)

    def places(self) -> Sequence[Path]:
        return (resolved_data_folder(self.params),)

    def parameters(self, run_folder: Path) -> dict[str, Any]:
        return {
            "client": self.params.client,
            "params_folder": str(self.params_folder.resolve()),
            "as_of": self.params.as_of.isoformat() if self.params.as_of else "",
            "language": self.params.language,
            "run_folder": str(run_folder.resolve()),
        }

    def export(self, exports: Any, notebook: Any, result: Mapping[str, Any]) -> Mapping[str, bytes]:
        from analysis.report.desk.files import render_desk_files

        desk = partial(render_desk_files, audit=result, formats=self.params.formats)
        documents: Mapping[str, bytes] = exports.export(notebook, self.progress.step, desk)
        return documents
