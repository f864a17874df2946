"""What every chapter is written with: the audit, its language and its looks, and the order of a chapter's parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.document.blocks import Block, Callout, Chapter, Heading, Markdown, Prose
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.results import IndicatorResult, NotEstimable

if TYPE_CHECKING:
    from analysis.audit import ClientAudit
    from analysis.document.chapters.section import Section

SAME = 0.001
"""Relative difference of two sums that print alike."""


def chapter_titles() -> dict[str, Message]:
    """Return the chapters' titles, in the document's order."""
    return {
        "summary": N_("The relationship at a glance"),
        "score": N_("The relationship score"),
        "satisfaction": N_("Satisfaction"),
        "loyalty": N_("Loyalty"),
        "value": N_("Customer value"),
        "lifecycle": N_("Customers won, kept and lost"),
        "interaction": N_("Interaction"),
        "depth_breadth": N_("Depth and breadth"),
        "key_accounts": N_("Key accounts"),
        "drivers": N_("What drives loyalty and repeat purchase"),
        "partners": N_("Channel partners"),
        "feedback": N_("Feedback and opportunities"),
        "targets": N_("Targets and account managers"),
        "actions": N_("Actions and follow-up"),
        "data_quality": N_("Data quality"),
        "method": N_("Method and definitions"),
        "technical": N_("Technical appendix: the models"),
    }


@dataclass(frozen=True)
class ChapterContext:
    """The audit with the means to write about it: translator and theme of its language."""

    audit: "ClientAudit"
    t: Translator
    theme: Theme

    @property
    def small_cell(self) -> int:
        """Fewest respondents that anything is shown about."""
        return self.audit.small_cell

    def result(self, key: str) -> IndicatorResult | None:
        """Return one indicator's result, or None where the client has none."""
        return self.audit.indicators.results.get(key)

    @cached_property
    def has_two_rates(self) -> bool:
        """Whether revenue in constant currency is another than at the rates of the day."""
        growth, revenue = self.audit.indicators.growth, self.result("revenue")
        if isinstance(growth, NotEstimable) or revenue is None or isinstance(revenue.overall, NotEstimable):
            return False
        return abs(growth.later - revenue.overall.value) > SAME * abs(revenue.overall.value)

    def dimension(self, dimension: str) -> list[IndicatorResult]:
        """Return a dimension's results in the order of the report."""
        return [result for result in self.audit.indicators.results.values() if result.dimension == dimension]

    def silence(self, chapter: str) -> Message | None:
        """Return why a chapter has nothing to say, or None where it does."""
        return self.audit.indicators.silences.get(chapter)

    @cached_property
    def sections(self) -> tuple["Section", ...]:
        """Return the questions on loyalty and repeat purchase, answered once for the chapter and its appendix."""
        from analysis.document.chapters.driving.chapter import write_sections

        return write_sections(self)

    @cached_property
    def _questions(self) -> dict[str, tuple["Section", ...]]:
        return {}

    def questions(self, chapter: str) -> tuple["Section", ...]:
        """Return a chapter's questions of the relationship scale, answered once for it and for the appendix."""
        from analysis.document.chapters.scale.questions import QUESTIONS

        if chapter not in self._questions:
            self._questions[chapter] = tuple(answer(self) for answer in QUESTIONS.get(chapter, ()))
        return self._questions[chapter]

    def heading(self, key: str) -> Heading:
        """Return a chapter's heading."""
        return Heading(level=1, text=self.t(chapter_titles()[key]), anchor=key.replace("_", "-"))

    def section(self, title: Message, anchor: str) -> Heading:
        """Return a heading inside a chapter."""
        return Heading(level=2, text=self.t(title), anchor=anchor)

    def limits(self, items: Sequence[str | Message]) -> list[Block]:
        """Return the callout of what cannot be concluded, or nothing."""
        texts = tuple(dict.fromkeys(self.t(item) for item in items if item))
        if not texts:
            return []
        return [Callout(variant="limits", title=self.t(N_("What cannot be concluded")), items=texts)]

    def commentary(self, key: str) -> list[Block]:
        """Return the consultant's commentary on a chapter, or nothing."""
        text = self.audit.commentary.get(key, "")
        return [Markdown(text=text, byline=self.audit.branding.prepared_by)] if text.strip() else []

    def lead(self, *paragraphs: str) -> list[Block]:
        """Return a chapter's opening paragraphs, the first as its finding."""
        texts = tuple(paragraph for paragraph in paragraphs if paragraph)
        return [Prose(paragraphs=texts, lead=True)] if texts else []

    def chapter(self, key: str, blocks: Sequence[Block | None]) -> Chapter:
        """Return the finished chapter: heading, what there is of the blocks, and the commentary."""
        parts = [block for block in blocks if block is not None]
        return Chapter(key=key, blocks=(self.heading(key), *parts, *self.commentary(key)))

    def silent_chapter(self, key: str, reason: Message | str) -> Chapter:
        """Return a chapter of one line: why it is silent."""
        return self.chapter(key, [Prose(paragraphs=(self.t(reason),))])
