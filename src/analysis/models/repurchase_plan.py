"""Which customers and which predictors the repeat-purchase model can carry, decided before any effect is seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.memory import once_per_client
from analysis.models.predicting import predicting_designs
from analysis.models.repurchase_sample import RepurchaseSample, build_sample
from analysis.models.results import PredictorSet, RepurchaseCounts
from analysis.models.terms import (
    FEWEST_KNOWN,
    LOYALTY,
    SATISFACTION,
    Control,
    Design,
    build_design,
    categorical_control,
    is_redundant,
    numeric_control,
)
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Customers, outcome and the designs of the predictor sets, all with the same rows.

    `designs` hold tenure and segment too, where the events carry them; `predicting` are what is compared on held-out
    customers: recency and frequency alone (``baseline``), and these with the answers of the fullest set. The client's
    list of segments is today's and may follow what was bought, so nothing is predicted from it.
    `clusters` are the groups of companies that errors are clustered by; a customer without a group is its own.
    `loyalty_reason` says why there is no set with loyalty, where there is none.
    """

    rows: pd.DataFrame
    outcome: Floats
    weights: Floats
    clusters: Codes
    weighted: bool
    designs: dict[PredictorSet, Design]
    predicting: dict[PredictorSet, Design]
    counts: RepurchaseCounts
    loyalty_reason: Message
    notes: tuple[Message, ...]


@once_per_client
def plan_repeat_purchase(data: ClientData, params: ClientParams) -> Plan | NotEstimable:
    """Return customers and predictors of the repeat-purchase model: every analysis of buying again sets out from it.

    Returns
    -------
    Plan or NotEstimable
        The reason is a sentence for the client: no survey, no orders, no link between them, too few (non-)buyers.
    """
    reason = missing_data(data, params)
    if reason is not None:
        return NotEstimable(reason=reason)
    sample = build_sample(data, params)
    if sample.rows.empty:
        return NotEstimable(
            reason=N_(
                "No customer's answer is older than the {days:int} days within which a repeat purchase would have to "
                "show, so nobody can yet be said to have bought again or not.",
                days=params.repurchase.horizon_days,
            ),
            n=0,
        )
    if not (sample.rows["weight"] > 0).all():
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(sample.rows))
    return plan_predictors(sample, params)


def missing_data(data: ClientData, params: ClientParams) -> Message | None:
    """Return why the data cannot carry the model at all, or None."""
    if not data.has("survey", "satisfaction_index"):
        return N_("There is no survey answer about satisfaction.")
    anonymous = params.survey is not None and params.survey.confidentiality == "anonymous"
    if anonymous or not data.has_real_customers or not data.has("survey", "customer_id"):
        return N_("The survey is anonymous: answers cannot be joined to the customers' orders.")
    if not data.has("transactions"):
        return N_("There are no orders, so it is not known who bought again.")
    return None


def plan_predictors(sample: RepurchaseSample, params: ClientParams) -> Plan | NotEstimable:
    """Return what can be fitted, or why nothing can.

    Every predictor set must have `events_per_parameter` buyers and as many non-buyers for each parameter. Where the
    whole set has not, segment, then tenure, then loyalty are left out, in this order, whatever their effects.
    """
    rows, counts, with_loyalty = eligible_rows(sample, params)
    notes: list[Message] = []
    y = rows["bought"].to_numpy(dtype=float)
    refusal = _refuse(rows, y, params)
    if refusal is not None:
        return refusal
    limit = params.limits.events_per_parameter
    rarer = min(y.sum(), len(y) - y.sum())
    optional = optional_controls(rows, params)
    focal = [(SATISFACTION, rows["satisfaction"].to_numpy(dtype=float) / 10)]
    loyalty = (LOYALTY, rows["loyalty"].to_numpy(dtype=float) / 10)
    loyalty_reason = N_("Loyalty was not asked of enough of these customers.")
    if with_loyalty and is_redundant(loyalty[1], [np.ones(len(rows)), focal[0][1]]):
        with_loyalty, loyalty_reason = False, N_("Loyalty does not vary apart from satisfaction in these answers.")
    behaviour = behaviour_controls(rows)
    while True:
        controls = [*behaviour, *optional]
        full = build_design(len(rows), [*focal, loyalty] if with_loyalty else focal, controls)
        needed = limit * (len(full.terms) - 1)
        if rarer >= needed:
            break
        if optional:
            dropped = optional.pop()
            notes.append(
                N_("{control:message} was left out, to keep enough customers per predictor.", control=dropped.name)
            )
        elif with_loyalty:
            with_loyalty = False
            loyalty_reason = events_reason(int(y.sum()), len(y), params.repurchase.horizon_days, needed)
        else:
            reason = events_reason(int(y.sum()), len(y), params.repurchase.horizon_days, needed)
            return NotEstimable(reason=reason, n=len(y))
    designs: dict[PredictorSet, Design] = {"baseline": build_design(len(rows), [], controls)}
    designs["satisfaction"] = build_design(len(rows), focal, controls)
    if with_loyalty:
        designs["satisfaction_loyalty"] = full
    answers = [*focal, loyalty] if with_loyalty else focal
    weights = checked_weights(rows["weight"].to_numpy(dtype=float), len(rows))
    return Plan(
        rows=rows,
        outcome=y,
        weights=weights,
        clusters=cluster_codes(rows["group"], len(rows)),
        weighted=bool(np.ptp(weights) > 0),
        designs=designs,
        predicting=predicting_designs(len(rows), answers, behaviour),
        counts=counts,
        loyalty_reason=loyalty_reason,
        notes=(*notes, *_history_note(counts, params)),
    )


def eligible_rows(sample: RepurchaseSample, params: ClientParams) -> tuple[pd.DataFrame, RepurchaseCounts, bool]:
    """Return the rows on which every set is fitted, how they came about, and whether loyalty can be used."""
    rows = sample.rows
    total = len(rows)
    with_loyalty = bool(rows["loyalty"].notna().mean() >= FEWEST_KNOWN)
    if with_loyalty:
        rows = rows[rows["loyalty"].notna()]
    if rows["tenure"].notna().mean() >= FEWEST_KNOWN:
        rows = rows[rows["tenure"].notna()]
    missing = total - len(rows)
    without = int(rows["no_order_before"].sum())
    excluded = 0
    if 0 < without < params.limits.events_per_parameter:
        rows, excluded, without = rows[~rows["no_order_before"]], without, 0
    counts = RepurchaseCounts(
        responding=sample.responding,
        censored=sample.censored,
        missing=missing,
        without_order_before=without,
        excluded_without_order=excluded,
        history_cut=int(rows["history_cut"].sum()),
    )
    return rows.reset_index(drop=True), counts, with_loyalty


def behaviour_controls(rows: pd.DataFrame) -> list[Control]:
    """Return recency and frequency; customers without an order before have their own indicator.

    Their recency is set to the mean of the others, so that the indicator compares them with an average customer.
    """
    known = rows["recency"].notna()
    fill = float(rows.loc[known, "recency"].mean()) if known.any() else 0.0
    controls = [
        numeric_control(
            N_("Recency"), "recency", N_("Recency, log of days since the last order"), rows["recency"].fillna(fill)
        ),
        numeric_control(
            N_("Frequency"), "frequency", N_("Frequency, log of order days in the history"), rows["frequency"]
        ),
    ]
    if not known.all():
        label = N_("No order before the response")
        controls.append(numeric_control(label, "no_order_before", label, rows["no_order_before"].astype(float)))
    return controls


def optional_controls(rows: pd.DataFrame, params: ClientParams) -> list[Control]:
    """Return tenure and segment where they are known, the most dispensable last."""
    controls: list[Control] = []
    if rows["tenure"].notna().all():
        controls.append(numeric_control(N_("Tenure"), "tenure", N_("Tenure, years"), rows["tenure"]))
    if rows["segment"].notna().mean() >= FEWEST_KNOWN:
        filled = rows["segment"].astype(object).where(rows["segment"].notna(), "-")
        accounts = np.arange(len(rows))
        controls.append(categorical_control(N_("Segment"), "segment", filled, accounts, params.limits.min_clusters))
    return [control for control in controls if control.terms]


def events_reason(events: int, n: int, days: int, needed: float, *, before: bool = False) -> Message:
    """Return in the client's words why so few (non-)buyers do not carry a model."""
    wanted = int(np.ceil(needed))
    if before:
        return N_(
            "{events:int} of {n:int} customers bought in the {days:int} days before they answered; a comparison needs "
            "at least {needed:int} who did and as many who did not.",
            events=events,
            n=n,
            days=days,
            needed=wanted,
        )
    if 2 * events > n:
        return N_(
            "Only {others:int} of {n:int} customers did not buy again within {days:int} days; the model needs at "
            "least {needed:int} of them to tell what sets them apart.",
            others=n - events,
            n=n,
            days=days,
            needed=wanted,
        )
    return N_(
        "Only {events:int} of {n:int} customers bought again within {days:int} days; the model needs at least "
        "{needed:int} of them to tell what sets them apart.",
        events=events,
        n=n,
        days=days,
        needed=wanted,
    )


def _refuse(rows: pd.DataFrame, y: Floats, params: ClientParams) -> NotEstimable | None:
    n, days = len(rows), params.repurchase.horizon_days
    if 0 < n < params.limits.small_cell:
        least = params.limits.small_cell
        return NotEstimable(
            reason=N_(
                "Fewer than {least:int} customers answered and could be followed for {days:int} days.",
                least=least,
                days=days,
            )
        )
    if n and y.sum() in (0, n):
        if y.sum() == 0:
            reason = N_("Nobody bought again within {days:int} days (customers: {n:int}).", n=n, days=days)
        else:
            reason = N_("Everybody bought again within {days:int} days (customers: {n:int}).", n=n, days=days)
        return NotEstimable(reason=reason, n=n)
    if n < params.limits.min_n:
        return NotEstimable(
            reason=N_(
                "Only {n:int} customers answered and could be followed for {days:int} days; at least {least:int} are "
                "needed.",
                n=n,
                days=days,
                least=params.limits.min_n,
            ),
            n=n,
        )
    groups = rows["group"].nunique()
    if groups < params.limits.min_clusters:
        reason = N_(
            "The customers belong to {groups:int} groups of companies; an interval needs at least {least:int}.",
            groups=groups,
            least=params.limits.min_clusters,
        )
        return NotEstimable(reason=reason, n=n)
    different = differing_accounts(rows["satisfaction"].to_numpy(dtype=float), np.arange(n))
    if different == 0:
        return NotEstimable(reason=N_("All these customers gave the same satisfaction."), n=n)
    if different < FEWEST_DIFFERING:
        reason = N_("All but a few of {n:int} customers gave the same satisfaction.", n=n)
        return NotEstimable(reason=reason, n=n)
    return None


def _history_note(counts: RepurchaseCounts, params: ClientParams) -> Sequence[Message]:
    if not counts.history_cut:
        return ()
    return (
        N_(
            "For {count:int} customers the orders reach back less than {days:int} days before the answer, so their "
            "frequency is counted over a shorter time.",
            count=counts.history_cut,
            days=params.repurchase.history_days,
        ),
    )
