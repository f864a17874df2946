"""Where do our customers stand, and where are they moving? The stages, the moves between them, and their revenue."""

from analysis.document.blocks import Callout, Table
from analysis.document.chapters.base import ChapterContext
from analysis.document.chapters.scale.prospects import describe_prospects, tabulate_prospects
from analysis.document.chapters.section import Section
from analysis.document.figures.lifecycle import plot_lifecycle, stage_names
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.models.lifecycle.transitions import Lifecycle, Transition
from analysis.results import Estimate, NotEstimable

KEY = "lifecycle"
QUESTION = N_("Where do our customers stand, and where are they moving?")


def lifecycle_section(context: ChapterContext, result: Lifecycle | NotEstimable) -> Section:
    """Return the question of the stages, answered; or why there is no answer."""
    t = context.t
    if isinstance(result, NotEstimable):
        return Section(key=KEY, question=QUESTION, finding=t(result.reason), answered=False)
    return Section(
        key=KEY,
        question=QUESTION,
        finding=t(state_lifecycle(result, t)),
        blocks=(
            plot_lifecycle(result, title_lifecycle(result, t), t, context.theme),
            tabulate_stages(result, t, context.small_cell),
            Callout(
                variant="note",
                title=t(N_("How the stages are told, and how many prospects will order")),
                items=(t(result.rule), *_list_note(result, t), *describe_prospects(result.prospects, t)),
            ),
        ),
        limits=tuple(t(limit) for limit in _limits(result)),
        appendix=(
            tabulate_moves(result, t, context.small_cell),
            tabulate_silences(result, t),
            tabulate_prospects(result.prospects, t, context.small_cell),
        ),
    )


def state_lifecycle(result: Lifecycle, t: Translator) -> Message:
    """Return the finding: how many are active, dormant and lost, and how many of the active stayed so."""
    counts = {row.stage: row.customers for row in result.stages}
    values = {"n": result.n, "active": counts["active"], "dormant": counts["dormant"], "lost": counts["lost"]}
    stayed = result.stayed_active
    if not isinstance(stayed, Estimate) and isinstance(result.transitions, tuple):
        return NP_(
            "The one customer is not enough to say how certain moves between stages are.",
            "Of {n:int} customers, {active:int} are active, {dormant:int} dormant and {lost:int} lost; they are too few"
            " to say how certain their moves within the last year are.",
            result.n,
            **values,
        )
    if not isinstance(stayed, Estimate):
        return NP_(
            "How the one customer moved within the last year is not known.",
            "Of {n:int} customers, {active:int} are active, {dormant:int} dormant and {lost:int} lost; how they moved"
            " within the last year is not known.",
            result.n,
            **values,
        )
    return N_(
        "Of {n:int} customers, {active:int} are active, {dormant:int} dormant and {lost:int} lost; of those active a"
        " year ago {share:text} still are (95% interval {limits:text}).",
        share=t.level(stayed),
        limits=t.limits(stayed),
        **values,
    )


def title_lifecycle(result: Lifecycle, t: Translator) -> Message:
    """Return the figure's title: what became of the active customers."""
    stayed = result.stayed_active
    if isinstance(stayed, Estimate) and isinstance(result.transitions, tuple):
        lost = next(move for move in result.transitions if (move.start, move.end) == ("active", "lost"))
        share = lost.customers / max(stayed.n, 1)
        return N_(
            "Of the customers active a year ago {kept:text} still are, and {gone:percent} are lost",
            kept=t.level(stayed),
            gone=share,
        )
    counts = {row.stage: row.customers for row in result.stages}
    return NP_(
        "The stage of the one customer today",
        "{active:int} of {n:int} customers are active today",
        result.n,
        active=counts["active"],
        n=result.n,
    )


def tabulate_stages(result: Lifecycle, t: Translator, small_cell: int) -> Table:
    """Return one row a stage: customers today and a year ago, share, and revenue of the last two years."""
    names = stage_names()
    peers = [row.share for row in result.stages]

    def money(amount: float | None) -> str:
        return DASH if amount is None else t.unit(amount, "money", full=True)

    rows = tuple(
        (
            t(names[row.stage]),
            DASH if row.customers_before is None else t.number(row.customers_before, 0),
            t.number(row.customers, 0),
            cell_text(row.share, t, small_cell, peers=peers),
            money(row.revenue),
            money(row.revenue_before),
        )
        for row in result.stages
    )
    columns = (
        start(t(N_("Stage")), 1.0),
        end(t(N_("Customers a year ago")), 0.9),
        end(t(N_("Customers today")), 0.9),
        end(t(N_("Share today (95% interval)")), 1.5),
        end(t(N_("Revenue, last 12 months")), 1.2),
        end(t(N_("Revenue, 12 months before")), 1.2),
    )
    note = N_("Both revenues are of the customers who stand in the stage today.")
    return Table(
        title=t(N_("The stages of the customers today")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-lifecycle-stages",
    )  # fmt: skip


def tabulate_moves(result: Lifecycle, t: Translator, small_cell: int) -> Table | None:
    """Return every move from a stage of a year ago to one of today, with its interval; None where none is known."""
    if not isinstance(result.transitions, tuple):
        return None
    names = stage_names()
    rows: list[tuple[str, ...]] = []
    previous = ""
    for move in result.transitions:
        first = t(names[move.start])
        rows.append(
            (
                "" if first == previous else first,
                t(names[move.end]),
                t.number(move.customers, 0),
                cell_text(move.share, t, small_cell, peers=_peers(result.transitions, move)),
            )
        )
        previous = first
    columns = (
        start(t(N_("Stage a year ago")), 1.4),
        start(t(N_("Stage today")), 1.4),
        end(t(N_("Customers")), 0.9),
        end(t(N_("Share of the stage a year ago (95% interval)")), 2.0),
    )
    note = N_(
        "Intervals are clustered by group of companies ({groups:int} groups). Customers not known then have no share:"
        " they are known today only for having come.",
        groups=result.groups,
    )
    return Table(
        title=t(N_("All moves between the stages within a year")), columns=columns, rows=tuple(rows), notes=(t(note),),
        anchor="table-lifecycle-moves",
    )  # fmt: skip


def _peers(moves: tuple[Transition, ...], move: Transition) -> list[Estimate | NotEstimable]:
    return [each.share for each in moves if each.start == move.start]


def tabulate_silences(result: Lifecycle, t: Translator) -> Table | None:
    """Return how long customers of a rhythm may be silent and still be dormant; None unless told from orders."""
    if not result.limits:
        return None
    names = {
        "once": N_("One order so far"),
        "fast": N_("Often"),
        "medium": N_("Sometimes"),
        "slow": N_("Seldom"),
    }
    rows = []
    for limit in result.limits:
        low, high = limit.usual_gap_from, limit.usual_gap_to
        if low is None and high is None:
            gap = DASH
        elif low is None:
            gap = t(N_("up to {high:int}", high=high))
        elif high is None:
            gap = t(N_("above {low:int}", low=low))
        else:
            gap = t(N_("{low:int} to {high:int}", low=low, high=high))
        rows.append((t(names[limit.key]), gap, t.number(limit.days, 0)))
    columns = (
        start(t(N_("Orders come")), 1.4),
        end(t(N_("Usual days between orders")), 1.4),
        end(t(N_("Lost after so many silent days")), 1.4),
    )
    note = N_(
        "Of the silences that an order ended, 95% had ended by the limit (Kaplan-Meier, silences that go on censored);"
        " no limit is shorter than {days:int} days. Both dates are held to the same limits.",
        days=result.window_days,
    )
    return Table(
        title=t(N_("From which silence on a customer counts as lost")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(note)), anchor="table-lifecycle-silences",
    )  # fmt: skip


def _list_note(result: Lifecycle, t: Translator) -> tuple[str, ...]:
    if result.listed is None:
        return ()
    note = N_(
        "The client's own list puts {same:int} of {listed:int} customers into the same stage.",
        same=result.agreeing,
        listed=result.listed,
    )
    return (t(note),)


def _limits(result: Lifecycle) -> list[Message]:
    if isinstance(result.transitions, NotEstimable):
        return [result.transitions.reason]
    if result.basis == "orders":
        return [
            N_("Orders from before the record are not known: whoever bought only then counts as a prospect."),
            N_("A lost customer is one whose silence is unusual; it may still come back."),
        ]
    return [N_("A stage that contracts tell says nothing of what was ordered under them.")]
