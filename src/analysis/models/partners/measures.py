"""What partners are compared on: the customers behind each measure, one observation a customer (or respondent)."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.attitudes import observe_attitude
from analysis.indicators.catalogue import CATALOGUE, IndicatorSpec
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.ledger import Ledger, to_days, trailing_windows, trailing_years
from analysis.indicators.observations import Observations, build_result
from analysis.indicators.relationships import collect_relationships
from analysis.indicators.repeat_purchase import observe_repeat_purchase
from analysis.indicators.shapes import Indicators
from analysis.indicators.survey import Responses, collect_responses
from analysis.indicators.targets import hold_groups
from analysis.messages import N_
from analysis.models.complaints.cases import (
    SHORTEST,
    complaints_of,
    customers_behind,
    exposure_of,
    feedback_of,
    window_of,
)
from analysis.models.contacts.records import ledger_of
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult, NotEstimable

YEAR = 365
SPECS: dict[str, IndicatorSpec] = {
    "partner_complaints": IndicatorSpec(
        key="partner_complaints",
        name=N_("Complaints a customer and year"),
        definition=N_("Complaints over the years that active customers were customers in the last twelve months."),
        dimension="interaction",
        kind="mean",
        unit="per_year",
        higher_is_better=False,
    ),
    "partner_growth": IndicatorSpec(
        key="partner_growth",
        name=N_("Growth of the customers who stayed"),
        definition=N_(
            "Mean, over customers who bought in both of the last two years, of the change of revenue against the mean"
            " of the two years (-200% to 200%)."
        ),
        dimension="value",
        kind="mean",
        unit="percentage_points",
        bounds=(-200.0, 200.0),
    ),
    "partner_retention": IndicatorSpec(
        key="partner_retention",
        name=N_("Customers of a year ago who stayed"),
        definition=N_("Share of the customers of a year ago who are still customers."),
        dimension="loyalty",
        kind="proportion",
        unit="proportion",
        bounds=(0.0, 1.0),
    ),
}
EXISTING = ("satisfaction_index", "nps", "repeat_purchase_rate")
COUNTING = ("satisfaction_index", "partner_complaints", "partner_growth", "partner_retention")
"""Measures that count in the overall standing, where there are enough partners on them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """A measure with its result (whole and by partner) and the observations behind it."""

    result: IndicatorResult
    spec: IndicatorSpec
    observations: Observations


def collect_measures(data: ClientData, params: ClientParams, indicators: Indicators) -> dict[str, Compared]:
    """Return every measure that the data give by partner; those of the indicators are the indicators' own."""
    found: dict[str, Compared] = {}
    responses = collect_responses(data, params)
    for key in EXISTING[:2]:
        result = indicators.results.get(key)
        observed = observe_attitude(key, responses) if isinstance(responses, Responses) else None
        if result is not None and isinstance(observed, Observations):
            found[key] = Compared(result=result, spec=CATALOGUE[key], observations=observed)
    ledger = ledger_of(data, params)
    repeat = indicators.results.get(EXISTING[2])
    observed_repeat = None if ledger is None else observe_repeat_purchase(ledger, data, params)
    if repeat is not None and observed_repeat is not None:
        found[EXISTING[2]] = Compared(result=repeat, spec=CATALOGUE[EXISTING[2]], observations=observed_repeat)
    for key, observed in (
        ("partner_complaints", _complaints(data, params)),
        ("partner_growth", _growth(ledger, data, params)),
        ("partner_retention", _retention(ledger, data, params)),
    ):
        if observed is not None:
            built = build_result(SPECS[key], observed, data, params)
            if key == "partner_complaints":  # a rate has no upper end, but is not below 0 when drawn to the mean
                built = dataclasses.replace(built, bounds=(0.0, math.inf))
            found[key] = Compared(result=hold_groups(built, data, params), spec=SPECS[key], observations=observed)
    return found


def _complaints(data: ClientData, params: ClientParams) -> Observations | None:
    frame = feedback_of(data)
    if isinstance(frame, NotEstimable):
        return None
    found = complaints_of(frame)
    if isinstance(found, NotEstimable) or not customers_behind(found).notna().any():
        return None
    window = window_of(frame, data.as_of)
    if window.days < SHORTEST:
        return None
    exposed = exposure_of(window, data, params)
    recent = found[window.holds(to_days(found["received_on"]))]
    position = exposed.ids.get_indexer(pd.Index(customers_behind(recent)))
    counts = np.bincount(position[position >= 0], minlength=len(exposed.ids)).astype(np.float64)
    if not counts.any():
        return None
    values = PeriodValues(label=window.label, ids=exposed.ids, values=counts / exposed.years, weights=exposed.years)
    return observe_customers([values], data, params)


def _growth(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Observations | None:
    """Return the change of revenue against the mean of both years, of the customers who bought in both."""
    if ledger is None:
        return None
    latest, before = trailing_years(data.recorded_until("transactions"), 2)
    if not ledger.covers(before):
        return None
    later, earlier = ledger.spent(latest, constant=True), ledger.spent(before, constant=True)
    both = (later > 0) & (earlier > 0)
    if not both.any():
        return None
    values = 200.0 * (later[both] - earlier[both]) / (later[both] + earlier[both])
    return observe_customers([PeriodValues(label=latest.label, ids=ledger.ids[both], values=values)], data, params)


def _retention(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Observations | None:
    """Return the customers of a year ago, 1 where they stayed: by the recorded ends, else by whether they bought again.

    As `indicators.retention` decides; of the contractual relationships those that were under way when the year began.
    """
    kind = params.retention.kind
    relationships = collect_relationships(data) if kind != "non_contractual" else None
    if relationships is not None:
        begin = relationships.as_of - YEAR
        if relationships.watched_from > begin:
            return None
        alive = (relationships.began <= begin) & (relationships.until > begin)
        stayed = ~(relationships.ended & (relationships.until <= relationships.as_of))[alive]
        label = trailing_windows(relationships.as_of, YEAR, 1)[0].label
        ids = relationships.ids[alive]
    elif ledger is not None and kind != "contractual":
        latest, before = trailing_windows(ledger.as_of, params.retention.window_days, 2)
        if not ledger.covers(before):
            return None
        base = ledger.buyers(before)
        stayed, ids, label = ledger.buyers(latest)[base], ledger.ids[base], latest.label
    else:
        return None
    if not len(ids):
        return None
    return observe_customers([PeriodValues(label=label, ids=ids, values=stayed.astype(np.float64))], data, params)


def others_than(partner: str, observations: Observations) -> tuple["np.ndarray", "np.ndarray"]:
    """Return which observations of the last period are of a partner's customers, and which are not."""
    latest = observations.period == len(observations.periods) - 1
    names = observations.partner.names
    code = names.index(partner) if partner in names else -2
    own = observations.partner.codes == code
    return latest & own, latest & ~own
