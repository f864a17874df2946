"""How far each target was reached: the estimate as a share of its target, with its interval, on target at 100%."""

from collections.abc import Mapping

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    MAX_GROUPS,
    figure_block,
    figure_drawing,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.target_words import attainment_text, for_whom
from analysis.document.theme import GREY, INK, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.indicators.appraisal_shapes import Appraisal, TargetRow
from analysis.messages import N_, Message
from analysis.results import Estimate

NAME_WIDTH = 58
MOST = 3.0  # an interval that reaches further than three times the target is cut there


def plot_targets(
    result: Appraisal, finding: Message, t: Translator, theme: Theme, partners: Mapping[str, str]
) -> Figure | None:
    """Return attainment by target as dots with intervals, lowest last; None where no target has a ratio.

    Targets of single managers are shown only where there are no others: they have their own pages.
    """
    rows = [row for row in result.targets if row.attained is not None and row.attained.attainment is not None]
    rows = [row for row in rows if row.group != "account_manager"] or rows
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -_numbers(row)[0])
    shown = rows if len(rows) <= MAX_GROUPS else [*rows[: MAX_GROUPS // 2], *rows[-(MAX_GROUPS // 2) :]]
    labels = [_label(row, t, partners) for row in shown]
    numbers = [_numbers(row) for row in shown]
    marks = {"met": "o", "open": "D", "missed": "s"}
    with figure_drawing(theme, "targets", rows_height(len(shown))) as sheet:
        ax = sheet.ax
        places = range(len(shown))
        ax.axvline(1.0, color=INK, linewidth=1.0, zorder=1)
        ax.hlines(places, [n[1] for n in numbers], [min(n[2], MOST) for n in numbers], color=theme.pale, linewidth=4)
        for place, row, number in zip(places, shown, numbers, strict=True):
            verdict = row.attained.verdict if row.attained is not None else "open"
            filled = verdict != "open"
            sns.scatterplot(
                x=[number[0]], y=[place], ax=ax, marker=marks[verdict], s=44, zorder=3, legend=False,
                color=theme.color if filled else "white", edgecolor=theme.color, linewidth=1.2,
            )  # fmt: skip
        name_rows(ax, labels, NAME_WIDTH)
        row_notes(ax, [f"{attainment_text(row.attained, t)}  {t.n(row.outcome.n or 0)}" for row in shown])
        style_value_axis(ax, "x", "proportion", t, t(N_("Value as a share of its target, %")))
        ax.xaxis.label.set_color(GREY)
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(
            N_("Dot chart of how far each target was reached, in percent of the target, with 95% intervals."),
            t.listing(
                f"{label}: {attainment_text(row.attained, t)}" for label, row in zip(labels, shown, strict=True)
            ),
        ),
        caption=t.sentences(
            N_("Line: on target. Dot: met; square: missed; hollow diamond: open, the target lies within the interval."),
            t(N_("{count:int} more targets lie between those shown.", count=len(rows) - len(shown)))
            if len(rows) > len(shown)
            else None,
        ),
        data=[
            {"label": label, "value": n[0], "low": n[1], "high": n[2], "n": row.outcome.n}
            for label, n, row in zip(labels, numbers, shown, strict=True)
            if isinstance(row.outcome, Estimate)
        ],
    )  # fmt: skip


def _numbers(row: TargetRow) -> tuple[float, float, float]:
    attained = row.attained
    if attained is None or attained.attainment is None:
        return 0.0, 0.0, 0.0
    low, high = attained.attainment_low, attained.attainment_high
    value = attained.attainment
    return value, value if low is None else low, value if high is None else high


def _label(row: TargetRow, t: Translator, partners: Mapping[str, str]) -> str:
    name = N_("{name:message}, {period:text}", name=row.name, period=clean_text(t.period(row.period), 30))
    return t(name) if row.group == "client" else t(N_("{what:message}, {who:text}", what=name,
                                                      who=for_whom(row, t, partners)))  # fmt: skip
