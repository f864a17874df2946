"""Complaints as charts: whether complainers who are served well buy again, or how often which customers complain."""

import seaborn as sns
from matplotlib.axes import Axes

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
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.complaints.result import ComplaintRate, Recovery
from analysis.results import Estimate

MOST_SEGMENTS = 14


def served_names(recovery: Recovery) -> dict[str, Message]:
    """Return what the groups of complainers are called."""
    return {
        "well": N_("Complaint settled within {days:int} days", days=recovery.landmark_days),
        "badly": N_("Complaint not settled within {days:int} days", days=recovery.landmark_days),
        "none": N_("No complaint"),
    }


def plot_recovery(recovery: Recovery, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the adjusted shares that bought again, by how the complaint was served; None without numbers."""
    names = served_names(recovery)
    found = [(t(names[group.key]), group.share) for group in recovery.groups if isinstance(group.share, Estimate)]
    if len(found) < 2:
        return None
    labels, estimates = [label for label, _ in found], [estimate for _, estimate in found]
    counts = [group.customers for group in recovery.groups if isinstance(group.share, Estimate)]
    with figure_drawing(theme, "complaints-recovery", rows_height(len(found))) as sheet:
        _dots(sheet.ax, estimates, theme)
        name_rows(sheet.ax, labels, 44)
        notes = [f"{t.estimate(e, peers=estimates)}  {t.n(count)}" for e, count in zip(estimates, counts, strict=True)]
        row_notes(sheet.ax, notes)
        label = N_("Bought again within {days:int} days, %", days=recovery.horizon_days)
        style_value_axis(sheet.ax, "x", "proportion", t, t(label))
        sheet.ax.set_xlim(0, 1)
    listing = t.listing(f"{label}: {t.estimate(e)}" for label, e in zip(labels, estimates, strict=True))
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Dot chart of the share who bought again, by what became of the complaint."), listing),
        caption=N_("Dot: share adjusted for past buying; bar: 95% interval. Goes with, not causes."),
        data=[estimate_row(label, estimate) | {"n": count}
              for label, estimate, count in zip(labels, estimates, counts, strict=True)],
    )  # fmt: skip


def plot_rates(rate: ComplaintRate, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return complaints a customer and year by segment, all customers as a line; None where no segment has a number."""
    found = [
        (clean_text(group.label, 60), group.rate) for group in rate.by_segment if isinstance(group.rate, Estimate)
    ][:MOST_SEGMENTS]
    if not found and isinstance(rate.rate, Estimate):
        found = [(t(N_("All customers")), rate.rate)]
    if not found:
        return None
    found = sorted(found, key=lambda row: -row[1].value)
    labels, estimates = [label for label, _ in found], [estimate for _, estimate in found]
    with figure_drawing(theme, "complaints", rows_height(len(found))) as sheet:
        _dots(sheet.ax, estimates, theme)
        if isinstance(rate.rate, Estimate) and len(found) > 1:
            sheet.ax.axvline(rate.rate.value, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        name_rows(sheet.ax, labels)
        row_notes(sheet.ax, [f"{t.estimate(e, peers=estimates)}  {t.n(e.n)}" for e in estimates])
        style_value_axis(sheet.ax, "x", "per_year", t, t(N_("Complaints a customer and year")))
        sheet.ax.set_xlim(left=0)
    listing = t.listing(f"{label}: {t.estimate(e)}" for label, e in zip(labels, estimates, strict=True))
    whole = (
        N_("Dashed line: all together, {value:text}.", value=t.unit(rate.rate.value, "per_year"))
        if isinstance(rate.rate, Estimate) and len(found) > 1
        else None
    )
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Dot chart of complaints a customer and year by segment, with 95% intervals."), listing),
        caption=t.sentences(N_("Dot: estimate; bar: {level:percent} interval.", level=0.95), whole),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip


def _dots(ax: Axes, estimates: list[Estimate], theme: Theme) -> None:
    intervals(ax, estimates, theme.pale)
    sns.scatterplot(
        x=[estimate.value for estimate in estimates], y=range(len(estimates)), ax=ax, color=theme.color, s=42,
        zorder=3, linewidth=0, legend=False,
    )  # fmt: skip
