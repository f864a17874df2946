"""The tables of the relation's shape: zones, bends, forms of the loyalty item, and all loyalty items."""

from analysis.document.blocks import Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_
from analysis.models.results import LoyaltyModel
from analysis.models.shape.result import ItemForms, LoyaltyShape, UnfittedItem, Zones
from analysis.params.base import localized
from analysis.results import Estimate, NotEstimable, Outcome

LONGEST_LABEL = 60


def tabulate_zones(zones: Zones, t: Translator, *, anchor: str, buying: bool = False) -> Table:
    """Return the slope of each stretch of the scale, and how often it is the steepest."""
    title = N_("What 10 points more satisfaction go with, by where a customer stands")
    slope = N_("Points of loyalty (95% interval)")
    if buying:
        title = N_("What 10 points more satisfaction go with in buying again, by where a customer stands")
        slope = N_("Percentage points (95% interval)")
    writes = [zone.slope for zone in zones.zones]
    rows = tuple(
        (
            t(N_("{low:int} to {high:int}", low=zone.low, high=zone.high)),
            t.number(zone.n, 0),
            _signless(zone.slope, writes, t),
            t.percent(zone.steepest_share),
        )
        for zone in zones.zones
    )
    columns = (
        start(t(N_("Satisfaction")), 1.2),
        end(t(N_("Customers") if buying else N_("Respondents")), 0.9),
        end(t(slope), 1.8),
        end(t(N_("Came out steepest")), 1.2),
    )
    note = N_(
        "The stretches overlap; their intervals hold for all at once. Came out steepest: share of {draws:int}"
        " repetitions with customers drawn anew. Test of the steepest stretch against the rest, allowing for having"
        " looked at all of them: p = {p:pvalue}.",
        p=zones.p_value,
        draws=zones.draws,
    )
    emphasis = (zones.steepest,) if zones.stands_out else ()
    return Table(title=t(title), columns=columns, rows=rows, notes=(t(note),), emphasis=emphasis, anchor=anchor)


def _signless(estimate: Estimate, peers: list[Estimate], t: Translator) -> str:
    """Write a slope with one decimal, which an index's estimate otherwise has not."""
    if estimate.unit != "index":
        return t.estimate(estimate, peers=peers)
    return t(
        N_(
            "{value:text} ({low:text} to {high:text})",
            value=t.number(estimate.value, 1),
            low=t.number(estimate.low, 1),
            high=t.number(estimate.high, 1),
        )
    )


def slope_text(outcome: Outcome, t: Translator) -> str:
    """Return a slope per 10 points with one decimal, or a dash."""
    return _signless(outcome, [outcome], t) if isinstance(outcome, Estimate) else DASH


def tabulate_bends(shape: LoyaltyShape, t: Translator) -> Table | None:
    """Return the slopes below and above the average, and where a single bend fits best."""
    rows: list[tuple[str, ...]] = []
    notes = []
    if isinstance(shape.asymmetry, NotEstimable):
        notes.append(t(N_("Below and above the average: {reason:message}", reason=shape.asymmetry.reason)))
    else:
        sides = shape.asymmetry
        p = sides.difference.p_value
        average = N_("Below the average of {mean:number1}", mean=sides.reference)
        rows = [
            (t(average), slope_text(sides.below, t), DASH),
            (t(N_("Above the average")), slope_text(sides.above, t), DASH),
            (
                t(N_("Below minus above")),
                slope_text(sides.difference, t),
                DASH if p is None else t.value(p, "pvalue"),
            ),
        ]
    if isinstance(shape.threshold, NotEstimable):
        notes.append(t(N_("A single bend: {reason:message}", reason=shape.threshold.reason)))
    else:
        bend = N_("A single bend fits best at {place:text} points of satisfaction.", place=t.estimate(shape.threshold))
        notes.append(t(bend))
    if not rows:
        return None
    columns = (
        start(t(N_("Satisfaction")), 2.0),
        end(t(N_("Points of loyalty per 10 points (95% interval)")), 2.0),
        end(t(N_("p")), 0.7),
    )
    return Table(
        title=t(N_("Slopes below and above the average")), columns=columns, rows=tuple(rows), notes=notes_of(*notes),
        anchor="table-shape-bends",
    )  # fmt: skip


def tabulate_item_forms(forms: ItemForms | NotEstimable, t: Translator) -> Table | None:
    """Return how well least squares and the ordered logit foretell the answers to the main loyalty item."""
    if isinstance(forms, NotEstimable):
        return None

    def number(value: float | None) -> str:
        return DASH if value is None else t.number(value, 3)

    rows = tuple(
        (
            t(form.name),
            number(form.log_score),
            number(form.difference),
            number(form.std_error),
            t(N_("chosen")) if form.chosen else "",
        )
        for form in forms.forms
    )
    columns = (
        start(t(N_("Form")), 2.0),
        end(t(N_("Log score"))),
        end(t(N_("Against the first"))),
        end(t(N_("Standard error"))),
        start(t(N_("Verdict"))),
    )
    note = N_(
        "Log probability of the answer given, {folds:int} parts of the accounts held back in turn, {n:int} answers;"
        " higher is better. Least squares: the normal distribution cut half-way between answers.",
        folds=forms.folds,
        n=forms.n,
    )
    return Table(
        title=t(N_("The main loyalty question as numbers and as ordered answers")), columns=columns, rows=rows,
        notes=(t(note),), anchor="table-shape-item-forms",
    )  # fmt: skip


def tabulate_items(context: ChapterContext, model: LoyaltyModel, shape: LoyaltyShape) -> Table | None:
    """Return effects and test of parallel lines of every loyalty item, the main one first."""
    t = context.t
    labels = {item.key: localized(item.label, t.language) for item in context.audit.indicators.items}

    def named(key: str) -> str:
        return clean_text(labels.get(key) or key, LONGEST_LABEL)

    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    if not isinstance(model.ordered, NotEstimable):
        lines = next((check.p_value for check in model.diagnostics if check.key == "brant"), None)
        main = model.ordered
        rows.append((named(main.item), t.number(main.n, 0), _effect(main.top_label, main.top_effect, t),
                     _effect(main.bottom_label, main.bottom_effect, t), _p(lines, t)))  # fmt: skip
    for item in shape.items:
        if isinstance(item, UnfittedItem):
            notes.append(t(N_("{item:text}: {reason:message}", item=named(item.item), reason=item.reason)))
            continue
        rows.append((named(item.item), t.number(item.n, 0), _effect(item.top_label, item.top_effect, t),
                     _effect(item.bottom_label, item.bottom_effect, t), _p(item.p_value, t)))  # fmt: skip
    if not rows:
        return None
    columns = (
        start(t(N_("Question")), 2.0),
        end(t(N_("n")), 0.6),
        end(t(N_("Best answers, percentage points")), 2.0),
        end(t(N_("Worst answers, percentage points")), 2.0),
        end(t(N_("Parallel lines, p")), 0.8),
    )
    notes.append(
        t(
            N_(
                "Ordered logit: what 10 points more satisfaction go with in the share of the best and the worst"
                " answers (95% interval). A small p: the effect differs along the answers."
            )
        )
    )
    return Table(
        title=t(N_("Each loyalty question by itself")), columns=columns, rows=tuple(rows), notes=tuple(notes),
        anchor="table-shape-items",
    )  # fmt: skip


def _effect(label: str, outcome: Outcome, t: Translator) -> str:
    if isinstance(outcome, NotEstimable):
        return DASH
    return t(N_("{label:text}: {effect:text}", label=label, effect=t.estimate(outcome)))


def _p(value: float | None, t: Translator) -> str:
    return DASH if value is None else t.value(value, "pvalue")
