"""The audit as a PDF: an nbconvert exporter that gathers blocks as data and lets Typst lay them out.

The layout is the static file ``templates/report.typ``; it reads strings from JSON and evaluates none of them.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import typst
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from analysis.document.accent import legible_accent
from analysis.document.html import COMMENTARY_SHIFT
from analysis.document.markdown import parse_markdown
from analysis.document.visible import clean_text
from analysis.errors import ReportError
from analysis.report.collect import HIDDEN_TAG, Content, Data, collect_content
from analysis.report.columns import column_shares, count_lines
from analysis.report.fonts import font_families, typst_fonts
from analysis.report.gate import Gate, GateReport, consecutive_level

STANDARD: Literal["ua-1"] = "ua-1"
DEFAULT_PAGE_OF = "{page} / {pages}"
UNBROKEN_LINES = 11
"""Lines of a table that stays on one page: moving it to the next costs a quarter of a page at most."""
_ONE_COLUMN = 45
"""Headings that the contents list on one page; more of them stand in two columns."""
_RUNNING = 70  # letters; what the head of a page can hold beside as much again, on at most two lines
_FOOTER = 400  # letters; four lines under the first page, the whole disclaimer stands at the end
_LOGO = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,(.*)", re.DOTALL)


class AuditPDFExporter(Exporter):
    """Export an executed audit notebook to a tagged PDF (PDF/UA-1)."""

    export_from_notebook = "Relationship audit (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    @property
    def default_config(self) -> Config:
        """Leave out the cells that are tagged as not part of the document."""
        config = Config({"TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": {HIDDEN_TAG}}})
        config.merge(super().default_config)
        return config

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the PDF's bytes; ``resources["gate"]`` is the `GateReport` of what could not be shown.

        Raises
        ------
        ReportError
            Where the notebook holds no cover, or the document cannot be laid out.
        """
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        pdf, report = render_pdf(collect_content(notebook))
        resources["gate"] = report
        return pdf, resources

    def render(self, content: Content) -> bytes:
        """Return the PDF of a document that is gathered already."""
        return render_pdf(content)[0]


def render_pdf(content: Content) -> tuple[bytes, GateReport]:
    """Lay a document out.

    Returns
    -------
    tuple
        The PDF's bytes (the same for the same content) and what the text gate replaced and stripped.

    Raises
    ------
    ReportError
        Where Typst refuses the document, with its reason.
    """
    gate = Gate()
    pdf = _lay_out(content, gate, pdf_standards=[STANDARD])
    return pdf, gate.report


def render_first_page_png(content: Content, pixels_per_inch: float = 110) -> bytes:
    """Return a picture (PNG) of the document's first page, from the same layout; the same content gives the same bytes.

    Raises
    ------
    ReportError
        Where Typst refuses the document, with its reason.
    """
    pages = _lay_out(content, Gate(), format="png", ppi=pixels_per_inch)
    return pages if isinstance(pages, bytes) else pages[0]  # a single page comes without its list


def _lay_out(content: Content, gate: Gate, **options: Any) -> Any:
    """Return what Typst makes of a document with these options."""
    data = _typst_data(content, gate)
    # typed loosely: the compiler takes a dict of files, which its stub does not know
    sources: Any = {"main.typ": _layout(), "data.json": json.dumps(data, ensure_ascii=False).encode()}
    day = date.fromisoformat(content.cover["date_iso"])
    timestamp = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        laid_out, warnings = typst.compile_with_warnings(
            sources, font_paths=typst_fonts(), ignore_system_fonts=True, timestamp=timestamp, **options
        )
    except typst.TypstError as error:
        hints = "; ".join(error.hints)
        raise ReportError(f"the PDF cannot be laid out: {error.message}{f' ({hints})' if hints else ''}") from error
    if warnings:  # among them: page numbers that did not settle
        raise ReportError(f"the PDF cannot be laid out: {'; '.join(warning.message for warning in warnings)}")
    return laid_out


@cache
def _layout() -> bytes:
    return (files("analysis.report") / "templates" / "report.typ").read_bytes()


def _typst_data(content: Content, gate: Gate) -> Data:
    """Return what the layout reads, cleaned."""
    levels = _Levels()
    front = _prepare(content.front, gate, levels)
    chapters = [_prepare(chapter, gate, levels) for chapter in content.body]
    targets = {block["anchor"] for chapter in chapters for block in chapter if block["kind"] == "reference"}
    for block in (block for chapter in chapters for block in chapter if block["kind"] == "heading"):
        block["is_target"] = block["anchor"] in targets
    cover = gate.tree({key: value for key, value in content.cover.items() if key not in ("labels", "logo")})
    labels = {"page_of": DEFAULT_PAGE_OF} | gate.tree(content.labels)
    language, _, region = content.language.partition("-")
    day = date.fromisoformat(cover["date_iso"])
    return {
        "cover": cover,
        "labels": labels,
        "title": f"{cover['client']} – {cover['title']}" if cover["client"] else cover["title"],
        "running": " · ".join(text for text in (clean_text(cover["client"], _RUNNING), cover["title"]) if text),
        "running_confidentiality": clean_text(cover["confidentiality"], _RUNNING),
        "first_footer": clean_text(cover["disclaimer"], _FOOTER),
        "as_of": " ".join(text for text in (labels.get("as_of", ""), cover["as_of"]) if cover["as_of"]).strip(),
        "by": " ".join(text for text in (labels.get("prepared_by", ""), cover["prepared_by"]) if cover["prepared_by"]),
        "accent": legible_accent(cover["accent"]),
        "fonts": list(font_families()),
        "lang": language.lower(),
        "region": region.upper() or None,
        "date": [day.year, day.month, day.day],
        "logo": _logo(content.cover["logo"], gate),
        "logo_alt": cover["logo_alt"] or cover["prepared_by"] or cover["client"] or cover["title"],
        "contents_columns": 1 if len(content.contents) <= _ONE_COLUMN else 2,
        "front": front,
        "chapters": chapters,
        "end_note": _end_note(labels, gate.report),
    }


def _end_note(labels: Mapping[str, str], report: GateReport) -> str:
    """Say how many characters are shown as a square, where the cover has words for it."""
    note = labels.get("replaced_characters", "")
    return note.replace("{count}", str(report.replaced)) if report.replaced else ""


class _Levels:
    """Keeps heading levels consecutive through the whole document."""

    def __init__(self) -> None:
        self._before = 0

    def next(self, level: int) -> int:
        self._before = consecutive_level(level, self._before)
        return self._before


def _prepare(blocks: Iterable[Data], gate: Gate, levels: _Levels) -> list[Data]:
    prepared = (_prepare_block(block, gate, levels) for block in blocks)
    return [block for block in prepared if block is not None]


def _prepare_block(block: Data, gate: Gate, levels: _Levels) -> Data | None:
    """Return a block as the layout wants it; an empty heading, which PDF/UA-1 refuses, is left out."""
    kind = block["kind"]
    if kind == "markdown":
        nodes = parse_markdown(block["text"], heading_shift=block.get("heading_shift", COMMENTARY_SHIFT))
        tree = gate.tree([node.to_dict() for node in nodes])
        byline = gate.text(block["byline"])
        rich = [node for node in (_level(node, levels) for node in tree) if node is not None]
        return {"kind": "rich", "nodes": rich, "byline": byline, "is_cell": block.get("is_cell", False)}
    # the data behind a figure is for the page and for readers of audit.json, the numbers of a table for the workbook
    cleaned: Data = gate.tree({key: value for key, value in block.items() if key not in ("data", "native")})
    if kind == "heading":
        if not cleaned["text"].strip():
            return None
        cleaned["level"] = levels.next(cleaned["level"])
    if kind == "table":
        cleaned["shares"] = column_shares(cleaned)
        cleaned["breakable"] = count_lines(cleaned, cleaned["shares"]) > UNBROKEN_LINES
    if kind == "figure":
        cleaned["alt"] = cleaned["alt"].strip() or cleaned["title"].strip() or f"{cleaned['number']}"
    return cleaned


def _level(node: Data, levels: _Levels) -> Data | None:
    if node["kind"] != "heading":
        children = [_level(child, levels) for child in node["children"]]
        return node | {"children": [child for child in children if child is not None]}
    return node | {"level": levels.next(node["level"])} if _words(node).strip() else None


def _words(node: Data) -> str:
    return node["text"] + "".join(map(_words, node["children"]))


def _logo(uri: str, gate: Gate) -> Data | None:
    """Return the logo's format and bytes (as numbers: the compiler takes text only) from its data URI.

    Raises
    ------
    ReportError
        Where the URI is not a base64 image of a kind that can be set.
    """
    if not uri:
        return None
    match = _LOGO.fullmatch(uri)
    if match is None:
        raise ReportError("branding.logo must be a PNG, JPEG, GIF, WebP or SVG image")
    try:
        content = base64.b64decode(match.group(2), validate=True)
    except binascii.Error as error:
        raise ReportError("branding.logo is not a readable image") from error
    if b"<text" in content:  # letters that are no outlines need a font
        content = gate.svg(content.decode("utf-8", "replace")).encode()
    name = {"jpeg": "jpg"}.get(match.group(1), match.group(1).removesuffix("+xml"))
    return {"format": name, "bytes": list(content)}
