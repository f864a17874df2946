"""What of two published audits is read to compare them, and what the comparison's notebook leaves beside itself."""

import os
from pathlib import Path

from analysis.actions import action_titles
from analysis.document.comparison.context import ComparisonLooks
from analysis.monitoring.comparison.compare import compare_audits
from analysis.monitoring.comparison.shapes import Comparison
from analysis.params.base import localized
from analysis.params.logo import load_logo
from analysis.params.model import ClientParams
from analysis.report.audit_json import render_audit_json
from analysis.report.audit_pair import choose_pair
from analysis.report.earlier import published_audits, read_audit_text
from analysis.report.manifest import FILE_NAME as MANIFEST
from analysis.report.manifest import read_manifest
from analysis.report.notebook import PROJECT

FILE_NAME = "comparison.json"
DEFAULT_REPORTS = "reports"


def load_comparison(params: ClientParams, reports: str = "", *, as_of: str = "", against: str = "") -> Comparison:
    """Return two published audits of a client side by side.

    Parameters
    ----------
    params
        The client's parameters of today.
    reports
        Folder of the reports; empty: what AUDIT_OUT says, else ``reports``, here or in the project.
    as_of, against
        Days of the later and of the earlier audit; empty: the latest, and the one before it.

    Raises
    ------
    InputError
        There are no two such audits, or one of them cannot be read.
    """
    folder = _reports_folder(reports) / params.client
    earlier, later = choose_pair(folder, params.client, as_of=as_of, against=against)
    paths = [path for path in published_audits(folder) if path.parent.name <= later]
    return compare_audits(
        [(path.parent.name, read_audit_text(path)) for path in paths],
        params,
        earlier=earlier,
        later=later,
        manifests={path.parent.name: read_manifest(path.with_name(MANIFEST)) or {} for path in paths},
        titles=action_titles(params),
    )


def _reports_folder(reports: str) -> Path:
    folder = Path(reports or os.environ.get("AUDIT_OUT") or DEFAULT_REPORTS)
    return folder if folder.is_absolute() or folder.is_dir() else PROJECT / folder


def looks_of(params: ClientParams) -> ComparisonLooks:
    """Return how the client's documents look, in the language of its parameters.

    Raises
    ------
    ParamsError
        The declared logo cannot be used.
    """
    spec, language = params.branding, params.language
    return ComparisonLooks(
        accent=spec.accent,
        confidentiality=localized(spec.confidentiality, language),
        disclaimer=localized(spec.disclaimer, language),
        prepared_by=localized(spec.prepared_by, language),
        logo=load_logo(spec.logo, params.params_file),
    )


def write_comparison(comparison: Comparison, folder: Path | str) -> None:
    """Write comparison.json into `folder`; do nothing where it is empty (a notebook run by hand).

    Raises
    ------
    ValueError
        A number is not finite.
    """
    if str(folder):
        Path(folder, FILE_NAME).write_text(render_audit_json(comparison), encoding="utf-8")
