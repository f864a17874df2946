"""Themes of what customers write: how many customers raise each, and for how many of them its tone is negative."""

from collections.abc import Sequence
from typing import cast

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    estimate_row,
    figure_block,
    figure_drawing,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import INK, Theme, tint
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.voices.result import ThemeResult, Voices
from analysis.params.base import LocalizedText, localized
from analysis.results import Estimate

BAR = 0.56  # of a row's height
NEGATIVE_TINT = 0.45  # dark enough to be told from the rest in grey
MOST_SHOWN = 12


def theme_name(theme: ThemeResult, t: Translator) -> str:
    """Return what a theme is called in the report's language."""
    return localized(cast(LocalizedText, theme.label), t.language)


def plot_voices(result: Voices, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the themes as bars with intervals, the part of negative tone darker; None without a theme."""
    shown: Sequence[ThemeResult] = result.themes[:MOST_SHOWN]
    if not shown:
        return None
    labels = [theme_name(row, t) for row in shown]
    shares = [row.prevalence for row in shown]
    negative = [
        row.prevalence.value * row.negative.value if isinstance(row.negative, Estimate) else 0.0 for row in shown
    ]
    with figure_drawing(theme, "voices", rows_height(len(shown))) as sheet:
        ax = sheet.ax
        rows = range(len(shown))
        ax.barh(rows, [e.value for e in shares], height=BAR, color=theme.pale, linewidth=0, zorder=2)
        ax.barh(rows, negative, height=BAR, color=tint(theme.color, NEGATIVE_TINT), linewidth=0, zorder=2)
        ax.hlines(rows, [e.low for e in shares], [e.high for e in shares], color=INK, linewidth=1.2, zorder=3)
        ax.set_xlim(left=0)
        name_rows(ax, labels)
        row_notes(ax, [t.estimate(estimate, peers=shares) for estimate in shares])
        style_value_axis(ax, "x", "proportion", t, t(N_("Share of the customers who wrote, %")))
    listing = t.listing(f"{label}: {t.estimate(e)}" for label, e in zip(labels, shares, strict=True))
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(
            N_("Bar chart of the themes by the share of customers who raise them, as part of those who wrote."),
            listing,
        ),
        caption=t.sentences(
            N_("Bars: customers who raise the theme; dark part: those whose tone about it is negative, where enough"
               " raise it to say; lines: 95% intervals. A customer may raise several."),
            t.n(result.n),
        ),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, shares, strict=True)],
    )  # fmt: skip
