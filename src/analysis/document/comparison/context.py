"""What every chapter of a comparison is written with."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.document.blocks import Block, Callout, Heading, Prose
from analysis.document.formatting import format_date
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.monitoring.comparison.shapes import Comparison


@dataclass(frozen=True, kw_only=True)
class ComparisonLooks:
    """How the document looks, in its language: accent colour, who made it, texts of the cover, logo as a data URI."""

    accent: str
    confidentiality: str = ""
    disclaimer: str = ""
    prepared_by: str = ""
    logo: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparisonContext:
    """A comparison with the means to write about it."""

    comparison: Comparison
    t: Translator
    theme: Theme

    @property
    def then(self) -> str:
        """Day of the earlier audit, as it is written."""
        return format_date(self.comparison.earlier, self.t.language)

    @property
    def now(self) -> str:
        """Day of the later audit, as it is written."""
        return format_date(self.comparison.later, self.t.language)

    def section(self, title: Message, anchor: str) -> Heading:
        """Return a heading inside a chapter."""
        return Heading(level=2, text=self.t(title), anchor=anchor)

    def lead(self, *messages: Message | str | None) -> Prose:
        """Return a chapter's opening, its finding."""
        return Prose(paragraphs=(self.t.sentences(*messages),), lead=True)

    def prose(self, *messages: Message | str | None) -> Prose | None:
        """Return a paragraph of those messages that there are, or nothing."""
        text = self.t.sentences(*messages)
        return Prose(paragraphs=(text,)) if text else None

    def limits(self, *items: Message | str | None) -> Callout | None:
        """Return the callout of what cannot be concluded, or nothing."""
        texts = tuple(dict.fromkeys(self.t(item) for item in items if item))
        if not texts:
            return None
        return Callout(variant="limits", title=self.t(N_("What cannot be concluded")), items=texts)


def present(blocks: Sequence[Block | None]) -> tuple[Block, ...]:
    """Return those blocks that there are."""
    return tuple(block for block in blocks if block is not None)
