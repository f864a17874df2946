"""How the answers to the recommendation question are spread: detractors, passives and promoters."""

from collections.abc import Mapping

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import figure_block, figure_drawing, style_value_axis
from analysis.document.theme import GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.indicators.shapes import ItemResult
from analysis.messages import N_
from analysis.results import Estimate, IndicatorResult

HEIGHT = 2.2
DETRACTOR_MAX, PASSIVE_MAX = 6, 8  # Reichheld (2003): 0-6 detract, 7-8 are passive, 9-10 promote


def nps_groups(distribution: Mapping[str, float]) -> tuple[float, float, float]:
    """Return the shares of detractors, passives and promoters (0 to 1) from the shares by answer 0 to 10."""
    codes = {float(code): share for code, share in distribution.items()}
    detractors = sum(share for code, share in codes.items() if code <= DETRACTOR_MAX)
    promoters = sum(share for code, share in codes.items() if code > PASSIVE_MAX)
    return detractors, sum(codes.values()) - detractors - promoters, promoters


def plot_recommendation(item: ItemResult, nps: IndicatorResult, t: Translator, theme: Theme) -> Figure | None:
    """Return the shares of the answers 0 to 10 with the three groups named, or None where they are withheld.

    Parameters
    ----------
    item
        The recommendation item.
    nps
        The Net Promoter Score that belongs to it.
    """
    if not item.distribution:
        return None
    shares = [0.0] * 11
    for code, share in item.distribution.items():
        shares[round(float(code))] += share
    colors = [GREY] * (DETRACTOR_MAX + 1) + [LIGHT] * (PASSIVE_MAX - DETRACTOR_MAX) + [theme.color] * (10 - PASSIVE_MAX)
    groups = nps_groups(item.distribution)
    names = [t(N_("Detractors")), t(N_("Passives")), t(N_("Promoters"))]
    with figure_drawing(theme, "nps-answers", HEIGHT) as sheet:
        ax = sheet.ax
        codes = [str(code) for code in range(11)]
        sns.barplot(x=codes, y=shares, hue=codes, palette=colors, ax=ax, legend=False, saturation=1, width=0.78)
        top = max(shares) * 1.12
        for name, share, (first, last) in zip(names, groups, ((0, 6), (7, 8), (9, 10)), strict=True):
            ax.plot([first - 0.4, last + 0.4], [top, top], color=INK, linewidth=0.8)
            label = f"{name}\n{t.percent(share)}"
            ax.annotate(label, ((first + last) / 2, top), (0, 3), textcoords="offset points", ha="center", va="bottom")
        ax.set_ylim(0, max(shares) * 1.5)
        style_value_axis(ax, "y", "proportion", t, t(N_("Share of answers, %")))
        ax.set_xlabel(t(N_("Answer, from 0 (would not recommend) to 10 (would certainly recommend)")))
    values = {"promoters": groups[2], "passives": groups[1], "detractors": groups[0]}
    title = N_("{promoters:percent} would recommend, {detractors:percent} would not", **values)
    if isinstance(nps.overall, Estimate):
        title = N_(
            "{promoters:percent} promoters less {detractors:percent} detractors: the Net Promoter Score is {nps:text}",
            nps=t.estimate(nps.overall),
            **values,
        )
    return figure_block(
        sheet, t,
        title=title,
        alt=N_(
            "Bar chart of the answers 0 to 10 to the recommendation question: detractors (0 to 6)"
            " {detractors:percent}, passives (7 and 8) {passives:percent}, promoters (9 and 10) {promoters:percent}.",
            **values,
        ),
        caption=t.n(item.n) if item.n is not None else "",
        data=[{"label": str(code), "value": share} for code, share in enumerate(shares)],
    )  # fmt: skip
