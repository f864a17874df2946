"""The tables of what becomes of opportunities: by stage, by time, by segment, what winning goes with, and open ones."""

from collections.abc import Sequence

from analysis.document.blocks import Table
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, n_text, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.models.lifecycle.conversion import Conversion, StageRate
from analysis.models.lifecycle.pipeline import Pipeline, ScoredBy
from analysis.models.lifecycle.win_model import WinModel
from analysis.results import Estimate, Outcome, Point

LONGEST_NAME = 40


def tabulate_stage_rates(stages: Sequence[StageRate], t: Translator, small_cell: int) -> Table:
    """Return how many opportunities entered each stage, were decided and won."""
    peers = [row.win_rate for row in stages]
    rows = tuple(
        (
            clean_text(row.stage, LONGEST_NAME),
            t.number(row.entered, 0),
            t.number(row.decided, 0),
            t.number(row.won, 0),
            cell_text(row.win_rate, t, small_cell, peers=peers),
        )
        for row in stages
    )
    columns = (
        start(t(N_("Stage entered")), 1.8),
        end(t(N_("Opportunities")), 1.0),
        end(t(N_("Decided"))),
        end(t(N_("Won"))),
        end(t(N_("Won of the decided (95% interval)")), 1.8),
    )
    note = N_("All opportunities on record; intervals are clustered by group of companies.")
    return Table(
        title=t(N_("Opportunities by the stage they reached")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-conversion-stages",
    )  # fmt: skip


def tabulate_fates(result: Conversion, t: Translator, small_cell: int) -> Table | None:
    """Return what has become of opportunities by days since their creation; None where it is not known."""
    if not result.fates:
        return None
    won, lost = [fate.won for fate in result.fates], [fate.lost for fate in result.fates]
    rows = tuple(
        (
            t.number(fate.days, 0),
            cell_text(fate.won, t, small_cell, peers=won),
            cell_text(fate.lost, t, small_cell, peers=lost),
            t.number(fate.at_risk, 0),
        )
        for fate in result.fates
    )
    columns = (
        end(t(N_("Days since the creation")), 1.1),
        end(t(N_("Won (95% interval)")), 1.6),
        end(t(N_("Lost (95% interval)")), 1.6),
        end(t(N_("Still open and watched then")), 1.2),
    )
    note = N_(
        "{n:int} opportunities, those still open counted for as long as they are known; winning and losing compete"
        " (Aalen and Johansen). The rest is open.",
        n=result.created,
    )
    return Table(
        title=t(N_("What becomes of opportunities, by days since their creation")), columns=columns, rows=rows,
        notes=(t(note),), anchor="table-conversion-fates",
    )  # fmt: skip


def tabulate_rates(result: Conversion, t: Translator, small_cell: int) -> Table:
    """Return the win rates: of the last twelve months, of all on record, by value and by segment, and the cycle."""
    measures: list[tuple[str, Outcome]] = [
        (t(N_("Closed within {window:text}", window=t.period(result.window))), result.win_rate),
        (t(N_("All decided on record")), result.win_rate_recorded),
        (t(N_("All decided on record, weighted by amount")), result.value_win_rate),
        *(
            (t(N_("Segment {name:text}", name=clean_text(row.segment, LONGEST_NAME))), row.win_rate)
            for row in result.segments
        ),
    ]
    peers = [outcome for _, outcome in measures]
    rows = tuple(
        (name, cell_text(outcome, t, small_cell, peers=peers), n_text(outcome, t)) for name, outcome in measures
    )
    columns = (
        start(t(N_("Opportunities")), 2.6),
        end(t(N_("Won (95% interval)")), 1.6),
        end(t(N_("n")), 0.6),
    )
    return Table(
        title=t(N_("Win rates")), columns=columns, rows=rows, notes=_reasons(measures, t),
        anchor="table-conversion-rates",
    )  # fmt: skip


def _reasons(measures: Sequence[tuple[str, Outcome]], t: Translator) -> tuple[str, ...]:
    """Return why a measure has no number."""
    return tuple(
        t(N_("{name:text}: {reason:message}", name=name, reason=outcome.reason))
        for name, outcome in measures
        if not isinstance(outcome, Estimate)
    )


def tabulate_win_drivers(model: WinModel, t: Translator, small_cell: int) -> Table:
    """Return what winning goes with among what was known at the creation."""
    peers = [driver.odds_ratio for driver in model.drivers]
    rows = tuple(
        (
            t(driver.label),
            cell_text(driver.odds_ratio, t, small_cell, peers=peers),
            DASH if driver.odds_ratio.p_value is None else t.value(driver.odds_ratio.p_value, "pvalue"),
        )
        for driver in model.drivers
    )
    columns = (
        start(t(N_("Known at the creation")), 2.6),
        end(t(N_("Odds of winning, times (95% interval)")), 1.8),
        end(t(N_("p")), 0.7),
    )
    note = N_(
        "Logistic regression (Firth) on {n:int} decided opportunities of {groups:int} groups of companies, {won:int}"
        " won. Opportunities still open are left out.",
        n=model.n,
        groups=model.groups,
        won=model.won,
    )
    return Table(
        title=t(N_("What winning goes with")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-conversion-drivers",
    )  # fmt: skip


def tabulate_win_validation(model: WinModel, t: Translator, small_cell: int) -> Table:
    """Return how the scores do on opportunities that the model had not seen."""
    measures: list[tuple[Message, Estimate | Point]] = [
        (N_("AUC: a won opportunity is scored above a lost one"), model.auc),
        (N_("Brier score of the model (lower is better)"), model.brier),
        (N_("Brier score of the win rate alone"), model.brier_base),
        (N_("Gain of the model over the win rate"), model.brier_gain),
    ]
    rows = [(t(name), _three(estimate, t)) for name, estimate in measures]
    slope = DASH if model.calibration_slope is None else t.number(model.calibration_slope, 2)
    rows.append((t(N_("Calibration slope (1: scores are as far apart as they should be)")), slope))
    columns = (start(t(N_("Measure")), 3.0), end(t(N_("Value (95% interval)")), 1.6))
    note = N_(
        "Cross-validation over groups of companies, {folds:int} folds repeated {repeats:int} times.",
        folds=model.folds,
        repeats=model.repeats,
    )
    return Table(
        title=t(N_("Predictions of winning on opportunities that the model had not seen")), columns=columns,
        rows=tuple(rows), notes=(t(note),), anchor="table-conversion-validation",
    )  # fmt: skip


def _three(estimate: Estimate | Point, t: Translator) -> str:
    if isinstance(estimate, Point):
        return t.number(estimate.value, 3)
    low, high = t.number(estimate.low, 3), t.number(estimate.high, 3)
    return t(N_("{value:text} ({low:text} to {high:text})", value=t.number(estimate.value, 3), low=low, high=high))


def tabulate_calibration(model: WinModel, t: Translator) -> Table:
    """Return the share won by tenth of the score."""
    rows = tuple(
        (
            t.percent(part.predicted),
            t(
                N_(
                    "{value:text} ({low:text} to {high:text})",
                    value=t.percent(part.observed), low=t.percent(part.low), high=t.percent(part.high),
                )
            ),
            t.number(part.n, 0),
        )
        for part in model.calibration
    )  # fmt: skip
    columns = (
        end(t(N_("Mean score"))),
        end(t(N_("Won (95% interval)")), 1.6),
        end(t(N_("n")), 0.6),
    )
    return Table(
        title=t(N_("Scores against what was won, by tenth of the score")), columns=columns, rows=rows,
        anchor="table-conversion-calibration",
    )  # fmt: skip


def tabulate_pipeline(pipeline: Pipeline, t: Translator, small_cell: int) -> Table:
    """Return the open opportunities that are worth most."""
    rows = tuple(
        (
            clean_text(short_id(row.opportunity), LONGEST_NAME),
            clean_text(short_id(row.name), LONGEST_NAME),
            DASH if row.stage is None else clean_text(row.stage, LONGEST_NAME),
            t.unit(row.amount, "money", full=True),
            cell_text(row.chance, t, small_cell),
            t.unit(row.expected, "money", full=True),
        )
        for row in pipeline.opportunities
    )
    columns = (
        start(t(N_("Opportunity")), 1.0),
        start(t(N_("Customer")), 1.5),
        start(t(N_("Stage")), 0.9),
        end(t(N_("Amount")), 1.0),
        end(t(N_("Chance (95% interval)")), 1.5),
        end(t(N_("Expected value")), 1.0),
    )
    hidden = pipeline.open_count - len(rows)
    how: dict[ScoredBy, Message] = {
        "model": N_("the model's"),
        "stage_rate": N_("the share won of the decided ones that had got to the same stage"),
        "base_rate": N_("the share won of all decided ones"),
    }
    note = N_(
        "Chance: {how:message}. {hidden:int} further open opportunities with an amount are not listed.",
        how=how[pipeline.scored_by],
        hidden=hidden,
    )
    return Table(
        title=t(N_("The open opportunities worth most")), columns=columns, rows=rows, notes=notes_of(t(note)),
        anchor="table-conversion-pipeline",
    )  # fmt: skip
