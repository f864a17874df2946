"""The five chapters of the relationship's dimensions: finding, figures, tables, limits."""

from collections.abc import Sequence

from analysis.document.answer_tables import tabulate_items, tabulate_own_items, tabulate_products, tabulate_touchpoints
from analysis.document.blocks import Block, Chapter
from analysis.document.bridge_table import tabulate_fiscal_bridge
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.sections import section_blocks, section_limits
from analysis.document.figures.breakdown import plot_breakdown
from analysis.document.figures.customers import concentration_finding, plot_concentration, plot_retention, plot_rfm
from analysis.document.figures.nps import plot_recommendation
from analysis.document.figures.revenue import plot_growth_bridge, plot_monthly_revenue
from analysis.document.figures.trend import plot_trend
from analysis.document.gaps import state_gaps
from analysis.document.prose import (
    state_benchmark,
    state_group_spread,
    state_level,
    state_smallest_change,
    state_target,
)
from analysis.document.tables import (
    tabulate_groups,
    tabulate_indicators,
    tabulate_months,
    tabulate_rfm,
)
from analysis.document.target_table import tabulate_group_targets
from analysis.messages import N_, Message
from analysis.results import IndicatorResult, NotEstimable

Gap = tuple[Message, NotEstimable]

HEADLINES = {  # indicators that open a chapter, the first of them is its finding
    "satisfaction": ("satisfaction_index", "effort_index"),
    "loyalty": ("repeat_purchase_rate", "nps", "loyalty_index", "retention_rate"),
    "value": ("revenue_growth", "revenue"),
    "interaction": ("contact_coverage", "contact_frequency"),
    "depth_breadth": ("categories_bought", "contact_level_share"),
}


def write_satisfaction(context: ChapterContext) -> Chapter:
    """Return the chapter on satisfaction."""
    t, indicators = context.t, context.audit.indicators
    blocks: list[Block | None] = []
    changes = context.audit.changes
    if indicators.touchpoints:
        blocks.append(tabulate_touchpoints(indicators.touchpoints, changes, t, context.small_cell))
    blocks.append(tabulate_products(indicators.products, changes, t, context.small_cell))
    if indicators.items:
        blocks.append(tabulate_items(indicators.items, changes, t, context.small_cell))
    limits = [
        N_("Only those who answered are heard; customers who did not answer may think differently."),
        N_("Segments differ in more than their name: a gap between them is no proof that the segment is the cause."),
    ]
    return _write_dimension(context, "satisfaction", ("satisfaction_index",), blocks, limits)


def write_loyalty(context: ChapterContext) -> Chapter:
    """Return the chapter on loyalty: what customers say, and what they do."""
    t, theme, indicators = context.t, context.theme, context.audit.indicators
    blocks: list[Block | None] = []
    gaps: list[Gap] = []
    nps = context.result("nps")
    recommendation = next((item for item in indicators.items if item.role == "recommendation"), None)
    if nps is not None and recommendation is not None:
        blocks.append(plot_recommendation(recommendation, nps, t, theme))
    if isinstance(indicators.retention_curve, NotEstimable):
        gaps.append((N_("Retention over time"), indicators.retention_curve))
    else:
        blocks.append(plot_retention(indicators.retention_curve, t, theme))
    limits = [N_("What customers say they will do is not what they do; the two are kept apart here.")]
    return _write_dimension(context, "loyalty", ("nps", "repeat_purchase_rate"), blocks, limits, gaps)


def write_value(context: ChapterContext) -> Chapter:
    """Return the chapter on value: growth, its sources, and how much hangs on few customers."""
    t, theme, indicators = context.t, context.theme, context.audit.indicators
    blocks: list[Block | None] = []
    gaps: list[Gap] = []
    growth, monthly = indicators.growth, indicators.monthly_revenue
    concentration, rfm = indicators.concentration, indicators.rfm
    if isinstance(growth, NotEstimable):
        gaps.append((N_("Sources of growth"), growth))
    else:
        blocks.append(plot_growth_bridge(growth, t, theme))
    if indicators.fiscal_growth is not None:
        blocks.append(tabulate_fiscal_bridge(indicators.fiscal_growth, t))
    if isinstance(monthly, NotEstimable):
        gaps.append((N_("Monthly revenue"), monthly))
    else:
        blocks.append(plot_monthly_revenue(monthly, t, theme))
        if monthly.comparisons:
            blocks.append(tabulate_months(monthly.comparisons, t))
    if isinstance(concentration, NotEstimable):
        gaps.append((N_("Concentration of revenue"), concentration))
    else:
        blocks.append(plot_concentration(concentration, t, theme))
    if isinstance(rfm, NotEstimable):
        gaps.append((N_("Customers by buying behaviour"), rfm))
    else:
        blocks += [plot_rfm(rfm, t, theme), tabulate_rfm(rfm, t)]
    limits = [
        N_(
            "Revenue is a full count. Its interval says what as many other customers of the same kind might have"
            " bought; where few customers buy most, it is wide."
        ),
        N_("Revenue says what customers bought, not what they could have bought, nor what it earned."),
    ]
    return _write_dimension(context, "value", (), blocks, limits, gaps)


def write_interaction(context: ChapterContext) -> Chapter:
    """Return the chapter on interaction: how often, and how many customers as planned."""
    limits = [N_("Only recorded contacts count; a visit that nobody wrote down looks like neglect.")]
    return _write_dimension(context, "interaction", ("contact_coverage",), [], limits)


def write_depth_breadth(context: ChapterContext) -> Chapter:
    """Return the chapter on depth and breadth: how much of the range, and how high the contacts reach."""
    limits = [N_("A customer may buy one category because it needs no other; breadth is an opening, not a fault.")]
    return _write_dimension(context, "depth_breadth", ("categories_bought",), [], limits)


def _write_dimension(
    context: ChapterContext,
    key: str,
    shown: Sequence[str],
    blocks: Sequence[Block | None],
    limits: Sequence[Message],
    gaps: Sequence[Gap] = (),
) -> Chapter:
    """Return a dimension's chapter; `shown` are the indicators drawn over time and by segment."""
    silence, results, t = context.silence(key), context.dimension(key), context.t
    if silence is not None or not results:
        reasons = [t(result.overall.reason) for result in results if isinstance(result.overall, NotEstimable)]
        fallback = silence or N_("The client's data hold nothing that this chapter is about.")
        reason = t.sentences(*dict.fromkeys(reasons)) or t(fallback)
        own = _own_questions(context, key)
        return context.chapter(key, [*context.lead(reason), own]) if own else context.silent_chapter(key, reason)
    headline, questions = _headline(context, key, results), context.questions(key)
    drawn = [result for name in shown if (result := context.result(name)) is not None]
    trends = [plot_trend(result, t, context.theme) for result in drawn]
    segments = [plot_breakdown(result, t, context.theme) for result in drawn]
    parts: list[Block | None] = [
        *context.lead(*_findings(context, key, headline)),
        *trends[:1],
        *blocks[:1],
        *segments[:1],
        tabulate_indicators(
            results, t, context.small_cell, title=N_("The indicators of this chapter"),
            anchor=f"table-{key}".replace("_", "-"),
        ),
        _own_questions(context, key),
        *trends[1:],
        *segments[1:],
        *blocks[1:],
        _segment_table(context, key, headline),
        tabulate_group_targets(
            results, t, partners=_partner_names(context), anchor=f"table-{key}-targets".replace("_", "-")
        ),
        *section_blocks(context, key, questions),
        *context.limits(
            [*state_gaps(results, t, context.small_cell, gaps), *limits, *section_limits(context, questions)]
        ),
    ]  # fmt: skip
    return context.chapter(key, parts)


def _headline(context: ChapterContext, key: str, results: list[IndicatorResult]) -> list[IndicatorResult]:
    """Return the chapter's headline indicators, those with an estimate first."""
    named = [result for name in HEADLINES[key] if (result := context.result(name)) is not None] or results[:1]
    return sorted(named, key=lambda result: isinstance(result.overall, NotEstimable))


def _findings(context: ChapterContext, key: str, headline: list[IndicatorResult]) -> list[str]:
    """Return the opening paragraphs: the finding in one sentence, the other headlines, the spread, what they aim at."""
    t = context.t
    first, others = headline[0], headline[1:]
    known = [result for result in others if not isinstance(result.overall, NotEstimable)]
    references = [text for result in headline for text in (state_target(result, t), state_benchmark(result, t)) if text]
    spread = state_group_spread(first.by_segment, first.name, first.unit, t)
    extra = ""
    concentration = context.audit.indicators.concentration
    if key == "value" and not isinstance(concentration, NotEstimable):
        extra = t.sentences(
            N_("{finding:message}.", finding=concentration_finding(concentration, t)), _rates_note(context)
        )
    return [
        state_level(first, t),
        t.sentences(*(state_level(result, t) for result in known)),
        t.sentences(extra, spread, state_smallest_change(first, t)),
        t.sentences(*references),
    ]


def _rates_note(context: ChapterContext) -> Message | None:
    """Return why the sources of growth add up to another revenue than the chapter names, where they do."""
    if not context.has_two_rates:
        return None
    return N_(
        "Growth and its sources are in constant currency; their totals differ from the revenue above, which is at the"
        " rates of the day."
    )


def _own_questions(context: ChapterContext, key: str) -> Block | None:
    audit = context.audit
    return tabulate_own_items(key, audit.indicators.items, audit.changes, context.t, context.small_cell)


def _segment_table(context: ChapterContext, key: str, headline: list[IndicatorResult]) -> Block | None:
    return tabulate_groups(
        headline, context.t, context.small_cell, group="by_segment", title=N_("By segment"),
        anchor=f"table-{key}-segments".replace("_", "-"),
    )  # fmt: skip


def _partner_names(context: ChapterContext) -> dict[str, str]:
    return {row.partner_id: row.name for league in context.audit.indicators.partners.values() for row in league.rows}
