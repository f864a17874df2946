"""What better performance of each driver would be worth: a dot and its interval for each, nothing at zero."""

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
from analysis.document.theme import GREY, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, Message
from analysis.models.uplift.result import DriverGain, UpliftSimulation
from analysis.results import Estimate

MOST_DRIVERS = 12


def plot_uplift(result: UpliftSimulation, finding: Message | str, t: Translator, theme: Theme) -> Figure | None:
    """Return the gain of each driver in money, or as a share of revenue where there is no year of orders.

    None where no driver has an estimate. `finding` becomes the title.
    """
    known = [(row, outcome) for row in result.drivers if isinstance(outcome := gain_of(row), Estimate)]
    shown = known[:MOST_DRIVERS]
    if not shown:
        return None
    estimates = [outcome for _, outcome in shown]
    labels = [clean_text(row.label) for row, _ in shown]
    unit = estimates[0].unit
    with figure_drawing(theme, "uplift", rows_height(len(shown))) as sheet:
        sheet.ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(sheet.ax, estimates, theme.pale)
        sns.scatterplot(
            x=[estimate.value for estimate in estimates], y=range(len(shown)), ax=sheet.ax, color=theme.color, s=42,
            zorder=3, linewidth=0, legend=False,
        )  # fmt: skip
        name_rows(sheet.ax, labels)
        row_notes(sheet.ax, [t.estimate(estimate, peers=estimates) for estimate in estimates])
        style_value_axis(sheet.ax, "x", unit, t, t(_axis(result, unit, t)))
    return figure_block(
        sheet, t, title=finding,
        alt=t.sentences(
            N_("Dot chart of what {points:number} points more of each driver would be worth, with 95% intervals.",
               points=result.points),
            t.listing(f"{label}: {t.estimate(estimate)}" for label, estimate in zip(labels, estimates, strict=True)),
        ),
        caption=t.sentences(
            N_("Only if the relation is causal. Dot: estimate; bar: 95% interval from {draws:int} joint draws;"
               " {customers:int} customers, {answers:int} answers.",
               draws=result.draws, customers=result.customers, answers=result.answers),
            *([N_("The table has all {count:int} parts.", count=len(known))] if len(known) > len(shown) else []),
        ),
        data=_rows(labels, estimates),
    )  # fmt: skip


def gain_of(row: DriverGain) -> Estimate | None:
    """Return a driver's gain in money, or else as a share, or None where it has neither."""
    return next((outcome for outcome in (row.money, row.share) if isinstance(outcome, Estimate)), None)


def _axis(result: UpliftSimulation, unit: str, t: Translator) -> Message:
    if unit == "money":
        return N_("{currency:text} a year for {points:number} points more", currency=t.currency, points=result.points)
    return N_("% of {worth:message} for {points:number} points more", worth=result.worth, points=result.points)


def _rows(labels: Sequence[str], estimates: Sequence[Estimate]) -> list[dict[str, object]]:
    return [estimate_row(label, estimate) for label, estimate in zip(labels, estimates, strict=True)]
