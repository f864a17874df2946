"""The tables of the way through loyalty: the parts, the arrows, other mediators, hidden traits, and who differs."""

from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.figures.mediation import part_names
from analysis.document.figures.models import plain_term
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.mediation.analysis import MediationAnalysis, ModeratedQuestion
from analysis.models.mediation.drivers import DriverChain
from analysis.models.mediation.result import MediationResult, ModeratedMediation, Sensitivity
from analysis.results import NotEstimable, Outcome

SCALES: dict[str, Message] = {
    "points": N_("points"),
    "log_odds": N_("log odds"),
    "log_count": N_("log of the number"),
    "probit": N_("probit"),
}


def tabulate_parts(result: MediationAnalysis, t: Translator, small_cell: int) -> Table:
    """Return the two parts and their sum, in percentage points and in orders a year."""
    main, orders = result.main, result.orders
    chances: list[Outcome] = [main.indirect, main.direct, main.total]
    yearly: list[Outcome] = (
        [orders, orders, orders] if isinstance(orders, NotEstimable) else [orders.indirect, orders.direct, orders.total]
    )
    rows = tuple(
        (t(name), cell_text(chance, t, small_cell, peers=chances), cell_text(count, t, small_cell, peers=yearly))
        for name, chance, count in zip(part_names(), chances, yearly, strict=True)
    )
    columns = (
        start(t(N_("Part")), 1.2),
        end(t(N_("Chance to buy again, percentage points (95% interval)")), 1.9),
        end(t(N_("Orders a year (95% interval)")), 1.6),
    )
    note = N_(
        "{n:int} customers, {events:int} of whom bought again within {days:int} days; satisfaction {step:int} points"
        " higher, less near the end of the scale ({mean:number1} on average). {draws:int} bootstrap draws.",
        n=result.n,
        events=result.events,
        days=result.horizon_days,
        step=main.step,
        mean=main.mean_step,
        draws=result.draws,
    )
    missing = t(N_("Orders a year: {reason:message}", reason=orders.reason)) if isinstance(orders, NotEstimable) else ""
    return Table(
        title=t(N_("What more satisfaction goes with, through loyalty and other ways")),
        columns=columns, rows=rows, notes=notes_of(t(note), missing), emphasis=(2,), anchor="table-mediation-parts",
    )  # fmt: skip


def tabulate_arrows(model: MediationResult, t: Translator, small_cell: int) -> Table:
    """Return the arrows of the main model."""
    rows = tuple(
        (t(row.source), t(row.target), t(SCALES[row.scale]), cell_text(row.coefficient, t, small_cell))
        for row in model.coefficients
    )
    columns = (
        start(t(N_("From")), 1.4),
        start(t(N_("To")), 1.4),
        start(t(N_("Measured in"))),
        end(t(N_("For {step:int} points (95% interval)", step=model.step)), 1.8),
    )
    share = model.proportion
    if isinstance(share, NotEstimable):
        note = t(N_("Share through loyalty: {reason:message}", reason=share.reason))
    else:
        note = t(N_("Share through loyalty: {share:text}.", share=t.estimate(share)))
    return Table(
        title=t(N_("The arrows between satisfaction, loyalty and buying again")), columns=columns, rows=rows,
        notes=(note,), anchor="table-mediation-arrows",
    )  # fmt: skip


def tabulate_path_models(result: MediationAnalysis, t: Translator, small_cell: int) -> Table:
    """Return the decomposition of every model on customers, path by path, with both ways to hold the other part."""
    models: list[tuple[Message, MediationResult | NotEstimable]] = [
        (N_("Loyalty"), result.main),
        (N_("Two mediators side by side"), result.parallel),
        (N_("Two mediators in a row"), result.serial),
        (N_("Orders a year"), result.orders),
    ]
    rows: list[tuple[str, ...]] = []
    notes = []
    for name, model in models:
        if isinstance(model, NotEstimable):
            notes.append(t(N_("{model:message}: {reason:message}", model=name, reason=model.reason)))
            continue
        parts: list[tuple[Message, Outcome]] = [(row.label, row.effect) for row in model.paths]
        if len(parts) > 1:
            parts.append((N_("all paths together"), model.indirect))
        parts += [
            (N_("direct"), model.direct),
            (N_("total"), model.total),
            (N_("through, the rest at its start"), model.indirect_start),
            (N_("through, the rest at its end"), model.indirect_end),
        ]
        rows += [
            (t(name) if not number else "", t(part), cell_text(value, t, small_cell), t.number(model.n, 0))
            for number, (part, value) in enumerate(parts)
        ]
    columns = (
        start(t(N_("Model")), 1.4),
        start(t(N_("Part")), 2.2),
        end(t(N_("Estimate (95% interval)")), 1.6),
        end(t(N_("n")), 0.5),
    )
    unit = t(N_("Percentage points of the chance to buy again; orders a year in the model of orders."))
    return Table(
        title=t(N_("All ways from satisfaction to buying again that were followed")), columns=columns,
        rows=tuple(rows), notes=notes_of(unit, *notes), anchor="table-mediation-paths",
    )  # fmt: skip


def tabulate_hidden_trait(sensitivity: Sensitivity | NotEstimable, t: Translator) -> Table | None:
    """Return what a hidden trait of some strengths would leave of the way through loyalty; None without a measure."""
    if isinstance(sensitivity, NotEstimable) or sensitivity.benchmark is None or not sensitivity.points:
        return None
    rows = tuple(
        (
            t.number(point.strength, 1),
            t.number(point.mediator_correlation, 2),
            t.number(point.outcome_link, 2),
            t.number(point.indirect, 2),
        )
        for point in sensitivity.points
    )
    columns = (
        end(t(N_("Strength, {control:text} = 1", control=plain_term(t(sensitivity.benchmark)))), 1.6),
        end(t(N_("Correlation with loyalty"))),
        end(t(N_("Log odds for one standard deviation"))),
        end(t(N_("Left through loyalty, percentage points"))),
    )
    note = sensitivity.tipping_strength
    text = (
        note.reason
        if isinstance(note, NotEstimable)
        else N_("Nothing would be left at a strength of {times:number2}.", times=note)
    )
    return Table(
        title=t(N_("Were something unmeasured behind both loyalty and buying again")), columns=columns, rows=rows,
        notes=(t(text),), anchor="table-mediation-hidden",
    )  # fmt: skip


def tabulate_moderated_mediation(
    questions: Sequence[ModeratedQuestion], t: Translator, small_cell: int
) -> Table | None:
    """Return the way through loyalty at two values of each moderator, and the difference; None where none was asked."""
    rows: list[tuple[str, ...]] = []
    notes = []
    for question in questions:
        answer = question.answer
        if not isinstance(answer, ModeratedMediation):
            notes.append(t(N_("{name:message}: {reason:message}", name=question.moderator, reason=answer.reason)))
            continue
        rows += [
            (t(row.label), cell_text(row.indirect, t, small_cell), t.number(row.n, 0)) for row in answer.conditional
        ]
        rows.append((t(N_("Difference")), cell_text(answer.difference, t, small_cell), DASH))
    if not rows and not notes:
        return None
    columns = (
        start(t(N_("Customers")), 2.0),
        end(t(N_("Through loyalty, percentage points (95% interval)")), 2.0),
        end(t(N_("n")), 0.5),
    )
    both = N_(
        "Both links, and the direct one, may differ. The comparisons are exploratory, not corrected for their number."
    )
    return Table(
        title=t(N_("Whether the way through loyalty differs between customers")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(both), *notes), anchor="table-mediation-moderated",
    )  # fmt: skip


def tabulate_driver_chains(
    chains: tuple[DriverChain, ...] | NotEstimable, t: Translator, small_cell: int
) -> Table | None:
    """Return each driver's way to loyalty through satisfaction; None where it was not followed."""
    if isinstance(chains, NotEstimable):
        return None
    rows: list[tuple[str, ...]] = []
    for chain in chains:
        answer = chain.answer
        if isinstance(answer, NotEstimable):
            rows.append((t(chain.label), t(answer.reason), "", "", ""))
            continue
        parts = (answer.indirect, answer.direct, answer.total)
        rows.append((t(chain.label), *(cell_text(part, t, small_cell) for part in parts), t.number(answer.n, 0)))
    columns = (
        start(t(N_("Aspect")), 1.6),
        end(t(N_("Through satisfaction")), 1.5),
        end(t(N_("Other ways")), 1.5),
        end(t(N_("Together")), 1.5),
        end(t(N_("n")), 0.5),
    )
    note = N_("Points of loyalty for 10 points more of the aspect, the other aspects equal; least squares throughout.")
    return Table(
        title=t(N_("Each aspect's way to loyalty")), columns=columns, rows=tuple(rows), notes=(t(note),),
        anchor="table-mediation-drivers",
    )  # fmt: skip
