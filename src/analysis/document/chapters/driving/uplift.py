"""What would better performance be worth? The simulation, under the condition that it holds only for causes."""

from analysis.document.blocks import Block, Callout, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.drivers import LONGEST_LABEL
from analysis.document.figures.uplift import gain_of, plot_uplift
from analysis.document.prose import cell_text
from analysis.document.tables import end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.uplift.result import DriverGain, UpliftSimulation
from analysis.results import NotEstimable, Outcome

QUESTION = N_("What would better performance be worth?")
SURELY_FIRST = 0.95
"""From this share of draws on the best driver is called the best."""


def uplift_section(context: ChapterContext, result: UpliftSimulation | NotEstimable) -> Section:
    """Return the section on the worth of better performance; every number stands under "if the relation is causal"."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key="uplift", question=QUESTION, finding=t(result.reason), answered=False)
    finding = state_uplift(result, t)
    figure = plot_uplift(result, title_uplift(result), t, context.theme)
    condition = Callout(
        variant="caution",
        title=t(N_("If the relation is causal")),
        items=(
            t(
                N_(
                    "These amounts hold only if better performance makes customers more satisfied, and satisfaction"
                    " makes them buy. The data show that they go together; they cannot show that one brings the other."
                )
            ),
        ),
    )
    return Section(
        key="uplift",
        question=QUESTION,
        finding=t.sentences(*finding),
        blocks=(condition, figure, tabulate_uplift(result, t, context.small_cell)),
        limits=tuple(t(note) for note in result.notes[:1]),
        appendix=_appendix(result, t, context.small_cell),
    )


def state_uplift(result: UpliftSimulation, t: Translator) -> list[Message]:
    """Return what the best driver with a gain would bring, or that the data show no gain of any."""
    best = _clear_gain(result)
    row = best or result.drivers[0]
    gain = gain_of(row)
    if gain is None:
        return [N_("The worth of better performance cannot be told.")]
    values = {
        "points": result.points,
        "driver": clean_text(row.label, LONGEST_LABEL),
        "gain": t.estimate(gain),
    }
    if best is None:
        return [
            N_(
                "The data do not show that {points:number} points more of any part of the service would bring anything,"
                " even if the relation is causal; the highest estimate is that of {driver:text} ({gain:text}).",
                **values,
            )
        ]
    if gain.unit == "money":
        sentence = N_(
            "If the relation is causal, {points:number} points more in {driver:text} would be worth {gain:text}"
            " a year in repeat purchases.",
            **values,
        )
    else:
        sentence = N_(
            "If the relation is causal, {points:number} points more in {driver:text} would add {gain:text} to"
            " {worth:message}.",
            worth=result.worth,
            **values,
        )
    return [sentence, _certainty(row)]


def _clear_gain(result: UpliftSimulation) -> DriverGain | None:
    """Return the driver with the highest gain whose interval excludes none, or None."""
    gains = ((row, gain_of(row)) for row in result.drivers)
    return next((row for row, gain in gains if gain is not None and gain.low > 0), None)


def _certainty(best: DriverGain) -> Message:
    if best.probability_best >= SURELY_FIRST:
        return N_("In {share:percent} of the draws no other part of the service brings as much.",
                  share=best.probability_best)  # fmt: skip
    return N_(
        "Whether it would bring most is not certain: it comes first in {share:percent} of the draws.",
        share=best.probability_best,
    )


def title_uplift(result: UpliftSimulation) -> Message:
    """Return the figure's title: the order of the gains, under its condition."""
    best = _clear_gain(result)
    if best is None:
        return N_("No gain from better performance that the data can tell from nothing, even if the relation is causal")
    if best is not result.drivers[0]:
        return N_(
            "If the relation is causal: {driver:text} would bring a gain, and which part would bring most is not"
            " certain",
            driver=clean_text(best.label, LONGEST_LABEL),
        )
    if best.probability_best >= SURELY_FIRST:
        return N_(
            "If the relation is causal: {driver:text} would bring most", driver=clean_text(best.label, LONGEST_LABEL)
        )
    return N_(
        "If the relation is causal: most would come from {driver:text}, though the order is not certain",
        driver=clean_text(best.label, LONGEST_LABEL),
    )


def tabulate_uplift(result: UpliftSimulation, t: Translator, small_cell: int) -> Table:
    """Return every driver with what its better performance would bring, link by link."""

    def column(name: str) -> list[Outcome]:
        return [getattr(row, name) for row in result.drivers]

    names = ["satisfaction", "chance", "share" if result.base_revenue is None else "money"]
    rows = [
        (
            clean_text(row.label, LONGEST_LABEL),
            t.number(row.performance, 0),
            *(cell_text(getattr(row, name), t, small_cell, peers=column(name)) for name in names),
            t.percent(row.probability_best),
        )
        for row in result.drivers
    ]
    last = N_("Revenue a year") if result.base_revenue is not None else N_("Share of revenue")
    columns = (
        start(t(N_("Part of the service")), 1.7),
        end(t(N_("Today, 0 to 100")), 0.8),
        end(t(N_("Satisfaction, points")), 1.5),
        end(t(N_("Chance to buy again, percentage points")), 1.7),
        end(t(last), 1.9),
        end(t(N_("Comes first")), 0.8),
    )
    note = N_(
        "Each part raised by {points:number} points of 100, the others held; 95% intervals from {draws:int} joint"
        " draws. “Comes first”: share of draws in which it brings most.",
        points=result.points,
        draws=result.draws,
    )
    return Table(
        title=t(N_("If the relation is causal: what {points:number} points more would bring", points=result.points)),
        columns=columns,
        rows=tuple(rows),
        notes=notes_of(t(note)),
        anchor="table-uplift",
    )


def _appendix(result: UpliftSimulation, t: Translator, small_cell: int) -> tuple[Block | None, ...]:
    """Return how the simulation was done, and the gains as shares of revenue."""
    sentences: list[Message] = [
        N_(
            "Links: satisfaction on all drivers and controls (least squares, {answers:int} answers); buying again on"
            " satisfaction, past buying and controls (logit, {customers:int} customers); {worth:message} of those who"
            " buy on what they spent before (least squares).",
            answers=result.answers,
            customers=result.customers,
            worth=result.worth,
        ),
        N_(
            "Each of {draws:int} draws takes groups of customers with replacement and moves all links together, so that"
            " their correlation is in the intervals; performance and satisfaction stop at the end of their scales.",
            draws=result.draws,
        ),
    ]
    if result.base_revenue is not None:
        sentences.append(
            N_(
                "Amounts are the change of expected revenue, as a share of it, times the revenue of the last twelve"
                " months, {base:money}.",
                base=result.base_revenue,
            )
        )
    shares = [row.share for row in result.drivers]
    rows = tuple(
        (clean_text(row.label, LONGEST_LABEL), cell_text(row.share, t, small_cell, peers=shares))
        for row in result.drivers
    )
    columns = (start(t(N_("Part of the service")), 2), end(t(N_("Share of revenue")), 1))
    table = Table(
        title=t(N_("Gain of each part as a share of {worth:message}", worth=result.worth)),
        columns=columns, rows=rows, anchor="table-uplift-shares",
    )  # fmt: skip
    return (Prose(paragraphs=(t.sentences(*sentences),)), notes_on_sample(t(note) for note in result.notes[1:]), table)
