"""Partners over all measures: the mean standing with its interval, best first."""

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    estimate_row,
    figure_block,
    figure_drawing,
    intervals,
    name_rows,
    pick_ends,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.models.partners.result import Partners, Standing
from analysis.results import Estimate


def plot_partners(result: Partners, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the overall standing of the ranked partners; None where there is no league."""
    if not isinstance(result.standings, tuple):
        return None
    ids = pick_ends([row.partner_id for row in result.standings])
    rows = [row for row in result.standings if row.partner_id in ids]
    scores = [row.score for row in rows if isinstance(row.score, Estimate)]
    if len(scores) < len(rows):
        return None
    labels = [clean_text(short_id(row.name), 60) for row in rows]
    with figure_drawing(theme, "partners-standing", rows_height(len(rows))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        intervals(ax, scores, theme.pale)
        sns.scatterplot(
            x=[score.value for score in scores], y=range(len(scores)), ax=ax, color=theme.color, s=42, zorder=3,
            linewidth=0, legend=False,
        )  # fmt: skip
        name_rows(ax, labels)
        row_notes(ax, [t(rank_text(row)) for row in rows])
        label = N_("Standard deviations from the mean of the partners; right is better")
        style_value_axis(ax, "x", "ratio", t, t(label))
    listing = t.listing(f"{label}: {t.estimate(score)}" for label, score in zip(labels, scores, strict=True))
    counting = [measure.name for measure in result.measures if measure.counts]
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Dot chart of the partners' overall standing with 95% intervals."), listing),
        caption=t.sentences(
            N_("Dot: mean over {measures:list}; bar: 95% interval; at the right: interval of the rank.",
               measures=counting),
            N_("Dashed line: mean of the partners."),
        ),
        data=[estimate_row(label, score) for label, score in zip(labels, scores, strict=True)],
    )  # fmt: skip


def rank_text(row: Standing) -> Message:
    """Return the interval of a rank in words."""
    if row.rank_low == row.rank_high:
        return N_("rank {rank:int}", rank=row.rank_low)
    return N_("rank {low:int} to {high:int}", low=row.rank_low, high=row.rank_high)
