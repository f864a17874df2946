"""What customers could spend beyond what they do: as asked, as recorded, or as their peers spend."""

from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import FEWEST_AMOUNTS
from analysis.models.clustering import Codes, Floats
from analysis.models.lifetime.purchases import Flags
from analysis.models.lifetime.result import Potential
from analysis.models.lifetime.sums import Parts, sum_estimate
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Point

QUARTILE = 0.75
FEWEST_PEERS = 8
LEAST_SHARE = 0.05
"""A smaller share of wallet is taken as this one: what is left would otherwise hang on one careless answer."""
WHOLE_SCALES = (1.0, 100.0)
"""Highest codes of scales on which a share of wallet is a share: anything else is a grade."""


def measure_potentials(
    data: ClientData, params: ClientParams, ids: pd.Index, revenue: Floats, clusters: Codes
) -> tuple[Potential, ...]:
    """Return what is left by each basis there is: what was asked first, then records, then peers.

    Parameters
    ----------
    data, params
        Of the client.
    ids, revenue, clusters
        Customers, their revenue of the last twelve months, and their groups of companies.
    """
    found = (
        _asked(data, params, ids, revenue, clusters),
        _recorded(data, ids, revenue),
        _against_peers(data, ids, revenue),
    )
    return tuple(one for one in found if one is not None)


def open_potential(data: ClientData, ids: pd.Index, revenue: Floats) -> Floats:
    """Return what is left of each customer by the records, else by its peers; NaN where neither tells."""
    recorded, peers = recorded_potential(data, ids), peer_level(data, ids, revenue)
    level = np.where(np.isfinite(recorded), recorded, peers)
    return np.maximum(level - np.maximum(revenue, 0.0), 0.0)


def recorded_potential(data: ClientData, ids: pd.Index) -> Floats:
    """Return the customers' recorded potential a year; NaN where none is recorded."""
    if "potential" not in data.customers:
        return np.full(len(ids), np.nan)
    return data.customers["potential"].reindex(ids).to_numpy(dtype=float)


def peer_level(data: ClientData, ids: pd.Index, revenue: Floats) -> Floats:
    """Return the upper quartile of revenue among buying customers of the same segment and standing.

    Standing is being a key account or not. NaN where there are fewer than `FEWEST_PEERS` such customers, itself among
    them.
    """
    kinds = [_labels(data, column, ids) for column in ("segment", "is_key_account")]
    frame = pd.DataFrame({"segment": kinds[0], "standing": kinds[1], "revenue": revenue})
    buying = frame[frame["revenue"] > 0]
    by = buying.groupby(["segment", "standing"])["revenue"]
    levels = by.quantile(QUARTILE).where(by.size() >= FEWEST_PEERS)
    keys = pd.MultiIndex.from_frame(frame[["segment", "standing"]])
    return levels.reindex(keys).to_numpy(dtype=float) if len(levels) else np.full(len(ids), np.nan)


def _labels(data: ClientData, column: str, ids: pd.Index) -> "pd.Series[str]":
    if column not in data.customers:
        return pd.Series("", index=range(len(ids)))
    return data.customers[column].reindex(ids).astype(object).fillna("").astype(str).reset_index(drop=True)


def _asked(data: ClientData, params: ClientParams, ids: pd.Index, revenue: Floats, clusters: Codes) -> Potential | None:
    """Return what customers say they spend elsewhere: revenue / share - revenue, of those who were asked and bought."""
    items = params.survey.items if params.survey is not None else {}
    keys = [key for key, item in items.items() if item.role == "share_of_wallet" and item.scale.max in WHOLE_SCALES]
    key = next((key for key in keys if data.has("survey", key, "customer_id")), None)
    if key is None:
        return None
    share = _latest_answers(data, key).reindex(ids).to_numpy(dtype=float) / items[key].scale.max
    rows: Flags = np.isfinite(share) & (revenue > 0)
    least = max(FEWEST_AMOUNTS, params.limits.small_cell)
    if int(rows.sum()) < least:
        return None
    left = np.where(rows, revenue * (1 / np.clip(np.where(rows, share, 1.0), LEAST_SHARE, 1.0) - 1), 0.0)
    amount = sum_estimate(Parts(values=left), clusters, params, rows)
    if isinstance(amount, NotEstimable):
        return None
    return Potential(
        basis="share_of_wallet", amount=amount, customers=int(rows.sum()), customers_below=int((left[rows] > 0).sum())
    )


def _latest_answers(data: ClientData, key: str) -> "pd.Series[float]":
    """Return each customer's mean answer to an item in the latest wave in which it answered it."""
    survey = data.table("survey")
    answers = survey[survey["customer_id"].notna() & survey[key].notna()]
    wave = answers["wave_order"] if "wave_order" in answers else pd.Series(0, index=answers.index)
    customers = answers["customer_id"].astype(str)
    latest = wave == wave.groupby(customers).transform("max")
    return answers.loc[latest, key].astype(float).groupby(customers[latest]).mean()


def _recorded(data: ClientData, ids: pd.Index, revenue: Floats) -> Potential | None:
    level = recorded_potential(data, ids)
    return _sum(level, revenue, "records") if np.isfinite(level).any() else None


def _against_peers(data: ClientData, ids: pd.Index, revenue: Floats) -> Potential | None:
    level = peer_level(data, ids, revenue)
    level = np.where(revenue > 0, level, np.nan)
    return _sum(level, revenue, "peers") if np.isfinite(level).any() else None


def _sum(level: Floats, revenue: Floats, basis: Literal["records", "peers"]) -> Potential:
    known = np.isfinite(level)
    left = np.maximum(level[known] - np.maximum(revenue[known], 0.0), 0.0)
    return Potential(
        basis=basis,
        amount=Point(value=float(left.sum()), n=int(known.sum()), unit="money"),
        customers=int(known.sum()),
        customers_below=int((left > 0).sum()),
    )
