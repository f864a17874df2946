"""Turns the executed notebook into its documents at the same time, with the exporters loaded while the kernel works."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Any, Self

from nbformat import NotebookNode

from analysis.report.collect import Content, collect_content
from analysis.report.engine import OnStep

Beside = Callable[[Content], Mapping[str, bytes]]
"""Returns further files of a document by name."""


class Exports:
    """Loads the exporters in the background from the moment it is made, and exports when told.

    Used as a context manager, so that no thread outlives it.

    Parameters
    ----------
    stem
        Name of the documents without their suffix.
    """

    def __init__(self, stem: str = "audit") -> None:
        self._stem = stem
        self._pool = ThreadPoolExecutor(max_workers=3, thread_name_prefix="export")
        self._html = self._pool.submit(html_exporter)
        self._pdf = self._pool.submit(pdf_exporter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def export(self, notebook: NotebookNode, on_step: OnStep, beside: Beside | None = None) -> dict[str, bytes]:
        """Return the documents of `notebook` by file name; an exporter's error is raised as it is.

        The notebook is read once for all of them: each exporter by itself would copy it twice, pictures included.

        Parameters
        ----------
        notebook
            Executed and stripped.
        on_step
            Told how long the documents took, and what stands beside them: both are made at the same time.
        beside
            Makes further files from the same content.
        """
        started = time.perf_counter()
        on_step("html and pdf", None)
        content = collect_content(notebook)
        further = self._pool.submit(_timed, beside, content) if beside is not None else None
        jobs = {
            f"{self._stem}.html": self._pool.submit(_export, self._html.result(), content),
            f"{self._stem}.pdf": self._pool.submit(_export, self._pdf.result(), content),
        }
        documents = {name: job.result() for name, job in jobs.items()}
        on_step("html and pdf", time.perf_counter() - started)
        if further is None:
            return documents
        on_step("workbook", None)
        files, seconds = further.result()
        on_step("workbook", seconds)
        return documents | files


@cache
def html_exporter() -> Any:
    """Return the exporter of pages, warm; made once in a process, or in the template that it was forked from."""
    from analysis.report.html import AuditHTMLExporter

    return _warmed(AuditHTMLExporter())


@cache
def pdf_exporter() -> Any:
    """Return the exporter of the PDF, warm; it has started threads, so it cannot be made before a fork."""
    from analysis.report.pdf import AuditPDFExporter

    return _warmed(AuditPDFExporter())


def _warmed(exporter: Any) -> Any:
    """Return the exporter after it has read its templates and fonts, by way of a document of a few words."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from analysis.document.blocks import MIME_TYPE, Cover, Heading

    cover = Cover(client="", title="A", subtitle="", as_of="", language="en", accent="#000000", date_iso="2000-01-01")
    blocks = (cover, Heading(level=1, text="A 审 é", anchor="a"))
    outputs = [new_output("display_data", {MIME_TYPE: block.to_dict()}) for block in blocks]
    exporter.from_notebook_node(new_notebook(cells=[new_code_cell(outputs=outputs)]))
    return exporter


def _export(exporter: Any, content: Content) -> bytes:
    body = exporter.render(content)
    return body if isinstance(body, bytes) else body.encode("utf-8")


def _timed(beside: Beside, content: Content) -> tuple[dict[str, bytes], float]:
    """Return the files beside the documents, and how long they took."""
    started = time.perf_counter()
    files = dict(beside(content))
    return files, time.perf_counter() - started
