"""Results as tables of formatted texts: numbers at the end of their cell, with interval and n."""

from collections.abc import Callable, Mapping, Sequence

from analysis.document.blocks import Column, Table
from analysis.document.formatting import TIMES_FROM
from analysis.document.native import marked
from analysis.document.prose import cell_text
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.indicators.shapes import MonthComparison, RfmResult
from analysis.messages import N_, Message
from analysis.monitoring import Changes
from analysis.results import Change, Estimate, IndicatorResult, NotEstimable, Outcome

MAX_ROWS = 24
DASH = "–"


def end(title: str, width: float = 1.0) -> Column:
    """Return a column of numbers."""
    return Column(title=title, align="end", width=width)


def start(title: str, width: float = 1.0) -> Column:
    """Return a column of texts."""
    return Column(title=title, width=width)


def cap_rows(
    rows: Sequence[tuple[str, ...]], t: Translator, limit: int = MAX_ROWS
) -> tuple[list[tuple[str, ...]], str]:
    """Return at most `limit` rows, the first and the last half, and a note of how many are not shown (or "")."""
    if len(rows) <= limit:
        return list(rows), ""
    half = limit // 2
    note = N_(
        "Shown are the first {half:int} and the last {half:int} of {total:int} rows; {hidden:int} are not shown.",
        half=half,
        total=len(rows),
        hidden=len(rows) - 2 * half,
    )
    return [*rows[:half], *rows[-half:]], t(note)


def notes_of(*notes: str) -> tuple[str, ...]:
    """Return those notes that there are."""
    return tuple(note for note in notes if note)


def n_text(outcome: Outcome | None, t: Translator) -> str:
    """Return an outcome's n for a column of its own; nothing about a withheld cell."""
    if outcome is None or outcome.n is None or (isinstance(outcome, NotEstimable) and outcome.suppressed):
        return DASH
    return t.number(outcome.n, 0)


def change_text(change: Change | NotEstimable | None, t: Translator) -> str:
    """Return a change with its interval, an asterisk where the test found one."""
    if not isinstance(change, Change):
        return DASH
    text = t.difference(change.difference)
    return text if change.verdict == "no_change" else marked(text, " *")


def is_known(outcome: Outcome | None) -> bool:
    """Return whether a row is worth a line: there is a number, or one is withheld."""
    return isinstance(outcome, Estimate) or (outcome is not None and outcome.suppressed)


def tabulate_indicators(
    results: Sequence[IndicatorResult], t: Translator, small_cell: int, *, title: Message, anchor: str
) -> Table | None:
    """Return one row an indicator that has a number: value, interval, n and, where any has them, change and references.

    What is not estimable is left to the list of what cannot be concluded, with its reason; None where nothing is left.
    """
    shown = [result for result in results if is_known(result.overall)]
    if not shown:
        return None
    changes = [result.change for result in shown if isinstance(result.change, Change)]
    columns = [start(t(N_("Indicator")), 2.6), end(t(N_("Value (95% interval)")), 2.0), end(t(N_("n")), 0.7)]
    texts: list[Callable[[IndicatorResult], str]] = [
        lambda result: t(result.name),
        lambda result: cell_text(result.overall, t, small_cell),
        lambda result: n_text(result.overall, t),
    ]
    if changes:
        columns.append(end(t(N_("Change to the period before")), 2.0))
        texts.append(lambda result: change_text(result.change, t))
    if any(result.target or result.benchmark for result in shown):
        columns.append(start(t(N_("Target or benchmark")), 1.8))
        texts.append(lambda result: _reference_text(result, t))
    return Table(
        title=t(title),
        columns=tuple(columns),
        rows=tuple(tuple(write(result) for write in texts) for result in shown),
        notes=notes_of(
            t(N_("* a change that the test tells from noise."))
            if any(c.verdict != "no_change" for c in changes)
            else "",
            t(N_("Changes of shares are in percentage points."))
            if any(c.difference.unit in ("proportion", "percentage_points") for c in changes)
            else "",
        ),
        anchor=anchor,
    )


def _reference_text(result: IndicatorResult, t: Translator) -> str:
    """Return target with its verdict and benchmark with its origin, each where there is one."""
    parts = []
    if result.target is not None:
        words = {"met": N_("met"), "missed": N_("missed"), "open": N_("open")}
        target = N_(
            "target {value:text}: {verdict:message}",
            value=t.unit(result.target.target, result.unit),
            verdict=words[result.target.verdict],
        )
        parts.append(t(target))
    if result.benchmark is not None:
        benchmark = N_(
            "benchmark {value:text} ({year:text})",
            value=t.unit(result.benchmark.value, result.unit),
            year=str(result.benchmark.year),
        )
        ends = [result.benchmark.low, result.benchmark.high]
        if None not in ends:
            low, high = (t.unit(end_, result.unit) for end_ in ends if end_ is not None)
            benchmark = N_("benchmark {low:text} to {high:text} ({year:text})", low=low, high=high,
                           year=str(result.benchmark.year))  # fmt: skip
        parts.append(t(benchmark))
    return t.listing(parts) or DASH


def tabulate_groups(
    results: Sequence[IndicatorResult],
    t: Translator,
    small_cell: int,
    *,
    group: str,
    title: Message,
    anchor: str,
    names: Mapping[str, str] | None = None,
) -> Table | None:
    """Return one row a group (``by_segment``, ``by_partner``, ``by_period``): value with interval, and n, by indicator.

    None where no indicator has a group. At most three indicators are shown, those with the most estimates first in the
    order given; periods keep their order, other groups are sorted by the first indicator.
    """  # fmt: skip
    found = [(result, getattr(result, group)) for result in results]
    tables = [(result, outcomes) for result, outcomes in found if any(map(is_known, outcomes.values()))][:3]
    labels = list(dict.fromkeys(label for _, outcomes in tables for label in outcomes))
    if not labels:
        return None
    if group != "by_period":
        first = tables[0][1]
        labels.sort(key=lambda label: (-sort_value(first.get(label)), label))
    columns = [start({"by_segment": t(N_("Segment")), "by_partner": t(N_("Partner"))}.get(group, t(N_("Period"))), 2.0)]
    for result, _ in tables:
        columns += [end(t(result.name), 2.0), end(t(N_("n")), 0.7)]
    rows = []
    columns_of = [(outcomes, list(outcomes.values())) for _, outcomes in tables]
    for label in labels:
        shown = t.period(label) if group == "by_period" else short_id((names or {}).get(label, label))
        cells = [
            text for outcomes, peers in columns_of for text in value_and_n(outcomes.get(label), t, small_cell, peers)
        ]
        rows.append((clean_text(shown, 60), *cells))
    kept, note = cap_rows(rows, t)
    return Table(
        title=t(title), columns=tuple(columns), rows=tuple(kept),
        notes=notes_of(t(N_("In brackets: 95% intervals.")), note), anchor=anchor,
    )  # fmt: skip


def sort_value(outcome: Outcome | None) -> float:
    """Return what rows are sorted by: the estimate, or less than any."""
    return outcome.value if isinstance(outcome, Estimate) else float("-inf")


def value_and_n(outcome: Outcome | None, t: Translator, small_cell: int, peers: Sequence[Outcome]) -> tuple[str, str]:
    """Return the two cells of an outcome: value with interval, and n."""
    return cell_text(outcome, t, small_cell, peers=peers), n_text(outcome, t)


def tabulate_rfm(result: RfmResult, t: Translator) -> Table:
    """Return the RFM segments with customers, revenue and behaviour."""
    rows = [
        (
            t(segment.name),
            t.number(segment.customers, 0),
            t.percent(segment.share),
            t.unit(segment.revenue, "money", full=True),
            t.percent(segment.revenue_share),
            t.number(segment.mean_recency_days, 0) if segment.customers else DASH,
            t.number(segment.mean_frequency, 1) if segment.customers else DASH,
        )
        for segment in result.segments
    ]
    columns = (
        start(t(N_("Segment by buying behaviour")), 2.0),
        end(t(N_("Customers"))),
        end(t(N_("Share of customers"))),
        end(t(N_("Revenue")), 1.4),
        end(t(N_("Share of revenue"))),
        end(t(N_("Days since last purchase"))),
        end(t(N_("Purchases a customer"))),
    )
    return Table(
        title=t(N_("Customers by recency, frequency and amount of buying")), columns=columns, rows=tuple(rows),
        notes=(
            t(N_("Window: {window:text}.", window=t.period(result.window))),
            t(N_("Lately, often and much are meant in comparison with the other customers, by fifths.")),
        ),
        anchor="table-rfm",
    )  # fmt: skip


def tabulate_months(comparisons: Sequence[MonthComparison], t: Translator) -> Table:
    """Return the latest months against the same months a year before."""
    rows = []
    for row in comparisons:
        growth = DASH if row.growth is None else t.growth(row.growth)
        amounts = (t.unit(row.earlier, "money", full=True), t.unit(row.later, "money", full=True))
        rows.append((_month_label(row.label, t), *amounts, growth))
    multiples = any(row.growth is not None and row.growth >= TIMES_FROM for row in comparisons)
    columns = (start(t(N_("Month")), 1.4), end(t(N_("A year before"))), end(t(N_("Latest"))), end(t(N_("Growth"))))
    return Table(
        title=t(N_("Revenue by month against the same month a year before")), columns=columns, rows=tuple(rows),
        notes=notes_of(
            t(N_("Constant currency, without VAT, returns deducted.")),
            t(N_("Growth of 200% and more is written as a multiple of the year before.")) if multiples else "",
        ),
        anchor="table-months",
    )  # fmt: skip


def _month_label(label: str, t: Translator) -> str:
    """Return ``2025-03`` or ``2025-01/02`` in words."""
    first, _, second = label.partition("/")
    if not second:
        return t.period(label)
    return t.join([t.period(first), t.period(f"{first[:4]}-{second}")])


def tabulate_changes(changes: Changes, t: Translator) -> Table:
    """Return every tested change with its adjusted p-value, the surest first."""
    words = {"rose": N_("rose"), "fell": N_("fell"), "no_change": N_("no change")}
    rows = [
        (
            t(item.name),
            f"{t.period(item.change.earlier)} → {t.period(item.change.later)}",
            t.number(item.change.difference.n, 0),
            change_text(item.change, t),
            t.value(item.adjusted_p, "pvalue"),
            t(words[item.change.verdict]),
        )
        for item in changes.items
    ]
    columns = (
        start(t(N_("Indicator")), 2.2),
        start(t(N_("Periods")), 1.8),
        end(t(N_("n")), 0.6),
        end(t(N_("Difference (95% interval)")), 2.0),
        end(t(N_("Adjusted p")), 0.8),
        start(t(N_("Verdict")), 1.0),
    )
    note = N_(
        "{tested:int} changes were tested as one family; the rate of false findings is held at {rate:percent}"
        " (Benjamini and Hochberg).",
        tested=changes.tested,
        rate=changes.false_discovery_rate,
    )
    return Table(
        title=t(N_("All tested changes")), columns=columns, rows=tuple(rows), notes=(t(note),), anchor="table-changes"
    )
