"""The figures of a portfolio: the clients' scores with intervals, and the bands of the score by industry."""

from collections.abc import Sequence

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    estimate_row,
    figure_block,
    figure_drawing,
    intervals,
    name_rows,
    pick_ends,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.portfolio.words import band_number, class_words, industry_name, rank_words
from analysis.document.theme import GREY, Theme
from analysis.document.translate import Translator
from analysis.messages import N_, Message
from analysis.portfolio.shapes import Band, ClientStanding, Standing
from analysis.results import Estimate

MOST = 40
LONGEST_NAME = 36
POINTS = N_("Points, 0 to 100")


def plot_scores(standing: Standing, title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the caterpillar of the scores: the fair ones with intervals, the clients' own hollow; None below two."""
    ids = pick_ends([row.client for row in standing.rows], MOST)
    rows = [row for row in standing.rows if row.client in ids]
    if len(rows) < 2:
        return None
    shown = [row.own if row.shrunken is None else row.shrunken for row in rows]
    drawn = standing.mean is not None
    with figure_drawing(theme, "portfolio-scores", rows_height(len(rows))) as sheet:
        ax = sheet.ax
        if standing.mean is not None:
            ax.axvline(standing.mean, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        intervals(ax, shown, theme.pale)
        places = list(range(len(rows)))
        if drawn:
            ax.scatter([row.own.value for row in rows], places, s=30, facecolor="white", edgecolor=GREY,
                       linewidth=1.0, zorder=3)  # fmt: skip
        ax.scatter([each.value for each in shown], places, s=34, color=theme.color, linewidth=0, zorder=4)
        name_rows(ax, [row.name for row in rows], LONGEST_NAME)
        if drawn:
            row_notes(ax, [_rank_note(row, t) for row in rows])
        style_value_axis(ax, "x", "index", t, t(POINTS))
    listing = t.listing(f"{row.name}: {t.estimate(each)}" for row, each in zip(rows, shown, strict=True))
    fair = N_(
        "Filled: the fair score, drawn towards the mean of the clients by as much as its uncertainty deserves; bar: 95%"
        " interval; hollow: the client's own score; dashed: mean; at the right: interval of the rank."
    )
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(N_("Dots with intervals: the relationship scores of the clients."), listing),
        caption=fair if drawn else N_("Dot: the client's own score; bar: 95% interval. Nothing is drawn together."),
        data=[estimate_row(row.name, each) for row, each in zip(rows, shown, strict=True)],
    )  # fmt: skip


def _rank_note(row: ClientStanding, t: Translator) -> str:
    return t(N_("rank {ranks:message}", ranks=rank_words(row)))


def plot_bands(bands: Sequence[Band], title: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the bands of one measure: bar from 10% to 90%, thick from 25% to 75%, line at the middle; None if none."""
    shown = [(band, band.numbers) for band in bands if band.numbers is not None]
    if not shown:
        return None
    labels = [t(industry_name(band.industry)) for band, _ in shown]
    rows = list(range(len(shown)))
    with figure_drawing(theme, "portfolio-bands", rows_height(len(shown))) as sheet:
        ax = sheet.ax
        ax.hlines(rows, [n.p10 for _, n in shown], [n.p90 for _, n in shown], color=theme.pale, linewidth=4, zorder=2)
        ax.hlines(rows, [n.p25 for _, n in shown], [n.p75 for _, n in shown], color=theme.color, linewidth=9, zorder=3)
        ax.scatter([n.p50 for _, n in shown], rows, marker="|", s=170, color="white", linewidth=2.0, zorder=4)
        name_rows(ax, labels, LONGEST_NAME)
        row_notes(ax, [t(N_("{clients:message} clients", clients=class_words(n))) for _, n in shown])
        style_value_axis(ax, "x", shown[0][0].unit, t, t(POINTS))
    listing = t.listing(
        t(N_("{name:text}: middle half from {low:text} to {high:text}", name=label,
             low=band_number(n.p25, band, t), high=band_number(n.p75, band, t)))
        for label, (band, n) in zip(labels, shown, strict=True)
    )  # fmt: skip
    data = [
        estimate_row(label, Estimate(value=n.p50, low=n.p10, high=n.p90, n=n.fewest, method="random-effects",
                                     unit=band.unit, level=0.8))
        for label, (band, n) in zip(labels, shown, strict=True)
    ]  # fmt: skip
    words = {"value": N_("Middle"), "low": N_("10%"), "high": N_("90%"), "n": N_("Clients, at least")}
    plain = tuple({t(N_("Label")): row["label"]} | {t(word): row[key] for key, word in words.items()} for row in data)
    block = figure_block(
        sheet, t, title=title,
        alt=t.sentences(N_("Bars: how the clients' scores are spread, over all and by industry."), listing),
        caption=N_("Thin bar: from 10% to 90% of clients like these; thick bar: the middle half; gap: the middle."),
        data=data,
    )  # fmt: skip
    return Figure(**(vars(block) | {"data": plain}))
