"""The whole document of a study: a cover with the verdicts, then cards, pooled results, power, tables and method."""

from collections.abc import Callable, Mapping

from analysis.document.blocks import Block, Chapter, Cover, Heading
from analysis.document.compose import interface_texts
from analysis.document.formatting import format_date
from analysis.document.study.chapters import (
    StudyContext,
    write_cards,
    write_declaration,
    write_method,
    write_pooled,
    write_power,
    write_tables,
    write_verdicts,
)
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_
from analysis.study.results import Study

CHAPTERS = ("declaration", "verdicts", "confirmatory", "exploratory", "pooled", "power", "tables", "method")


class StudyDocument:
    """A cover and chapters, each written when it is first asked for.

    Parameters
    ----------
    study
        The results; nothing is computed from anything else.
    """

    def __init__(self, study: Study) -> None:
        looks = study.looks
        t = Translator(study.language, study.currency)
        self._context = StudyContext(study=study, t=t, theme=Theme(study.language, looks.accent))
        self.cover = Cover(
            client=clean_text(study.name),
            title=t(N_("Study of satisfaction and loyalty")),
            subtitle=t(N_("Hypotheses declared before the run, and what the data say about each")),
            as_of=format_date(study.as_of, study.language),
            language=study.language,
            accent=looks.accent,
            date_iso=study.as_of,
            prepared_by=looks.prepared_by,
            confidentiality=looks.confidentiality,
            disclaimer=looks.disclaimer,
            logo=looks.logo,
            logo_alt=t(N_("Logo of {name:text}", name=looks.prepared_by or study.name)),
            labels=interface_texts(t),
        )
        self._written: dict[str, Chapter] = {}

    @property
    def translator(self) -> Translator:
        """The document's language, for the files that go with it."""
        return self._context.t

    def __getitem__(self, key: str) -> Chapter:
        """Return the chapter with this key, one of `CHAPTERS`; raise KeyError where there is none."""
        if key not in self._written:
            title, blocks = WRITERS[key](self._context)
            heading = Heading(level=1, text=title, anchor=f"study-{key}")
            self._written[key] = Chapter(key=key, blocks=(heading, *blocks))
        return self._written[key]

    @property
    def front(self) -> Chapter:
        """The cover and the declaration, which stand together on the first page."""
        declaration = self["declaration"]
        return Chapter(key="front", blocks=(self.cover, *declaration.blocks))


WRITERS: Mapping[str, Callable[[StudyContext], tuple[str, tuple[Block, ...]]]] = {
    "declaration": write_declaration,
    "verdicts": write_verdicts,
    "confirmatory": lambda context: write_cards(context, confirmatory=True),
    "exploratory": lambda context: write_cards(context, confirmatory=False),
    "pooled": write_pooled,
    "power": write_power,
    "tables": write_tables,
    "method": write_method,
}


def compose_study(study: Study) -> StudyDocument:
    """Return the document of a study, in the study's language."""
    return StudyDocument(study)
