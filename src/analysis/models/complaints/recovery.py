"""Do well-served complainers buy again more than others? A landmark comparison with past buying held.

A complaint settled late can only be settled late where the customer is still there to see it; comparing by what
happened in the end would therefore favour the well served by construction. Every complaint is judged on one day, the
landmark, so many days after it came in, and buying is counted after that day alone [1]_. Customers get a further
landmark, drawn from the complainers' own, at which they stand for those without a complaint where none of theirs lies
near it. Probabilities are adjusted for orders, recency and revenue of the half-year before the complaint, and for them
only: who was served well may differ in other ways, and that customers are happier after a good recovery than before
("service recovery paradox") has held for satisfaction more than for buying [2]_.

References
----------
.. [1] Anderson, J. R., Cain, K. C. & Gelber, R. D. (1983). Analysis of survival by tumor response. Journal of Clinical
       Oncology 1, 710-719.
.. [2] de Matos, C. A., Henrique, J. L. & Rossi, C. A. V. (2007). Service recovery paradox: a meta-analysis. Journal of
       Service Research 10, 60-77.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, to_days
from analysis.indicators.samples import Codes, Floats
from analysis.messages import N_
from analysis.models.binomial import Logit, fit_binomial
from analysis.models.bootstrap import model_generator
from analysis.models.complaints.adjusted import adjusted_difference, adjusted_share, adjusted_slope
from analysis.models.complaints.cases import NEVER, complaints_of, customers_behind
from analysis.models.complaints.result import Recovery, ServedGroup
from analysis.models.contacts.records import ledger_of
from analysis.models.firth import fit_firth
from analysis.models.lifecycle.groups import group_codes_of
from analysis.models.separation import detect_separation
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

LANDMARK = 30  # days within which a complaint is settled where it is served well, as in `indicators.feedback`
HISTORY = 182  # days before a complaint from which past buying is taken
LEAST_EACH = 10  # customers of each group
GROUPS = ("none", "well", "badly")
NONE, WELL, BADLY = range(3)
CONTROLS = ("orders", "recency", "revenue")
FEWEST_DIFFERING = 5  # customers who bought again, and who did not


@dataclass(frozen=True, kw_only=True, eq=False)
class Landmarks:
    """One row a customer and landmark: its group, the days from which and to which buying is counted, and its past.

    Parameters
    ----------
    customer
        Position in the ledger.
    group
        `NONE`, `WELL` or `BADLY`.
    again
        Whether it bought in the horizon after its landmark.
    controls
        Log of one plus the order days, log of one plus the days since the last order, and log of one plus the revenue,
        all of the half-year before the complaint came in; shape (rows, 3).
    rating
        Rating of the resolution, NaN where there is none.
    """

    customer: Codes
    group: Codes
    again: "np.ndarray"
    controls: Floats
    rating: Floats

    def where(self, mask: "np.ndarray") -> "Landmarks":
        """Return the rows of a mask."""
        return Landmarks(
            customer=self.customer[mask],
            group=self.group[mask],
            again=self.again[mask],
            controls=self.controls[mask],
            rating=self.rating[mask],
        )


def measure_recovery(frame: pd.DataFrame, data: ClientData, params: ClientParams) -> Recovery | NotEstimable:
    """Return whether complainers served well bought again more than those served badly, and than similar customers."""
    found, ledger = complaints_of(frame), ledger_of(data, params)
    if isinstance(found, NotEstimable):
        return found
    if ledger is None or not len(ledger.bought_by):
        return NotEstimable(reason=N_("There are no orders, so nobody can be seen to return."), n=0)
    if "resolved_on" not in found or not found["resolved_on"].notna().any():
        return NotEstimable(reason=N_("The feedback does not say when it was resolved."), n=len(found))
    rows = _landmarks(found, ledger, params)
    counts = np.bincount(rows.group, minlength=len(GROUPS))
    if counts[WELL] < LEAST_EACH or counts[BADLY] < LEAST_EACH or counts[NONE] < LEAST_EACH:
        reason = N_(
            "Too few can be compared: {well:int} customers whose complaint was settled within {days:int} days and"
            " {badly:int} whose complaint was not have had the time to buy again, beside {none:int} without a"
            " complaint; at least {least:int} of each are needed.",
            well=int(counts[WELL]),
            badly=int(counts[BADLY]),
            none=int(counts[NONE]),
            days=LANDMARK,
            least=LEAST_EACH,
        )
        return NotEstimable(reason=reason, n=len(rows.group))
    events = int(min(rows.again.sum(), (~rows.again).sum()))
    carried = int(events / params.limits.events_per_parameter) - 2
    if carried < 1 or events < FEWEST_DIFFERING:
        reason = N_("Only {events:int} customers did otherwise than the rest: too few for a model of buying again.",
                    events=events)  # fmt: skip
        return NotEstimable(reason=reason, n=len(rows.group))
    return _compared(rows, events, min(carried, len(CONTROLS)), ledger, data, params)


def _landmarks(found: pd.DataFrame, ledger: Ledger, params: ClientParams) -> Landmarks:
    """Return the complainers with their first complaint that can be followed, and customers without a complaint."""
    horizon = params.repurchase.horizon_days
    position = ledger.ids.get_indexer(pd.Index(customers_behind(found))).astype(np.int64)
    received, settled = to_days(found["received_on"]), to_days(found["resolved_on"])
    usable = (position >= 0) & followed(received, ledger, horizon)
    order = np.flatnonzero(usable)[np.argsort(received[usable], kind="stable")]
    customer, first = np.unique(position[order], return_index=True)
    rows = order[first]
    is_well = (settled[rows] != NEVER) & (settled[rows] <= received[rows] + LANDMARK)
    rating = np.full(len(rows), np.nan)
    if "resolution_rating" in found:
        rating = found["resolution_rating"].to_numpy(dtype=np.float64, na_value=np.nan)[rows]
    others = np.arange(len(ledger.ids), dtype=np.int64)
    day = drawn_days(received[rows], len(others), params)
    is_quiet = ~complained_near(others, day, position, received)
    others, day = others[is_quiet], day[is_quiet]
    rating = np.append(rating, np.full(len(others), np.nan))
    who, when = np.append(customer, others), np.append(received[rows], day)
    group = np.append(np.where(is_well, WELL, BADLY), np.full(len(others), NONE)).astype(np.int64)
    orders, recency, revenue = history_of(who, when, ledger)
    start = when + LANDMARK
    again = bought_between(who, start + 1, start + horizon, ledger)
    known = orders > 0  # without an order in the half-year before there is no buying to go on with
    controls = np.column_stack([np.log1p(orders), np.log1p(recency), np.log1p(revenue)])
    return Landmarks(customer=who, group=group, again=again, controls=controls, rating=rating).where(known)


def complained_near(who: Codes, when: Codes, position: Codes, received: Codes) -> "np.ndarray":
    """Return which customers complained in the history before a day or until its landmark.

    `position` and `received` are the customer and the day of every complaint.
    """
    span = int(max(received.max(initial=0), when.max(initial=0))) + LANDMARK + 2
    key = np.sort(position[position >= 0] * span + received[position >= 0])
    first = np.searchsorted(key, who * span + np.maximum(when - HISTORY, 0))
    last = np.searchsorted(key, who * span + when + LANDMARK, side="right")
    return np.asarray(last > first)


def followed(received: Codes, ledger: Ledger, horizon: int) -> "np.ndarray":
    """Return which complaints have the history before and the whole horizon after their landmark on record."""
    return (received - HISTORY >= ledger.first_day - 7) & (received + LANDMARK + horizon <= ledger.as_of)


def drawn_days(days: Codes, count: int, params: ClientParams) -> Codes:
    """Return days for customers without a complaint, evenly from the complainers' own, in an order drawn by chance."""
    if not len(days):
        return np.zeros(count, dtype=np.int64)
    spread = np.sort(days)[np.floor((np.arange(count) + 0.5) / max(count, 1) * len(days)).astype(np.int64)]
    return np.asarray(model_generator("complaints landmarks", params).permutation(spread), dtype=np.int64)


def history_of(who: Codes, when: Codes, ledger: Ledger) -> tuple[Floats, Floats, Floats]:
    """Return order days, days since the last order, and revenue of the half-year before each day, itself left out."""
    key, base, span = _keys(ledger)
    total = np.append(0.0, np.cumsum(ledger.bought_for))
    first = np.searchsorted(key, who * span + np.maximum(when - HISTORY - base, 0))
    last = np.searchsorted(key, who * span + np.clip(when - base, 0, span - 1))
    orders = (last - first).astype(np.float64)
    latest = ledger.bought_on[np.maximum(last - 1, 0)]
    recency = np.where(orders > 0, when - latest, HISTORY).astype(np.float64)
    return orders, recency, total[last] - total[first]


def bought_between(who: Codes, first: Codes, last: Codes, ledger: Ledger) -> "np.ndarray":
    """Return whether each customer bought from a first to a last day of its own, both included."""
    key, base, span = _keys(ledger)
    begin = np.searchsorted(key, who * span + np.clip(first - base, 0, span - 1))
    end = np.searchsorted(key, who * span + np.clip(last - base, 0, span - 1), side="right")
    return np.asarray(end > begin)


def _keys(ledger: Ledger) -> tuple[Codes, int, int]:
    span = ledger.as_of - ledger.first_day + 2
    inside = np.minimum(ledger.bought_on - ledger.first_day, span - 1)
    return ledger.bought_by * span + inside, ledger.first_day, span


def _compared(
    rows: Landmarks, events: int, carried: int, ledger: Ledger, data: ClientData, params: ClientParams
) -> Recovery:
    clusters = group_codes_of(ledger.ids, data)[rows.customer]
    dummies = [(rows.group == WELL).astype(np.float64), (rows.group == BADLY).astype(np.float64)]
    fit = _fit(rows.again, _design(dummies, rows.controls[:, :carried]), clusters)
    everyone = {WELL: (1.0, 0.0), BADLY: (0.0, 1.0), NONE: (0.0, 0.0)}
    groups = tuple(
        ServedGroup(
            key=GROUPS[code],
            customers=int((rows.group == code).sum()),
            bought_again=int(rows.again[rows.group == code].sum()),
            share=adjusted_share(fit, everyone[code]),
        )
        for code in (WELL, BADLY, NONE)
    )
    sizes = [len(np.unique(clusters[rows.group == code])) for code in range(len(GROUPS))]

    def less(code: int, other: int) -> Outcome:
        return adjusted_difference(fit, everyone[code], everyone[other], accounts=min(sizes[code], sizes[other]))

    return Recovery(
        landmark_days=LANDMARK,
        horizon_days=params.repurchase.horizon_days,
        n=len(rows.group),
        events=events,
        accounts=fit.accounts,
        groups=groups,
        well_against_badly=less(WELL, BADLY),
        well_against_none=less(WELL, NONE),
        badly_against_none=less(BADLY, NONE),
        per_rating=_per_rating(rows, clusters, params),
        estimator=fit.estimator,
        controls=CONTROLS[:carried],
    )


def _design(columns: list[Floats], controls: Floats) -> Floats:
    """Return the intercept, the columns of interest, then those controls that vary on their own."""
    design = np.column_stack([np.ones(len(controls)), *columns])
    for control in controls.T:
        wider = np.column_stack([design, control - control.mean()])
        if np.linalg.matrix_rank(wider) == wider.shape[1]:
            design = wider
    return design


def _fit(again: "np.ndarray", design: Floats, clusters: Codes) -> Logit:
    outcome = again.astype(np.float64)
    fit = fit_firth if detect_separation(outcome, design).kind != "none" else fit_binomial
    return fit(outcome, design, clusters=clusters)


def _per_rating(rows: Landmarks, clusters: Codes, params: ClientParams) -> Outcome:
    """Return what one point more of the rating goes with, among complainers settled by the landmark who rated it."""
    rated = np.isfinite(rows.rating) & (rows.group == WELL)
    part, events = rows.where(rated), 0
    if rated.any():
        events = int(min(part.again.sum(), (~part.again).sum()))
    carried = int(events / params.limits.events_per_parameter) - 1
    if carried < 1 or len(np.unique(part.rating)) < 2 or len(np.unique(clusters[rated])) < params.limits.min_clusters:
        reason = N_("Too few rated complaints, or too little difference in buying after them, for a comparison.")
        return NotEstimable(reason=reason, n=int(rated.sum()))
    fit = _fit(part.again, _design([part.rating], part.controls[:, : min(carried, len(CONTROLS))]), clusters[rated])
    return adjusted_slope(fit)
