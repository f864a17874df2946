"""Customers, their groups of companies, and shares of them: what every analysis of the customer base counts with."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.indicators.ledger import Ledger, open_ledger
from analysis.models.clustering import Codes, Floats
from analysis.models.memory import once_per_client
from analysis.models.repurchase_sample import group_of
from analysis.params.model import ClientParams
from analysis.results import Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
YEAR = 365
DAYS_PER_YEAR = 365.25


@once_per_client
def ledger_of(data: ClientData, params: ClientParams) -> Ledger | None:
    """Return the client's orders as arrays, or None without any."""
    del params  # the ledger does not depend on them; the cache asks for both
    return open_ledger(data)


def group_codes_of(customers: pd.Index, data: ClientData) -> Codes:
    """Return the group of companies of each customer as a code; a customer without a parent is its own group."""
    series = pd.Series(np.asarray(customers, dtype=object), index=customers).astype(str)
    codes: Codes = pd.factorize(group_of(series, data), sort=True)[0].astype(np.int64)
    return codes


def by_group(values: Floats, groups: Codes) -> Floats:
    """Return the sums of `values` by group code."""
    return np.bincount(groups, values, int(groups.max()) + 1 if len(groups) else 0).astype(np.float64)


def share_of(values: Floats, groups: Codes, params: ClientParams, weights: Floats | None = None) -> Outcome:
    """Return a share of customers (values 0 or 1) with the interval of `indicators.estimation`, clustered by group."""
    sample = Sample(
        values=np.asarray(values, dtype=np.float64),
        weights=np.ones(len(values)) if weights is None else weights,
        clusters=np.asarray(groups, dtype=np.int64),
        units=np.arange(len(values), dtype=np.int64),
        effective_degrees=weights is not None,
    )
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters)


def customer_names(customers: pd.Index, data: ClientData) -> list[str]:
    """Return the name of each customer, its id where it has none."""
    ids = [str(each) for each in customers]
    if "name" not in data.customers:
        return ids
    names = data.customers["name"].reindex(customers).to_numpy(dtype=object)
    return [
        each if pd.isna(name) or not str(name).strip() else str(name) for each, name in zip(ids, names, strict=True)
    ]
