"""What every chapter of a portfolio is written with."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.document.blocks import Block, BulletList, Callout, Prose
from analysis.document.formatting import format_date
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.portfolio.shapes import Portfolio, Standing

LONGEST_NAME = 40


@dataclass(frozen=True, kw_only=True)
class PortfolioContext:
    """A portfolio with the means to write about it."""

    portfolio: Portfolio
    t: Translator
    theme: Theme

    @property
    def day(self) -> str:
        """Day of the portfolio, as it is written."""
        return format_date(self.portfolio.as_of, self.t.language)

    @property
    def score(self) -> Standing:
        """The clients on the relationship score."""
        return self.portfolio.standings[0]

    def lead(self, *messages: Message | str | None) -> Prose:
        """Return a chapter's opening, its finding."""
        return Prose(paragraphs=(self.t.sentences(*messages),), lead=True)

    def prose(self, *messages: Message | str | None) -> Prose | None:
        """Return a paragraph of those messages that there are, or nothing."""
        text = self.t.sentences(*messages)
        return Prose(paragraphs=(text,)) if text else None

    def bullets(self, items: Sequence[Message | str]) -> BulletList | None:
        """Return a list, or nothing where it would be empty."""
        return BulletList(items=tuple(self.t(item) for item in items)) if items else None

    def limits(self, *items: Message | str | None) -> Callout | None:
        """Return the callout of what cannot be concluded, or nothing."""
        texts = tuple(self.t(item) for item in items if item)
        return Callout(variant="limits", title=self.t(N_("What cannot be concluded")), items=texts) if texts else None


def present(*blocks: Block | None) -> tuple[Block, ...]:
    """Return those blocks that there are."""
    return tuple(block for block in blocks if block is not None)


def short(name: str, width: int = LONGEST_NAME) -> str:
    """Return a client's name as a cell or a list shows it."""
    return clean_text(name, width)
