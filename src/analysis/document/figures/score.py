"""The relationship score under every way of weighing its dimensions, against the levels."""

from collections.abc import Mapping, Sequence

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
from analysis.document.theme import GREY, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.results import Estimate
from analysis.scale.weighting import WeightedScore

LETTERS = "EDCBA"  # lowest first
HEAD = 0.25  # inches above the rows, for the letters of the levels
MARGIN = 4.0  # points of the scale left and right of what is drawn


def plot_weightings(
    schemes: Sequence[WeightedScore], cuts: Mapping[str, float], title: Message, t: Translator, theme: Theme
) -> Figure | None:
    """Return a dot with its interval for every way of weighing that gives a score; None where there is but one.

    Parameters
    ----------
    schemes
        The ways; the chosen one has a filled dot.
    cuts
        Lowest score of each level.
    title
        The finding.
    """
    known = [(scheme, scheme.overall) for scheme in schemes if isinstance(scheme.overall, Estimate)]
    if len(known) < 2:
        return None
    estimates = [estimate for _, estimate in known]
    labels = [t(scheme.name) for scheme, _ in known]
    with figure_drawing(theme, "score-weights", rows_height(len(known)) + HEAD) as sheet:
        ax = sheet.ax
        intervals(ax, estimates, theme.pale)
        for position, (scheme, estimate) in enumerate(known):
            sns.scatterplot(
                x=[estimate.value], y=[position], ax=ax, s=46, zorder=3, legend=False, linewidth=1.4,
                color=theme.color if scheme.is_chosen else "white", edgecolor=theme.color,
            )  # fmt: skip
        low = max(min(estimate.low for estimate in estimates) - MARGIN, 0.0)
        high = min(max(estimate.high for estimate in estimates) + MARGIN, 100.0)
        ax.set_xlim(low, high)
        name_rows(ax, labels)
        row_notes(ax, [f"{t.estimate(estimate, peers=estimates)}  {scheme.level}" for scheme, estimate in known])
        style_value_axis(ax, "x", "index", t, t(N_("Relationship score, points of 100")))
        ax.grid(visible=False)
        borders = [0.0, *sorted(cuts.values()), 100.0]
        for letter, begin, end in zip(LETTERS, borders[:-1], borders[1:], strict=True):
            if begin > low:
                ax.axvline(begin, color=LIGHT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
            middle = (max(begin, low) + min(end, high)) / 2
            if min(end, high) - max(begin, low) > (high - low) * 0.03:
                ax.annotate(
                    letter, (middle, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                    textcoords="offset points", ha="center", va="bottom", color=GREY,
                )  # fmt: skip
    listing = t.listing(
        f"{label}: {t.estimate(estimate)}, {scheme.level}"
        for label, (scheme, estimate) in zip(labels, known, strict=True)
    )
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Dots with intervals: the relationship score under each way of weighing its dimensions, and its level."),
            listing,
        ),
        caption=t.sentences(
            N_("Filled: the score of this audit. Bars: 95% intervals at the weights as they are; dashed: where a level"
               " begins."),
            t.n(min(estimate.n for estimate in estimates)),
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip
