"""In which stage each customer stands on a day: by its orders, else its contracts, else the client's own list.

Nothing of a later day is looked at, with one exception that is a ruler and no observation: the limits of silence are
measured once over the whole record, so that both days are held to the same.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, day_of, to_days
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.rhythm import Rhythm, measure_rhythm, usual_gaps

Basis = Literal["orders", "contracts", "list"]
STAGES = ("prospect", "active", "dormant", "lost")
PROSPECT, ACTIVE, DORMANT, LOST = range(4)
UNKNOWN = -1
"""Code of a customer that was not known yet on the day."""
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, kw_only=True, eq=False)
class StageRule:
    """What tells the stages: the source, the days of an active customer and, from orders, the limits of silence."""

    basis: Basis
    window_days: int
    rhythm: Rhythm | None


def choose_rule(data: ClientData, ledger: Ledger | None, window_days: int) -> StageRule | None:
    """Return the rule that the data carry: orders before contracts before the client's list; None without any."""
    if ledger is not None and len(ledger.bought_by):
        return StageRule(basis="orders", window_days=window_days, rhythm=measure_rhythm(ledger, window_days))
    if data.has("contracts", "starts_on"):
        return StageRule(basis="contracts", window_days=window_days, rhythm=None)
    if "stage" in data.customers and data.customers["stage"].isin(STAGES).any():
        return StageRule(basis="list", window_days=window_days, rhythm=None)
    return None


def stages_on(day: int, rule: StageRule, data: ClientData, ledger: Ledger | None, *, today: bool) -> Codes:
    """Return the stage code of each customer of `data.customers` on a day, `UNKNOWN` where it was not known yet.

    `today` says that the day is that of the client's list, on which everybody in it is known.
    """
    if rule.basis == "list":
        names = {name: code for code, name in enumerate(STAGES)}
        return data.customers["stage"].map(names).fillna(UNKNOWN).to_numpy(dtype=np.int64)
    contracts = _contracts_on(day, rule, data)
    stages = contracts
    if rule.basis == "orders" and ledger is not None and rule.rhythm is not None:
        stages = _by_orders(day, rule.rhythm, rule.window_days, data, ledger)
        # a contract that runs makes a silent customer dormant at most, and a customer of who has not ordered yet
        running = contracts == ACTIVE
        stages = np.where(running & (stages != ACTIVE), DORMANT, stages)
        stages = np.where((stages == PROSPECT) & (contracts != PROSPECT), contracts, stages)
    last = last_orders(day, data, ledger)
    ended = to_days(data.customers["ended_on"]) if "ended_on" in data.customers else np.full(len(stages), NEVER)
    left = (ended != NEVER) & (ended <= day) & (last <= ended)
    stages = np.where(left, LOST, stages)
    if not today:
        stages = np.where((stages == PROSPECT) & ~known_on(day, data), UNKNOWN, stages)
    return np.asarray(stages, dtype=np.int64)


def last_orders(day: int, data: ClientData, ledger: Ledger | None) -> Codes:
    """Return the last day of purchase up to `day` of each customer (`NEVER` without one)."""
    found = np.full(len(data.customers), NEVER)
    if ledger is not None:
        rows = ledger.bought_on <= day
        position = data.customers.index.get_indexer(ledger.ids)[ledger.bought_by[rows]]
        known = position >= 0
        found[position[known]] = ledger.bought_on[rows][known]  # sorted by day within a customer: the last one stays
    return found


def _by_orders(day: int, rhythm: Rhythm, window: int, data: ClientData, ledger: Ledger) -> Codes:
    rows = ledger.bought_on <= day
    who, when = ledger.bought_by[rows], ledger.bought_on[rows]
    count = len(ledger.ids)
    orders = np.bincount(who, minlength=count)
    first, last = np.full(count, np.nan), np.full(count, np.nan)
    first[who[::-1]], last[who] = when[::-1], when
    silence = day - last
    limit = rhythm.limit_of(orders, usual_gaps(orders, first, last))
    stage = np.where(silence < window, ACTIVE, np.where(silence <= limit, DORMANT, LOST))
    stage = np.where(orders == 0, PROSPECT, stage)
    return _spread(stage, data.customers.index.get_indexer(ledger.ids), len(data.customers))


def _spread(values: Codes, position: Codes, count: int) -> Codes:
    """Return values of some customers for all, prospects where there is none."""
    stages = np.full(count, PROSPECT)
    stages[position[position >= 0]] = values[position >= 0]
    return stages


def _contracts_on(day: int, rule: StageRule, data: ClientData) -> Codes:
    """Return the stage that contracts alone give: one that runs, one that ended within the window, or longer ago."""
    count = len(data.customers)
    if not data.has("contracts", "starts_on"):
        return np.full(count, PROSPECT)
    contracts = data.table("contracts")
    contracts = contracts[contracts["customer_id"].notna()]
    starts = to_days(contracts["starts_on"])
    ends = to_days(contracts["ends_on"]) if "ends_on" in contracts else np.full(len(contracts), NEVER)
    ends = np.where(ends == NEVER, np.iinfo(np.int64).max, ends)
    begun = starts <= day
    position = data.customers.index.get_indexer(pd.Index(contracts["customer_id"]))
    latest = np.full(count, NEVER)
    kept = begun & (position >= 0)
    np.maximum.at(latest, position[kept], ends[kept])
    stage = np.where(latest >= day, ACTIVE, np.where(latest > day - rule.window_days, DORMANT, LOST))
    return np.asarray(np.where(latest == NEVER, PROSPECT, stage))


def known_on(day: int, data: ClientData) -> np.ndarray:
    """Return whether each customer was known to the client on a day: by any date of it that lies no later."""
    since = known_since(data)
    return np.asarray((since != NEVER) & (since <= day))


def known_since(data: ClientData) -> Codes:
    """Return the first day on which each customer is on record anywhere, `NEVER` where no date tells."""
    customers = data.customers
    first = np.full(len(customers), np.iinfo(np.int64).max)
    for column in ("joined_on", "first_order"):
        if column in customers:
            days = to_days(customers[column])
            first = np.minimum(first, np.where(days == NEVER, first, days))
    for table, column in (
        ("interactions", "occurred_on"), ("opportunities", "created_on"), ("contracts", "starts_on"),
        ("feedback", "received_on"),
    ):  # fmt: skip
        if data.has(table, "customer_id", column):
            frame = data.table(table)
            days, place = to_days(frame[column]), customers.index.get_indexer(pd.Index(frame["customer_id"]))
            rows = (days != NEVER) & (place >= 0)
            np.minimum.at(first, place[rows], days[rows])
    return np.where(first == np.iinfo(np.int64).max, NEVER, first)


def stage_day(data: ClientData, ledger: Ledger | None) -> int:
    """Return the day that "now" is: the end of the record of orders, or `as_of`."""
    return day_of(data.as_of) if ledger is None else ledger.as_of


def spent_by_customer(first: int, last: int, data: ClientData, ledger: Ledger) -> Floats:
    """Return each customer's revenue of the days from `first` to `last`, returns deducted."""
    rows = (ledger.day >= first) & (ledger.day <= last) & (ledger.customer >= 0)
    position = data.customers.index.get_indexer(ledger.ids)[ledger.customer[rows]]
    known = position >= 0
    amounts = ledger.revenue[rows][known]
    return np.bincount(position[known], amounts, len(data.customers)).astype(np.float64)
