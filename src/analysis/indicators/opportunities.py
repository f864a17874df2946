"""How many of the opportunities that were closed were won."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.ledger import to_days, year_ending
from analysis.indicators.samples import Floats, Sample
from analysis.indicators.shapes import OpportunitySummary
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


def compute_opportunities(data: ClientData, params: ClientParams) -> OpportunitySummary | NotEstimable:
    """Return the win rate of the opportunities closed in the last twelve months, clustered by customer.

    Opportunities still open are counted but not part of the rate: who has not decided has not refused.
    """
    if not data.has("opportunities", "is_won"):
        return NotEstimable(reason=N_("There are no opportunities with an outcome."))
    if not data.has("opportunities", "closed_on"):
        return NotEstimable(reason=N_("The opportunities do not say when they were closed."))
    frame = data.table("opportunities")
    frame = frame[frame["created_on"] <= data.as_of]
    window = year_ending(data.as_of)
    decided = frame["is_won"].notna() & (frame["closed_on"] <= data.as_of)
    closed = frame[decided & window.holds(to_days(frame["closed_on"]))]
    still_open = frame[frame["closed_on"].isna() | (frame["closed_on"] > data.as_of)]
    won = closed["is_won"].to_numpy(dtype=bool)
    sample = Sample(
        values=won.astype(np.float64),
        weights=np.ones(len(closed)),
        clusters=pd.factorize(closed["customer_id"], use_na_sentinel=False)[0].astype(np.int64),
        units=np.arange(len(closed), dtype=np.int64),
    )
    return OpportunitySummary(
        window=window.label,
        closed=len(closed),
        won=int(won.sum()),
        win_rate=estimate(sample, SHARE, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n),
        won_amount=_sum(closed[won]),
        open_count=len(still_open),
        open_amount=_sum(still_open),
    )


def _sum(frame: pd.DataFrame) -> float | None:
    if "amount" not in frame or not frame["amount"].notna().any():
        return None
    amounts: Floats = frame["amount"].to_numpy(dtype=np.float64, na_value=0.0)
    return float(amounts.sum())
