"""Where customers stood a year ago and where they stand today, as bars of shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    figure_block,
    figure_drawing,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, INK, RULE, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.transitions import Lifecycle, StageKey

BAR = 0.62  # of a row's height
WRITTEN_FROM = 0.06  # share of a bar from which its number fits inside
LEGEND = 0.35  # inches


@dataclass(frozen=True)
class _Bar:
    label: str
    n: int
    counts: Mapping[StageKey, int]


def stage_names() -> dict[StageKey, Message]:
    """Return the stages' names, in the order of a customer's life."""
    return {
        "prospect": N_("Prospect"),
        "active": N_("Active"),
        "dormant": N_("Dormant"),
        "lost": N_("Lost"),
        "unknown": N_("Not known then"),
    }


def plot_lifecycle(result: Lifecycle, title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return one bar a stage of a year ago (today's stages alone where that is not known), by stage today."""
    names = stage_names()
    bars = [bar for bar in _bars(result, names, t) if bar.n]
    if not bars:
        return None
    order: tuple[StageKey, ...] = ("active", "dormant", "lost", "prospect")
    colors = {"active": theme.color, "dormant": theme.pale, "lost": GREY, "prospect": RULE}
    ink = {"active": "white", "dormant": INK, "lost": "white", "prospect": INK}
    with figure_drawing(theme, "lifecycle", rows_height(len(bars)) + LEGEND) as sheet:
        ax = sheet.ax
        for stage in order:
            starts = [sum(bar.counts[each] for each in order[: order.index(stage)]) / bar.n for bar in bars]
            widths = [bar.counts[stage] / bar.n for bar in bars]
            ax.barh(
                range(len(bars)), widths, left=starts, height=BAR, color=colors[stage], edgecolor="white",
                linewidth=0.8, label=t(names[stage]),
            )  # fmt: skip
            for row, (start, width) in enumerate(zip(starts, widths, strict=True)):
                if width >= WRITTEN_FROM:
                    ax.text(start + width / 2, row, t.percent(width), ha="center", va="center", color=ink[stage])
        name_rows(ax, [bar.label for bar in bars])
        row_notes(ax, [t.n(bar.n) for bar in bars])
        ax.set_xlim(0, 1)
        style_value_axis(ax, "x", "proportion", t, t(N_("Share of the customers, by their stage today, %")))
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(order), borderaxespad=0.2, handlelength=1.1,
            columnspacing=1.4,
        )  # fmt: skip
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Bars of the customers by their stage a year ago, divided by their stage today.")
            if isinstance(result.transitions, tuple)
            else N_("A bar of the customers, divided by their stage today."),
            t.listing(_described(bar, order, names, t) for bar in bars),
        ),
        caption=_caption(result),
        data=[
            {"label": f"{bar.label} → {t(names[stage])}", "value": bar.counts[stage] / bar.n, "n": bar.counts[stage]}
            for bar in bars
            for stage in order
        ],
    )  # fmt: skip


def _described(bar: _Bar, order: Sequence[StageKey], names: Mapping[StageKey, Message], t: Translator) -> str:
    parts = t.join([f"{t(names[stage])} {t.percent(bar.counts[stage] / bar.n)}" for stage in order])
    return f"{bar.label}: {parts}"


def _caption(result: Lifecycle) -> Message:
    if result.year_before is None:
        return N_("As of {today:date}.", today=result.today)
    return N_(
        "Rows: stage on {before:date}; colours: stage on {today:date}. Intervals are in the table of moves.",
        before=result.year_before,
        today=result.today,
    )


def _bars(result: Lifecycle, names: Mapping[StageKey, Message], t: Translator) -> list[_Bar]:
    if not isinstance(result.transitions, tuple):
        counts: dict[StageKey, int] = {row.stage: row.customers for row in result.stages}
        return [_Bar(t(N_("Today")), sum(counts.values()), counts)]
    found = []
    for start in ("active", "dormant", "lost", "prospect", "unknown"):
        moved: dict[StageKey, int] = dict.fromkeys(("prospect", "active", "dormant", "lost"), 0)
        moved |= {move.end: move.customers for move in result.transitions if move.start == start}
        label = t(names["unknown"]) if start == "unknown" else t(N_("{stage:message} a year ago", stage=names[start]))
        found.append(_Bar(label, sum(moved.values()), moved))
    return found
