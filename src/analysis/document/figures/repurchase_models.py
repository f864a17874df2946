"""How well each model of buying again predicts customers that it has not seen: calibration, one panel a model."""

from collections.abc import Sequence

import seaborn as sns
from matplotlib.axes import Axes

from analysis.document.blocks import Figure
from analysis.document.figures.base import figure_block, figure_drawing, style_value_axis
from analysis.document.theme import GREY, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.results import CalibrationBin, Validation

HEIGHT = 2.5


def plot_calibrations(parts: Sequence[tuple[Message, Validation]], t: Translator, theme: Theme) -> Figure | None:
    """Return predicted chances against observed shares, a panel a model; None where there is nothing to show.

    Parameters
    ----------
    parts
        Name and held-out comparison of each model.
    t, theme
        Language and looks.
    """
    shown = [(name, validation.full.deciles) for name, validation in parts if validation.full.deciles]
    if not shown:
        return None
    with figure_drawing(theme, "repurchase-calibration", HEIGHT, columns=len(shown)) as sheet:
        for place, (ax, (name, bins)) in enumerate(zip(sheet.axes, shown, strict=True)):
            _panel(ax, bins, theme)
            ax.set_title(t(name), fontsize="medium", color=GREY, loc="left")
            style_value_axis(ax, "y", "proportion", t, t(N_("Observed share, %")) if place == 0 else " ")
            style_value_axis(ax, "x", "proportion", t, t(N_("Predicted chance, %")))
    listing = [
        f"{t(name)}: {t.percent(part.predicted)} – {t.percent(part.observed)} ({t.n(part.n)})"
        for name, bins in shown
        for part in bins
    ]
    return figure_block(
        sheet, t,
        title=N_("Predicted chances to buy again against what customers did, on customers not seen before"),
        alt=t.sentences(
            N_("Calibration charts, one a model: predicted chance against observed share."), t.listing(listing)
        ),
        caption=N_("On the diagonal, predictions come true. Bars: 95% intervals."),
        data=[
            {"label": t(name), "predicted": p.predicted, "value": p.observed, "low": p.low, "high": p.high, "n": p.n}
            for name, bins in shown
            for p in bins
        ],
    )  # fmt: skip


def _panel(ax: Axes, bins: Sequence[CalibrationBin], theme: Theme) -> None:
    top = max(max(part.high, part.predicted) for part in bins)
    ax.plot([0, top], [0, top], color=LIGHT, linewidth=1)
    at = [part.predicted for part in bins]
    ax.vlines(at, [part.low for part in bins], [part.high for part in bins], color=theme.pale, linewidth=4)
    sns.scatterplot(
        x=at, y=[part.observed for part in bins], ax=ax, color=theme.color, s=30, linewidth=0, zorder=3, legend=False
    )
