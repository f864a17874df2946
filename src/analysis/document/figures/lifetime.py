"""Where customers, revenue and value stand: shares by the chance that a customer is still there."""

from collections.abc import Sequence

from analysis.document.blocks import Figure
from analysis.document.figures.base import figure_block, figure_drawing, name_rows, rows_height, style_value_axis
from analysis.document.theme import INK, LIGHT, Theme, tint
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifetime.result import ChanceBand, LifetimeValue

BAR = 0.62  # of a row's height
HEAD = 0.28  # inches above the bars, for what the shades mean
NARROW = 0.045  # of the bar: a smaller part holds no text
MIDDLE_TINT, LAST_TINT = 0.5, 0.4  # so that the shades differ in grey too


def band_name(band: ChanceBand) -> Message:
    """Return what a band's customers have in common."""
    if band.low <= 0:
        return N_("probably gone (below {high:percent})", high=band.high)
    if band.high >= 1:
        return N_("still there ({low:percent} and more)", low=band.low)
    return N_("uncertain ({low:percent} to {high:percent})", low=band.low, high=band.high)


def plot_lifetime(result: LifetimeValue, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return customers, revenue and value as bars of shares by the chance of still being there; None without bands."""
    if not result.bands or result.revenue <= 0:
        return None
    names = [
        t(N_("Customers")),
        t(N_("Revenue, last 12 months")),
        t(N_("Value, next {years:number} years", years=result.horizon_years)),
    ]
    shares = [(band.customers_share, band.revenue_share, band.value_share) for band in result.bands]
    colors = [theme.color, tint(theme.color, MIDDLE_TINT), tint(LIGHT, LAST_TINT)]
    with figure_drawing(theme, "lifetime", rows_height(len(names)) + HEAD) as sheet:
        ax = sheet.ax
        start = [0.0] * len(names)
        for band, parts, color in zip(result.bands, shares, colors, strict=True):
            ax.barh(range(len(names)), parts, left=start, height=BAR, color=color, linewidth=0.8, edgecolor="white",
                    label=t(band_name(band)))  # fmt: skip
            for row, (left, part) in enumerate(zip(start, parts, strict=True)):
                if part >= NARROW:
                    ax.annotate(
                        t.percent(part), (left + part / 2, row), ha="center", va="center",
                        color="white" if color == theme.color else INK,
                    )  # fmt: skip
            start = [left + part for left, part in zip(start, parts, strict=True)]
        ax.set_xlim(0, 1)
        name_rows(ax, names)
        style_value_axis(ax, "x", "proportion", t, t(N_("Share, %")))
        ax.grid(visible=False)
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.1, handlelength=1.0,
                  columnspacing=1.4)  # fmt: skip
    listing = t.listing(
        _told(name, [parts[row] for parts in shares], result.bands, t) for row, name in enumerate(names)
    )
    data = [
        {"label": f"{name}: {t(band_name(band))}", "value": parts[row]}
        for row, name in enumerate(names)
        for band, parts in zip(result.bands, shares, strict=True)
    ]
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(
            N_("Bars of customers, revenue and value, divided by the chance that the customer is still there."), listing
        ),
        caption=t.sentences(
            N_("Shades: chance that the customer is still there, from how often and how lately it bought."),
            t.n(result.customers),
        ),
        data=data,
    )  # fmt: skip


def _told(name: str, shares: Sequence[float], bands: Sequence[ChanceBand], t: Translator) -> str:
    parts = [f"{t(band_name(band))} {t.percent(share)}" for band, share in zip(bands, shares, strict=True)]
    return f"{name}: {t.join(parts)}"
