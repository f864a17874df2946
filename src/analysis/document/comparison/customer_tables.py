"""The tables of key accounts, of customers won and lost, and of all audits as a series."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Table
from analysis.document.comparison.words import LONGEST_NAME, outcome_text
from analysis.document.figures.lifecycle import stage_names
from analysis.document.formatting import format_date
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.monitoring.comparison.customer_shapes import AccountMove, Flow, StageCount, Transition
from analysis.monitoring.comparison.shapes import Series
from analysis.results import Estimate, NotEstimable, Outcome

MOST_DAYS = 5
"""So many audits fit beside each other on a page; earlier ones are in comparison.json."""


def tabulate_key_accounts(moves: Sequence[AccountMove], t: Translator, *, scored: bool) -> Table | None:
    """Return the key accounts with a card in both audits: score and level then and now, and revenue."""
    if not moves:
        return None
    rows = tuple(
        (
            clean_text(move.name, LONGEST_NAME),
            *((_place(move.before, move.level_before, t), _place(move.after, move.level_after, t)) if scored else ()),
            DASH if move.revenue_before is None else t.unit(move.revenue_before, "money", full=True),
            DASH if move.revenue_after is None else t.unit(move.revenue_after, "money", full=True),
            _change(move, t),
        )
        for move in moves
    )
    columns = (
        start(t(N_("Key account")), 2.2),
        *((end(t(N_("Score and level then"))), end(t(N_("Score and level now")))) if scored else ()),
        end(t(N_("Revenue then")), 1.2),
        end(t(N_("Revenue now")), 1.2),
        end(t(N_("Change of revenue"))),
    )
    changed = tuple(
        i for i, m in enumerate(moves) if m.level_before and m.level_after and m.level_before != m.level_after
    )
    return Table(
        title=t(N_("Key accounts with a card in both audits")), columns=columns, rows=rows, emphasis=changed,
        notes=notes_of(
            t(N_("Bold: another level than then. The score of one account has no interval: a step of one level may be"
                 " no more than one answer.")) if changed else "",
            t(N_("Revenue of the twelve months to either day, constant currency.")),
        ),
        anchor="table-key-accounts",
    )  # fmt: skip


def _place(score: float | None, level: str, t: Translator) -> str:
    return DASH if score is None else f"{t.number(score, 0)} {level}".strip()


def _change(move: AccountMove, t: Translator) -> str:
    if move.revenue_before is None or move.revenue_after is None or move.revenue_before <= 0:
        return DASH
    return t.growth(move.revenue_after / move.revenue_before - 1)


def _stage_names() -> Mapping[str, Message]:
    return {str(key): name for key, name in stage_names().items()}


def tabulate_stages(stages: Sequence[StageCount], t: Translator) -> Table | None:
    """Return the customers by stage on both days; None without any."""
    if not stages:
        return None
    names = _stage_names()
    rows = tuple(
        (
            t(names.get(stage.stage, N_("{stage:text}", stage=stage.stage))),
            t.number(stage.before, 0),
            t.number(stage.after, 0),
            t.signed(stage.after - stage.before, "count").removesuffix(".00"),
        )
        for stage in stages
    )
    columns = (start(t(N_("Stage")), 2.0), end(t(N_("Then"))), end(t(N_("Now"))), end(t(N_("Difference"))))
    note = N_("Counted, not estimated: every customer on record is in it.")
    return Table(
        title=t(N_("Customers by stage, then and now")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-stages",
    )  # fmt: skip


def tabulate_transitions(transitions: Sequence[Transition], t: Translator) -> Table | None:
    """Return who moved from stage to stage between the two days; None where that is not known."""
    if not transitions:
        return None
    names = _stage_names()
    rows = tuple(
        (
            t(names.get(move.start, N_("{stage:text}", stage=move.start))),
            t(names.get(move.end, N_("{stage:text}", stage=move.end))),
            t.number(move.customers, 0),
        )
        for move in sorted(transitions, key=lambda move: -move.customers)
    )
    columns = (start(t(N_("From")), 1.5), start(t(N_("To")), 1.5), end(t(N_("Customers"))))
    return Table(
        title=t(N_("Customers that changed stage between the two days")), columns=columns, rows=rows,
        anchor="table-transitions",
    )  # fmt: skip


def tabulate_flows(flows: Sequence[Flow], years: tuple[str, str], t: Translator) -> Table | None:
    """Return the parts of revenue growth in the years to both days; None without any."""
    if not flows:
        return None
    names: Mapping[str, Message] = {
        "new": N_("New customers"),
        "returned": N_("Returned customers"),
        "expanded": N_("Expanded customers"),
        "contracted": N_("Contracted customers"),
        "lost": N_("Lost customers"),
        "unattributed": N_("Without a customer"),
    }
    rows = tuple(
        (
            t(names.get(flow.key, N_("{key:text}", key=flow.key))),
            _count(flow.customers_before, t),
            t.signed(flow.amount_before, "money"),
            _count(flow.customers_after, t),
            t.signed(flow.amount_after, "money"),
        )
        for flow in flows
    )
    first, last = (t.period(year) for year in years)
    columns = (
        start(t(N_("Source of growth")), 2.0),
        end(t(N_("Customers, {year:text}", year=first))),
        end(t(N_("Revenue, {year:text}", year=first)), 1.3),
        end(t(N_("Customers, {year:text}", year=last))),
        end(t(N_("Revenue, {year:text}", year=last)), 1.3),
    )
    note = N_("Each year against the year before it. Where the two years overlap, a customer may be in both columns.")
    return Table(
        title=t(N_("Customers won and lost, and their revenue")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-flows",
    )  # fmt: skip


def _count(customers: int | None, t: Translator) -> str:
    return DASH if customers is None else t.number(customers, 0)


def tabulate_series(series: Series, t: Translator, small_cell: int) -> Table:
    """Return the whole client's numbers over the latest audits, oldest first."""
    days = series.days[-MOST_DAYS:]
    rows = tuple(
        (
            t(row.name),
            *(_cell(row.outcomes[i - len(days)], row.outcomes, t, small_cell) for i in range(len(days))),
        )
        for row in series.rows
    )
    columns = (start(t(N_("Indicator")), 1.8), *(end(format_date(day, t.language), 1.4) for day in days))
    left = len(series.days) - len(days)
    more = N_("Shown are the latest {shown:int} of {all:int} audits.", shown=len(days), all=len(series.days))
    barred = any(isinstance(o, NotEstimable) for row in series.rows for o in row.outcomes[-len(days) :])
    return Table(
        title=t(N_("All audits of this client")), columns=columns, rows=rows, anchor="table-series",
        notes=notes_of(
            t(more) if left else "",
            t(N_("In brackets: 95% intervals.")),
            t(N_("A dash: no number, or one that is not comparable with the latest audit.")) if barred else "",
        ),
    )  # fmt: skip


def _cell(outcome: Outcome | None, peers: Sequence[Outcome | None], t: Translator, small_cell: int) -> str:
    if not isinstance(outcome, Estimate):
        return DASH
    if outcome.unit == "money":
        return t.unit(outcome.value, "money")  # with their intervals, amounts would leave the rest no room
    return outcome_text(outcome, t, small_cell, peers)
