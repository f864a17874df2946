"""The tables of the customers' value: segments for the board; forecast, models, customers and potential behind."""

from analysis.document.blocks import Table
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.models.lifetime.result import ForecastComparison, LifetimeValue, Potential
from analysis.results import Estimate, NotEstimable, Outcome, Point

LONGEST_NAME = 40


def tabulate_segments(result: LifetimeValue, t: Translator, small_cell: int) -> Table:
    """Return customers, revenue, value, share gone and revenue at risk by segment, all customers first."""
    rows: list[tuple[str, int, float, Outcome, Outcome, Point | NotEstimable]] = [
        (t(N_("All customers")), result.customers, result.revenue, result.total, result.gone, result.at_risk),
        *(
            (clean_text(row.segment, LONGEST_NAME), row.customers, row.revenue, row.value, row.gone, row.at_risk)
            for row in result.segments
        ),
    ]
    values = [row[3] for row in rows[1:]]
    gone = [row[4] for row in rows]
    texts = [
        (
            name,
            t.number(customers, 0),
            t.unit(revenue, "money"),
            cell_text(value, t, small_cell, peers=values if number else ()),
            cell_text(left, t, small_cell, peers=gone),
            t.unit(risk.value, "money") if isinstance(risk, Point) else cell_text(risk, t, small_cell),
        )
        for number, (name, customers, revenue, value, left, risk) in enumerate(rows)
    ]
    kept, cut = cap_rows(texts, t)
    columns = (
        start(t(N_("Segment")), 1.5),
        end(t(N_("Customers")), 0.8),
        end(t(N_("Revenue, 12 months")), 1.0),
        end(t(N_("Value, {years:number} years", years=result.horizon_years)), 1.7),
        end(t(N_("Have left")), 1.2),
        end(t(N_("Revenue at risk")), 1.7),
    )
    unknown = [row for row in rows if isinstance(row[3], NotEstimable)]
    note = N_(
        "In brackets: 95% intervals. Have left: mean chance that a customer has. Revenue at risk: each customer's"
        " revenue times that chance, summed."
    )
    few = N_("A dash: too few customers, spending too unlike amounts, for an interval.")
    return Table(
        title=t(N_("What the customers are worth, and what is at risk")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(note), t(few) if unknown else "", cut), emphasis=(0,), anchor="table-lifetime-segments",
    )  # fmt: skip


def tabulate_forecast(result: ForecastComparison, t: Translator, small_cell: int) -> Table:
    """Return both forecasts of the period held out beside what came, and their errors."""

    def bias(share: float | None) -> str:
        return DASH if share is None else t.growth(share)

    def money(amount: float) -> str:
        return t.unit(amount, "money")

    model, naive = result.model, result.naive
    rows = (
        (t(N_("Purchases, total")), t.number(result.orders, 0), t.number(model.orders, 0), t.number(naive.orders, 0),
         DASH),
        (t(N_("Purchases, off by")), "", bias(model.orders_bias), bias(naive.orders_bias), DASH),
        (t(N_("Purchases, mean error a customer")), "", t.number(model.orders_error, 2),
         t.number(naive.orders_error, 2), cell_text(result.orders_difference, t, small_cell)),
        (t(N_("Revenue, total")), money(result.revenue), money(model.revenue), money(naive.revenue), DASH),
        (t(N_("Revenue, off by")), "", bias(model.revenue_bias), bias(naive.revenue_bias), DASH),
        (t(N_("Revenue, mean error a customer")), "", money(model.revenue_error), money(naive.revenue_error),
         cell_text(result.revenue_difference, t, small_cell)),
    )  # fmt: skip
    columns = (
        start(t(N_("Forecast")), 1.8),
        end(t(N_("What came")), 0.9),
        end(t(N_("Model")), 0.9),
        end(t(N_("Same as last year")), 1.1),
        end(t(N_("Model less same (95% interval)")), 1.8),
    )
    note = N_(
        "Customers who had bought by {cut:date} ({customers:int}), forecast for the {days:int} days to {until:date}"
        " from what was known by then. The same as last year: what the customer bought in as many days before. Below 0,"
        " the model is nearer.",
        cut=result.cut,
        until=result.until,
        customers=result.customers,
        days=result.days,
    )
    return Table(
        title=t(N_("Both forecasts on a period that neither had seen")), columns=columns, rows=rows,
        notes=(t(note),), anchor="table-lifetime-forecast",
    )  # fmt: skip


def tabulate_models(result: LifetimeValue, t: Translator) -> Table:
    """Return the fitted models' parameters with standard errors and log-likelihoods."""
    rows: list[tuple[str, ...]] = []
    for model in result.models:
        for number, parameter in enumerate(model.parameters):
            error = DASH if parameter.std_error is None else t.number(parameter.std_error, 3)
            head = (t(model.label), t.number(model.log_likelihood, 1)) if number == 0 else ("", "")
            rows.append((head[0], parameter.name, t.number(parameter.value, 3), error, head[1]))
    for number, parameter in enumerate(result.spend.parameters):
        error = DASH if parameter.std_error is None else t.number(parameter.std_error, 3)
        likelihood = t.number(result.spend.log_likelihood or 0.0, 1) if number == 0 else ""
        rows.append((t(N_("Gamma-Gamma")) if number == 0 else "", parameter.name, t.number(parameter.value, 3), error,
                     likelihood))  # fmt: skip
    columns = (
        start(t(N_("Model")), 1.4),
        start(t(N_("Parameter")), 0.8),
        end(t(N_("Estimate"))),
        end(t(N_("Standard error"))),
        end(t(N_("Log-likelihood"))),
    )
    note = N_(
        "Maximum likelihood, standard errors from the observed information; time in periods of {days:number} days,"
        " amounts in the audit's currency. {customers:int} customers, {repeaters:int} with a repeat purchase.",
        days=result.period_days,
        customers=result.customers,
        repeaters=result.spend.customers,
    )
    unknown = N_("A dash: the data do not tell the parameter, or any other of its model, by itself.")
    return Table(
        title=t(N_("The purchase and spend models")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(note), t(unknown) if not all(model.identified for model in result.models) else ""),
        anchor="table-lifetime-models",
    )  # fmt: skip


def tabulate_top(result: LifetimeValue, t: Translator) -> Table:
    """Return the most valuable customers: a forecast each, no interval, since one customer is no average."""
    rows = tuple(
        (
            clean_text(short_id(row.name), LONGEST_NAME),
            t.unit(row.revenue, "money"),
            t.number(row.orders, 1),
            t.percent(row.alive),
            t.unit(row.value, "money"),
            t.percent(row.share),
        )
        for row in result.top
    )
    columns = (
        start(t(N_("Customer")), 2.2),
        end(t(N_("Revenue, 12 months")), 1.1),
        end(t(N_("Purchases, next 12 months")), 1.1),
        end(t(N_("Still there")), 0.8),
        end(t(N_("Value, {years:number} years", years=result.horizon_years)), 1.1),
        end(t(N_("Share of the value")), 0.9),
    )
    note = N_("Expectations of single customers: what one of them really does can be far from it.")
    return Table(
        title=t(N_("The most valuable customers from here on")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-lifetime-top",
    )  # fmt: skip


def potential_basis(row: Potential) -> Message:
    """Return where a potential is known from."""
    if row.basis == "share_of_wallet":
        return N_("what customers say they buy elsewhere")
    if row.basis == "records":
        return N_("the potential on record, less last year's revenue")
    return N_("distance to the upper quarter of customers of the same segment and standing")


def tabulate_potential(result: LifetimeValue, t: Translator, small_cell: int) -> Table | None:
    """Return what customers could spend beyond last year, by each basis; None where there is none."""
    if not result.potentials:
        return None
    rows = tuple(
        (
            t(potential_basis(row)),
            t.number(row.customers, 0),
            t.number(row.customers_below, 0),
            t.unit(row.amount.value, "money")
            if isinstance(row.amount, Point)
            else cell_text(row.amount, t, small_cell),
        )
        for row in result.potentials
    )
    columns = (
        start(t(N_("Known from")), 2.6),
        end(t(N_("Customers")), 0.8),
        end(t(N_("With something left")), 1.0),
        end(t(N_("A year, beyond last year")), 1.6),
    )
    asked = any(isinstance(row.amount, Estimate) for row in result.potentials)
    counts = N_("Sums of the client's own records have no interval. A distance to peers is no promise to buy.")
    answers = N_("In brackets: the 95% interval.")
    return Table(
        title=t(N_("What customers could spend beyond what they do")), columns=columns, rows=rows,
        notes=notes_of(t(counts), t(answers) if asked else ""), anchor="table-lifetime-potential",
    )  # fmt: skip
