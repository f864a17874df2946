"""How revenue and customers are spread: concentration, RFM segments, and who stays."""

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    figure_block,
    figure_drawing,
    name_rows,
    row_notes,
    rows_height,
    style_value_axis,
)
from analysis.document.theme import GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.indicators.shapes import ConcentrationResult, CurvePoint, RetentionCurve, RfmResult
from analysis.messages import N_, NP_, Message

HEIGHT = 2.5
FEW = 0.05  # of the customers: below it the finding is that they do not come back


def plot_concentration(result: ConcentrationResult, t: Translator, theme: Theme) -> Figure:
    """Return the Lorenz curve of revenue over customers, the largest tenth marked."""
    shares = [point[0] for point in result.lorenz]
    revenue = [point[1] for point in result.lorenz]
    with figure_drawing(theme, "concentration", HEIGHT) as sheet:
        ax = sheet.ax
        ax.plot([0, 1], [0, 1], color=LIGHT, linewidth=1)
        ax.annotate(t(N_("all customers equal")), (0.47, 0.5), ha="right", va="bottom", color=GREY)
        ax.fill_between(shares, revenue, shares, color=theme.pale, alpha=0.45, linewidth=0)
        sns.lineplot(x=shares, y=revenue, ax=ax, color=theme.color, errorbar=None, legend=False)
        ax.axvline(0.9, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        ax.annotate(t(N_("largest tenth")), (0.91, 0.02), ha="left", va="bottom", color=INK)
        ax.set_xlim(0, 1.12)
        ax.set_ylim(0, 1.02)
        style_value_axis(ax, "y", "proportion", t, t(N_("Share of revenue, %")))
        style_value_axis(ax, "x", "proportion", t, t(N_("Share of customers, smallest first, %")))
        ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    return figure_block(
        sheet, t,
        title=concentration_finding(result, t),
        alt=N_(
            "Lorenz curve of revenue over {n:int} customers; {finding:message}.",
            n=result.n,
            finding=concentration_finding(result, t),
        ),
        caption=t.sentences(
            state_unevenness(result),
            N_("A full count of {n:int} customers with revenue, not a sample: there is no interval.", n=result.n),
        ),
        data=[{"label": f"{share:.4f}", "value": value} for share, value in result.lorenz],
    )  # fmt: skip


def state_unevenness(result: ConcentrationResult) -> Message:
    """Return Gini's coefficient and, where there are more customers than ten, the share of the ten largest."""
    if result.top10 is None:
        return N_(
            "Gini coefficient {gini:number2} (0: all customers bring the same, 1: one brings everything).",
            gini=result.gini,
        )
    return N_(
        "Gini coefficient {gini:number2} (0: all customers bring the same, 1: one brings everything); the ten largest"
        " customers bring {top10:percent} of revenue.",
        gini=result.gini,
        top10=result.top10,
    )


def concentration_finding(result: ConcentrationResult, t: Translator) -> Message:
    """Return what the concentration comes to, in one clause."""
    return N_(
        "The largest tenth of the customers brings {share:percent} of revenue, the largest one {largest:percent}",
        share=result.top_decile,
        largest=result.largest,
    )


def short_name(name: str) -> str:
    """Return a segment's name without the explanation after its colon."""
    return name.replace("：", ":").partition(":")[0].strip()


def plot_rfm(result: RfmResult, t: Translator, theme: Theme) -> Figure | None:
    """Return share of customers and share of revenue by RFM segment; None where nobody bought."""
    segments = [segment for segment in result.segments if segment.customers]
    if not segments:
        return None
    names = [short_name(t(segment.name)) for segment in segments]
    notes = [f"{t.percent(segment.share)} / {t.percent(segment.revenue_share)}" for segment in segments]
    with figure_drawing(theme, "rfm", rows_height(len(segments)) + 0.1) as sheet:
        ax = sheet.ax
        for position, segment in enumerate(segments):
            ax.barh(position - 0.19, segment.share, height=0.34, color=LIGHT)
            ax.barh(position + 0.19, max(segment.revenue_share, 0), height=0.34, color=theme.color)
        name_rows(ax, names)
        row_notes(ax, notes)
        style_value_axis(ax, "x", "proportion", t, t(N_("Grey: share of customers, %; colour: share of revenue, %")))
    largest = max(segments, key=lambda segment: segment.revenue_share)
    title = N_(
        "{name:text}: {share:percent} of the customers bring {revenue:percent} of revenue",
        name=short_name(t(largest.name)),
        share=largest.share,
        revenue=largest.revenue_share,
    )
    opening = N_("Bar chart of the RFM segments, share of customers and share of revenue.")
    listing = t.listing(f"{name}: {note}" for name, note in zip(names, notes, strict=True))
    data = [
        {"label": name, "customers": segment.share, "revenue": segment.revenue_share, "n": segment.customers}
        for name, segment in zip(names, segments, strict=True)
    ]
    return figure_block(sheet, t, title=title, alt=t.sentences(opening, listing), caption=t.n(result.n), data=data)


def plot_retention(curve: RetentionCurve, t: Translator, theme: Theme) -> Figure | None:
    """Return the share of customers still there by time since the beginning, with its band; None below two points."""
    is_contract = curve.kind == "contractual"
    points = curve.points if is_contract else curve.points[1:]  # that a first purchase is one says nothing
    if len(points) < 2:
        return None
    with figure_drawing(theme, "retention-curve", HEIGHT) as sheet:
        ax = sheet.ax
        days = [point.days for point in points]
        ax.fill_between(
            days, [p.low for p in points], [p.high for p in points], color=theme.pale, alpha=0.6, linewidth=0,
            step="post" if is_contract else None,
        )  # fmt: skip
        sns.lineplot(
            x=days, y=[point.share for point in points], ax=ax, color=theme.color, errorbar=None, legend=False,
            drawstyle="steps-post" if is_contract else "default",
        )  # fmt: skip
        ax.set_ylim(0, 1.03)
        ax.set_xlim(0, days[-1] * 1.02)
        across, up = N_("Days since the first purchase"), N_("Customers who bought in the quarter, %")
        if is_contract:
            across, up = N_("Days since the beginning of the relationship"), N_("Relationships still running, %")
        style_value_axis(ax, "y", "proportion", t, t(up))
        style_value_axis(ax, "x", "days", t, t(across))
        ax.spines["left"].set_visible(False)
    title = retention_finding(curve)
    events = NP_("One relationship ended.", "{count:int} relationships ended.", curve.events) if is_contract else None
    return figure_block(
        sheet, t, title=title,
        alt=t.sentences(
            N_("Falling curve of the share of customers who are still there, by days since the beginning."), title,
        ),
        caption=t.sentences(
            N_("Band: 95% interval. Customers: {n:int}.", n=curve.n), events,
            N_("Counted from each beginning; the retention rate counts all relationships over one year.")
            if is_contract
            else N_("Each point rests on the customers whose first purchase lies that far back; later ones on fewer."),
        ),
        data=[{"label": p.days, "value": p.share, "low": p.low, "high": p.high, "n": p.at_risk} for p in points],
    )  # fmt: skip


def retention_finding(curve: RetentionCurve) -> Message:
    """Return what a retention curve says at the last of its points within a year."""
    reference = _reference_point(curve.points)
    values = {"share": reference.share, "days": reference.days}
    if curve.kind == "contractual":
        return N_("{share:percent} of the relationships last longer than {days:int} days", **values)
    if reference.share == 0:
        return N_("No customer bought in the quarter that ended {days:int} days after the first purchase", **values)
    if reference.share < FEW:
        return N_(
            "Hardly any customer comes back: {share:percent} bought in the quarter that ended {days:int} days after the"
            " first purchase",
            **values,
        )
    return N_(
        "{share:percent} of the customers bought in the quarter that ended {days:int} days after their first purchase",
        **values,
    )


def _reference_point(points: tuple[CurvePoint, ...]) -> CurvePoint:
    """Return the last point within a year, or the last point of a shorter curve."""
    return [point for point in points if point.days <= 366][-1]
