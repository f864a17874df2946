"""A relation taken apart: what runs through loyalty, what runs other ways, and both together."""

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    estimate_row,
    figure_block,
    figure_drawing,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, INK, Theme, tint
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.mediation.analysis import MediationAnalysis
from analysis.results import Estimate

BAR = 0.56  # of a row's height
TOTAL_TINT = 0.35  # darker than the parts, light enough for an interval to show upon it


def part_names() -> tuple[Message, Message, Message]:
    """Return the rows' names: the two parts, then both together."""
    return N_("Through loyalty"), N_("Other ways"), N_("Together")


def plot_mediation(result: MediationAnalysis, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the two parts and their sum as bars with intervals; None where one of them has no number."""
    parts = (result.main.indirect, result.main.direct, result.main.total)
    estimates = [part for part in parts if isinstance(part, Estimate)]
    if len(estimates) < len(parts):
        return None
    labels = [t(name) for name in part_names()]
    with figure_drawing(theme, "mediation", rows_height(len(estimates))) as sheet:
        ax = sheet.ax
        rows = range(len(estimates))
        colors = [theme.pale, theme.pale, tint(theme.color, TOTAL_TINT)]
        ax.barh(rows, [estimate.value for estimate in estimates], height=BAR, color=colors, linewidth=0, zorder=2)
        ax.hlines(rows, [e.low for e in estimates], [e.high for e in estimates], color=INK, linewidth=1.2, zorder=3)
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=4)
        name_rows(ax, labels)
        row_notes(ax, [t.estimate(estimate, peers=estimates) for estimate in estimates])
        style_value_axis(ax, "x", "percentage_points", t, t(N_("Percentage points of the chance to buy again")))
    listing = t.listing(f"{label}: {t.estimate(e)}" for label, e in zip(labels, estimates, strict=True))
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(
            N_("Bar chart of the parts of the relation between satisfaction and buying again, in percentage points."),
            listing,
        ),
        caption=t.sentences(
            N_("Customers whose satisfaction is {step:int} points higher; bars: the parts, which add up; lines: 95%"
               " intervals.", step=result.main.step),
            t.n(result.n),
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip
