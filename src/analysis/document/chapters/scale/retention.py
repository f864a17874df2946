"""Whom do we keep, and who comes back? The shares kept, the cohorts, what leaving goes with, and the returned."""

from analysis.document.blocks import Block, Callout
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.retention_tables import (
    tabulate_churn,
    tabulate_cohort_cells,
    tabulate_retention,
    tabulate_tenures,
)
from analysis.document.chapters.section import Section, notes_on_sample
from analysis.document.figures.models import plain_term
from analysis.document.figures.retention_cohorts import plot_cohorts
from analysis.document.method_tables import tabulate_diagnostics
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.churn import ChurnModel
from analysis.models.lifecycle.cohorts import CohortTable, Period
from analysis.models.lifecycle.money_kept import RevenueRetention
from analysis.models.lifecycle.retention import Retention, TenureCurve
from analysis.models.lifecycle.winback import WinBack
from analysis.results import Estimate, NotEstimable

KEY = "retention"
QUESTION = N_("Whom do we keep, and who comes back?")


def retention_section(context: ChapterContext, result: Retention | NotEstimable) -> Section:
    """Return the question of who stays, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    finding = t.sentences(*state_retention(result, t))
    if not finding:
        reason = result.logo.reason if isinstance(result.logo, NotEstimable) else QUESTION
        return Section(key=KEY, question=QUESTION, finding=t(reason), answered=False)
    cohorts = result.cohorts
    figure = None
    if isinstance(cohorts, CohortTable):
        figure = plot_cohorts(cohorts, title_cohorts(cohorts, t), t, context.theme)
    churn = Callout(variant="note", title=t(N_("What goes with leaving")), items=(t(state_churn(result.churn, t)),))
    return Section(
        key=KEY,
        question=QUESTION,
        finding=finding,
        blocks=(figure, tabulate_retention(result, t, context.small_cell), churn),
        limits=tuple(t(limit) for limit in _limits(result)),
        appendix=_appendix(result, t, context.small_cell),
    )


def state_retention(result: Retention, t: Translator) -> list[Message]:
    """Return the finding's sentences, as far as there are numbers: customers and revenue kept, and who came back."""
    sentences = []
    logo, revenue, back = result.logo, result.revenue, result.win_back
    net = revenue.net if isinstance(revenue, RevenueRetention) else None
    days = result.logo_definition.values.get("days")
    if isinstance(logo, Estimate) and isinstance(net, Estimate):
        sentences.append(_kept_both(logo, net, days, t))
    elif isinstance(logo, Estimate):
        sentences.append(_kept(logo, days, t))
    elif isinstance(net, Estimate):
        sentences.append(
            N_(
                "Of the revenue of a year, the same customers brought {net:text} again in the next (95% interval"
                " {limits:text}).",
                net=t.level(net),
                limits=t.limits(net),
            )
        )
    if isinstance(back, WinBack) and isinstance(back.share, Estimate):
        sentences.append(
            N_(
                "Of those silent for more than {gap:int} days, {share:text} came back within {days:int} days (95%"
                " interval {limits:text}).",
                gap=back.gap_days,
                share=t.level(back.share),
                days=back.within_days,
                limits=t.limits(back.share),
            )
        )
    return sentences


def _kept(logo: Estimate, days: object, t: Translator) -> Message:
    values = {"kept": t.level(logo), "limits": t.limits(logo)}
    if days is None:
        return N_("{kept:text} of the customers were kept over a year (95% interval {limits:text}).", **values)
    return N_(
        "{kept:text} of the customers who bought within {days:int} days bought again in the next {days:int} (95%"
        " interval {limits:text}).",
        days=days,
        **values,
    )


def _kept_both(logo: Estimate, net: Estimate, days: object, t: Translator) -> Message:
    values = {"kept": t.level(logo), "limits": t.limits(logo), "net": t.level(net), "net_limits": t.limits(net)}
    if days is None:
        return N_(
            "{kept:text} of the customers were kept over a year (95% interval {limits:text}), and of the revenue of the"
            " year before the same customers brought {net:text} again ({net_limits:text}).",
            **values,
        )
    return N_(
        "{kept:text} of the customers who bought within {days:int} days bought again in the next {days:int} (95%"
        " interval {limits:text}), and of the revenue of the year before the same customers brought {net:text} again"
        " ({net_limits:text}).",
        days=days,
        **values,
    )


def title_cohorts(table: CohortTable, t: Translator) -> Message:
    """Return the figure's title: how many of a cohort order again in the first period after their first order."""
    shares = [
        cell.share.value
        for cohort in table.cohorts
        for cell in cohort.cells
        if cell.since == 1 and isinstance(cell.share, Estimate)
    ]
    if not shares:
        return N_("How many of each cohort order again, period by period")
    periods: dict[Period, Message] = {
        "year": N_("year"),
        "half_year": N_("half-year"),
        "quarter": N_("quarter"),
    }
    low, high = t.percent(min(shares)), t.percent(max(shares))
    if low == high:
        return N_("{share:text} order again in the first {period:message}", share=low, period=periods[table.length])
    return N_(
        "Between {low:text} and {high:text} of a cohort order again in the first {period:message}",
        low=low,
        high=high,
        period=periods[table.length],
    )


def state_churn(churn: ChurnModel | NotEstimable, t: Translator) -> Message:
    """Return what goes with leaving beyond the uncertainty, or that nothing does, or why it is not known."""
    if isinstance(churn, NotEstimable):
        return churn.reason
    clear = [driver for driver in churn.drivers if driver.ratio.low > 1 or driver.ratio.high < 1]
    if not clear:
        return N_(
            "Nothing that is known before goes with leaving beyond the uncertainty ({events:int} customers left).",
            events=churn.events,
        )
    parts = [
        t(
            N_(
                "{term:text}: {ratio:text} times as likely ({limits:text})",
                term=plain_term(t(driver.label)),
                ratio=t.level(driver.ratio),
                limits=t.limits(driver.ratio),
            )
        )
        for driver in clear
    ]
    return N_(
        "Known before, and going with leaving beyond the uncertainty: {parts:text}. {events:int} customers left.",
        parts=t.listing(parts),
        events=churn.events,
    )


def _limits(result: Retention) -> list[Message]:
    limits: list[Message] = []
    if isinstance(result.curve, TenureCurve) and result.curve.kind == "activity":
        limits.append(N_("Nobody's leaving is recorded: a long silence is taken for it, and may end."))
    if isinstance(result.curve, TenureCurve) and result.curve.kind == "contractual":
        limits.append(N_("Customers are kept until their end is recorded, also where they have fallen silent."))
    if isinstance(result.churn, ChurnModel):
        limits.append(N_("What goes with leaving need not be its cause."))
    if isinstance(result.revenue, NotEstimable):
        limits.append(N_("Revenue kept: {reason:message}", reason=result.revenue.reason))
    return limits


def _appendix(result: Retention, t: Translator, small_cell: int) -> tuple[Block | None, ...]:
    blocks: list[Block | None] = []
    reasons: list[str] = []
    for part in (result.cohorts, result.curve, result.win_back):
        if isinstance(part, NotEstimable):
            reasons.append(t(part.reason))
    if isinstance(result.cohorts, CohortTable):
        blocks.append(tabulate_cohort_cells(result.cohorts, t, small_cell))
    if isinstance(result.curve, TenureCurve):
        blocks.append(tabulate_tenures(result.curve, t, small_cell))
    if isinstance(result.churn, ChurnModel):
        blocks += [
            tabulate_churn(result.churn, t, small_cell),
            tabulate_diagnostics(
                result.churn.diagnostics, t, title=N_("Checks of the model of leaving"),
                anchor="table-retention-checks",
            ),
        ]  # fmt: skip
        reasons += [t(note) for note in result.churn.notes]
    if isinstance(result.win_back, WinBack):
        back = result.win_back
        reasons.append(
            t(
                N_(
                    "{silences:int} silences of {customers:int} customers, {returned:int} of which an order ended;"
                    " spending is compared for {compared:int} returns with as long a time on record before and after.",
                    silences=back.silences,
                    customers=back.customers,
                    returned=back.returned,
                    compared=back.compared,
                )
            )
        )
    blocks.append(notes_on_sample(reasons))
    return tuple(blocks)
