"""The last two chapters, in full: what was read and repaired, and how everything was computed."""

from analysis.document.blocks import Block, BulletList, Callout, Chapter, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.method_tables import (
    tabulate_definitions,
    tabulate_repairs,
    tabulate_score,
    tabulate_tables_read,
)
from analysis.document.methods import UNITS_OF_ANALYSIS
from analysis.document.tables import tabulate_changes
from analysis.document.terms.glossary import TERMS
from analysis.document.terms.term import Term
from analysis.messages import N_, NP_, Message


def write_data_quality(context: ChapterContext) -> Chapter:
    """Return what was read, what was repaired and what a reader should know about the data."""
    t, quality = context.t, context.audit.data_quality
    read = sum(table.rows_read for table in quality.tables)
    removed = sum(repair.rows for repair in quality.repairs if repair.removed)
    effect = sum(repair.revenue_effect for repair in quality.repairs)
    if quality.repairs:
        values = {
            "rows": read,
            "repairs": NP_(
                "one kind of repair was needed", "{count:int} kinds of repair were needed", len(quality.repairs)
            ),
            "removed": NP_("one row was taken out", "{count:int} rows were taken out", removed),
        }
        finding = N_("{rows:int} rows were read; {repairs:message} and {removed:message}.", **values)
        if abs(effect) >= 0.5:
            finding = N_(
                "{rows:int} rows were read; {repairs:message} and {removed:message}, which changes revenue by"
                " {effect:text}.",
                effect=t.signed(effect, "money"),
                **values,
            )
    else:
        finding = N_("Rows read: {rows:int}. Nothing had to be repaired.", rows=read)
    blocks: list[Block | None] = [
        *context.lead(t(finding)),
        tabulate_tables_read(quality, t),
        tabulate_repairs(quality, t),
    ]
    if quality.notes:
        notes = tuple(t(note) for note in quality.notes)
        blocks.append(Callout(variant="note", title=t(N_("Notes on the data")), items=notes))
    return context.chapter("data_quality", blocks)


def write_method(context: ChapterContext) -> Chapter:
    """Return definitions, the score's parts, all tested changes, terms and limits."""
    t, audit = context.t, context.audit
    blocks: list[Block | None] = [
        Prose(paragraphs=tuple(t(paragraph) for paragraph in _principles(context))),
        context.section(N_("Definitions"), "method-definitions"),
        tabulate_definitions(list(audit.indicators.results.values()), t) if audit.indicators.results else None,
        context.section(N_("The relationship score"), "method-score"),
        Prose(paragraphs=(t(_score_rule()),)),
        tabulate_score(audit.score, t, context.small_cell, {r.key: r.unit for r in audit.indicators.results.values()}),
        tabulate_changes(audit.changes, t) if audit.changes.items else None,
        context.section(N_("Terms"), "method-terms"),
        BulletList(items=tuple(t.sentences(_named(term), term.meaning) for term in TERMS if term.in_print)),
        context.section(N_("Limits"), "method-limits"),
        Callout(
            variant="limits", title=t(N_("What this audit does not claim")), items=tuple(t(item) for item in _limits())
        ),
    ]
    if audit.branding.disclaimer:
        blocks.append(Callout(variant="note", title=t(N_("Disclaimer")), items=(audit.branding.disclaimer,)))
    return context.chapter("method", blocks)


def _principles(context: ChapterContext) -> list[Message]:
    audit, t = context.audit, context.t
    paragraphs = [
        N_(
            "Every number has an interval that holds the true value in 95 of 100 such audits, and an n. A change is"
            " called a rise or a fall only where a test says so; where the data carry no number, the reason is given"
            " instead."
        ),
        N_("The audit looks at everything up to {date:date}; later rows are set aside.", date=audit.as_of),
    ]
    if (census := audit.data_quality.census) is not None:
        sample = N_(
            "The orders of all {all:int} customers were checked and added up customer by customer; what needs single"
            " rows rests on a simple random sample of {n:int} of them, drawn by a hash of the customer's id, so that"
            " the order of rows makes no difference. Intervals of such figures allow for the drawing as they do for"
            " customers at large. Customers who were surveyed or invited and key accounts were read besides, for the"
            " analyses that are about them alone.",
            all=census.population,
            n=census.sampled,
        )
        paragraphs.append(sample)
    if audit.unit_of_analysis:
        promises = {
            "anonymous": N_("anonymous"),
            "aggregate": N_("in aggregate only"),
            "attributed": N_("attributed, with consent"),
        }
        unit = UNITS_OF_ANALYSIS.get(audit.unit_of_analysis, audit.unit_of_analysis)
        paragraphs.append(
            N_(
                "One observation of the survey is: {unit:text}. Intervals of survey figures allow for several answers"
                " from the same customer. Respondents were promised that their answers are used: {promise:message}.",
                unit=t(unit),
                promise=promises[audit.confidentiality],
            )
        )
        if audit.confidentiality != "attributed":
            floor = N_("Nothing is shown about fewer than {floor:int} respondents.", floor=audit.small_cell)
            paragraphs.append(floor)
    return paragraphs


def _score_rule() -> Message:
    return N_(
        "The score is the weighted mean of its dimensions; a dimension is the plain mean of its components, and a"
        " component is an indicator put on 0 to 100 between two fixed values and cut off there. The interval of a mean"
        " combines the distances of its parts to their limits with the correlations between them (Zou and Donner):"
        " parts that rest on the same customers go up and down together. Without every dimension there is no score."
    )


def _named(term: Term) -> Message:
    return N_("{term:message}:", term=term.name)


def _limits() -> list[Message]:
    return [
        N_("It does not say what caused what: it compares customers and periods as they are, without an experiment."),
        N_("It does not forecast: nothing here says what the next period will bring."),
        N_(
            "It sees only what is in the client's tables; unrecorded visits, talks and purchases elsewhere are not"
            " there."
        ),
        N_("Intervals cover chance, not errors of recording, of coverage or of the questions themselves."),
    ]
