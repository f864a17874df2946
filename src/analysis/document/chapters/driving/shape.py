"""Where a point of satisfaction goes with most loyalty, in a board's words."""

from analysis.document.blocks import Block, Callout, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.shape_tables import (
    tabulate_bends,
    tabulate_item_forms,
    tabulate_items,
    tabulate_zones,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.shape import plot_shape
from analysis.messages import N_, Message
from analysis.models.results import LoyaltyModel
from analysis.models.shape.result import LoyaltyShape, Zones
from analysis.results import NotEstimable

KEY = "shape"
QUESTION = N_("Where does a point of satisfaction go with most loyalty?")


def shape_section(
    context: ChapterContext, model: LoyaltyModel | NotEstimable, shape: LoyaltyShape | NotEstimable
) -> Section:
    """Return the question of where the relation is steep, answered; or why there is no answer."""
    t = context.t
    if isinstance(shape, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(shape.reason), answered=False)
    if isinstance(model, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(model.reason), answered=False)
    appendix = _appendix(context, model, shape)
    zones = shape.zones
    if isinstance(zones, NotEstimable) or isinstance(shape.curve, NotEstimable):
        reason = zones.reason if isinstance(zones, NotEstimable) else N_("There is no curve.")
        return Section(key=KEY, question=QUESTION, finding=t(reason), appendix=appendix, answered=False)
    figure = plot_shape(shape.curve, model.curve.bins, zones, shape.n, _title(zones), t, context.theme)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(_finding(model, zones)),
        blocks=(figure, tabulate_zones(zones, t, anchor="table-shape-zones"), _note(context, model, shape)),
        limits=_limits(context, zones),
        appendix=appendix,
    )


def _title(zones: Zones) -> Message:
    best = zones.best
    if zones.stands_out and best.slope.high < 0:
        return N_(
            "Between {low:int} and {high:int} points of satisfaction, loyalty falls as satisfaction rises",
            low=best.low,
            high=best.high,
        )
    if zones.stands_out:
        return N_(
            "The relation is steepest between {low:int} and {high:int} points of satisfaction",
            low=best.low,
            high=best.high,
        )
    return N_("No stretch of the satisfaction scale stands out from the rest")


def _finding(model: LoyaltyModel, zones: Zones) -> Message:
    """Return the answer; a zone is named only where the test that allows for looking at all zones tells it apart."""
    best, slope = zones.best, model.slope
    if zones.stands_out and best.slope.low > 0:
        return N_(
            "Between {low:int} and {high:int} points of satisfaction, 10 points more go with {slope:number1} points"
            " more loyalty (95% interval {from:number1} to {to:number1}), more than on the rest of the scale;"
            " over the whole scale it is {whole:number1} points.",
            low=best.low,
            high=best.high,
            slope=best.slope.value,
            whole=slope.value,
            **{"from": best.slope.low, "to": best.slope.high},
        )
    if zones.stands_out and best.slope.high < 0:
        return N_(
            "Between {low:int} and {high:int} points of satisfaction, 10 points more go with {slope:number1} points"
            " less loyalty (95% interval {from:number1} to {to:number1}), unlike on the rest of the scale.",
            low=best.low,
            high=best.high,
            slope=-best.slope.value,
            **{"from": -best.slope.high, "to": -best.slope.low},
        )
    if zones.stands_out:
        return N_(
            "The relation is steepest between {low:int} and {high:int} points of satisfaction, but how steep"
            " it is there cannot be told from nothing.",
            low=best.low,
            high=best.high,
        )
    if slope.low > 0:
        return N_(
            "No stretch of the scale can be told from the rest: over the whole scale 10 points more"
            " satisfaction go with {whole:number1} points more loyalty (95% interval {low:number1} to {high:number1}).",
            whole=slope.value,
            low=slope.low,
            high=slope.high,
        )
    return N_(
        "No stretch of the scale can be told from the rest, and over the whole scale 10 points of"
        " satisfaction go with a difference in loyalty between {low:number1} and {high:number1} points.",
        low=slope.low,
        high=slope.high,
    )


def _note(context: ChapterContext, model: LoyaltyModel, shape: LoyaltyShape) -> Block | None:
    t = context.t
    items: list[Message] = []
    chosen = next((form for form in model.forms if form.chosen), None)
    if chosen is not None:
        items.append(
            N_(
                "The shape kept after predicting unseen customers, the straight line unless another is clearly better:"
                " {shape:message}.",
                shape=chosen.name,
            )
        )
    if not isinstance(shape.asymmetry, NotEstimable):
        difference = shape.asymmetry.difference
        size = {"low": difference.low, "high": difference.high, "size": abs(difference.value)}
        if difference.low > 0:
            items.append(
                N_(
                    "A point below the average weighs more than a point above it: by {size:number1} points of loyalty"
                    " per 10 points (95% interval {low:points} to {high:points}).",
                    **size,
                )
            )
        elif difference.high < 0:
            items.append(
                N_(
                    "A point above the average weighs more than a point below it: by {size:number1} points of loyalty"
                    " per 10 points (95% interval of below minus above {low:points} to {high:points}).",
                    **size,
                )
            )
        else:
            items.append(
                N_(
                    "Whether a point below the average weighs more than one above it cannot be told (difference per 10"
                    " points {low:points} to {high:points}).",
                    **size,
                )
            )
    if not items:
        return None
    return Callout(variant="note", title=t(N_("How firm this is")), items=tuple(t(item) for item in items))


def _limits(context: ChapterContext, zones: Zones) -> tuple[str, ...]:
    if zones.stands_out:
        return ()
    limit = N_(
        "That no stretch stands out does not show that all are alike: the steepest came out so in {share:percent} of"
        " the repetitions with customers drawn anew.",
        share=zones.best.steepest_share,
    )
    return (context.t(limit),)


def _state_buying(shape: LoyaltyShape) -> Message | None:
    """Return why buying again has no stretches, or that none of them can be told from the rest."""
    if isinstance(shape.buying, NotEstimable):
        return N_("Where satisfaction goes with most buying again: {reason:message}", reason=shape.buying.reason)
    if shape.buying.stands_out:
        return None
    return N_(
        "For the chance to buy again no stretch of the scale can be told from the rest (p = {p:pvalue}).",
        p=shape.buying.p_value,
    )


def _appendix(context: ChapterContext, model: LoyaltyModel, shape: LoyaltyShape) -> tuple[Block | None, ...]:
    t = context.t
    method = Prose(
        paragraphs=(
            t(
                N_(
                    "Smooth curve: least squares of the loyalty index on a restricted cubic spline of satisfaction with"
                    " knots at the 5th, 35th, 65th and 95th percentile, with the controls of the loyalty model"
                    " ({n:int} answers, {accounts:int} accounts, {draws:int} bootstrap draws of accounts). The slope of"
                    " a stretch is the rise of the curve between its ends. Intervals of the stretches hold for all of"
                    " them at once; the test repeats the choice of the steepest stretch on curves that are straight but"
                    " for the noise.",
                    n=shape.n,
                    accounts=shape.accounts,
                    draws=shape.draws,
                )
            ),
        )
    )
    buying: Table | None = None
    if not isinstance(shape.buying, NotEstimable):
        buying = tabulate_zones(shape.buying, t, anchor="table-shape-buying", buying=True)
    told = _state_buying(shape)
    return (
        method,
        None if told is None else notes_on_sample([t(told)]),
        buying,
        tabulate_bends(shape, t),
        tabulate_item_forms(shape.item_forms, t),
        tabulate_items(context, model, shape),
    )
