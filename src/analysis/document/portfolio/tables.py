"""The tables of a portfolio: standings, clients by dimension, bands, movers, alerts and actions, quality of data."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Table
from analysis.document.formatting import format_money
from analysis.document.portfolio.context import PortfolioContext, short
from analysis.document.portfolio.words import (
    band_number,
    class_words,
    day_text,
    dimension_cell,
    industry_name,
    own_industry,
    period_words,
    rank_words,
    score_cell,
)
from analysis.document.tables import DASH, cap_rows, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.portfolio.shapes import (
    Band,
    ClientAlert,
    ClientQuality,
    Movement,
    OpenActions,
    Portfolio,
    Standing,
    Unreadable,
)
from analysis.results import Estimate

MOST_ROWS = 300
MOST_MOVERS = 60


def tabulate_industries(context: PortfolioContext) -> Table | None:
    """Return one row an industry: clients, scores compared, alerts, movements; None for a single one."""
    portfolio, t = context.portfolio, context.t
    industries = sorted({client.industry for client in portfolio.clients}, key=lambda each: (each == "", each))
    if len(industries) < 2:
        return None
    rows = []
    for industry in industries:
        own = {client.client for client in portfolio.clients if client.industry == industry}
        values = [row.own.value for row in context.score.rows if row.client in own]
        moved = [each for each in portfolio.moved if each.client in own]
        rows.append(
            (
                t(own_industry(industry)),
                t.number(len(own), 0),
                t(N_("{low:int} to {high:int}", low=min(values), high=max(values))) if values else DASH,
                t.number(sum(each.client in own for each in portfolio.fired), 0),
                t.number(sum(each.good is True for each in moved), 0),
                t.number(sum(each.good is False for each in moved), 0),
            )
        )
    columns = (
        start(t(N_("Industry")), 1.6),
        end(t(N_("Clients")), 0.7),
        end(t(N_("Scores, lowest to highest")), 1.2),
        end(t(N_("Alerts fired")), 0.8),
        end(t(N_("Numbers better")), 0.9),
        end(t(N_("Numbers worse")), 0.9),
    )
    note = N_("Better and worse: beyond what chance explains, since each client's audit before.")
    return Table(title=t(N_("The portfolio by industry")), columns=columns, rows=tuple(rows), notes=(t(note),),
                 anchor="table-industries")  # fmt: skip


def tabulate_standing(standing: Standing, t: Translator) -> Table | None:
    """Return the clients on one measure, best first: own number, fair one, rank and chance of the top quarter."""
    if not standing.rows:
        return None
    own = [row.own for row in standing.rows]
    fair = [row.shrunken for row in standing.rows if row.shrunken is not None]
    rows = [
        (
            short(row.name),
            t.estimate(row.own, peers=own),
            *(() if row.shrunken is None else (t.estimate(row.shrunken, peers=fair),)),
            *(() if row.p_top_quartile is None else (t(rank_words(row)), t.percent(row.p_top_quartile))),
        )
        for row in standing.rows
    ]
    columns = [start(t(N_("Client")), 1.7), end(t(N_("Own score (95% interval)")), 1.4)]
    if fair:
        columns += [
            end(t(N_("Fair score (95% interval)")), 1.4),
            end(t(N_("Rank (95% interval)")), 1.0),
            end(t(N_("Chance of top quarter")), 0.9),
        ]
    kept, note = cap_rows(rows, t)
    return Table(
        title=t(N_("{name:message}, best first", name=standing.name)), columns=tuple(columns), rows=tuple(kept),
        notes=notes_of(note), anchor=f"table-standing-{standing.measure.replace('_', '-')}",
    )  # fmt: skip


def tabulate_dimensions(portfolio: Portfolio, names: Mapping[str, Message], t: Translator) -> Table:
    """Return one row a client: day, score and every dimension, each with its level."""
    shown = [key for key in names if any(key in client.dimensions for client in portfolio.clients)]
    rows = [
        (
            short(client.name) + (" *" if client.barrier is not None else ""),
            t(own_industry(client.industry)),
            day_text(client.as_of, t),
            score_cell(client.score, client.level, t),
            *(dimension_cell(client, key, t) for key in shown),
        )
        for client in portfolio.clients
    ]
    columns = (
        start(t(N_("Client")), 1.7),
        start(t(N_("Industry")), 1.1),
        start(t(N_("Date of the audit")), 1.1),
        end(t(N_("Score")), 0.8),
        *(end(t(names[key]), 0.9) for key in shown),
    )
    kept, note = cap_rows(rows, t, MOST_ROWS)
    starred = N_("* Not compared with the others; the chapter on what cannot be compared says why.")
    return Table(
        title=t(N_("Every client's score and dimensions, with their levels")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(N_("0 to 100 points; the letter is the level by the client's own lines.")),
                       t(starred) if any(client.barrier for client in portfolio.clients) else "", note),
        anchor="table-dimensions",
    )  # fmt: skip


def tabulate_bands(bands: Sequence[Band], t: Translator, *, title: Message, anchor: str) -> Table | None:
    """Return the bands that have numbers; None without any."""
    rows = [
        (
            t(band.name),
            t(industry_name(band.industry)),
            *(band_number(each, band, t) for each in (numbers.p10, numbers.p25, numbers.p50, numbers.p75, numbers.p90)),
            t(class_words(numbers)),
            day_text(band.edition, t),
        )
        for band in bands
        if (numbers := band.numbers) is not None
    ]
    if not rows:
        return None
    columns = (
        start(t(N_("Measure")), 1.7),
        start(t(N_("Industry")), 1.1),
        *(end(label, 0.6) for label in ("10%", "25%", "50%", "75%", "90%")),
        end(t(N_("Clients")), 0.8),
        start(t(N_("Edition")), 1.2),
    )
    kept, note = cap_rows(rows, t, MOST_ROWS)
    how = N_("Share of clients like these that lie below; rounded, so that no client can be told from it.")
    return Table(title=t(title), columns=columns, rows=tuple(kept), notes=notes_of(t(how), note), anchor=anchor)


def tabulate_movements(movements: Sequence[Movement], t: Translator) -> Table | None:
    """Return what rose or fell, the surest first; None where nothing did."""
    if not movements:
        return None
    rows = [
        (
            short(each.name),
            t(each.label),
            t.estimate(each.before),
            t.estimate(each.after),
            t.difference(each.difference),
            t(N_("better")) if each.good else t(N_("worse")),
            t(N_("{then:text} → {now:text}", then=period_words(each.earlier, t),
                 now=period_words(each.later, t))),
        )
        for each in movements
    ]  # fmt: skip
    columns = (
        start(t(N_("Client")), 1.3),
        start(t(N_("Measure")), 1.4),
        end(t(N_("Then (95% interval)")), 1.1),
        end(t(N_("Now (95% interval)")), 1.1),
        end(t(N_("Difference (95% interval)")), 1.3),
        start(t(N_("For the client")), 0.6),
        start(t(N_("Periods")), 1.7),
    )
    kept, note = cap_rows(rows, t, MOST_MOVERS)
    return Table(
        title=t(N_("What moved, the surest first")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(N_("Differences of shares are in percentage points.")), note), anchor="table-movers",
    )  # fmt: skip


def tabulate_alerts(alerts: Sequence[ClientAlert], t: Translator) -> Table | None:
    """Return the alerts that fired or could not be answered; None without any."""
    if not alerts:
        return None
    rows = [
        (
            short(each.name),
            t(N_("fired")) if each.state == "fired" else t(N_("cannot be answered")),
            short(each.condition, 80),
            t(each.found) if each.found is not None else DASH,
        )
        for each in alerts
    ]
    columns = (
        start(t(N_("Client")), 1.4),
        start(t(N_("Alert")), 0.9),
        start(t(N_("Condition")), 1.8),
        start(t(N_("Found")), 2.0),
    )
    kept, note = cap_rows(rows, t, MOST_ROWS)
    return Table(title=t(N_("Alerts of all clients")), columns=columns, rows=tuple(kept), notes=notes_of(note),
                 anchor="table-alerts")  # fmt: skip


def tabulate_actions(actions: Sequence[OpenActions], t: Translator) -> Table | None:
    """Return how many actions each client's audit recommends, the first, and what is overdue; None without any."""
    if not actions:
        return None
    rows = [
        (
            short(each.name),
            t.number(each.count, 0),
            t.number(each.overdue, 0),
            day_text(each.due, t) if each.due else DASH,
            t(each.first),
        )
        for each in actions
    ]
    columns = (
        start(t(N_("Client")), 1.4),
        end(t(N_("Actions")), 0.6),
        end(t(N_("Overdue")), 0.6),
        start(t(N_("First due")), 1.0),
        start(t(N_("The first of them")), 2.6),
    )
    kept, note = cap_rows(rows, t, MOST_ROWS)
    return Table(
        title=t(N_("Recommended actions that are open")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(N_("Overdue: due before the portfolio's day. What was done since the audit is not known.")),
                       note),
        anchor="table-actions",
    )  # fmt: skip


def tabulate_quality(quality: Sequence[ClientQuality], t: Translator) -> Table:
    """Return the data-quality league, best first."""
    rows = [
        (
            short(each.name),
            t.number(each.rows, 0),
            t.percent(each.removed),
            t.percent(each.repaired),
            _effect(each, t),
            t.number(len(each.tables), 0),
            DASH if each.responses is None else t.number(each.responses, 0),
            t.unit(each.response_rate.value, "proportion") if isinstance(each.response_rate, Estimate) else DASH,
            DASH if each.age_days is None else t.number(each.age_days, 0),
            t.listing(t(concern) for concern in each.concerns) or DASH,
        )
        for each in quality
    ]
    columns = (
        start(t(N_("Client")), 1.4),
        end(t(N_("Rows")), 0.7),
        end(t(N_("Removed")), 0.75),
        end(t(N_("Repaired")), 0.75),
        end(t(N_("Effect on revenue")), 0.9),
        end(t(N_("Tables")), 0.6),
        end(t(N_("Answers")), 0.7),
        end(t(N_("Response rate")), 0.75),
        end(t(N_("Age, days")), 0.65),
        start(t(N_("Concerns")), 1.7),
    )
    kept, note = cap_rows(rows, t, MOST_ROWS)
    return Table(title=t(N_("The data of every client, best first")), columns=columns, rows=tuple(kept),
                 notes=notes_of(note), anchor="table-quality")  # fmt: skip


def _effect(each: ClientQuality, t: Translator) -> str:
    if each.revenue_effect is None:
        return DASH
    return format_money(each.revenue_effect, t.language, each.currency or "EUR", signed=True)


def tabulate_barriers(portfolio: Portfolio, t: Translator) -> Table | None:
    """Return which client is left out of which comparison, and why; None where all are compared on all."""
    found: dict[tuple[str, str], list[str]] = {}
    for standing in portfolio.standings:
        for client, reason in standing.left_out:
            found.setdefault((client, t(reason)), []).append(t(standing.name))
    if not found:
        return None
    rows = [
        (short(portfolio.named(client)), t.join(measures), reason)
        for (client, reason), measures in sorted(found.items(), key=lambda each: portfolio.named(each[0][0]))
    ]
    columns = (start(t(N_("Client")), 1.4), start(t(N_("Not compared on")), 1.4), start(t(N_("Why")), 3.0))
    kept, note = cap_rows(rows, t, MOST_ROWS)
    return Table(title=t(N_("Who is not compared on what")), columns=columns, rows=tuple(kept),
                 notes=notes_of(note), anchor="table-barriers")  # fmt: skip


def tabulate_unreadable(unreadable: Sequence[Unreadable], t: Translator) -> Table | None:
    """Return the audits that cannot be used; None without any."""
    if not unreadable:
        return None
    rows = [(each.client, each.day, t(each.reason)) for each in unreadable]
    columns = (start(t(N_("Client")), 1.2), start(t(N_("Audit")), 0.9), start(t(N_("Why")), 3.0))
    kept, note = cap_rows(rows, t, MOST_ROWS)
    title = NP_("One audit cannot be used", "{count:int} audits cannot be used", len(unreadable))
    return Table(title=t(title), columns=columns, rows=tuple(kept), notes=notes_of(note), anchor="table-unreadable")
