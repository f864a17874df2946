"""The portfolio of all published audits, from their audit.json to a published folder, or nothing at all."""

import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from analysis.errors import ParamsError
from analysis.params.model import ClientParams
from analysis.report.job import BuildResult, Job, published_files
from analysis.report.manifest import Origin, hash_code, hash_file, hash_text
from analysis.report.notebook import PROJECT
from analysis.report.portfolio_files import find_audits, find_editions, has_page, hash_audits, no_audits
from analysis.report.progress import NoProgress, Progress
from analysis.report.publish import PORTFOLIO

NOTEBOOK = PROJECT / "notebooks" / "portfolio_review.ipynb"
PRELOAD = ("analysis.portfolio.review", "analysis.document.portfolio.compose", "analysis.report.portfolio_files")


def build_portfolio(
    *,
    out: Path,
    as_of: dt.date | None = None,
    language: str | None = None,
    progress: Progress | None = None,
    force: bool = False,
    notebook: Path = NOTEBOOK,
) -> BuildResult:
    """Build and publish the portfolio of all published audits, unless it is there and nothing has changed.

    Parameters
    ----------
    out
        Folder of the reports; the portfolio goes to ``OUT/_portfolio/<day of the latest audit>``.
    as_of
        Only audits of this day or before; default: all.
    language
        ``en`` or ``zh``; default: that of most clients.
    progress
        Told of every chapter.
    force
        Build even if nothing has changed.
    notebook
        What is run; the project's own by default.

    Raises
    ------
    InputError
        There is no audit that can be read; nothing is published.
    ReportError
        Anything else went wrong; the broken notebook and a log lie under ``OUT/_portfolio/failed``.
    """
    started, progress = time.perf_counter(), progress or NoProgress()
    day = as_of.isoformat() if as_of else ""
    if not find_audits(out, day):
        raise ParamsError([no_audits(out, {}, day)])
    job = _PortfolioJob(
        params_folder=out,
        folder=out / PORTFOLIO,
        notebook=notebook,
        progress=progress,
        out=out,
        as_of=day,
        language=language or "",
    )
    folder, built = job.run(force=force)
    seconds = time.perf_counter() - started
    return BuildResult(folder=folder, files=published_files(folder), unchanged=not built, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class _PortfolioJob(Job):
    """One portfolio."""

    stem: ClassVar[str] = "portfolio"
    preload: ClassVar[tuple[str, ...]] = PRELOAD

    out: Path
    as_of: str
    language: str

    @property
    def subject(self) -> str:
        return "the portfolio"

    @property
    def clients(self) -> tuple[ClientParams, ...]:
        return ()

    def origin(self) -> Origin:
        """Return what it depends on: the audits with their manifests, the options, a page to lead back to, the code."""
        return Origin(
            params={},
            options=hash_text(json.dumps([self.as_of, self.language, has_page(self.out)])),
            inputs=hash_audits(self.out, self.as_of),
            code=hash_code(self.notebook),
        )

    def earlier(self, day: str) -> Mapping[str, str]:
        """Return the hashes of the earlier portfolios, whose bands are not renewed for one client."""
        return {path.parent.name: hash_file(path) for path in find_editions(self.out, day) if path.parent.name < day}

    def places(self) -> Sequence[Path]:
        return (self.out,)

    def parameters(self, run_folder: Path) -> dict[str, Any]:
        return {
            "reports_folder": str(self.out.resolve()),
            "as_of": self.as_of,
            "language": self.language,
            "run_folder": str(run_folder.resolve()),
        }
