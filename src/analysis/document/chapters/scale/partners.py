"""Which partners serve customers well: one league over all measures, and a card each."""

from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.partner_tables import (
    tabulate_card,
    tabulate_measures,
    tabulate_standings,
    tabulate_unranked,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.partners import plot_partners
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.indicators.league import MIN_UNITS
from analysis.messages import N_, NP_, Message
from analysis.models.partners.result import Partners, Standing
from analysis.results import NotEstimable

KEY = "partners"
QUESTION = N_("Which partners serve our customers well?")
NOT_MERIT = N_("Partners serve different customers: a rank compares their results, not their merit.")
ALIKE = 0.05


def partners_section(context: ChapterContext, result: Partners | NotEstimable) -> Section:
    """Return the question of partners, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    cards = tuple(
        tabulate_card(card, result, t, context.small_cell, place) for place, card in enumerate(result.cards, start=1)
    )
    appendix = (
        tabulate_measures(result, t),
        tabulate_unranked(result, t),
        *cards,
        notes_on_sample(_notes(result, t)),
    )
    return Section(
        key=KEY,
        question=QUESTION,
        finding=state_partners(result, t),
        blocks=(
            plot_partners(result, title_partners(result), t, context.theme),
            tabulate_standings(result, t, context.small_cell),
        ),
        limits=(t(NOT_MERIT),),
        appendix=appendix,
    )


def differs(result: Partners) -> tuple[Message, ...]:
    """Return the measures on which the partners differ beyond chance (corrected over the measures)."""
    return tuple(
        measure.name for measure in result.measures if measure.p_value is not None and measure.p_value <= ALIKE
    )


def state_partners(result: Partners, t: Translator) -> str:
    """Return how far the partners can be told apart; a best one only where its rank is beyond doubt."""
    if isinstance(result.standings, NotEstimable):
        return t(
            N_(
                "The {count:int} partners cannot be ranked: {reason:message} Each is answered on its own card.",
                count=result.partners,
                reason=result.standings.reason,
            )
        )
    found, best = differs(result), result.standings[0]
    if not found:
        alike = N_(
            "On no single measure do partners differ by more than chance alone would bring; over all measures together"
            " the rank of {best:text}, first of {count:int}, could be anything from {low:int} to {high:int}.",
            count=len(result.standings),
            best=_name(best),
            low=best.rank_low,
            high=best.rank_high,
        )
        return t.sentences(alike, who_is_compared(result))
    single = N_("Measure by measure, partners differ beyond chance on {names:list}.", names=list(found))
    return t.sentences(single, _state_best(best), who_is_compared(result))


def who_is_compared(result: Partners) -> Message | None:
    """Return why more partners are compared on one measure than on another and over all; None where all are the same.

    The numbers stand close together in the chapter, and would otherwise contradict each other.
    """
    if not isinstance(result.standings, tuple):
        return None
    sizes = {measure.partners for measure in result.measures if measure.p_value is not None}
    together = len(result.standings)
    if not sizes or (sizes == {together} and together == result.partners):
        return None
    return N_(
        "How many partners are compared differs, because each measure takes those with at least {least:int} customers"
        " or answers on it ({sizes:text} of {all:int}); over {measures:list} together it is the {together:int} with"
        " enough on every one of them.",
        least=MIN_UNITS,
        sizes=_span(sizes),
        all=result.partners,
        measures=[measure.name for measure in result.measures if measure.counts],
        together=together,
    )


def _span(sizes: set[int]) -> str:
    low, high = min(sizes), max(sizes)
    return str(low) if low == high else f"{low}–{high}"


def _state_best(best: Standing) -> Message:
    values = {"best": _name(best), "low": best.rank_low, "high": best.rank_high, "top": best.p_top_quartile}
    if best.rank_high == 1:
        return N_("Over all measures {best:text} leads, beyond doubt of its rank.", **values)
    return N_(
        "Over all measures {best:text} comes first, with a rank between {low:int} and {high:int} (95% interval) and a"
        " chance of {top:percent} to belong to the best quarter.",
        **values,
    )


def title_partners(result: Partners) -> Message:
    """Return the figure's title: who leads, where that is beyond doubt."""
    if isinstance(result.standings, tuple) and result.standings[0].rank_high == 1:
        return N_("{best:text} leads the partners over all measures", best=_name(result.standings[0]))
    if differs(result):
        return N_("Partners differ, but none is the best over all measures beyond doubt")
    return N_("Partners cannot be told apart beyond chance")


def _name(row: Standing) -> str:
    return clean_text(short_id(row.name), 60)


def _notes(result: Partners, t: Translator) -> list[str]:
    notes = []
    if result.unranked and isinstance(result.standings, tuple):
        notes.append(
            t(
                NP_(
                    "One partner has too little data to be ranked over all measures.",
                    "{count:int} partners have too little data to be ranked over all measures.",
                    result.unranked,
                )
            )
        )
    if isinstance(result.standings, tuple):
        notes.append(
            t(
                N_(
                    "Ranks and chances come from {draws:int} joint draws of the partners' true values; their"
                    " scatter allows for errors"
                    " of two measures that correlate by {r:number2} on average.",
                    r=result.error_correlation,
                    draws=result.draws,
                )
            )
        )
    if len(result.cards) < result.partners:
        notes.append(
            t(N_("Cards are shown of the {count:int} partners with the most revenue.", count=len(result.cards)))
        )
    return notes
