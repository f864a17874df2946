"""Two published audits of a client side by side, from their files to a published folder, or nothing at all."""

import dataclasses
import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from analysis.params.load import load_params
from analysis.params.model import ClientParams
from analysis.report.audit_pair import choose_pair
from analysis.report.earlier import published_audits
from analysis.report.job import BuildResult, Job, check_steering_of, published_files
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import Origin, describe_origin, hash_file, hash_text
from analysis.report.notebook import PROJECT
from analysis.report.progress import NoProgress, Progress

NOTEBOOK = PROJECT / "notebooks" / "audit_comparison.ipynb"
COMPARISONS = "_compare"
"""Folder of the comparisons among a client's audits; no day is written like it."""
PRELOAD = ("analysis.report.comparison_files", "analysis.document.comparison.compose")


def build_comparison(
    client: str,
    *,
    params_folder: Path,
    out: Path,
    as_of: dt.date | None = None,
    against: dt.date | None = None,
    language: str | None = None,
    progress: Progress | None = None,
    force: bool = False,
    notebook: Path = NOTEBOOK,
) -> BuildResult:
    """Build and publish the comparison of two published audits, unless it is there and nothing has changed.

    Parameters
    ----------
    client
        The client's id.
    params_folder, out
        Folder of the parameter files, and of the reports; the comparison goes to
        ``OUT/<client>/_compare/<earlier>_<later>``.
    as_of, against
        Days of the later and of the earlier audit; default: the latest, and the one before the later.
    language
        Overrides what the parameter file says.
    progress
        Told of every chapter.
    force
        Build even if nothing has changed.
    notebook
        What is run; the project's own by default.

    Raises
    ------
    InputError
        There are no two such audits, or parameters or audits cannot be used; nothing is published.
    ReportError
        Anything else went wrong; the broken notebook and a log lie under ``OUT/<client>/_compare/failed``.
    """
    started, progress = time.perf_counter(), progress or NoProgress()
    params = load_params(client, params_folder, language=language)
    check_steering_of(params)
    days = [day.isoformat() if day else "" for day in (as_of, against)]
    earlier, later = choose_pair(out / client, client, as_of=days[0], against=days[1])
    job = _ComparisonJob(
        params=params,
        params_folder=params_folder,
        folder=out / client / COMPARISONS,
        notebook=notebook,
        progress=progress,
        out=out,
        pair=(earlier, later),
    )
    folder, built = job.run(force=force)
    seconds = time.perf_counter() - started
    return BuildResult(folder=folder, files=published_files(folder), unchanged=not built, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class _ComparisonJob(Job):
    """One comparison of two audits."""

    stem: ClassVar[str] = "comparison"
    preload: ClassVar[tuple[str, ...]] = PRELOAD

    params: ClientParams
    out: Path
    pair: tuple[str, str]

    @property
    def subject(self) -> str:
        return f"a comparison of {self.params.client}"

    @property
    def clients(self) -> tuple[ClientParams, ...]:
        return (self.params,)

    def origin(self) -> Origin:
        """Return what it depends on: the audits up to the later one in place of the client's data, and which two."""
        origin = describe_origin(self.params, self.notebook, inputs=self._audits())
        return dataclasses.replace(origin, options=hash_text(f"{origin.options} {' '.join(self.pair)}"))

    def _audits(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in published_audits(self.folder.parent):
            if path.parent.name <= self.pair[1]:
                for each in (path, path.with_name(MANIFEST)):
                    found |= {f"{path.parent.name}/{each.name}": hash_file(each)} if each.is_file() else {}
        return found

    def places(self) -> Sequence[Path]:
        return (self.out,)

    def target_name(self, result: Mapping[str, Any]) -> str:
        return f"{result['against']}_{result['as_of']}"

    def parameters(self, run_folder: Path) -> dict[str, Any]:
        return {
            "client": self.params.client,
            "params_folder": str(self.params_folder.resolve()),
            "reports_folder": str(self.out.resolve()),
            "as_of": self.pair[1],
            "against": self.pair[0],
            "language": self.params.language,
            "run_folder": str(run_folder.resolve()),
        }
