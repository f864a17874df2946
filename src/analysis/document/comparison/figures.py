"""The figures of a comparison: the score then and now, what changed in points, and the score over all audits."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from analysis.document.blocks import Figure
from analysis.document.comparison.words import difference_text, label_of
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
from analysis.document.formatting import format_date
from analysis.document.theme import GREY, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.monitoring.comparison.published import SCORE
from analysis.monitoring.comparison.shapes import Compared, Series
from analysis.results import Estimate

POINTS = ("percentage_points", "index", "nps")
MOST = 20
LONGEST_NAME = 44
OFFSET = 0.16  # rows between then and now
SERIES_HEIGHT = 2.4
FEWEST_AUDITS = 3


def plot_scores(scores: Sequence[Compared], title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the score and its dimensions, then (hollow) above now (filled), with intervals; None if none compares."""
    shown = [each for each in scores if isinstance(each.difference, Estimate)]  # never side by side what is not alike
    if not shown:
        return None
    labels = [t(each.name) for each in shown]
    sides = [[each.before for each in shown], [each.after for each in shown]]
    then, now = ([side for side in outcomes if isinstance(side, Estimate)] for outcomes in sides)
    with figure_drawing(theme, "scores-then-now", rows_height(len(shown)) + 0.1 * len(shown)) as sheet:
        ax = sheet.ax
        for estimates, offset, face in ((then, -OFFSET, "white"), (now, OFFSET, theme.color)):
            rows = [row + offset for row in range(len(shown))]
            color = LIGHT if face == "white" else theme.pale
            ax.hlines(rows, [e.low for e in estimates], [e.high for e in estimates], color=color, linewidth=3, zorder=2)
            ax.scatter(
                [e.value for e in estimates], rows, s=34, facecolor=face, edgecolor=theme.color, linewidth=1.2, zorder=3
            )
        name_rows(ax, labels, LONGEST_NAME)
        row_notes(ax, [difference_text(each, t) for each in shown])
        style_value_axis(ax, "x", "index", t, t(N_("Points, 0 to 100")))
    listing = t.listing(
        f"{label}: {t.estimate(one)} → {t.estimate(other)}" for label, one, other in zip(labels, then, now, strict=True)
    )
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(N_("Dots with intervals: the score and its dimensions in both audits."), listing),
        caption=N_("Hollow: then; filled: now; bars: 95% intervals; at the right: the difference with its interval."),
        data=[
            estimate_row(t(N_("{name:text}, {day:text}", name=label, day=day)), estimate)
            for label, pair in zip(labels, zip(then, now, strict=True), strict=True)
            for day, estimate in zip((t(N_("then")), t(N_("now"))), pair, strict=True)
        ],
    )  # fmt: skip


def plot_differences(compared: Sequence[Compared], title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the differences that are measured in points, the surest first; None below two of them."""
    pairs = [
        (each, each.difference)
        for each in sorted(compared, key=_surest)
        if isinstance(each.difference, Estimate)
        and each.difference.unit in POINTS
        and not each.indicator.startswith(SCORE)
    ][:MOST]
    if len(pairs) < 2:
        return None
    labels, estimates = [label_of(each, t) for each, _ in pairs], [estimate for _, estimate in pairs]
    with figure_drawing(theme, "differences", rows_height(len(pairs))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, estimates, theme.pale)
        for row, (each, estimate) in enumerate(pairs):
            face = theme.color if each.verdict in ("rose", "fell") else "white"
            ax.scatter([estimate.value], [row], s=40, facecolor=face, edgecolor=theme.color, linewidth=1.2, zorder=3)
        name_rows(ax, labels, LONGEST_NAME)
        row_notes(ax, [t.difference(estimate) for estimate in estimates])
        label = t(N_("Change in points; of shares, in percentage points"))
        style_value_axis(ax, "x", "percentage_points", t, label)
    listing = t.listing(f"{label}: {t.difference(e)}" for label, e in zip(labels, estimates, strict=True))
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(N_("Dot chart of the differences between the two audits, with 95% intervals."), listing),
        caption=N_(
            "Dot: now less then; filled where the test of all together tells it from noise; bar: 95% interval;"
            " in quotation marks: questions."
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip


def _surest(compared: Compared) -> tuple[float, str]:
    p_value = compared.difference.p_value if isinstance(compared.difference, Estimate) else None
    return 1.0 if p_value is None else p_value, compared.indicator


def plot_score_series(series: Series, t: Translator, theme: Theme) -> Figure | None:
    """Return the score of all audits with intervals; None below three that have one."""
    row = next((row for row in series.rows if row.indicator == SCORE), None)
    if row is None:
        return None
    known = [(day, each) for day, each in zip(series.days, row.outcomes, strict=True) if isinstance(each, Estimate)]
    if len(known) < FEWEST_AUDITS:
        return None
    days, estimates = [format_date(day, t.language) for day, _ in known], [estimate for _, estimate in known]
    with figure_drawing(theme, "score-series", SERIES_HEIGHT) as sheet:
        _draw_series(sheet.ax, days, estimates, t, theme)
    listing = t.listing(f"{day}: {t.estimate(estimate)}" for day, estimate in zip(days, estimates, strict=True))
    return figure_block(
        sheet, t, title=N_("The relationship score over {count:int} audits", count=len(known)),
        alt=t.sentences(N_("Line of the relationship score over all audits, with intervals."), listing),
        caption=N_("Dot: score; bar: 95% interval. Neighbouring audits may rest on the same months."),
        data=[estimate_row(day, estimate) for day, estimate in zip(days, estimates, strict=True)],
    )  # fmt: skip


def _draw_series(ax: Axes, days: Sequence[str], estimates: Sequence[Estimate], t: Translator, theme: Theme) -> None:
    places = list(range(len(days)))
    ax.vlines(places, [e.low for e in estimates], [e.high for e in estimates], color=theme.pale, linewidth=4, zorder=2)
    ax.plot(places, [e.value for e in estimates], color=theme.color, linewidth=1.1, marker="o", markersize=5, zorder=3)
    ax.set_xlim(-0.5, len(days) - 0.5)
    step = max(1, -(-len(days) // 6))
    ax.set_xticks(places[::-1][::step][::-1], list(days)[::-1][::step][::-1])
    style_value_axis(ax, "y", "index", t, t(N_("Points, 0 to 100")))
