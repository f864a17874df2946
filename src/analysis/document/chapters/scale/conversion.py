"""How much of what we offer becomes an order? Win rates, the time it takes, and what is open."""

from analysis.document.blocks import Block, Callout, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.conversion_tables import (
    tabulate_calibration,
    tabulate_fates,
    tabulate_pipeline,
    tabulate_rates,
    tabulate_stage_rates,
    tabulate_win_drivers,
    tabulate_win_validation,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.conversion import plot_conversion, rates_shown
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.conversion import Conversion
from analysis.models.lifecycle.pipeline import Pipeline
from analysis.models.lifecycle.win_model import WinModel
from analysis.results import Estimate, NotEstimable

KEY = "conversion"
QUESTION = N_("How much of what we offer becomes an order?")


def conversion_section(context: ChapterContext, result: Conversion | NotEstimable) -> Section:
    """Return the question of conversion, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    small = context.small_cell
    finding = state_conversion(result, t)
    if finding is None:
        reason = result.win_rate_recorded
        return Section(
            key=KEY, question=QUESTION, answered=False,
            finding=t(reason.reason if isinstance(reason, NotEstimable) else QUESTION),
        )  # fmt: skip
    staged = isinstance(result.stages, tuple)
    table: Table = (
        tabulate_stage_rates(result.stages, t, small)
        if isinstance(result.stages, tuple)
        else tabulate_rates(result, t, small)
    )
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(finding),
        blocks=(
            plot_conversion(result, title_conversion(result, t), t, context.theme),
            table,
            Callout(variant="note", title=t(N_("What is open, and what winning goes with")), items=_notes(result, t)),
        ),
        limits=(
            t(
                N_(
                    "What winning goes with is told from decided opportunities: those that take long to decide are"
                    " among the open ones."
                )
            ),
        ),
        appendix=_appendix(result, t, small, with_rates=staged),
    )


def state_conversion(result: Conversion, t: Translator) -> Message | None:
    """Return the finding: the win rate of the last twelve months (or of all on record), by value, and the time."""
    recent = isinstance(result.win_rate, Estimate)
    rate = result.win_rate if isinstance(result.win_rate, Estimate) else result.win_rate_recorded
    if not isinstance(rate, Estimate):
        return None
    values = {"rate": t.level(rate), "limits": t.limits(rate)}
    cycle = result.cycle_days
    if recent and isinstance(cycle, Estimate):
        return N_(
            "{rate:text} of the opportunities closed in the last twelve months were won (95% interval {limits:text});"
            " half of all are decided within {days:text} days ({cycle:text}).",
            days=t.level(cycle),
            cycle=t.limits(cycle),
            **values,
        )
    if recent:
        return N_(
            "{rate:text} of the opportunities closed in the last twelve months were won (95% interval {limits:text}).",
            **values,
        )
    return N_("{rate:text} of the opportunities decided so far were won (95% interval {limits:text}).", **values)


def title_conversion(result: Conversion, t: Translator) -> Message:
    """Return the figure's title: the win rate from the first stage and from the last."""
    rates = rates_shown(result, t)
    if len(rates) < 2:
        return N_("How much of what is offered is won")
    (first, low), (last, high) = rates[0], rates[-1]
    values = {"first": first, "low": t.level(low), "last": last, "high": t.level(high)}
    if isinstance(result.stages, tuple):
        return N_(
            "Of what enters {first:text} {low:text} are won, of what gets as far as {last:text} {high:text}", **values
        )
    return N_("Won {first:text}: {low:text}; {last:text}: {high:text}", **values)


def _notes(result: Conversion, t: Translator) -> tuple[str, ...]:
    items: list[Message] = []
    if isinstance(result.value_win_rate, Estimate):
        value = result.value_win_rate
        items.append(
            N_(
                "Of the amounts decided so far {share:text} were won (95% interval {limits:text}).",
                share=t.level(value),
                limits=t.limits(value),
            )
        )
    items.append(state_pipeline(result.pipeline, t))
    items.append(state_scores(result.model, t))
    return tuple(t(item) for item in items)


def state_pipeline(pipeline: Pipeline | NotEstimable, t: Translator) -> Message:
    """Return what the open opportunities are worth on average, or why that is not known."""
    if isinstance(pipeline, NotEstimable):
        return pipeline.reason
    values = {"count": pipeline.open_count, "amount": pipeline.amount}
    if not isinstance(pipeline.expected, Estimate):
        return pipeline.expected.reason
    return N_(
        "{count:int} opportunities of {amount:money} are open; at the chances that they have, {expected:text} of it"
        " would be won on average (95% interval {limits:text}, for the chances alone).",
        expected=t.level(pipeline.expected),
        limits=t.limits(pipeline.expected),
        **values,
    )


def state_scores(model: WinModel | NotEstimable, t: Translator) -> Message:
    """Return whether what is known at the creation tells what will be won, or why that is not known."""
    if isinstance(model, NotEstimable):
        return model.reason
    auc = t.number(model.auc.value, 2)
    if model.is_better:
        return N_(
            "What is known at the creation tells something about what will be won (AUC {auc:text}); open opportunities"
            " are scored by it.",
            auc=auc,
        )
    return N_(
        "What is known at the creation predicts no better than the win rate alone on opportunities held back (AUC"
        " {auc:text}), so that open ones are scored by the shares won.",
        auc=auc,
    )


def _appendix(result: Conversion, t: Translator, small: int, *, with_rates: bool) -> tuple[Block | None, ...]:
    blocks: list[Block | None] = [tabulate_rates(result, t, small)] if with_rates else []
    blocks.append(tabulate_fates(result, t, small))
    notes: list[str] = []
    if isinstance(result.model, WinModel):
        blocks += [
            tabulate_win_drivers(result.model, t, small),
            tabulate_win_validation(result.model, t, small),
            tabulate_calibration(result.model, t),
        ]
        notes += [t(note) for note in result.model.notes]
    if isinstance(result.pipeline, Pipeline):
        blocks.append(tabulate_pipeline(result.pipeline, t, small))
    if isinstance(result.stages, NotEstimable):
        notes.append(t(result.stages.reason))
    blocks.append(notes_on_sample(notes))
    return tuple(blocks)
