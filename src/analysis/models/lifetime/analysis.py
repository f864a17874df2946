"""What the customers are worth from here on, how sure that is, and what of it is at risk."""

import itertools

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.account_revenue import revenue_of
from analysis.models.lifetime.assumptions import measure_independence, measure_regularity
from analysis.models.lifetime.contracts import value_contracts
from analysis.models.lifetime.likelihood import Fit
from analysis.models.lifetime.notes import lifetime_notes
from analysis.models.lifetime.potential import measure_potentials
from analysis.models.lifetime.process import Process
from analysis.models.lifetime.result import (
    ChanceBand,
    CustomerStanding,
    FittedModel,
    LifetimeValue,
    Parameter,
    SegmentValue,
    SpendModel,
)
from analysis.models.lifetime.sums import Parts, share_estimate, sum_estimate
from analysis.models.lifetime.valuation import Valuation, value_customers
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome, Point

TOP = 10
BAND_EDGES = (1.0, 0.9, 0.5, 0.0)
GONE_BELOW = 0.5


def analyse_lifetime_value(data: ClientData, params: ClientParams) -> LifetimeValue | NotEstimable:
    """Return what the customers who ever bought are worth over the horizon of the params.

    Of BG/NBD and Pareto/NBD the one with the lower AIC is taken, with Gamma-Gamma for the amounts; on a held-out period
    it is compared with "the same as last year", and where that is nearer to the revenue of each customer, it is used.
    """
    found = value_customers(data, params)
    if isinstance(found, NotEstimable):
        return found
    history, revenue, value = found.history, found.revenue, found.value.values
    at_risk = _at_risk(found)
    regularity = measure_regularity(history, found.clusters, params)
    independence = measure_independence(found.summary, found.clusters, params)
    whole = float(revenue.sum())
    counted = float((revenue * found.margin).sum()) / whole if whole > 0 else float(found.margin.mean())
    contract_margin = 1.0 if found.margin_basis == "none" else counted
    order = np.argsort(-value, kind="stable")[:TOP]
    total = float(value.sum())
    return LifetimeValue(
        customers=len(history.ids),
        single_purchase=int((found.summary.frequency == 0).sum()),
        source=found.source,
        horizon_years=params.value.horizon_years,
        discount_rate=params.value.discount_rate,
        period_days=params.value.period_days,
        margin=1.0 if found.margin_basis == "none" else counted,
        margin_basis=found.margin_basis,
        total=sum_estimate(found.value, found.clusters, params),
        revenue=whole,
        gone=share_estimate(_gone(found), found.clusters, params),
        probably_gone=int((found.alive.values < GONE_BELOW).sum()),
        at_risk=_without_interval(sum_estimate(at_risk, found.clusters, params)),
        bands=_bands(found),
        segments=_segments(found, at_risk, data, params),
        top=_top(found, data, order),
        top_share=float(value[order].sum()) / total if total > 0 and len(value) > TOP else None,
        models=tuple(_model(process, process is found.processes[0]) for process in found.processes),
        spend=_spend(found, independence),
        regularity=regularity,
        forecast=found.forecast,
        contracts=value_contracts(data, params, contract_margin),
        potentials=measure_potentials(data, params, history.ids, revenue, found.clusters),
        notes=lifetime_notes(found, regularity, independence),
    )


def _gone(found: Valuation) -> Parts:
    return Parts(
        values=1 - found.alive.values,
        slopes=tuple(-slopes for slopes in found.alive.slopes),
        influence=found.alive.influence,
    )


def _at_risk(found: Valuation) -> Parts:
    return _gone(found).scaled(np.maximum(found.revenue, 0.0))


def _without_interval(outcome: Outcome) -> Point | NotEstimable:
    """Return the number of an estimate alone; a reason stays as it is."""
    if isinstance(outcome, NotEstimable):
        return outcome
    return Point(value=outcome.value, n=outcome.n, unit=outcome.unit)


def _bands(found: Valuation) -> tuple[ChanceBand, ...]:
    chance, parts = found.alive.values, (np.maximum(found.revenue, 0.0), np.maximum(found.value.values, 0.0))
    bands = []
    for high, low in itertools.pairwise(BAND_EDGES):
        rows = (chance >= low) & ((chance < high) | (high == BAND_EDGES[0]))
        shares = [float(part[rows].sum() / part.sum()) if part.sum() > 0 else 0.0 for part in parts]
        bands.append(
            ChanceBand(
                low=low,
                high=high,
                customers=int(rows.sum()),
                customers_share=float(rows.mean()),
                revenue_share=shares[0],
                value_share=shares[1],
            )
        )
    return tuple(bands)


def _segments(found: Valuation, at_risk: Parts, data: ClientData, params: ClientParams) -> tuple[SegmentValue, ...]:
    if "segment" not in data.customers:
        return ()
    labels = data.customers["segment"].reindex(found.history.ids).astype(object)
    names = sorted(str(name) for name in labels.dropna().unique())
    if len(names) < 2:
        return ()
    text = labels.fillna("").astype(str).to_numpy()
    rows = [
        SegmentValue(
            segment=name,
            customers=int(members.sum()),
            revenue=float(found.revenue[members].sum()),
            value=sum_estimate(found.value, found.clusters, params, members),
            gone=share_estimate(_gone(found), found.clusters, params, members),
            at_risk=_without_interval(sum_estimate(at_risk, found.clusters, params, members)),
        )
        for name in names
        if (members := text == name).any()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.revenue, row.segment)))


def _top(found: Valuation, data: ClientData, order: np.ndarray) -> tuple[CustomerStanding, ...]:
    names = data.customers["name"] if "name" in data.customers else pd.Series(dtype=object)
    own = revenue_of(found.history.ids[order], data)  # as on every other list of single customers
    revenue = found.revenue[order] if own is None else own
    total = float(found.value.values.sum())
    rows = []
    for rank, place in enumerate(order):
        key = str(found.history.ids[place])
        name = names.get(key)
        rows.append(
            CustomerStanding(
                customer_id=key,
                name=str(name) if isinstance(name, str) and name else key,
                revenue=float(revenue[rank]),
                orders=float(found.orders[place]),
                alive=float(found.alive.values[place]),
                value=float(found.value.values[place]),
                share=float(found.value.values[place]) / total if total > 0 else 0.0,
            )
        )
    return tuple(rows)


def _parameters(fit: Fit, *, known: bool) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name=name, value=float(value), std_error=float(error) if known else None)
        for name, value, error in zip(fit.names, fit.values, fit.std_errors, strict=True)
    )


def _model(process: Process, chosen: bool) -> FittedModel:
    fit = process.fit
    return FittedModel(
        key=process.family.key,
        label=process.family.label,
        parameters=_parameters(fit, known=fit.identified),
        log_likelihood=fit.log_likelihood,
        aic=fit.aic,
        customers=fit.n,
        identified=fit.identified,
        chosen=chosen,
    )


def _spend(found: Valuation, independence: Outcome) -> SpendModel:
    fit = found.amounts.fit
    kept = found.history.kept_share(found.history.last_day)
    return SpendModel(
        parameters=() if fit is None else _parameters(fit, known=True),
        log_likelihood=None if fit is None else fit.log_likelihood,
        customers=int((found.summary.frequency > 0).sum()),
        mean_amount=float(found.amounts.expected.mean()) * kept,
        reason=found.amounts.reason,
        independence=independence,
    )
