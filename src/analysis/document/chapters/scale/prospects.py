"""Which prospects will order? What became of earlier ones, and the chance of each of today's."""

import datetime as dt

from analysis.document.blocks import Table
from analysis.document.formatting import format_day
from analysis.document.prose import cell_text
from analysis.document.tables import end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.models.lifecycle.prospects import Prospects
from analysis.results import NotEstimable

LONGEST_NAME = 40


def describe_prospects(result: Prospects | NotEstimable, t: Translator) -> tuple[str, ...]:
    """Return what became of earlier prospects and what that says of today's; or why nothing can be said."""
    items = [_silence(result)] if isinstance(result, NotEstimable) else [_past(result, t), _scored(result)]
    return tuple(t(item) for item in items)


def _silence(result: NotEstimable) -> Message:
    return N_("Prospects have no score: {reason:message}", reason=result.reason)


def _past(result: Prospects, t: Translator) -> Message:
    return N_(
        "{share:text} of the {followed:int} prospects of earlier days (95% interval {limits:text}) ordered within"
        " {days:int} days; at that rate {expected:number1} of today's {count:int} will (95% interval {low:number1} to"
        " {high:number1}).",
        share=t.level(result.rate),
        limits=t.limits(result.rate),
        followed=result.followed,
        days=result.horizon_days,
        expected=result.rate.value * result.count,
        low=result.rate.low * result.count,
        high=result.rate.high * result.count,
        count=result.count,
    )


def _scored(result: Prospects) -> Message:
    if isinstance(result.model, NotEstimable):
        return N_("Each has this same chance, because they cannot be told apart: {reason:message}",
                  reason=result.model.reason)  # fmt: skip
    auc = result.model.auc.value
    if result.scored_by == "base_rate":
        return N_(
            "Each has this same chance: a model ranked {auc:percent} of the pairs of earlier prospects held back"
            " rightly (50% is chance) and predicted no better than the share of all.",
            auc=auc,
        )
    return N_(
        "A model tells them apart: of the pairs of earlier prospects held back, one who ordered and one who did not, it"
        " ranked {auc:percent} rightly (50% is chance); with it {expected:number1} will order (95% interval"
        " {low:number1} to {high:number1}).",
        auc=auc,
        expected=result.expected.value,
        low=result.expected.low,
        high=result.expected.high,
    )


def tabulate_prospects(result: Prospects | NotEstimable, t: Translator, small_cell: int) -> Table | None:
    """Return today's prospects, the most likely to order first; None without a score."""
    if isinstance(result, NotEstimable):
        return None
    rows = tuple(
        (
            clean_text(short_id(row.name), LONGEST_NAME),
            t.number(row.days_known, 0),
            cell_text(row.chance or result.rate, t, small_cell),
        )
        for row in result.scores
    )
    columns = (
        start(t(N_("Prospect")), 2.0),
        end(t(N_("Days known")), 0.8),
        end(t(N_("Chance to order within {days:int} days (95% interval)", days=result.horizon_days)), 1.8),
    )
    how = (
        N_("The chance is the share of the earlier prospects who ordered; the latest known come first.")
        if result.scored_by == "base_rate"
        else N_("The chance is the model's.")
    )
    past = N_(
        "Learnt from {customers:int} customers who were prospects on {days:list}, each counted on each of these days:"
        " of {followed:int}, {ordered:int} ordered. {hidden:int} further prospects are not listed.",
        customers=result.customers,
        days=[format_day(dt.date.fromisoformat(day), t.language) for day in result.days],
        ordered=result.ordered,
        followed=result.followed,
        hidden=result.count - len(rows),
    )
    return Table(
        title=t(N_("Today's prospects by their chance to order")), columns=columns, rows=rows,
        notes=notes_of(t(how), t(past)), anchor="table-lifecycle-prospects",
    )  # fmt: skip
