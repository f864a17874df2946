"""The tables of whom the client keeps: the measures, the cohorts, how long customers stay, what leaving goes with."""

from analysis.document.blocks import Table
from analysis.document.figures.retention_cohorts import cohort_label, since_label
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, n_text, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.churn import ChurnModel
from analysis.models.lifecycle.cohorts import CohortTable
from analysis.models.lifecycle.groups import YEAR
from analysis.models.lifecycle.money_kept import RevenueRetention
from analysis.models.lifecycle.retention import Retention, TenureCurve
from analysis.models.lifecycle.winback import WinBack
from analysis.results import Estimate, Outcome


def tabulate_retention(result: Retention, t: Translator, small_cell: int) -> Table:
    """Return one row a measure that has a number: customers and revenue kept, tenure, and who came back."""
    measures: list[tuple[Message, Outcome]] = [(N_("Customers kept"), result.logo)]
    notes: list[Message] = [result.logo_definition]
    if isinstance(result.revenue, RevenueRetention):
        measures += [
            (N_("Revenue kept, without what customers bought more (gross)"), result.revenue.gross),
            (N_("Revenue kept, with what customers bought more (net)"), result.revenue.net),
        ]
        notes.append(_revenue_note(result.revenue, t))
    if isinstance(result.curve, TenureCurve):
        measures += [
            (_stays(point.days), point.share)
            for point in result.curve.points
            if point.days in (YEAR, 3 * YEAR, 5 * YEAR)
        ]
    if isinstance(result.win_back, WinBack):
        back = result.win_back
        measures += [
            (N_("Silent customers who came back within {days:int} days", days=back.within_days), back.share),
            (N_("Days until half of the silent came back"), back.median_days),
            (N_("Spending after the return, as a multiple of before"), back.spending),
        ]
        notes.append(
            N_("Silent: no order for more than {days:int} days; days are counted from then.", days=back.gap_days)
        )
    rows = tuple(
        (t(name), cell_text(outcome, t, small_cell), n_text(outcome, t))
        for name, outcome in measures
        if isinstance(outcome, Estimate)
    )
    columns = (start(t(N_("Measure")), 3.0), end(t(N_("Value (95% interval)")), 1.6), end(t(N_("n")), 0.7))
    return Table(
        title=t(N_("Whom the client keeps, and who comes back")), columns=columns, rows=rows,
        notes=notes_of(*(t(note) for note in notes)), anchor="table-retention-measures",
    )  # fmt: skip


def _revenue_note(revenue: RevenueRetention, t: Translator) -> Message:
    return N_(
        "Revenue kept: {later:text} against {earlier:text}, constant currency; {kept:int} of {customers:int} customers"
        " of the earlier year bought again. {draws:int} bootstrap draws.",
        later=t.period(revenue.later_label),
        earlier=t.period(revenue.earlier_label),
        kept=revenue.kept,
        customers=revenue.customers,
        draws=revenue.draws,
    )


def _stays(days: int) -> Message:
    if days == YEAR:
        return N_("Relationships that last longer than a year")
    return N_("Relationships that last longer than {years:int} years", years=days // YEAR)


def tabulate_cohort_cells(table: CohortTable, t: Translator, small_cell: int) -> Table:
    """Return the cohorts with the share that ordered in each period since, with intervals."""
    columns = max(cell.since for cohort in table.cohorts for cell in cohort.cells)
    rows = []
    for cohort in table.cohorts:
        cells = {cell.since: cell.share for cell in cohort.cells}
        shares = [cell_text(cells.get(since), t, small_cell) for since in range(1, columns + 1)]
        rows.append((cohort_label(cohort, t), t.number(cohort.n, 0), *shares))
    heads = [end(since_label(table.length, since, t).capitalize(), 1.2) for since in range(1, columns + 1)]
    note = N_(
        "A period since the first order has {days:int} days and counts only customers for whom it is over. Cohorts of"
        " few customers are taken together.",
        days=round(table.days),
    )
    before = N_(
        "Before the record: customers who had joined before it began; their first order on record is not their first."
    )
    return Table(
        title=t(N_("Share of each cohort that ordered, by period since its first order (95% intervals)")),
        columns=(start(t(N_("First order")), 1.5), end(t(N_("n")), 0.6), *heads), rows=tuple(rows),
        notes=notes_of(t(note), t(before) if any(cohort.from_before for cohort in table.cohorts) else ""),
        anchor="table-retention-cohorts",
    )  # fmt: skip


def tabulate_tenures(curve: TenureCurve, t: Translator, small_cell: int) -> Table:
    """Return how long customers stay: the Kaplan-Meier shares with the customers watched there."""
    rows = tuple(
        (t.number(point.days, 0), cell_text(point.share, t, small_cell), t.number(point.at_risk, 0))
        for point in curve.points
    )
    columns = (
        end(t(N_("Days since the beginning")), 1.2),
        end(t(N_("Share that lasts longer (95% interval)")), 1.8),
        end(t(N_("Customers watched there")), 1.2),
    )
    note = N_(
        "{n:int} customers, {late:int} of whom had begun before they were watched and enter the curve then;"
        " {events:int} left.",
        n=curve.n,
        late=curve.entered_late,
        events=curve.events,
    )
    rule = (
        N_("An end is one that is recorded.")
        if curve.window_days is None
        else N_(
            "A customer ends with its last order before a silence of more than {days:int} days.", days=curve.window_days
        )
    )
    return Table(
        title=t(N_("How long customers stay")), columns=columns, rows=rows, notes=(t(note), t(rule)),
        anchor="table-retention-tenure",
    )  # fmt: skip


def tabulate_churn(model: ChurnModel, t: Translator, small_cell: int) -> Table:
    """Return the hazard ratios of leaving."""
    ratios = [driver.ratio for driver in model.drivers]
    rows = tuple(
        (t(driver.label), cell_text(driver.ratio, t, small_cell, peers=ratios), _p(driver.ratio, t))
        for driver in model.drivers
    )
    columns = (
        start(t(N_("Known before")), 2.6),
        end(t(N_("Times as likely to leave (95% interval)")), 1.8),
        end(t(N_("p")), 0.7),
    )
    note = N_(
        "Cox regression of {rows:int} rows of {customers:int} customers and quarters of {step:int} days; {events:int}"
        " of the customers left; what is known is from before each quarter. Above 1: leaves sooner.",
        rows=model.rows,
        customers=model.customers,
        step=model.step_days,
        events=model.events,
    )
    fit = N_("Share of pairs ranked rightly, on the same customers: {share:number2}.", share=model.concordance)
    return Table(
        title=t(N_("What is known before and goes with leaving")), columns=columns, rows=rows,
        notes=notes_of(t(note), t(fit) if model.concordance is not None else ""), anchor="table-retention-churn",
    )  # fmt: skip


def _p(ratio: Estimate, t: Translator) -> str:
    return DASH if ratio.p_value is None else t.value(ratio.p_value, "pvalue")
