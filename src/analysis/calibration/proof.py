"""The whole proof: which groups are drawn in which cells, and the tables that come of what has been drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.calibration.carrying import carried_chunks, carry_over
from analysis.calibration.comparing import row_names
from analysis.calibration.draws import Chunk, chunks_of, group_of, load_chunks, run_chunks, truth_chunks_of, truth_size
from analysis.calibration.notes import Note, notes_of
from analysis.calibration.quantities import JUDGED_AS, exemptions, names_of
from analysis.calibration.rates import Rate, one_a_cell, over_the_grid, rates_of
from analysis.calibration.scenarios import FIRST_SEED, scenarios
from analysis.calibration.tables import Carried, csv_text, markdown_text
from analysis.calibration.truths import truths_of

GROUPS = (
    "indicators",
    "loyalty",
    "repurchase",
    "specification",
    "rivals",
    "drivers",
    "shape",
    "behaviour",
    "intention",
    "mediation",
    "depth",
    "moderation",
    "robustness",
    "imputation",
    "panel",
    "prediction",
    "uplift",
    "lifetime_uplift",
    "relationship",
    "pooled",
    "rank",
    "moderated",
    "bend",
    "follow_up",
    "prospects",
    "leaving",
    "tenths",
)
FOLDER = Path("build/calibration")
DRAWS = 2000


def plan_chunks(groups: Sequence[str], draws: int, folder: Path) -> list[Chunk]:
    """Return everything to be drawn: the truths first, then all cells alike, so that a broken run has some of each."""
    truths: dict[Path, Chunk] = {}
    drawn: list[tuple[float, Chunk]] = []
    for key, scenario in scenarios().items():
        own = [group for group in groups if key in group_of(group).CELLS]
        most = max((group_of(group).CELLS[key] for group in own), default=1.0)
        for group in own:
            truths |= {chunk.path: chunk for chunk in truth_chunks_of(group, scenario, folder)}
            chunks = chunks_of(group, key, draws, folder)
            drawn += [((chunk.first - FIRST_SEED) / most, chunk) for chunk in chunks]
    return [*truths.values(), *(chunk for _, chunk in sorted(drawn, key=lambda item: item[0]))]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What was counted: the rates by cell, the remarks beside them, and the names of what was drawn without a rate.

    `carried` says what of it rests on draws of earlier code.
    """

    rates: list[Rate]
    notes: list[Note]
    unrated: list[str]
    carried: Carried


def collect_rates(groups: Sequence[str], draws: int, folder: Path) -> Collected:
    """Return the rates of everything that has been drawn, the remarks beside them, and what has no rate."""
    rates: list[Rate] = []
    names: set[str] = set()
    cells = []
    carried = Carried()
    for key, scenario in scenarios().items():
        for group in groups:
            if key not in group_of(group).CELLS:
                continue
            found = load_chunks(chunks_of(group, key, draws, folder))
            if not len(found):
                continue
            _, customers = truth_size(group)
            large = load_chunks(truth_chunks_of(group, scenario, folder))
            names |= names_of(found.paths)
            truths = truths_of(found, large, scenario, customers)
            times = max(len(large) * customers / scenario.customers, 1.0)
            own = rates_of(found, truths, scenario.name, null=key, times=times)
            rates += own
            earlier = row_names(found.carried_paths | large.carried_paths)
            carried = carried.beside(found.carried, (rate.quantity for rate in own if _plain_name(rate) in earlier))
            if group == "indicators":
                cells.append((scenario.name, found, truths))
    judged = {rate.quantity.rpartition(" (")[0] for rate in rates if not rate.is_at_bound}
    return Collected(
        rates=sorted(one_a_cell(rates), key=lambda rate: rate.quantity),
        notes=notes_of(cells),
        unrated=sorted(name for name in names if not judged & {name, *(f"{name}, {how}" for how in JUDGED_AS)}),
        carried=carried,
    )


def _plain_name(rate: Rate) -> str:
    """Return the name of a row without its cell and without how it is judged."""
    name, _, how = rate.quantity.rpartition(" (")[0].rpartition(", ")
    return name if how in JUDGED_AS else rate.quantity.rpartition(" (")[0]


def describe_cells() -> Iterator[tuple[str, str]]:
    """Yield name and description of each cell of the grid."""
    for scenario in scenarios().values():
        truth = scenario.truth
        text = (
            f"{scenario.customers:,} customers; satisfaction on loyalty {truth.effect_satisfaction_on_loyalty:g}, "
            f"satisfaction and loyalty on the weekly log-odds of an order "
            f"{truth.effect_satisfaction_on_repurchase_logit:g} and {truth.effect_loyalty_on_repurchase_logit:g}, on "
            f"the log hazard of leaving {truth.effect_satisfaction_on_churn_log_hazard:g}"
        )
        if scenario.population == "specification":
            text += "; loyalty and buying again are drawn anew from the models themselves"
        if truth.segment_factors is not None:
            text += f"; on loyalty in each segment so many times as strong: {truth.segment_factors}"
        if scenario.is_weighted:
            text += (
                "; half of the dissatisfied answers and one in twenty of the others are left out, the rest weighted; "
                "one observation is a respondent"
            )
        yield scenario.name, scenario.note or text


def write_tables(groups: Sequence[str], draws: int, folder: Path, docs: Path, *, command: str, date: str) -> list[Rate]:
    """Write the tables from what has been drawn, and return the rates: over the whole grid, then cell by cell."""
    found = collect_rates(groups, draws, folder)
    judged = [rate for rate in found.rates if not rate.is_at_bound]
    whole = over_the_grid(judged)
    text = markdown_text(
        whole,
        found.rates,
        found.notes,
        command=command,
        date=date,
        grid=list(describe_cells()),
        unrated=found.unrated,
        exempt=exemptions(),
        carried=found.carried,
    )
    (docs / "calibration.csv").write_text(csv_text(whole), encoding="utf-8")
    (docs / "calibration_cells.csv").write_text(csv_text(judged), encoding="utf-8")
    (docs / "calibration.md").write_text(text, encoding="utf-8")
    return [*whole, *judged]


def calibrate(
    groups: Sequence[str],
    draws: int,
    workers: int,
    *,
    folder: Path,
    docs: Path,
    command: str,
    date: str,
    tell: Callable[[int, int, Chunk], None],
    say: Callable[[str], None],
    is_carrying: bool = True,
) -> list[Rate]:
    """Draw what has not been drawn yet in `groups`, then write the tables of all groups.

    What earlier code has drawn is kept where today's code draws the same; what that lacks is drawn last.

    Parameters
    ----------
    groups, draws, workers
        What to draw, how many clients a cell, and with how many processes.
    folder, docs
        Where the draws are kept, and where the tables go.
    command, date
        For the table's heading.
    tell
        Called after each chunk.
    say
        Called with a line for each group and cell whose earlier draws were looked for.
    is_carrying
        Whether draws of earlier code are kept at all; if not, those kept before are drawn again too.
    """
    planned = plan_chunks(groups, draws, folder)
    if is_carrying:
        carry_over(planned, workers, tell=say, tell_drawn=tell)
    run_chunks(planned, workers, tell)
    run_chunks(carried_chunks(planned, is_lacking=is_carrying), workers, tell, is_again=True)
    return write_tables(GROUPS, draws, folder, docs, command=command, date=date)
