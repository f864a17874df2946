"""How far the two relations can be trusted: every doubt with what was found, in a board's words."""

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.robustness_doubts import name_units, tabulate_doubts
from analysis.document.chapters.driving.robustness_tables import (
    state_confounding,
    state_imputation,
    state_method,
    tabulate_benchmarks,
    tabulate_choices,
    tabulate_gaps,
    tabulate_imputed,
    tabulate_specifications,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.robustness import plot_specifications
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.imputation.result import ImputationComparison
from analysis.models.robustness.choices import PHRASES
from analysis.models.robustness.result import (
    InfluenceResult,
    PlaceboComparison,
    Removal,
    Robustness,
    SpecificationCurve,
)
from analysis.models.robustness.unseen_factor import Confounding
from analysis.results import Estimate, NotEstimable

KEY = "robustness"
QUESTION = N_("How far can this be trusted?")


def robustness_section(
    context: ChapterContext, robustness: Robustness, imputation: ImputationComparison | NotEstimable
) -> Section:
    """Return the answer: the specification curve, one line a doubt, and the rest for the appendix."""
    t = context.t
    curves = [
        curve
        for curve in (robustness.repurchase_curve, robustness.loyalty_curve)
        if isinstance(curve, SpecificationCurve)
    ]
    if not curves:
        reasons = [robustness.loyalty_curve, robustness.repurchase_curve]
        texts = dict.fromkeys(t(curve.reason) for curve in reasons if isinstance(curve, NotEstimable))
        return Section(key=KEY, question=QUESTION, finding=t.sentences(*texts), answered=False)
    first = curves[0]
    single = robustness.repurchase_influence if first.relation == "repurchase" else robustness.loyalty_influence
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(state_curve(first)),
        blocks=(
            plot_specifications(first, title_curve(first), t, context.theme),
            tabulate_doubts(robustness, imputation, t),
        ),
        limits=tuple(t(limit) for limit in _limits(single)),
        appendix=_appendix(context, robustness, imputation, curves),
    )


def title_curve(curve: SpecificationCurve) -> Message:
    """Return the figure's title: how many of the other ways agree."""
    if _is_clear(curve.declared):
        return N_(
            "{clear:int} of the {intervals:int} ways that have an interval tell the same relation from noise",
            clear=curve.clear,
            intervals=curve.intervals,
        )
    return N_(
        "{count:int} ways to estimate it, from {low:points} to {high:points}",
        count=curve.estimated,
        low=curve.lowest,
        high=curve.highest,
    )


def state_curve(curve: SpecificationCurve) -> Message:
    """Return what the curve says of one relation, with the reported estimate and its interval."""
    values = {
        "count": curve.estimated,
        "lowest": curve.lowest,
        "highest": curve.highest,
        "same": curve.same_sign,
        "choices": varied(curve),
        "intervals": curve.intervals,
        "clear": curve.clear,
        "value": curve.declared.value,
        "low": curve.declared.low,
        "high": curve.declared.high,
    }
    if curve.relation == "loyalty" and _is_clear(curve.declared):
        return N_(
            "Estimated in {count:int} defensible ways, which differ in {choices:list}, 10 points more satisfaction go"
            " with {lowest:points} to {highest:points} points of loyalty (reported: {value:points}, 95% interval"
            " {low:points} to {high:points}); {same:percent} of the ways agree in direction, and {clear:int} of the"
            " {intervals:int} that have an interval tell it from noise.",
            **values,
        )
    if curve.relation == "loyalty":
        return N_(
            "Estimated in {count:int} defensible ways, which differ in {choices:list}, the difference in loyalty that"
            " goes with 10 points of satisfaction lies between {lowest:points} and {highest:points} points (reported:"
            " {value:points}, 95% interval {low:points} to {high:points}, which the data cannot tell from noise).",
            **values,
        )
    if _is_clear(curve.declared):
        return N_(
            "Estimated in {count:int} defensible ways, which differ in {choices:list}, 10 points more satisfaction go"
            " with {lowest:points} to {highest:points} percentage points of the chance to buy again (reported:"
            " {value:points}, 95% interval {low:points} to {high:points}); {same:percent} of the ways agree in"
            " direction, and {clear:int} of the {intervals:int} that have an interval tell it from noise.",
            **values,
        )
    return N_(
        "Estimated in {count:int} defensible ways, which differ in {choices:list}, the difference in the chance to buy"
        " again that goes with 10 points of satisfaction lies between {lowest:points} and {highest:points} percentage"
        " points (reported: {value:points}, 95% interval {low:points} to {high:points}, which the data cannot tell"
        " from noise).",
        **values,
    )


def varied(curve: SpecificationCurve) -> list[Message]:
    """Return what the ways that have an estimate differ in, in the order in which a choice is made."""
    found = {share.factor for share in curve.choices}
    return [phrase for factor, phrase in PHRASES.items() if factor in found]


def _is_clear(estimate: Estimate) -> bool:
    return estimate.low > 0 or estimate.high < 0


def _limits(influence: InfluenceResult | NotEstimable) -> list[Message]:
    limits = [
        N_(
            "The ways to estimate a relation share their data: they are no independent tests, and the share of them"
            " that agrees is no probability."
        ),
    ]
    removal = None if isinstance(influence, NotEstimable) else influence.significance
    if isinstance(influence, InfluenceResult) and isinstance(removal, Removal) and removal.accounts is not None:
        limits.append(
            N_(
                "The relation would no longer stand out from noise without {count:int} of {all:int} {units:message},"
                " chosen to weaken it most.",
                count=removal.accounts,
                all=influence.accounts,
                units=name_units(influence),
            )
        )
    return limits


def _state_placebo(robustness: Robustness, t: Translator) -> list[str]:
    """Return how the purchases before the answer are to be read, where there are any."""
    placebo = robustness.placebo
    if not isinstance(placebo, PlaceboComparison) or not isinstance(placebo.placebo, Estimate):
        return []
    note = N_(
        "Past purchases can themselves make customers satisfied, so satisfaction that goes with them calls for care; it"
        " refutes nothing."
    )
    return [t(note)]


def _appendix(
    context: ChapterContext,
    robustness: Robustness,
    imputation: ImputationComparison | NotEstimable,
    curves: list[SpecificationCurve],
) -> tuple[Block | None, ...]:
    t = context.t
    parts: list[Block | None] = [notes_on_sample(_state_placebo(robustness, t))]
    for curve in curves:
        if curve is not curves[0]:
            parts.append(plot_specifications(curve, title_curve(curve), t, context.theme))
        parts += [
            Prose(paragraphs=(t.sentences(*state_method(curve)),)),
            tabulate_choices(curve, t),
            tabulate_specifications(curve, t),
        ]
    if isinstance(robustness.confounding, Confounding):
        parts += [
            Prose(paragraphs=(t(state_confounding(robustness.confounding)),)),
            tabulate_benchmarks(robustness.confounding, t),
        ]
    if isinstance(imputation, ImputationComparison):
        parts += [
            Prose(paragraphs=(t.sentences(*state_imputation(imputation)),)),
            tabulate_gaps(imputation, t),
            tabulate_imputed(imputation, t),
        ]
    return tuple(parts)
