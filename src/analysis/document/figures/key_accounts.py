"""Key accounts on a map of worth and relationship, and one account's revenue by quarter."""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from analysis.document import fonts
from analysis.document.blocks import Figure
from analysis.document.figures.base import Drawing, figure_drawing, style_value_axis
from analysis.document.theme import FONT_SIZE, GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text, display_width
from analysis.document.vocabulary import short_id
from analysis.messages import N_, Message
from analysis.scale.key_account_shapes import AccountCard, KeyAccounts, PortfolioPoint

HEIGHT = 3.5
LABELLED = 12
LABEL_WIDTH = 24  # Latin characters of an account's name
LOGARITHMIC = 15  # times from the least to the most from which worth is drawn on a logarithmic axis
CHARACTER = 0.5  # mean width of a Latin character, of the font's size
CORNER = 95.0  # points of width for a quadrant's name
DOT = 4.0  # points from a dot's middle to its edge
SPOTS = (  # offsets of a name from its dot in points, and which end of it lies there; the far ones get a line
    (7, 0, "left"), (-7, 0, "right"), (0, 10, "center"), (0, -10, "center"), (6, 9, "left"), (-6, 9, "right"),
    (6, -9, "left"), (-6, -9, "right"), (0, 22, "center"), (0, -22, "center"), (16, 18, "left"), (-16, 18, "right"),
    (16, -18, "left"), (-16, -18, "right"), (24, 30, "left"), (-24, 30, "right"), (24, -30, "left"),
    (-24, -30, "right"), (34, 42, "left"), (-34, 42, "right"), (34, -42, "left"), (-34, -42, "right"),
)  # fmt: skip
ENDS = {"left": (0.0, 0.5), "center": (0.5, 0.5), "right": (1.0, 0.5)}
FAR = 16  # points from which a name is joined to its dot
SVG_WIDTH, SVG_HEIGHT, SVG_BASE, SVG_TOP = 482.0, 104.0, 84.0, 16.0  # points
Box = tuple[float, float, float, float]


def quadrants() -> tuple[Message, Message, Message, Message]:
    """Return the names of the quadrants: strong and worth more, strong and less, weak and more, weak and less."""
    return N_("Keep and grow"), N_("Develop"), N_("Secure first"), N_("Review the effort")


def plot_portfolio(result: KeyAccounts, title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the map of the key accounts; None where fewer than two have a place on it."""
    points = result.portfolio
    if len(points) < 2 or result.middle is None:
        return None
    worth = t(N_("Lifetime value") if result.worth == "lifetime" else N_("Revenue of the last twelve months"))
    with figure_drawing(theme, "key-accounts", HEIGHT) as sheet:
        ax = sheet.ax
        ax.scatter([p.value for p in points], [p.relationship for p in points], s=34, color=theme.color, zorder=3)
        style_value_axis(ax, "y", "index", t, t(N_("Relationship without value, points of 100")))
        ax.grid(visible=False)
        _worth_axis(ax, [p.value for p in points], t, f"{worth}, {t.currency}")
        low, high = min(p.relationship for p in points), max(p.relationship for p in points)
        ax.set_ylim(min(low, result.strong) - 12, min(max(high, result.strong) + 14, 112))
        ax.axhline(result.strong, color=LIGHT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        ax.axvline(result.middle, color=LIGHT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        for name, x, y in zip(quadrants(), (0.995, 0.005, 0.995, 0.005), (0.985, 0.985, 0.015, 0.015), strict=True):
            ax.annotate(
                t(name), (x, y), xycoords="axes fraction", color=GREY, ha="right" if x > 0.5 else "left",
                va="top" if y > 0.5 else "bottom",
            )  # fmt: skip
        named = _name_points(sheet, _most_urgent(result), (result.middle, result.strong))
    word = {"label": t(N_("Account")), "value": worth, "points": t(N_("Relationship"))}
    return Figure(
        title=t(title),
        svg=sheet.svg,
        alt=t.sentences(
            N_("Map of the key accounts: what each is worth against how the relationship stands."),
            t.listing(
                f"{_label(p)}: {t.unit(p.value, 'money')}, {t.number(p.relationship, 0)}" for p in points[:LABELLED]
            ),
        ),
        caption=t.sentences(
            N_(
                "Relationship: weighted mean of {dimensions:list}; value is the other axis, while the points and levels"
                " of the list and the cards count it in. Dashed: the median worth, and {strong:number} points."
                " {shown:int} of {total:int} key accounts, of which enough is known; {named:int} are named: those worth"
                " much and below that line, then those worth most.",
                dimensions=list(result.compared),
                strong=result.strong,
                shown=len(points),
                total=result.total,
                named=named,
            )
        ),
        data=tuple(
            {word["label"]: _label(p), word["value"]: float(f"{p.value:.6g}"), word["points"]: round(p.relationship, 1)}
            for p in points
        ),
        anchor="figure-key-accounts",
    )


def _label(point: PortfolioPoint) -> str:
    return clean_text(short_id(point.name), LABEL_WIDTH)


def _worth_axis(ax: Axes, values: Sequence[float], t: Translator, label: str) -> None:
    """Set the horizontal axis: money, logarithmic where accounts differ by far."""
    least, most = min(values), max(values)
    if least > 0 and most / least > LOGARITHMIC:
        ax.set_xscale("log")
        ax.set_xlim(least / 1.6, most * 1.6)
        powers = range(int(np.floor(np.log10(least))), int(np.ceil(np.log10(most))) + 1)
        ticks = [step * 10.0**power for power in powers for step in (1, 3)]
        ax.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if least / 1.6 <= tick <= most * 1.6]))
        ax.xaxis.set_minor_locator(NullLocator())
    else:
        spread = max(most - least, abs(most) * 0.1, 1.0)
        ax.set_xlim(least - 0.12 * spread, most + 0.12 * spread)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: t.unit(value, "money")))
    ax.set_xlabel(label)


def _most_urgent(result: KeyAccounts) -> list[PortfolioPoint]:
    """Return the accounts, those worth more than the median and not strong first, then by worth."""
    middle = result.middle or 0.0
    return sorted(result.portfolio, key=lambda p: (p.value < middle or p.relationship >= result.strong, -p.value))


def _name_points(sheet: Drawing, points: Sequence[PortfolioPoint], cross: tuple[float, float]) -> int:
    """Name the first accounts, each beside its dot where nothing else stands; return how many found room.

    Parameters
    ----------
    cross
        Where the two dashed lines meet, which no name crosses.
    """
    ax = sheet.ax
    sheet.canvas.draw_without_rendering()  # settles the layout, so that places on the page are known
    scale = 72 / sheet.canvas.dpi
    places = ax.transData.transform([(p.value, p.relationship) for p in points]) * scale
    left, bottom, right, top = np.asarray(ax.get_window_extent().extents) * scale
    taken: list[Box] = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    for begin, end in ((left, left + CORNER), (right - CORNER, right)):  # the quadrants' names
        taken += [(begin, top - 14, end, top), (begin, bottom, end, bottom + 14)]
    across, up = ax.transData.transform([cross])[0] * scale
    taken += [(across - 1, bottom, across + 1, top), (left, up - 1, right, up + 1)]
    named = 0
    for point, (x, y) in list(zip(points, places, strict=True))[:LABELLED]:
        text = _label(point)
        width, half = display_width(text) * CHARACTER * FONT_SIZE, 0.6 * FONT_SIZE
        for dx, dy, align in SPOTS:
            start = x + dx - {"left": 0.0, "center": width / 2, "right": width}[align]
            box = (start, y + dy - half, start + width, y + dy + half)
            inside = box[0] >= left and box[2] <= right + 4 and box[1] >= bottom and box[3] <= top
            if inside and not any(_overlap(box, other) for other in taken):
                line: dict[str, Any] | None = (
                    {"arrowstyle": "-", "color": LIGHT, "linewidth": 0.7, "relpos": ENDS[align]}
                    if abs(dy) > FAR
                    else None
                )
                ax.annotate(
                    text, (point.value, point.relationship), xytext=(dx, dy), textcoords="offset points", ha=align,
                    va="center", color=INK, arrowprops=line,
                )  # fmt: skip
                taken.append(box)
                named += 1
                break
    return named


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def plot_quarters(card: AccountCard, title: Message, number: int, t: Translator, theme: Theme) -> Figure | None:
    """Return an account's revenue by quarter as bars; None without a quarter in which it bought.

    Drawn without a chart library: a dozen of these would otherwise cost as much as all other figures of the chapter.
    """
    quarters = card.quarters
    if not quarters or all(quarter.revenue == 0 for quarter in quarters):
        return None
    labels = [t.period(quarter.quarter) for quarter in quarters]
    amounts = [t.unit(quarter.revenue, "money") for quarter in quarters]
    most = max(max(quarter.revenue for quarter in quarters), 0.0)
    least = min(min(quarter.revenue for quarter in quarters), 0.0)
    step = SVG_WIDTH / max(len(quarters), 4)
    height = (SVG_BASE - SVG_TOP) / (most - least)
    zero = SVG_TOP + most * height
    parts = [f'<line x1="0" x2="{SVG_WIDTH:g}" y1="{zero:.2f}" y2="{zero:.2f}" stroke="{LIGHT}" stroke-width="0.8"/>']
    for place, quarter in enumerate(quarters):
        middle = (place + 0.5) * step
        size = abs(quarter.revenue) * height
        top = zero - max(quarter.revenue, 0.0) * height
        fill = theme.color if quarter.complete else theme.pale
        place_of_bar = f'x="{middle - 0.3 * step:.2f}" y="{top:.2f}" width="{0.6 * step:.2f}" height="{size:.2f}"'
        parts.append(f'<rect {place_of_bar} fill="{fill}"/>')
        parts.append(_svg_text(amounts[place], middle, top - 3, INK))
        parts.append(_svg_text(labels[place], middle, SVG_HEIGHT - 4, GREY))
    family = ", ".join(fonts.figure_font_families(t.language))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SVG_WIDTH:g}pt" height="{SVG_HEIGHT:g}pt"'
        f' viewBox="0 0 {SVG_WIDTH:g} {SVG_HEIGHT:g}" font-family={quoteattr(family)} font-size="{FONT_SIZE:g}">'
        + "".join(parts)
        + "</svg>"
    )
    word = {"label": t(N_("Quarter")), "value": t(N_("Revenue"))}
    part = N_("Constant currency, returns deducted; pale: a quarter of which the record covers only a part.")
    whole = N_("Constant currency, returns deducted.")
    return Figure(
        title=t(title),
        svg=svg,
        alt=t.sentences(
            N_("Bars of the account's revenue by quarter."),
            t.listing(f"{label}: {amount}" for label, amount in zip(labels, amounts, strict=True)),
        ),
        caption=t(whole if all(quarter.complete for quarter in quarters) else part),
        data=tuple(
            {word["label"]: label, word["value"]: quarter.revenue}
            for label, quarter in zip(labels, quarters, strict=True)
        ),
        anchor=f"figure-key-account-{number}",
    )


def _svg_text(text: str, x: float, y: float, color: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="middle" fill="{color}">{escape(text)}</text>'
