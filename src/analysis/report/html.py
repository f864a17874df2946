"""The audit as one HTML file: an nbconvert exporter whose template asks the network for nothing and shows no code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from analysis.document.accent import legible_accent
from analysis.document.html import render_data, visible
from analysis.report.collect import HIDDEN_TAG, Content, Data, Entry, collect_content
from analysis.report.figure_font import embedded_font

TEMPLATE = "relationship-audit"


@dataclass
class _Chapter:
    """A chapter in the contents, and its sections."""

    entry: Entry
    sections: list[Entry] = field(default_factory=list)


class AuditHTMLExporter(TemplateExporter):
    """Export an executed audit notebook to one self-contained HTML file.

    The page is rendered from the blocks' data, not from the HTML that the notebook holds: whoever edits a notebook
    cannot bring markup into a report, and interface words follow the report's language.
    """

    export_from_notebook = "Relationship audit (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return TEMPLATE

    @default("template_paths")
    def _template_paths_default(self) -> list[str]:
        # only the package's own folder: a template of the same name elsewhere on the machine must not change a report
        return [str(Path(str(files("analysis.report"))) / "templates" / TEMPLATE)]

    @property
    def default_config(self) -> Config:
        """Leave out the cells that are tagged as not part of the document."""
        config = Config({"TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": {HIDDEN_TAG}}})
        config.merge(super().default_config)
        return config

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.undefined = StrictUndefined
        environment.finalize = visible
        environment.trim_blocks = True
        environment.lstrip_blocks = True
        return environment

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources.

        Raises
        ------
        ReportError
            Where the notebook holds no cover.
        """
        # TemplateExporter's own method would render at once, before the blocks are gathered
        notebook, resources = super(TemplateExporter, self).from_notebook_node(nb, resources, **kw)
        return self.render(collect_content(notebook)), resources

    def render(self, content: Content) -> str:
        """Return the page of a document that is gathered already."""
        return str(self.template.render(**_page(content)))


def _page(content: Content) -> dict[str, Any]:
    """Return what the template shows."""
    labels = content.labels
    return {
        "document": content,
        "labels": labels,
        "figure_font": embedded_font(_drawings(content)),
        "accent": legible_accent(content.cover["accent"]),
        "outline": _outline(content.contents),
        "cover": _fragment(content.cover, labels),
        "front": [_fragment(block, labels) for block in content.front],
        "chapters": [[_fragment(block, labels) for block in chapter] for chapter in content.body],
    }


def _drawings(content: Content) -> list[str]:
    blocks = (block for unit in (content.front, *content.body) for block in unit)
    return [block["svg"] for block in blocks if block["kind"] == "figure"]


def _fragment(block: Data, labels: Mapping[str, str]) -> Markup:
    return Markup(render_data(block, labels))


def _outline(contents: Iterable[Entry]) -> list[_Chapter]:
    """Group the contents by chapter; a section before the first chapter stands by itself."""
    chapters: list[_Chapter] = []
    for entry in contents:
        if entry.level == 1 or not chapters:
            chapters.append(_Chapter(entry))
        else:
            chapters[-1].sections.append(entry)
    return chapters
