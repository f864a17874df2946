"""The chapters that are made of questions alone: the score, customers in motion, key accounts, targets, actions."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.document.blocks import Block, Chapter, Heading, Reference
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.appraisal import manager_pages
from analysis.document.chapters.scale.key_account_cards import key_account_cards
from analysis.document.chapters.sections import section_blocks, section_limits
from analysis.messages import N_, Message


def write_score(context: ChapterContext) -> Chapter:
    """Return the chapter on the relationship score and what its level depends on."""
    return _of_questions(context, "score")


def write_lifecycle(context: ChapterContext) -> Chapter:
    """Return the chapter on customers won, kept and lost."""
    return _of_questions(context, "lifecycle")


def write_key_accounts(context: ChapterContext) -> Chapter:
    """Return the chapter on key accounts: all of them on a map; a page each stands behind all chapters."""
    pages = key_account_cards(context, context.audit.relationship.key_accounts)
    return _of_questions(
        context,
        "key_accounts",
        Annex(
            title=N_("Key accounts, one page each"),
            lead=N_("Key accounts, one page each, at the end of this report"),
            pages=pages,
        ),
    )


def write_targets(context: ChapterContext) -> Chapter:
    """Return the chapter on targets: which were met; a page for each account manager stands behind all chapters."""
    pages = manager_pages(context, context.audit.relationship.appraisal)
    return _of_questions(
        context,
        "targets",
        Annex(
            title=N_("Account managers, one page each"),
            lead=N_("Account managers, one page each, at the end of this report"),
            pages=pages,
        ),
    )


def write_actions(context: ChapterContext) -> Chapter:
    """Return the chapter on what to do, and on what came of what was recommended before."""
    return _of_questions(context, "actions")


@dataclass(frozen=True, kw_only=True)
class Annex:
    """Pages behind all chapters: their title, the line that leads to them, and the blocks of each page."""

    title: Message
    lead: Message
    pages: Sequence[Sequence[Block]]


def _of_questions(context: ChapterContext, key: str, annex: Annex | None = None) -> Chapter:
    sections = context.questions(key)
    limits = context.limits(section_limits(context, sections))
    has_pages = annex is not None and bool(annex.pages)
    if not any(section.answered for section in sections) and not has_pages:
        return context.silent_chapter(key, context.t.sentences(*section_limits(context, sections)))
    blocks = section_blocks(context, key, sections)
    if annex is None or not has_pages:
        return context.chapter(key, [*blocks, *limits])
    reference = Reference(text=context.t(annex.lead), anchor=_anchor_of(key))
    chapter = context.chapter(key, [*blocks, reference, *limits])
    return dataclasses.replace(chapter, annex=_set_apart(context, key, annex))


def _set_apart(context: ChapterContext, key: str, annex: Annex) -> tuple[Block, ...]:
    """Return the annex: its heading on a new page, the way back, then a page each."""
    t, home = context.t, context.heading(key)
    heading = Heading(level=1, text=t(annex.title), anchor=_anchor_of(key), new_page=True)
    back = Reference(text=t(N_("Back to the chapter “{chapter:text}”", chapter=home.text)), anchor=home.anchor)
    first, *others = annex.pages
    return (heading, back, *first, *(block for page in others for block in _on_a_page(page)))


def _anchor_of(key: str) -> str:
    return f"{key}-pages".replace("_", "-")


def _on_a_page(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the first heading at the top of a page of its own."""
    first, *rest = blocks
    return [dataclasses.replace(first, new_page=True) if isinstance(first, Heading) else first, *rest]
