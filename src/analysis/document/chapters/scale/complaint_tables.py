"""The tables of complaints: what the board reads, rates by group, resolution, recovery, satisfaction and channels."""

from analysis.document.blocks import Table
from analysis.document.figures.complaints import served_names
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, change_text, end, n_text, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import canonical_word
from analysis.messages import N_, Message
from analysis.models.complaints.result import (
    Channel,
    ComplaintRate,
    Complaints,
    GroupRate,
    Recovery,
    Resolution,
    SatisfactionAround,
    Voices,
)
from analysis.results import Change, Outcome

LONGEST = 40


def tabulate_complaints(result: Complaints, t: Translator, small_cell: int) -> Table | None:
    """Return rate, resolution and recovery in a few rows with intervals; None where nothing is known."""
    rows: list[tuple[Message, Outcome]] = []
    if isinstance(result.rate, ComplaintRate):
        rows += [
            (N_("Complaints a customer and year"), result.rate.rate),
            (N_("Customers who complained"), result.rate.complainers),
        ]
    if isinstance(result.resolution, Resolution):
        resolution = result.resolution
        rows += [
            (N_("Days to the first answer, median"), resolution.first_response_days),
            (N_("Settled within 30 days"), resolution.within_30),
            (N_("Days to settlement, median"), resolution.median_days),
            (N_("Rating of the resolution"), resolution.rating),
        ]
    if isinstance(result.recovery, Recovery):
        rows += [
            (N_("Buying again: settled in time less not"), result.recovery.well_against_badly),
            (N_("Buying again: settled in time less no complaint"), result.recovery.well_against_none),
        ]
    if not rows:
        return None
    texts = tuple((t(name), cell_text(value, t, small_cell), n_text(value, t)) for name, value in rows)
    columns = (start(t(N_("Measure")), 2.6), end(t(N_("Value (95% interval)")), 1.8), end(t(N_("n")), 0.6))
    change = None
    if isinstance(result.rate, ComplaintRate) and isinstance(result.rate.change, Change):
        change = N_("Complaints a customer and year against the year before: {change:text}.",
                    change=change_text(result.rate.change, t))  # fmt: skip
    buying = N_("Buying again in percentage points, past buying held.")
    return Table(
        title=t(N_("Complaints: how often, how soon settled, and who comes back")), columns=columns, rows=texts,
        notes=notes_of(t(change) if change else "", t(buying) if isinstance(result.recovery, Recovery) else ""),
        anchor="table-complaints",
    )  # fmt: skip


def tabulate_rates(result: Complaints, t: Translator, small_cell: int) -> Table | None:
    """Return the rates by segment, severity and kind."""
    if not isinstance(result.rate, ComplaintRate):
        return None
    groups: tuple[tuple[Message, tuple[GroupRate, ...]], ...] = (
        (N_("Segment"), result.rate.by_segment),
        (N_("Severity"), result.rate.by_severity),
        (N_("Kind"), result.rate.by_kind),
    )
    rows = tuple(
        (
            t(name),
            clean_text(t(canonical_word(row.label)), LONGEST),
            t.number(row.complaints, 0),
            cell_text(row.rate, t, small_cell, peers=[other.rate for other in found]),
        )
        for name, found in groups
        for row in found
    )
    if not rows:
        return None
    columns = (
        start(t(N_("By"))),
        start(t(N_("Label")), 2.0),
        end(t(N_("Number"))),
        end(t(N_("A customer and year (95% interval)")), 1.8),
    )
    note = N_(
        "{customers:int} active customers, {years:number1} years of them in the window {window:text}. Segments count"
        " complaints; kinds count all feedback.",
        customers=result.rate.customers,
        years=result.rate.exposure_years,
        window=t.period(result.rate.window),
    )
    return Table(
        title=t(N_("How often customers complain, by group")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-complaints-rates",
    )  # fmt: skip


def tabulate_severity(result: Complaints, t: Translator, small_cell: int) -> Table | None:
    """Return how soon complaints are settled by severity."""
    if not isinstance(result.resolution, Resolution) or not result.resolution.by_severity:
        return None
    found = result.resolution.by_severity
    peers = [row.within_30 for row in found]
    rows = tuple(
        (
            clean_text(t(canonical_word(row.label)), LONGEST),
            t.number(row.complaints, 0),
            cell_text(row.within_30, t, small_cell, peers=peers),
        )
        for row in found
    )
    columns = (
        start(t(N_("Severity")), 1.6),
        end(t(N_("Complaints"))),
        end(t(N_("Settled within 30 days (95% interval)")), 1.8),
    )
    note = N_("{settled:int} of {complaints:int} complaints of the last twelve months are settled; open ones"
              " count as open.",
              settled=result.resolution.settled, complaints=result.resolution.complaints)  # fmt: skip
    return Table(
        title=t(N_("How soon complaints are settled, by severity")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-complaints-severity",
    )  # fmt: skip


def tabulate_recovery(result: Complaints, t: Translator, small_cell: int) -> Table | None:
    """Return who bought again, by what became of the complaint, with the differences."""
    recovery = result.recovery
    if not isinstance(recovery, Recovery):
        return None
    names = served_names(recovery)
    shares = [group.share for group in recovery.groups]
    rows = [
        (
            t(names[group.key]),
            t.number(group.customers, 0),
            t.number(group.bought_again, 0),
            cell_text(group.share, t, small_cell, peers=shares),
        )
        for group in recovery.groups
    ]
    differences = (
        (N_("In time less not in time"), recovery.well_against_badly),
        (N_("In time less no complaint"), recovery.well_against_none),
        (N_("Not in time less no complaint"), recovery.badly_against_none),
        (N_("One point more of the rating"), recovery.per_rating),
    )
    rows += [(t(name), n_text(value, t), DASH, cell_text(value, t, small_cell)) for name, value in differences]
    columns = (
        start(t(N_("Customers")), 2.2),
        end(t(N_("n")), 0.6),
        end(t(N_("Bought again")), 0.9),
        end(t(N_("Adjusted share or difference (95% interval)")), 2.0),
    )
    controls = {
        "orders": N_("orders"),
        "recency": N_("days since the last order"),
        "revenue": N_("revenue"),
    }
    note = N_(
        "Everybody is judged {days:int} days after the complaint (or a day drawn for those without one); buying"
        " is counted"
        " in the {horizon:int} days after that. Held equal, from the half-year before: {controls:list}. {accounts:int}"
        " groups of companies. Differences in percentage points.",
        days=recovery.landmark_days,
        horizon=recovery.horizon_days,
        controls=[controls[key] for key in recovery.controls],
        accounts=recovery.accounts,
    )
    firth = N_("A group all bought again, or none did: Firth's penalised likelihood keeps the estimates finite.")
    return Table(
        title=t(N_("Do complainers come back?")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(note), t(firth) if recovery.estimator == "firth" else ""), anchor="table-complaints-recovery",
    )  # fmt: skip


def tabulate_around(result: Complaints, t: Translator, small_cell: int) -> Table | None:
    """Return how satisfaction changed with and without a complaint between two waves."""
    around = result.satisfaction
    if not isinstance(around, SatisfactionAround):
        return None

    def row_of(name: Message, outcome: Outcome, n: str) -> tuple[str, ...]:
        return t(name), cell_text(outcome, t, small_cell), n

    rows = (
        row_of(N_("With a complaint in between"), around.change_complained, _count(around.complained, t)),
        row_of(N_("Without"), around.change_others, _count(around.others, t)),
        row_of(N_("Difference, same waves"), around.difference, n_text(around.difference, t)),
    )
    columns = (
        start(t(N_("Customers")), 1.8),
        end(t(N_("Change of satisfaction, points (95% interval)")), 2.0),
        end(t(N_("n")), 0.6),
    )
    return Table(
        title=t(N_("Satisfaction before and after a complaint")), columns=columns, rows=rows,
        anchor="table-complaints-satisfaction",
    )  # fmt: skip


def _count(count: int | None, t: Translator) -> str:
    return DASH if count is None else t.number(count, 0)


def tabulate_voices(result: Complaints, t: Translator, small_cell: int) -> Table | None:
    """Return what was heard by which way, and whom it reaches."""
    voices = result.voices
    if not isinstance(voices, Voices):
        return None
    reaches, negatives = [row.reach for row in voices.channels], [row.negative for row in voices.channels]
    rows = tuple(
        (
            channel_name(row, t),
            t.number(row.pieces, 0),
            _count(row.customers, t),
            cell_text(row.reach, t, small_cell, peers=reaches),
            cell_text(row.negative, t, small_cell, peers=negatives),
        )
        for row in voices.channels
    )
    columns = (
        start(t(N_("Heard by")), 1.4),
        end(t(N_("Pieces")), 0.8),
        end(t(N_("Customers")), 0.9),
        end(t(N_("Active customers reached")), 1.5),
        end(t(N_("Complaints among complaints and praise")), 1.7),
    )
    unheard = N_("Heard by none of these: {share:text} of the active customers.", share=t.outcome(voices.unheard))
    return Table(
        title=t(N_("Who is heard, and by which way")), columns=columns, rows=rows,
        notes=(t(N_("The last twelve months. In brackets: 95% intervals.")), t(unheard)),
        anchor="table-complaints-voices",
    )  # fmt: skip


def channel_name(row: Channel, t: Translator) -> str:
    """Return what a channel is called."""
    if row.key == "survey":
        return t(N_("Survey"))
    if row.key == "interview":
        return t(N_("Interviews"))
    return clean_text(t(canonical_word(row.label)), LONGEST) if row.label else t(N_("feedback without a channel"))
