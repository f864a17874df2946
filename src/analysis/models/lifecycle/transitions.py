"""Where customers stand today, where they stood a year before, and how they moved between."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, Window, day_of, iso
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.groups import group_codes_of, ledger_of, share_of
from analysis.models.lifecycle.prospects import Prospects, score_prospects
from analysis.models.lifecycle.stages import (
    ACTIVE,
    PROSPECT,
    STAGES,
    UNKNOWN,
    Basis,
    StageRule,
    choose_rule,
    spent_by_customer,
    stage_day,
    stages_on,
)
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

StageKey = Literal["prospect", "active", "dormant", "lost", "unknown"]


@dataclass(frozen=True, kw_only=True)
class StageCount(ModelPart):
    """One stage today.

    Parameters
    ----------
    stage
        Its key.
    customers, customers_before
        Customers in it today and a year before (None where the record does not reach back).
    share
        Of all customers known today, 0 to 1.
    revenue
        Revenue of these customers in the twelve months to today, returns deducted, None without a year of orders.
    revenue_before
        Revenue of the same customers in the twelve months before, None where the orders do not reach back.
    """

    stage: StageKey
    customers: int
    customers_before: int | None
    share: Outcome
    revenue: float | None
    revenue_before: float | None


@dataclass(frozen=True, kw_only=True)
class Transition(ModelPart):
    """Customers who stood in one stage a year before and stand in another (or the same) today.

    `share` is of the customers of `start` then; customers not known then have none, because they are known today only
    for having come.
    """

    start: StageKey
    end: StageKey
    customers: int
    share: Outcome


@dataclass(frozen=True, kw_only=True)
class SilenceLimit(ModelPart):
    """How long customers of a rhythm may be silent and still be called dormant.

    `key` is ``once`` (bought once so far), ``fast``, ``medium`` or ``slow``; `usual_gap_from` and `usual_gap_to` are
    the class's usual days between purchases (None: open); `days` the longest silence.
    """

    key: Literal["once", "fast", "medium", "slow"]
    usual_gap_from: float | None
    usual_gap_to: float | None
    days: float


@dataclass(frozen=True, kw_only=True)
class Lifecycle(ModelPart):
    """The stages of the customers and the moves between them.

    Parameters
    ----------
    n, groups
        Customers of today, and groups of companies that intervals are clustered by.
    today, year_before
        The two days (ISO); `year_before` is None where the record does not reach back.
    basis, rule
        Where the stages are from: ``orders``, ``contracts`` or ``list`` (the client's own), and the rule in words.
    window_days
        Days within which an active customer has ordered.
    limits
        Longest silences of dormant customers, by rhythm; empty unless from orders.
    stages, transitions
        In the order prospect, active, dormant, lost (and, as a start, unknown).
    stayed_active
        Of the customers active a year before, the share active today, or why there is none.
    prospects
        How likely today's prospects are to order.
    listed, agreeing
        Customers that the client's list gives a stage, and those of them whom the rule puts into the same one; None
        where there is no such list, or the stages are from it.
    """

    n: int
    groups: int
    today: str
    year_before: str | None
    basis: Basis
    rule: Message
    window_days: int
    limits: tuple[SilenceLimit, ...]
    stages: tuple[StageCount, ...]
    transitions: tuple[Transition, ...] | NotEstimable
    stayed_active: Outcome
    prospects: Prospects | NotEstimable
    listed: int | None = None
    agreeing: int | None = None


def analyse_lifecycle(data: ClientData, params: ClientParams) -> Lifecycle | NotEstimable:
    """Return the stages today and a year before, and the moves between them.

    Active is who ordered within `repurchase.horizon_days`, the time within which a customer is expected back; dormant
    who is silent for longer, but not longer than the limit of its rhythm (`rhythm`); lost who is beyond it or has a
    recorded end without an order since. Who never ordered is a prospect.
    """
    ledger = ledger_of(data, params)
    if not data.has_real_customers or data.customers.empty:
        return NotEstimable(reason=N_("No customers are named, so nothing can be said about their stages."), n=0)
    rule = choose_rule(data, ledger, params.repurchase.horizon_days)
    if rule is None:
        reason = N_(
            "There are neither orders nor contracts nor a list of stages to tell active customers from lost ones."
        )
        return NotEstimable(reason=reason, n=len(data.customers))
    today = stage_day(data, ledger)
    before = day_of(pd.Timestamp(today, unit="D") - pd.DateOffset(years=1))
    now = stages_on(today, rule, data, ledger, today=True)
    then = stages_on(before, rule, data, ledger, today=False) if _reaches(before, rule, data, ledger) else None
    groups = group_codes_of(data.customers.index, data)
    moves = _transitions(then, now, groups, rule, params)
    kept = then == ACTIVE if then is not None else np.zeros(len(now), dtype=bool)
    stayed: Outcome = (
        moves
        if isinstance(moves, NotEstimable)
        else share_of((now[kept] == ACTIVE).astype(float), groups[kept], params)
    )
    listed = _listed(data, rule, now)
    return Lifecycle(
        n=int((now != UNKNOWN).sum()),
        groups=int(np.unique(groups).size),
        today=iso(today),
        year_before=None if then is None else iso(before),
        basis=rule.basis,
        rule=_words(rule),
        window_days=rule.window_days,
        limits=_limits(rule),
        stages=_counts(now, then, groups, _revenues(today, before, data, ledger), params),
        transitions=moves,
        stayed_active=stayed,
        prospects=score_prospects(today, now, rule, data, ledger, params),
        listed=None if listed is None else listed[0],
        agreeing=None if listed is None else listed[1],
    )


def _reaches(before: int, rule: StageRule, data: ClientData, ledger: Ledger | None) -> bool:
    """Return whether the record tells who was active a year before."""
    if rule.basis == "orders" and ledger is not None:
        return ledger.covers(Window(first=before - rule.window_days + 1, last=before))
    if rule.basis == "contracts":
        return bool((data.table("contracts")["starts_on"] <= pd.Timestamp(before, unit="D")).any())
    return False


def _revenues(today: int, before: int, data: ClientData, ledger: Ledger | None) -> tuple[Floats | None, Floats | None]:
    """Return each customer's revenue of the last twelve months and of those before."""
    if ledger is None:
        return None, None
    year = Window(first=before + 1, last=today)
    start = day_of(pd.Timestamp(before, unit="D") - pd.DateOffset(years=1))
    earlier = Window(first=start + 1, last=before)
    found = [
        spent_by_customer(window.first, window.last, data, ledger) if ledger.covers(window) else None
        for window in (year, earlier)
    ]
    return found[0], found[1]


def _counts(
    now: Codes, then: Codes | None, groups: Codes, revenues: tuple[Floats | None, Floats | None], params: ClientParams
) -> tuple[StageCount, ...]:
    known = now != UNKNOWN
    return tuple(
        StageCount(
            stage=_key(code),
            customers=int((now == code).sum()),
            customers_before=None if then is None else int((then == code).sum()),
            share=share_of((now[known] == code).astype(float), groups[known], params),
            revenue=_total(revenues[0], now == code),
            revenue_before=_total(revenues[1], now == code),
        )
        for code in range(len(STAGES))
    )


def _total(revenue: Floats | None, rows: np.ndarray) -> float | None:
    return None if revenue is None else round(float(revenue[rows].sum()), 2)


def _transitions(
    then: Codes | None, now: Codes, groups: Codes, rule: StageRule, params: ClientParams
) -> tuple[Transition, ...] | NotEstimable:
    if then is None and rule.basis == "list":
        reason = N_("The client's list knows the stages of today only, so no moves between them can be seen.")
        return NotEstimable(reason=reason, n=len(now))
    if then is None:
        reason = N_(
            "The record does not reach back {days:int} days before the day a year ago, so no stage of then is known.",
            days=rule.window_days,
        )
        return NotEstimable(reason=reason, n=len(now))
    moves = []
    for start in (*range(len(STAGES)), UNKNOWN):
        rows = then == start
        if not rows.any():
            continue
        for end in range(len(STAGES)):
            moved = (now[rows] == end).astype(float)
            if end == PROSPECT and start not in (PROSPECT, UNKNOWN) and not moved.any():
                continue  # nobody who has bought becomes a prospect again
            share: Outcome = NotEstimable(
                reason=N_("Who was not known then is known today only for having come, so there is no share of them.")
            )
            if start != UNKNOWN:
                share = share_of(moved, groups[rows], params)
            moves.append(Transition(start=_key(start), end=_key(end), customers=int(moved.sum()), share=share))
    return tuple(moves)


def _key(code: int) -> StageKey:
    keys: tuple[StageKey, ...] = ("prospect", "active", "dormant", "lost", "unknown")
    return keys[code]


def _listed(data: ClientData, rule: StageRule, now: Codes) -> tuple[int, int] | None:
    """Return how many customers the client's list gives a stage, and how many of them the rule puts there, too."""
    if rule.basis == "list" or "stage" not in data.customers:
        return None
    codes = data.customers["stage"].map({name: code for code, name in enumerate(STAGES)})
    known = codes.notna().to_numpy(dtype=bool)
    if not known.any():
        return None
    return int(known.sum()), int((codes[known].to_numpy(dtype=np.int64) == now[known]).sum())


def _limits(rule: StageRule) -> tuple[SilenceLimit, ...]:
    if rule.rhythm is None:
        return ()
    first, second = (float(cut) for cut in rule.rhythm.cuts)
    days = [float(limit) for limit in rule.rhythm.limits]
    return (
        SilenceLimit(key="once", usual_gap_from=None, usual_gap_to=None, days=days[0]),
        SilenceLimit(key="fast", usual_gap_from=None, usual_gap_to=first, days=days[1]),
        SilenceLimit(key="medium", usual_gap_from=first, usual_gap_to=second, days=days[2]),
        SilenceLimit(key="slow", usual_gap_from=second, usual_gap_to=None, days=days[3]),
    )


def _words(rule: StageRule) -> Message:
    if rule.basis == "list":
        return N_(
            "The stages are those of the client's own list; there are neither orders nor contracts to check them."
        )
    if rule.basis == "contracts":
        return N_(
            "Active: a contract runs. Dormant: the last one ended within {days:int} days. Lost: it ended longer ago, or"
            " the customer has a recorded end. Prospect: no contract yet.",
            days=rule.window_days,
        )
    return N_(
        "Active: an order within {days:int} days. Dormant: silent for longer, but not longer than customers of the same"
        " rhythm who came back usually were, or under a running contract. Lost: silent for longer than that, or with a"
        " recorded end and no order since. Prospect: no order on record and no contract.",
        days=rule.window_days,
    )
