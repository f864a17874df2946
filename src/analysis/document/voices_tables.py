"""Channel partners and feedback as tables."""

from analysis.document.blocks import Table
from analysis.document.prose import cell_text
from analysis.document.tables import cap_rows, end, n_text, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import canonical_word, short_id
from analysis.indicators.shapes import FeedbackSummary, PartnerLeague
from analysis.messages import N_, NP_, Message
from analysis.results import Estimate


def tabulate_league(league: PartnerLeague, name: Message, t: Translator, small_cell: int) -> Table:
    """Return the partners compared on one indicator, best first, with the interval of each rank."""
    has_own = any(isinstance(row.raw, Estimate) for row in league.rows)
    fair, own = [row.shrunken for row in league.rows], [row.raw for row in league.rows]
    rows = []
    for row in league.rows:
        figures = [cell_text(row.shrunken, t, small_cell, peers=fair)]
        if has_own:
            figures.append(cell_text(row.raw, t, small_cell, peers=own))
        rank = N_("{low:int} to {high:int}", low=row.rank_low, high=row.rank_high)
        partner = clean_text(short_id(row.name), 50)
        rows.append((partner, *figures, n_text(row.shrunken, t), t(rank), t.percent(row.p_top_quartile)))
    kept, note = cap_rows(rows, t)
    too_small = NP_(
        "One partner has too little data to be compared.",
        "{count:int} partners have too little data to be compared.",
        league.too_small,
    )
    columns = [start(t(N_("Partner")), 2.0), end(t(N_("Fair comparison (95% interval)")), 1.8)]
    if has_own:
        columns.append(end(t(N_("Own figure (95% interval)")), 1.8))
    columns += [
        end(t(N_("n")), 0.6),
        end(t(N_("Rank, from to")), 0.9),
        end(t(N_("Chance of top quarter")), 0.9),
    ]
    return Table(
        title=t(N_("Partners by {name:message}", name=name)),
        columns=tuple(columns),
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
        (t(title), clean_text(t(canonical_word(label)), 50), t.number(count, 0), t.percent(count / summary.n))
        for title, counts in groups
        for label, count in list(counts.items())[:10]
    ]
    columns = (start(t(N_("By"))), start(t(N_("Label")), 2.0), end(t(N_("Number"))), end(t(N_("Share"))))
    return Table(
        title=t(N_("Feedback by kind, channel and severity")), columns=columns, rows=tuple(rows),
        notes=(t(N_("Window: {window:text}.", window=t.period(summary.window))),), anchor="table-feedback",
    )  # fmt: skip
