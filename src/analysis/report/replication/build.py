"""A client's replication bundle from parameter file to published folder, or nothing at all.

Unlike a report, a bundle that is built again differs: its codes and its constant are random, and kept nowhere.
"""

import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd

from analysis.data.client import ClientData
from analysis.data.load import load_client_data
from analysis.errors import ReportError
from analysis.params.load import load_params
from analysis.params.model import ClientParams
from analysis.report.build import BuildResult
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import VERSION, describe_origin, hash_file, hash_text, read_manifest
from analysis.report.progress import NoProgress, Progress
from analysis.report.publish import client_lock, publish, staging_folder
from analysis.report.replication import wording
from analysis.report.replication.codebook import describe_columns, render_codebook, render_codebook_page
from analysis.report.replication.design_rows import loyalty_rows, repurchase_rows
from analysis.report.replication.editions import Edition, choose_edition, refuse_no_answers
from analysis.report.replication.extract import Release, release_data
from analysis.report.replication.files import render_frame
from analysis.report.replication.numbers import TableComparison, compare_tables, compute_tables
from analysis.report.replication.parameters import DATA, NAME, render_params
from analysis.report.replication.readme import render_readme
from analysis.report.replication.reproduce import TABLES, models_hash
from analysis.report.study_build import STUDIES

SUFFIX = "-replication"
RESTRICTED = "-restricted"
SCRIPTS = ("reproduce.py", "independent.py")
SHOWN = 5


def build_replication(
    client: str,
    *,
    params_folder: Path,
    out: Path,
    as_of: dt.date | None = None,
    language: str | None = None,
    restricted: bool = False,
    progress: Progress | None = None,
    force: bool = False,
) -> BuildResult:
    """Build and publish the replication bundle of one client, unless it is there and nothing has changed.

    Parameters
    ----------
    client
        The client's id.
    params_folder, out
        Folder of the parameter files, and of the reports; the bundle goes to
        ``OUT/_study/<client>/<as_of>-replication`` (``-replication-restricted`` for controlled access).
    as_of, language
        Override what the parameter file says.
    restricted
        Export answers beside orders although respondents were promised aggregates only.
    progress
        Told of every step.
    force
        Build even if nothing has changed, with new codes.

    Raises
    ------
    InputError
        Parameters or data cannot be used, or must not be exported; nothing is published.
    ReportError
        The bundle does not reproduce the client's own numbers; nothing is published.
    """
    started, progress = time.perf_counter(), progress or NoProgress()
    params = load_params(client, params_folder, as_of=as_of, language=language)
    edition = choose_edition(params, restricted=restricted)
    job = _Job(params=params, edition=edition, controlled=_is_controlled(params, edition), progress=progress)
    folder = out / STUDIES / client
    with client_lock(folder, on_wait=lambda: progress.note(f"another run is busy with {client}: waiting for it")):
        origin = job.origin()
        found = None if force else _find_unchanged(folder, origin)
        target = found or job.build(folder, origin)
    files = tuple(sorted(path for path in target.rglob("*") if path.is_file()))
    return BuildResult(folder=target, files=files, unchanged=found is not None, seconds=time.perf_counter() - started)


def _is_controlled(params: ClientParams, edition: Edition) -> bool:
    promised = params.survey.confidentiality if params.survey else ""
    return edition == "full" and not (promised == "attributed" and params.audience == "internal")


def _find_unchanged(folder: Path, origin: str | None) -> Path | None:
    """Return the bundle that was made from `origin` and is intact, or None."""
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}*/{MANIFEST}")):
        manifest = read_manifest(path)
        if manifest is None or origin is None or manifest.get("origin") != origin:
            continue
        outputs: Mapping[str, str] = manifest["outputs"]
        if all((path.parent / name).is_file() and hash_file(path.parent / name) == outputs[name] for name in outputs):
            return path.parent
    return None


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One bundle that is to be built; `controlled` is one that must not be published."""

    params: ClientParams
    edition: Edition
    controlled: bool
    progress: Progress

    def origin(self) -> str | None:
        """Return one hash of all that the bundle is made from; None where the inputs cannot be known (a database).

        The parts stay out of the bundle: names and hashes of a client's files would tell whose they are.
        """
        described = describe_origin(self.params, Path(__file__))
        if described.inputs is None:
            return None
        return hash_text(json.dumps([self.edition, self.controlled, described.to_dict()], sort_keys=True))

    def build(self, folder: Path, origin: str | None) -> Path:
        """Build and publish under the client's lock; return the published folder."""
        with staging_folder(folder) as staging:
            bundle = staging / "bundle"
            with self._step("data"):
                data = load_client_data(self.params)
                refuse_no_answers(data, self.params)
                release = release_data(data, self.params, self.edition)
                as_of = data.as_of.date().isoformat()
                _write(bundle, {f"{DATA}/{name}.csv": render_frame(frame) for name, frame in release.tables.items()})
                _write(bundle, {f"{NAME}.yml": render_params(self.params, release, as_of)})
            with self._step("tables of the client"):
                expected = compute_tables(data, self.params)
            with self._step("tables of the bundle"):
                own = load_params(NAME, bundle)
                released = load_client_data(own)
                tables = compute_tables(released, own)
            agreement = agree(compare_tables(expected, tables, texts=False, money=False), release)
            with self._step("codebook and scripts"):
                _write(bundle, {f"{TABLES}/{name}": text for name, text in tables.items()})
                _write(bundle, self._papers(release, released, own, agreement))
            _write(bundle, {MANIFEST: _render_manifest(bundle, as_of, self.params.language, self.edition, origin)})
            target = folder / f"{as_of}{SUFFIX}{RESTRICTED if self.controlled else ''}"
            publish(bundle, target)
        return target

    def _papers(
        self, release: Release, released: ClientData, own: ClientParams, agreement: tuple[int, int]
    ) -> dict[str, str]:
        """Return the rows of the regressions, the codebook, the README and the scripts, by file name."""
        designs = {
            "analysis_loyalty": loyalty_rows(released, own),
            "analysis_repurchase": repurchase_rows(released, own),
        }
        rows = {name: frame for name, frame in designs.items() if frame is not None}
        files: dict[str, pd.DataFrame] = {**release.tables, **rows}
        columns = describe_columns(files, release, self.params)
        papers = {f"{DATA}/{name}.csv": render_frame(frame) for name, frame in rows.items()}
        papers["codebook.csv"] = render_codebook(columns)
        papers["codebook.md"] = render_codebook_page(columns, release, self.params)
        papers["README.md"] = render_readme(release, self.params, wording.describe_agreement(release, *agreement))
        scripts = resources.files("analysis.report.replication")
        return papers | {name: (scripts / f"{name}.txt").read_text("utf-8") for name in SCRIPTS}

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        self.progress.step(name, None)
        yield
        self.progress.step(name, time.perf_counter() - started)


def agree(compared: tuple[TableComparison, ...], release: Release) -> tuple[int, int]:
    """Return how many numbers were compared with the client's own, and how many of them agree.

    Raises
    ------
    ReportError
        Some differ in the full edition, where none may.
    """
    numbers = sum(table.numbers for table in compared)
    differing = [f"{table.name}: {cell}" for table in compared for cell in table.differing]
    if release.edition == "full" and differing:
        more = f"\nand {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        raise ReportError("the bundle does not reproduce the client's tables:\n" + "\n".join(differing[:SHOWN]) + more)
    return numbers, numbers - sum(table.different_numbers for table in compared)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def _render_manifest(bundle: Path, as_of: str, language: str, edition: Edition, origin: str | None) -> str:
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    outputs = {path.relative_to(bundle).as_posix(): hash_file(path) for path in files}
    told = {"version": VERSION, "as_of": as_of, "language": language, "edition": edition, "origin": origin}
    told["models"] = models_hash()
    return json.dumps(told | {"outputs": outputs}, indent=1, sort_keys=True) + "\n"
