"""For whom satisfaction counts more, in a board's words."""

from analysis.document.blocks import Block, Prose
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.driving.moderation_tables import (
    tabulate_contrasts,
    tabulate_moderators,
    tabulate_regions,
    tabulate_segments,
    tabulate_untested,
)
from analysis.document.chapters.section import Section
from analysis.document.figures.moderation import plot_segment_slopes
from analysis.messages import N_, Message
from analysis.models.moderation.result import Interaction, Moderation
from analysis.results import NotEstimable, Point

KEY = "moderation"
QUESTION = N_("For whom does satisfaction count more?")


def moderation_section(context: ChapterContext, result: Moderation | NotEstimable) -> Section:
    """Return the question of who differs, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    figure = None
    if not isinstance(result.segments, NotEstimable):
        figure = plot_segment_slopes(result.segments, result.slope, _title(result), t, context.theme)
    appendix = _appendix(context, result)
    if not result.interactions:
        reason = N_("There is nothing by which these customers could be told apart.")
        return Section(key=KEY, question=QUESTION, finding=t(reason), appendix=appendix, answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(_finding(result)),
        blocks=(figure, tabulate_moderators(result, t)),
        limits=_limits(context, result),
        appendix=appendix,
    )


def strongest(result: Moderation) -> Interaction | None:
    """Return the interaction that is told from noise most clearly, or None."""
    found = [item for item in result.interactions if item.differs]
    return min(found, key=lambda item: item.adjusted_p) if found else None


def _title(result: Moderation) -> Message:
    segment = next((item for item in result.interactions if item.key == "segment" and item.response == "loyalty"), None)
    if segment is not None and segment.differs:
        return N_("Satisfaction goes with loyalty more strongly in some segments than in others")
    return N_("No segment in which satisfaction goes with loyalty differently, as far as the data can tell")


def _finding(result: Moderation) -> Message:
    """Return the answer: the clearest difference with its interval, or that none is told from noise."""
    item = strongest(result)
    if item is None:
        return N_(
            "None of {tests:int} comparisons tells a kind of customer for whom satisfaction counts more; for everyone"
            " 10 points more satisfaction go with {slope:number1} points of loyalty (95% interval {low:number1} to"
            " {high:number1}).",
            tests=result.tests,
            slope=result.slope.value,
            low=result.slope.low,
            high=result.slope.high,
        )
    count = sum(other.differs for other in result.interactions)
    clear = [one for one in item.contrasts if one.difference.low > 0 or one.difference.high < 0]
    if not clear:
        return N_(
            "A difference shows in {count:int} of {tests:int} comparisons, most clearly by {name:message}.",
            count=count,
            tests=result.tests,
            name=item.name,
        )
    widest = max(clear, key=lambda one: abs(one.difference.value))
    up = widest.difference.value > 0
    values = {
        "count": count,
        "tests": result.tests,
        "name": item.name,
        "more": widest.first if up else widest.second,
        "less": widest.second if up else widest.first,
        "high_effect": (widest.first_effect if up else widest.second_effect).value,
        "low_effect": (widest.second_effect if up else widest.first_effect).value,
        "size": abs(widest.difference.value),
        "low": min(abs(widest.difference.low), abs(widest.difference.high)),
        "high": max(abs(widest.difference.low), abs(widest.difference.high)),
    }
    if item.response == "loyalty":
        return N_(
            "A difference shows in {count:int} of {tests:int} comparisons, most clearly by {name:message}: 10"
            " points more satisfaction go with {high_effect:number1} points of loyalty for {more:message} and with"
            " {low_effect:number1} for {less:message}, a difference of {size:number1} (95% interval {low:number1} to"
            " {high:number1}, not allowing for the choice among {tests:int}).",
            **values,
        )
    return N_(
        "A difference shows in {count:int} of {tests:int} comparisons, most clearly by {name:message}: 10 points"
        " more satisfaction go with a chance to buy again that differs by {high_effect:points} percentage points for"
        " {more:message} and by {low_effect:points} for {less:message}, a difference of {size:number1} (95% interval"
        " {low:number1} to {high:number1}, not allowing for the choice among {tests:int}).",
        **values,
    )


def _limits(context: ChapterContext, result: Moderation) -> tuple[str, ...]:
    t, limits = context.t, []
    if not all(item.differs for item in result.interactions):
        limits.append(
            N_("That no difference is told from noise does not show that there is none: differences need many answers.")
        )
    if result.repurchase is not None:
        limits.append(
            N_("For whom buying again goes with satisfaction: {reason:message}", reason=result.repurchase.reason)
        )
    if isinstance(result.segments, NotEstimable):
        limits.append(N_("By segment: {reason:message}", reason=result.segments.reason))
    return tuple(t(item) for item in limits)


def _appendix(context: ChapterContext, result: Moderation) -> tuple[Block | None, ...]:
    t = context.t
    sentences: list[Message] = [
        N_(
            "Each moderator by itself: loyalty on satisfaction, the moderator, their product and the controls of the"
            " loyalty model ({n:int} answers, {accounts:int} accounts; F test with cluster-robust errors); for buying"
            " again the same in the logit, tested on the difference of the average effects in percentage points. All"
            " {tests:int} tests are one family (Benjamini-Hochberg).",
            n=result.n,
            accounts=result.accounts,
            tests=result.tests,
        )
    ]
    segments = result.segments
    if not isinstance(segments, NotEstimable) and isinstance(segments.spread, Point):
        spread = segments.spread
        sentences.append(
            N_(
                "The true slopes of the {count:int} segments scatter around their mean with a standard deviation of"
                " {value:number1}, a number that so few segments leave wide open; it is averaged over, not plugged in.",
                count=spread.n,
                value=spread.value,
            )
        )
    return (
        Prose(paragraphs=(t.sentences(*sentences),)),
        tabulate_contrasts(result, t),
        tabulate_regions(result, t),
        None if isinstance(segments, NotEstimable) else tabulate_segments(segments, t),
        tabulate_untested(result, t),
    )
