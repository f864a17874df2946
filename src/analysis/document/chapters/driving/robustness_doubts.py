"""One line a doubt: what was asked of the two relations, and what was found."""

from analysis.document.blocks import Table
from analysis.document.tables import DASH, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.imputation.result import ImputationComparison, ImputedEffect
from analysis.models.robustness.choices import PHRASES
from analysis.models.robustness.result import (
    InfluenceResult,
    PlaceboComparison,
    Removal,
    Robustness,
    SpecificationCurve,
    WeightComparison,
)
from analysis.models.robustness.unseen_factor import Confounding, EValue
from analysis.results import Estimate, NotEstimable, Point


def tabulate_doubts(robustness: Robustness, imputation: ImputationComparison | NotEstimable, t: Translator) -> Table:
    """Return one line a doubt, with what was found for each of the two relations."""
    rows = (
        (
            t(N_("Other defensible choices")),
            _curve_cell(robustness.loyalty_curve, t),
            _curve_cell(robustness.repurchase_curve, t),
        ),
        (
            t(N_("Single customers")),
            _influence_cell(robustness.loyalty_influence, t),
            _influence_cell(robustness.repurchase_influence, t),
        ),
        (t(N_("An unseen third factor")), _confounding_cell(robustness.confounding, t), _e_cell(robustness.e_value, t)),
        (t(N_("Missing answers")), _imputed_cell(imputation, "loyalty", t), _imputed_cell(imputation, "repurchase", t)),
        (
            t(N_("Survey weights")),
            _weights_cell(robustness.loyalty_weights, t),
            _weights_cell(robustness.repurchase_weights, t),
        ),
        (t(N_("Purchases before the answer")), DASH, _placebo_cell(robustness.placebo, t)),
    )
    columns = (
        start(t(N_("Doubt")), 1.1),
        start(t(N_("Satisfaction and loyalty")), 2.2),
        start(t(N_("Satisfaction and buying again")), 2.2),
    )
    notes = (
        t(
            N_(
                "Effects of 10 points of satisfaction with 95% intervals: in points of loyalty, and in percentage"
                " points of the chance to buy again."
            )
        ),
    )
    return Table(
        title=t(N_("What could be doubted, and what was found")), columns=columns, rows=rows, notes=notes,
        anchor="table-robustness-doubts",
    )  # fmt: skip


NO_INTERVAL = N_(
    "Estimates without the most influential accounts have no interval: errors that cannot know how they were chosen "
    "are too small."
)


def effect_text(estimate: Estimate | Point, t: Translator) -> str:
    """Return an effect with its interval, where it has one."""
    return t.signed(estimate.value, estimate.unit) if isinstance(estimate, Point) else t.difference(estimate)


def _curve_cell(curve: SpecificationCurve | NotEstimable, t: Translator) -> str:
    if isinstance(curve, NotEstimable):
        return t(curve.reason)
    words = N_(
        "{count:int} ways: {low:points} to {high:points}, half of them below {median:points}; {clear:int} of the"
        " {intervals:int} that have an interval tell the relation from noise.",
        count=curve.estimated,
        low=curve.lowest,
        high=curve.highest,
        median=curve.median,
        clear=curve.clear,
        intervals=curve.intervals,
    )
    if not curve.choices or curve.choices[0].share == 0:
        return t(words)
    most = N_("What moves it most: {choice:message}.", choice=PHRASES[curve.choices[0].factor])
    return t.sentences(words, most)


def name_units(influence: InfluenceResult) -> Message:
    """Return what is left out at a time: groups of companies of several customers for buying again, else customers."""
    if influence.relation == "repurchase" and influence.accounts < influence.effect.n:
        return N_("groups of companies")
    return N_("customers")


def _influence_cell(influence: InfluenceResult | NotEstimable, t: Translator) -> str:
    if isinstance(influence, NotEstimable):
        return t(influence.reason)
    single = N_(
        "Without any single one: {low:points} to {high:points}.",
        low=min(influence.lowest.value, influence.highest.value),
        high=max(influence.lowest.value, influence.highest.value),
    )
    removal = influence.significance
    if isinstance(removal, Removal):
        found = _state_interval(removal, influence)
    else:
        found = _state_sign(influence.sign, influence)
    return t.sentences(single, found)


def _state_interval(removal: Removal, influence: InfluenceResult) -> Message:
    if removal.accounts is None:
        return N_(
            "Not even without {count:int} of {all:int} {units:message} does the interval include zero.",
            count=removal.tried,
            all=influence.accounts,
            units=name_units(influence),
        )
    return N_(
        "Without {count:int} of {all:int} {units:message} the interval includes zero.",
        count=removal.accounts,
        all=influence.accounts,
        units=name_units(influence),
    )


def _state_sign(removal: Removal, influence: InfluenceResult) -> Message:
    if removal.accounts is None:
        return N_(
            "Not even without {count:int} of {all:int} {units:message} does the sign turn.",
            count=removal.tried,
            all=influence.accounts,
            units=name_units(influence),
        )
    return N_(
        "Without {count:int} of {all:int} {units:message} the sign turns.",
        count=removal.accounts,
        all=influence.accounts,
        units=name_units(influence),
    )


def _confounding_cell(confounding: Confounding | NotEstimable, t: Translator) -> str:
    if isinstance(confounding, NotEstimable):
        return t(confounding.reason)
    if confounding.robustness_value_alpha == 0:
        return t(N_("The interval includes zero already; no third factor is needed."))
    needed = N_(
        "To explain it away, it would have to account for {value:percent} of what is left of satisfaction and of"
        " loyalty alike; {alpha:percent} would do for the interval to include zero.",
        value=confounding.robustness_value,
        alpha=confounding.robustness_value_alpha,
    )
    return t.sentences(needed, _strongest_control(confounding, t))


def _strongest_control(confounding: Confounding, t: Translator) -> Message | None:
    """Return what a factor as strong as the strongest measured control would leave."""
    known = [
        benchmark
        for benchmark in confounding.benchmarks
        if benchmark.multiple == 1 and isinstance(benchmark.adjusted, Point)
    ]
    if not known:
        return None
    sign = 1.0 if confounding.effect.value >= 0 else -1.0  # what turns the sign is stronger than what leaves little
    strongest = min(known, key=lambda item: sign * item.adjusted.value if isinstance(item.adjusted, Point) else 0.0)
    if not isinstance(strongest.adjusted, Point):
        return None
    return N_(
        "One as strong as the strongest control ({control:message}) would leave {value:text}.",
        control=strongest.name,
        value=effect_text(strongest.adjusted, t),
    )


def _e_cell(e_value: EValue | NotEstimable, t: Translator) -> str:
    if isinstance(e_value, NotEstimable):
        return t(e_value.reason)
    if e_value.limit_value <= 1:
        return t(N_("The interval includes zero already; no third factor is needed."))
    return t(
        N_(
            "To explain it away, it would have to make both high satisfaction and buying again {value:number2} times as"
            " likely; {limit:number2} times would do for the interval to include zero.",
            value=e_value.value,
            limit=e_value.limit_value,
        )
    )


def _imputed_cell(imputation: ImputationComparison | NotEstimable, key: str, t: Translator) -> str:
    if isinstance(imputation, NotEstimable):
        return t(imputation.reason)
    found: ImputedEffect | None = next((effect for effect in imputation.effects if effect.key == key), None)
    if found is None:
        return DASH
    if isinstance(found.complete, NotEstimable):
        return t(found.complete.reason)
    if isinstance(found.imputed, NotEstimable):
        return t(found.imputed.reason)
    return t(
        N_(
            "As answered {complete:text}; gaps filled in {imputed:text}.",
            complete=effect_text(found.complete, t),
            imputed=effect_text(found.imputed, t),
        )
    )


def _weights_cell(weights: WeightComparison | NotEstimable, t: Translator) -> str:
    if isinstance(weights, NotEstimable):
        return t(weights.reason)
    return t(
        N_(
            "With them {weighted:text}, without {unweighted:text}; difference {difference:text}.",
            weighted=effect_text(weights.weighted, t),
            unweighted=effect_text(weights.unweighted, t),
            difference=effect_text(weights.difference, t),
        )
    )


def _placebo_cell(placebo: PlaceboComparison | NotEstimable, t: Translator) -> str:
    if isinstance(placebo, NotEstimable):
        return t(placebo.reason)
    if isinstance(placebo.placebo, NotEstimable):
        return t(placebo.placebo.reason)
    return t(
        N_(
            "10 points of satisfaction go with {placebo:text} for purchases before the answer, and with {effect:text}"
            " for those after it, past buying held constant.",
            placebo=effect_text(placebo.placebo, t),
            effect=effect_text(placebo.effect, t),
        )
    )
