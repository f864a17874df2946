"""The full tables behind the doubts, and how each was examined, for the technical appendix."""

from analysis.document.blocks import Table
from analysis.document.chapters.driving.robustness_doubts import NO_INTERVAL, effect_text
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.imputation.result import ImputationComparison, ImputedEffect
from analysis.models.robustness.result import JointTest, SpecificationCurve
from analysis.models.robustness.unseen_factor import Confounding
from analysis.params.base import localized
from analysis.results import Estimate, NotEstimable, Point

MOST_SPECIFICATIONS = 24
RELATIONS = {
    "loyalty": N_("Satisfaction and loyalty"),
    "repurchase": N_("Satisfaction and buying again"),
}

LEFT_OUT = {
    "loyalty": N_(
        "Depth board leaves out ordered answers, single waves, and sets of controls that lack more than one of them;"
        " depth full takes these too."
    ),
    "repurchase": N_(
        "Depth board leaves out ranks of satisfaction, single waves, single answers, and sets of controls other than"
        " all, past buying only and none; depth full takes these too."
    ),
}


def state_method(curve: SpecificationCurve) -> list[Message]:
    """Return how a curve was made, and what the test of it as a whole says."""
    sentences = [
        N_("{relation:message}, specification curve.", relation=RELATIONS[curve.relation]),
        N_(
            "{tried:int} combinations of choices were declared before any was estimated; {estimated:int} of them have"
            " an estimate of their own, {repeated:int} come to the same as another, and the others have too few"
            " customers, buyers or non-buyers.",
            tried=len(curve.specifications) + curve.repeated,
            estimated=curve.estimated,
            repeated=curve.repeated,
        ),
    ]
    if not curve.full:
        sentences.append(LEFT_OUT[curve.relation])
    sentences.append(
        N_(
            "Errors are clustered by account in each (leave-one-account-out); ways that leave out the most influential"
            " 1% are given without an interval."
        )
    )
    if isinstance(curve.joint, JointTest):
        sentences.append(
            N_(
                "Test of the whole curve against no relation at all ({draws:int} bootstrap draws over accounts, each"
                " estimate moved by one step and centred on zero; without the ways that leave out the most influential"
                " 1%): median p = {median:pvalue}, number of ways that tell a direction p = {share:pvalue}.",
                draws=curve.joint.draws,
                median=curve.joint.median_p,
                share=curve.joint.share_p,
            )
        )
    return sentences


def state_confounding(confounding: Confounding) -> Message:
    """Return the sensitivity analysis of the slope of loyalty, with its formulas' source."""
    return N_(
        "Unseen third factor, satisfaction and loyalty (Cinelli and Hazlett 2020): partial R² of satisfaction"
        " {r2:percent1}; robustness value {value:percent1}, for the interval {alpha:percent1} (error clustered by"
        " account). Below, factors as strong as measured controls, at the worst. For buying again: E-value"
        " (VanderWeele and Ding 2017) of the ratio of chances at 10 points more satisfaction, at most 100.",
        r2=confounding.partial_r2,
        value=confounding.robustness_value,
        alpha=confounding.robustness_value_alpha,
    )


def state_imputation(imputation: ImputationComparison) -> list[Message | None]:
    """Return how the missing answers were filled in."""
    return [
        N_(
            "Missing answers: {complete:int} of {n:int} responses have no gap. Gaps were filled {m:int} times by"
            " chained equations with predictive mean matching ({rounds:int} rounds), from the other answers, the"
            " account's other responses, controls, past buying and, where known, whether the customer bought again.",
            complete=imputation.complete,
            n=imputation.n,
            m=imputation.imputations,
            rounds=imputation.rounds,
        ),
        N_("Survey weights are in the equations and in the fits.") if imputation.weighted else None,
        N_("Indices were computed anew from the filled answers; estimates were put together by Rubin's rules."),
        *imputation.notes,
    ]


def tabulate_choices(curve: SpecificationCurve, t: Translator) -> Table | None:
    """Return how much of the spread goes with each choice, and the mean of the estimates at each of its levels."""
    rows = [
        (
            t(share.name) if number == 0 else "",
            t(level.label),
            t.number(level.count, 0),
            t.value(level.mean, "points"),
            t.percent(share.share) if number == 0 else "",
        )
        for share in curve.choices
        for number, level in enumerate(share.levels)
    ]
    if not rows:
        return None
    columns = (
        start(t(N_("Choice")), 1.8),
        start(t(N_("Taken")), 2.4),
        end(t(N_("Ways")), 0.7),
        end(t(N_("Mean effect")), 1.0),
        end(t(N_("Share of the spread")), 1.0),
    )
    note = N_("Share of the spread: eta squared of the choice alone; the shares need not add up to 100%.")
    return Table(
        title=t(N_("{relation:message}: what the choices do", relation=RELATIONS[curve.relation])),
        columns=columns, rows=tuple(rows), notes=(t(note),), anchor=f"table-robustness-choices-{curve.relation}",
    )  # fmt: skip


def tabulate_specifications(curve: SpecificationCurve, t: Translator) -> Table:
    """Return the specifications in order of size, the first and the last of them where there are many."""
    varying = {share.factor for share in curve.choices}
    found = [spec for spec in curve.specifications if not isinstance(spec.effect, NotEstimable)]
    found.sort(key=lambda spec: 0.0 if isinstance(spec.effect, NotEstimable) else spec.effect.value)
    emphasised = [place for place, spec in enumerate(found) if spec.declared]
    rows = [
        (
            t.listing(t(choice.label) for choice in spec.choices if choice.factor in varying),
            effect_text(spec.effect, t),
            t.number(spec.effect.n, 0),
        )
        for spec in found
        if not isinstance(spec.effect, NotEstimable)
    ]
    kept, note = cap_rows(rows, t, MOST_SPECIFICATIONS)
    columns = (
        start(t(N_("Choices taken")), 4.2),
        end(t(N_("Effect (95% interval)")), 1.6),
        end(t(N_("n")), 0.6),
    )
    return Table(
        title=t(N_("{relation:message}: every way to estimate it", relation=RELATIONS[curve.relation])),
        columns=columns,
        rows=tuple(kept),
        notes=notes_of(
            note,
            t(N_("The reported one is in bold.")) if not note else "",
            t(NO_INTERVAL) if any(isinstance(spec.effect, Point) for spec in found) else "",
        ),
        emphasis=tuple(emphasised) if not note else (),
        anchor=f"table-robustness-specifications-{curve.relation}",
    )


def tabulate_benchmarks(confounding: Confounding, t: Translator) -> Table | None:
    """Return what would be left of the slope beside factors as strong as the measured controls."""
    rows = [
        (
            t(N_("{multiple:int} times {control:message}", multiple=row.multiple, control=row.name)),
            t.percent(row.with_satisfaction) if isinstance(row.adjusted, Point) else DASH,
            t.percent(row.with_outcome) if isinstance(row.adjusted, Point) else DASH,
            effect_text(row.adjusted, t) if isinstance(row.adjusted, Point) else t(row.adjusted.reason),
        )
        for row in confounding.benchmarks
    ]
    if not rows:
        return None
    columns = (
        start(t(N_("An unseen factor as strong as")), 2.2),
        end(t(N_("Partial R² with satisfaction")), 1.1),
        end(t(N_("Partial R² with loyalty")), 1.1),
        end(t(N_("Slope that would be left")), 1.6),
    )
    return Table(
        title=t(N_("What an unseen third factor would leave of the relation of satisfaction and loyalty")),
        columns=columns, rows=tuple(rows), anchor="table-robustness-benchmarks",
    )  # fmt: skip


def tabulate_gaps(imputation: ImputationComparison, t: Translator) -> Table:
    """Return what is missing of each question."""
    rows = [
        (
            localized(gap.label, t.language),
            t.number(gap.missing, 0),
            t.percent(gap.share),
            t(N_("filled in")) if gap.filled else t(N_("left as it is")) if gap.missing else DASH,
        )
        for gap in imputation.items
    ]
    kept, note = cap_rows(rows, t)
    columns = (
        start(t(N_("Question")), 3.2),
        end(t(N_("Missing")), 0.8),
        end(t(N_("Share")), 0.8),
        start(t(N_("Gaps")), 1.0),
    )
    return Table(
        title=t(N_("Missing answers by question")), columns=columns, rows=tuple(kept), notes=notes_of(note),
        anchor="table-robustness-gaps",
    )  # fmt: skip


def tabulate_imputed(imputation: ImputationComparison, t: Translator) -> Table:
    """Return every effect from the answers as they are beside the same with the gaps filled."""

    def name(effect: ImputedEffect) -> str:
        if effect.label is not None:
            return t(N_("Satisfaction on {driver:text}", driver=localized(effect.label, t.language)))
        return t(RELATIONS[effect.key])

    rows = [
        (
            name(effect),
            effect_text(effect.complete, t) if isinstance(effect.complete, Estimate) else t(effect.complete.reason),
            t.number(effect.complete.n, 0) if effect.complete.n is not None else DASH,
            effect_text(effect.imputed, t) if isinstance(effect.imputed, Estimate) else t(effect.imputed.reason),
            t.number(effect.imputed.n, 0) if effect.imputed.n is not None else DASH,
            DASH if effect.missing_information is None else t.percent(effect.missing_information),
        )
        for effect in imputation.effects
    ]
    errors = [effect.simulation_error for effect in imputation.effects if effect.simulation_error is not None]
    note = N_(
        "Per 10 points of the predictor; drivers together in one regression, complete answers only. The last column is"
        " the share of what could be known that the gaps take away; the number of imputations adds an error of at most"
        " {error:number2}.",
        error=max(errors, default=0.0),
    )
    columns = (
        start(t(N_("Effect of satisfaction, or on it")), 1.9),
        end(t(N_("As answered")), 1.5),
        end(t(N_("n")), 0.6),
        end(t(N_("Gaps filled in")), 1.5),
        end(t(N_("n")), 0.6),
        end(t(N_("Missing information")), 0.9),
    )
    return Table(
        title=t(N_("Answers as they are and with the gaps filled in")), columns=columns, rows=tuple(rows),
        notes=(t(note),), anchor="table-robustness-imputed",
    )  # fmt: skip
