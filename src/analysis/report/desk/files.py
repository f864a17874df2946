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
    files = {"audit.xlsx": render_workbook(content, audit)}
    if "pptx" in formats:  # loaded only where it is asked for
        from analysis.report.desk.slides import render_slides

        files["audit.pptx"] = render_slides(content, audit)
    if "charts" in formats:
        from analysis.report.desk.charts import render_charts

        files |= render_charts(content)
    return files
