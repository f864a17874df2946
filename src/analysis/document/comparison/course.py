"""The chapters of what was done and who moved: customers, actions and alerts, all audits, and the method."""

from analysis.document.blocks import Block, BulletList, Prose
from analysis.document.comparison.context import ComparisonContext, present
from analysis.document.comparison.customer_tables import (
    tabulate_flows,
    tabulate_key_accounts,
    tabulate_series,
    tabulate_stages,
    tabulate_transitions,
)
from analysis.document.comparison.figures import plot_score_series
from analysis.document.comparison.tables import (
    tabulate_actions,
    tabulate_alerts,
    tabulate_periods,
    tabulate_reasons,
)
from analysis.document.figures.follow_up import plot_control_charts
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message
from analysis.monitoring.comparison.customer_shapes import AccountCrossing, KeyAccountMoves
from analysis.results import NotEstimable

NEW_SHOWN = 12


def write_customers(context: ComparisonContext) -> tuple[Block, ...]:
    """Return the key accounts that moved, and the customers won and lost."""
    comparison, t = context.comparison, context.t
    accounts, customers = comparison.key_accounts, comparison.customers
    blocks: list[Block | None] = [context.section(N_("Key accounts"), "key-accounts")]
    if isinstance(accounts, NotEstimable):
        blocks.append(context.prose(accounts.reason))
    else:
        blocks += _key_accounts(context, accounts)
    blocks.append(context.section(N_("Customers won and lost"), "won-and-lost"))
    if isinstance(customers, NotEstimable):
        blocks.append(context.prose(customers.reason))
    else:
        blocks += [
            tabulate_stages(customers.stages, t),
            tabulate_transitions(customers.transitions, t),
            tabulate_flows(customers.flows, (customers.year_before, customers.year_after), t),
            context.limits(*customers.silences),
        ]
    return present(blocks)


def _key_accounts(context: ComparisonContext, accounts: KeyAccountMoves) -> list[Block | None]:
    t = context.t
    scored = accounts.silence is None
    lines: list[Message | None] = [
        None
        if scored or accounts.silence is None
        else N_("Scores and levels of single accounts are not shown. {reason:message}", reason=accounts.silence),
        _crossings(accounts.crossed, context),
        _named(accounts.only_now, N_("Shown as key accounts only in the later audit: {names:list}."), context),
        _named(accounts.only_then, N_("Shown as key accounts only in the earlier audit: {names:list}."), context),
    ]
    texts = tuple(t(line) for line in lines if line is not None)
    return [
        Prose(paragraphs=texts) if texts else None,
        tabulate_key_accounts(accounts.moves, t, scored=scored and any(move.level_after for move in accounts.moves)),
    ]


def _crossings(crossed: tuple[AccountCrossing, ...], context: ComparisonContext) -> Message | None:
    t = context.t
    names = [
        t(
            N_(
                "{name:text} ({before:text} to {after:text})",
                name=clean_text(each.name, 40),
                before=t.number(each.before, 0),
                after=t.number(each.after, 0),
            )
        )
        for each in sorted(crossed, key=lambda each: each.before - each.after)
    ]
    if not names:
        return None
    return NP_(
        "On the map of worth and relationship, one key account crossed the line of a strong relationship:"
        " {names:list}.",
        "On the map of worth and relationship, {count:int} key accounts crossed the line of a strong relationship:"
        " {names:list}.",
        len(names),
        names=names,
    )


def _named(names: tuple[str, ...], template: Message, context: ComparisonContext) -> Message | None:
    if not names:
        return None
    shown = [clean_text(name, 40) for name in names[:NEW_SHOWN]]
    return Message(template.msgid, {"names": shown})


def write_steering(context: ComparisonContext) -> tuple[Block, ...]:
    """Return the alerts, and what was recommended: taken or not, and what it aimed at."""
    comparison, t = context.comparison, context.t
    new = comparison.new_actions
    more = len(new) - NEW_SHOWN
    listed = tuple(clean_text(t(title), 90) for title in new[:NEW_SHOWN])
    alerts: Message | None = None
    if not comparison.alerts_known:
        alerts = N_("At least one of the two audits is of a form that does not record alerts.")
    elif not comparison.alerts:
        alerts = N_("No alert is declared in either audit.")
    title = N_("What was recommended then, what was done, and where its aims stand")
    return present(
        [
            context.section(N_("Actions"), "actions"),
            tabulate_actions(comparison.actions, comparison.of("whole"), t, title=title)
            or context.prose(N_("The earlier audit recommended nothing.")),
            context.section(N_("New in the later audit"), "new-actions") if listed else None,
            BulletList(items=listed) if listed else None,
            context.prose(NP_("One more is new.", "{count:int} more are new.", more)) if more > 0 else None,
            context.section(N_("Alerts"), "alerts"),
            tabulate_alerts(comparison.alerts, t),
            context.prose(alerts),
        ]
    )


def write_series(context: ComparisonContext) -> tuple[Block, ...]:
    """Return all audits as a series, with control charts where there are enough of them."""
    comparison, t = context.comparison, context.t
    series = comparison.series
    count = len(series.days)
    finding: Message = NP_(
        "There is one audit.",
        "There are {count:int} audits of this client up to {now:text}.",
        count,
        now=context.now,
    )
    if not series.charts:
        need = N_(
            "A control chart needs {fewest:int} audits whose periods do not overlap; there are not yet so many.",
            fewest=series.fewest,
        )
    else:
        need = NP_(
            "One number has been measured often enough for a control chart.",
            "{count:int} numbers have been measured often enough for a control chart.",
            len(series.charts),
        )
    return present(
        [
            context.lead(finding, need),
            plot_score_series(series, t, context.theme),
            tabulate_series(series, t, comparison.small_cell) if count > 2 else None,
            plot_control_charts(series.charts, t, context.theme),
        ]
    )


def write_method(context: ComparisonContext) -> tuple[Block, ...]:
    """Return what is not compared and why, what each difference rests on, and how it was tested."""
    comparison, t = context.comparison, context.t
    rows = comparison.of("whole", "question")
    unread = [
        t(
            N_(
                "The earlier audit in the folder {name:text} was not used. {reason:message}",
                name=each.name,
                reason=each.reason,
            )
        )
        for each in comparison.unreadable
    ]
    family = N_(
        "{tested:int} differences were tested as one family: the whole client, its questions, segments, account"
        " managers and partners; the rate of false findings is held at {rate:percent} (Benjamini and Hochberg). The"
        " audits themselves test smaller families, so that a change may be clear there and not here.",
        tested=comparison.tested,
        rate=comparison.false_discovery_rate,
    )
    limits = N_(
        "A difference that an audit tested on the data of both periods is taken over. Of the others only two printed"
        " intervals are known: their limits are combined as if the periods were independent, which is too wide rather"
        " than too narrow where the same customers or the same months are in both. Growth may move against itself, so"
        " that its limits, and those of scores as far as growth enters, hold for any correlation."
    )
    read = N_(
        "Read were the published reports of both days (forms {first:text} and {last:text}); no number was computed"
        " anew.",
        first=comparison.versions[0],
        last=comparison.versions[1],
    )
    return present(
        [
            Prose(paragraphs=(t(family), t(limits), t(read), *unread)),
            tabulate_reasons(rows, t),
            tabulate_periods(rows, t),
        ]
    )
