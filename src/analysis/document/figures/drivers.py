"""Drivers in pictures: the map of importance and performance with its regions, and the shares with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import seaborn as sns
from matplotlib.axes import Axes

from analysis.document.blocks import Figure
from analysis.document.canvas import TEXT_WIDTH_INCHES
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
from analysis.document.theme import GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text, display_width
from analysis.messages import N_, Message
from analysis.models.drivers.result import DriverShares, ImportancePerformanceMap, MapPosition, Place
from analysis.params.base import localized

HEIGHT = 3.1
MOST_NAMED = 8
"""With more drivers the map shows their places by share instead of their names."""
MOST_LISTED = 4
"""Where more parts than these may come first, they are no answer, and are not listed in a sentence."""
LABEL_WIDTH = 28
LONGEST_LABEL = 60
"""Latin characters of a label inside a sentence or a table; the first table of the chapter has it in full."""
CHARACTER, LINE, GAP = 0.066, 0.15, 0.09  # inches of a Latin character, of a line, and between dot and label
PLACES: dict[Place, Message] = {
    "first": N_("look here first"),
    "keep": N_("keep it up"),
    "later": N_("less pressing"),
    "enough": N_("in good order"),
    "undecided": N_("undecided"),
}


def place_name(place: Place) -> Message:
    """Return a place on the map in words."""
    return PLACES[place]


def driver_label(label: object, t: Translator, width: int = LONGEST_LABEL) -> str:
    """Return a driver's label in the report's language, on one line; a whole question is cut, unless `width` is 0."""
    return clean_text(localized(label, t.language), width)  # type: ignore[arg-type]


def plot_driver_map(result: ImportancePerformanceMap, ranks: dict[str, int], t: Translator, theme: Theme) -> Figure:
    """Return the map: performance to the right, importance upwards, a region for each driver, undecided ones grey.

    Parameters
    ----------
    result
        The map.
    ranks
        Place by share of each driver's key, which stands for its name where there are many.
    t, theme
        Language and looks.
    """
    positions = result.positions
    named = len(positions) <= MOST_NAMED
    labels = [
        driver_label(each.driver.label, t, LABEL_WIDTH) if named else str(ranks[each.driver.key]) for each in positions
    ]
    with figure_drawing(theme, "driver-map", HEIGHT) as sheet:
        ax = sheet.ax
        for each in positions:
            _region(ax, each, theme)
        for each in positions:
            color = GREY if each.place == "undecided" else theme.color
            sns.scatterplot(
                x=[each.performance.value], y=[each.importance.value], ax=ax, color=color, s=34, linewidth=0, zorder=4,
                legend=False,
            )  # fmt: skip
        ax.axvline(result.performance_border, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
        ax.axhline(result.importance_border, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
        _frame(ax, positions)
        _corners(ax, t)
        _name_points(ax, result, labels)
        style_value_axis(ax, "y", "proportion", t, t(N_("Importance, % of what is explained")))
        style_value_axis(ax, "x", "index", t, t(N_("Performance: mean answer, 0 to 100")))
    wave = t.period(result.wave)
    numbers = N_("Numbers: places by share, as in the table.")
    return figure_block(
        sheet, t,
        title=map_finding(result, t),
        alt=t.sentences(
            N_("Map of performance (to the right) and importance (upwards) with 95% regions."),
            t.listing(_words(each, t) for each in positions),
        ),
        caption=t.sentences(
            N_(
                "Dot: estimate; shape: where the part lies against the dashed borders (the means), 95%; grey: a region"
                " on both sides of a border, so undecided. Performance: {wave:text}. n = {n:int}",
                wave=wave,
                n=max(each.importance.n for each in positions),
            ),
            None if named else numbers,
        ),
        data=_map_data(positions, t),
    )  # fmt: skip


def map_finding(result: ImportancePerformanceMap, t: Translator) -> Message:
    """Return what the map says: where to look first, or that no part can be told to be there."""
    first = [driver_label(each.driver.label, t) for each in result.positions if each.place == "first"]
    if first:
        return N_("Matters more than most and is rated below the others: {drivers:text}", drivers=t.join(first))
    decided = [each for each in result.positions if each.place != "undecided"]
    if not decided:
        return N_("Which parts matter more and which are rated lower cannot be told from these answers")
    return N_("No part of the service can be told both to matter more than most and to be rated below the others")


def plot_driver_shares(result: DriverShares, t: Translator, theme: Theme, *, key: str = "driver-shares") -> Figure:
    """Return each driver's share of the explained differences with its interval, the largest on top."""
    ranked = result.ranked()
    estimates = [each.share for each in ranked]
    labels = [driver_label(each.driver.label, t, 0) for each in ranked]
    with figure_drawing(theme, key, rows_height(len(ranked))) as sheet:
        intervals(sheet.ax, estimates, theme.pale)
        sns.scatterplot(
            x=[estimate.value for estimate in estimates], y=range(len(estimates)), ax=sheet.ax, color=theme.color,
            s=42, linewidth=0, zorder=3, legend=False,
        )  # fmt: skip
        name_rows(sheet.ax, labels)
        row_notes(sheet.ax, [t.estimate(estimate, peers=estimates) for estimate in estimates])
        style_value_axis(sheet.ax, "x", "proportion", t, t(N_("Share of the explained differences, %")))
        sheet.ax.set_xlim(left=0)
    return figure_block(
        sheet, t,
        title=shares_finding(result, t),
        alt=t.sentences(
            N_("Dot chart of each part's share of the explained differences, with 95% intervals."),
            t.listing(f"{label}: {t.estimate(estimate)}" for label, estimate in zip(labels, estimates, strict=True)),
        ),
        caption=t.sentences(
            N_("Dot: share; bar: 95% interval from {draws:int} draws of accounts. Shares add up to 100%.",
               draws=result.draws),
            t.n(result.n),
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip


def shares_finding(result: DriverShares, t: Translator) -> Message:
    """Return which drivers may come first; a single one is named only where no other can be ruled in."""
    ranked = result.ranked()
    possible = [driver_label(each.driver.label, t) for each in ranked if each.rank_low == 1]
    if ranked[0].rank_high == 1:
        return N_(
            "Of the parts of the service, {driver:text} goes most with this: {outcome:message}",
            driver=possible[0],
            outcome=result.outcome,
        )
    if len(possible) > min(MOST_LISTED, len(ranked) - 1):
        return N_("Which part of the service goes most with this cannot be told: {outcome:message}",
                  outcome=result.outcome)  # fmt: skip
    return N_(
        "One of these goes most with this ({outcome:message}), and the data cannot tell which: {drivers:text}",
        drivers=t.join(possible),
        outcome=result.outcome,
    )


def _region(ax: Axes, position: MapPosition, theme: Theme) -> None:
    undecided = position.place == "undecided"
    x, y = zip(*position.region, strict=True)
    ax.fill(
        x, y, facecolor=LIGHT if undecided else theme.pale, edgecolor=GREY if undecided else theme.color,
        alpha=0.35, linewidth=0.8, zorder=1, linestyle=(0, (2, 2)) if undecided else "solid",
    )  # fmt: skip


def _frame(ax: Axes, positions: Sequence[MapPosition]) -> None:
    x = [point[0] for each in positions for point in each.region]
    y = [point[1] for each in positions for point in each.region]
    wide, high = max(x) - min(x), max(y) - min(y)
    ax.set_xlim(min(x) - 0.04 * wide, max(x) + 0.04 * wide)
    ax.set_ylim(max(0.0, min(y) - 0.14 * high), max(y) + 0.14 * high)


def _corners(ax: Axes, t: Translator) -> None:
    """Name the quadrants in the corners of the map."""
    corners: tuple[tuple[Place, float, float], ...] = (
        ("first", 0.01, 0.985),
        ("keep", 0.99, 0.985),
        ("later", 0.01, 0.015),
        ("enough", 0.99, 0.015),
    )
    for place, x, y in corners:
        ax.text(
            x, y, t(PLACES[place]), transform=ax.transAxes, color=GREY, ha="left" if x < 0.5 else "right",
            va="top" if y > 0.5 else "bottom", zorder=5,
        )  # fmt: skip


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "_Box") -> bool:
        """Return whether two boxes overlap."""
        apart = self.right < other.left or other.right < self.left or self.top < other.bottom or other.top < self.bottom
        return not apart


def _name_points(ax: Axes, result: ImportancePerformanceMap, labels: Sequence[str]) -> None:
    """Write each name beside its dot, on the first side where it meets no other name, no dot and no border."""
    positions = result.positions
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    wide, high = TEXT_WIDTH_INCHES - 0.6, HEIGHT - 0.6  # inches of the axes, nearly

    def inches(performance: float, importance: float) -> tuple[float, float]:
        return (performance - left) / (right - left) * wide, (importance - bottom) / (top - bottom) * high

    dots = [inches(each.performance.value, each.importance.value) for each in positions]
    across, up = inches(result.performance_border, result.importance_border)
    taken = [_Box(x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in dots]
    taken += [_Box(across - 0.01, 0, across + 0.01, high), _Box(0, up - 0.01, wide, up + 0.01)]
    for each, label, (x, y) in zip(positions, labels, dots, strict=True):
        length = CHARACTER * display_width(label)
        sides = {
            ("left", "center"): _Box(x + GAP, y - LINE / 2, x + GAP + length, y + LINE / 2),
            ("right", "center"): _Box(x - GAP - length, y - LINE / 2, x - GAP, y + LINE / 2),
            ("center", "bottom"): _Box(x - length / 2, y + GAP, x + length / 2, y + GAP + LINE),
            ("center", "top"): _Box(x - length / 2, y - GAP - LINE, x + length / 2, y - GAP),
        }
        inside = {side: box for side, box in sides.items() if box.left > 0 and box.right < wide} or sides
        free = [key for key, box in inside.items() if not any(box.meets(one) for one in taken)]
        side = free[0] if free else next(iter(inside))
        taken.append(sides[side])
        shift = {"left": GAP, "right": -GAP, "bottom": GAP, "top": -GAP, "center": 0.0}
        ax.annotate(
            label, (each.performance.value, each.importance.value), textcoords="offset points", color=INK,
            xytext=(72 * shift[side[0]], 72 * shift[side[1]]), ha=side[0], va=side[1], zorder=6,
        )  # fmt: skip


def _words(position: MapPosition, t: Translator) -> str:
    return t(
        N_(
            "{driver:text}: importance {share:text}, performance {rated:text}, {place:message}",
            driver=driver_label(position.driver.label, t),
            share=t.estimate(position.importance),
            rated=t.estimate(position.performance),
            place=PLACES[position.place],
        )
    )


def _map_data(positions: Sequence[MapPosition], t: Translator) -> list[dict[str, object]]:
    rows = []
    for each in positions:
        name = driver_label(each.driver.label, t)
        rows.append(estimate_row(t(N_("{driver:text}: importance", driver=name)), each.importance))
        rows.append(estimate_row(t(N_("{driver:text}: performance", driver=name)), each.performance))
    return rows
