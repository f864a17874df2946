"""How often customers complain: complaints a customer and year, over the time that each was a customer."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.comparison import difference
from analysis.indicators.estimation import Measure, estimate
from analysis.indicators.ledger import Window, to_days, year_ending
from analysis.indicators.samples import Codes, Floats, Sample
from analysis.indicators.survey import group_labels
from analysis.messages import N_
from analysis.models.complaints.cases import (
    SHORTEST,
    Exposure,
    complaints_of,
    customers_behind,
    exposure_of,
    window_of,
)
from analysis.models.complaints.result import ComplaintRate, GroupRate
from analysis.params.model import ClientParams
from analysis.results import Change, NotEstimable, Outcome

RATE = Measure(kind="mean", unit="per_year")
SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
MOST_GROUPS = 12


def measure_rate(frame: pd.DataFrame, data: ClientData, params: ClientParams) -> ComplaintRate | NotEstimable:
    """Return the rate of complaints, whole, by group and against the year before.

    The rate is complaints over the customers' years in the window, a mean weighted by those years, so that its
    interval is clustered by customer and allows for few customers complaining often.
    """
    complaints = complaints_of(frame)
    if isinstance(complaints, NotEstimable):
        return complaints
    if not customers_behind(complaints).notna().any():
        return NotEstimable(reason=N_("The complaints name no customer."), n=len(complaints))
    window = window_of(frame, data.as_of)
    if window.days < SHORTEST:
        return NotEstimable(reason=N_("Feedback has been recorded for {days:int} days only.", days=window.days))
    exposed = exposure_of(window, data, params)
    if not len(exposed.ids):
        return NotEstimable(reason=N_("No customer is active."), n=0)
    recent = complaints[window.holds(to_days(complaints["received_on"]))]
    counts = _count(recent, exposed)
    return ComplaintRate(
        window=window.label,
        complaints=int(counts.sum()),
        customers=len(exposed.ids),
        unattributed=len(recent) - int(counts.sum()),
        exposure_years=float(exposed.years.sum()),
        rate=_rate(counts, exposed, params),
        complainers=estimate(
            Sample.of_units((counts > 0).astype(np.float64)), SHARE, min_clusters=params.limits.min_clusters
        ),
        by_segment=_by_segment(counts, exposed, data, params),
        by_severity=_by_label(recent, "severity", exposed, params),
        by_kind=_by_label(frame[window.holds(to_days(frame["received_on"]))], "kind", exposed, params),
        change=_change(complaints, frame, window, data, params),
    )


def _count(pieces: pd.DataFrame, exposed: Exposure) -> Floats:
    """Return the pieces of each customer."""
    position = exposed.ids.get_indexer(pd.Index(customers_behind(pieces)))
    return np.bincount(position[position >= 0], minlength=len(exposed.ids)).astype(np.float64)


def rate_sample(counts: Floats, exposed: Exposure) -> Sample:
    """Return the customers' rates, weighted by their time, so that the mean is all complaints over all years."""
    return Sample.of_units(counts / exposed.years, exposed.years)


def _rate(counts: Floats, exposed: Exposure, params: ClientParams, min_n: int = 1) -> Outcome:
    if len(counts) and not counts.any():
        reason = N_("No complaint of these customers is on record in the window.")
        return NotEstimable(reason=reason, n=len(counts))
    return estimate(rate_sample(counts, exposed), RATE, min_clusters=params.limits.min_clusters, min_n=min_n)


def _by_segment(counts: Floats, exposed: Exposure, data: ClientData, params: ClientParams) -> tuple[GroupRate, ...]:
    labels, _ = group_labels(exposed.ids, data, params)
    rows = []
    for code in np.unique(labels.codes[labels.codes >= 0]).tolist():
        own = labels.codes == code
        part = Exposure(ids=exposed.ids[own], years=exposed.years[own])
        rate = _rate(counts[own], part, params, params.limits.min_n)
        rows.append(GroupRate(label=labels.names[code], complaints=int(counts[own].sum()), rate=rate))
    return _largest(rows) if len(rows) > 1 else ()


def _by_label(pieces: pd.DataFrame, column: str, exposed: Exposure, params: ClientParams) -> tuple[GroupRate, ...]:
    """Return the rate of each label of the pieces, over all customers."""
    if column not in pieces:
        return ()
    rows = []
    for label in sorted(pieces[column].dropna().astype(str).unique()):
        counts = _count(pieces[pieces[column] == label], exposed)
        rows.append(GroupRate(label=label, complaints=int(counts.sum()), rate=_rate(counts, exposed, params)))
    return _largest(rows)


def _largest(rows: list[GroupRate]) -> tuple[GroupRate, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.complaints, row.label))[:MOST_GROUPS])


def _change(
    complaints: pd.DataFrame, frame: pd.DataFrame, window: Window, data: ClientData, params: ClientParams
) -> Change | NotEstimable:
    """Compare the window with the year before, customer by customer."""
    before = year_ending(data.as_of - pd.DateOffset(years=1))
    received = to_days(frame["received_on"])
    if window.first != year_ending(data.as_of).first or int(received.min()) > before.first + 7:
        return NotEstimable(reason=N_("There is only one period, so there is nothing to compare with."))
    samples, ids = [], pd.Index(data.customers.index)
    for each in (before, window):
        exposed = exposure_of(each, data, params)
        counts = _count(complaints[each.holds(to_days(complaints["received_on"]))], exposed)
        if not counts.any():
            return NotEstimable(reason=N_("No complaint of these customers is on record in the window."), n=len(counts))
        codes: Codes = ids.get_indexer(exposed.ids).astype(np.int64)
        samples.append(Sample(values=counts / exposed.years, weights=exposed.years, clusters=codes, units=codes))
    return difference(
        samples[0], samples[1], RATE, labels=(before.label, window.label), min_clusters=params.limits.min_clusters
    )
