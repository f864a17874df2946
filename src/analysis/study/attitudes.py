"""What the survey alone says: satisfaction and loyalty, and the shape of their relation."""

from analysis.messages import N_, Message
from analysis.models.results import LoyaltyModel, OrderedLogitResult
from analysis.models.shape.result import ItemForms, LoyaltyShape
from analysis.results import NotEstimable
from analysis.study.doubts import driver_tables, loyalty_doubts
from analysis.study.evidence import Beside, Evidence, NumberColumn, NumberTable
from analysis.study.number_tables import coefficient_table, diagnostic_table, estimate_table
from analysis.study.workbench import Workbench

FORM_COLUMNS = (
    NumberColumn(key="form", title=N_("Shape")),
    NumberColumn(key="log_score", title=N_("Log score"), form="number3"),
    NumberColumn(key="difference", title=N_("Against the first"), form="number3"),
    NumberColumn(key="std_error", title=N_("Standard error"), form="number3"),
)


def loyalty_evidence(bench: Workbench) -> Evidence:
    """Return the slope of loyalty on satisfaction, with the ordered logit, the forms and the checks beside it."""
    model = bench.loyalty
    if isinstance(model, NotEstimable):
        return Evidence(estimate=model, model=_loyalty_words(()))
    beside = [
        Beside(label=N_("Correlation of the two indices"), outcome=model.correlation),
        Beside(label=N_("The same slope without controls"), outcome=model.slope_unadjusted),
    ]
    if isinstance(model.ordered, OrderedLogitResult):
        label = N_(
            "Ordered logit: share of answers {label:text} per 10 points, percentage points",
            label=model.ordered.top_label,
        )
        beside.append(Beside(label=label, outcome=model.ordered.top_effect))
    doubts, doubt_notes = loyalty_doubts(bench.robustness)
    return Evidence(
        estimate=model.slope,
        model=_loyalty_words(model.controls),
        tables=(*_loyalty_tables(model), *doubts, *driver_tables(bench)),
        beside=tuple(beside),
        notes=(*model.notes, *doubt_notes),
        design_effect=bench.design_effect,
        correlation=model.correlation,
    )


def shape_evidence(bench: Workbench) -> Evidence:
    """Return the slope below minus the slope above the average, with the forms and the zones beside it."""
    shape = bench.shape
    words = N_(
        "least squares with a bend at the average satisfaction, the same controls as for loyalty, errors clustered by"
        " account and allowing for the average's own uncertainty"
    )
    if isinstance(shape, NotEstimable):
        return Evidence(estimate=shape, model=words)
    if isinstance(shape.asymmetry, NotEstimable):
        return Evidence(estimate=shape.asymmetry, model=words, tables=_zone_tables(shape), draws=shape.draws)
    sides = [
        (N_("below the average"), shape.asymmetry.below),
        (N_("above the average"), shape.asymmetry.above),
        (N_("below minus above"), shape.asymmetry.difference),
    ]
    title = N_("Slopes below and above the average satisfaction, points of loyalty per 10 points")
    beside = [Beside(label=N_("Slope {side:message}", side=side), outcome=found) for side, found in sides[:2]]
    beside.append(Beside(label=N_("Where a single bend fits best, points of satisfaction"), outcome=shape.threshold))
    return Evidence(
        estimate=shape.asymmetry.difference,
        model=words,
        tables=(estimate_table("shape-sides", title, sides, what=N_("Slope")), *_zone_tables(shape)),
        beside=tuple(beside),
        notes=_shape_notes(shape),
        design_effect=bench.design_effect,
    )


def _shape_notes(shape: LoyaltyShape) -> tuple[Message, ...]:
    if isinstance(shape.zones, NotEstimable):
        return ()
    note = N_(
        "Test of a straight line against a steepest zone of satisfaction: p = {p:pvalue} ({draws:int} bootstrap"
        " draws).",
        p=shape.zones.p_value, draws=shape.zones.draws,
    )  # fmt: skip
    return (note,)


def _zone_tables(shape: LoyaltyShape) -> tuple[NumberTable, ...]:
    tables = []
    title = N_("How steep loyalty is along the satisfaction scale, points per 10 points")
    for key, name, zones in (
        ("shape-zones", title, shape.zones),
        (
            "shape-buying",
            N_("How steep buying again is along the scale, percentage points per 10 points"),
            shape.buying,
        ),
    ):
        if not isinstance(zones, NotEstimable):
            rows = [
                (N_("{low:number} to {high:number}", low=zone.low, high=zone.high), zone.slope) for zone in zones.zones
            ]
            tables.append(estimate_table(key, name, rows, what=N_("Satisfaction index")))
    if not isinstance(shape.item_forms, NotEstimable):
        tables.append(_item_form_table(shape.item_forms))
    return tuple(tables)


def _item_form_table(found: ItemForms) -> NumberTable:
    return NumberTable(
        key="shape-item-forms",
        title=N_("Ways to write the main loyalty item, compared on held-out accounts"),
        columns=FORM_COLUMNS,
        rows=tuple((form.name, form.log_score, form.difference, form.std_error) for form in found.forms),
        notes=(N_("n = {n:int} answers, {folds:int} parts.", n=found.n, folds=found.folds),),
    )


def _loyalty_words(controls: tuple[Message, ...]) -> Message:
    if controls:
        return N_(
            "least squares of the loyalty index on the satisfaction index, holding {controls:list}, errors clustered"
            " by account",
            controls=list(controls),
        )
    return N_("least squares of the loyalty index on the satisfaction index, errors clustered by account")


def _loyalty_tables(model: LoyaltyModel) -> tuple[NumberTable, ...]:
    fit = N_(
        "n = {n:int} answers, {accounts:int} accounts; R² = {r2:number3}.",
        n=model.n, accounts=model.accounts, r2=model.r_squared,
    )  # fmt: skip
    tables = [
        coefficient_table("loyalty-ols", N_("Loyalty index: least squares"), model.coefficients, (fit,)),
    ]
    ordered = model.ordered
    if isinstance(ordered, OrderedLogitResult):
        rows = ordered.coefficients + ordered.cut_points
        note = N_(
            "n = {n:int} answers, {accounts:int} accounts; log likelihood {value:number2}.",
            n=ordered.n, accounts=ordered.accounts, value=ordered.log_likelihood,
        )  # fmt: skip
        tables.append(coefficient_table("loyalty-ordered", N_("Loyalty item: ordered logit, log odds"), rows, (note,)))
        effects = [
            (N_("share of answers {label:text}", label=ordered.top_label), ordered.top_effect),
            (N_("share of answers {label:text}", label=ordered.bottom_label), ordered.bottom_effect),
        ]
        title = N_("Loyalty item: average marginal effects of 10 points of satisfaction, percentage points")
        tables.append(estimate_table("loyalty-ordered-effects", title, effects, what=N_("Effect on the")))
    if model.forms:
        tables.append(_form_table(model))
    if model.diagnostics:
        tables.append(diagnostic_table("loyalty-checks", N_("Checks of the loyalty model"), model.diagnostics))
    return tuple(tables)


def _form_table(model: LoyaltyModel) -> NumberTable:
    return NumberTable(
        key="loyalty-forms",
        title=N_("Shapes of the relation, compared on held-out accounts"),
        columns=FORM_COLUMNS,
        rows=tuple((form.name, form.log_score, form.difference, form.std_error) for form in model.forms),
    )
