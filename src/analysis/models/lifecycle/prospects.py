"""How likely each prospect is to order within the horizon, learnt from the client's own earlier prospects.

On days in the past, a horizon apart, those who were prospects by the same rule as today are followed for one horizon
[1]_. Nothing is used that was not on record on that day. A day counts only where a year of orders lies before it:
closer to the beginning of the record, customers who had ordered before it look like prospects. A model scores today's
prospects only where it was better than the share of all on prospects held back; else that share stands for each.

References
----------
.. [1] van Houwelingen, H. C. (2007). Dynamic prediction by landmarking in event history analysis. Scandinavian Journal
       of Statistics 34, 70-85.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, cluster_codes, critical_value
from analysis.models.crossvalidation import FOLDS, fewest_clusters
from analysis.models.firth import fit_firth
from analysis.models.guarded_segments import guarded_segments
from analysis.models.lifecycle.churn_rows import Before
from analysis.models.lifecycle.groups import YEAR, customer_names, group_codes_of, share_of
from analysis.models.lifecycle.opportunities import CONTACT_DAYS
from analysis.models.lifecycle.pipeline import model_chances
from analysis.models.lifecycle.stages import PROSPECT, StageRule, known_since, stages_on
from analysis.models.lifecycle.tenures import NEVER
from analysis.models.lifecycle.win_model import Fitted, WinModel, judge_model
from analysis.models.parts import ModelPart
from analysis.models.terms import FEWEST_KNOWN, Control, Term, build_design, categorical_control
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

SHOWN = 20
"""Prospects that are listed, the most likely to order first."""
ScoredBy = Literal["model", "base_rate"]


@dataclass(frozen=True, kw_only=True)
class ProspectScore(ModelPart):
    """A prospect of today: its id and name, days since it is known, and its chance to order within the horizon.

    `chance` is None where a model does not tell prospects apart: it is the share of all then.
    """

    customer_id: str
    name: str
    days_known: int
    chance: Estimate | None


@dataclass(frozen=True, kw_only=True)
class Prospects(ModelPart):
    """How likely today's prospects are to order.

    Parameters
    ----------
    horizon_days
        Days within which an order is looked for.
    days
        Days in the past (ISO) on which prospects were looked at, earliest first.
    followed, customers, ordered
        Prospects on these days (one who was a prospect on several counts on each), the customers that they are, and how
        many of them ordered within the horizon.
    rate
        Share of those followed who ordered, 0 to 1, clustered by group of companies.
    model
        What goes with ordering, and how well it predicts on prospects held back; `won` counts those who ordered.
    scored_by
        ``model``, or ``base_rate`` where the model is no better than `rate`, or cannot be had.
    count
        Prospects today.
    expected
        How many of them will order: the sum of the chances, with the uncertainty of the chances alone.
    scores
        The `SHOWN` who are most likely to; with ``base_rate`` those known for the shortest time.
    """

    horizon_days: int
    days: tuple[str, ...]
    followed: int
    customers: int
    ordered: int
    rate: Estimate
    model: WinModel | NotEstimable
    scored_by: ScoredBy
    count: int
    expected: Estimate
    scores: tuple[ProspectScore, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Prospects on days: position in the table of customers, the day, and whether an order followed in the horizon."""

    position: Codes
    day: Codes
    ordered: Floats


def score_prospects(
    today: int, now: Codes, rule: StageRule, data: ClientData, ledger: Ledger | None, params: ClientParams
) -> Prospects | NotEstimable:
    """Return the chance of each of today's prospects to order within the horizon, or why there is none.

    Parameters
    ----------
    today, now, rule
        The day, the stage codes on it, and what tells them.
    data, ledger, params
        The client's.
    """
    count = int((now == PROSPECT).sum())
    if not count:
        return NotEstimable(reason=N_("There is no prospect today."), n=0)
    if ledger is None or rule.basis != "orders":
        reason = N_("Without orders nobody can be seen to become a customer, so prospects have no chance to order.")
        return NotEstimable(reason=reason, n=count)
    horizon = params.repurchase.horizon_days
    landmarks = list(range(today - horizon, ledger.first_day + YEAR - 1, -horizon))[::-1]
    if not landmarks:
        reason = N_(
            "The orders do not reach back far enough to follow earlier prospects: a year and {days:int} days more.",
            days=horizon,
        )
        return NotEstimable(reason=reason, n=count)
    past = _followed(landmarks, horizon, rule, data, ledger)
    groups = group_codes_of(data.customers.index, data)
    rate: Outcome = NotEstimable(reason=N_("There was no prospect on the days that could be followed."), n=0)
    if len(past.day):
        rate = share_of(past.ordered, groups[past.position], params)
    if isinstance(rate, NotEstimable):
        return rate
    here = np.flatnonzero(now == PROSPECT)
    rows = _Rows(
        position=np.append(past.position, here),
        day=np.append(past.day, np.full(count, today)),
        ordered=np.append(past.ordered, np.full(count, np.nan)),
    )
    fitted = _fit(rows, groups[rows.position], data, params)
    model = fitted if isinstance(fitted, NotEstimable) else fitted[0]
    scores = fitted[1] if not isinstance(fitted, NotEstimable) and fitted[0].is_better else None
    expected, chances = _chances(scores, np.isnan(rows.ordered), rate)
    return Prospects(
        horizon_days=horizon,
        days=tuple(pd.Timestamp(day, unit="D").date().isoformat() for day in landmarks),
        followed=len(past.day),
        customers=int(np.unique(past.position).size),
        ordered=int(past.ordered.sum()),
        rate=rate,
        model=model,
        scored_by="base_rate" if scores is None else "model",
        count=count,
        expected=expected,
        scores=_listed(here, today, chances, data),
    )


def _followed(landmarks: list[int], horizon: int, rule: StageRule, data: ClientData, ledger: Ledger) -> _Rows:
    """Return who was a prospect on each day, and whether an order followed within the horizon."""
    first = np.full(len(data.customers), np.iinfo(np.int64).max)
    position = data.customers.index.get_indexer(ledger.ids)[ledger.bought_by]
    np.minimum.at(first, position[position >= 0], ledger.bought_on[position >= 0])
    who = [np.flatnonzero(stages_on(day, rule, data, ledger, today=False) == PROSPECT) for day in landmarks]
    days = np.repeat(np.asarray(landmarks, dtype=np.int64), [len(each) for each in who])
    places = np.concatenate(who)
    ordered = (first[places] > days) & (first[places] <= days + horizon)
    return _Rows(position=places, day=days, ordered=ordered.astype(np.float64))


def _chances(fitted: Fitted | None, today: np.ndarray, rate: Estimate) -> tuple[Estimate, list[Estimate] | None]:
    """Return how many of today's prospects will order, and the chance of each where a model tells them apart."""
    count = int(today.sum())
    if fitted is None:
        expected = Estimate(
            value=rate.value * count, low=rate.low * count, high=rate.high * count, n=rate.n, method=rate.method,
            unit="count", clusters=rate.clusters,
        )  # fmt: skip
        return expected, None
    chances = model_chances(fitted, today)
    design = fitted.matrix[today]
    values = np.array([each.value for each in chances])
    gradient = (values * (1 - values)) @ design
    error = float(np.sqrt(gradient @ fitted.logit.covariance @ gradient))
    margin = critical_value(fitted.logit.accounts) * error
    value = float(values.sum())
    expected = Estimate(
        value=value, low=max(value - margin, 0.0), high=min(value + margin, float(count)), n=rate.n,
        method="delta-cr3-t", unit="count", std_error=error, clusters=fitted.logit.accounts,
    )  # fmt: skip
    return expected, chances


def _listed(here: Codes, today: int, chances: list[Estimate] | None, data: ClientData) -> tuple[ProspectScore, ...]:
    ids = data.customers.index[here]
    names, since = customer_names(ids, data), known_since(data)[here]
    known = np.where(since == NEVER, 0, today - since)
    values = np.zeros(len(here)) if chances is None else np.array([chance.value for chance in chances])
    order = np.lexsort((np.arange(len(here)), known, -np.round(values, 12)))
    return tuple(
        ProspectScore(
            customer_id=str(ids[place]),
            name=names[place],
            days_known=int(known[place]),
            chance=None if chances is None else chances[place],
        )
        for place in order[:SHOWN].tolist()
    )


def _fit(rows: _Rows, groups: Codes, data: ClientData, params: ClientParams) -> tuple[WinModel, Fitted] | NotEstimable:
    """Fit who ordered on what was on record on the day, and judge it on groups of companies held back."""
    past = np.isfinite(rows.ordered)
    y = rows.ordered[past]
    limit = params.limits.events_per_parameter
    rarer = int(min(y.sum(), len(y) - y.sum()))
    clusters = cluster_codes(groups[past], len(y))
    if rarer < limit or fewest_clusters(y, clusters) < FOLDS:
        reason = N_(
            "{ordered:int} earlier prospects ordered and {others:int} did not; a model of them needs at least"
            " {needed:int} of both, of several groups of companies.",
            ordered=int(y.sum()),
            others=int(len(y) - y.sum()),
            needed=int(np.ceil(limit)),
        )
        return NotEstimable(reason=reason, n=len(y))
    controls, notes = _controls(rows, groups, data, params, rarer / limit)
    design = build_design(len(rows.day), [], controls)
    matrix = design.matrix[past]
    varies = np.ptp(matrix, axis=0) > 0
    varies[0] = True
    if varies.sum() < 2:
        return NotEstimable(reason=N_("Nothing that was on record differs between the earlier prospects."), n=len(y))
    fit = fit_firth(y, matrix[:, varies], clusters=clusters)
    if not fit.converged:
        return NotEstimable(reason=N_("The model did not reach an answer on these data."), n=len(y))
    terms = [term for term, kept in zip(design.terms, varies, strict=True) if kept]
    model = judge_model(y, matrix[:, varies], clusters, fit, terms, notes + design.notes, "prospects held back", params)
    return model if isinstance(model, NotEstimable) else (model, Fitted(logit=fit, matrix=design.matrix[:, varies]))


def _controls(
    rows: _Rows, groups: Codes, data: ClientData, params: ClientParams, most: float
) -> tuple[list[Control], tuple[Message, ...]]:
    """Return the predictors that the rarer outcome carries, in their order, with a note for each left out."""
    chosen: list[Control] = []
    notes: list[Message] = []
    for control in [*_numeric(rows, data), _segments(rows, groups, data, params)]:
        if control is None or not control.terms:
            continue
        if sum(len(each.terms) for each in chosen) + len(control.terms) > most:
            notes.append(
                N_(
                    "{control:message} was left out, to keep enough prospects who ordered per predictor.",
                    control=control.name,
                )
            )
            continue
        chosen.append(control)
    return chosen, tuple(notes)


def _numeric(rows: _Rows, data: ClientData) -> list[Control]:
    """Return how long the prospect was known, whether an offer was open, and how often it was met lately."""
    ids = data.customers.index
    before = Before(ids, rows.day.astype(np.float64), rows.position)
    since = known_since(data)[rows.position]
    known = np.log1p(np.where(since == NEVER, 0, np.maximum(rows.day - since, 0)).astype(np.float64))
    found = [("known", N_("Days since the prospect is known (log)"), known)]
    if data.has("opportunities", "customer_id", "created_on"):
        offers = data.table("opportunities")
        still = before.count(offers, "created_on")
        if "closed_on" in offers:
            still = still - before.count(offers[offers["closed_on"].notna()], "closed_on")
        found.append(("offer", N_("An opportunity open on the day"), (still > 0).astype(np.float64)))
    if data.has("interactions", "customer_id", "occurred_on"):
        met = before.count(data.table("interactions"), "occurred_on", CONTACT_DAYS)
        found.append(("contacts", N_("Contacts in the 90 days before (log)"), np.log1p(met)))
    return [
        Control(name=label, terms=(Term(key=key, label=label),), values=values[:, None])
        for key, label, values in sorted(found, key=lambda each: ("known", "offer", "contacts").index(each[0]))
    ]


def _segments(rows: _Rows, groups: Codes, data: ClientData, params: ClientParams) -> Control | None:
    if params.segment is None or "segment" not in data.customers:
        return None
    labels = guarded_segments(data, params).reindex(data.customers.index[rows.position])
    if labels.notna().mean() < FEWEST_KNOWN:
        return None
    filled = pd.Series(labels.astype(object).where(labels.notna(), "-").to_numpy())
    return categorical_control(N_("Segment"), "segment", filled, groups, params.limits.min_clusters)
