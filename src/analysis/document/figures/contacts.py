"""Contacts, depth and breadth as charts: coverage against the plan, and what customers buy and could buy."""

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
from analysis.document.theme import GREY, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.contacts.breadth_result import Breadth, CategoryReach
from analysis.models.contacts.result import Contacts, KeyCoverage, People
from analysis.results import Estimate, Outcome

BAR = 0.56  # of a row's height
MOST_CATEGORIES = 14


def contact_rows(result: Contacts) -> list[tuple[Message, Outcome]]:
    """Return the shares that say whether the client keeps in touch, in the order of the chart and of the table."""
    rows: list[tuple[Message, Outcome]] = []
    if isinstance(result.key_accounts, KeyCoverage):
        marked = result.key_accounts.basis == "marked"
        rows.append(
            (
                N_("Key accounts met as planned") if marked else N_("Largest customers met as planned"),
                result.key_accounts.coverage,
            )
        )
        rows.append((N_("Other customers met as planned"), result.key_accounts.others))
    if isinstance(result.levels, tuple) and result.levels:
        for level in result.levels[:2]:
            rows.append((N_("Met at the level {level:text}", level=clean_text(level.level, 24)), level.share))
    if isinstance(result.people, People):
        rows.append((N_("Known through one person only"), result.people.single_share))
    return rows


def plot_contacts(result: Contacts, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return coverage, levels and single threads as shares with intervals; None where none is known."""
    rows = [(t(name), outcome) for name, outcome in contact_rows(result) if isinstance(outcome, Estimate)]
    if not rows:
        return None
    labels, estimates = [name for name, _ in rows], [outcome for _, outcome in rows if isinstance(outcome, Estimate)]
    with figure_drawing(theme, "contacts", rows_height(len(rows))) as sheet:
        intervals(sheet.ax, estimates, theme.pale)
        sns.scatterplot(
            x=[estimate.value for estimate in estimates], y=range(len(estimates)), ax=sheet.ax, color=theme.color,
            s=42, zorder=3, linewidth=0, legend=False,
        )  # fmt: skip
        name_rows(sheet.ax, labels)
        row_notes(sheet.ax, [f"{t.estimate(e, peers=estimates)}  {t.n(e.n)}" for e in estimates])
        style_value_axis(sheet.ax, "x", "proportion", t, t(N_("Share of customers, %")))
        sheet.ax.set_xlim(0, 1)
    listing = t.listing(f"{label}: {t.estimate(e)}" for label, e in zip(labels, estimates, strict=True))
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Dot chart of shares of customers with 95% intervals."), listing),
        caption=N_("Dot: estimate; bar: {level:percent} interval.", level=0.95),
        data=[estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)],
    )  # fmt: skip


def plot_breadth(result: Breadth, finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return for each category the share of customers who buy it, and of those for whom it is the next opening."""
    found = [row for row in result.categories if isinstance(row.share, Estimate)][:MOST_CATEGORIES]
    if len(found) < 2:
        return None
    shares = [row.share for row in found if isinstance(row.share, Estimate)]
    labels = [clean_text(row.category, 60) for row in found]
    with figure_drawing(theme, "breadth", rows_height(len(found))) as sheet:
        ax = sheet.ax
        rows = range(len(found))
        bought = [share.value for share in shares]
        ax.barh(rows, bought, height=BAR, color=theme.color, linewidth=0, zorder=2)
        ax.barh(
            rows, [_opening_share(row) for row in found], left=bought, height=BAR, color="white", edgecolor=GREY,
            linewidth=0.9, hatch="////", zorder=2,
        )  # fmt: skip
        ax.hlines(rows, [s.low for s in shares], [s.high for s in shares], color=LIGHT, linewidth=1.4, zorder=3)
        name_rows(ax, labels)
        row_notes(ax, [_note(row, share, shares, t) for row, share in zip(found, shares, strict=True)])
        style_value_axis(ax, "x", "proportion", t, t(N_("Share of customers, %")))
    listing = t.listing(
        t(N_("{name:text}: bought by {share:text}, an opening for {openings:int}", name=label,
             share=t.estimate(share), openings=row.openings))
        for label, share, row in zip(labels, shares, found, strict=True)
    )  # fmt: skip
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Bar chart of the share of customers who buy each category, and who could next."), listing),
        caption=t.sentences(
            N_(
                "Solid: customers who buy the category, with 95% interval; hatched: customers who do not, and for"
                " whom it is the strongest opening."
            )
            if any(row.openings for row in found)
            else N_("Customers who buy the category, with 95% interval."),
            t.n(result.customers),
        ),
        data=[estimate_row(label, share) for label, share in zip(labels, shares, strict=True)],
    )  # fmt: skip


def _opening_share(row: CategoryReach) -> float:
    return row.openings / row.share.n if isinstance(row.share, Estimate) and row.share.n else 0.0


def _note(row: CategoryReach, share: Estimate, peers: list[Estimate], t: Translator) -> str:
    text = t.estimate(share, peers=peers)
    return (
        t(N_("{share:text}; opening for {openings:int}", share=text, openings=row.openings)) if row.openings else text
    )
