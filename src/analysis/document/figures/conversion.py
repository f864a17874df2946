"""How many opportunities are won by the stage that they reached, or by the days since they were created."""

from collections.abc import Sequence

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    estimate_row,
    figure_block,
    figure_drawing,
    intervals,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.conversion import Conversion
from analysis.results import Estimate

DOT = 6.5
MOST = 10


def rates_shown(result: Conversion, t: Translator) -> list[tuple[str, Estimate]]:
    """Return the win rates by stage, or, without stages, the shares won by days since the creation."""
    if isinstance(result.stages, tuple):
        rates = [(row.stage, row.win_rate) for row in result.stages]
    else:
        rates = [(t(N_("within {days:int} days", days=fate.days)), fate.won) for fate in result.fates]
    return [(label, rate) for label, rate in rates if isinstance(rate, Estimate)][-MOST:]


def plot_conversion(result: Conversion, title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the win rates as dots with intervals; None below two of them."""
    rates = rates_shown(result, t)
    if len(rates) < 2:
        return None
    by_stage = isinstance(result.stages, tuple)
    estimates = [rate for _, rate in rates]
    with figure_drawing(theme, "conversion", rows_height(len(rates))) as sheet:
        ax = sheet.ax
        intervals(ax, estimates, theme.pale)
        ax.plot([e.value for e in estimates], range(len(rates)), "o", color=theme.color, markersize=DOT, zorder=3)
        name_rows(ax, [label for label, _ in rates])
        row_notes(ax, [f"{t.estimate(e, peers=estimates)}, {t.n(e.n)}" for e in estimates])
        ax.set_xlim(0, min(1.0, max(e.high for e in estimates) * 1.08))
        label = N_("Won of the decided opportunities, %") if by_stage else N_("Won of the opportunities created, %")
        style_value_axis(ax, "x", "proportion", t, t(label))
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Dots with intervals: share of the decided opportunities that was won, by stage reached.")
            if by_stage
            else N_("Dots with intervals: share of the opportunities that was won, by days since the creation."),
            _listing(rates, t),
        ),
        caption=t.sentences(
            N_("Dot: share won of the decided opportunities that had entered the stage; bar: 95% interval.")
            if by_stage
            else N_("Dot: share won, open ones counted as long as they are known; bar: 95% interval."),
            N_("Opportunities on record: {n:int}.", n=result.created),
        ),
        data=[estimate_row(label, estimate) for label, estimate in rates],
    )  # fmt: skip


def _listing(rates: Sequence[tuple[str, Estimate]], t: Translator) -> str:
    return t.listing(f"{label}: {t.estimate(rate)}" for label, rate in rates)
