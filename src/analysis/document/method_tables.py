"""The tables behind the chapters: model coefficients, diagnostics, definitions, data quality and the score's parts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from analysis.data.client import DataQuality
from analysis.document.blocks import Table
from analysis.document.formatting import format_money_full
from analysis.document.methods import UNITS_OF_ANALYSIS, method_name
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.models.results import Coefficient, Diagnostic, FunctionalForm, HeldOutScore, MarginalEffect, Validation
from analysis.results import Estimate, IndicatorResult, NotEstimable, Unit
from analysis.scale import RelationshipScore

EXAMPLES_SHOWN, LONGEST_EXAMPLE = 3, 24


def tabulate_definitions(results: Sequence[IndicatorResult], t: Translator) -> Table:
    """Return every indicator that has a number with its definition, unit of analysis and interval method."""
    absent = [result.name for result in results if isinstance(result.overall, NotEstimable)]
    results = [result for result in results if isinstance(result.overall, Estimate)]
    rows = [
        (
            t(result.name),
            t(result.definition),
            t(UNITS_OF_ANALYSIS.get(result.unit_of_analysis, result.unit_of_analysis)),
            method_name(result.overall.method, t) if isinstance(result.overall, Estimate) else DASH,
        )
        for result in results
    ]
    columns = (
        start(t(N_("Indicator")), 1.6),
        start(t(N_("Definition")), 3.4),
        start(t(N_("One observation is")), 1.2),
        start(t(N_("Interval")), 1.6),
    )
    note = t(N_("Not estimable with these data, for the reasons in the chapters: {names:list}.", names=absent))
    return Table(
        title=t(N_("The indicators of this audit")), columns=columns, rows=tuple(rows),
        notes=notes_of(note if absent else ""), anchor="table-definitions",
    )  # fmt: skip


def tabulate_coefficients(rows: Sequence[Coefficient], t: Translator, *, title: Message | str, anchor: str) -> Table:
    """Return a model's coefficients in full."""
    texts = [
        (
            t(row.label),
            t.number(row.estimate, 3),
            t.number(row.std_error, 3),
            t.number(row.conf_low, 3),
            t.number(row.conf_high, 3),
            t.value(row.p_value, "pvalue"),
        )
        for row in rows
    ]
    columns = (
        start(t(N_("Term")), 2.6),
        end(t(N_("Estimate"))),
        end(t(N_("Standard error"))),
        end(t(N_("95% from"))),
        end(t(N_("95% to"))),
        end(t(N_("p"))),
    )
    return Table(title=t(title), columns=columns, rows=tuple(texts), anchor=anchor)


def tabulate_effects(rows: Sequence[MarginalEffect], t: Translator, *, title: Message | str, anchor: str) -> Table:
    """Return average marginal effects, in percentage points."""
    texts = [(t(row.label), t.estimate(row.effect), t.number(row.effect.n, 0)) for row in rows]
    columns = (
        start(t(N_("One step of")), 2.4),
        end(t(N_("Percentage points (95% interval)")), 1.8),
        end(t(N_("n")), 0.7),
    )
    return Table(title=t(title), columns=columns, rows=tuple(texts), anchor=anchor)


def tabulate_diagnostics(rows: Sequence[Diagnostic], t: Translator, *, title: Message | str, anchor: str) -> Table:
    """Return a model's checks with what each found."""
    verdicts = {"fine": N_("fine"), "caution": N_("caution"), "not_applicable": N_("not applicable")}
    texts = [
        (
            t(row.name),
            t(row.finding),
            DASH if row.statistic is None else t.number(row.statistic, 2),
            DASH if row.p_value is None else t.value(row.p_value, "pvalue"),
            t(verdicts[row.verdict]),
        )
        for row in rows
    ]
    columns = (
        start(t(N_("Check")), 1.5),
        start(t(N_("Finding")), 3.6),
        end(t(N_("Statistic")), 0.8),
        end(t(N_("p")), 0.7),
        start(t(N_("Verdict")), 0.9),
    )
    return Table(title=t(title), columns=columns, rows=tuple(texts), anchor=anchor)


def tabulate_forms(forms: Sequence[FunctionalForm], t: Translator) -> Table:
    """Return the shapes of the relation that were compared by cross-validation."""

    def number(value: float | None) -> str:
        return DASH if value is None else t.number(value, 3)

    rows = [
        (
            t(form.name),
            number(form.log_score),
            number(form.difference),
            number(form.std_error),
            t(N_("chosen")) if form.chosen else "",
        )
        for form in forms
    ]
    columns = (
        start(t(N_("Shape of the relation")), 2.0),
        end(t(N_("Log score"))),
        end(t(N_("Against the line"))),
        end(t(N_("Standard error"))),
        start(t(N_("Verdict"))),
    )
    note = N_("Log scores are cross-validated by account; higher is better.")
    return Table(
        title=t(N_("Shapes of the relation, compared on accounts the model had not seen")), columns=columns,
        rows=tuple(rows), notes=(t(note),), anchor="table-forms",
    )  # fmt: skip


def tabulate_validation(validation: Validation, t: Translator) -> Table:
    """Return how past buying alone and past buying with the answers predict held-out customers."""

    def row(name: Message, score: HeldOutScore) -> tuple[str, ...]:
        return (
            t(name),
            _three(score.auc, t),
            _three(score.brier, t),
            DASH if score.calibration_slope is None else t.number(score.calibration_slope, 2),
            DASH if score.calibration_intercept is None else t.number(score.calibration_intercept, 2),
        )

    rows = (
        row(N_("Past buying alone"), validation.baseline),
        row(N_("Past buying and the answers"), validation.full),
        (t(N_("Gain")), _three(validation.auc_gain, t), _three(validation.brier_gain, t), DASH, DASH),
    )
    columns = (
        start(t(N_("Prediction from")), 1.8),
        end(t(N_("AUC (95% interval)")), 1.6),
        end(t(N_("Brier score (95% interval)")), 1.6),
        end(t(N_("Calibration slope"))),
        end(t(N_("Calibration intercept"))),
    )
    note = N_(
        "Past buying is recency and frequency; tenure and segment are in neither."
        " Cross-validation over customers, {folds:int} folds repeated {repeats:int} times. AUC: 0.5 is a coin, 1"
        " perfect; Brier score: lower is better.",
        folds=validation.folds,
        repeats=validation.repeats,
    )
    return Table(
        title=t(N_("Predictions on customers that the model had not seen")), columns=columns, rows=rows,
        notes=(t(note),), emphasis=(2,), anchor="table-validation",
    )  # fmt: skip


def _three(estimate: Estimate, t: Translator) -> str:
    low, high = t.number(estimate.low, 3), t.number(estimate.high, 3)
    return t(N_("{value:text} ({low:text} to {high:text})", value=t.number(estimate.value, 3), low=low, high=high))


def table_name(table: str) -> Message | str:
    """Return a canonical table's name in words."""
    names: dict[str, Message] = {
        "customers": N_("Customers"),
        "contracts": N_("Contracts"),
        "survey": N_("Survey answers"),
        "invitations": N_("Survey invitations"),
        "transactions": N_("Order lines"),
        "interactions": N_("Contacts with customers"),
        "feedback": N_("Feedback"),
        "opportunities": N_("Opportunities"),
        "opportunity_stages": N_("Stages of opportunities"),
        "partners": N_("Channel partners"),
        "targets": N_("Targets"),
        "rates": N_("Exchange rates"),
    }
    return names.get(table, table)


def tabulate_tables_read(quality: DataQuality, t: Translator) -> Table:
    """Return the tables that were read: rows, customers and dates."""
    rows = [
        (
            t(table_name(table.table)),
            t.number(table.rows_read, 0),
            t.number(table.rows_kept, 0),
            DASH if table.customers is None else t.number(table.customers, 0),
            DASH if table.first is None else t.value(table.first, "date"),
            DASH if table.last is None else t.value(table.last, "date"),
        )
        for table in quality.tables
    ]
    columns = (
        start(t(N_("Table")), 1.8),
        end(t(N_("Rows read"))),
        end(t(N_("Rows kept"))),
        end(t(N_("Customers"))),
        end(t(N_("First date")), 1.3),
        end(t(N_("Last date")), 1.3),
    )
    return Table(title=t(N_("What was read")), columns=columns, rows=tuple(rows), anchor="table-read")


def tabulate_repairs(quality: DataQuality, t: Translator) -> Table | None:
    """Return every repair with its rows and its effect on revenue, or None where nothing was repaired."""
    if not quality.repairs:
        return None
    rows = [
        (
            t(table_name(repair.table)),
            t(repair.description),
            t(
                N_(
                    "{rows:int} ({share:percent})",
                    rows=repair.rows,
                    share=repair.rows / repair.total if repair.total else 0.0,
                )
            ),
            _revenue_effect(repair.revenue_effect, t),
            _examples(repair.examples),
        )
        for repair in quality.repairs
    ]
    columns = (
        start(t(N_("Table")), 1.1),
        start(t(N_("Repair")), 2.8),
        end(t(N_("Rows")), 1.0),
        end(t(N_("Effect on revenue")), 1.2),
        start(t(N_("Examples")), 1.6),
    )
    kept, note = cap_rows(rows, t, 40)
    return Table(
        title=t(N_("What was repaired")),
        columns=columns,
        rows=tuple(kept),
        notes=notes_of(t(N_("Shares are of the rows that were left when the repair was made.")), note),
        anchor="table-repairs",
    )


def _examples(examples: Sequence[str]) -> str:
    """Return the first examples; of an identifier that only a machine could read, the beginning."""
    shown = ["/".join(short_id(part) for part in example.split("/")) for example in examples[:EXAMPLES_SHOWN]]
    return ", ".join(clean_text(example, LONGEST_EXAMPLE) for example in shown) or DASH


def _revenue_effect(effect: float, t: Translator) -> str:
    if abs(effect) < 0.5:
        return t.unit(0.0, "money", full=True)
    return format_money_full(effect, t.language, t.currency, signed=True)


def tabulate_score(
    score: RelationshipScore, t: Translator, small_cell: int, units: Mapping[str, Unit] = MappingProxyType({})
) -> Table:
    """Return the dimensions of the score and what each is made of, with the anchors of every component.

    `units` are the units of the indicators, in which the anchors are written.
    """
    rows: list[tuple[str, ...]] = []
    emphasis = []
    for dimension in score.dimensions:
        emphasis.append(len(rows))
        score_text = cell_text(dimension.score, t, small_cell)
        rows.append((t(dimension.name), score_text, dimension.level or DASH, t.percent(dimension.weight), ""))
        for component in dimension.components:
            unit = units.get(component.indicator, "count")
            anchors = N_(
                "{zero:text} counts as 0, {full:text} as 100",
                zero=t.unit(component.anchor.zero, unit),
                full=t.unit(component.anchor.full, unit),
            )
            rows.append((f"– {t(component.name)}", cell_text(component.score, t, small_cell), "", "", t(anchors)))
    columns = (
        start(t(N_("Dimension and component")), 2.2),
        end(t(N_("Points, 0 to 100")), 1.5),
        end(t(N_("Level")), 0.6),
        end(t(N_("Weight")), 0.7),
        start(t(N_("Anchors")), 2.0),
    )
    cuts = t.join([f"{level} ≥ {t.number(cut)}" for level, cut in sorted(score.cuts.items())])
    note = N_("Levels: {cuts:text}; below is E. Each dimension is the plain mean of its components.", cuts=cuts)
    return Table(
        title=t(N_("How the relationship score is made")), columns=columns, rows=tuple(rows), notes=(t(note),),
        emphasis=tuple(emphasis), anchor="table-score",
    )  # fmt: skip
