"""The whole document of a portfolio: a cover with the first page, then one chapter a question."""

from collections.abc import Callable, Mapping

from analysis.document.blocks import Block, Chapter, Cover, Heading
from analysis.document.comparison.stored import StoredTranslator
from analysis.document.compose import interface_texts
from analysis.document.portfolio.chapters import (
    write_alerts,
    write_bands,
    write_dimensions,
    write_limits,
    write_method,
    write_movers,
    write_quality,
    write_standing,
)
from analysis.document.portfolio.context import PortfolioContext
from analysis.document.portfolio.summary import write_summary
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.portfolio.shapes import Portfolio

ACCENT = "#1f5a7a"
WRITERS: Mapping[str, Callable[[PortfolioContext], tuple[Block, ...]]] = {
    "summary": write_summary,
    "standing": write_standing,
    "dimensions": write_dimensions,
    "bands": write_bands,
    "movers": write_movers,
    "alerts": write_alerts,
    "quality": write_quality,
    "limits": write_limits,
    "method": write_method,
}


def chapter_titles() -> Mapping[str, Message]:
    """Return the chapters' titles, in the document's order."""
    return {
        "summary": N_("The portfolio at a glance"),
        "standing": N_("Where the clients stand"),
        "dimensions": N_("Clients and dimensions"),
        "bands": N_("Benchmark bands"),
        "movers": N_("What moved"),
        "alerts": N_("Alerts and open actions"),
        "quality": N_("Whose data can be trusted how far"),
        "limits": N_("What cannot be compared"),
        "method": N_("How this was made"),
    }


class PortfolioDocument:
    """A cover and chapters, each written when it is first asked for.

    Parameters
    ----------
    portfolio
        The results; nothing is computed from anything else.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        t = StoredTranslator(portfolio.language)
        self._context = PortfolioContext(portfolio=portfolio, t=t, theme=Theme(portfolio.language, ACCENT))
        self.cover = compose_cover(self._context)
        self._written: dict[str, Chapter] = {}

    @property
    def translator(self) -> Translator:
        """The document's language, for the files that go with it."""
        return self._context.t

    def __getitem__(self, key: str) -> Chapter:
        """Return the chapter with this key, one of `WRITERS`; raise KeyError where there is none."""
        if key not in self._written:
            blocks = WRITERS[key](self._context)
            heading = Heading(level=1, text=self._context.t(chapter_titles()[key]), anchor=f"portfolio-{key}")
            self._written[key] = Chapter(key=key, blocks=(heading, *blocks))
        return self._written[key]

    @property
    def front(self) -> Chapter:
        """The cover and the first page, which stand together."""
        return Chapter(key="front", blocks=(self.cover, *self["summary"].blocks))


def compose_portfolio(portfolio: Portfolio) -> PortfolioDocument:
    """Return the document of a portfolio, in its language."""
    return PortfolioDocument(portfolio)


def compose_cover(context: PortfolioContext) -> Cover:
    """Return the cover with the interface texts of the templates."""
    portfolio, t = context.portfolio, context.t
    clients = NP_("One client", "{count:int} clients", len(portfolio.clients))
    return Cover(
        client=t(clients),
        title=t(N_("Portfolio review")),
        subtitle=t(N_("The clients side by side: where they stand, what moved, and where to look first")),
        as_of=context.day,
        language=portfolio.language,
        accent=ACCENT,
        date_iso=portfolio.as_of,
        confidentiality=t(N_("Internal: it names clients side by side")),
        labels=interface_texts(t),
    )
