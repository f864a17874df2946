"""How many customers buy again within the horizon; who still has time is censored, never counted as gone."""

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.ledger import Ledger, Window, trailing_windows
from analysis.indicators.observations import build_result, no_result
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

INDEX_DAYS = 365
MIN_INDEX_DAYS = 30  # a shorter window of index purchases would be the customers of one campaign
MAX_WINDOWS = 4


def compute_repeat_purchase(ledger: Ledger | None, data: ClientData, params: ClientParams) -> IndicatorResult:
    """Return the share of customers who bought again within the horizon after their index purchase.

    A customer's index purchase is the first one in a window of 365 days (or as many as there are) that ends one horizon
    before `as_of`, so that every customer of the window has had the whole horizon. Customers whose first purchase since
    the window's beginning comes after it are censored: left out, and counted in the definition. Purchases of one day
    are one purchase; a return is none. Earlier windows of the same length give the trend.
    """
    spec = CATALOGUE["repeat_purchase_rate"]
    horizon = params.repurchase.horizon_days
    if ledger is None:
        return no_result(spec, N_("There are no transactions."), params)
    if not len(ledger.bought_on):
        return no_result(spec, N_("The transactions hold no purchases by known customers."), params, n=0)
    windows = index_windows(ledger, horizon)
    if not windows:
        reason = N_(
            "The data reach back too short a time to see who bought again within {days:int} days.", days=horizon
        )
        return no_result(spec, reason, params)
    periods = [_repeated(ledger, window, horizon) for window in windows]
    latest = windows[-1]
    since = ledger.buyers(Window(first=latest.first, last=ledger.as_of))
    censored = int(since.sum()) - len(periods[-1].ids)
    definition = N_(
        "Share of the customers who bought again within {days:int} days of their first purchase between {first:date}"
        " and {last:date}. Purchases of one day count as one, returns as none; {censored:int} customers whose"
        " {days:int} days are not over yet are left out.",
        days=horizon,
        first=latest.label.split("/")[0],
        last=latest.label.split("/")[1],
        censored=censored,
    )
    return build_result(spec, observe_customers(periods, data, params), data, params, definition=definition)


def index_windows(ledger: Ledger, horizon: int) -> list[Window]:
    """Return the windows of index purchases, oldest first; only the latest may be shorter than a year."""
    windows = trailing_windows(ledger.as_of - horizon, INDEX_DAYS, MAX_WINDOWS)
    latest = windows[0]
    if not ledger.covers(latest):
        short = Window(first=ledger.first_day, last=latest.last)
        return [short] if short.days >= MIN_INDEX_DAYS else []
    return [window for window in reversed(windows) if ledger.covers(window)]


def _repeated(ledger: Ledger, window: Window, horizon: int) -> PeriodValues:
    inside = np.flatnonzero(window.holds(ledger.bought_on))
    customers, first = np.unique(ledger.bought_by[inside], return_index=True)
    index = inside[first]
    following = np.minimum(index + 1, len(ledger.bought_on) - 1)
    same = (ledger.bought_by[following] == customers) & (following > index)
    again = same & (ledger.bought_on[following] - ledger.bought_on[index] <= horizon)
    return PeriodValues(label=window.label, ids=ledger.ids[customers], values=again.astype(np.float64))
