"""How broadly customers buy: categories and business units."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.ledger import Ledger, Window, trailing_years
from analysis.indicators.observations import build_result, no_result
from analysis.indicators.samples import Codes
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

COLUMNS = {"categories_bought": "category", "business_units_bought": "business_unit"}
UNNAMED: dict[str, Message] = {
    "categories_bought": N_("The orders name no product category."),
    "business_units_bought": N_("The orders name no business unit."),
}


def compute_breadth(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Iterator[IndicatorResult]:
    """Yield the mean number of categories and of business units that an active customer bought from in a year."""
    for key, column in COLUMNS.items():
        yield _breadth(key, column, ledger, data, params)


def _breadth(key: str, column: str, ledger: Ledger | None, data: ClientData, params: ClientParams) -> IndicatorResult:
    spec = CATALOGUE[key]
    if ledger is None or not data.has("transactions", column):
        reason = N_("There are no transactions.") if ledger is None else UNNAMED[key]
        return no_result(spec, reason, params)
    codes, names = pd.factorize(data.table("transactions")[column], sort=True)
    latest, before = trailing_years(data.recorded_until("transactions"), 2)
    windows = [before, latest] if ledger.covers(before) else [latest]
    bought = (ledger.customer >= 0) & ~ledger.is_return & (ledger.revenue > 0) & (codes >= 0)
    periods = [_count(ledger, codes.astype(np.int64), bought & window.holds(ledger.day), window) for window in windows]
    offered = len(np.unique(codes[bought & latest.holds(ledger.day)]))
    if not len(periods[-1].ids):
        return no_result(spec, N_("Nobody bought in the last twelve months."), params, n=0)
    if offered < 2:
        reason = N_("Only one kind was sold in the last twelve months, so breadth says nothing.")
        return no_result(spec, reason, params, n=len(periods[-1].ids))
    bounded = dataclasses.replace(spec, bounds=(1.0, float(len(names))))
    definition = (
        N_(
            "Mean number of product categories, of {all:int}, that an active customer bought in twelve months.",
            all=offered,
        )
        if key == "categories_bought"
        else N_(
            "Mean number of business units, of {all:int}, that an active customer bought from in twelve months.",
            all=offered,
        )
    )
    return build_result(bounded, observe_customers(periods, data, params), data, params, definition=definition)


def _count(ledger: Ledger, codes: Codes, rows: "np.ndarray", window: Window) -> PeriodValues:
    """Return the distinct kinds that each customer bought; customers whose purchases name none are left out."""
    pairs = np.unique(ledger.customer[rows] * (int(codes.max()) + 1) + codes[rows])
    customers, kinds = np.unique(pairs // (int(codes.max()) + 1), return_counts=True)
    return PeriodValues(label=window.label, ids=ledger.ids[customers], values=kinds.astype(np.float64))
