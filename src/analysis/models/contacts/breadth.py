"""How much of the range customers buy: categories, business units and regions, and each category's reach."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.data.client import ClientData
from analysis.indicators.account_revenue import revenue_of
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.ledger import Ledger, Window, year_ending
from analysis.indicators.samples import Codes, Floats, Sample
from analysis.messages import N_
from analysis.models.contacts.breadth_result import Breadth, BreadthBand, CategoryReach, Kind, NextBest, Spread
from analysis.models.contacts.openings import Baskets, find_openings
from analysis.models.contacts.records import ledger_of, share_of_customers
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

KINDS: tuple[Kind, ...] = ("category", "business_unit", "region")
BANDS = 6  # so many kinds and more are one band


@dataclass(frozen=True, kw_only=True, eq=False)
class Purchases:
    """What customers bought of each kind in the window.

    Parameters
    ----------
    ids
        Customers whose purchases name a kind.
    names
        The kinds sold in the window.
    spent
        Purchases in the audit's currency, shape (customers, kinds), sparse; an entry says that it was bought.
    every
        Names of all kinds in the orders, in the window or before.
    """

    ids: pd.Index
    names: tuple[str, ...]
    spent: sparse.csr_array
    every: int

    @property
    def counts(self) -> Codes:
        """Kinds that each customer bought."""
        return np.diff(self.spent.indptr).astype(np.int64)


def measure_breadth(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Breadth | NotEstimable:
    """Return what customers bought of in the last twelve months on record, and what they could buy yet."""
    if ledger is None:
        return NotEstimable(reason=N_("There are no transactions."))
    window = year_ending(data.recorded_until("transactions"))
    found = {kind: read_purchases(kind, ledger, window, data) for kind in KINDS if data.has("transactions", kind)}
    usable = {kind: bought for kind, bought in found.items() if len(bought.ids)}
    if not found:
        reason = N_("The orders name no product category, no business unit and no region.")
        return NotEstimable(reason=reason)
    if not usable:
        return NotEstimable(reason=N_("Nobody bought in the last twelve months."), n=0)
    spreads = tuple(_spread(kind, bought, params) for kind, bought in usable.items())
    category = usable.get("category")
    next_best: NextBest | NotEstimable = NotEstimable(reason=N_("The orders name no product category."))
    if category is not None:
        next_best = _next_best(category, window, ledger, data, params)
    return Breadth(
        window=window.label,
        customers=int(ledger.buyers(window).sum()),
        spreads=spreads,
        categories=() if category is None else _reach(category, next_best, params),
        next_best=next_best,
    )


def read_purchases(kind: Kind, ledger: Ledger, window: Window, data: ClientData) -> Purchases:
    """Return what each customer spent on each kind in a window; returns and lines without a kind are left out."""
    codes, names = pd.factorize(data.table("transactions")[kind], sort=True)
    rows = (ledger.customer >= 0) & ~ledger.is_return & (ledger.revenue > 0) & (codes >= 0) & window.holds(ledger.day)
    customers, who = np.unique(ledger.customer[rows], return_inverse=True)
    sold, what = np.unique(codes[rows], return_inverse=True)
    spent = sparse.coo_array((ledger.revenue[rows], (who, what)), shape=(len(customers), len(sold))).tocsr()
    return Purchases(
        ids=ledger.ids[customers],
        names=tuple(str(names[code]) for code in sold),
        spent=spent,
        every=len(names),
    )


def _spread(kind: Kind, bought: Purchases, params: ClientParams) -> Spread:
    counts, revenue = bought.counts, np.asarray(bought.spent.sum(axis=1))
    measure = Measure(kind="mean", unit="count", bounds=(1.0, float(bought.every)))
    mean = estimate(Sample.of_units(counts.astype(np.float64)), measure, min_clusters=params.limits.min_clusters)
    if len(bought.names) < 2:
        reason = N_("Only one kind was sold in the last twelve months, so breadth says nothing.")
        mean = NotEstimable(reason=reason, n=len(bought.ids))
    most = min(BANDS, len(bought.names))
    return Spread(
        kind=kind,
        offered=len(bought.names),
        customers=len(bought.ids),
        mean=mean,
        several=mean if isinstance(mean, NotEstimable) else share_of_customers(counts > 1, params),
        bands=tuple(_band(number, most, counts, revenue, len(bought.names)) for number in range(1, most + 1)),
    )


def _band(number: int, most: int, counts: Codes, revenue: Floats, offered: int) -> BreadthBand:
    or_more = number == most and offered > most
    rows = counts >= number if or_more else counts == number
    return BreadthBand(kinds=number, or_more=or_more, customers=int(rows.sum()), revenue=float(revenue[rows].sum()))


def _reach(bought: Purchases, next_best: NextBest | NotEstimable, params: ClientParams) -> tuple[CategoryReach, ...]:
    """Return each category's buyers, the most bought first."""
    openings: dict[str, int] = {}
    if isinstance(next_best, NextBest):
        openings = {count.category: count.customers for count in next_best.counts}
    columns = bought.spent.tocsc()
    rows = []
    for place, name in enumerate(bought.names):
        own = slice(columns.indptr[place], columns.indptr[place + 1])
        has = np.zeros(len(bought.ids), dtype=bool)
        has[columns.indices[own]] = True
        rows.append(
            CategoryReach(
                category=name,
                customers=int(has.sum()),
                share=share_of_customers(has, params),
                revenue=float(columns.data[own].sum()),
                openings=openings.get(name, 0),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.customers, row.category)))


def openings_among(customers: pd.Index | None, data: ClientData, params: ClientParams) -> NextBest | NotEstimable:
    """Return the strongest opening of each of some customers, or of all (None), in the last twelve months on record."""
    ledger = ledger_of(data, params)
    if ledger is None:
        return NotEstimable(reason=N_("There are no transactions."))
    if not data.has("transactions", "category"):
        return NotEstimable(reason=N_("The orders name no product category."))
    window = year_ending(data.recorded_until("transactions"))
    bought = read_purchases("category", ledger, window, data)
    if not len(bought.ids):
        return NotEstimable(reason=N_("Nobody bought in the last twelve months."), n=0)
    return _next_best(bought, window, ledger, data, params, bought.ids if customers is None else customers)


def _next_best(
    bought: Purchases, window: Window, ledger: Ledger, data: ClientData, params: ClientParams,
    among: pd.Index | None = None,
) -> NextBest | NotEstimable:  # fmt: skip
    days = np.bincount(ledger.bought_by[window.holds(ledger.bought_on)], minlength=len(ledger.ids))
    orders = days[ledger.ids.get_indexer(bought.ids)]
    revenue = revenue_of(bought.ids, data)
    baskets = Baskets(
        ids=bought.ids,
        names=bought.names,
        spent=bought.spent,
        orders=orders.astype(np.int64),
        revenue=np.zeros(len(bought.ids)) if revenue is None else revenue,
    )
    return find_openings(baskets, data, params, among=among)
