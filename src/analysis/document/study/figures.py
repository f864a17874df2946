"""The study's figures: intervals against the smallest effect of interest, power over accounts, clients together."""

from collections.abc import Sequence

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
from analysis.document.study.numbers import write_estimate
from analysis.document.theme import GREY, LIGHT, RULE, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, NP_, Message
from analysis.results import Estimate
from analysis.study.propositions import PROPOSITIONS
from analysis.study.results import Card, PooledCard
from analysis.study.verdicts import verdict_name

REACH = 6.0
"""Intervals are drawn up to so many smallest effects of interest on either side of zero."""
POWER_HEIGHT = 2.7
DASHES = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.5)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (8, 3)),
    (0, (2, 3)),
    (0, (4, 1, 1, 1, 1, 1)),
    "-",
)


def plot_verdicts(cards: Sequence[Card | PooledCard], t: Translator, theme: Theme) -> Figure | None:
    """Return all intervals in units of their smallest effect of interest, the band of too small effects behind them."""
    shown = [(card, card.interval) for card in cards if isinstance(card.interval, Estimate)]
    if not shown:
        return None
    scaled = [_scaled(estimate, card.hypothesis.smallest_effect) for card, estimate in shown]
    clipped = [_clipped(estimate) for estimate in scaled]
    labels = [f"{card.hypothesis.id} · {t(PROPOSITIONS[card.hypothesis.proposition].name)}" for card, _ in shown]
    with figure_drawing(theme, "verdicts", rows_height(len(shown))) as sheet:
        ax = sheet.ax
        ax.axvspan(-1, 1, color=RULE, zorder=0, linewidth=0)
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, clipped, theme.pale)
        inside = [i for i, estimate in enumerate(scaled) if abs(estimate.value) <= REACH]
        sns.scatterplot(
            x=[scaled[i].value for i in inside], y=inside, ax=ax, color=theme.color, s=42, linewidth=0, zorder=3,
            legend=False,
        )  # fmt: skip
        for row, (whole, cut) in enumerate(zip(scaled, clipped, strict=True)):
            if whole.low < cut.low:
                ax.plot(cut.low, row, marker="<", color=theme.color, markersize=5, zorder=4)
            if whole.high > cut.high:
                ax.plot(cut.high, row, marker=">", color=theme.color, markersize=5, zorder=4)
        name_rows(ax, labels, 56)
        row_notes(ax, [t(verdict_name(card.verdict)) for card, _ in shown])
        ends = [abs(value) for e in clipped for value in (e.low, e.high)]
        reach = min(max(1.6, 1.08 * max(ends)), REACH * 1.04)
        ax.set_xlim(-reach, reach)
        style_value_axis(ax, "x", "ratio", t, t(N_("Estimate, in smallest effects of interest")))
    settled = sum(card.verdict in ("supported", "contradicted", "too_small") for card, _ in shown)
    title = NP_(
        "The data settle one of {all:int} hypotheses", "The data settle {count:int} of {all:int} hypotheses", settled,
        all=len(shown),
    )  # fmt: skip
    listing = t.listing(
        f"{card.hypothesis.id}: {write_estimate(estimate, t.language)}, {t(verdict_name(card.verdict))}"
        for card, estimate in shown
    )
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(N_("Forest plot of the hypotheses' intervals in units of the smallest effect."), listing),
        caption=N_(
            "Dot and bar: estimate and interval; grey band: effects too small to matter; arrow: the interval goes on."
        ),
        data=[estimate_row(label, estimate) for label, (_, estimate) in zip(labels, shown, strict=True)],
    )  # fmt: skip


def _scaled(estimate: Estimate, unit: float) -> Estimate:
    return Estimate(
        value=estimate.value / unit, low=estimate.low / unit, high=estimate.high / unit, n=estimate.n,
        method=estimate.method, unit="ratio", level=estimate.level,
    )  # fmt: skip


def _clipped(estimate: Estimate) -> Estimate:
    low, value, high = (min(max(x, -REACH), REACH) for x in (estimate.low, estimate.value, estimate.high))
    return Estimate(value=value, low=low, high=high, n=estimate.n, method=estimate.method, unit="ratio")


def plot_power(cards: Sequence[Card], t: Translator, theme: Theme) -> Figure | None:
    """Return power at the smallest effect of interest over the number of accounts, one line a hypothesis."""
    shown = [card for card in cards if card.power is not None]
    if not shown:
        return None
    rows = []
    with figure_drawing(theme, "power", POWER_HEIGHT) as sheet:
        ax = sheet.ax
        ax.axhline(0.8, color=LIGHT, linewidth=0.9, zorder=1)
        most = max(point.accounts for card in shown if card.power for point in card.power.curve)
        for position, card in enumerate(shown):
            if card.power is None:
                continue
            x = [point.accounts for point in card.power.curve]
            y = [point.power for point in card.power.curve]
            color = theme.color if card.hypothesis.confirmatory else GREY
            ax.plot(x, y, color=color, linestyle=DASHES[position % len(DASHES)], zorder=2, label=card.hypothesis.id)
            ax.plot(card.power.accounts, card.power.power_now, "o", color=color, markersize=5, zorder=3)
            rows.append({"label": card.hypothesis.id, "value": card.power.power_now, "n": card.power.accounts})
        ax.set_ylim(0, 1.03)
        ax.set_xlim(0, 1.02 * most)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=3.2)
        style_value_axis(ax, "y", "proportion", t, t(N_("Power, %")))
        style_value_axis(ax, "x", "count", t, t(N_("Accounts that answer")))
    enough = [card.hypothesis.id for card in shown if card.power and card.power.power_now >= 0.8]
    title: Message = N_("With the accounts of now no smallest effect would be found with 80% probability")
    if enough:
        title = N_("With the accounts of now the smallest effect would be found for {ids:list}", ids=enough)
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(
            N_("Power at the smallest effect of interest over the number of accounts, one line a hypothesis."), title
        ),
        caption=N_("Dot: the accounts of now; rule: 80%. Power is that at the smallest effect, not at the estimate."),
        data=rows,
    )  # fmt: skip


def plot_clients(card: PooledCard, names: Sequence[str], t: Translator, theme: Theme) -> Figure | None:
    """Return the clients' estimates of one hypothesis with the pooled one below; None where nothing was pooled."""
    if not isinstance(card.interval, Estimate):
        return None
    estimates = [*card.estimates, card.interval]
    labels = [*names, t(N_("All clients"))]
    with figure_drawing(theme, f"clients-{card.hypothesis.id.lower()}", rows_height(len(estimates))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, estimates, theme.pale)
        last = len(estimates) - 1
        sns.scatterplot(
            x=[e.value for e in card.estimates], y=range(last), ax=ax, color=GREY, s=42, linewidth=0, zorder=3,
            legend=False,
        )  # fmt: skip
        ax.plot(card.interval.value, last, marker="D", color=theme.color, markersize=7, zorder=3)
        name_rows(ax, labels)
        row_notes(ax, [write_estimate(estimate, t.language) for estimate in estimates])
        style_value_axis(ax, "x", "ratio", t, t(N_("Estimate")))
    title = N_(
        "{id:text} · {name:message}: {verdict:message}",
        id=card.hypothesis.id,
        name=PROPOSITIONS[card.hypothesis.proposition].name,
        verdict=verdict_name(card.verdict),
    )
    listing = t.listing(
        f"{label}: {write_estimate(estimate, t.language)}" for label, estimate in zip(labels, estimates, strict=True)
    )
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(N_("Forest plot of the clients' estimates and their mean."), listing),
        caption=N_("Dot and bar: a client's estimate and 95% interval; diamond: mean over clients, random effects."),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip
