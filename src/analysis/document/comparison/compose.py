"""The whole document of a comparison: a cover with the first page, then one chapter a question."""

from collections.abc import Callable, Mapping

from analysis.document.blocks import Block, Chapter, Cover, Heading
from analysis.document.comparison.chapters import write_divergences, write_groups, write_indicators, write_score
from analysis.document.comparison.context import ComparisonContext, ComparisonLooks
from analysis.document.comparison.course import write_customers, write_method, write_series, write_steering
from analysis.document.comparison.stored import StoredTranslator
from analysis.document.comparison.summary import write_summary
from analysis.document.compose import interface_texts
from analysis.document.theme import Theme
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.monitoring.comparison.shapes import Comparison

WRITERS: Mapping[str, Callable[[ComparisonContext], tuple[Block, ...]]] = {
    "summary": write_summary,
    "divergences": write_divergences,
    "score": write_score,
    "indicators": write_indicators,
    "groups": write_groups,
    "customers": write_customers,
    "steering": write_steering,
    "series": write_series,
    "method": write_method,
}


def chapter_titles() -> Mapping[str, Message]:
    """Return the chapters' titles, in the document's order."""
    return {
        "summary": N_("The two audits at a glance"),
        "divergences": N_("What is not the same in the two audits"),
        "score": N_("The relationship score"),
        "indicators": N_("Every indicator"),
        "groups": N_("Segments, account managers and partners"),
        "customers": N_("Key accounts, and customers won and lost"),
        "steering": N_("Actions and alerts"),
        "series": N_("All audits"),
        "method": N_("What is not compared, and how the rest was tested"),
    }


class ComparisonDocument:
    """A cover and chapters, each written when it is first asked for.

    Parameters
    ----------
    comparison
        The results; nothing is computed from anything else.
    looks
        How it looks.
    """

    def __init__(self, comparison: Comparison, looks: ComparisonLooks) -> None:
        t = StoredTranslator(comparison.language, comparison.currency)
        theme = Theme(comparison.language, looks.accent)
        self._context = ComparisonContext(comparison=comparison, t=t, theme=theme)
        self.cover = compose_cover(self._context, looks)
        self._written: dict[str, Chapter] = {}

    def __getitem__(self, key: str) -> Chapter:
        """Return the chapter with this key, one of `WRITERS`; raise KeyError where there is none."""
        if key not in self._written:
            blocks = WRITERS[key](self._context)
            heading = Heading(level=1, text=self._context.t(chapter_titles()[key]), anchor=f"compare-{key}")
            self._written[key] = Chapter(key=key, blocks=(heading, *blocks))
        return self._written[key]

    @property
    def front(self) -> Chapter:
        """The cover and the first page, which stand together."""
        return Chapter(key="front", blocks=(self.cover, *self["summary"].blocks))


def compose_comparison(comparison: Comparison, looks: ComparisonLooks) -> ComparisonDocument:
    """Return the document of a comparison, in its language."""
    return ComparisonDocument(comparison, looks)


def compose_cover(context: ComparisonContext, looks: ComparisonLooks) -> Cover:
    """Return the cover with the interface texts of the templates."""
    comparison, t = context.comparison, context.t
    return Cover(
        client=clean_text(comparison.name),
        title=t(N_("Two audits compared")),
        subtitle=t(N_("{then:text} and {now:text}: what changed, and what cannot be said", then=context.then,
                      now=context.now)),
        as_of=context.now,
        language=comparison.language,
        accent=looks.accent,
        date_iso=comparison.later,
        prepared_by=looks.prepared_by,
        confidentiality=looks.confidentiality,
        disclaimer=looks.disclaimer,
        logo=looks.logo,
        logo_alt=t(N_("Logo of {name:text}", name=looks.prepared_by or comparison.name)),
        labels=interface_texts(t),
    )  # fmt: skip
