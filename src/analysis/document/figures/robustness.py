"""The specification curve: every way to estimate a relation in order of size, and below it the choices that it took."""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes

from analysis.document.blocks import Figure
from analysis.document.figures.base import cut_names, estimate_row, figure_block, figure_drawing, style_value_axis
from analysis.document.theme import GREY, INK, LIGHT, RULE, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.robustness.result import SpecificationCurve
from analysis.results import Estimate, NotEstimable, Point

MOST_SHOWN = 100
MOST_ROWS = 18
CURVE_HEIGHT = 1.5  # inches
ROW_HEIGHT = 0.165
NAME_WIDTH = 44

Shown = tuple[bool, dict[str, str], Estimate | Point]
Row = tuple[str, str, str]  # factor, level, what stands beside it


def plot_specifications(curve: SpecificationCurve, title: Message, t: Translator, theme: Theme) -> Figure:
    """Return the specification curve with the choices below; of many specifications an even selection is shown."""
    shown = select_specifications(curve)
    rows = choice_rows(curve, t)
    height = CURVE_HEIGHT + ROW_HEIGHT * len(rows)
    key = f"specifications-{curve.relation}"
    with figure_drawing(theme, key, height) as sheet:
        sheet.ax.remove()
        places = sheet.canvas.add_gridspec(2, 1, height_ratios=[CURVE_HEIGHT, ROW_HEIGHT * max(len(rows), 1)])
        top = sheet.canvas.add_subplot(places[0])
        below = sheet.canvas.add_subplot(places[1], sharex=top)
        _draw_curve(top, shown, curve, t, theme)
        _draw_choices(below, shown, rows, theme)
    captions: list[Message | str] = [
        N_("Each column is one way to estimate what 10 points of satisfaction go with; lines: 95% intervals."),
        N_("The diamond is the one reported. Marks below show the choices taken."),
    ]
    if len(shown) < curve.estimated:
        captions.append(
            N_(
                "Shown are {shown:int} of {all:int}, evenly picked from the smallest to the largest.",
                shown=len(shown),
                all=curve.estimated,
            )
        )
    opening = N_("Chart of {count:int} estimates of the same relation in order of size.", count=len(shown))
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(opening, title),
        caption=t.sentences(*captions, t.n(curve.declared.n)),
        data=[estimate_row(_words(choices, t, curve), estimate) for _, choices, estimate in shown],
    )  # fmt: skip


def select_specifications(curve: SpecificationCurve) -> list[Shown]:
    """Return the estimates in order of size: all, or `MOST_SHOWN` evenly spaced ones, the declared one among them."""
    found = [
        (spec.declared, {choice.factor: choice.level for choice in spec.choices}, spec.effect)
        for spec in curve.specifications
        if not isinstance(spec.effect, NotEstimable)
    ]
    found.sort(key=lambda item: item[2].value)
    if len(found) <= MOST_SHOWN:
        return found
    picked = set(np.linspace(0, len(found) - 1, MOST_SHOWN - 1).round().astype(int).tolist())
    picked.add(next(place for place, item in enumerate(found) if item[0]))
    return [found[place] for place in sorted(picked)]


def choice_rows(curve: SpecificationCurve, t: Translator) -> list[Row]:
    """Return the rows below the curve, the choices that matter most first; those that do not fit are left out."""
    rows: list[Row] = []
    for share in curve.choices:
        if len(rows) + len(share.levels) > MOST_ROWS:
            continue
        for number, level in enumerate(share.levels):
            words = N_("{factor:message}: {level:message}", factor=share.name, level=level.label)
            rows.append((share.factor, level.level, t(words if number == 0 else level.label)))
    return rows


def _draw_curve(ax: Axes, shown: Sequence[Shown], curve: SpecificationCurve, t: Translator, theme: Theme) -> None:
    places = np.arange(len(shown))
    estimates = [estimate for _, _, estimate in shown]
    ax.axhline(0, color=GREY, linewidth=0.9, zorder=1)
    lines = [(place, e.low, e.high) for place, e in zip(places, estimates, strict=True) if isinstance(e, Estimate)]
    ax.vlines(*zip(*lines, strict=True), color=theme.pale, linewidth=2.4, zorder=2)
    sns.scatterplot(
        x=places, y=[e.value for e in estimates], ax=ax, color=theme.color, s=14, linewidth=0, zorder=3, legend=False
    )
    reported = next(place for place, item in enumerate(shown) if item[0])
    ax.plot(reported, estimates[reported].value, marker="D", markersize=7, color=INK, zorder=4)
    ax.tick_params(axis="x", bottom=False, labelbottom=False)
    label = t(N_("Points of loyalty")) if curve.relation == "loyalty" else t(N_("Percentage points"))
    style_value_axis(ax, "y", "index" if curve.relation == "loyalty" else "percentage_points", t, label)
    ax.set_xlabel("")
    ax.spines["bottom"].set_visible(False)


def _draw_choices(ax: Axes, shown: Sequence[Shown], rows: Sequence[Row], theme: Theme) -> None:
    for row, (factor, level, _) in enumerate(rows):
        taken = [place for place, (_, choices, _) in enumerate(shown) if choices[factor] == level]
        if row and rows[row - 1][0] != factor:
            ax.axhline(row - 0.5, color=RULE, linewidth=0.8, zorder=0)
        ax.plot(taken, [row] * len(taken), linestyle="none", marker="s", markersize=3, color=GREY, zorder=2)
        declared = [place for place in taken if shown[place][0]]
        ax.plot(declared, [row] * len(declared), linestyle="none", marker="D", markersize=5, color=INK, zorder=3)
    ax.set_yticks(range(len(rows)), cut_names([words for _, _, words in rows], NAME_WIDTH))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(-1, len(shown))
    ax.tick_params(axis="x", bottom=False, labelbottom=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.grid(visible=False)
    ax.set_facecolor("none")
    if not rows:
        ax.axhline(0, color=LIGHT, linewidth=0)


def _words(choices: dict[str, str], t: Translator, curve: SpecificationCurve) -> str:
    """Return the choices of one specification that vary in the curve, in words."""
    labels = {(share.factor, level.level): level.label for share in curve.choices for level in share.levels}
    return t.listing(t(labels[item]) for item in choices.items() if item in labels)
