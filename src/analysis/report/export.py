"""Turns the executed notebook into HTML and PDF at the same time, with the exporters loaded while the kernel works."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from nbformat import NotebookNode

from analysis.report.engine import OnStep


class Exports:
    """Loads the exporters in the background from the moment it is made, and exports when told.

    Used as a context manager, so that no thread outlives it.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="export")
        self._html = self._pool.submit(_html_exporter)
        self._pdf = self._pool.submit(_pdf_exporter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def export(self, notebook: NotebookNode, on_step: OnStep) -> dict[str, bytes]:
        """Return the documents of `notebook` by file name; an exporter's error is raised as it is."""
        started = time.perf_counter()
        on_step("html and pdf", None)
        jobs = {
            "audit.html": self._pool.submit(_export, self._html.result(), notebook),
            "audit.pdf": self._pool.submit(_export, self._pdf.result(), notebook),
        }
        documents = {name: job.result() for name, job in jobs.items()}
        on_step("html and pdf", time.perf_counter() - started)
        return documents


def _html_exporter() -> Any:
    from analysis.report.html import AuditHTMLExporter

    return AuditHTMLExporter()


def _pdf_exporter() -> Any:
    from analysis.report.pdf import AuditPDFExporter

    return AuditPDFExporter()


def _export(exporter: Any, notebook: NotebookNode) -> bytes:
    body, _resources = exporter.from_notebook_node(notebook)
    return body if isinstance(body, bytes) else body.encode("utf-8")
