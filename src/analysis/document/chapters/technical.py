"""The technical appendix: the models in full, for whoever wants to check them."""

from analysis.document.blocks import Block, Chapter, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.models_in_full import loyalty_in_full, repurchase_in_full
from analysis.document.chapters.scale.questions import QUESTIONS
from analysis.messages import N_
from analysis.results import NotEstimable


def write_technical(context: ChapterContext) -> Chapter:
    """Return how far the models went, the two models in full, and what stands behind each question."""
    t, found = context.t, context.audit.relations
    models = (context.audit.loyalty_model, context.audit.repurchase_model)
    reasons = [t(model.reason) for model in models if isinstance(model, NotEstimable)]
    if len(reasons) == len(models) and not any(section.answered for section in context.sections):
        return context.silent_chapter("technical", t.sentences(*dict.fromkeys(reasons)))
    blocks: list[Block | None] = [
        Prose(
            paragraphs=(
                t(
                    N_(
                        "What stands behind the answers on loyalty and repeat purchase. Depth: {depth:message};"
                        " intervals without a formula come from {draws:int} draws in which whole customers are taken"
                        " with replacement.",
                        depth={"board": N_("board"), "full": N_("full")}[found.depth],
                        draws=found.draws,
                    )
                ),
            )
        ),
        *loyalty_in_full(context),
        *repurchase_in_full(context),
    ]
    of_the_scale = [section for chapter in QUESTIONS for section in context.questions(chapter)]
    for section in (*context.sections, *of_the_scale):
        if section.appendix:
            blocks += [context.section(section.question, f"technical-{section.key}"), *section.appendix]
    return context.chapter("technical", blocks)
