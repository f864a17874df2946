"""The whole document of one audit: a cover, and chapters of blocks in the reader's language."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analysis.document.blocks import Chapter, Cover
from analysis.document.chapters.appendix import write_data_quality, write_method
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.dimensions import (
    write_depth_breadth,
    write_interaction,
    write_loyalty,
    write_satisfaction,
    write_value,
)
from analysis.document.chapters.drivers import write_drivers
from analysis.document.chapters.scale.chapters import (
    write_actions,
    write_key_accounts,
    write_lifecycle,
    write_score,
    write_targets,
)
from analysis.document.chapters.summary import write_summary
from analysis.document.chapters.technical import write_technical
from analysis.document.chapters.voices import write_feedback, write_partners
from analysis.document.formatting import format_date
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_

if TYPE_CHECKING:
    from analysis.audit import ClientAudit

WRITERS: Mapping[str, Callable[[ChapterContext], Chapter]] = {
    "summary": write_summary,
    "score": write_score,
    "satisfaction": write_satisfaction,
    "loyalty": write_loyalty,
    "value": write_value,
    "lifecycle": write_lifecycle,
    "interaction": write_interaction,
    "depth_breadth": write_depth_breadth,
    "key_accounts": write_key_accounts,
    "drivers": write_drivers,
    "partners": write_partners,
    "feedback": write_feedback,
    "targets": write_targets,
    "actions": write_actions,
    "data_quality": write_data_quality,
    "method": write_method,
    "technical": write_technical,
}


class Document:
    """A cover and the chapters, each written when it is first asked for.

    So whoever shows one chapter waits for that one alone, and a run can say how long each took.

    Parameters
    ----------
    context
        The audit and what its chapters share.
    """

    def __init__(self, context: ChapterContext) -> None:
        self.cover: Cover = compose_cover(context)
        self._context = context
        self._written: dict[str, Chapter] = {}

    def __getitem__(self, key: str) -> Chapter:
        """Return the chapter with this key, always the same one; raise KeyError where there is none."""
        if key not in self._written:
            self._written[key] = WRITERS[key](self._context)
        return self._written[key]

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Every chapter of `params.model.CHAPTERS`, in order; a silent one is a heading with its reason."""
        return tuple(self[key] for key in WRITERS)


def compose_document(audit: "ClientAudit") -> Document:
    """Return the document of an audit, in the audit's language.

    Parameters
    ----------
    audit
        The results; nothing is computed from anything else.
    """
    t = Translator(audit.language, audit.currency)
    return Document(ChapterContext(audit, t, Theme(audit.language, audit.branding.accent)))


def compose_cover(context: ChapterContext) -> Cover:
    """Return the cover with the interface texts of the templates."""
    audit, t = context.audit, context.t
    return Cover(
        client=clean_text(audit.name),
        title=t(N_("Relationship audit")),
        subtitle=t(N_("How customers see us, what they do, and what to do next")),
        as_of=format_date(audit.as_of, audit.language),
        language=audit.language,
        accent=audit.branding.accent,
        date_iso=audit.as_of,
        prepared_by=audit.branding.prepared_by,
        confidentiality=audit.branding.confidentiality,
        disclaimer=audit.branding.disclaimer,
        logo=audit.branding.logo,
        logo_alt=t(N_("Logo of {name:text}", name=audit.branding.prepared_by or audit.name)),
        labels=interface_texts(t),
    )


def interface_texts(t: Translator) -> dict[str, str]:
    """Return the texts that the templates themselves set."""
    words = {
        "contents": N_("Contents"),
        "page_of": N_("Page {page:text} of {pages:text}", page="{page}", pages="{pages}"),
        "on_page": N_("(page {page:text})", page="{page}"),
        "skip_to_content": N_("Skip to content"),
        "figure": N_("Figure"),
        "figure_data": N_("The figure's data"),
        "table": N_("Table"),
        "level": N_("Level"),
        "as_of": N_("As of"),
        "prepared_by": N_("Prepared by"),
        "commentary": N_("Commentary"),
        "who": N_("Who"),
        "effect": N_("Concerns"),
        "effort": N_("Effort"),
        "replaced_characters": N_(
            "Characters that no font of this document covers, shown as □ or ◊: {count:text}.", count="{count}"
        ),
    }
    return {key: t(message) for key, message in words.items()}
