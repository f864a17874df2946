"""How many customers of each cohort order again, period by period, as a shaded grid with its numbers."""

from analysis.document.blocks import Figure
from analysis.document.figures.base import figure_block, figure_drawing, name_rows
from analysis.document.theme import INK, Theme, tint
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.models.lifecycle.cohorts import Cohort, CohortTable, Period
from analysis.results import Estimate

ROW = 0.33  # inches
HEAD = 0.75  # inches for the names of the columns and the axis
MOST = 12
LIGHTEST, DARKEST = 0.92, 0.55  # shares of white in the colour of 0% and of 100%: dark figures read on any accent


def since_label(length: Period, since: int, t: Translator) -> str:
    """Return the name of a period since the first order."""
    words: dict[Period, Message] = {
        "year": N_("year {number:int}", number=since),
        "half_year": N_("half-year {number:int}", number=since),
        "quarter": N_("quarter {number:int}", number=since),
    }
    return t(words[length])


def cohort_label(cohort: Cohort, t: Translator) -> str:
    """Return the name of a cohort: the period of its first orders, or that it is from before the record."""
    return t(N_("before the record")) if cohort.from_before else t.period(cohort.period)


def plot_cohorts(table: CohortTable, title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the grid of cohorts and periods since; None where no cell has a number."""
    cohorts = [cohort for cohort in table.cohorts if any(isinstance(cell.share, Estimate) for cell in cohort.cells)]
    cohorts = cohorts[-MOST:]
    if not cohorts:
        return None
    columns = max(cell.since for cohort in cohorts for cell in cohort.cells if isinstance(cell.share, Estimate))
    with figure_drawing(theme, "retention-cohorts", HEAD + ROW * max(len(cohorts), 2)) as sheet:
        ax = sheet.ax
        for row, cohort in enumerate(cohorts):
            for cell in cohort.cells:
                if not isinstance(cell.share, Estimate):
                    continue
                share = cell.share.value
                color = tint(theme.color, LIGHTEST + (DARKEST - LIGHTEST) * share)
                ax.barh(row, 0.96, left=cell.since - 0.98, height=0.9, color=color, linewidth=0)
                ax.text(cell.since - 0.5, row, t.percent(share), ha="center", va="center", color=INK)
        labels = [f"{cohort_label(cohort, t)} ({t.n(cohort.n)})" for cohort in cohorts]
        name_rows(ax, labels, 44)
        ax.set_xlim(0, columns)
        ax.set_xticks([since - 0.5 for since in range(1, columns + 1)],
                      [since_label(table.length, since, t) for since in range(1, columns + 1)])  # fmt: skip
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        ax.set_xlabel(t(N_("Period since the first order; share of the cohort that ordered in it, %")))
    rows = [
        (cohort_label(cohort, t), since_label(table.length, cell.since, t), cell.share)
        for cohort in cohorts
        for cell in cohort.cells
        if isinstance(cell.share, Estimate)
    ]
    return figure_block(
        sheet, t,
        title=title,
        alt=t.sentences(
            N_("Grid of the share of each cohort that ordered, by period since its first order."),
            t.listing(f"{cohort}, {since}: {t.percent(share.value)}" for cohort, since, share in rows),
        ),
        caption=N_("Cohorts: period of the first order. Darker: more ordered. Intervals are in the table of cohorts."),
        data=[
            {"label": f"{cohort}, {since}", "value": share.value, "low": share.low, "high": share.high, "n": share.n}
            for cohort, since, share in rows
        ],
    )  # fmt: skip
