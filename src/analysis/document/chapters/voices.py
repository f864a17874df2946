"""The chapters on channel partners and on feedback and opportunities: short, each with its table."""

from collections.abc import Sequence

from analysis.document.blocks import Block, Chapter
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.sections import section_blocks, section_limits
from analysis.document.figures.breakdown import plot_breakdown
from analysis.document.prose import state_group_spread
from analysis.document.tables import tabulate_groups
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.document.voices_tables import tabulate_feedback, tabulate_league
from analysis.indicators.shapes import FeedbackSummary, OpportunitySummary, PartnerLeague
from analysis.messages import N_, NP_, Message
from analysis.results import Estimate, NotEstimable


def write_partners(context: ChapterContext) -> Chapter:
    """Return the chapter on channel partners: fair comparisons with the interval of every rank."""
    t, indicators = context.t, context.audit.indicators
    silence = context.silence("partners")
    broken_down = [result for result in indicators.results.values() if result.by_partner]
    if silence is not None or not (indicators.partners or broken_down):
        reason = silence or N_("The client's data name no channel partners that could be compared.")
        return context.silent_chapter("partners", reason)
    parts: list[Block | None] = []
    leagues = [(league, indicators.results[key].name) for key, league in indicators.partners.items()]
    findings = state_leagues(leagues, t)
    parts += [tabulate_league(league, name, t, context.small_cell) for league, name in leagues if tells_apart(league)]
    if not leagues:
        first = broken_down[0]
        findings.append(state_group_spread(first.by_partner, first.name, first.unit, t))
        parts.append(plot_breakdown(first, t, context.theme, group="by_partner"))
        table = tabulate_groups(
            broken_down, t, context.small_cell, group="by_partner", title=N_("By partner"), anchor="table-partners"
        )
        parts.append(table)
    limits: list[Message | str] = [
        N_("Partners serve different customers: a rank compares their results, not their merit.")
    ]
    questions = context.questions("partners")
    parts += section_blocks(context, "partners", questions)
    limits += section_limits(context, questions)
    return context.chapter("partners", [*context.lead(*findings), *parts, *context.limits(limits)])


def tells_apart(league: PartnerLeague) -> bool:
    """Return whether a league found any difference between its partners beyond the noise of each."""
    return league.between_sd > 0


def state_leagues(leagues: Sequence[tuple[PartnerLeague, Message]], t: Translator) -> list[str]:
    """Return what the leagues found, one paragraph each; those without any difference share one sentence, the last."""
    findings = [t(_state_league(league, name)) for league, name in leagues if tells_apart(league)]
    alike = [(league, name) for league, name in leagues if not tells_apart(league)]
    if alike:
        sentence = N_(
            "On {names:list}, partners do not differ by more than chance alone would bring.",
            names=[
                N_("{name:message} ({count:int} partners compared)", name=name, count=len(league.rows))
                for league, name in alike
            ],
        )
        findings.append(t(sentence))
    return findings


def _state_league(league: PartnerLeague, name: Message) -> Message:
    """Return how far the partners of a league can be told apart: a best one only where its rank is beyond doubt."""
    values = {"name": name, "count": len(league.rows)}
    if league.rows and league.rows[0].rank_high == 1:
        return N_(
            "On {name:message}, {best:text} leads the {count:int} partners compared, beyond doubt of its rank.",
            best=clean_text(short_id(league.rows[0].name), 60),
            **values,
        )
    return N_(
        "On {name:message}, the {count:int} partners compared differ, but none is the best beyond doubt.",
        **values,
    )


def write_feedback(context: ChapterContext) -> Chapter:
    """Return the chapter on feedback and opportunities."""
    t, indicators = context.t, context.audit.indicators
    feedback, opportunities = indicators.feedback, indicators.opportunities
    silence = context.silence("feedback")
    both_absent = isinstance(feedback, NotEstimable) and isinstance(opportunities, NotEstimable)
    if both_absent:
        reasons = [outcome.reason for outcome in (feedback, opportunities) if isinstance(outcome, NotEstimable)]
        reason = t(silence) if silence is not None else t.sentences(*dict.fromkeys(t(item) for item in reasons))
        return context.silent_chapter("feedback", reason)
    findings: list[str] = []
    parts: list[Block | None] = []
    limits: list[Message] = []
    if isinstance(feedback, NotEstimable):
        limits.append(feedback.reason)
    else:
        lead, *details = state_feedback(feedback, context)
        findings += [t(lead), t.sentences(*details)]
        if feedback.n and (feedback.by_kind or feedback.by_channel or feedback.by_severity):
            parts.append(tabulate_feedback(feedback, t))
        limits.append(N_("Those who write are not all customers: feedback shows what hurts, not how many it hurts."))
    if isinstance(opportunities, NotEstimable):
        limits.append(opportunities.reason)
    else:
        findings.append(t.sentences(*state_opportunities(opportunities, context)))
    questions = context.questions("feedback")
    parts += section_blocks(context, "feedback", questions)
    open_ones: list[str | Message] = [*limits, *section_limits(context, questions)]
    return context.chapter("feedback", [*context.lead(*findings), *parts, *context.limits(open_ones)])


def state_feedback(summary: FeedbackSummary, context: ChapterContext) -> list[Message]:
    """Return how much feedback there was and how fast it was resolved."""
    t = context.t
    pieces = NP_("One piece of feedback", "{count:int} pieces of feedback", summary.n)
    sentences: list[Message] = []
    if isinstance(summary.resolved_within_30, Estimate):
        sentences.append(
            N_(
                "{pieces:message} came in over twelve months; {share:text} of the cases were resolved within 30 days"
                " (95% interval {limits:text}).",
                pieces=pieces,
                share=t.level(summary.resolved_within_30),
                limits=t.limits(summary.resolved_within_30),
            )
        )
    else:
        sentences.append(N_("{pieces:message} came in over twelve months.", pieces=pieces))
    if isinstance(summary.median_days, Estimate):
        sentences.append(
            N_("Half of the cases were resolved within {days:text} days.", days=t.estimate(summary.median_days))
        )
    if summary.open_cases:
        sentences.append(
            NP_(
                "One case of these twelve months is still open.",
                "{count:int} cases of these twelve months are still open.",
                summary.open_cases,
            )
        )
    if isinstance(summary.resolution_rating, Estimate):
        rating = t.estimate(summary.resolution_rating)
        sentences.append(N_("Customers rate the resolution at {rating:text} on average.", rating=rating))
    return sentences


def state_opportunities(summary: OpportunitySummary, context: ChapterContext) -> list[Message]:
    """Return how many opportunities were won, and what is open."""
    t = context.t
    values = {"won": summary.won, "closed": summary.closed}
    if not summary.closed:
        sentences = [N_("No opportunity was closed in the last twelve months.")]
    elif isinstance(summary.win_rate, Estimate):
        sentences = [
            N_(
                "{won:int} of {closed:int} opportunities closed in the last twelve months were won: {rate:text} (95%"
                " interval {limits:text}).",
                rate=t.level(summary.win_rate),
                limits=t.limits(summary.win_rate),
                **values,
            )
        ]
    else:
        sentences = [N_("{won:int} of {closed:int} opportunities closed in the last twelve months were won.", **values)]
    if summary.open_count and summary.open_amount:
        open_ones = NP_(
            "One opportunity is open, worth {amount:money}.",
            "{count:int} opportunities are open, worth {amount:money} together.",
            summary.open_count,
            amount=summary.open_amount,
        )
        sentences.append(open_ones)
    elif summary.open_count:
        sentences.append(NP_("One opportunity is open.", "{count:int} opportunities are open.", summary.open_count))
    return sentences
