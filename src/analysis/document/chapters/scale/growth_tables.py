"""The tables of growth: its parts, the bridge by customers, who moved most, and the moving twelve months."""

from analysis.document.blocks import Table
from analysis.document.figures.growth_parts import part_names, shown_parts
from analysis.document.prose import cell_text
from analysis.document.tables import DASH, end, notes_of, start
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.document.vocabulary import short_id
from analysis.messages import N_
from analysis.models.lifecycle.growth import GrowthParts
from analysis.models.lifecycle.price_volume import PriceVolume
from analysis.results import Estimate, NotEstimable

LONGEST_NAME = 40


def tabulate_growth_parts(split: PriceVolume, t: Translator, small_cell: int) -> Table:
    """Return what each part did to revenue: amount, interval, and points of growth; their sum last."""
    names = part_names()
    parts = shown_parts(split)
    peers = [part.estimate for part in parts]
    rows = [
        (
            t(names[part.key]),
            t.signed(part.amount, "money"),
            _limits(part.estimate, t),
            t.signed(part.share, "proportion"),
            DASH if isinstance(part.estimate, NotEstimable) else t.number(part.estimate.n, 0),
        )
        for part in parts
    ]
    total = sum(part.amount for part in split.parts)
    share = sum(part.share for part in split.parts)
    rows.append((t(N_("Together")), t.signed(total, "money"), "", t.signed(share, "proportion"), ""))
    columns = (
        start(t(N_("Part")), 2.0),
        end(t(N_("Change of revenue")), 1.2),
        end(t(N_("95% interval")), 1.7),
        end(t(N_("Points of growth")), 1.0),
        end(t(N_("n")), 0.6),
    )
    note = N_(
        "{products:int} products sold in both years ({split:percent} of revenue), {new:int} new, {dropped:int} no"
        " longer sold. Bennet's formula; the parts add up exactly. Intervals: as many other groups of companies of"
        " this kind.",
        products=split.products,
        split=split.split,
        new=split.new,
        dropped=split.dropped,
    )
    few = any(isinstance(peer, NotEstimable) for peer in peers)
    silent = N_("No interval where too few customers are behind a part.")
    return Table(
        title=t(N_("What prices, quantities and products did to revenue")), columns=columns, rows=tuple(rows),
        notes=notes_of(t(note), t(silent) if few else ""), emphasis=(len(rows) - 1,), anchor="table-growth-parts",
    )  # fmt: skip


def _limits(estimate: Estimate | NotEstimable, t: Translator) -> str:
    return t.limits(estimate) if isinstance(estimate, Estimate) else DASH


def tabulate_bridge_steps(result: GrowthParts, t: Translator) -> Table:
    """Return the bridge by what customers did, as the chapter on value draws it."""
    names = {
        "new": N_("New"),
        "returned": N_("Returned"),
        "expanded": N_("Bought more"),
        "contracted": N_("Bought less"),
        "lost": N_("Lost"),
        "unattributed": N_("Not attributed"),
    }
    rows = [(t.period(result.earlier_label), DASH, t.unit(result.earlier, "money", full=True), DASH)]
    rows += [
        (
            t(names[part.key]),
            DASH if part.customers is None else t.number(part.customers, 0),
            t.signed(part.amount, "money"),
            t.signed(part.share, "proportion"),
        )
        for part in result.bridge
        if part.key != "unattributed" or part.amount
    ]
    rows.append((t.period(result.later_label), DASH, t.unit(result.later, "money", full=True), DASH))
    columns = (
        start(t(N_("Source of growth")), 2.0),
        end(t(N_("Customers"))),
        end(t(N_("Revenue")), 1.3),
        end(t(N_("Points of growth")), 1.0),
    )
    return Table(
        title=t(N_("What customers did to revenue")), columns=columns, rows=tuple(rows),
        notes=(t(N_("Constant currency, without VAT, returns deducted.")),), emphasis=(0, len(rows) - 1),
        anchor="table-growth-bridge",
    )  # fmt: skip


def tabulate_movers(result: GrowthParts, t: Translator) -> Table | None:
    """Return the customers whose revenue moved most; None where nobody's did."""
    movers = result.handful.movers
    if not movers:
        return None
    rows = tuple(
        (
            clean_text(short_id(mover.name), LONGEST_NAME),
            t.unit(mover.earlier, "money", full=True),
            t.unit(mover.later, "money", full=True),
            t.signed(mover.later - mover.earlier, "money"),
        )
        for mover in movers
    )
    columns = (
        start(t(N_("Customer")), 2.2),
        end(t.period(result.earlier_label), 1.2),
        end(t.period(result.later_label), 1.2),
        end(t(N_("Change")), 1.0),
    )
    note = N_("Companies of one group count as one customer, named after the one that buys most.")
    return Table(
        title=t(N_("The customers whose revenue moved most")), columns=columns, rows=rows, notes=(t(note),),
        anchor="table-growth-movers",
    )  # fmt: skip


def tabulate_trend(result: GrowthParts, t: Translator, small_cell: int) -> Table | None:
    """Return the moving twelve months; None where no twelve are complete."""
    if not result.trend:
        return None
    peers = [point.change for point in result.trend]
    rows = tuple(
        (
            t.period(point.month),
            t.unit(point.revenue, "money", full=True),
            cell_text(point.change, t, small_cell, peers=peers),
        )
        for point in result.trend
    )
    columns = (
        start(t(N_("Twelve months to")), 1.2),
        end(t(N_("Revenue")), 1.2),
        end(t(N_("Change to a year ago (95% interval)")), 1.8),
    )
    festival = t(N_("No point in January: the Spring Festival moves in and out of it."))
    note = N_("The change is to the twelve months that ended a year before the last point. Constant currency.")
    return Table(
        title=t(N_("Revenue of moving twelve months")), columns=columns, rows=rows,
        notes=notes_of(t(note), festival if result.spring_festival else ""), anchor="table-growth-trend",
    )  # fmt: skip
