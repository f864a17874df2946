"""The bridge between two fiscal years as a table, beside the chart of the latest twelve months."""

from analysis.document.blocks import Column, Table
from analysis.document.figures.revenue import bridge_steps
from analysis.document.translate import Translator
from analysis.indicators.shapes import GrowthBridge
from analysis.messages import N_
from analysis.results import Estimate

DASH = "\N{EN DASH}"


def tabulate_fiscal_bridge(bridge: GrowthBridge, t: Translator) -> Table:
    """Return the revenue of two fiscal years and what lies between them: customers and revenue of each part."""
    first, last = t.period(bridge.earlier_label), t.period(bridge.later_label)
    rows = [(first, DASH, t.unit(bridge.earlier, "money", full=True))]
    for key, name, amount in bridge_steps(bridge):
        customers = bridge.customers.get(key)
        rows.append((t(name), DASH if customers is None else t.number(customers), t.unit(amount, "money", full=True)))
    rows.append((last, DASH, t.unit(bridge.later, "money", full=True)))
    growth = bridge.growth
    note = N_("Growth: {growth:text}.", growth=t.estimate(growth)) if isinstance(growth, Estimate) else growth.reason
    return Table(
        title=t(N_("The last two complete fiscal years")),
        columns=(
            Column(title=t(N_("Source of growth")), width=2.0),
            Column(title=t(N_("Customers")), align="end"),
            Column(title=t(N_("Revenue")), align="end"),
        ),
        rows=tuple(rows),
        emphasis=(0, len(rows) - 1),
        notes=(t(note), t(N_("Constant currency, without VAT, returns deducted."))),
        anchor="table-fiscal-growth",
    )
