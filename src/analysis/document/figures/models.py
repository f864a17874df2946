"""What the two models say: the curve of the relation, the effects side by side, and predictions against reality."""

import seaborn as sns

from analysis.document.blocks import Figure
from analysis.document.figures.base import (
    Drawing,
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
from analysis.messages import N_, Message
from analysis.models.results import BinomialFit, Curve, LoyaltyModel, RepurchaseModel, Validation
from analysis.results import Estimate, Unit

HEIGHT = 2.5


def plot_loyalty_relation(model: LoyaltyModel, t: Translator, theme: Theme) -> Figure:
    """Return how loyalty goes with satisfaction: fitted line, band, and the observed means of neighbouring answers."""
    with figure_drawing(theme, "satisfaction-loyalty", HEIGHT) as sheet:
        _relation(sheet, model.curve, "index", t, theme, t(N_("Loyalty index, 0 to 100")))
    return figure_block(
        sheet, t,
        title=relation_finding(model.slope, "loyalty"),
        alt=t.sentences(
            N_("Chart of the loyalty index over the satisfaction index, with line, band and observed means."),
            relation_finding(model.slope, "loyalty"),
        ),
        caption=t.sentences(
            N_("Line and band: model, 95%; dots: observed means, larger for more answers."), t.n(model.n)
        ),
        data=_relation_data(model.curve, t),
    )  # fmt: skip


def plot_repurchase_relation(model: RepurchaseModel, t: Translator, theme: Theme) -> Figure:
    """Return how buying again goes with satisfaction: fitted probability, band and observed shares."""
    with figure_drawing(theme, "satisfaction-repurchase", HEIGHT) as sheet:
        label = N_("Bought again within {days:int} days, %", days=model.horizon_days)
        _relation(sheet, model.curve, "proportion", t, theme, t(label))
    finding = relation_finding(model.satisfaction_effect, "repurchase")
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(
            N_("Chart of the share who bought again over the satisfaction index, with line, band and observed shares."),
            finding,
        ),
        caption=t.sentences(
            N_("Line and band: model, 95%; dots: observed shares, larger for more customers."), t.n(model.n)
        ),
        data=_relation_data(model.curve, t),
    )  # fmt: skip


def relation_finding(effect: Estimate, outcome: str) -> Message:
    """Return the relation in a board's words; a direction is named only where the interval excludes none."""
    size = {"size": abs(effect.value), "low": effect.low, "high": effect.high}
    if outcome == "loyalty":
        if effect.low > 0:
            return N_("10 points more satisfaction go with {size:number1} points more loyalty", **size)
        if effect.high < 0:
            return N_("10 points more satisfaction go with {size:number1} points less loyalty", **size)
        return N_("No relation between satisfaction and loyalty that the data can tell from noise", **size)
    if effect.low > 0:
        return N_(
            "10 points more satisfaction go with a chance to buy again that is {size:number1} percentage points higher",
            **size,
        )
    if effect.high < 0:
        return N_(
            "10 points more satisfaction go with a chance to buy again that is {size:number1} percentage points lower",
            **size,
        )
    return N_("No relation between satisfaction and buying again that the data can tell from noise", **size)


def _relation(sheet: Drawing, curve: Curve, unit: Unit, t: Translator, theme: Theme, label: str) -> None:
    ax, points, bins = sheet.ax, curve.points, curve.bins
    x = [point.satisfaction for point in points]
    ax.fill_between(x, [p.low for p in points], [p.high for p in points], color=theme.pale, alpha=0.6, linewidth=0)
    sns.lineplot(x=x, y=[point.fitted for point in points], ax=ax, color=theme.color, errorbar=None, legend=False)
    if bins:
        most = max(point.n for point in bins)
        sns.scatterplot(
            x=[point.satisfaction for point in bins], y=[point.outcome for point in bins], ax=ax, color=GREY,
            s=[14 + 70 * point.n / most for point in bins], linewidth=0, zorder=3, legend=False,
        )  # fmt: skip
    style_value_axis(ax, "y", unit, t, label)
    style_value_axis(ax, "x", "index", t, t(N_("Satisfaction index, 0 to 100")))


def _relation_data(curve: Curve, t: Translator) -> list[dict[str, object]]:
    fitted, observed = t(N_("model")), t(N_("observed"))
    line = [
        {"label": fitted, "satisfaction": p.satisfaction, "value": p.fitted, "low": p.low, "high": p.high}
        for p in curve.points
    ]
    return line + [
        {"label": observed, "satisfaction": b.satisfaction, "value": b.outcome, "n": b.n} for b in curve.bins
    ]


def plot_effects(fit: BinomialFit, t: Translator, theme: Theme) -> Figure | None:
    """Return the average marginal effects of a fit as a forest plot, nothing at zero; None without effects."""
    effects = fit.effects
    if not effects:
        return None
    estimates = [row.effect for row in effects]
    with figure_drawing(theme, f"effects-{fit.key}".replace("_", "-"), rows_height(len(effects))) as sheet:
        ax = sheet.ax
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
        intervals(ax, estimates, theme.pale)
        sns.scatterplot(
            x=[estimate.value for estimate in estimates], y=range(len(estimates)), ax=ax, color=theme.color, s=42,
            linewidth=0, zorder=3, legend=False,
        )  # fmt: skip
        name_rows(ax, [t(row.label) for row in effects], 52)
        row_notes(ax, [t.estimate(estimate) for estimate in estimates])
        label = t(N_("Percentage points of the chance to buy again"))
        style_value_axis(ax, "x", "percentage_points", t, label)
    clear = [plain_term(t(row.label)) for row in effects if row.effect.low > 0 or row.effect.high < 0]
    title = N_("Nothing here goes with buying again beyond the uncertainty")
    if clear:
        title = N_("What goes with buying again beyond the uncertainty: {terms:list}", terms=clear)
    listing = t.listing(f"{t(row.label)}: {t.estimate(row.effect)}" for row in effects)
    opening = N_("Forest plot of average marginal effects on the chance to buy again, in percentage points.")
    return figure_block(
        sheet, t, title=title, alt=t.sentences(opening, listing),
        caption=N_(
            "Dot: average difference for one step (10 points of an index); bar: 95% interval. Goes with, not causes."
        ),
        data=[estimate_row(t(row.label), row.effect) for row in effects],
    )  # fmt: skip


def plain_term(label: str) -> str:
    """Return a term's name without the unit or transformation after its comma.

    >>> plain_term("Frequency, log of order days in the history"), plain_term("合作年限，年")
    ('Frequency', '合作年限')
    """
    return label.replace("，", ",").partition(",")[0]


def plot_validation(validation: Validation, t: Translator, theme: Theme) -> Figure | None:
    """Return the calibration of the full model on held-out customers; None without a calibration table."""
    bins = validation.full.deciles
    if not bins:
        return None
    with figure_drawing(theme, "calibration", HEIGHT) as sheet:
        ax = sheet.ax
        top = max(max(b.high for b in bins), max(b.predicted for b in bins))
        ax.plot([0, top], [0, top], color=LIGHT, linewidth=1)
        ax.vlines(
            [b.predicted for b in bins], [b.low for b in bins], [b.high for b in bins], color=theme.pale, linewidth=4
        )
        sns.scatterplot(
            x=[b.predicted for b in bins], y=[b.observed for b in bins], ax=ax, color=theme.color, s=42, linewidth=0,
            zorder=3, legend=False,
        )  # fmt: skip
        style_value_axis(ax, "y", "proportion", t, t(N_("Observed share who bought again, %")))
        style_value_axis(ax, "x", "proportion", t, t(N_("Predicted chance to buy again, %")))
    return figure_block(
        sheet, t,
        title=validation_finding(validation),
        alt=t.sentences(
            N_("Calibration chart: predicted chance against observed share, on customers the model had not seen."),
            t.listing(f"{t.percent(b.predicted)}: {t.percent(b.observed)} ({t.n(b.n)})" for b in bins),
        ),
        caption=N_("On the diagonal, predictions come true. Bars: 95% intervals."),
        data=[
            {"predicted": b.predicted, "value": b.observed, "low": b.low, "high": b.high, "n": b.n}
            for b in bins
        ],
    )  # fmt: skip


def validation_finding(validation: Validation) -> Message:
    """Return whether the answers improve on past buying, as the held-out comparison says."""
    if validation.verdict == "better":
        return N_("Answers to the survey predict buying again better than past buying alone")
    if validation.verdict == "worse":
        return N_("Answers to the survey make the prediction of buying again worse than past buying alone")
    return N_("Answers to the survey do not predict buying again better than past buying alone")
