"""Questions inside a chapter: heading, finding and what shows it; what they leave open closes the chapter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.section import Section

if TYPE_CHECKING:
    from analysis.document.chapters.base import ChapterContext


def section_blocks(context: "ChapterContext", chapter: str, sections: Sequence[Section]) -> list[Block]:
    """Return the blocks of the questions that have an answer, in their order.

    Parameters
    ----------
    chapter
        Key of the chapter, the stem of the anchors.
    """
    blocks: list[Block] = []
    for section in sections:
        if section.answered:
            anchor = f"{chapter}-{section.key}".replace("_", "-")
            blocks += [context.section(section.question, anchor), Prose(paragraphs=(section.finding,))]
            blocks += [block for block in section.blocks if block is not None]
    return blocks


def section_limits(context: "ChapterContext", sections: Sequence[Section]) -> list[str]:
    """Return what the questions leave open, and why those without an answer have none; nothing twice."""
    limits: list[str] = []
    for section in sections:
        limits += section.limits if section.answered else (section.finding,)
    return list(dict.fromkeys(limit for limit in limits if limit))
