"""What the template of workers loads before any client is known, so that no client waits for it."""

from analysis.report.imports import import_papermill


def load_for_workers() -> None:
    """Import what runs notebooks and writes documents, and read the templates and fonts that all reports use.

    No document is laid out: Typst would start threads, which no fork has.
    """
    import_papermill()  # first, since it leaves out what the others would bring in
    from analysis.report import export, fonts, html, pdf, run, strip  # noqa: F401 - loaded for the children
    from analysis.report.desk import files  # noqa: F401 - the same

    export.html_exporter()
    fonts.typst_fonts()
    fonts.figure_coverage()
    for index in range(len(fonts.text_font_files())):
        fonts.covered_by(index)
