"""Did what was recommended happen, and did it work: actions taken, what moved since, and what cannot be concluded."""

from collections.abc import Sequence

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.follow_up_tables import (
    tabulate_actions_taken,
    tabulate_changes_since,
    tabulate_charts,
)
from analysis.document.chapters.section import Section
from analysis.document.figures.follow_up import plot_changes_since, plot_control_charts
from analysis.document.formatting import format_date
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.monitoring import ActionFollowUp, FollowUp, IndicatorChange
from analysis.monitoring.earlier import UnreadableAudit
from analysis.monitoring.effect import GroupComparison
from analysis.monitoring.versions import MIGRATIONS
from analysis.results import NotEstimable

KEY = "follow-up"
QUESTION = N_("Did what was recommended happen, and did it work?")
LONGEST_TITLE = 70
NAMED = 3  # earlier audits that were not used, where the board reads


def follow_up_section(context: ChapterContext, result: FollowUp) -> Section:
    """Return what came of the earlier audits; or that there is none and nothing was taken."""
    t = context.t
    if isinstance(result.compared_with, NotEstimable) and not result.actions:
        # what was charted needs no earlier audit, so it is not lost; an audit that was not used is never passed over
        why = t.sentences(result.compared_with.reason, *map(_unused, result.unreadable[:NAMED]))
        return Section(
            key=KEY, question=QUESTION, finding=why, answered=False,
            appendix=(*_charts(context, result), *_notes(result, t)),
        )  # fmt: skip
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t.sentences(*state_follow_up(result, t)),
        blocks=(
            plot_changes_since(result.changes, title_changes(result.changes), t, context.theme)
            or plot_control_charts(result.charts, t, context.theme),
            tabulate_actions_taken(result.actions, t) if result.actions else None,
        ),
        limits=tuple(t(limit) for limit in _limits(result, t)),
        appendix=(
            tabulate_changes_since(result.changes, t) if result.changes else None,
            *_charts(context, result),
            *_notes(result, t),
        ),
    )


def state_follow_up(result: FollowUp, t: Translator) -> list[Message]:
    """Return the finding: what was done, what moved, and whether those acted on moved more."""
    sentences: list[Message] = []
    if isinstance(result.compared_with, str):
        sentences += [_taken(result, result.compared_with, t), *_moved(result, result.compared_with, t)]
    else:
        sentences.append(result.compared_with.reason)
    return [*sentences, *_worked(result.actions, t)]


def _taken(result: FollowUp, compared_with: str, t: Translator) -> Message:
    recommended = [action for action in result.actions if action.recommended_on]
    taken = sum(bool(action.taken_on) for action in recommended)
    date = format_date(compared_with, t.language)
    if not recommended:
        return N_("The audit of {date:text} recommended nothing that could be followed up.", date=date)
    return NP_(
        "Of {recommended:int} actions recommended up to the audit of {date:text}, the parameters report one as taken.",
        "Of {recommended:int} actions recommended up to the audit of {date:text}, the parameters report {count:int} as"
        " taken.",
        taken,
        recommended=len(recommended),
        date=date,
    )


def _moved(result: FollowUp, compared_with: str, t: Translator) -> list[Message]:
    if not result.changes:
        return [N_("Nothing has been measured anew since.")]
    moved = [change for change in result.changes if change.verdict != "no_change"]
    if not moved:
        return [
            NP_(
                "The one indicator compared with the audit of {date:text} shows no change that the data can tell from"
                " noise.",
                "Of {count:int} indicators compared with the audit of {date:text}, none changed beyond what chance"
                " explains.",
                len(result.changes),
                date=format_date(compared_with, t.language),
            )
        ]
    first, good = moved[0], sum(bool(change.good) for change in moved)
    values = {"moved": len(moved), "tested": len(result.changes), "name": first.name}
    values["change"] = t.difference(first.difference)
    if good == len(moved):
        return [
            N_(
                "{moved:int} of {tested:int} indicators changed beyond what chance explains, for the better; the surest"
                " is {name:message}, {change:text}.",
                **values,
            )
        ]
    if good == 0:
        return [
            N_(
                "{moved:int} of {tested:int} indicators changed beyond what chance explains, for the worse; the surest"
                " is {name:message}, {change:text}.",
                **values,
            )
        ]
    return [
        N_(
            "{moved:int} of {tested:int} indicators changed beyond what chance explains, {good:int} of them for the"
            " better; the surest is {name:message}, {change:text}.",
            good=good,
            **values,
        )
    ]


def _worked(actions: Sequence[ActionFollowUp], t: Translator) -> list[Message]:
    compared = [(action, action.comparison) for action in actions if isinstance(action.comparison, GroupComparison)]
    taken = [action for action in actions if action.taken_on]
    if not compared:
        if not taken:
            return []
        return [N_("Whether it worked cannot be said: for no action can those acted on be compared with others.")]
    for wanted in ("moved_more", "moved_less"):
        for action, found in compared:
            if action.verdict == wanted:
                return [_clear(action, found, t)]
    return [
        NP_(
            "For the one action that can be compared, those acted on did not change more than others beyond doubt.",
            "For the {count:int} actions that can be compared, those acted on did not change more than others beyond"
            " doubt.",
            len(compared),
        )
    ]


def _clear(action: ActionFollowUp, found: GroupComparison, t: Translator) -> Message:
    values = {
        "title": clean_text(t(action.title), LONGEST_TITLE),
        "outcome": found.outcome,
        "change": t.difference(found.difference),
    }
    if action.verdict == "moved_more":
        return N_(
            "After “{title:text}”, those acted on did better than the others ({outcome:message}: {change:text}).",
            **values,
        )
    return N_(
        "After “{title:text}”, those acted on did worse than the others ({outcome:message}: {change:text}).", **values
    )


def title_changes(changes: Sequence[IndicatorChange]) -> Message:
    """Return the figure's title."""
    moved = [change for change in changes if change.verdict != "no_change"]
    if not moved:
        return N_("No indicator has moved since the earlier audit beyond what chance explains")
    good = sum(bool(change.good) for change in moved)
    if good == len(moved):
        return N_("What has moved since the earlier audit has moved for the better")
    if good == 0:
        return N_("What has moved since the earlier audit has moved for the worse")
    return N_("Since the earlier audit some indicators have moved for the better and some for the worse")


def _limits(result: FollowUp, t: Translator) -> list[Message]:
    limits = [_unused(each) for each in result.unreadable[:NAMED]]
    if result.changes and isinstance(result.compared_with, str):
        limits.append(
            N_(
                "Changes here are against what the audit of {date:text} printed; the first page, the alerts and the"
                " other chapters compare with the period before by the data of this audit. A number may have changed"
                " against the one and not against the other.",
                date=format_date(result.compared_with, t.language),
            )
        )
    if any(isinstance(action.comparison, GroupComparison) for action in result.actions):
        limits.append(
            N_(
                "Nobody drew lots for whom an action was taken: those picked may differ from the others in what nobody"
                " recorded, and customers picked because things stood badly tend to recover by themselves."
            )
        )
    if any(change.basis == "published" for change in result.changes):
        limits.append(
            N_(
                "Where only the two printed intervals are in hand, a change is tested as if the periods were"
                " independent; small changes are then missed more easily."
            )
        )
    return limits


def _unused(audit: UnreadableAudit) -> Message:
    """Return which earlier audit was not used, where it lies and why."""
    return N_(
        "The earlier audit in the folder {name:text} was not used. {reason:message}",
        name=clean_text(audit.name, LONGEST_TITLE),
        reason=audit.reason,
    )


def _charts(context: ChapterContext, result: FollowUp) -> tuple[Block | None, ...]:
    if not result.charts:
        return ()
    return (plot_control_charts(result.charts, context.t, context.theme), tabulate_charts(result.charts, context.t))


def _notes(result: FollowUp, t: Translator) -> list[Block]:
    notes = [t(_unused(each)) for each in result.unreadable]
    older = [date for date, version in result.earlier if version in MIGRATIONS]
    if older:
        dates = [format_date(date, t.language) for date in older]
        notes.append(t(N_("Audits of an older form were brought up to date: {dates:list}.", dates=dates)))
    restated = [change.name for change in result.changes if change.restated is not None]
    if restated:
        notes.append(
            t(
                N_(
                    "The data of today say of the earlier period what was not printed then, because they have been"
                    " changed since: {names:list}.",
                    names=restated,
                )
            )
        )
    return [Prose(paragraphs=tuple(notes))] if notes else []
