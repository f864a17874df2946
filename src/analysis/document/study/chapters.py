"""The study's chapters, each a title and its blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.document.blocks import Block, BulletList, Callout, Heading, Prose
from analysis.document.study.figures import plot_clients, plot_power, plot_verdicts
from analysis.document.study.paragraphs import pooled_paragraph, results_paragraph
from analysis.document.study.tables import (
    full_table,
    plan_sentence,
    tabulate_card,
    tabulate_declared,
    tabulate_pooled_card,
    tabulate_power,
    tabulate_verdicts,
)
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, ClientStudy, PooledCard, Study
from analysis.study.summary import model_tables

Written = tuple[str, tuple[Block, ...]]


@dataclass(frozen=True, kw_only=True)
class StudyContext:
    """A study with the means to write about it."""

    study: Study
    t: Translator
    theme: Theme

    @property
    def cards(self) -> tuple[Card | PooledCard, ...]:
        """What the study concludes: the single client's cards, or those over all clients."""
        return self.study.pooled or self.study.clients[0].cards


def _written(title: str, blocks: Sequence[Block | None]) -> Written:
    return title, tuple(block for block in blocks if block is not None)


def write_declaration(context: StudyContext) -> Written:
    """Return what was declared, when, and the hash by which it can be checked."""
    t = context.t
    blocks: list[Block | None] = []
    told: set[str] = set()
    for position, each in enumerate(context.study.clients):
        lines = tuple(t(line) for line in _declaration_lines(each))
        blocks.append(Prose(paragraphs=lines, lead=position == 0))
        digest = each.declaration.sha256
        if digest in told:
            same = N_("The declaration of {name:text} is the same, word for word.", name=each.name)
            blocks.append(Prose(paragraphs=(t(same),)))
        elif digest:
            blocks.append(tabulate_declared(each, t))
            check = N_("SHA-256 of the declaration: {hash:text}", hash=_grouped(digest))
            blocks.append(Prose(paragraphs=(t(check),)))
            told.add(digest)
    return _written(t(N_("What was declared")), blocks)


def _grouped(digest: str) -> str:
    """Return a hash in groups of eight, which a line can break between."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _declaration_lines(each: ClientStudy) -> list[Message]:
    declaration = each.declaration
    data = N_(
        "{name:text}: {answers:int} survey answers from {accounts:int} accounts, {first:date} to {last:date}.",
        name=each.name, answers=each.answers, accounts=each.accounts, first=declaration.first_data,
        last=declaration.last_data,
    )  # fmt: skip
    if not each.answers:
        data = N_("{name:text}: no survey answers.", name=each.name)
    if declaration.timing == "undeclared":
        return [
            N_("No hypotheses were declared: everything in this study is exploratory, a search and not a test."),
            data,
            *each.notes,
        ]
    count = NP_("one hypothesis was", "{count:int} hypotheses were", declaration.count)
    values = {"count": count, "date": declaration.declared_on}
    sentences = {
        "before": N_("{count:message} declared on {date:date}, before the first answer that is used.", **values),
        "during": N_(
            "{count:message} declared on {date:date}, when part of the answers were there already: they are treated as"
            " exploratory. Answers from after that day could test them (data_from).",
            **values,
        ),
        "after": N_(
            "{count:message} declared on {date:date}, after the data were there: they are treated as exploratory.",
            **values,
        ),
    }
    return [
        N_("For {name:text}, {what:message}", name=each.name, what=sentences[declaration.timing]),
        data,
        *each.notes,
    ]


def write_verdicts(context: StudyContext) -> Written:
    """Return all verdicts: the confirmatory in one table, the exploratory in another, one figure of both."""
    t, cards = context.t, context.cards
    confirmatory = [card for card in cards if card.hypothesis.confirmatory]
    exploratory = [card for card in cards if not card.hypothesis.confirmatory]
    blocks: list[Block | None] = [
        Prose(paragraphs=(t(_verdict_finding(confirmatory, t)),), lead=True),
        plot_verdicts(cards, t, context.theme),
    ]
    if confirmatory:
        title = N_("Confirmatory: declared hypotheses and their verdicts")
        blocks.append(tabulate_verdicts(confirmatory, t, title=title, anchor="table-confirmatory"))
    if exploratory:
        title = N_("Exploratory: what was not declared, or not in time")
        blocks.append(tabulate_verdicts(exploratory, t, title=title, anchor="table-exploratory"))
    remark = N_(
        "Exploratory results suggest what to declare for the next wave; they confirm nothing. All of this compares"
        " customers as they are: it says what goes with what, not what causes what."
    )
    blocks.append(Callout(variant="limits", title=t(N_("What cannot be concluded")), items=(t(remark),)))
    return _written(t(N_("Verdicts")), blocks)


def _verdict_finding(cards: Sequence[Card | PooledCard], t: Translator) -> Message:
    if not cards:
        return N_("No hypothesis was tested as declared.")
    groups = {
        "supported": [card.hypothesis.id for card in cards if card.verdict == "supported"],
        "contradicted": [card.hypothesis.id for card in cards if card.verdict == "contradicted"],
        "small": [card.hypothesis.id for card in cards if card.verdict == "too_small"],
        "open": [card.hypothesis.id for card in cards if card.verdict in ("cannot_tell", None)],
    }
    clauses = []
    if groups["supported"]:
        clauses.append(N_("{ids:list} supported", ids=groups["supported"]))
    if groups["contradicted"]:
        clauses.append(N_("{ids:list} contradicted", ids=groups["contradicted"]))
    if groups["small"]:
        clauses.append(N_("{ids:list} too small to matter", ids=groups["small"]))
    if groups["open"]:
        clauses.append(N_("{ids:list} open", ids=groups["open"]))
    return N_("Of the declared hypotheses: {clauses:text}.", clauses=t.listing(t(clause) for clause in clauses))


def write_cards(context: StudyContext, *, confirmatory: bool) -> Written:
    """Return the theory cards of one kind, each with its results paragraph."""
    t, study = context.t, context.study
    title = N_("Confirmatory results") if confirmatory else N_("Exploratory results")
    cards = [card for card in context.cards if card.hypothesis.confirmatory == confirmatory]
    if not cards:
        reason = (
            N_("No hypothesis was declared in time, so nothing here is confirmatory.")
            if confirmatory
            else N_("Every proposition was declared: nothing is left to explore.")
        )
        return _written(t(title), [Prose(paragraphs=(t(reason),))])
    blocks: list[Block | None] = []
    for card in cards:
        key = card.hypothesis.id.lower()
        name = f"{card.hypothesis.id} · {t(PROPOSITIONS[card.hypothesis.proposition].name)}"
        blocks.append(Heading(level=2, text=name, anchor=f"card-{key}"))
        if isinstance(card, Card):
            blocks += [tabulate_card(card, t, f"table-card-{key}"), Prose(paragraphs=(results_paragraph(card, t),))]
            continue
        names = [each.name for each in study.clients if each.client in card.clients]
        blocks.append(tabulate_pooled_card(card, study.clients, t, f"table-card-{key}"))
        blocks.append(plot_clients(card, names, t, context.theme))
        blocks.append(Prose(paragraphs=(pooled_paragraph(card, t), *_client_paragraphs(card, study, t))))
    return _written(t(title), blocks)


def _client_paragraphs(pooled: PooledCard, study: Study, t: Translator) -> list[str]:
    return [
        f"{each.name}{'：' if t.language == 'zh' else ': '}{results_paragraph(card, t)}"
        for each in study.clients
        for card in each.cards
        if card.hypothesis.proposition == pooled.hypothesis.proposition
    ]


def write_pooled(context: StudyContext) -> Written:
    """Return how the clients were pooled, or that there is only one."""
    t, study = context.t, context.study
    title = t(N_("The clients together"))
    if not study.pooled:
        only = N_("The study is of one client: there is nothing to pool. With several clients, give all their names.")
        return _written(title, [Prose(paragraphs=(t(only),))])
    how = N_(
        "Each client was analysed alone, on its own questionnaire, waves and controls; {k:int} clients' estimates meet"
        " in a random-effects model (REML), with the interval of Hartung and Knapp (never narrower than with known"
        " variances) and a prediction interval for one more such client.",
        k=len(study.clients),
    )
    notes = list(dict.fromkeys(t(note) for card in study.pooled for note in card.notes))
    blocks: list[Block | None] = [Prose(paragraphs=(t(how),))]
    if notes:
        blocks.append(Callout(variant="caution", title=t(N_("What so many clients can carry")), items=tuple(notes)))
    for each in study.clients:
        heading = N_("Verdicts on {name:text} alone", name=each.name)
        blocks.append(tabulate_verdicts(each.cards, t, title=heading, anchor=f"table-verdicts-{each.client}"))
    return _written(title, blocks)


def write_power(context: StudyContext) -> Written:
    """Return what the next wave needs."""
    t, study = context.t, context.study
    cards = [card for each in study.clients for card in each.cards if card.power is not None]
    title = t(N_("Power and sample size for the next wave"))
    if not cards:
        return _written(title, [Prose(paragraphs=(t(N_("Nothing could be estimated, so nothing can be planned.")),))])
    chosen = [card for card in cards if card.hypothesis.confirmatory] or cards
    sentences = tuple(plan_sentence(card.hypothesis.id, card.power, t) for card in chosen if card.power is not None)
    several = len(study.clients) > 1
    figure = None if several else plot_power(study.clients[0].cards, t, context.theme)
    rule = N_(
        "Planned from the standard errors of this study, which hold the likeness of answers from one account and the"
        " weights; with other numbers of accounts they shrink with the root of it. Power is that of finding the"
        " smallest effect of interest, never that of the estimate, which would only repeat its p-value."
    )
    blocks: list[Block | None] = [figure, tabulate_power(study, t), Prose(paragraphs=(t(rule),))]
    if not several:
        blocks.insert(0, BulletList(items=sentences))
    return _written(title, blocks)


def write_tables(context: StudyContext) -> Written:
    """Return every table of the models in full; those too wide for a page are named with their file."""
    t, study = context.t, context.study
    several = len(study.clients) > 1
    blocks: list[Block | None] = []
    wide: list[str] = []
    for each in study.clients:
        prefix = f"{each.client}-" if several else ""
        if several:
            blocks.append(Heading(level=2, text=each.name, anchor=f"tables-{each.client}"))
        for table in model_tables(each):
            if table.in_document:
                blocks.append(full_table(table, t, prefix=prefix))
            if table.printed or not table.in_document:
                wide.append(f"{prefix}{table.key}")
    note = N_("Every table lies in the folder tables, as LaTeX (booktabs), as HTML to paste into Word, and as CSV.")
    blocks.insert(0, Prose(paragraphs=(t(note),)))
    if wide:
        more = N_("There in full, and not here: {names:list}.", names=wide)
        blocks.append(Prose(paragraphs=(t(more),)))
    return _written(t(N_("Full tables")), blocks)


def write_method(context: StudyContext) -> Written:
    """Return the rules of the study, and what it cites."""
    t, study = context.t, context.study
    first = study.clients[0]
    rules = [
        N_(
            "The verdict holds the interval (1 - alpha) against zero and the smallest effect of interest s, in this"
            " order: too small to matter, if it lies wholly within -s to s; supported, if it excludes zero in the"
            " expected direction; contradicted, if it excludes zero in the other; else cannot tell at this n."
            " Supported and contradicted must stand after the correction for the number of tests."
        ),
        N_(
            "Confirmatory are hypotheses that were declared before the day of the first answer used, and not marked as"
            " exploratory. They form one family, everything else another; within each, p-values are corrected by"
            " Benjamini and Hochberg."
        ),
        N_(
            "The hash is the SHA-256 of the declaration (hypotheses, its day, first day of the answers to be used) as"
            " JSON with sorted keys and without spaces (UTF-8); study.json holds that text, so that anybody can compute"
            " it again."
        ),
        N_("Bootstrap draws: {draws:int}. Seed: {seed:text}.", draws=first.draws, seed=str(first.seed)),
        N_("Everything up to {date:date} is used; later rows are set aside.", date=study.as_of),
    ]
    works = sorted({work.full for proposition in PROPOSITIONS.values() for work in proposition.citations})
    blocks: list[Block | None] = [
        BulletList(items=tuple(t(rule) for rule in rules)),
        Heading(level=2, text=t(N_("Works cited")), anchor="study-works"),
        BulletList(items=tuple(works)),
    ]
    if study.looks.disclaimer:
        blocks.append(Callout(variant="note", title=t(N_("Disclaimer")), items=(study.looks.disclaimer,)))
    return _written(t(N_("Method")), blocks)
