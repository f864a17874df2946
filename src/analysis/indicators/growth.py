"""Where growth came from: revenue of one year to the next, customer by customer, and month by month."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.data.windows import Window, day_of
from analysis.indicators.fiscal import fiscal_years, revenue_years
from analysis.indicators.purchases import Purchases
from analysis.indicators.revenue import TOO_SHORT, growth_outcomes
from analysis.indicators.samples import Floats
from analysis.indicators.shapes import GrowthBridge, MonthComparison, MonthlyRevenue, MonthRevenue
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

COMPARED = 12  # months


def compute_growth(
    ledger: Purchases | None, data: ClientData, params: ClientParams, growth: Outcome
) -> GrowthBridge | NotEstimable:
    """Return the bridge from the year before to the latest twelve months, in constant currency.

    Each customer belongs to one part. *Active* in a year means that its revenue, returns deducted, is not zero.

    Parameters
    ----------
    ledger, data, params
        The transactions and what tells the years.
    growth
        The outcome of the indicator ``revenue_growth``, so that the two cannot disagree.
    """
    years = [] if ledger is None else revenue_years(ledger, data, params)
    if ledger is None or len(years) < 2:
        return NotEstimable(reason=N_("There are no transactions.") if ledger is None else TOO_SHORT)
    return _bridge(ledger, years, growth)


def compute_fiscal_growth(ledger: Purchases | None, data: ClientData, params: ClientParams) -> GrowthBridge | None:
    """Return the bridge between the last two complete fiscal years, in constant currency.

    None where the orders do not cover two, or where these are the very years that `compute_growth` compares.
    """
    if ledger is None:
        return None
    windows = list(fiscal_years(ledger, params.money).values())[:-3:-1]
    if len(windows) < 2 or windows == revenue_years(ledger, data, params):
        return None
    return _bridge(ledger, windows, growth_outcomes(ledger, windows, data, params)[0])


def _bridge(ledger: Purchases, years: list[Window], growth: Outcome) -> GrowthBridge:
    """Return the bridge between two years, the later given first."""
    later_window, earlier_window = years
    later, earlier = (_cents(ledger.spent(window, constant=True)) for window in years)
    parts = _parts(ledger, earlier, later, earlier_window)
    amount = {name: float((later - earlier)[mask].sum()) for name, mask in parts.items()}
    unknown = [_cents(np.array([ledger.unattributed(window, constant=True)]))[0] for window in years]
    return GrowthBridge(
        earlier_label=earlier_window.label,
        later_label=later_window.label,
        earlier=round(float(earlier.sum() + unknown[1]), 2),
        later=round(float(later.sum() + unknown[0]), 2),
        new=round(amount["new"], 2),
        returned=round(amount["returned"], 2),
        expanded=round(amount["expanded"], 2),
        contracted=round(amount["contracted"], 2),
        lost=round(amount["lost"], 2),
        unattributed=round(float(unknown[0] - unknown[1]), 2),
        customers={name: int(mask.sum()) for name, mask in parts.items()},
        goods_returned=(round(ledger.goods_returned(earlier_window), 2), round(ledger.goods_returned(later_window), 2)),
        growth=growth,
    )


def _cents(amounts: Floats) -> Floats:
    """Round to cents, customer by customer, so that the parts add up as printed."""
    return np.round(amounts, 2)


def _parts(ledger: Purchases, earlier: Floats, later: Floats, window: Window) -> dict[str, NDArray[np.bool_]]:
    """Return the customers of each part; together they are all customers active in either year."""
    before = (earlier == 0) & (later != 0)
    # a customer whose purchases and returns of the earlier year cancel out had bought before, too
    known = ledger.bought_before(window) | ledger.buyers(window)
    both = (earlier != 0) & (later != 0)
    return {
        "new": before & ~known,
        "returned": before & known,
        "expanded": both & (later > earlier),
        "contracted": both & (later < earlier),
        "unchanged": both & (later == earlier),
        "lost": (earlier != 0) & (later == 0),
    }


def compute_monthly_revenue(
    ledger: Purchases | None, data: ClientData, params: ClientParams
) -> MonthlyRevenue | NotEstimable:
    """Return revenue by month, and complete months against the same a year before.

    The first month is complete where the data begin within its first week, the last where they reach to its last day.
    With `spring_festival`, January and February are compared as one, and only where both are complete.
    """
    if ledger is None:
        return NotEstimable(reason=N_("There are no transactions."))
    found, *amounts, buyers = ledger.months()
    until = data.recorded_until("transactions")
    first, last = int(found.min()), int(max(found.max(), _month(until)))
    size = last - first + 1
    revenue, constant = (np.bincount(found - first, each, size).astype(np.float64) for each in amounts)
    customers = np.zeros(size, dtype=np.intp)
    customers[found - first] = buyers
    complete = np.ones(size, dtype=bool)
    complete[0] = ledger.covers(_window(first))
    complete[-1] &= until.is_month_end
    months = tuple(
        MonthRevenue(
            month=_label(first + position),
            revenue=round(float(revenue[position]), 2),
            revenue_constant=round(float(constant[position]), 2),
            customers=int(customers[position]),
            complete=bool(complete[position]),
        )
        for position in range(size)
    )
    return MonthlyRevenue(months=months, comparisons=_comparisons(first, constant, complete, params))


def _comparisons(
    first: int, amounts: Floats, complete: NDArray[np.bool_], params: ClientParams
) -> tuple[MonthComparison, ...]:
    """Compare the latest twelve complete months, January with February where the festival moves between them."""
    found: list[MonthComparison] = []
    for position in range(12, len(amounts)):
        calendar = (first + position) % 12 + 1
        together = params.money.spring_festival and calendar <= 2
        if together and calendar == 1:
            continue  # counted with its February
        rows = [position - 1, position] if together else [position]
        before = [row - 12 for row in rows]
        if before[0] < 0 or not complete[rows + before].all():
            continue
        earlier, later = float(amounts[before].sum()), float(amounts[rows].sum())
        label = _label(first + rows[0]) + (f"/{calendar:02d}" if together else "")
        growth = later / earlier - 1 if earlier > 0 else None
        found.append(MonthComparison(label=label, earlier=round(earlier, 2), later=round(later, 2), growth=growth))
    return tuple(found[-COMPARED:])


def _month(moment: pd.Timestamp) -> int:
    return int(np.datetime64(moment, "M").astype(np.int64))


def _label(month: int) -> str:
    return str(np.datetime64(month, "M"))


def _window(month: int) -> Window:
    begin = pd.Timestamp(np.datetime64(month, "M"))
    return Window(first=day_of(begin), last=day_of(begin + pd.offsets.MonthEnd(0)))
