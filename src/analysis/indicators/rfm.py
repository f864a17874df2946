"""Customers by recency, frequency and monetary value."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.windows import Window
from analysis.indicators.purchases import Purchases
from analysis.indicators.samples import Floats
from analysis.indicators.shapes import RfmResult, RfmSegment
from analysis.messages import N_, NP_, Message
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

WINDOW_DAYS = 730
SCORES = 5
RECENT, WANING = 4, 3  # lowest recency scores of the recent and of the waning customers
STRONG, MIDDLING = 4.0, 3.0  # lowest mean of the scores of frequency and value
MOST_ALIKE = 0.8  # beyond this share of customers with the same frequency, "often" and "seldom" would be untrue


def segment_names() -> dict[str, Message]:
    """Return the segments' names, best first."""
    return {
        "champions": N_("Champions: bought lately, often and much"),
        "loyal": N_("Loyal: bought not long ago, often or much"),
        "promising": N_("Promising: bought lately, seldom and little so far"),
        "waning": N_("Waning: bought some time ago, seldom and little"),
        "cannot_lose": N_("Not to be lost: bought often and much, but long ago"),
        "at_risk": N_("At risk: bought often or much, but long ago"),
        "dormant": N_("Dormant: bought long ago, seldom and little"),
    }


def compute_rfm(ledger: Purchases | None, params: ClientParams) -> RfmResult | NotEstimable:
    """Return the RFM scores and segments of the customers who bought in the last 730 days.

    Each of recency (days since the last purchase), frequency (days with a purchase) and monetary value (revenue,
    returns deducted, constant currency) is scored 1 to 5 by the customer's mean rank: ``ceil(5 * rank / n)``. Equal
    values have the same rank and so the same score. Segments follow from the recency score and the mean of the other
    two. Where nearly all customers bought equally often there is nothing to score, and no segments.
    """
    if ledger is None:
        return NotEstimable(reason=N_("There are no transactions."))
    window = Window(first=max(ledger.as_of - WINDOW_DAYS + 1, ledger.first_day), last=ledger.as_of)
    frequency = ledger.order_days(window).astype(np.intp)
    buyers = np.flatnonzero(frequency)
    if len(buyers) < params.limits.min_n:
        reason = N_("{n:int} customers are too few to be ranked into fifths.", n=len(buyers))
        return NotEstimable(reason=reason, n=len(buyers))
    usual, alike = _most_common(frequency[buyers])
    if alike / len(buyers) >= MOST_ALIKE:
        reason = NP_(
            "{share:percent} of the customers bought on one day only: how often they buy does not tell them apart.",
            "{share:percent} of the customers bought on {count:int} days: how often they buy does not tell them apart.",
            usual,
            share=alike / len(buyers),
        )
        return NotEstimable(reason=reason, n=len(buyers))
    scores = pd.DataFrame(
        {
            "recency_days": ledger.as_of - ledger.latest(window)[buyers],
            "frequency": frequency[buyers].astype(np.float64),
            "monetary": ledger.spent(window, constant=True)[buyers],
        },
        index=pd.Index(ledger.ids[buyers], name="customer_id"),
    )
    scores["r"] = fifths(-scores["recency_days"])
    scores["f"] = fifths(scores["frequency"])
    scores["m"] = fifths(scores["monetary"])
    scores["segment"] = _segments(scores)
    return RfmResult(window=window.label, n=len(scores), segments=_summaries(scores), scores=scores)


def _most_common(counts: NDArray[np.intp]) -> tuple[int, int]:
    """Return the most common number of days with a purchase, and how many customers have it."""
    found, times = np.unique(counts, return_counts=True)
    place = int(times.argmax())
    return int(found[place]), int(times[place])


def fifths(values: pd.Series) -> pd.Series:
    """Score values 1 to 5, higher is better, by mean rank; equal values are scored alike."""
    score = np.ceil(SCORES * values.rank(method="average").to_numpy(dtype=np.float64) / len(values))
    return pd.Series(np.clip(score, 1, SCORES).astype(np.int64), index=values.index)


def _segments(scores: pd.DataFrame) -> pd.Series:
    strength: Floats = ((scores["f"] + scores["m"]) / 2).to_numpy(dtype=np.float64)
    recency = scores["r"].to_numpy()
    strong, middling = strength >= STRONG, strength >= MIDDLING
    recent, waning = recency >= RECENT, recency >= WANING
    cases = {
        "champions": recent & strong,
        "loyal": waning & middling,
        "promising": recent,
        "waning": waning,
        "cannot_lose": strong,
        "at_risk": middling,
    }
    return pd.Series(np.select(list(cases.values()), list(cases), default="dormant"), index=scores.index)


def _summaries(scores: pd.DataFrame) -> tuple[RfmSegment, ...]:
    total = math.fsum(scores["monetary"])
    segments = []
    for key, name in segment_names().items():
        members = scores[scores["segment"] == key]
        revenue = math.fsum(members["monetary"])
        segments.append(
            RfmSegment(
                key=key,
                name=name,
                customers=len(members),
                share=len(members) / len(scores),
                revenue=revenue,
                revenue_share=revenue / total if total > 0 else 0.0,
                mean_recency_days=float(members["recency_days"].mean()) if len(members) else 0.0,
                mean_frequency=float(members["frequency"].mean()) if len(members) else 0.0,
            )
        )
    return tuple(segments)
