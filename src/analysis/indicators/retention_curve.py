"""Retention over time: from the beginning of a relationship, or from the first purchase."""

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.estimation import wilson_limits
from analysis.indicators.ledger import Ledger
from analysis.indicators.relationships import Relationships, collect_relationships
from analysis.indicators.samples import normal_quantile
from analysis.indicators.shapes import CurvePoint, RetentionCurve
from analysis.indicators.survival import Spells, survival_at
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

STEP, LONGEST = 90, 1800  # days: quarters, for five years
START = CurvePoint(days=0.0, share=1.0, low=1.0, high=1.0, at_risk=0)


def compute_retention_curve(
    ledger: Ledger | None, data: ClientData, params: ClientParams
) -> RetentionCurve | NotEstimable:
    """Return the share of customers still there by time since the beginning.

    Contractual: Kaplan-Meier with entry times (who began before ends were recorded enters when they were). By activity:
    the share of customers who bought in each quarter after their first purchase, of those whose quarter is over.
    """
    relationships = collect_relationships(data) if params.retention.kind != "non_contractual" else None
    if relationships is not None:
        return _contractual(relationships, params)
    if ledger is None or params.retention.kind == "contractual":
        return NotEstimable(reason=N_("There are neither contracts with an end nor transactions."))
    return _by_activity(ledger, params)


def _contractual(relationships: Relationships, params: ClientParams) -> RetentionCurve | NotEstimable:
    entry = np.maximum(relationships.watched_from - relationships.began, 0.0)
    exit_ = relationships.until - relationships.began
    watched = exit_ > entry
    spells = Spells(entry=entry[watched], exit=exit_[watched], ended=relationships.ended[watched])
    points = _points(spells, params)
    if len(points) < 2:
        return NotEstimable(reason=N_("Too few relationships were watched from their beginning."), n=len(spells.exit))
    year = relationships.began[watched].astype("datetime64[D]").astype("datetime64[Y]").astype(str)
    cohorts = {}
    for label in np.unique(year):
        curve = _points(spells.where(year == label), params)
        if len(curve) > 2:
            cohorts[str(label)] = curve
    return RetentionCurve(
        kind="contractual", n=len(spells.exit), events=int(spells.ended.sum()), points=points, cohorts=cohorts
    )


def _points(spells: Spells, params: ClientParams) -> tuple[CurvePoint, ...]:
    """Return the curve by quarters as far as enough relationships are at risk all the way."""
    if not len(spells.exit):
        return ()
    last = min(float(spells.exit.max()), LONGEST)
    times = [float(day) for day in range(STEP, int(last) + 1, STEP)]
    points = [START]
    for result in survival_at(spells, times):
        if result.fewest_at_risk < params.limits.min_clusters:
            break
        points.append(
            CurvePoint(days=result.time, share=result.share, low=result.low, high=result.high, at_risk=result.at_risk)
        )
    return tuple(points)


def _by_activity(ledger: Ledger, params: ClientParams) -> RetentionCurve | NotEstimable:
    if not len(ledger.bought_on):
        return NotEstimable(reason=N_("The transactions hold no purchases by known customers."), n=0)
    customers, first = np.unique(ledger.bought_by, return_index=True)
    begin = ledger.bought_on[first]
    position = np.searchsorted(customers, ledger.bought_by)
    age = ledger.bought_on - begin[position]
    quantile = normal_quantile(0.975)
    points = [START]
    for last in range(STEP, LONGEST + 1, STEP):
        over = begin + last <= ledger.as_of
        n = int(over.sum())
        if n < params.limits.min_n:
            break
        active = np.zeros(len(customers), dtype=bool)
        active[position[(age > last - STEP) & (age <= last)]] = True
        share = float(active[over].mean())
        low, high = wilson_limits(share, n, quantile)
        points.append(CurvePoint(days=float(last), share=share, low=low, high=high, at_risk=n))
    if len(points) < 2:
        return NotEstimable(reason=N_("Too few customers bought long enough ago."), n=len(customers))
    return RetentionCurve(kind="activity", n=len(customers), events=0, points=tuple(points))
