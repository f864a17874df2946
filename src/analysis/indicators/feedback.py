"""What customers report between surveys, and how fast it is settled; open cases are censored, not forgotten."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.ledger import Window, to_days, year_ending
from analysis.indicators.samples import Codes, Sample
from analysis.indicators.shapes import FeedbackSummary
from analysis.indicators.survival import Spells, from_zero, median_time, survival_at, within_its_day
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

TO_BE_SETTLED = ("complaint", "question")
PROMPT = 30.0  # days


def compute_feedback(data: ClientData, params: ClientParams) -> FeedbackSummary | NotEstimable:
    """Return the feedback of the last twelve months, counted, and the time to its resolution.

    Cases to be settled are complaints and questions where ``kind`` says so, else all feedback. A case is watched from
    the day after it came in (so a case settled at once lasted one day) until it is resolved or until `as_of`.
    """
    if not data.has("feedback"):
        return NotEstimable(reason=N_("There is no feedback."))
    window = year_ending(data.as_of)
    frame = data.table("feedback")
    frame = frame[window.holds(to_days(frame["received_on"]))]
    if frame.empty:
        return NotEstimable(reason=N_("There was no feedback in the last twelve months."), n=0)
    customers = int(frame["customer_id"].nunique()) if data.has("feedback", "customer_id") else None
    cases = _cases(frame)
    recorded = data.has("feedback", "resolved_on")
    within, median = _resolution(cases, window, params) if recorded else (_unrecorded(), _unrecorded())
    summary = FeedbackSummary(
        n=len(frame),
        customers=customers,
        window=window.label,
        by_kind=_counts(frame, "kind"),
        by_channel=_counts(frame, "channel"),
        by_severity=_counts(frame, "severity"),
        by_month=_by_month(frame),
        resolved_within_30=within,
        median_days=median,
        open_cases=int(_open(cases, data).sum()) if recorded else None,
        resolution_rating=_rating(frame, params),
    )
    return summary if data.census is None else _expanded(summary, data.census.expansion)


def _expanded(summary: FeedbackSummary, times: float) -> FeedbackSummary:
    """Return a summary of drawn customers with its numbers brought to all of them; shares and times stay."""

    def all_of(count: int | None) -> int | None:
        return None if count is None else round(count * times)

    def each_of(counts: Mapping[str, int]) -> dict[str, int]:
        return {label: round(count * times) for label, count in counts.items()}

    return dataclasses.replace(
        summary,
        n=round(summary.n * times),
        customers=all_of(summary.customers),
        open_cases=all_of(summary.open_cases),
        by_kind=each_of(summary.by_kind),
        by_channel=each_of(summary.by_channel),
        by_severity=each_of(summary.by_severity),
        by_month=each_of(summary.by_month),
    )


def _counts(frame: pd.DataFrame, column: str) -> dict[str, int]:
    if column not in frame:
        return {}
    counts = frame[column].dropna().astype(str).value_counts()
    ordered = sorted(counts.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    return {str(label): int(count) for label, count in ordered}


def _by_month(frame: pd.DataFrame) -> dict[str, int]:
    counts = frame["received_on"].dt.strftime("%Y-%m").value_counts().sort_index()
    return {str(month): int(count) for month, count in counts.items()}


def _cases(frame: pd.DataFrame) -> pd.DataFrame:
    if "kind" in frame and frame["kind"].isin(TO_BE_SETTLED).any():
        return frame[frame["kind"].isin(TO_BE_SETTLED)]
    return frame


def _open(cases: pd.DataFrame, data: ClientData) -> "pd.Series[bool]":
    return ~(cases["resolved_on"] <= data.as_of)


def _unrecorded() -> NotEstimable:
    return NotEstimable(reason=N_("The feedback does not say when it was resolved."))


def _accounts(frame: pd.DataFrame) -> Codes:
    """Return the customer of each piece; a piece without one is its own."""
    own = np.arange(len(frame), dtype=np.int64)
    if "customer_id" not in frame:
        return own
    codes = pd.factorize(frame["customer_id"])[0].astype(np.int64)
    return np.where(codes >= 0, codes, len(frame) + own)


def _resolution(cases: pd.DataFrame, window: Window, params: ClientParams) -> tuple[Outcome, Outcome]:
    received = to_days(cases["received_on"])
    settled = cases["resolved_on"].notna().to_numpy(dtype=bool) & (to_days(cases["resolved_on"]) <= window.last)
    last = np.where(settled, to_days(cases["resolved_on"].fillna(cases["received_on"])), window.last)
    duration = np.maximum(last - received, 0).astype(np.float64) + 1.0
    spells = Spells(entry=np.zeros(len(cases)), exit=duration, ended=settled)
    accounts = _accounts(cases)
    n = len(cases)
    if len(np.unique(accounts)) < params.limits.min_clusters or n < params.limits.min_n or not settled.any():
        reason = N_("{n:int} cases of too few customers, or none resolved, say nothing about resolution.", n=n)
        return NotEstimable(reason=reason, n=n), NotEstimable(reason=reason, n=n)
    point = survival_at(spells, [PROMPT], accounts)[0]
    if point.fewest_at_risk == 0 and point.share > 0:
        reason = N_("No case was watched for 30 days.")
        within: Outcome = NotEstimable(reason=reason, n=n)
    else:
        within = Estimate(
            value=1 - point.share,
            low=1 - point.high,
            high=1 - point.low,
            n=n,
            method="kaplan-meier-cluster",
            unit="proportion",
            std_error=point.std_error if point.std_error > 0 else None,
            clusters=len(np.unique(accounts)),
        )
    return within, _median(spells, accounts, n)


def _median(spells: Spells, accounts: Codes, n: int) -> Outcome:
    found = median_time(spells, accounts)
    if found is None or found[1] is None or found[2] is None:
        return NotEstimable(reason=N_("Too few cases are resolved to say by when half of them are."), n=n)
    value, low, high = from_zero(found[0], *within_its_day(found[0], found[1], found[2]))
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=n,
        method="kaplan-meier-cluster",
        unit="days",
        clusters=len(np.unique(accounts)),
    )


def _rating(frame: pd.DataFrame, params: ClientParams) -> Outcome:
    if "resolution_rating" not in frame or not frame["resolution_rating"].notna().any():
        return NotEstimable(reason=N_("Resolutions are not rated."))
    rated = frame[frame["resolution_rating"].notna()]
    accounts = _accounts(rated)
    sample = Sample(
        values=rated["resolution_rating"].to_numpy(dtype=np.float64),
        weights=np.ones(len(rated)),
        clusters=accounts,
        units=np.arange(len(rated), dtype=np.int64),
    )
    measure = Measure(kind="mean", unit="score")
    return estimate(sample, measure, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n)
