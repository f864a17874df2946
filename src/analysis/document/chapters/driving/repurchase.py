"""Whether satisfied and loyal customers buy again, how often and how soon, in a board's words."""

from analysis.document.blocks import Block, Prose, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.repurchase_tables import repurchase_appendix, tabulate_models
from analysis.document.chapters.section import Section
from analysis.document.figures.models import plot_repurchase_relation, relation_finding
from analysis.messages import N_, Message
from analysis.models.behaviour.result import Behaviour
from analysis.models.results import RepurchaseModel
from analysis.results import Estimate, NotEstimable

KEY = "repurchase"
QUESTION = N_("Do satisfied and loyal customers buy again?")


PREDICTIONS: dict[str, Message] = {
    "better": N_("the answers predict buying again better than past buying alone"),
    "worse": N_("the answers make the prediction of buying again worse than past buying alone"),
    "no_difference": N_("the answers do not predict buying again better than past buying alone"),
}


def repurchase_section(
    context: ChapterContext, repurchase: RepurchaseModel | NotEstimable, behaviour: Behaviour | NotEstimable
) -> Section:
    """Return the question of buying again, answered by three models; or why there is no answer.

    Where only the model of buying again at all is missing (because nearly everybody did, say), how often and how soon
    answer in its place.
    """
    t = context.t
    table = None if isinstance(behaviour, NotEstimable) else _table(context, behaviour)
    if isinstance(repurchase, NotEstimable):
        found = [] if isinstance(behaviour, NotEstimable) else state_others(behaviour)
        return Section(
            key=KEY,
            question=QUESTION,
            finding=t.sentences(repurchase.reason, *found),
            blocks=(table,) if found else (),
            limits=_limits(context, repurchase, behaviour) if found else (),
            appendix=repurchase_appendix(context, repurchase, behaviour) if found else (),
            answered=bool(found),
        )
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(state_relation(repurchase)),
        blocks=(plot_repurchase_relation(repurchase, t, context.theme), table, _note(context, repurchase)),
        limits=_limits(context, repurchase, behaviour),
        appendix=repurchase_appendix(context, repurchase, behaviour),
    )


def state_relation(model: RepurchaseModel) -> Message:
    """Return the relation of satisfaction and buying again as one sentence, with its interval."""
    effect = model.satisfaction_effect
    if not isinstance(model.validation, NotEstimable):
        return N_(
            "{finding:message} (95% interval {low:points} to {high:points} percentage points), comparing customers with"
            " the same past buying; {prediction:message}.",
            finding=relation_finding(effect, "repurchase"),
            low=effect.low,
            high=effect.high,
            prediction=PREDICTIONS[model.validation.verdict],
        )
    return N_(
        "{finding:message} (95% interval {low:points} to {high:points} percentage points), comparing customers with"
        " the same past buying.",
        finding=relation_finding(effect, "repurchase"),
        low=effect.low,
        high=effect.high,
    )


def state_others(behaviour: Behaviour) -> list[Message]:
    """Return what the count and the duration model say, each as a sentence with its interval."""
    sentences: list[Message] = []
    if not isinstance(behaviour.count, NotEstimable):
        sentences.append(_state_ratio(behaviour.count.satisfaction_ratio, "count"))
    if not isinstance(behaviour.duration, NotEstimable):
        sentences.append(_state_ratio(behaviour.duration.satisfaction_ratio, "duration"))
    return sentences


def _state_ratio(ratio: Estimate, key: str) -> Message:
    values = {"ratio": ratio.value, "low": ratio.low, "high": ratio.high}
    clear = ratio.low > 1 or ratio.high < 1
    if key == "count":
        if clear:
            return N_(
                "10 points more satisfaction go with {ratio:number2} times as many orders (95% interval {low:number2}"
                " to {high:number2}), comparing customers with the same past buying.",
                **values,
            )
        return N_(
            "No relation between satisfaction and the number of orders can be told from noise (per 10 points"
            " {ratio:number2} times as many, 95% interval {low:number2} to {high:number2}).",
            **values,
        )
    if clear:
        return N_(
            "Where satisfaction is 10 points higher, the next order is {ratio:number2} times as likely on any day on"
            " which it is still awaited (95% interval {low:number2} to {high:number2}).",
            **values,
        )
    return N_(
        "No relation between satisfaction and how soon the next order comes can be told from noise (per 10 points"
        " {ratio:number2} times as likely on any day, 95% interval {low:number2} to {high:number2}).",
        **values,
    )


def _table(context: ChapterContext, behaviour: Behaviour) -> Table | None:
    if isinstance(behaviour.comparison, NotEstimable):
        return None
    return tabulate_models(behaviour.comparison, context.t)


def _note(context: ChapterContext, model: RepurchaseModel) -> Block:
    t = context.t
    sentence = N_(
        "Of {n:int} customers who answered and could be followed, {rate:percent} bought again within {days:int} days.",
        n=model.n,
        rate=model.repeat_rate.value,
        days=model.horizon_days,
    )
    loyalty: Message | None = None
    if isinstance(model.loyalty_effect, Estimate) and isinstance(model.satisfaction_direct_effect, Estimate):
        loyalty = N_(
            "With both in the model, 10 points of loyalty go with {loyalty:text} percentage points, 10 points of"
            " satisfaction with {satisfaction:text}.",
            loyalty=t.estimate(model.loyalty_effect),
            satisfaction=t.estimate(model.satisfaction_direct_effect),
        )
    return Prose(paragraphs=(t.sentences(sentence, loyalty),))


def _limits(
    context: ChapterContext, repurchase: RepurchaseModel | NotEstimable, behaviour: Behaviour | NotEstimable
) -> tuple[str, ...]:
    t = context.t
    limits: list[Message] = []
    if not isinstance(repurchase, NotEstimable) and isinstance(repurchase.validation, NotEstimable):
        limits.append(N_("No comparison with past buying: {reason:message}", reason=repurchase.validation.reason))
    if not isinstance(behaviour, NotEstimable):
        if isinstance(behaviour.count, NotEstimable):
            limits.append(N_("How often customers buy: {reason:message}", reason=behaviour.count.reason))
        if isinstance(behaviour.duration, NotEstimable):
            limits.append(N_("How soon customers buy: {reason:message}", reason=behaviour.duration.reason))
    return tuple(dict.fromkeys(t(limit) for limit in limits))
