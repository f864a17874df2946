"""Results as tables of formatted texts: numbers at the end of their cell, with interval and n."""

from collections.abc import Mapping, Sequence

from analysis.document.blocks import Column, Table
from analysis.document.prose import cell_text
from analysis.document.theme import clean_text
from analysis.document.translate import Translator
from analysis.indicators.shapes import (
    FeedbackSummary,
    ItemResult,
    MonthComparison,
    PartnerLeague,
    RfmResult,
    TouchpointResult,
)
from analysis.messages import N_, Message
from analysis.monitoring import Changes
from analysis.params.base import localized
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
    difference = change.difference
    value, low, high = (t.signed(x, difference.unit) for x in (difference.value, difference.low, difference.high))
    text = t(N_("{value:text} ({low:text} to {high:text})", value=value, low=low, high=high))
    return text if change.verdict == "no_change" else f"{text} *"


def tabulate_indicators(
    results: Sequence[IndicatorResult], t: Translator, small_cell: int, *, title: Message, anchor: str
) -> Table:
    """Return one row an indicator: value, interval, n, change, and target or outside value where there is any."""
    has_reference = any(result.target or result.benchmark for result in results)
    columns = [
        start(t(N_("Indicator")), 2.6),
        end(t(N_("Value (95% interval)")), 2.2),
        end(t(N_("n")), 0.8),
        end(t(N_("Change to the period before")), 2.2),
    ]
    if has_reference:
        columns.append(end(t(N_("Target or outside value")), 1.6))
    rows = []
    for result in results:
        row = [
            t(result.name),
            cell_text(result.overall, t, small_cell),
            n_text(result.overall, t),
            change_text(result.change, t),
        ]
        rows.append((*row, _reference_text(result, t)) if has_reference else tuple(row))
    moved = any(isinstance(r.change, Change) and r.change.verdict != "no_change" for r in results)
    points = any(isinstance(r.change, Change) and r.change.difference.unit == "proportion" for r in results)
    return Table(
        title=t(title),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=notes_of(
            t(N_("* a change that the test tells from noise.")) if moved else "",
            t(N_("Changes of shares are in percentage points.")) if points else "",
        ),
        anchor=anchor,
    )


def _reference_text(result: IndicatorResult, t: Translator) -> str:
    if result.target is not None:
        words = {"met": N_("met"), "missed": N_("missed"), "open": N_("open")}
        return t(
            N_("{value:text}, {verdict:message}", value=t.unit(result.target.target, result.unit),
               verdict=words[result.target.verdict])
        )  # fmt: skip
    if result.benchmark is not None:
        return f"{t.unit(result.benchmark.value, result.unit)} ({clean_text(result.benchmark.source, 30)})"
    return DASH


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
    tables = [(result, getattr(result, group)) for result in results if getattr(result, group)][:3]
    labels = list(dict.fromkeys(label for _, outcomes in tables for label in outcomes))
    if not labels:
        return None
    if group != "by_period":
        first = tables[0][1]
        labels.sort(key=lambda label: (-_sort_value(first.get(label)), label))
    columns = [start({"by_segment": t(N_("Segment")), "by_partner": t(N_("Partner"))}.get(group, t(N_("Period"))), 2.0)]
    for result, _ in tables:
        columns += [end(t(result.name), 2.0), end(t(N_("n")), 0.7)]
    rows = []
    for label in labels:
        shown = t.period(label) if group == "by_period" else (names or {}).get(label, label)
        cells = [text for _, outcomes in tables for text in _pair(outcomes.get(label), t, small_cell)]
        rows.append((clean_text(shown, 60), *cells))
    kept, note = cap_rows(rows, t)
    return Table(
        title=t(title), columns=tuple(columns), rows=tuple(kept),
        notes=notes_of(t(N_("In brackets: 95% intervals.")), note), anchor=anchor,
    )  # fmt: skip


def _sort_value(outcome: Outcome | None) -> float:
    return outcome.value if isinstance(outcome, Estimate) else float("-inf")


def _pair(outcome: Outcome | None, t: Translator, small_cell: int) -> tuple[str, str]:
    return cell_text(outcome, t, small_cell), n_text(outcome, t)


def tabulate_items(items: Sequence[ItemResult], t: Translator, small_cell: int) -> Table:
    """Return the questionnaire's items, best rated first: mean, share of the two best answers, n."""
    ranked = sorted(items, key=lambda item: (-_sort_value(item.index), item.key))
    rows = [
        (
            clean_text(localized(item.label, t.language), 80),
            f"{t.number(item.scale[0])}–{t.number(item.scale[1])}",
            cell_text(item.index, t, small_cell),
            cell_text(item.mean, t, small_cell),
            cell_text(item.top2, t, small_cell),
            n_text(item.mean, t),
        )
        for item in ranked
    ]
    kept, note = cap_rows(rows, t)
    return Table(
        title=t(N_("The questions, best rated first")),
        columns=(
            start(t(N_("Question")), 2.4),
            end(t(N_("Scale")), 0.8),
            end(t(N_("Points, 0 to 100")), 1.5),
            end(t(N_("Mean answer")), 1.6),
            end(t(N_("Two best answers")), 1.6),
            end(t(N_("n")), 0.7),
        ),
        rows=tuple(kept),
        notes=notes_of(t(N_("Every question is turned so that a higher answer is better.")), note),
        anchor="table-items",
    )


def tabulate_touchpoints(touchpoints: Sequence[TouchpointResult], t: Translator, small_cell: int) -> Table:
    """Return the touchpoints, best score first."""
    ranked = sorted(touchpoints, key=lambda row: (-_sort_value(row.score), row.touchpoint))
    rows = [
        (clean_text(row.touchpoint, 60), cell_text(row.score, t, small_cell), n_text(row.score, t)) for row in ranked
    ]
    kept, note = cap_rows(rows, t)
    columns = (start(t(N_("Touchpoint")), 2.0), end(t(N_("Points, 0 to 100")), 1.5), end(t(N_("n")), 0.7))
    return Table(
        title=t(N_("Touchpoints, best rated first")), columns=columns, rows=tuple(kept),
        notes=notes_of(t(N_("In brackets: 95% intervals.")), note), anchor="table-touchpoints",
    )  # fmt: skip


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
        notes=(t(N_("Window: {window:text}.", window=t.period(result.window))),), anchor="table-rfm",
    )  # fmt: skip


def tabulate_months(comparisons: Sequence[MonthComparison], t: Translator) -> Table:
    """Return the latest months against the same months a year before."""
    rows = []
    for row in comparisons:
        growth = DASH if row.growth is None else t.signed(row.growth, "proportion").removesuffix(".0") + "%"
        amounts = (t.unit(row.earlier, "money", full=True), t.unit(row.later, "money", full=True))
        rows.append((_month_label(row.label, t), *amounts, growth))
    columns = (start(t(N_("Month")), 1.4), end(t(N_("A year before"))), end(t(N_("Latest"))), end(t(N_("Growth"))))
    return Table(
        title=t(N_("Revenue by month against the same month a year before")), columns=columns, rows=tuple(rows),
        notes=(t(N_("Constant currency, without VAT, returns deducted.")),), anchor="table-months",
    )  # fmt: skip


def _month_label(label: str, t: Translator) -> str:
    """Return ``2025-03`` or ``2025-01/02`` in words."""
    first, _, second = label.partition("/")
    if not second:
        return t.period(label)
    return t.join([t.period(first), t.period(f"{first[:4]}-{second}")])


def tabulate_league(league: PartnerLeague, name: Message, t: Translator, small_cell: int) -> Table:
    """Return the partners compared on one indicator, best first, with the interval of each rank."""
    rows = [
        (
            clean_text(row.name, 50),
            cell_text(row.shrunken, t, small_cell),
            cell_text(row.raw, t, small_cell),
            n_text(row.raw, t),
            t(N_("{low:int} to {high:int}", low=row.rank_low, high=row.rank_high)),
            t.percent(row.p_top_quartile),
        )
        for row in league.rows
    ]
    kept, note = cap_rows(rows, t)
    too_small = N_("{count:int} partners have too little data to be compared.", count=league.too_small)
    return Table(
        title=t(N_("Partners by {name:message}", name=name)),
        columns=(
            start(t(N_("Partner")), 2.0),
            end(t(N_("Fair comparison (95% interval)")), 1.8),
            end(t(N_("Own figure (95% interval)")), 1.8),
            end(t(N_("n")), 0.6),
            end(t(N_("Rank, from to")), 0.9),
            end(t(N_("Chance of top quarter")), 0.9),
        ),
        rows=tuple(kept),
        notes=notes_of(
            t(N_("The fair comparison draws each partner towards the mean of all by as much as its small n deserves.")),
            note,
            t(too_small) if league.too_small else "",
        ),
        anchor=f"table-partners-{league.indicator}".replace("_", "-"),
    )


def tabulate_feedback(summary: FeedbackSummary, t: Translator) -> Table:
    """Return the pieces of feedback by kind, channel and severity."""
    groups = (
        (N_("Kind"), summary.by_kind),
        (N_("Channel"), summary.by_channel),
        (N_("Severity"), summary.by_severity),
    )
    rows = [
        (t(title), clean_text(label, 50), t.number(count, 0), t.percent(count / summary.n))
        for title, counts in groups
        for label, count in list(counts.items())[:10]
    ]
    columns = (start(t(N_("By"))), start(t(N_("Label")), 2.0), end(t(N_("Number"))), end(t(N_("Share"))))
    return Table(
        title=t(N_("Feedback by kind, channel and severity")), columns=columns, rows=tuple(rows),
        notes=(t(N_("Window: {window:text}.", window=t.period(summary.window))),), anchor="table-feedback",
    )  # fmt: skip


def tabulate_changes(changes: Changes, t: Translator) -> Table:
    """Return every tested change with its adjusted p-value, the surest first."""
    words = {"rose": N_("rose"), "fell": N_("fell"), "no_change": N_("no change")}
    rows = [
        (
            t(item.name),
            f"{t.period(item.change.earlier)} → {t.period(item.change.later)}",
            change_text(item.change, t),
            t.value(item.adjusted_p, "pvalue"),
            t(words[item.change.verdict]),
        )
        for item in changes.items
    ]
    columns = (
        start(t(N_("Indicator")), 2.2),
        start(t(N_("Periods")), 1.8),
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
