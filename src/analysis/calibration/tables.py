"""The proof on paper: `docs/calibration.csv`, and `docs/calibration.md` for people."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.calibration.carrying import COMPARED
from analysis.calibration.notes import Note
from analysis.calibration.quantity import Kind
from analysis.calibration.rates import BANDS, WIDENED, Rate

COLUMNS = ("quantity", "class", "rate", "mc_error", "draws")
CLASSES: dict[Kind, str] = {
    "regular": "an interval of 95%",
    "discrete": (
        "an interval of 95% of a small proportion (fewer than 50 units expected on the rarer side), of whole days or "
        "of ranks, whose coverage moves in steps"
    ),
    "shrunken": "an interval of 95% of a shrunken unit, on average over the units",
    "bounded": "an interval of 95% of a parameter with bounds, away from them",
    "test": "a test at 5% of a point null that is true",
    "composite": "a test at 5% of a composite null that is true (no mediation, no gain)",
}
ENOUGH = 2000  # clients; a cell in which an analysis often has no answer has fewer
CAUTION = 0.15  # standard errors by which the truth used may be off before it is said


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What rests on draws of earlier code: how many clients, and the rows by cell that some of them count in."""

    clients: int = 0
    rows: frozenset[str] = frozenset()

    def beside(self, clients: int, rows: Iterable[str]) -> "Carried":
        """Return this with the clients and rows of another group and cell."""
        return Carried(clients=self.clients + clients, rows=self.rows.union(rows))


def csv_text(rates: Sequence[Rate]) -> str:
    """Return the table for machines: one row a quantity and cell, rates and errors in percent."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rate in rates:
        writer.writerow([rate.quantity, rate.kind, f"{rate.rate:.2f}", f"{rate.mc_error:.2f}", rate.draws])
    return out.getvalue()


def markdown_text(
    whole: Sequence[Rate],
    cells: Sequence[Rate],
    notes: Sequence[Note],
    *,
    command: str,
    date: str,
    grid: Sequence[tuple[str, str]],
    unrated: Sequence[str] = (),
    exempt: Sequence[tuple[str, str]] = (),
    carried: Carried | None = None,
) -> str:
    """Return the table for people, with bands and verdicts.

    Parameters
    ----------
    whole, cells, notes
        What was counted over the whole grid and cell by cell, and what is told beside the tables.
    command, date
        How and when it was made.
    grid
        Name and description of each cell of the grid.
    unrated
        What was drawn and has no rate.
    exempt
        Name of what is not judged by itself, and why.
    carried
        What rests on draws of earlier code.
    """
    at_bound = [rate for rate in cells if rate.is_at_bound]
    cells = [rate for rate in cells if not rate.is_at_bound]
    parts = [*_opening(command, date, grid), _verdict(whole, "quantities"), _verdict(cells, "rows by cell")]
    parts += [_provenance(whole, cells, carried or Carried()), *_few(whole)]
    outside = [rate for rate in (*whole, *cells) if not rate.is_within]
    if outside:
        parts += ["### Outside the band", _rate_table(outside)]
    uncertain = [rate for rate in cells if rate.truth_error > CAUTION]
    if uncertain:
        listed = [(rate.quantity, f"{rate.truth_error:.2f}") for rate in uncertain]
        parts += ["### Where the truth itself is uncertain", _table(("quantity", "error, standard errors"), listed)]
    if at_bound:
        parts += [
            "### At a bound, not judged",
            "Partners and segments that differ by less than half the standard error of one's own mean: the spread "
            "between them is then as good as nil, and intervals that admit differences hold the truth too often. These "
            "cells are not in the CSV; the cell in which partners and segments differ is.",
            _table(("quantity", "rate", "draws"), [(r.quantity, f"{r.rate:.1f}", f"{r.draws:,}") for r in at_bound]),
        ]
    if exempt:
        parts += ["### Printed, and not judged by itself", _table(("quantity", "why"), exempt)]
    if unrated:
        parts += [
            "### Drawn, without a row",
            "What is true of them is their own bound in every cell (a component of a score cut off at 100), no null "
            "hypothesis of theirs holds in any, or fewer than 30 of the clients drawn have an answer: of what has "
            "joined the report since, none has yet.",
            _table(("quantity",), [(name,) for name in unrated]),
        ]
    parts += ["## Beside the table", *(_note(note) for note in notes)] if notes else []
    parts += ["## All quantities, over the whole grid", _rate_table(whole), "## Cell by cell", _rate_table(cells)]
    return "\n\n".join(parts) + "\n"


def _few(whole: Sequence[Rate]) -> list[str]:
    """Return the part on what fewer than `ENOUGH` clients have an answer to, if there is any."""
    few = [rate for rate in whole if rate.draws < ENOUGH]
    if not few:
        return []
    return [
        f"### Fewer than {ENOUGH:,} clients",
        "What only some of the clients have an answer to, what is asked in few cells, or what has not been drawn in "
        "full yet; the band is the wider for it.",
        _table(("quantity", "clients"), [(rate.quantity, f"{rate.draws:,}") for rate in few]),
    ]


def _verdict(rates: Sequence[Rate], what: str) -> str:
    within = sum(rate.is_within for rate in rates)
    return f"{within:,} of {len(rates):,} {what} lie within their band."


def _provenance(whole: Sequence[Rate], cells: Sequence[Rate], carried: Carried) -> str:
    """Return which draws are not today's code's own."""
    if not carried.rows:
        return "All clients were drawn and read by the code as it is now."
    names = {row.rpartition(" (")[0] for row in carried.rows}
    quantities, rows = sum(rate.quantity in names for rate in whole), sum(r.quantity in carried.rows for r in cells)
    return (
        f"Of a quantity, draws made by earlier code are kept where {COMPARED} clients of each analysis and cell, and "
        "one large client of each truth, drawn again by the code as it is now, gave the same numbers to nine digits: "
        f"on such draws ({carried.clients:,} readings of a client by an analysis) rest {quantities:,} of the "
        f"{len(whole):,} quantities and {rows:,} of the {len(cells):,} rows by cell, in whole or in part."
    )


def _opening(command: str, date: str, grid: Sequence[tuple[str, str]]) -> list[str]:
    """Return what was done, the classes with their bands, the grid and what is held for true."""
    return [
        "# Calibration",
        f"Made by `{command}` on {date}; the same numbers for machines are in `docs/calibration.csv` (over the whole "
        "grid) and `docs/calibration_cells.csv` (cell by cell).",
        "Clients whose truth is known are drawn again and again, analysed as an audit analyses them, and each interval "
        "is held against the truth. The generator is richer than the models: halo, ceiling, non-response that depends "
        "on satisfaction, seasons, an unmeasured trait, dealers, effects that are nil. A row is a quantity that a "
        "report prints; where it is printed for several waves, segments or items they are pooled, and the Monte-Carlo "
        "error is clustered by client. The first table counts all clients of the grid, the second those of one cell.",
        "## Classes and bands",
        _table(
            ("class", "what it is", "band, percent"),
            [(kind, text, f"{BANDS[kind][0]:g} to {BANDS[kind][1]:g}") for kind, text in CLASSES.items()],
        ),
        "A quantity whose truth is its own bound (a share of nil, a component cut off at 100) is held by any interval "
        "and has no row; neither has the effect of a mediator that is nil, beside its test, nor the gain of nested "
        "models on held-out customers where the answers tell nothing, beside how often a gain is claimed. A test has a "
        "row where its null hypothesis is true. Effects given fewer controls, where a client is too small for all, are "
        "held against the truth given as many. Models that resample take 199 draws here, an audit 400 or 2,000.",
        f"Each band is widened by {WIDENED:g} Monte-Carlo standard errors of the row. No interval may have zero width.",
        "## The grid",
        _table(("cell", "clients"), grid),
        "## What is true",
        "Slopes of loyalty and marginal effects on repeat purchase are computed by formulas of their own from 200,000 "
        "simulated customers (`analysis.synthetic.population`). Held-out scores are held against their own mean over "
        "the draws, because what they estimate depends on the size of the client. Of everything else the truth is the "
        "mean of the same definition over large clients, ten of 20,000 customers each or, where an analysis takes "
        "long, two to 24 of 6,000 or more: for means, shares and sums that is the definition itself. "
        "Ranks and shrunken partners are held against the partners' own means there. Of actions taken for customers "
        "drawn by lot the truth is exact: nil, or the mean of the effect that was put in; their record is stretched by "
        "2.2, so that the placebo has the two years that it asks for. The largest "
        "error of a truth is told below where it exceeds "
        f"{CAUTION:g} standard errors of a client's estimate.",
        "## Verdict",
    ]


def _note(note: Note) -> str:
    return f"{note.text}\n\n" + _table(note.columns, note.rows)


def _rate_table(rates: Sequence[Rate]) -> str:
    rows = [
        (
            rate.quantity,
            rate.kind,
            f"{rate.rate:.1f}",
            f"{rate.mc_error:.1f}",
            f"{rate.draws:,}",
            f"{rate.band[0]:.1f} to {min(rate.band[1], 100):.1f}",
            "within" if rate.is_within else "zero width" if rate.is_zero_width else "outside",
        )
        for rate in rates
    ]
    return _table(("quantity", "class", "rate", "error", "draws", "band", "verdict"), rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
