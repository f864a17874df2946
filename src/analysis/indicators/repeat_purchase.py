"""How many customers buy again within the horizon; who still has time is censored, never counted as gone."""

import numpy as np

from analysis.data.client import ClientData
from analysis.data.windows import Window, windows_of_index_purchases
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.observations import Observations, build_result, no_result
from analysis.indicators.purchases import Purchases
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult


def compute_repeat_purchase(ledger: Purchases | None, data: ClientData, params: ClientParams) -> IndicatorResult:
    """Return the share of customers who bought again within the horizon after their index purchase.

    A customer's index purchase is the first one in a window (see `index_windows`) that ends one horizon before `as_of`,
    so that every customer of the window has had the whole horizon. Customers whose first purchase since
    the window's beginning comes after it are censored: left out, and counted in the definition. Purchases of one day
    are one purchase; a return is none. Earlier windows of the same length give the trend.
    """
    spec = CATALOGUE["repeat_purchase_rate"]
    horizon = params.repurchase.horizon_days
    if ledger is None:
        return no_result(spec, N_("There are no transactions."), params)
    if not ledger.has_purchases:
        return no_result(spec, N_("The transactions hold no purchases by known customers."), params, n=0)
    windows = index_windows(ledger, horizon)
    observations = observe_repeat_purchase(ledger, data, params)
    if observations is None:
        reason = N_(
            "The data reach back too short a time to see who bought again within {days:int} days.", days=horizon
        )
        return no_result(spec, reason, params)
    latest = windows[-1]
    since = ledger.buyers(Window(first=latest.first, last=ledger.as_of))
    censored = int((since & ~ledger.buyers(latest)).sum())
    definition = N_(
        "Share of the customers who bought again within {days:int} days of their first purchase between {first:date}"
        " and {last:date}. Purchases of one day count as one, returns as none; {censored:int} customers whose"
        " {days:int} days are not over yet are left out.",
        days=horizon,
        first=latest.label.split("/")[0],
        last=latest.label.split("/")[1],
        censored=censored,
    )
    return build_result(spec, observations, data, params, definition=definition)


def observe_repeat_purchase(ledger: Purchases, data: ClientData, params: ClientParams) -> Observations | None:
    """Return the customers of each window of index purchases, 1 where they bought again, or None without a window."""
    windows = index_windows(ledger, params.repurchase.horizon_days)
    if not windows or not ledger.has_purchases:
        return None
    periods = [_repeated(ledger, window, params.repurchase.horizon_days) for window in windows]
    return observe_customers(periods, data, params)


def index_windows(ledger: Purchases, horizon: int) -> list[Window]:
    """Return the windows of index purchases, oldest first: years, or half-years where the data hold no two years.

    Where they do not hold two half-years either, there is one window as long as the data.
    """
    return windows_of_index_purchases(ledger.first_day, ledger.as_of, horizon)


def _repeated(ledger: Purchases, window: Window, horizon: int) -> PeriodValues:
    customers, again = ledger.bought_again(window, horizon)
    return PeriodValues(label=window.label, ids=ledger.ids[customers], values=again.astype(np.float64))
