"""The chapters that are made of questions alone: the score, customers in motion, key accounts, targets, actions."""

import dataclasses
from collections.abc import Sequence

from analysis.document.blocks import Block, Chapter, Heading, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.appraisal import manager_pages
from analysis.document.chapters.scale.key_accounts import key_account_cards
from analysis.document.chapters.sections import section_blocks, section_limits


def write_score(context: ChapterContext) -> Chapter:
    """Return the chapter on the relationship score and what its level depends on."""
    return _of_questions(context, "score")


def write_lifecycle(context: ChapterContext) -> Chapter:
    """Return the chapter on customers won, kept and lost."""
    return _of_questions(context, "lifecycle")


def write_key_accounts(context: ChapterContext) -> Chapter:
    """Return the chapter on key accounts: all of them on a map, then a page each."""
    return _of_questions(context, "key_accounts", key_account_cards(context, context.audit.relationship.key_accounts))


def write_targets(context: ChapterContext) -> Chapter:
    """Return the chapter on targets: which were met, then a page for each account manager."""
    return _of_questions(context, "targets", manager_pages(context, context.audit.relationship.appraisal))


def write_actions(context: ChapterContext) -> Chapter:
    """Return the chapter on what to do, and on what came of what was recommended before."""
    return _of_questions(context, "actions")


def _of_questions(context: ChapterContext, key: str, pages: Sequence[Sequence[Block]] = ()) -> Chapter:
    sections = context.questions(key)
    limits = context.limits(section_limits(context, sections))
    if not any(section.answered for section in sections) and not pages:
        return context.silent_chapter(key, context.t.sentences(*section_limits(context, sections)))
    blocks, own = section_blocks(context, key, sections), [block for page in pages for block in _on_a_page(page)]
    # before pages that begin anew the callout stands above the table, or it might have a page to itself
    end = (
        next((place for place, block in enumerate(blocks) if isinstance(block, Table)), len(blocks))
        if own
        else len(blocks)
    )
    return context.chapter(key, [*blocks[:end], *limits, *blocks[end:], *own])


def _on_a_page(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the first heading at the top of a page of its own."""
    first, *rest = blocks
    return [dataclasses.replace(first, new_page=True) if isinstance(first, Heading) else first, *rest]
