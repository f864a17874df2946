"""Who answered, beside all customers: standardised differences with their intervals, nothing at zero."""

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    figure_block,
    figure_drawing,
    intervals,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.respondents.result import Respondents, StandardisedDifference
from analysis.results import Estimate

MOST_ROWS = 14
NAME_WIDTH = 44


def plot_respondents(result: Respondents, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the standardised differences as dots with intervals, the largest first; None without any."""
    rows = [row for row in result.differences if isinstance(row.difference, Estimate)]
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -abs(_estimate(row).value))[:MOST_ROWS]
    chosen = [_estimate(row) for row in rows]
    labels = [t(row.label) for row in rows]
    with figure_drawing(theme, "respondents", rows_height(len(rows))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, chosen, theme.pale)
        sns.scatterplot(
            x=[each.value for each in chosen], y=range(len(chosen)), ax=ax, color=theme.color, s=42, zorder=3,
            linewidth=0, legend=False,
        )  # fmt: skip
        name_rows(ax, labels, NAME_WIDTH)
        row_notes(ax, [t.estimate(each, peers=chosen) for each in chosen])
        style_value_axis(ax, "x", "ratio", t, t(N_("Those who answered less all customers, in standard deviations")))
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(
            N_("Dot chart of how those who answered differ from all customers, in standard deviations, with 95%"
               " intervals."),
            t.listing(f"{label}: {t.estimate(each, peers=chosen)}" for label, each in zip(labels, chosen, strict=True)),
        ),
        caption=t.sentences(
            N_("Dot: difference; bar: 95% interval. {answered:int} of {base:int} customers answered {wave:text}.",
               answered=result.answered or 0, base=result.base or 0, wave=result.wave),
            N_("The largest {count:int} differences are shown.", count=len(rows))
            if len(rows) < len(result.differences)
            else None,
        ),
        data=[
            {"label": label, "value": each.value, "low": each.low, "high": each.high, "n": each.n}
            for label, each in zip(labels, chosen, strict=True)
        ],
    )  # fmt: skip


def _estimate(row: StandardisedDifference) -> Estimate:
    if not isinstance(row.difference, Estimate):
        raise TypeError("only rows with an estimate are drawn")
    return row.difference
