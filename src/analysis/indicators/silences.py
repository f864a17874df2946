"""Which chapters have nothing to say, and why."""

from collections.abc import Mapping

from analysis.indicators.shapes import FeedbackSummary, PartnerLeague
from analysis.messages import N_, Message
from analysis.results import Estimate, IndicatorResult, NotEstimable

CHAPTERS = ("satisfaction", "loyalty", "value", "interaction", "depth_breadth")


def explain_silences(
    results: Mapping[str, IndicatorResult],
    leagues: Mapping[str, PartnerLeague],
    feedback: FeedbackSummary | NotEstimable,
    *,
    has_answers: bool,
) -> dict[str, Message]:
    """Return chapter -> reason for the chapters without a single estimate.

    A dimension's reason is that of its first indicator.
    """
    silences: dict[str, Message] = {}
    for chapter in CHAPTERS:
        outcomes = [result.overall for result in results.values() if result.dimension == chapter]
        if any(isinstance(outcome, Estimate) for outcome in outcomes):
            continue
        first = outcomes[0]
        if isinstance(first, NotEstimable):
            silences[chapter] = first.reason
    if not has_answers:
        silences["drivers"] = N_("There are no survey answers, so nothing can be said about what drives satisfaction.")
    if not leagues:
        silences["partners"] = N_("Fewer than three channel partners have enough customers to be compared.")
    if isinstance(feedback, NotEstimable):
        silences["feedback"] = feedback.reason
    return silences
