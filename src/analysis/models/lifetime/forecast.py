"""How well the model forecasts a period it has not seen, against "the same as last year".

References
----------
.. [1] Wubben, M. & v. Wangenheim, F. (2008). Instant customer base analysis: managerial heuristics often "get it
       right". Journal of Marketing 72, 82-93.
"""

import numpy as np

from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats
from analysis.models.lifetime.amounts import fit_amounts
from analysis.models.lifetime.process import Family, fit_process
from analysis.models.lifetime.purchases import YEAR_DAYS, History, summarise
from analysis.models.lifetime.result import Forecast, ForecastComparison
from analysis.models.lifetime.sums import Parts
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome, Unit

SLACK_DAYS = 7
FEWEST_DAYS = 60
"""A shorter period held out says nothing about years ahead."""


def compare_forecasts(
    history: History, clusters: Codes, family: Family, params: ClientParams
) -> ForecastComparison | NotEstimable:
    """Fit the model to all but the last year (the last third where the record is shorter than two) and forecast that.

    The naive forecast of each customer is what it bought in as many days just before. Neither sees a day after the cut.

    Parameters
    ----------
    history
        All purchases.
    clusters
        Group of companies of each customer of the history.
    family
        The purchase model.
    params
        Of the client.
    """
    days = YEAR_DAYS if history.days >= 2 * YEAR_DAYS - SLACK_DAYS else history.days // 3
    if days < FEWEST_DAYS:
        reason = N_("The record of orders, {days:int} days, is too short to hold a part of it out.", days=history.days)
        return NotEstimable(reason=reason)
    cut = history.last_day - days
    summary = summarise(history, cut)
    least = params.limits.min_n
    if int((summary.frequency > 0).sum()) < least:
        return NotEstimable(
            reason=N_("Fewer than {least:int} customers had bought again before the part held out.", least=least),
            n=len(summary.frequency),
        )
    process, amounts = fit_process(family, summary, params.value.period_days), fit_amounts(summary)
    rows = summary.position
    expected = process.alive_parts().times(process.orders_parts(days))
    spent = expected.times(amounts.parts).scaled(np.full(len(rows), history.kept_share(cut)))
    actual = history.purchases(cut, history.last_day)[rows], history.revenue(cut, history.last_day)[rows]
    before = history.purchases(cut - days, cut)[rows], history.revenue(cut - days, cut)[rows]
    model, naive = _score(expected.values, spent.values, *actual), _score(*before, *actual)
    units: tuple[Unit, Unit] = ("count", "money")
    differences = [
        _difference(own, plain, true, unit, clusters[rows], params)
        for own, plain, true, unit in zip((expected, spent), before, actual, units, strict=True)
    ]
    return ForecastComparison(
        cut=str(np.datetime64(cut, "D")),
        until=str(np.datetime64(history.last_day, "D")),
        days=days,
        customers=len(rows),
        orders=float(actual[0].sum()),
        revenue=float(actual[1].sum()),
        model=model,
        naive=naive,
        orders_difference=differences[0],
        revenue_difference=differences[1],
        used="naive" if naive.revenue_error < model.revenue_error else "model",
    )


def _difference(
    forecast: Parts, naive: Floats, actual: Floats, unit: Unit, clusters: Codes, params: ClientParams
) -> Outcome:
    """Return by how much further off the model was than the naive forecast, on average over customers.

    Other customers would have given the model other parameters: that moves all its forecasts at once, which the limits
    hold as they hold the customers' own errors.
    """
    gap = np.abs(forecast.values - actual) - np.abs(naive - actual)
    everybody = np.ones(len(gap), dtype=bool)
    moved = forecast.scaled(np.sign(forecast.values - actual)).moved(everybody)
    sample = Sample(
        values=gap + moved - moved.mean(), weights=np.ones(len(gap)), clusters=clusters, units=np.arange(len(gap))
    )
    limits = params.limits
    return estimate(sample, Measure(kind="mean", unit=unit), min_clusters=limits.min_clusters, min_n=limits.min_n)


def _score(orders: Floats, revenue: Floats, actual_orders: Floats, actual_revenue: Floats) -> Forecast:
    return Forecast(
        orders=float(orders.sum()),
        revenue=float(revenue.sum()),
        orders_bias=_bias(orders, actual_orders),
        revenue_bias=_bias(revenue, actual_revenue),
        orders_error=float(np.abs(orders - actual_orders).mean()),
        revenue_error=float(np.abs(revenue - actual_revenue).mean()),
    )


def _bias(forecast: Floats, actual: Floats) -> float | None:
    total = float(actual.sum())
    return float(forecast.sum()) / total - 1 if total > 0 else None
