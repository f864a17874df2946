"""Which customers are active, and observations with one row a customer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, Window
from analysis.indicators.observations import Observations
from analysis.indicators.samples import Floats, Sample
from analysis.indicators.survey import group_labels
from analysis.params.model import ClientParams

LEFT = frozenset(("dormant", "lost"))
NOT_CUSTOMERS = LEFT | {"prospect"}


@dataclass(frozen=True, kw_only=True, eq=False)
class PeriodValues:
    """One period of a customer-level indicator: a value for each of some customers, and its weight (default 1)."""

    label: str
    ids: pd.Index
    values: Floats
    weights: Floats | None = None


def observe_customers(periods: Sequence[PeriodValues], data: ClientData, params: ClientParams) -> Observations:
    """Stack the periods (oldest first) into observations whose unit and cluster is the customer."""
    ids = pd.Index(np.concatenate([np.asarray(period.ids, dtype=object) for period in periods]))
    codes, known = pd.factorize(ids)
    codes = codes.astype(np.int64)
    segment, partner = group_labels(ids, data, params)
    return Observations(
        sample=Sample(
            values=np.concatenate([period.values for period in periods]).astype(np.float64),
            weights=np.concatenate(
                [np.ones(len(period.ids)) if period.weights is None else period.weights for period in periods]
            ),
            clusters=codes,
            units=codes,
        ),
        period=np.repeat(np.arange(len(periods), dtype=np.int64), [len(period.ids) for period in periods]),
        periods=tuple(period.label for period in periods),
        segment=segment,
        partner=partner,
        accounts=np.asarray(known, dtype=object),
    )


def has_left(data: ClientData) -> bool:
    """Return whether the customers table marks anyone as dormant or lost, which it knows of today only."""
    return "stage" in data.customers and bool(data.customers["stage"].isin(LEFT).any())


def active_customers(data: ClientData, ledger: Ledger | None, window: Window) -> pd.Index:
    """Return the customers who bought in the window (a year, as a rule).

    Without transactions: the customers who had joined and not left by the window's end and are not marked as prospects,
    dormant or lost.
    """
    if ledger is not None:
        return ledger.ids[ledger.buyers(window)]
    customers = data.customers
    end = pd.Timestamp(np.datetime64(window.last, "D"))
    kept = np.ones(len(customers), dtype=bool)
    if "stage" in customers:
        kept &= ~customers["stage"].isin(NOT_CUSTOMERS).to_numpy(dtype=bool)
    if "ended_on" in customers:
        kept &= ~(pd.to_datetime(customers["ended_on"]) <= end).to_numpy(dtype=bool)
    if "joined_on" in customers:
        kept &= ~(pd.to_datetime(customers["joined_on"]) > end).to_numpy(dtype=bool)
    return customers.index[kept]
