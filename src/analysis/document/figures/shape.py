"""Where along the scale the relation is steep: the smooth curve, observed means, and the zone that stands out."""

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import figure_block, figure_drawing, style_value_axis
from analysis.document.theme import GREY, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.results import BinnedMean, Curve
from analysis.models.shape.result import Zones

HEIGHT = 2.5


def plot_shape(
    curve: Curve, bins: tuple[BinnedMean, ...], zones: Zones, n: int, title: Message, t: Translator, theme: Theme
) -> Figure:
    """Return the smooth curve of loyalty over satisfaction; the steepest zone is shaded where it stands out."""
    points = curve.points
    x = [point.satisfaction for point in points]
    with figure_drawing(theme, "shape-zones", HEIGHT) as sheet:
        ax = sheet.ax
        if zones.stands_out:
            ax.axvspan(zones.best.low, zones.best.high, color=LIGHT, alpha=0.35, linewidth=0, zorder=0)
        ax.fill_between(x, [p.low for p in points], [p.high for p in points], color=theme.pale, alpha=0.6, linewidth=0)
        sns.lineplot(x=x, y=[point.fitted for point in points], ax=ax, color=theme.color, errorbar=None, legend=False)
        if bins:
            most = max(part.n for part in bins)
            sns.scatterplot(
                x=[part.satisfaction for part in bins], y=[part.outcome for part in bins], ax=ax, color=GREY,
                s=[14 + 70 * part.n / most for part in bins], linewidth=0, zorder=3, legend=False,
            )  # fmt: skip
        style_value_axis(ax, "y", "index", t, t(N_("Loyalty index, 0 to 100")))
        style_value_axis(ax, "x", "index", t, t(N_("Satisfaction index, 0 to 100")))
    shading = N_("Shaded: the stretch that is steeper than the rest.") if zones.stands_out else None
    fitted, observed = t(N_("model")), t(N_("observed"))
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Chart of the loyalty index over the satisfaction index: a smooth curve, its band and observed means."),
            title,
        ),
        caption=t.sentences(
            N_("Curve and band: model, 95%; dots: observed means, larger for more answers."), shading, t.n(n)
        ),
        data=[
            {"label": fitted, "satisfaction": p.satisfaction, "value": p.fitted, "low": p.low, "high": p.high}
            for p in points
        ]
        + [{"label": observed, "satisfaction": b.satisfaction, "value": b.outcome, "n": b.n} for b in bins],
    )  # fmt: skip
