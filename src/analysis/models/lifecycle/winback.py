"""Customers who were silent for long and came back: how many, how soon, and what they have bought since."""

from dataclasses import dataclass

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger
from analysis.indicators.survival import Spells, survival_at
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.groups import YEAR, by_group, group_codes_of
from analysis.models.lifecycle.medians import METHOD, median_days
from analysis.models.lifecycle.money_kept import ratio_of
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

_NOT_HALF = N_("Fewer than half of the silent have returned, or it is too uncertain when half of them had.")


@dataclass(frozen=True, kw_only=True)
class WinBack(ModelPart):
    """What became of customers who were silent for more than `gap_days`.

    Parameters
    ----------
    gap_days
        Days without an order after which a customer counts as silent.
    silences, customers
        Such silences, and customers who had any.
    returned
        Silences that an order ended.
    within_days
        Days after the gap within which `share` is measured (shorter than a year where the record is).
    share
        Share of the silent who ordered again within `within_days` after the gap (Kaplan-Meier; who is still silent
        is censored at the end of the record), 0 to 1.
    median_days
        Days after the gap by which half of the silent have returned, where the curve gets so far.
    compared
        Returns with a whole gap on record before the silence and after the return.
    spending
        Revenue in the `gap_days` from the return on, as a multiple of that in the same time up to the last order
        before the silence; 1 is the same.
    """

    gap_days: int
    silences: int
    customers: int
    returned: int
    within_days: int
    share: Outcome
    median_days: Outcome
    compared: int
    spending: Outcome


def measure_win_back(
    data: ClientData, ledger: Ledger | None, params: ClientParams, *, gap: int | None = None
) -> WinBack | NotEstimable:
    """Return what became of silences longer than `gap` days; by default, than customers are expected to be away."""
    if ledger is None or not len(ledger.bought_by):
        return NotEstimable(reason=N_("There are no orders, so nobody can be seen to return."), n=0)
    gap = params.repurchase.horizon_days if gap is None else gap
    who, when = ledger.bought_by, ledger.bought_on
    is_last = np.append(who[1:] != who[:-1], True)
    following = np.where(is_last, ledger.as_of, np.append(when[1:], 0))
    rows = np.flatnonzero(following - when > gap)
    if len(rows) < params.limits.min_clusters:
        reason = N_("Only {n:int} times was a customer silent for more than {days:int} days.", n=len(rows), days=gap)
        return NotEstimable(reason=reason, n=len(rows))
    groups = group_codes_of(ledger.ids, data)[who[rows]]
    spells = Spells(
        entry=np.zeros(len(rows)), exit=(following - when - gap)[rows].astype(np.float64), ended=~is_last[rows]
    )
    within = _within(spells, params)
    spending, compared = _spending(ledger, data, rows[~is_last[rows]], gap, params)
    return WinBack(
        gap_days=gap,
        silences=len(rows),
        customers=int(np.unique(who[rows]).size),
        returned=int((~is_last[rows]).sum()),
        within_days=within,
        share=_returned(spells, within, groups, params),
        median_days=median_days(spells, groups, least=params.limits.min_clusters, absent=_NOT_HALF),
        compared=compared,
        spending=spending,
    )


def _within(spells: Spells, params: ClientParams) -> int:
    """Return a year, or the longest time after which enough of the silent are still watched."""
    watched = np.sort(spells.exit)[::-1]
    least = params.limits.min_clusters
    return int(min(YEAR, watched[least - 1])) if len(watched) >= least else int(watched[-1])


def _returned(spells: Spells, within: int, groups: Codes, params: ClientParams) -> Outcome:
    count = int(np.unique(groups).size)
    if count < params.limits.min_clusters:
        reason = N_("The silent customers belong to too few groups of companies for an interval.")
        return NotEstimable(reason=reason, n=len(groups))
    point = survival_at(spells, [float(within)], groups)[0]
    return Estimate(
        value=1 - point.share, low=1 - point.high, high=1 - point.low, n=len(groups), method=METHOD,
        unit="proportion", clusters=count, std_error=point.std_error if point.std_error > 0 else None,
    )  # fmt: skip


def _spending(ledger: Ledger, data: ClientData, rows: Codes, gap: int, params: ClientParams) -> tuple[Outcome, int]:
    """Return what the returned bought in the time after their return against the same time before their silence."""
    start, back = ledger.bought_on[rows], ledger.bought_on[rows + 1]
    whole = (start - gap + 1 >= ledger.first_day) & (back + gap - 1 <= ledger.as_of)
    rows, start, back = rows[whole], start[whole], back[whole]
    if len(rows) < params.limits.min_clusters:
        reason = N_("Too few of those who returned can be followed for as long after their return as before.")
        return NotEstimable(reason=reason, n=len(rows)), len(rows)
    who = ledger.bought_by[rows]
    before = _bought(ledger, who, start - gap + 1, start)
    after = _bought(ledger, who, back, back + gap - 1)
    groups = group_codes_of(ledger.ids, data)[who]
    _, groups = np.unique(groups, return_inverse=True)
    sums = by_group(after, groups), by_group(before, groups)
    return ratio_of(*sums, "win-back spending", params, n=len(rows), unit="ratio"), len(rows)


def _bought(ledger: Ledger, who: Codes, first: Codes, last: Codes) -> Floats:
    """Return what each customer bought from a first to a last day of its own, both included."""
    span = int(ledger.bought_on.max()) - ledger.first_day + 3
    key = ledger.bought_by * span + (ledger.bought_on - ledger.first_day)
    total = np.append(0.0, np.cumsum(ledger.bought_for))
    begin = np.searchsorted(key, who * span + np.clip(first - ledger.first_day, 0, span - 1), side="left")
    end = np.searchsorted(key, who * span + np.clip(last - ledger.first_day, 0, span - 1), side="right")
    return np.asarray(total[end] - total[begin])
