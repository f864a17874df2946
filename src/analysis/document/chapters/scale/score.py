"""What the relationship scores, and whether its level depends on the weights: the answer, its doubts, its groups."""

from collections.abc import Mapping

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.score_tables import (
    admitted,
    explain_unscored,
    tabulate_groups_scored,
    tabulate_weightings,
    tabulate_weights,
)
from analysis.document.chapters.section import Section
from analysis.document.figures.score import plot_weightings
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.results import Estimate, NotEstimable
from analysis.scale.analysis import ScoreAnalysis
from analysis.scale.weighting import WeightedScore

KEY = "score"
QUESTION = N_("What does the relationship score, and does the level depend on the weights?")
CHOICE = N_("How much a dimension weighs is a choice: no analysis says which is right, only what hangs on it.")


def score_section(
    context: ChapterContext, result: ScoreAnalysis | NotEstimable, *, partner_names: Mapping[str, str] | None = None
) -> Section:
    """Return the question of the score, answered; or why there is none.

    Parameters
    ----------
    context, result
        The audit's means of writing, and what was found.
    partner_names
        Names of the partners by id, where they have any.
    """
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    if isinstance(result.score.overall, NotEstimable):
        return Section(
            key=KEY,
            question=QUESTION,
            finding=t(result.score.overall.reason),
            appendix=_appendix(result, context, partner_names),
            answered=False,
        )
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(state_score(result, result.score.overall, t)),
        blocks=(
            plot_weightings(result.schemes, result.score.cuts, title_score(result), t, context.theme),
            tabulate_weightings(result.schemes, t, context.small_cell),
        ),
        limits=tuple(t(limit) for limit in (CHOICE, result.consistency_remark) if limit is not None),
        appendix=_appendix(result, context, partner_names),
    )


def state_score(result: ScoreAnalysis, overall: Estimate, t: Translator) -> Message:
    """Return the score with its interval, and what the level does under the other weights."""
    others = [scheme for scheme in result.schemes if not scheme.is_chosen and isinstance(scheme.overall, Estimate)]
    values = {
        "score": t.level(overall),
        "limits": t.limits(overall),
        "level": result.score.level,
        "levels": admitted(result.score.level_range, t),
    }
    if not others:
        return N_(
            "The relationship scores {score:text} of 100 points (95% interval {limits:text}), level {level:text};"
            " the interval admits {levels:text}.",
            **values,
        )
    if not result.depends:
        return N_(
            "The relationship scores {score:text} of 100 points (95% interval {limits:text}), level {level:text}; the"
            " interval admits {levels:text}, and every other way of weighing that was tried gives the same level.",
            **values,
        )
    apart = [_named(scheme, t) for scheme in others if scheme.level != result.score.level]
    return N_(
        "The relationship scores {score:text} of 100 points (95% interval {limits:text}), level {level:text}, and this"
        " level depends on the weights: {others:text}.",
        others=t.listing(t(each) for each in apart),
        **values,
    )


def _named(scheme: WeightedScore, t: Translator) -> Message:
    points = t.level(scheme.overall) if isinstance(scheme.overall, Estimate) else ""
    return N_(
        "weighed {scheme:message} it is {score:text} points, level {level:text}",
        scheme=WAYS[scheme.key],
        score=points,
        level=scheme.level,
    )


WAYS: dict[str, Message] = {
    "direct": N_("as the client sets it"),
    "equal": N_("with all dimensions equal"),
    "pairwise": N_("by pairwise comparison"),
    "entropy": N_("by how much customers differ"),
    "prediction": N_("by what foretells purchases"),
}


def title_score(result: ScoreAnalysis) -> Message:
    """Return the figure's title: whether the level depends on the weights."""
    if result.depends:
        return N_("The level depends on the weights: {levels:list} under one or another", levels=list(result.levels))
    return N_("Level {level:text} under every way of weighing that was tried", level=result.score.level)


def _appendix(
    result: ScoreAnalysis, context: ChapterContext, names: Mapping[str, str] | None
) -> tuple[Block | None, ...]:
    t = context.t
    return (
        Prose(paragraphs=tuple(text for text in (t.sentences(*describe_weights(result)), t(ENTERS)) if text)),
        Prose(paragraphs=(t(text),)) if (text := state_resampling(result, t)) is not None else None,
        tabulate_weights(result.schemes, t),
        tabulate_groups_scored(
            result.segments,
            t,
            context.small_cell,
            title=N_("The relationship by segment"),
            head=N_("Segment"),
            anchor="table-score-segments",
        ),
        tabulate_groups_scored(
            result.partners,
            t,
            context.small_cell,
            title=N_("The relationship by partner"),
            head=N_("Partner"),
            anchor="table-score-partners",
            names=names,
        ),
        explain_unscored(
            result.partners,
            t,
            title=N_("The relationship by partner"),
            finding=N_(
                "None of the {count:int} partners has a score on any dimension. Why not even the one with the most"
                " data has:",
                count=len(result.partners),
            ),
        ),
    )


ENTERS = N_(
    "Where things enter: what customers say of their satisfaction is satisfaction; what they say of loyalty, buying"
    " again and staying is loyalty; growth of revenue is customer value; how often and how punctually customers are met"
    " is interaction; the levels reached and the categories bought are depth and breadth. Complaints and the success of"
    " offers are not in the score: how many are recorded depends on the client's own systems, and who records more"
    " would score less; they lead to actions and stand on the cards of the key accounts."
)


def describe_weights(result: ScoreAnalysis) -> list[Message]:
    """Return how each way of weighing is made, as far as it was tried."""
    tried = {scheme.key for scheme in result.schemes if scheme.weights}
    sentences = []
    if result.consistency_ratio is not None:
        sentences.append(
            N_(
                "Pairwise comparison: the principal eigenvector of the matrix; its consistency ratio (Saaty) is"
                " {ratio:number2}, at most 0.10 is consistent.",
                ratio=result.consistency_ratio,
            )
        )
    if "entropy" in tried:
        sentences.append(
            N_(
                "By how much customers differ: one minus Shannon's entropy of the customers' scores on a dimension,"
                " relative to its greatest value; what all customers have alike weighs little, however important."
            )
        )
    if not isinstance(result.prediction, NotEstimable):
        facts = result.prediction
        sentences.append(
            N_(
                "By what foretells purchases: {n:int} customers were scored with what was known on {day:date};"
                " {events:int} of them bought within the horizon after it. Logistic regressions on every subset of the"
                " dimensions predict this for customers held back; all dimensions together explain {share:percent1} of"
                " the deviance, shared out over all orders of entry (Shapley), shares below zero set to zero.",
                n=facts.n,
                day=facts.day,
                events=facts.events,
                share=facts.explained,
            )
        )
    return sentences


def state_resampling(result: ScoreAnalysis, t: Translator) -> Message | None:
    """Return the interval from resampled accounts beside the one that is printed; None without both."""
    whole, drawn = result.score.overall, result.bootstrap
    if isinstance(whole, NotEstimable) or isinstance(drawn, NotEstimable):
        return None
    return N_(
        "The printed interval of the score, {limits:text}, combines those of its components, each made for its own kind"
        " of number, with their correlations. Percentiles of {draws:int} draws of accounts, whole groups of companies"
        " together, give {drawn:text}; they take no account of how skewed revenue is, so the printed one is kept.",
        limits=t.limits(whole),
        drawn=t.limits(drawn),
        draws=result.draws,
    )
