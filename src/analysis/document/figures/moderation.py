"""How strongly loyalty goes with satisfaction in each segment: pooled slopes, and the whole client as a line."""

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
from analysis.models.moderation.result import SegmentSlopes
from analysis.results import Estimate


def plot_segment_slopes(
    slopes: SegmentSlopes, whole: Estimate, title: Message, t: Translator, theme: Theme
) -> Figure | None:
    """Return a dot-and-interval chart of the segments' pooled slopes (their own where there is no pooling).

    None where no segment has a number.
    """
    pooled = any(isinstance(item.pooled, Estimate) for item in slopes.segments)
    found = {item.segment: item.pooled if pooled else item.own for item in slopes.segments}
    estimates = {name: outcome for name, outcome in found.items() if isinstance(outcome, Estimate)}
    if not estimates:
        return None
    shown = pick_ends(list(estimates))
    chosen = [estimates[name] for name in shown]
    label = N_("Points of loyalty per 10 points of satisfaction")
    with figure_drawing(theme, "moderation-segments", rows_height(len(shown))) as sheet:
        intervals(sheet.ax, chosen, theme.pale)
        sns.scatterplot(
            x=[estimate.value for estimate in chosen], y=range(len(chosen)), ax=sheet.ax, color=theme.color, s=42,
            zorder=3, linewidth=0, legend=False,
        )  # fmt: skip
        sheet.ax.axvline(whole.value, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        name_rows(sheet.ax, [short_id(name) for name in shown])
        row_notes(sheet.ax, [f"{_text(estimate, t)}  {t.n(estimate.n)}" for estimate in chosen])
        style_value_axis(sheet.ax, "x", "ratio", t, t(label))
    listing = t.listing(f"{clean_text(name, 60)}: {_text(estimates[name], t)}" for name in shown)
    drawn = N_("Dot: slope drawn towards the other segments; bar: 95% interval.") if pooled else N_(
        "Dot: slope of the segment's own answers; bar: 95% interval."
    )  # fmt: skip
    unshown = len(estimates) - len(shown)
    more = N_("{count:int} more groups lie between the upper and the lower half shown.", count=unshown)
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Dot chart of the points of loyalty that go with 10 points of satisfaction, by segment."), listing
        ),
        caption=t.sentences(
            drawn,
            N_("Dashed line: all together, {value:text}.", value=t.number(whole.value, 1)),
            more if unshown else None,
        ),
        data=[estimate_row(name, estimates[name]) for name in shown],
    )  # fmt: skip


def _text(estimate: Estimate, t: Translator) -> str:
    return t(
        N_(
            "{value:text} ({low:text} to {high:text})",
            value=t.number(estimate.value, 1),
            low=t.number(estimate.low, 1),
            high=t.number(estimate.high, 1),
        )
    )
