"""A study of one or several clients from parameter files to published folder, or nothing at all."""

import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from analysis.params.load import resolved_data_folder
from analysis.params.model import ClientParams
from analysis.report.job import BuildResult, Job, published_files
from analysis.report.manifest import Origin, describe_origin, hash_text
from analysis.report.notebook import PROJECT, read_clients
from analysis.report.progress import NoProgress, Progress

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
    study, built = job.run(force=force)
    seconds = time.perf_counter() - started
    return BuildResult(folder=study, files=published_files(study), unchanged=not built, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class _StudyJob(Job):
    """One study of one or several clients."""

    stem: ClassVar[str] = "study"
    preload: ClassVar[tuple[str, ...]] = PRELOAD

    params: tuple[ClientParams, ...]
    as_of: str

    @property
    def subject(self) -> str:
        return f"the study of {', '.join(each.client for each in self.params)}"

    @property
    def clients(self) -> tuple[ClientParams, ...]:
        return self.params

    def origin(self) -> Origin:
        return combine_origins({each.client: describe_origin(each, self.notebook) for each in self.params})

    def places(self) -> Sequence[Path]:
        return [resolved_data_folder(each) for each in self.params]

    def parameters(self, run_folder: Path) -> dict[str, Any]:
        return {
            "clients": " ".join(each.client for each in self.params),
            "params_folder": str(self.params_folder.resolve()),
            "as_of": self.as_of,
            "language": self.params[0].language,
            "run_folder": str(run_folder.resolve()),
        }


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
