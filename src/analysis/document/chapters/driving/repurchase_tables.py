"""The tables behind buying again: three models side by side, and each in full for the appendix."""

from dataclasses import replace

from analysis.document.blocks import Block, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.figures.models import plot_effects
from analysis.document.figures.repurchase_models import plot_calibrations
from analysis.document.method_tables import (
    tabulate_coefficients,
    tabulate_diagnostics,
    tabulate_effects,
    tabulate_validation,
)
from analysis.document.native import marked
from analysis.document.tables import DASH, end, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.behaviour.analysis import NAMES
from analysis.models.behaviour.result import (
    Behaviour,
    BehaviourComparison,
    BehaviourFit,
    BehaviourValidation,
    CountModel,
    DurationModel,
)
from analysis.models.results import RepurchaseModel, Validation
from analysis.results import NotEstimable, Outcome

UNITS: dict[str, Message] = {
    "binomial": N_("percentage points"),
    "count": N_("times as many orders"),
    "duration": N_("times as likely on any day"),
}


def tabulate_models(comparison: BehaviourComparison, t: Translator) -> Table:
    """Return the three models side by side: what 10 points of satisfaction go with, and the gain over past buying."""
    rows = tuple(
        (
            t(N_("{model:message} ({unit:message})", model=model.name, unit=UNITS[model.key])),
            _cell(model.effect, t),
            _gain(model.auc_gain, t),
            _gain(model.brier_gain, t),
            DASH if model.n is None else t.number(model.n, 0),
        )
        for model in comparison.models
    )
    columns = (
        start(t(N_("Question")), 2.2),
        end(t(N_("10 points of satisfaction (95% interval)")), 1.7),
        end(t(N_("Better ranked, of 100 pairs")), 1.6),
        end(t(N_("Smaller forecast error, points")), 1.6),
        end(t(N_("n")), 0.6),
    )
    notes = (
        N_(
            "Customers with the same past buying compared; a ratio of 1 is no relation. Last columns: what the answers"
            " add to past buying alone on customers held back; above 0 is better, * beyond noise. Ranked: of 100 pairs"
            " of a customer who bought and one who did not, how many more are put in the right order. Error: mean"
            " squared distance of the forecast chance from what happened, in points of 100."
        ),
    )
    return Table(
        title=t(N_("Whether, how often and how soon customers buy again")), columns=columns, rows=rows,
        notes=tuple(t(note) for note in notes), anchor="table-repurchase-models",
    )  # fmt: skip


def _cell(outcome: Outcome, t: Translator) -> str:
    return DASH if isinstance(outcome, NotEstimable) else t.estimate(outcome)


def _gain(outcome: Outcome, t: Translator) -> str:
    """Write a gain in points of 100 with one decimal, and an asterisk where its interval excludes none."""
    if isinstance(outcome, NotEstimable):
        return DASH
    text = t(
        N_(
            "{value:text} ({low:text} to {high:text})",
            value=t.number(100 * outcome.value, 1),
            low=t.number(100 * outcome.low, 1),
            high=t.number(100 * outcome.high, 1),
        )
    )
    return marked(text, " *") if outcome.low > 0 or outcome.high < 0 else text


def repurchase_appendix(
    context: ChapterContext, repurchase: RepurchaseModel | NotEstimable, behaviour: Behaviour | NotEstimable
) -> tuple[Block | None, ...]:
    """Return everything behind the three models that is not in the models in full: methods, tables, calibration."""
    t = context.t
    blocks: list[Block | None] = []
    validations: list[tuple[str, Validation]] = []
    if not isinstance(repurchase, NotEstimable):
        fit = repurchase.fits[-1]
        title = N_("What goes with buying again, all else in the model equal")
        blocks.append(plot_effects(fit, t, context.theme))
        blocks.append(tabulate_effects(fit.effects, t, title=title, anchor="table-repurchase-effects"))
        if not isinstance(repurchase.validation, NotEstimable):
            validations.append(("binomial", repurchase.validation))
    if not isinstance(behaviour, NotEstimable):
        if not isinstance(behaviour.count, NotEstimable):
            blocks += _count_blocks(behaviour.count, t)
            if not isinstance(behaviour.count.validation, NotEstimable):
                validations.append(("count", behaviour.count.validation))
        if not isinstance(behaviour.duration, NotEstimable):
            blocks += _duration_blocks(behaviour.duration, t)
            if not isinstance(behaviour.duration.validation, NotEstimable):
                validations.append(("duration", behaviour.duration.validation))
    blocks.append(plot_calibrations([(NAMES[key], item) for key, item in validations], t, context.theme))
    blocks += [_tabulate_held_out(key, item, t) for key, item in validations]
    return tuple(block for block in blocks if block is not None)


def _count_blocks(model: CountModel, t: Translator) -> list[Block]:
    method = N_(
        "How often: negative binomial regression, log of orders per day followed = constant + a × satisfaction / 10"
        " (+ b × loyalty / 10) + past buying + controls; one row a customer. {n:int} customers with {orders:int} order"
        " days, {buyers:int} of them with at least one; {partial:int} were followed for less than {days:int} days and"
        " count for the time that they were. Variance: mean + {dispersion:number3} × mean².",
        n=model.n,
        orders=model.orders,
        buyers=model.buyers,
        partial=model.partial,
        days=model.horizon_days,
        dispersion=model.dispersion,
    )
    rows = (
        (N_("Orders per customer and year"), model.rate),
        (N_("10 points of satisfaction: times as many orders"), model.satisfaction_ratio),
        (N_("10 points of satisfaction: orders per customer and year"), model.satisfaction_orders),
        (N_("The same with loyalty in the model: satisfaction"), model.satisfaction_direct_ratio),
        (N_("The same with loyalty in the model: loyalty"), model.loyalty_ratio),
    )
    return [
        Prose(paragraphs=(t.sentences(method, _weights(model.weighted), *model.notes),)),
        _tabulate_outcomes(rows, t, title=N_("How often customers buy"), anchor="table-repurchase-count"),
        *_coefficients(model.fits, t, N_("How often: log of the rate"), "table-repurchase-count"),
        tabulate_diagnostics(
            model.diagnostics, t, title=N_("Checks of the model of how often"), anchor="table-repurchase-count-checks"
        ),
    ]


def _duration_blocks(model: DurationModel, t: Translator) -> list[Block]:
    method = N_(
        "How soon: Cox regression of the days since the last order (Efron's ties). A customer enters at its answer and"
        " leaves with its next order, its next answer (whose satisfaction counts from then on) or on {end:date}, where"
        " the record of orders ends; {never:int} of {periods:int} periods are of customers without an order before,"
        " whose clock starts at the first answer. {n:int} customers, {events:int} orders.",
        end=model.recorded_until,
        never=model.without_order_before,
        periods=model.periods,
        n=model.n,
        events=model.events,
    )
    rows = (
        (N_("10 points of satisfaction: times as likely on any day"), model.satisfaction_ratio),
        (
            N_(
                "10 points of satisfaction: chance to order within {days:int} days, percentage points",
                days=model.horizon_days,
            ),
            model.satisfaction_chance,
        ),
        (N_("The same with loyalty in the model: satisfaction"), model.satisfaction_direct_ratio),
        (N_("The same with loyalty in the model: loyalty"), model.loyalty_ratio),
    )
    return [
        Prose(paragraphs=(t.sentences(method, _weights(model.weighted), *model.notes),)),
        _tabulate_outcomes(rows, t, title=N_("How soon customers buy"), anchor="table-repurchase-duration"),
        *_coefficients(model.fits, t, N_("How soon: log of the hazard"), "table-repurchase-duration"),
        tabulate_diagnostics(
            model.diagnostics, t, title=N_("Checks of the model of how soon"),
            anchor="table-repurchase-duration-checks",
        ),
    ]  # fmt: skip


def _weights(weighted: bool) -> Message:
    return N_("With survey weights.") if weighted else N_("The survey came without weights of its own.")


def _tabulate_outcomes(
    rows: tuple[tuple[Message, Outcome], ...], t: Translator, *, title: Message, anchor: str
) -> Table:
    texts = tuple(
        (t(label), t(outcome.reason), DASH)
        if isinstance(outcome, NotEstimable)
        else (t(label), t.estimate(outcome), t.number(outcome.n, 0))
        for label, outcome in rows
    )
    columns = (start(t(N_("What")), 2.4), end(t(N_("Estimate (95% interval)")), 1.8), end(t(N_("n")), 0.6))
    return Table(title=t(title), columns=columns, rows=texts, anchor=anchor)


def _coefficients(fits: tuple[BehaviourFit, ...], t: Translator, title: Message, stem: str) -> list[Block]:
    return [
        tabulate_coefficients(
            fit.coefficients, t, title=N_("{model:message} – {set:message}", model=title, set=fit.name),
            anchor=f"{stem}-{fit.key}".replace("_", "-"),
        )
        for fit in fits
    ]  # fmt: skip


def _tabulate_held_out(key: str, validation: Validation, t: Translator) -> Table:
    """Return the table of a held-out comparison, with the model's further score in a note."""
    table = tabulate_validation(validation, t)
    notes = list(table.notes)
    if isinstance(validation, BehaviourValidation):
        values = {"gain": t.number(validation.score_gain.value, 3), "full": t.number(validation.full_score.value, 3)}
        if validation.score == "log_score":
            notes.append(
                t(N_("Log score of the number of orders: {full:text}; gain over past buying {gain:text}.", **values))
            )
        else:
            notes.append(t(N_("Concordance: {full:text}; gain over past buying {gain:text}.", **values)))
    title = N_("{model:message}: predictions on customers that the model had not seen", model=NAMES[key])
    return replace(table, title=t(title), notes=tuple(notes), anchor=f"table-repurchase-held-out-{key}")
