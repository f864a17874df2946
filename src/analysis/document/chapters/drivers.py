"""What goes with loyalty and with buying again: the two models in a board's words, doubts included."""

from analysis.document.blocks import Block, Callout, Chapter
from analysis.document.chapters.base import ChapterContext
from analysis.document.figures.models import (
    plot_effects,
    plot_loyalty_relation,
    plot_repurchase_relation,
    plot_validation,
    relation_finding,
    validation_finding,
)
from analysis.document.method_tables import tabulate_effects, tabulate_validation
from analysis.messages import N_, Message
from analysis.models.results import LoyaltyModel, RepurchaseModel
from analysis.results import Estimate, NotEstimable


def write_drivers(context: ChapterContext) -> Chapter:
    """Return the chapter on the two models; one that could not be estimated leaves its reason."""
    loyalty, repurchase, t = context.audit.loyalty_model, context.audit.repurchase_model, context.t
    if isinstance(loyalty, NotEstimable) and isinstance(repurchase, NotEstimable):
        return context.silent_chapter("drivers", t.sentences(*dict.fromkeys([t(loyalty.reason), t(repurchase.reason)])))
    findings, parts, limits = [], [], []
    if isinstance(loyalty, NotEstimable):
        limits.append(t(N_("Satisfaction and loyalty: {reason:message}", reason=loyalty.reason)))
    else:
        findings.append(t(state_loyalty(loyalty)))
        parts += _loyalty_parts(context, loyalty)
        limits += [t(note) for note in loyalty.notes]
    if isinstance(repurchase, NotEstimable):
        limits.append(t(N_("Satisfaction and buying again: {reason:message}", reason=repurchase.reason)))
    else:
        findings.append(t.sentences(*state_repurchase(repurchase)))
        parts += _repurchase_parts(context, repurchase)
        limits += [t(note) for note in repurchase.notes]
    limits.append(
        t(
            N_(
                "These are relations between customers, not effects of acting: whatever else makes customers both"
                " satisfied and loyal is in them too."
            )
        )
    )
    return context.chapter("drivers", [*context.lead(*findings), *parts, *context.limits(list(dict.fromkeys(limits)))])


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
            "Of {n:int} customers who answered, {rate:percent} bought again within {days:int} days.",
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


def short_citation(source: str) -> str:
    """Return the authors of a source that names them with an ampersand before its title, else the whole source.

    >>> short_citation("Curtis, Abratt & Dion, Customer loyalty, Journal of Consumer Satisfaction 24")
    'Curtis, Abratt & Dion'
    """
    authors, ampersand, rest = source.partition(" & ")
    return f"{authors} & {rest.partition(',')[0]}" if ampersand else source


def _loyalty_parts(context: ChapterContext, model: LoyaltyModel) -> list[Block | None]:
    t = context.t
    anchor = N_(
        "Correlation of satisfaction and loyalty: {value:text}; published studies average {anchor:number2}"
        " ({source:text}, {year:text}).",
        value=t.estimate(model.correlation),
        anchor=model.anchor.value,
        source=short_citation(model.anchor.source),
        year=str(model.anchor.year),
    )
    items: list[Message] = [anchor]
    ordered = model.ordered
    if not isinstance(ordered, NotEstimable) and isinstance(ordered.top_effect, Estimate):
        items.append(
            N_(
                "Where satisfaction is 10 points higher, the share of answers {label:text} to the loyalty question"
                " differs by {effect:text} percentage points.",
                label=ordered.top_label,
                effect=t.estimate(ordered.top_effect),
            )
        )
    chosen = next((form for form in model.forms if form.chosen), None)
    if chosen is not None:
        items.append(N_("The shape that predicts unseen customers best: {shape:message}.", shape=chosen.name))
    note = Callout(variant="note", title=t(N_("How firm this is")), items=tuple(t(item) for item in items))
    return [
        context.section(N_("Satisfaction and loyalty"), "drivers-loyalty"),
        plot_loyalty_relation(model, t, context.theme),
        note,
    ]


def _repurchase_parts(context: ChapterContext, model: RepurchaseModel) -> list[Block | None]:
    t = context.t
    fit = model.fits[-1]
    parts: list[Block | None] = [
        context.section(N_("Satisfaction and buying again"), "drivers-repurchase"),
        plot_repurchase_relation(model, t, context.theme),
        plot_effects(fit, t, context.theme),
        tabulate_effects(
            fit.effects, t, title=N_("What goes with buying again, all else in the model equal"),
            anchor="table-effects",
        ),
    ]  # fmt: skip
    if isinstance(model.validation, NotEstimable):
        reason = N_("No comparison with past buying: {reason:message}", reason=model.validation.reason)
        parts.append(Callout(variant="note", title=t(N_("How firm this is")), items=(t(reason),)))
    else:
        parts += [plot_validation(model.validation, t, context.theme), tabulate_validation(model.validation, t)]
    return parts
