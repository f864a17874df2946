"""All questions of the chapter in the order in which a board asks them, and the one that only the appendix answers."""

from typing import TYPE_CHECKING

from analysis.document.chapters.driving.drivers import drivers_section
from analysis.document.chapters.driving.intention import intention_section
from analysis.document.chapters.driving.mediation import mediation_section
from analysis.document.chapters.driving.moderation import moderation_section
from analysis.document.chapters.driving.panel import panel_section
from analysis.document.chapters.driving.repurchase import repurchase_section
from analysis.document.chapters.driving.robustness import robustness_section
from analysis.document.chapters.driving.shape import shape_section
from analysis.document.chapters.driving.uplift import uplift_section
from analysis.document.chapters.section import Section

if TYPE_CHECKING:
    from analysis.document.chapters.base import ChapterContext

APPENDIX_ONLY = frozenset({"panel"})
"""Questions of method, which a board need not ask."""


def write_sections(context: "ChapterContext") -> tuple[Section, ...]:
    """Return every question with its answer, in the order of the chapter."""
    audit = context.audit
    found = audit.relations
    return (
        drivers_section(context, found.drivers),
        shape_section(context, audit.loyalty_model, found.shape),
        repurchase_section(context, audit.repurchase_model, found.behaviour),
        intention_section(context, found.behaviour),
        mediation_section(context, found.mediation),
        moderation_section(context, found.moderation),
        uplift_section(context, found.uplift, found.lifetime_uplift),
        robustness_section(context, found.robustness, found.imputation),
        panel_section(context, found.panel, found.prediction),
    )
