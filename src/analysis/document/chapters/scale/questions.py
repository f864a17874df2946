"""Which questions of the relationship scale each chapter answers, in the order in which a board asks them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analysis.document.chapters.scale.actions import actions_section
from analysis.document.chapters.scale.appraisal import appraisal_section
from analysis.document.chapters.scale.breadth import breadth_section
from analysis.document.chapters.scale.complaints import complaints_section
from analysis.document.chapters.scale.contacts import contacts_section
from analysis.document.chapters.scale.conversion import conversion_section
from analysis.document.chapters.scale.follow_up import follow_up_section
from analysis.document.chapters.scale.growth import growth_section
from analysis.document.chapters.scale.key_accounts import key_accounts_section
from analysis.document.chapters.scale.lifecycle import lifecycle_section
from analysis.document.chapters.scale.lifetime import lifetime_section
from analysis.document.chapters.scale.partners import partners_section
from analysis.document.chapters.scale.respondents import respondents_section
from analysis.document.chapters.scale.retention import retention_section
from analysis.document.chapters.scale.score import score_section
from analysis.document.chapters.scale.voices import voices_section
from analysis.document.chapters.section import Section

if TYPE_CHECKING:
    from analysis.document.chapters.base import ChapterContext

Answer = Callable[["ChapterContext"], Section]


def partner_names(context: "ChapterContext") -> dict[str, str]:
    """Return the names of the channel partners by their ids."""
    return {row.partner_id: row.name for league in context.audit.indicators.partners.values() for row in league.rows}


QUESTIONS: Mapping[str, tuple[Answer, ...]] = {
    "score": (lambda c: score_section(c, c.audit.relationship.score, partner_names=partner_names(c)),),
    "satisfaction": (lambda c: respondents_section(c, c.audit.relationship.respondents),),
    "value": (
        lambda c: growth_section(c, c.audit.relationship.growth),
        lambda c: lifetime_section(c, c.audit.relationship.lifetime),
    ),
    "lifecycle": (
        lambda c: lifecycle_section(c, c.audit.relationship.lifecycle),
        lambda c: retention_section(c, c.audit.relationship.retention),
        lambda c: conversion_section(c, c.audit.relationship.conversion),
    ),
    "interaction": (lambda c: contacts_section(c, c.audit.relationship.contacts),),
    "depth_breadth": (lambda c: breadth_section(c, c.audit.relationship.contacts),),
    "key_accounts": (lambda c: key_accounts_section(c, c.audit.relationship.key_accounts),),
    "partners": (lambda c: partners_section(c, c.audit.relationship.partners),),
    "feedback": (
        lambda c: complaints_section(c, c.audit.relationship.complaints),
        lambda c: voices_section(c, c.audit.relationship.voices),
    ),
    "targets": (lambda c: appraisal_section(c, c.audit.relationship.appraisal, partner_names(c)),),
    "actions": (
        lambda c: actions_section(c, c.audit.actions),
        lambda c: follow_up_section(c, c.audit.follow_up),
    ),
}
"""Key of the chapter -> its questions."""
