"""Of the customers who came in one period, how many are active in each period since."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, day_of, iso, to_days
from analysis.messages import N_
from analysis.models.clustering import Codes
from analysis.models.lifecycle.groups import DAYS_PER_YEAR, group_codes_of, share_of
from analysis.models.lifecycle.tenures import NEVER
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

Period = Literal["year", "half_year", "quarter"]
MONTHS: dict[Period, int] = {"year": 12, "half_year": 6, "quarter": 3}
FEWEST_PERIODS = 4
"""The longest period of which the record holds so many is taken."""
MOST_SINCE = 4
"""Periods since the first order that are shown."""


@dataclass(frozen=True, kw_only=True)
class CohortCell(ModelPart):
    """Share (0 to 1) of a cohort that ordered in the `since`-th period after its first order (1 is the first)."""

    since: int
    share: Outcome


@dataclass(frozen=True, kw_only=True)
class Cohort(ModelPart):
    """Customers whose first order lies in one period (several, where one alone has too few).

    `period` is an ISO interval; `from_before` marks the customers who had joined before the record began, whose first
    order on record is not their first; `n` counts customers.
    """

    period: str
    from_before: bool
    n: int
    cells: tuple[CohortCell, ...]


@dataclass(frozen=True, kw_only=True)
class CohortTable(ModelPart):
    """The cohorts, oldest first, by periods of `length`; `days` is the length of a period since the first order."""

    length: Period
    days: float
    cohorts: tuple[Cohort, ...]


def tabulate_cohorts(data: ClientData, ledger: Ledger | None, params: ClientParams) -> CohortTable | NotEstimable:
    """Return the cohorts of first orders; a period is counted only for customers for whom it is over."""
    if ledger is None or not len(ledger.bought_by):
        return NotEstimable(reason=N_("There are no orders, so there are no cohorts of first orders."), n=0)
    first = np.full(len(ledger.ids), NEVER)
    first[ledger.bought_by[::-1]] = ledger.bought_on[::-1]
    buyers = np.flatnonzero(first != NEVER)
    length = _choose_length(ledger)
    days = DAYS_PER_YEAR * MONTHS[length] / 12
    before = _joined_before(data, ledger, first)
    active = _active_in(ledger, first, days)
    groups = group_codes_of(ledger.ids, data)
    least = params.limits.min_n
    found = []
    old = buyers[before[buyers]]
    if len(old):
        found.append(
            _cohort(old, (ledger.first_day, int(first[old].max())), True, first, active, groups, days, ledger, params)
        )
    rows = buyers[~before[buyers]]
    for period, members in _pooled(rows, first, _edges(ledger, MONTHS[length]), least):
        found.append(_cohort(members, period, False, first, active, groups, days, ledger, params))
    shown = tuple(cohort for cohort in found if cohort.cells)
    if not shown:
        return NotEstimable(reason=N_("No customer ordered for the first time long enough ago."), n=len(buyers))
    return CohortTable(length=length, days=days, cohorts=shown)


def _choose_length(ledger: Ledger) -> Period:
    years = (ledger.as_of - ledger.first_day + 1) / DAYS_PER_YEAR
    for length, months in MONTHS.items():
        if years * 12 / months >= FEWEST_PERIODS - 0.05:
            return length
    return "quarter"


def _joined_before(data: ClientData, ledger: Ledger, first: Codes) -> np.ndarray:
    """Return who had joined before the record of orders began."""
    if "joined_on" not in data.customers:
        return np.zeros(len(first), dtype=bool)
    joined = to_days(data.customers["joined_on"].reindex(ledger.ids))
    return np.asarray((joined != NEVER) & (joined < ledger.first_day))


def _active_in(ledger: Ledger, first: Codes, days: float) -> np.ndarray:
    """Return whether each customer ordered in each period since its first order, shape (customers, MOST_SINCE)."""
    age = ledger.bought_on - first[ledger.bought_by]
    place = np.ceil(age / days).astype(np.int64)  # the day of the first order is in no period
    rows = (place >= 1) & (place <= MOST_SINCE)
    active = np.zeros((len(first), MOST_SINCE), dtype=bool)
    active[ledger.bought_by[rows], place[rows] - 1] = True
    return active


def _edges(ledger: Ledger, months: int) -> list[int]:
    """Return the first days of the calendar periods from the record's beginning to its end, and the day after them."""
    begin = pd.Timestamp(ledger.first_day, unit="D")
    start = pd.Timestamp(year=begin.year, month=(begin.month - 1) // months * months + 1, day=1)
    edges = [day_of(start)]
    while edges[-1] <= ledger.as_of:
        start += pd.DateOffset(months=months)
        edges.append(day_of(start))
    return edges


def _pooled(rows: Codes, first: Codes, edges: list[int], least: int) -> list[tuple[tuple[int, int], Codes]]:
    """Return periods with their customers; a period of too few is taken together with the next ones."""
    place = np.searchsorted(edges, first[rows], side="right") - 1
    found: list[tuple[tuple[int, int], Codes]] = []
    begin, members = 0, rows[:0]
    for position in range(len(edges) - 1):
        members = np.concatenate([members, rows[place == position]])
        if len(members) >= least:
            found.append(((edges[begin], edges[position + 1] - 1), members))
            begin, members = position + 1, rows[:0]
    if len(members):
        found.append(((edges[begin], edges[-1] - 1), members))
    return found


def _cohort(
    members: Codes, period: tuple[int, int], from_before: bool, first: Codes, active: np.ndarray, groups: Codes,
    days: float, ledger: Ledger, params: ClientParams,
) -> Cohort:  # fmt: skip
    cells = []
    for since in range(1, MOST_SINCE + 1):
        over = members[first[members] + since * days <= ledger.as_of]
        if len(over):
            share = share_of(active[over, since - 1].astype(float), groups[over], params)
            cells.append(CohortCell(since=since, share=share))
    return Cohort(
        period=f"{iso(period[0])}/{iso(min(period[1], ledger.as_of))}", from_before=from_before, n=len(members),
        cells=tuple(cells),
    )  # fmt: skip
