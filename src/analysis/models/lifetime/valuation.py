"""The value of each customer, worked out once for the section, the key-account cards and the uplift simulation."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, cluster_codes
from analysis.models.lifetime.amounts import Amounts, fit_amounts
from analysis.models.lifetime.forecast import compare_forecasts
from analysis.models.lifetime.potential import open_potential
from analysis.models.lifetime.process import Process, fit_processes
from analysis.models.lifetime.purchases import YEAR_DAYS, History, Summary, read_history, summarise
from analysis.models.lifetime.result import ForecastComparison, MarginBasis, Source
from analysis.models.lifetime.sums import Parts
from analysis.models.memory import once_per_client
from analysis.models.repurchase_sample import group_of
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

FEWEST_DAYS = 180
"""A shorter record tells a long pause from an end for hardly anybody."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Valuation:
    """What is known and expected of each customer that ever bought, in the order of `history.ids`.

    Parameters
    ----------
    history, summary
        Its purchases.
    clusters
        Its group of companies.
    processes, amounts, forecast
        The purchase models (chosen first), the spend model, and how the chosen ones did on a period held out.
    revenue
        Of the last twelve months, returns taken off.
    margin, margin_basis
        Share of revenue that counts, and where it comes from.
    alive
        Chance of still being a customer.
    orders
        Purchases expected in the next twelve months.
    source
        Whether `value` is the model's or that of the same revenue as last year.
    value
        Expected over the horizon, discounted.
    if_alive
        The same were the customer known to be there still.
    """

    history: History
    summary: Summary
    clusters: Codes
    processes: tuple[Process, ...]
    amounts: Amounts
    forecast: ForecastComparison | NotEstimable
    revenue: Floats
    margin: Floats
    margin_basis: MarginBasis
    alive: Parts
    orders: Floats
    source: Source
    value: Parts
    if_alive: Parts


@once_per_client
def value_customers(data: ClientData, params: ClientParams) -> Valuation | NotEstimable:
    """Return the value of each customer, or why it cannot be had."""
    history = read_history(data)
    if history is None:
        return NotEstimable(reason=N_("There are no purchases by known customers."))
    refusal = _refuse(history, params)
    if refusal is not None:
        return refusal
    summary = summarise(history, history.last_day)
    ids = pd.Series(history.ids.astype(str))
    clusters = cluster_codes(group_of(ids, data).to_numpy(), len(ids))
    processes = fit_processes(summary, params.value.period_days)
    amounts = fit_amounts(summary)
    forecast = compare_forecasts(history, clusters, processes[0].family, params)
    source: Source = "model" if isinstance(forecast, NotEstimable) else forecast.used
    margin, basis = customer_margins(history, params)
    revenue = history.revenue(history.last_day - YEAR_DAYS, history.last_day)
    process = processes[0]
    alive = process.alive_parts()
    if_alive = _value_if_alive(process, amounts, margin * history.kept_share(history.last_day), params)
    yearly = process.alive() * process.orders(YEAR_DAYS)
    value = alive.times(if_alive)
    if source == "naive":
        value = if_alive = Parts(values=revenue * (YEAR_DAYS / min(history.days, YEAR_DAYS)) * margin * annuity(params))
        yearly = history.purchases(history.last_day - YEAR_DAYS, history.last_day)
    return Valuation(
        history=history, summary=summary, clusters=clusters, processes=processes, amounts=amounts, forecast=forecast,
        revenue=revenue, margin=margin, margin_basis=basis, alive=alive, orders=yearly, source=source, value=value,
        if_alive=if_alive,
    )  # fmt: skip


def _refuse(history: History, params: ClientParams) -> NotEstimable | None:
    """Return why the purchases carry no model, or None."""
    least = params.limits.min_n
    purchases = np.bincount(history.customer, minlength=len(history.ids))
    repeaters = int((purchases > 1).sum())
    if history.days < FEWEST_DAYS:
        reason = N_(
            "The record of orders covers {days:int} days; value from here on needs at least {least:int}.",
            days=history.days,
            least=FEWEST_DAYS,
        )
        return NotEstimable(reason=reason, n=len(history.ids))
    if repeaters < least:
        reason = N_(
            "{repeaters:int} of {customers:int} customers bought more than once: too few to say what they are worth"
            " from here on (at least {least:int} are needed).",
            repeaters=repeaters,
            customers=len(history.ids),
            least=least,
        )
        return NotEstimable(reason=reason, n=len(history.ids))
    return None


def annuity(params: ClientParams) -> float:
    """Return what a unit of money a year is worth over the horizon, flowing evenly and discounted."""
    years, force = params.value.horizon_years, float(np.log1p(params.value.discount_rate))
    return years if force == 0 else (1 - float(np.exp(-force * years))) / force


def customer_margins(history: History, params: ClientParams) -> tuple[Floats, MarginBasis]:
    """Return the share of revenue that counts, by customer, and where it comes from.

    Where order lines carry a margin, the customer's own, between -1 and 1 (all customers' where it has none); else what
    the params state; else all revenue counts.
    """
    count = len(history.ids)
    if history.line_margin is not None:
        known = np.isfinite(history.line_margin)
        margin = np.bincount(history.line_customer[known], history.line_margin[known], count)
        base = np.bincount(history.line_customer[known], history.line_revenue[known], count)
        if base.sum() > 0:
            share = np.where(base > 0, margin / np.where(base > 0, base, 1.0), margin.sum() / base.sum())
            return np.clip(share, -1.0, 1.0), "orders"
    if params.value.margin is not None:
        return np.full(count, params.value.margin), "stated"
    return np.ones(count), "none"


def _value_if_alive(process: Process, amounts: Amounts, factor: Floats, params: ClientParams) -> Parts:
    """Return discounted purchases times their amount times what of it counts."""
    days, discount = params.value.horizon_years * YEAR_DAYS, params.value.discount_rate
    orders = process.orders_parts(days, discount)
    return orders.times(amounts.parts).scaled(factor)


def customer_value(data: ClientData, params: ClientParams) -> pd.DataFrame | NotEstimable:
    """Return what each customer that ever bought is worth from here on.

    Returns
    -------
    DataFrame or NotEstimable
        One row a customer, in order of id: ``customer_id, revenue`` (of the last twelve months), ``expected_orders``
        (of the next twelve), ``p_alive`` (chance of still being a customer), ``expected_value`` (over the horizon,
        discounted, in the audit's currency), ``margin`` (share of revenue that counts in it), ``revenue_at_risk``
        (`revenue` times the chance that the customer has left) and ``open_potential`` (what it could spend a year
        beyond `revenue`, by the records, else by its peers; NaN where neither tells).
    """
    found = value_customers(data, params)
    if isinstance(found, NotEstimable):
        return found
    return pd.DataFrame(
        {
            "customer_id": found.history.ids.astype(str),
            "revenue": found.revenue,
            "expected_orders": found.orders,
            "p_alive": found.alive.values,
            "expected_value": found.value.values,
            "margin": found.margin,
            "revenue_at_risk": found.revenue * (1 - found.alive.values),
            "open_potential": open_potential(data, found.history.ids, found.revenue),
        }
    )
