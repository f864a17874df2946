"""The shape of one question's answer: a finding, a figure and a table for the board, the rest for the appendix."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.document.blocks import Block, Prose
from analysis.messages import Message


@dataclass(frozen=True, kw_only=True)
class Section:
    """One question of a chapter, answered.

    Parameters
    ----------
    key
        Stable name ([a-z0-9-]), the stem of all anchors: ``<chapter>-<key>`` here, ``technical-<key>`` in the appendix.
    question
        The heading, as a question a board member would ask.
    finding
        One or two sentences in the report's language that answer it, interval included; or why there is no answer.
    blocks
        For the board: at most one figure, one table and one note.
    limits
        What cannot be concluded, in the report's language: one or two sentences. Notes on the sample (rows or
        controls left out) belong to `appendix`.
    appendix
        For the technical appendix: full tables, diagnostics, the equation, draws; no heading of its own at its start.
    answered
        False where the data carry no answer: the finding then says why, and nothing else is shown.
    """

    key: str
    question: Message
    finding: str
    blocks: tuple[Block | None, ...] = ()
    limits: tuple[str, ...] = ()
    appendix: tuple[Block | None, ...] = ()
    answered: bool = True


def notes_on_sample(notes: Iterable[str]) -> Prose | None:
    """Return what a reader of the appendix must know of the rows and columns used, nothing twice; None for nothing."""
    paragraphs = tuple(dict.fromkeys(note for note in notes if note))
    return Prose(paragraphs=paragraphs) if paragraphs else None
