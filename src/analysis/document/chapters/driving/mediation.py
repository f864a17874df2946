"""Does satisfaction work through loyalty? The answer in a board's words, its doubts, and the rest for the appendix."""

from collections.abc import Sequence

from analysis.document.blocks import Block, Callout, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.mediation_tables import (
    tabulate_arrows,
    tabulate_driver_chains,
    tabulate_hidden_trait,
    tabulate_moderated_mediation,
    tabulate_parts,
    tabulate_path_models,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.mediation import plot_mediation
from analysis.document.figures.models import plain_term
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.mediation.analysis import SAME_TIME, MediationAnalysis, ModeratedQuestion
from analysis.models.mediation.intervals import excludes_zero
from analysis.models.mediation.result import ModeratedMediation, Sensitivity, SensitivityPoint
from analysis.results import Estimate, NotEstimable

KEY = "mediation"
QUESTION = N_("Does satisfaction work through loyalty?")


def mediation_section(context: ChapterContext, result: MediationAnalysis | NotEstimable) -> Section:
    """Return the question of the way through loyalty, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    finding = state_mediation(result, t)
    if finding is None:
        reason = next(
            part.reason for part in (result.main.indirect, result.main.total) if isinstance(part, NotEstimable)
        )
        return Section(key=KEY, question=QUESTION, finding=t(reason), answered=False)
    firmness = _firmness(result, t)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(finding),
        blocks=(
            plot_mediation(result, title_mediation(result), t, context.theme),
            tabulate_parts(result, t, context.small_cell),
            Callout(variant="note", title=t(N_("How firm this is")), items=firmness) if firmness else None,
        ),
        limits=(t(SAME_TIME),),
        appendix=_appendix(result, t, context.small_cell),
    )


def state_mediation(result: MediationAnalysis, t: Translator) -> Message | None:
    """Return the finding with its interval, a direction only where the interval excludes none; None without numbers."""
    through, past = result.main.indirect, result.main.direct
    if not isinstance(through, Estimate) or not isinstance(past, Estimate):
        return None
    values = {
        "step": result.main.step,
        "through": t.level(through, signed=True),
        "low": through.low,
        "high": through.high,
        "other": t.level(past, signed=True),
        "other_low": past.low,
        "other_high": past.high,
    }
    if excludes_zero(through) and excludes_zero(past) and _run_apart(result):
        return N_(
            "In part, and against the other ways. Where satisfaction is {step:int} points higher, the loyalty that"
            " comes with it goes with {through:text} percentage points of the chance to buy again (95% interval"
            " {low:points} to {high:points}), while {other:text} ({other_low:points} to {other_high:points}) go other"
            " ways.",
            **values,
        )
    if excludes_zero(through) and excludes_zero(past):
        return N_(
            "Partly. Where satisfaction is {step:int} points higher, the loyalty that comes with it goes with"
            " {through:text} percentage points of the chance to buy again (95% interval {low:points} to {high:points}),"
            " and {other:text} ({other_low:points} to {other_high:points}) go other ways.",
            **values,
        )
    if excludes_zero(through):
        return N_(
            "Of the two ways, only the one through loyalty shows. Where satisfaction is {step:int} points higher, the"
            " loyalty that comes with it goes with {through:text} percentage points of the chance to buy again (95%"
            " interval {low:points} to {high:points}); other ways, at {other:text} ({other_low:points} to"
            " {other_high:points}), cannot be told from noise.",
            **values,
        )
    if excludes_zero(past):
        return N_(
            "Not that the data can tell. Where satisfaction is {step:int} points higher, the loyalty that comes with it"
            " goes with {through:text} percentage points of the chance to buy again (95% interval {low:points} to"
            " {high:points}), within the noise; {other:text} ({other_low:points} to {other_high:points}) go other"
            " ways.",
            **values,
        )
    return N_(
        "The data cannot tell. Where satisfaction is {step:int} points higher, the loyalty that comes with it goes with"
        " {through:text} percentage points of the chance to buy again (95% interval {low:points} to {high:points}),"
        " other ways with {other:text} ({other_low:points} to {other_high:points}): both are within the noise.",
        **values,
    )


def title_mediation(result: MediationAnalysis) -> Message:
    """Return the figure's title: where the relation runs, as far as the intervals say."""
    through, past = excludes_zero(result.main.indirect), excludes_zero(result.main.direct)
    if through and past and _run_apart(result):
        return N_("Satisfaction goes with buying again one way through loyalty, and the opposite way otherwise")
    if through and past:
        return N_("Satisfaction goes with buying again through loyalty, and in other ways")
    if through:
        return N_("Satisfaction goes with buying again through loyalty")
    if past:
        return N_("Satisfaction goes with buying again, but not through loyalty that the data can tell")
    return N_("No way of satisfaction to buying again that the data can tell from noise")


def _run_apart(result: MediationAnalysis) -> bool:
    """Return whether the two parts have opposite signs, so that neither is a part of a whole."""
    through, past = result.main.indirect, result.main.direct
    return isinstance(through, Estimate) and isinstance(past, Estimate) and through.value * past.value < 0


def _firmness(result: MediationAnalysis, t: Translator) -> tuple[str, ...]:
    """Return how the finding would stand a hidden trait, and whether it differs between customers."""
    items: list[Message | None] = []
    if excludes_zero(result.main.indirect) and isinstance(result.main.sensitivity, Sensitivity):
        items.append(state_hidden_trait(result.main.sensitivity, result.main.indirect, t))
    items += [state_moderated(question, t) for question in result.moderated]
    return tuple(t(item) for item in items if item is not None)


def state_hidden_trait(sensitivity: Sensitivity, indirect: object, t: Translator) -> Message | None:
    """Return how strong something unmeasured would have to be, in terms of something measured."""
    point = _as_strong(sensitivity)
    if sensitivity.benchmark is None or point is None or not isinstance(indirect, Estimate):
        return None
    values = {
        "control": plain_term(t(sensitivity.benchmark)),
        "left": t.number(point.indirect, 1),
        "whole": t.number(indirect.value, 1),
    }
    if isinstance(sensitivity.tipping_strength, NotEstimable):
        return N_(
            "Were there something unmeasured behind both loyalty and buying again, as strong as the strongest that is"
            " held constant ({control:text}), {left:text} of the {whole:text} percentage points would be left;"
            " nothing of its kind would take all away.",
            **values,
        )
    return N_(
        "Were there something unmeasured behind both loyalty and buying again, as strong as the strongest that is held"
        " constant ({control:text}), {left:text} of the {whole:text} percentage points would be left; to take all"
        " away it would have to be {times:number1} times as strong.",
        times=sensitivity.tipping_strength,
        **values,
    )


def _as_strong(sensitivity: Sensitivity) -> SensitivityPoint | None:
    return next((point for point in sensitivity.points if point.strength == 1), None)


def state_moderated(question: ModeratedQuestion, t: Translator) -> Message | None:
    """Return whether the way through loyalty differs with one moderator, or None where that has no number."""
    answer = question.answer
    if not isinstance(answer, ModeratedMediation) or not isinstance(answer.difference, Estimate):
        return None
    lower, higher = (row.label for row in answer.conditional)
    values = {"lower": lower, "higher": higher, "difference": t.difference(answer.difference)}
    if excludes_zero(answer.difference):
        return N_(
            "The way through loyalty differs: {higher:message} against {lower:message}, {difference:text} percentage"
            " points.",
            **values,
        )
    return N_(
        "Whether the way through loyalty differs between {lower:message} and {higher:message}, the data cannot tell"
        " ({difference:text} percentage points).",
        **values,
    )


def _appendix(result: MediationAnalysis, t: Translator, small_cell: int) -> tuple[Block | None, ...]:
    return (
        Prose(paragraphs=(t.sentences(*describe_method(result)), t.sentences(*_checks(result)))),
        notes_on_sample(t(note) for note in result.notes),
        tabulate_arrows(result.main, t, small_cell),
        tabulate_path_models(result, t, small_cell),
        tabulate_hidden_trait(result.main.sensitivity, t),
        tabulate_moderated_mediation(result.moderated, t, small_cell),
        tabulate_driver_chains(result.drivers, t, small_cell),
    )


def describe_method(result: MediationAnalysis) -> list[Message]:
    """Return equations, integration, draws and assumptions."""
    main = result.main
    sentences = [
        N_(
            "Equations: loyalty on satisfaction and the controls (least squares); buying again within {days:int} days"
            " on satisfaction, loyalty and the controls (logit). Controls: {controls:list}.",
            days=result.horizon_days,
            controls=list(main.controls),
        ),
        N_(
            "Each customer's chance is computed with its own satisfaction and with {step:int} points more (never beyond"
            " the end of the scale; {mean:number1} on average), separately for what satisfaction does itself and for"
            " the loyalty that goes with it; the chance is averaged over the distribution of loyalty by quadrature and"
            " then over the customers (g-computation).",
            step=main.step,
            mean=main.mean_step,
        ),
        N_(
            "Each part is the mean of its values with the other at its start and at its end, so the parts add up."
            " Intervals are percentiles of {draws:int} draws of groups of companies, all equations fitted anew to each,"
            " widened for few groups.",
            draws=result.draws,
        ),
        N_(
            "With a number of orders as outcome the equation is a Poisson regression of the mean, whose scatter is in"
            " the bootstrap."
        ),
    ]
    if result.weighted:
        sentences.append(N_("Survey weights are in every equation and every mean."))
    if main.estimator == "firth":
        sentences.append(N_("The logit is fitted with Firth's penalty, because some customers are foretold."))
    return sentences


def _checks(result: MediationAnalysis) -> Sequence[Message]:
    """Return what is assumed of a hidden trait, and how strong it would have to be in plain units."""
    sensitivity = result.main.sensitivity
    if isinstance(sensitivity, NotEstimable):
        return (sensitivity.reason,)
    method = N_(
        "Hidden trait: normal, independent of satisfaction given the controls, moving loyalty and the log odds of"
        " buying again; its part is taken out of the coefficients (omitted-variable formula)."
    )
    if isinstance(sensitivity.tipping_link, NotEstimable):
        return method, sensitivity.tipping_link.reason
    return (
        method,
        N_(
            "A trait that correlates {r:number1} with loyalty would explain the way through loyalty away if one"
            " standard deviation of it changed the log odds by {link:number2}.",
            r=sensitivity.moderate_correlation,
            link=sensitivity.tipping_link,
        ),
    )
