"""The tables of partners: the overall league, what they are compared on, and a card each."""

from analysis.document.blocks import Table
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, NP_, Message
from analysis.models.partners.result import CardMeasure, MeasureSpec, PartnerCard, Partners
from analysis.results import Estimate, NotEstimable, Outcome, Point, TargetAttainment

LONGEST_NAME = 40
FAIR = N_(
    "A partner with a rank is shown with its fair figure: drawn towards the mean of all by as much as its"
    " small n deserves."
)


def tabulate_standings(result: Partners, t: Translator, small_cell: int) -> Table | None:
    """Return the overall league, best first; None where there is none."""
    if not isinstance(result.standings, tuple):
        return None
    scores = [row.score for row in result.standings]
    rows = []
    for row in result.standings:
        rows.append(
            (
                clean_text(short_id(row.name), LONGEST_NAME),
                cell_text(row.score, t, small_cell, peers=scores),
                t(N_("{low:int} to {high:int}", low=row.rank_low, high=row.rank_high)),
                t.percent(row.p_top_quartile),
                DASH if row.score.n is None else t.number(row.score.n, 0),
                DASH if row.revenue is None else t.unit(row.revenue, "money", full=True),
            )
        )
    kept, note = cap_rows(rows, t)
    columns = (
        start(t(N_("Partner")), 1.6),
        end(t(N_("Standing (95% interval)")), 1.6),
        end(t(N_("Rank (95% interval)")), 1.2),
        end(t(N_("Chance of top quarter")), 0.9),
        end(t(N_("Customers")), 0.8),
        end(t(N_("Revenue a year")), 1.1),
    )
    counting = [measure.name for measure in result.measures if measure.counts]
    how = N_("Standing: mean over {measures:list}, in standard deviations from the mean of the partners; higher"
             " is better.",
             measures=counting)  # fmt: skip
    unranked = NP_(
        "One more partner is too small to be ranked; the appendix has cards of ranked and unranked partners.",
        "{count:int} more partners are too small to be ranked; the appendix has cards of ranked and unranked partners.",
        result.unranked,
    )
    return Table(
        title=t(N_("The partners over all measures")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(how), t(unranked) if result.unranked else "", note), anchor="table-partners-standing",
    )  # fmt: skip


def tabulate_measures(result: Partners, t: Translator) -> Table | None:
    """Return what the partners are compared on, and whether they differ on it."""
    if not result.measures:
        return None
    rows = tuple(
        (
            t(measure.name),
            t(N_("higher")) if measure.higher_is_better else t(N_("lower")),
            t.number(measure.partners, 0),
            DASH if measure.p_value is None else t.value(measure.p_value, "pvalue"),
            t(N_("yes")) if measure.counts else t(N_("no")),
        )
        for measure in result.measures
    )
    columns = (
        start(t(N_("Measure")), 2.2),
        start(t(N_("Better is")), 0.8),
        end(t(N_("Partners compared")), 0.9),
        end(t(N_("p, all alike")), 0.8),
        start(t(N_("Counts in the standing")), 1.0),
    )
    note = N_("The p-value is of the test that all partners are alike, corrected for the number of measures.")
    return Table(
        title=t(N_("What partners are compared on")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-partners-measures",
    )  # fmt: skip


def tabulate_unranked(result: Partners, t: Translator) -> Table | None:
    """Return the partners that are not ranked, with what they serve; None where all are."""
    found = [card for card in result.cards if not card.is_ranked]
    if not found:
        return None
    rows = [
        (
            clean_text(short_id(card.name), LONGEST_NAME),
            t.number(card.customers, 0),
            t.number(card.active, 0),
            DASH if card.revenue is None else t.unit(card.revenue, "money", full=True),
        )
        for card in found
    ]
    kept, note = cap_rows(rows, t)
    columns = (
        start(t(N_("Partner")), 2.0),
        end(t(N_("Customers"))),
        end(t(N_("Active"))),
        end(t(N_("Revenue a year")), 1.3),
    )
    why = N_("They serve too few customers, or too few of them answered, to be compared on all measures.")
    return Table(
        title=t(N_("Partners that are not ranked")), columns=columns, rows=tuple(kept), notes=notes_of(t(why), note),
        anchor="table-partners-unranked",
    )  # fmt: skip


def tabulate_card(card: PartnerCard, result: Partners, t: Translator, small_cell: int, place: int) -> Table:
    """Return a partner's card: every measure with interval, the rest, the difference and its rank.

    `place` numbers the cards of a document.
    """
    specs = {measure.key: measure for measure in result.measures}
    rows = tuple(_card_row(measure, specs[measure.key], t, small_cell) for measure in card.measures)
    columns = (
        start(t(N_("Measure")), 1.7),
        end(t(N_("Partner (95% interval)")), 1.5),
        end(t(N_("n")), 0.5),
        end(t(N_("The rest")), 1.0),
        end(t(N_("Difference")), 1.0),
        end(t(N_("Rank")), 0.8),
    )
    return Table(
        title=t(N_("Card: {partner:text}", partner=clean_text(short_id(card.name), LONGEST_NAME))), columns=columns,
        rows=rows, notes=notes_of(t(_describe(card, t)), _targets(card, specs, t), t(FAIR) if place == 1 else ""),
        anchor=f"table-partners-card-{place}",
    )  # fmt: skip


def _card_row(measure: CardMeasure, spec: MeasureSpec, t: Translator, small_cell: int) -> tuple[str, ...]:
    shown = measure.own if measure.fair is None else measure.fair
    is_hidden = cell_text(measure.own, t, small_cell) if measure.own.n is None else ""
    rank = DASH
    if measure.rank_low is not None and measure.rank_high is not None:
        rank = t(N_("{low:int} to {high:int}", low=measure.rank_low, high=measure.rank_high))
    number = DASH if shown.n is None or is_hidden else t.number(shown.n, 0)
    return (
        t(spec.name),
        is_hidden or cell_text(shown, t, small_cell),
        number,
        _alone(measure.rest, t, small_cell),
        _difference(measure.difference, t, small_cell),
        rank,
    )


def _alone(outcome: Outcome, t: Translator, small_cell: int) -> str:
    """Return a cell without what stands in brackets."""
    if isinstance(outcome, Estimate):
        return t.level(outcome)
    return cell_text(outcome, t, small_cell).partition(" (")[0].partition("（")[0]


def _difference(difference: Point | NotEstimable, t: Translator, small_cell: int) -> str:
    if isinstance(difference, Point):
        return t.signed(difference.value, difference.unit)
    return cell_text(difference, t, small_cell)


def _describe(card: PartnerCard, t: Translator) -> Message:
    """Return what a partner serves."""
    counts = {"customers": card.customers, "active": card.active}
    if card.revenue is None or card.revenue_share is None:
        return N_("{customers:int} customers, {active:int} of them active.", **counts)
    values = counts | {"revenue": t.unit(card.revenue, "money"), "share": card.revenue_share}
    if card.revenue_before is None:
        return N_(
            "{customers:int} customers, {active:int} of them active, with {revenue:text} of revenue a year"
            " ({share:percent} of all).",
            **values,
        )
    return N_(
        "{customers:int} customers, {active:int} of them active, with {revenue:text} of revenue a year"
        " ({share:percent} of"
        " all) after {before:text} the year before.",
        before=t.unit(card.revenue_before, "money"),
        **values,
    )


def _targets(card: PartnerCard, specs: dict[str, MeasureSpec], t: Translator) -> str:
    """Return the partner's targets with their verdicts, or the empty string."""
    words = {"met": N_("met"), "missed": N_("missed"), "open": N_("open")}
    parts = []
    for measure in card.measures:
        if isinstance(measure.target, TargetAttainment):
            spec = specs[measure.key]
            target = N_(
                "{name:message}: target {value:text}: {verdict:message}",
                name=spec.name,
                value=t.unit(measure.target.target, spec.unit),
                verdict=words[measure.target.verdict],
            )
            parts.append(t(target))
    return t.listing(parts)
