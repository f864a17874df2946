"""What moved revenue: the parts of its change side by side, or, where they are unknown, its moving twelve months."""

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    figure_block,
    figure_drawing,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.growth import GrowthParts
from analysis.models.lifecycle.price_volume import GrowthPart, PartKey, PriceVolume
from analysis.models.lifecycle.trend import TrendPoint
from analysis.results import Estimate

BAR = 0.56  # of a row's height
HEIGHT = 2.4
TICKS = 6
NIL = 0.005  # amounts below half a cent are nil


def part_names() -> dict[PartKey, Message]:
    """Return the names of the parts of a change of revenue."""
    return {
        "price": N_("Prices"),
        "quantity": N_("Quantity"),
        "mix": N_("Mix of products"),
        "new_products": N_("New products"),
        "dropped_products": N_("Products no longer sold"),
        "unsplit": N_("Returns and lines without quantity"),
    }


def shown_parts(split: PriceVolume) -> list[GrowthPart]:
    """Return the parts that are not nil."""
    return [part for part in split.parts if abs(part.amount) >= NIL]


def plot_growth_parts(result: GrowthParts, title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the parts as bars with intervals, or the moving twelve months; None where there is neither."""
    if isinstance(result.price_volume, PriceVolume) and shown_parts(result.price_volume):
        return _plot_parts(result, shown_parts(result.price_volume), title, t, theme)
    points = [point for point in result.trend if point.change is None or isinstance(point.change, Estimate)]
    if len(points) < 3 or all(point.change is None for point in points):
        return None
    return _plot_trend(points, title, t, theme)


def _plot_parts(result: GrowthParts, parts: list[GrowthPart], title: Message, t: Translator, theme: Theme) -> Figure:
    names = part_names()
    labels = [t(names[part.key]) for part in parts]
    with figure_drawing(theme, "growth-parts", rows_height(len(parts))) as sheet:
        ax = sheet.ax
        colors = [theme.color if part.amount > 0 else LIGHT for part in parts]
        ax.barh(range(len(parts)), [part.amount for part in parts], height=BAR, color=colors, linewidth=0, zorder=2)
        for row, part in enumerate(parts):
            if isinstance(part.estimate, Estimate):
                ax.hlines(row, part.estimate.low, part.estimate.high, color=INK, linewidth=1.2, zorder=3)
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=4)
        name_rows(ax, labels)
        row_notes(ax, [t.signed(part.amount, "money") for part in parts])
        style_value_axis(ax, "x", "money", t, t(N_("Change of revenue, {currency:text}", currency=t.currency)))
    earlier, later = t.period(result.earlier_label), t.period(result.later_label)
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Bar chart of the parts of the change of revenue."),
            t.listing(f"{label}: {t.signed(part.amount, 'money')}" for label, part in zip(labels, parts, strict=True)),
        ),
        caption=t.sentences(
            N_("{later:text} against {earlier:text}; bars: the parts, which add up; lines: 95% intervals.",
               later=later, earlier=earlier),
            N_("Constant currency, without VAT, returns deducted."),
        ),
        data=[_part_row(label, part) for label, part in zip(labels, parts, strict=True)],
    )  # fmt: skip


def _part_row(label: str, part: GrowthPart) -> dict[str, object]:
    if not isinstance(part.estimate, Estimate):
        return {"label": label, "value": part.amount}
    return {
        "label": label, "value": part.amount, "low": part.estimate.low, "high": part.estimate.high,
        "n": part.estimate.n,
    }  # fmt: skip


def _plot_trend(points: list[TrendPoint], title: Message, t: Translator, theme: Theme) -> Figure:
    changes = [point.change for point in points]
    values = [change.value if isinstance(change, Estimate) else 0.0 for change in changes]
    lows = [change.low if isinstance(change, Estimate) else 0.0 for change in changes]
    highs = [change.high if isinstance(change, Estimate) else 0.0 for change in changes]
    with figure_drawing(theme, "growth-parts", HEIGHT) as sheet:
        ax = sheet.ax
        x = range(len(points))
        ax.fill_between(x, lows, highs, color=theme.pale, alpha=0.6, linewidth=0)
        ax.plot(x, values, color=theme.color)
        ax.axhline(0, color=GREY, linewidth=0.9)
        step = max(1, -(-len(points) // TICKS))
        ticks = list(x)[::-1][::step][::-1]
        ax.set_xticks(ticks, [t.period(points[i].month) for i in ticks])
        style_value_axis(ax, "y", "proportion", t, t(N_("Revenue of twelve months against a year ago, %")))
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Line chart of the revenue of moving twelve months against that of a year ago."),
            t.listing(f"{t.period(p.month)}: {t.percent(v)}" for p, v in zip(points, values, strict=True)),
        ),
        caption=t.sentences(
            N_("Each point: the twelve months that end with the month. Band: 95% interval."),
            N_("Constant currency, without VAT, returns deducted."),
        ),
        data=[
            {"label": t.period(point.month), "value": value, "low": low, "high": high}
            for point, value, low, high in zip(points, values, lows, highs, strict=True)
        ],
    )  # fmt: skip
