"""How soon complaints are answered and settled; what is still open is censored, not forgotten."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.indicators.feedback import PROMPT
from analysis.indicators.ledger import to_days, year_ending
from analysis.indicators.samples import Codes
from analysis.indicators.survival import Spells, survival_at
from analysis.messages import N_
from analysis.models.complaints.cases import NEVER, accounts_of, complaints_of, until_of
from analysis.models.complaints.result import Resolution, SeverityResolution
from analysis.models.contacts.frequency import one_day_less
from analysis.models.lifecycle.medians import METHOD, median_days
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

ANSWERED = 3.0  # days
NOT_HALF = N_("Too few cases are resolved to say by when half of them are.")


def measure_resolution(frame: pd.DataFrame, data: ClientData, params: ClientParams) -> Resolution | NotEstimable:
    """Return how soon the complaints of the last twelve months were answered and settled.

    As in `indicators.feedback`, a complaint is watched from the day after it came in, so that one settled at once
    lasted one day; that indicator counts questions too.
    """
    found = complaints_of(frame)
    if isinstance(found, NotEstimable):
        return found
    cases = found[year_ending(data.as_of).holds(to_days(found["received_on"]))]
    if not len(cases):
        return NotEstimable(reason=N_("There was no complaint in the last twelve months."), n=0)
    if "resolved_on" not in cases or not found["resolved_on"].notna().any():
        return NotEstimable(reason=N_("The feedback does not say when it was resolved."), n=len(cases))
    who = accounts_of(cases)
    settled = spells_until(cases, "resolved_on", data)
    answered = _first_answers(cases, data)
    return Resolution(
        complaints=len(cases),
        settled=int(settled.ended.sum()),
        within_30=share_within(settled, PROMPT, who, params),
        median_days=_median(settled, who, params),
        first_response_days=NotEstimable(reason=N_("The feedback does not say when it was first answered."))
        if answered is None
        else _median(answered, who, params),
        answered_within_3=NotEstimable(reason=N_("The feedback does not say when it was first answered."))
        if answered is None
        else share_within(answered, ANSWERED + 1, who, params),
        rating=_rating(cases, params),
        by_severity=_by_severity(cases, settled, who, params),
    )


def spells_until(cases: pd.DataFrame, column: str, data: ClientData) -> Spells:
    """Return the days from receipt to an event, counted from 1; censored at the date of the audit."""
    until = until_of(data)
    received, happened = to_days(cases["received_on"]), to_days(cases[column])
    ended = (happened != NEVER) & (happened <= until)
    last = np.where(ended, np.where(ended, happened, received), until)
    lasted = np.maximum(last - received, 0).astype(np.float64) + 1.0
    return Spells(entry=np.zeros(len(cases)), exit=lasted, ended=ended)


def _first_answers(cases: pd.DataFrame, data: ClientData) -> Spells | None:
    """Return the days to the first answer; a complaint that was settled was answered by then at the latest."""
    if "responded_on" not in cases or not cases["responded_on"].notna().any():
        return None
    first, settled = spells_until(cases, "responded_on", data), spells_until(cases, "resolved_on", data)
    by_settling = settled.ended & (~first.ended | (settled.exit < first.exit))
    return Spells(
        entry=first.entry,
        exit=np.where(by_settling, settled.exit, first.exit),
        ended=first.ended | settled.ended,
    )


def share_within(spells: Spells, days: float, who: Codes, params: ClientParams, min_n: int = 0) -> Outcome:
    """Return the share that ended within `days` (counted from 1), clustered by customer."""
    n, count = len(who), len(np.unique(who))
    if count < params.limits.min_clusters or n < max(params.limits.min_n, min_n) or not spells.ended.any():
        reason = N_("{n:int} cases of too few customers, or none resolved, say nothing about resolution.", n=n)
        return NotEstimable(reason=reason, n=n)
    point = survival_at(spells, [days], who)[0]
    if point.fewest_at_risk == 0 and point.share > 0:
        return NotEstimable(reason=N_("No case was watched for {days:int} days.", days=days), n=n)
    return Estimate(
        value=1 - point.share, low=1 - point.high, high=1 - point.low, n=n, method=METHOD, unit="proportion",
        std_error=point.std_error if point.std_error > 0 else None, clusters=count,
    )  # fmt: skip


def _median(spells: Spells, who: Codes, params: ClientParams) -> Outcome:
    if len(who) < params.limits.min_n:
        return NotEstimable(reason=NOT_HALF, n=len(who))
    return one_day_less(median_days(spells, who, least=params.limits.min_clusters, absent=NOT_HALF))


def _rating(cases: pd.DataFrame, params: ClientParams) -> Outcome:
    if "resolution_rating" not in cases or not cases["resolution_rating"].notna().any():
        return NotEstimable(reason=N_("Resolutions are not rated."))
    rated = cases[cases["resolution_rating"].notna()]
    sample = Sample(
        values=rated["resolution_rating"].to_numpy(dtype=np.float64),
        weights=np.ones(len(rated)),
        clusters=accounts_of(rated),
        units=np.arange(len(rated), dtype=np.int64),
    )
    measure = Measure(kind="mean", unit="score")
    return estimate(sample, measure, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n)


def _by_severity(
    cases: pd.DataFrame, settled: Spells, who: Codes, params: ClientParams
) -> tuple[SeverityResolution, ...]:
    if "severity" not in cases:
        return ()
    words = cases["severity"].to_numpy(dtype=object)
    rows = []
    for label in sorted({str(word) for word in words if not pd.isna(word)}):
        own = words == label
        share = share_within(settled.where(own), PROMPT, who[own], params)
        rows.append(SeverityResolution(label=label, complaints=int(own.sum()), within_30=share))
    return tuple(sorted(rows, key=lambda row: (-row.complaints, row.label)))
