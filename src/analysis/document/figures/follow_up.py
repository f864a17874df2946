"""What moved since the earlier audit, in points with intervals; and series with their limits of ordinary variation."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    broken_period,
    estimate_row,
    figure_block,
    figure_drawing,
    intervals,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import FONT_SIZE, GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.monitoring import ControlChart, IndicatorChange

POINTS = ("percentage_points", "index", "nps")
MOST = 12
LONGEST_NAME = 44
MOST_CHARTS = 2
CHART_HEIGHT = 2.3
MARGIN = 1.06  # of the widest limit


def plot_changes_since(
    changes: Sequence[IndicatorChange], finding: Message | str, t: Translator, theme: Theme
) -> Figure | None:
    """Return the changes that are measured in points, the surest first; None below two of them."""
    shown = [change for change in changes if change.difference.unit in POINTS][:MOST]
    if len(shown) < 2:
        return None
    estimates = [change.difference for change in shown]
    labels = [t(change.name) for change in shown]
    with figure_drawing(theme, "follow-up", rows_height(len(shown))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, estimates, theme.pale)
        clear = [change.verdict != "no_change" for change in shown]
        for row, (estimate, filled) in enumerate(zip(estimates, clear, strict=True)):
            face = theme.color if filled else "white"
            ax.scatter([estimate.value], [row], s=40, facecolor=face, edgecolor=theme.color, linewidth=1.2, zorder=3)
        name_rows(ax, labels, LONGEST_NAME)
        row_notes(ax, [t.difference(estimate) for estimate in estimates])
        label = t(N_("Change in points; of shares, in percentage points"))
        style_value_axis(ax, "x", "percentage_points", t, label)
    listing = t.listing(f"{label}: {t.difference(e)}" for label, e in zip(labels, estimates, strict=True))
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Dot chart of the changes since the earlier audit, with 95% intervals."), listing),
        caption=t.sentences(
            N_("Dot: change since the earlier audit; filled where the test of all together tells it from noise; bar:"
               " 95% interval."),
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip


def plot_control_charts(charts: Sequence[ControlChart], t: Translator, theme: Theme) -> Figure | None:
    """Return the first charts side by side, those with a signal first; None without any."""
    shown = list(charts[:MOST_CHARTS])
    if not shown:
        return None
    with figure_drawing(theme, "control-charts", CHART_HEIGHT, columns=len(shown)) as sheet:
        for ax, chart in zip(sheet.axes, shown, strict=True):
            _draw(ax, chart, t, theme)
    data = [
        {"label": f"{t(chart.name)}, {t.period(label)}", "value": value, "low": chart.low, "high": chart.high}
        for chart in shown
        for label, value in zip(chart.labels, chart.values, strict=True)
    ]
    names = t.listing(f"{t(chart.name)}: {t(signal_words(chart))}" for chart in shown)
    return figure_block(
        sheet, t,
        title=N_("Whether the latest period is like those before it"),
        alt=t.sentences(N_("Line charts of series with their mean and limits of ordinary variation."), names),
        caption=t.sentences(
            N_("Line: mean of all periods but the latest; dashed: 2.66 mean moving ranges from it; large dot: the"
               " latest period."),
        ),
        data=data,
    )  # fmt: skip


def signal_words(chart: ControlChart) -> Message:
    """Return what the latest period of a chart shows."""
    return {
        "above": N_("the latest period lies above the limits"),
        "below": N_("the latest period lies below the limits"),
        "run_above": N_("eight periods in a row above the mean"),
        "run_below": N_("eight periods in a row below the mean"),
        "none": N_("nothing beyond its usual ups and downs"),
    }[chart.signal]


def _draw(ax: Axes, chart: ControlChart, t: Translator, theme: Theme) -> None:
    places = range(len(chart.values))
    ax.axhline(chart.centre, color=GREY, linewidth=0.9, zorder=1)
    for limit in (chart.low, chart.high):
        ax.axhline(limit, color=LIGHT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    ax.plot(places, chart.values, color=theme.color, linewidth=1.1, marker="o", markersize=3, zorder=2)
    alarm = INK if chart.signal != "none" else theme.color  # seen in grey, too
    ax.scatter([places[-1]], [chart.values[-1]], s=46, color=alarm, zorder=3)
    style_value_axis(ax, "y", chart.unit, t, " ")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.set_title(t(chart.name), loc="left", fontsize=FONT_SIZE, color=GREY)
    ends = [0, len(chart.values) // 2, len(chart.values) - 1]
    ax.set_xticks(ends, [broken_period(t.period(chart.labels[place])) for place in ends], linespacing=1.35)
    low, high = min(*chart.values, chart.low), max(*chart.values, chart.high)
    room = (high - low) * (MARGIN - 1)
    ax.set_ylim(low - room, high + room)
