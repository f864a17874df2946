"""What a study's notebook leaves beside itself: study.json and the folder of tables."""

from pathlib import Path

from analysis.document.study.compose import StudyDocument
from analysis.report.audit_json import render_audit_json
from analysis.report.study_tables import render_csv, render_latex, render_word_html
from analysis.study.results import Study
from analysis.study.summary import exported_tables

FILE_NAME = "study.json"
TABLES = "tables"


def write_study(study: Study, document: StudyDocument, folder: Path | str) -> None:
    """Write study.json and each table as LaTeX, HTML and CSV into `folder`; do nothing where it is empty.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    if not str(folder):
        return
    t, tables = document.translator, Path(folder, TABLES)
    tables.mkdir()
    for table in exported_tables(study):
        for suffix, render in (("tex", render_latex), ("html", render_word_html), ("csv", render_csv)):
            (tables / f"{table.key}.{suffix}").write_bytes(render(table, t).encode("utf-8"))
    Path(folder, FILE_NAME).write_text(render_audit_json(study), encoding="utf-8")
