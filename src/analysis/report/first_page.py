"""The picture of an audit's first page that the README shows, made from a published notebook."""

from pathlib import Path

import nbformat

from analysis.report.collect import collect_content
from analysis.report.pdf import render_first_page_png


def write_first_page(reports: Path, target: Path) -> None:
    """Write a PNG of the first page of a client's latest report.

    Parameters
    ----------
    reports
        Folder of the client's reports, ``OUT/<client>``.
    target
        File to write.

    Raises
    ------
    FileNotFoundError
        Where the client has no report.
    """
    notebooks = sorted(reports.glob("*/audit.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"no report in {reports}")
    notebook = nbformat.read(notebooks[-1], as_version=4)
    target.write_bytes(render_first_page_png(collect_content(notebook)))
