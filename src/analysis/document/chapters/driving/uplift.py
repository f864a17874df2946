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
from analysis.models.uplift.result import DriverGain, LifetimeUplift, UpliftSimulation
from analysis.results import Estimate, NotEstimable, Outcome

QUESTION = N_("What would better performance be worth?")
SURELY_FIRST = 0.95
"""From this share of draws on the best driver is called the best."""


def uplift_section(
    context: ChapterContext, result: UpliftSimulation | NotEstimable, lifetime: LifetimeUplift | NotEstimable
) -> Section:
    """Return the section on the worth of better performance; every number stands under "if the relation is causal"."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key="uplift", question=QUESTION, finding=t(result.reason), answered=False)
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
            *(t(text) for text in (*state_lifetime(result, lifetime, t), *_two_views(lifetime))),
        ),
    )
    return Section(
        key="uplift",
        question=QUESTION,
        finding=t(state_uplift(result, t)),
        blocks=(condition, figure, tabulate_uplift(result, lifetime, t, context.small_cell)),
        limits=tuple(t(note) for note in result.notes[:1]),
        appendix=_appendix(result, lifetime, t, context.small_cell),
    )


def state_uplift(result: UpliftSimulation, t: Translator) -> Message:
    """Return what the best driver with a gain would bring, or that the data show no gain of any, as one sentence."""
    best = _clear_gain(result)
    row = best or result.drivers[0]
    gain = gain_of(row)
    if gain is None:
        return N_("The worth of better performance cannot be told.")
    values = {
        "points": result.points,
        "driver": clean_text(row.label, LONGEST_LABEL),
        "gain": t.estimate(gain),
    }
    if best is None:
        return N_(
            "The data do not show that {points:number} points more of any part of the service would bring anything,"
            " even if the relation is causal; the highest estimate is that of {driver:text}, {gain:text}.",
            **values,
        )
    if gain.unit == "money":
        return N_(
            "If the relation is causal, {points:number} points more in {driver:text} would be worth {gain:text}"
            " a year in repeat purchases; {certainty:message}.",
            certainty=_certainty(row),
            **values,
        )
    return N_(
        "If the relation is causal, {points:number} points more in {driver:text} would add {gain:text} to"
        " {worth:message}; {certainty:message}.",
        worth=result.worth,
        certainty=_certainty(row),
        **values,
    )


def state_lifetime(result: UpliftSimulation, lifetime: LifetimeUplift | NotEstimable, t: Translator) -> list[Message]:
    """Return what the step that the finding names would add to lifetime value; nothing where no gain is named."""
    best = _clear_gain(result)
    if best is None or isinstance(lifetime, NotEstimable):
        return []
    gain = next((row.money for row in lifetime.drivers if row.driver == best.driver), None)
    if not isinstance(gain, Estimate):
        return []
    if gain.low > 0:
        return [
            N_(
                "If the relation is causal, the same step would add {gain:text} to the lifetime value of all customers"
                " ({worth:message}).",
                gain=t.estimate(gain),
                worth=lifetime.worth,
            )
        ]
    return [
        N_(
            "What the same step would add to the lifetime value of all customers ({worth:message}) cannot be told from"
            " nothing: {gain:text}.",
            gain=t.estimate(gain),
            worth=lifetime.worth,
        )
    ]


def _two_views(lifetime: LifetimeUplift | NotEstimable) -> list[Message]:
    """Return how the two amounts differ, or why there is only one."""
    if isinstance(lifetime, NotEstimable):
        return [N_("What it would add to the lifetime value of customers cannot be told: {reason:message}",
                   reason=lifetime.reason)]  # fmt: skip
    return [
        N_(
            "Revenue a year and lifetime value are two views of one gain and must not be added up: the first counts the"
            " purchases of a single year, the second what customers bring in as long as they stay ({worth:message}).",
            worth=lifetime.worth,
        )
    ]


def _clear_gain(result: UpliftSimulation) -> DriverGain | None:
    """Return the driver with the highest gain whose interval excludes none, or None."""
    gains = ((row, gain_of(row)) for row in result.drivers)
    return next((row for row, gain in gains if gain is not None and gain.low > 0), None)


def _certainty(best: DriverGain) -> Message:
    if best.probability_best >= SURELY_FIRST:
        return N_("in {share:percent} of the draws no other part of the service brings as much",
                  share=best.probability_best)  # fmt: skip
    return N_(
        "whether it would bring most is not certain: it comes first in {share:percent} of the draws",
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


def tabulate_uplift(
    result: UpliftSimulation, lifetime: LifetimeUplift | NotEstimable, t: Translator, small_cell: int
) -> Table:
    """Return every driver with what its better performance would bring, link by link, and to lifetime value."""

    def column(name: str) -> list[Outcome]:
        return [getattr(row, name) for row in result.drivers]

    added = lifetime_by_driver(lifetime, "money")
    # two amounts leave no room for satisfaction, which then stands in the appendix
    names = [*(() if added else ("satisfaction",)), "chance", "share" if result.base_revenue is None else "money"]
    rows = [
        (
            clean_text(row.label, LONGEST_LABEL),
            t.number(row.performance, 0),
            *(cell_text(getattr(row, name), t, small_cell, peers=column(name)) for name in names),
            *((cell_text(added[row.driver], t, small_cell, peers=list(added.values())),) if added else ()),
            t.percent(row.probability_best),
        )
        for row in result.drivers
    ]
    last = N_("Revenue a year") if result.base_revenue is not None else N_("Share of revenue")
    columns = (
        start(t(N_("Part of the service")), 1.0 if added else 1.6),
        end(t(N_("Start, 0 to 100")), 0.5 if added else 0.8),
        *(() if added else (end(t(N_("Satisfaction, points")), 1.4),)),
        end(t(N_("Chance to buy again, percentage points")), 1.6),
        end(t(last), 2.0),
        *((end(t(N_("Lifetime value")), 2.0),) if added else ()),
        end(t(N_("Comes first")), 0.5 if added else 0.8),
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
        notes=notes_of(
            t(note), t(_start_in_words()), "" if isinstance(lifetime, NotEstimable) else t(_lifetime_in_words(lifetime))
        ),
        anchor="table-uplift",
    )


def _start_in_words() -> Message:
    return N_(
        "“Start”: how the customers followed rated the part, one mean a customer, in the latest wave that lies far"
        " enough back to know whether they bought again; the table of questions has the ratings of the latest wave."
    )


def lifetime_by_driver(lifetime: LifetimeUplift | NotEstimable, name: str) -> dict[str, Outcome]:
    """Return what each driver would add to lifetime value, in money or as a share; empty where it cannot be told."""
    if isinstance(lifetime, NotEstimable):
        return {}
    return {row.driver: getattr(row, name) for row in lifetime.drivers}


def _lifetime_in_words(lifetime: LifetimeUplift) -> Message:
    return N_(
        "Lifetime value: {worth:message} by {rate:percent} a year, added to that of all {valued:int} customers"
        " together ({total:money}). Whoever buys again counts as still a customer, whoever does not as lost.",
        worth=lifetime.worth,
        rate=lifetime.discount_rate,
        valued=lifetime.valued,
        total=lifetime.total,
    )


def _appendix(
    result: UpliftSimulation, lifetime: LifetimeUplift | NotEstimable, t: Translator, small_cell: int
) -> tuple[Block | None, ...]:
    """Return how the simulation was done, and the gains as shares of revenue and of lifetime value."""
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
    if not isinstance(lifetime, NotEstimable):
        sentences.append(
            N_(
                "For lifetime value the links are the same, and what a customer that stays brings in ({worth:message})"
                " takes the place of revenue; its sum over all customers moves with the customers drawn.",
                worth=lifetime.worth,
            )
        )
    moved = [row.satisfaction for row in result.drivers]
    shares, added = [row.share for row in result.drivers], lifetime_by_driver(lifetime, "share")
    rows = tuple(
        (
            clean_text(row.label, LONGEST_LABEL),
            *((cell_text(row.satisfaction, t, small_cell, peers=moved),) if added else ()),
            cell_text(row.share, t, small_cell, peers=shares),
            *((cell_text(added[row.driver], t, small_cell, peers=list(added.values())),) if added else ()),
        )
        for row in result.drivers
    )
    columns = (
        start(t(N_("Part of the service")), 2),
        *((end(t(N_("Satisfaction, points")), 1),) if added else ()),
        end(t(N_("Share of revenue")), 1),
        *((end(t(N_("Share of lifetime value")), 1),) if added else ()),
    )
    title = N_("Gain of each part as a share of {worth:message}", worth=result.worth)
    if added:
        title = N_("Gain of each part as a share of {worth:message} and of lifetime value", worth=result.worth)
    table = Table(title=t(title), columns=columns, rows=rows, anchor="table-uplift-shares")
    return (Prose(paragraphs=(t.sentences(*sentences),)), notes_on_sample(t(note) for note in result.notes[1:]), table)
