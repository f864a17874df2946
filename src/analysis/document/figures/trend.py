"""One indicator over time: an estimate and its interval for each wave or period, and what the test says."""

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.estimates import estimate_writer
from analysis.document.figures.base import (
    broken_period,
    estimate_row,
    figure_block,
    figure_drawing,
    indicator_label,
    name_ticks,
    style_value_axis,
)
from analysis.document.periods import name_period_before
from analysis.document.theme import INK, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text, display_width
from analysis.messages import N_, Message
from analysis.results import Change, Estimate, IndicatorResult

HEIGHT = 2.3
MAX_LABELLED = 8  # periods whose value is written beside the mark
MAX_TICKS = 10
TICK_ROOM = 110  # Latin characters side by side below a figure


def plot_trend(result: IndicatorResult, t: Translator, theme: Theme) -> Figure | None:
    """Return an indicator by wave or period with its intervals, or None where fewer than two periods have an estimate.

    The title says ``rose`` or ``fell`` only where the indicator's own test does.
    """
    points = {label: e for label, e in result.by_period.items() if isinstance(e, Estimate)}
    if len(points) < 2:
        return None
    labels, estimates = list(points), list(points.values())
    with figure_drawing(theme, f"{result.key}-trend".replace("_", "-"), HEIGHT) as sheet:
        ax = sheet.ax
        positions = range(len(labels))
        ax.vlines(positions, [e.low for e in estimates], [e.high for e in estimates], color=theme.pale, linewidth=4)
        sns.lineplot(
            x=positions, y=[e.value for e in estimates], ax=ax, color=theme.color, marker="o", markersize=7,
            markeredgewidth=0, errorbar=None, legend=False,
        )  # fmt: skip
        if len(labels) <= MAX_LABELLED:
            write = estimate_writer(estimates, t.language, t.currency)
            for position, estimate in zip(positions, estimates, strict=True):
                text = write(estimate.value)
                ax.annotate(text, (position, estimate.high), (0, 4), textcoords="offset points", ha="center", color=INK)
        names = [f"{broken_period(clean_text(t.period(label), 40))}\n{t.n(points[label].n)}" for label in labels]
        widest = max(display_width(line) for name in names for line in name.split("\n"))
        step = max(-(-len(labels) // MAX_TICKS), -(-len(labels) * (widest + 2) // TICK_ROOM))
        name_ticks(ax, positions[::step], names[::step])
        ax.set_xlim(-0.4, len(labels) - 0.4)
        ax.margins(y=0.16)
        style_value_axis(ax, "y", result.unit, t, indicator_label(result, t))
    opening = N_(
        "Line chart of {name:message} over time, {unit:text}, with {level:percent} intervals.",
        name=result.name,
        unit=indicator_label(result, t),
        level=estimates[0].level,
    )
    series = t.listing(
        f"{clean_text(t.period(label), 40)}: {t.estimate(estimate)}" for label, estimate in points.items()
    )
    return figure_block(
        sheet, t,
        title=trend_finding(result, t),
        alt=t.sentences(opening, series),
        caption=N_("Dot: estimate; bar: {level:percent} interval.", level=estimates[0].level),
        data=[estimate_row(t.period(label), estimate) for label, estimate in points.items()],
    )  # fmt: skip


def trend_finding(result: IndicatorResult, t: Translator) -> Message:
    """Return the finding of a trend, in the words that its test allows."""
    change = result.change
    if not isinstance(change, Change):
        return N_("{name:message} over time", name=result.name)
    values = {
        "name": result.name,
        "before": name_period_before(change.earlier, change.later),
        "difference": t.signed(change.difference.value, change.difference.unit),
    }
    if change.verdict == "rose":
        return N_("{name:message} rose against {before:message} ({difference:text})", **values)
    if change.verdict == "fell":
        return N_("{name:message} fell against {before:message} ({difference:text})", **values)
    return N_("{name:message}: no change against {before:message} that the data can tell from noise", **values)
