"""The first page, for a board: the score with its level, the five dimensions, what changed, and three actions."""

import dataclasses

from analysis.actions import Action
from analysis.document.answer_changes import state_answer_changes
from analysis.document.blocks import ActionItem, ActionList, Block, BulletList, Chapter, Scorecard, ScoreCell, Tone
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.alerts import alerts_callout
from analysis.document.estimates import format_range
from analysis.document.periods import name_period_before
from analysis.document.prose import amount_of_change
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.monitoring import ChangeItem
from analysis.results import Change, Estimate, IndicatorResult, NotEstimable, Outcome
from analysis.scale import DimensionScore

ACTIONS_SHOWN = 3
CHANGES_SHOWN = 4


def write_summary(context: ChapterContext) -> Chapter:
    """Return the first page."""
    blocks: list[Block | None] = [
        *context.lead(context.t(_finding(context))),
        alerts_callout(context, context.audit.alerts),
        _scorecard(context),
        context.section(N_("What changed"), "what-changed"),
        BulletList(items=tuple(_changes(context))),
        _actions(context),
    ]
    return context.chapter("summary", blocks)


def _finding(context: ChapterContext) -> Message:
    score, t = context.audit.score, context.t
    known = [
        (dimension.name, dimension.score) for dimension in score.dimensions if isinstance(dimension.score, Estimate)
    ]
    ranked = sorted(known, key=lambda pair: -pair[1].value)
    if isinstance(score.overall, NotEstimable):
        return _finding_without_score(ranked, score.overall.reason, t)
    low, high = score.level_range
    values = {
        "score": t.number(score.overall.value, 0),
        "level": score.level,
        "low": high,
        "high": low,
        "best": ranked[0][0],
        "worst": ranked[-1][0],
    }
    if low == high:
        return N_(
            "The relationship scores {score:text} of 100 points, level {level:text}; {best:message} stands highest,"
            " {worst:message} lowest.",
            **values,
        )
    return N_(
        "The relationship scores {score:text} of 100 points, level {level:text} (anything from {low:text} to"
        " {high:text} is compatible with the data); {best:message} stands highest, {worst:message} lowest.",
        **values,
    )


def _finding_without_score(ranked: list[tuple[Message, Estimate]], reason: Message, t: Translator) -> Message:
    """Return what can be said where some dimension has no score: how the others stand, and why there is no whole."""
    if not ranked:
        return reason
    (best, high), (worst, low) = ranked[0], ranked[-1]
    values = {"best": best, "high": t.number(high.value, 0), "reason": reason}
    if len(ranked) == 1:
        return N_("{best:message} scores {high:text} of 100 points. {reason:message}", **values)
    return N_(
        "{best:message} stands highest with {high:text} of 100 points, {worst:message} lowest with {low:text}."
        " {reason:message}",
        worst=worst,
        low=t.number(low.value, 0),
        **values,
    )


def _scorecard(context: ChapterContext) -> Scorecard:
    score, t = context.audit.score, context.t
    headline = _cell(context, t(N_("Relationship score")), score.overall, score.level)
    if isinstance(score.overall, NotEstimable):
        headline = ScoreCell(label=headline.label, value=headline.value)  # the lead has said why
    cells = tuple(_dimension_cell(context, dimension) for dimension in score.dimensions)
    cuts = t.join([f"{level} ≥ {t.number(cut)}" for level, cut in sorted(score.cuts.items())])
    note = N_("0 to 100 points; levels: {cuts:text}; below is E. In brackets: 95% intervals.", cuts=cuts)
    return Scorecard(headline=headline, cells=cells, note=t(note))


def _cell(context: ChapterContext, label: str, outcome: Outcome, level: str) -> ScoreCell:
    t = context.t
    if isinstance(outcome, NotEstimable):
        return ScoreCell(label=label, value="–", detail=t(outcome.reason))
    limits = format_range(t.number(outcome.low, 0), t.number(outcome.high, 0), t.language)
    detail = N_("({limits:text}), n = {n:int}", limits=limits, n=outcome.n)
    return ScoreCell(
        label=label,
        value=t.number(outcome.value, 0),
        detail=t(detail),
        position=outcome.value / 100,
        low=outcome.low / 100,
        high=outcome.high / 100,
        level=level,
    )


def _dimension_cell(context: ChapterContext, dimension: DimensionScore) -> ScoreCell:
    """Return a dimension's cell with the change of its first component that has one."""
    t = context.t
    cell = _cell(context, t(dimension.name), dimension.score, dimension.level)
    if isinstance(dimension.score, NotEstimable):
        reasons = [t(part.score.reason) for part in dimension.components if isinstance(part.score, NotEstimable)]
        return dataclasses.replace(cell, detail=t.sentences(*dict.fromkeys(reasons)) or cell.detail)
    for component in dimension.components:
        result = context.result(component.indicator)
        if result is not None and isinstance(result.change, Change):
            text, tone = _change_words(context, result, result.change)
            return dataclasses.replace(cell, change=text, tone=tone)
    return cell


def _change_words(context: ChapterContext, result: IndicatorResult, change: Change) -> tuple[str, Tone]:
    t = context.t
    if change.verdict == "no_change":
        return t(N_("{name:message}: no clear change", name=result.name)), "neutral"
    size = t.signed(change.difference.value, change.difference.unit)
    good = (change.verdict == "rose") == result.higher_is_better
    return t(N_("{name:message}: {size:text}", name=result.name, size=size)), "good" if good else "bad"


def _changes(context: ChapterContext) -> list[str]:
    return [*_indicator_changes(context), *state_answer_changes(context.audit.changes, context.t)]


def _indicator_changes(context: ChapterContext) -> list[str]:
    t, changes = context.t, context.audit.changes
    if not changes.items:
        return [t(N_("No earlier period to compare with: nothing can be said about change."))]
    moved = [item for item in changes.items if item.good is not None]
    texts = [t(_movement(item, context)) for item in moved[:CHANGES_SHOWN]]
    still = changes.tested - len(moved)
    if not moved:
        return [
            t(
                NP_(
                    "The one change tested does not stand out from noise; that is not proof that nothing changed.",
                    "Of {count:int} tested changes none stands out from noise; that is not proof that nothing changed.",
                    changes.tested,
                )
            )
        ]
    if len(moved) > CHANGES_SHOWN:
        more = len(moved) - CHANGES_SHOWN
        texts.append(
            t(NP_("One more change is in the chapters.", "{count:int} more changes are in the chapters.", more))
        )
    if still:
        texts.append(
            t(
                NP_(
                    "One further indicator shows no change that the data can tell from noise.",
                    "{count:int} further indicators show no change that the data can tell from noise.",
                    still,
                )
            )
        )
    return texts


def _movement(item: ChangeItem, context: ChapterContext) -> Message:
    t, change = context.t, item.change
    values = {
        "name": item.name,
        "size": t(amount_of_change(change.difference.value, change.difference.unit, t)),
        "before": name_period_before(change.earlier, change.later),
    }
    if change.verdict == "rose":
        return N_("{name:message} rose by {size:text} against {before:message}.", **values)
    return N_("{name:message} fell by {size:text} against {before:message}.", **values)


def _actions(context: ChapterContext) -> Block | None:
    actions = context.audit.actions[:ACTIONS_SHOWN]
    if not actions:
        return None
    t = context.t
    title = NP_("The first action to take", "The {count:int} actions to take first", len(actions))
    note = ""
    if any(action.revenue is not None for action in actions):
        note = t(N_("Ranked by the revenue of the customers concerned, which is a fact, not by a promised effect."))
    return ActionList(title=t(title), items=tuple(action_item(action, context) for action in actions), note=note)


def action_item(action: Action, context: ChapterContext) -> ActionItem:
    """Return an action's texts."""
    t = context.t
    efforts = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}
    effect = ""
    if action.revenue is not None and action.customers is not None:
        concerned = NP_(
            "{revenue:money} with one customer",
            "{revenue:money} with {count:int} customers",
            action.customers,
            revenue=action.revenue,
        )
        effect = t(concerned)
    return ActionItem(
        title=t(action.title),
        why=t(action.evidence),
        who=t(action.owner),
        effect=effect,
        effort=t(efforts[action.effort]),
    )
