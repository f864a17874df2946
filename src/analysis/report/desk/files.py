"""Which files for the desk a report gets."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.report.collect import Content
from analysis.report.desk.workbook import render_workbook


def render_desk_files(content: Content, audit: Mapping[str, Any], formats: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the files beside the documents by name, which may hold a folder (``charts/x.svg``).

    Parameters
    ----------
    content
        The document.
    audit
        The content of audit.json.
    formats
        What is asked for besides the workbook: ``pptx``, ``charts``.
    """
    return {"audit.xlsx": render_workbook(content, audit)}
