"""What drives loyalty and repeat purchase: one finding, one figure and one table a question, doubts included."""

from analysis.document.blocks import Block, Callout, Chapter, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.chapter import APPENDIX_ONLY
from analysis.document.chapters.section import Section
from analysis.document.figures.models import relation_finding, validation_finding
from analysis.messages import N_, Message
from analysis.models.results import LoyaltyModel, RepurchaseModel
from analysis.results import NotEstimable


def write_drivers(context: ChapterContext) -> Chapter:
    """Return the chapter: the two findings, then question by question; what has no answer is listed with its reason."""
    loyalty, repurchase, t = context.audit.loyalty_model, context.audit.repurchase_model, context.t
    sections = [section for section in context.sections if section.key not in APPENDIX_ONLY]
    if not any(section.answered for section in sections):
        reasons = [t(model.reason) for model in (loyalty, repurchase) if isinstance(model, NotEstimable)]
        reasons = reasons or [section.finding for section in sections]
        return context.silent_chapter("drivers", t.sentences(*dict.fromkeys(reasons)))
    findings = []
    if not isinstance(loyalty, NotEstimable):
        findings.append(t(state_loyalty(loyalty)))
    if not isinstance(repurchase, NotEstimable):
        findings.append(t.sentences(*state_repurchase(repurchase)))
    blocks: list[Block | None] = []
    for section in sections:
        if section.answered:
            blocks += [context.section(section.question, f"drivers-{section.key}"), *_answer(section)]
    limits = context.limits(_limits(context, sections))
    return context.chapter("drivers", [*context.lead(*findings), *blocks, *_unanswered(context, sections), *limits])


def _answer(section: Section) -> list[Block | None]:
    return [Prose(paragraphs=(section.finding,)), *section.blocks]


def _unanswered(context: ChapterContext, sections: list[Section]) -> list[Block]:
    """Return a list of the questions that the data do not answer, each with the reason."""
    t = context.t
    items = tuple(
        t(N_("{question:message} {reason:text}", question=section.question, reason=section.finding))
        for section in sections
        if not section.answered
    )
    return [Callout(variant="note", title=t(N_("What these data do not answer")), items=items)] if items else []


def _limits(context: ChapterContext, sections: list[Section]) -> list[str]:
    """Return what cannot be concluded: of each question, and of all of it; nothing twice."""
    t = context.t
    limits: list[str] = []
    for section in sections:
        if section.answered:
            limits += section.limits
    limits.append(
        t(
            N_(
                "These are relations between customers, not effects of acting: whatever else makes customers both"
                " satisfied and loyal is in them too."
            )
        )
    )
    return list(dict.fromkeys(limits))


def state_loyalty(model: LoyaltyModel) -> Message:
    """Return the relation of satisfaction and loyalty as one sentence, with its interval."""
    return N_(
        "{finding:message} (95% interval {low:number1} to {high:number1}; {n:int} answers from {accounts:int}"
        " customers).",
        finding=relation_finding(model.slope, "loyalty"),
        low=model.slope.low,
        high=model.slope.high,
        n=model.n,
        accounts=model.accounts,
    )


def state_repurchase(model: RepurchaseModel) -> list[Message]:
    """Return what the model of buying again says: the relation, and whether it beats past buying."""
    effect = model.satisfaction_effect
    sentences = [
        N_(
            "Of {n:int} customers who answered and could be followed, {rate:percent} bought again within {days:int}"
            " days.",
            n=model.n,
            rate=model.repeat_rate.value,
            days=model.horizon_days,
        ),
        N_(
            "{finding:message} (95% interval {low:points} to {high:points} percentage points), comparing customers with"
            " the same past buying.",
            finding=relation_finding(effect, "repurchase"),
            low=effect.low,
            high=effect.high,
        ),
    ]
    if not isinstance(model.validation, NotEstimable):
        sentences.append(N_("{finding:message}.", finding=validation_finding(model.validation)))
    return sentences
