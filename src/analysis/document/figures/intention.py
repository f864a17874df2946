"""What satisfaction goes with in what customers say and in what they do, one below the other."""

import seaborn as sns

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
from analysis.document.theme import GREY, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.behaviour.result import IntentionModel
from analysis.results import Estimate


def plot_intention(model: IntentionModel, title: Message, t: Translator, theme: Theme) -> Figure:
    """Return the effect of 10 points of satisfaction on saying and on doing, with their difference.

    Saying is a filled dot and doing a hollow one, so that they are told apart without colour.
    """
    rows: list[tuple[Message, Estimate]] = [
        (N_("Say that they will buy again"), model.intention_effect),
        (N_("Buy again within {days:int} days", days=model.horizon_days), model.purchase_effect),
    ]
    if isinstance(model.difference, Estimate):
        rows.append((N_("Saying less doing"), model.difference))
    labels, estimates = [t(label) for label, _ in rows], [estimate for _, estimate in rows]
    with figure_drawing(theme, "intention-behaviour", rows_height(len(rows))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, estimates, theme.pale)
        for place, (estimate, filled) in enumerate(zip(estimates, (True, False, True), strict=False)):
            sns.scatterplot(
                x=[estimate.value], y=[place], ax=ax, s=42, zorder=3, legend=False,
                color=theme.color if filled else "white", edgecolor=theme.color, linewidth=1.4,
            )  # fmt: skip
        name_rows(ax, labels, 44)
        row_notes(ax, [t.estimate(estimate, peers=estimates) for estimate in estimates])
        style_value_axis(
            ax, "x", "percentage_points", t, t(N_("Percentage points of customers, per 10 points of satisfaction"))
        )
    listing = t.listing(f"{label}: {t.estimate(e)}" for label, e in zip(labels, estimates, strict=True))
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(
            N_("Dot chart of what 10 points more satisfaction go with in saying and in doing, with 95% intervals."),
            listing,
        ),
        caption=t.sentences(
            N_("Dot: average difference; bar: 95% interval. The same customers and the same past buying in both."),
            t.n(model.n),
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip
