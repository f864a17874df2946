"""The shape of one term."""

from dataclasses import dataclass

from analysis.messages import Message


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term.

    Parameters
    ----------
    name, meaning
        What it is called, and what it means to somebody who is no statistician.
    source
        Where it comes from: a publication, or a part of docs/definitions.md.
    formula
        How it is computed (a text where it has no words); None where there is none.
    in_print
        Whether the report's own list of terms has it: what a reader of the first pages needs.
    """

    name: Message
    meaning: Message
    source: str
    formula: Message | str | None = None
    in_print: bool = False
