"""Revenue over time: month by month, and what made it grow or shrink from one period to the next."""

import datetime as dt
from collections.abc import Sequence

import seaborn as sns
from matplotlib.axes import Axes

from analysis.document.blocks import Figure
from analysis.document.figures.base import broken_period, figure_block, figure_drawing, name_ticks, style_value_axis
from analysis.document.formatting import TIMES_FROM, format_money, format_month
from analysis.document.theme import GREY, INK, LIGHT, Theme
from analysis.document.translate import Translator
from analysis.indicators.shapes import GrowthBridge, MonthlyRevenue
from analysis.messages import N_, Message
from analysis.results import Estimate

HEIGHT = 2.4
MAX_TICKS = 6


def bridge_steps(bridge: GrowthBridge) -> list[tuple[str, Message, float]]:
    """Return the steps of a bridge that are not nil: key, name, amount."""
    steps = [
        ("new", N_("New"), bridge.new),
        ("returned", N_("Returned"), bridge.returned),
        ("expanded", N_("Bought more"), bridge.expanded),
        ("contracted", N_("Bought less"), bridge.contracted),
        ("lost", N_("Lost"), bridge.lost),
        ("unattributed", N_("Not attributed"), bridge.unattributed),
    ]
    return [step for step in steps if abs(step[2]) > 0.005]


def plot_growth_bridge(bridge: GrowthBridge, t: Translator, theme: Theme) -> Figure:
    """Return the waterfall from the earlier to the later period's revenue; its title follows the growth's interval."""
    steps = bridge_steps(bridge)
    first, last = t.period(bridge.earlier_label), t.period(bridge.later_label)
    names = [broken_period(first), *(t(name) for _, name, _ in steps), broken_period(last)]
    with figure_drawing(theme, "growth-bridge", HEIGHT) as sheet:
        ax = sheet.ax
        ax.bar([0, len(names) - 1], [bridge.earlier, bridge.later], color=GREY, width=0.62)
        level = bridge.earlier
        for position, (_, _, amount) in enumerate(steps, start=1):
            color = theme.color if amount > 0 else LIGHT
            ax.bar(position, abs(amount), bottom=min(level, level + amount), color=color, width=0.62)
            ax.plot([position - 1 + 0.31, position - 0.31], [level, level], color=GREY, linewidth=0.7)
            level += amount
            text = format_money(amount, t.language, t.currency, signed=True)
            _above(ax, position, max(level, level - amount), text)
        ax.plot([len(names) - 2 + 0.31, len(names) - 1 - 0.31], [level, level], color=GREY, linewidth=0.7)
        _above(ax, 0, bridge.earlier, t.unit(bridge.earlier, "money"))
        _above(ax, len(names) - 1, bridge.later, t.unit(bridge.later, "money"))
        name_ticks(ax, range(len(names)), names)
        ax.margins(y=0.16)
        ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
        style_value_axis(ax, "y", "money", t, t(N_("Revenue, {currency:text}", currency=t.currency)))
        ax.tick_params(axis="x", labelcolor=INK, length=0)
    listing = t.listing(
        f"{t(name)} {format_money(amount, t.language, t.currency, signed=True)}" for _, name, amount in steps
    )
    values = {"earlier": first, "later": last, "before": bridge.earlier, "after": bridge.later}
    opening = N_(
        "Waterfall chart of revenue from {earlier:text} ({before:money}) to {later:text} ({after:money}).", **values
    )
    return figure_block(
        sheet, t,
        title=_growth_finding(bridge, values),
        alt=t.sentences(opening, listing),
        caption=N_("Constant currency, without VAT, returns deducted."),
        data=[
            {"label": first, "value": bridge.earlier},
            *({"label": t(name), "value": amount} for _, name, amount in steps),
            {"label": last, "value": bridge.later},
        ],
    )  # fmt: skip


def _above(ax: Axes, position: int, height: float, text: str) -> None:
    ax.annotate(text, (position, height), (0, 3), textcoords="offset points", ha="center", va="bottom")


def _growth_finding(bridge: GrowthBridge, values: dict[str, object]) -> Message:
    growth = bridge.growth
    if not isinstance(growth, Estimate):
        return N_("Revenue went from {before:money} ({earlier:text}) to {after:money} ({later:text})", **values)
    share = {"growth": abs(growth.value), **values}
    if growth.low > 0 and growth.value >= TIMES_FROM:
        return N_("Revenue went from {before:money} ({earlier:text}) to {after:money} ({later:text})", **values)
    if growth.low > 0:
        return N_(
            "Revenue grew by {growth:percent}, from {before:money} ({earlier:text}) to {after:money} ({later:text})",
            **share,
        )
    if growth.high < 0:
        return N_(
            "Revenue shrank by {growth:percent}, from {before:money} ({earlier:text}) to {after:money} ({later:text})",
            **share,
        )
    return N_(
        "Revenue went from {before:money} ({earlier:text}) to {after:money} ({later:text}), a change within the usual"
        " ups and downs of the customers",
        **values,
    )


def plot_monthly_revenue(revenue: MonthlyRevenue, t: Translator, theme: Theme) -> Figure | None:
    """Return revenue month by month (constant currency), a running month hollow; None below three months."""
    months = revenue.months
    if len(months) < 3:
        return None
    values = [month.revenue_constant for month in months]
    days = [dt.date(int(month.month[:4]), int(month.month[5:7]), 1) for month in months]
    with figure_drawing(theme, "monthly-revenue", 2.1) as sheet:
        ax = sheet.ax
        complete = [month.complete for month in months]
        drawn = [position for position, is_complete in enumerate(complete) if is_complete]
        sns.lineplot(
            x=drawn, y=[values[i] for i in drawn], ax=ax, color=theme.color, marker="o", markersize=5,
            markeredgewidth=0, errorbar=None, legend=False,
        )  # fmt: skip
        running = [position for position, is_complete in enumerate(complete) if not is_complete]
        ax.plot(running, [values[i] for i in running], "o", mfc="white", mec=theme.color, markersize=5, linestyle="")
        ticks = month_ticks(days)
        ax.set_xticks(ticks, [format_month(days[i], t.language) for i in ticks])
        ax.set_ylim(min(0.0, *values), max(values) * 1.12 if max(values) > 0 else None)
        style_value_axis(ax, "y", "money", t, t(N_("Revenue a month, {currency:text}", currency=t.currency)))
    best = max(drawn or range(len(months)), key=lambda i: values[i])
    worst = min(drawn or range(len(months)), key=lambda i: values[i])
    text = {
        "low": values[worst], "low_month": format_month(days[worst], t.language),
        "high": values[best], "high_month": format_month(days[best], t.language),
    }  # fmt: skip
    return figure_block(
        sheet, t,
        title=monthly_finding(revenue, t),
        alt=N_(
            "Line chart of monthly revenue from {first:text} to {last:text}, lowest {low:money} in {low_month:text},"
            " highest {high:money} in {high_month:text}.",
            first=format_month(days[0], t.language), last=format_month(days[-1], t.language), **text,
        ),
        caption=t.sentences(
            N_("Constant currency, without VAT, returns deducted."),
            N_("Hollow: a month that is not over.") if running else None,
        ),
        data=[
            {"label": t.period(month.month), "value": month.revenue_constant, "n": month.customers} for month in months
        ],
    )  # fmt: skip


def monthly_finding(revenue: MonthlyRevenue, t: Translator) -> Message:
    """Return the last twelve complete months against the twelve before, or the average month, and the strongest."""
    complete = [month for month in revenue.months if month.complete] or list(revenue.months)
    latest, before = complete[-12:], complete[-24:-12]
    strongest = max(latest, key=lambda month: month.revenue_constant)
    values = {"month": t.period(strongest.month), "high": strongest.revenue_constant}
    later, earlier = (sum(month.revenue_constant for month in year) for year in (latest, before))
    if len(before) == 12 and earlier > 0:
        return N_(
            "The last twelve complete months brought {later:money}, the twelve before {earlier:money}; the strongest"
            " month of the last twelve was {month:text} ({high:money})",
            later=later,
            earlier=earlier,
            **values,
        )
    return N_(
        "An average month brought {mean:money}; the strongest was {month:text} ({high:money})",
        mean=later / len(latest),
        **values,
    )


def month_ticks(days: Sequence[dt.date]) -> list[int]:
    """Return the positions of the months that are named on an axis: at most `MAX_TICKS` and a January among them."""
    step = next((step for step in (1, 2, 3, 4, 6, 12) if len(days) <= step * MAX_TICKS), 0)
    if not step:
        step = 12 * -(-len(days) // (12 * MAX_TICKS))
    first = next((i for i, day in enumerate(days) if day.month == 1), 0) % step
    return list(range(first, len(days), step))
