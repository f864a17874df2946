"""Revenue of the twelve months that end with each month, and the latest months against the same a year before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import LEVEL
from analysis.indicators.ledger import Ledger, Window, day_of
from analysis.indicators.resampling import METHOD, TOO_FEW, USABLE, resample_counts
from analysis.indicators.samples import TINY
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.groups import group_codes_of
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

MONTHS = 12
COMPARED = 3
"""Months that are compared with the same of the year before."""
LONGEST = 25
"""Points of the moving trend: two years."""
JANUARY, FEBRUARY = 1, 2


@dataclass(frozen=True, kw_only=True)
class TrendPoint(ModelPart):
    """Revenue of the twelve months that end with `month` (``2025-03``), at constant rates, returns deducted.

    `revenue` is exact; `change` is that to the twelve months that ended a year before the last point (None for these
    themselves), as a share, with the limits of a studentised bootstrap over groups of companies.
    """

    month: str
    revenue: float
    change: Outcome | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Months:
    """Revenue by month: `matrix` of groups of companies x months (the last row of no known customer)."""

    first: int
    matrix: Floats
    complete: np.ndarray

    def label(self, position: int) -> str:
        """Return a month as ``2025-03``."""
        return str(np.datetime64(self.first + position, "M"))

    def calendar(self, position: int) -> int:
        """Return the number of a month within its year, 1 to 12."""
        return (self.first + position) % 12 + 1


def revenue_months(data: ClientData, ledger: Ledger) -> Months:
    """Return revenue by group and month in constant currency, and which months are complete."""
    month = ledger.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    until = data.recorded_until("transactions")
    first, last = int(month.min()), int(max(month.max(), np.datetime64(until, "M").astype(np.int64)))
    size = last - first + 1
    codes = group_codes_of(ledger.ids, data)
    count = int(codes.max()) + 1 if len(codes) else 0
    group = np.where(ledger.customer >= 0, codes[np.maximum(ledger.customer, 0)] if count else 0, count)
    flat = np.bincount(group * size + month - first, ledger.constant, (count + 1) * size)
    complete = np.ones(size, dtype=bool)
    begin = pd.Timestamp(np.datetime64(first, "M"))
    complete[0] = ledger.covers(Window(first=day_of(begin), last=day_of(begin + pd.offsets.MonthEnd(0))))
    complete[-1] &= until.is_month_end
    return Months(first=first, matrix=flat.astype(np.float64).reshape(count + 1, size), complete=complete)


def moving_trend(months: Months, params: ClientParams) -> tuple[TrendPoint, ...]:
    """Return the moving twelve months; none that ends in January where the Spring Festival moves in and out of it."""
    sums = np.cumsum(np.pad(months.matrix, ((0, 0), (1, 0))), axis=1)
    ends = [
        position
        for position in range(MONTHS - 1, months.matrix.shape[1])
        if months.complete[position - MONTHS + 1 : position + 1].all()
        and not (params.money.spring_festival and months.calendar(position) == JANUARY)
    ][-LONGEST:]
    if not ends:
        return ()
    years = np.column_stack([sums[:, end + 1] - sums[:, end + 1 - MONTHS] for end in ends])
    base = ends.index(ends[-1] - MONTHS) if ends[-1] - MONTHS in ends else None
    changes: list[Outcome | None] = [None] * len(ends)
    if base is not None:
        changes = _changes(years, base, params)
    return tuple(
        TrendPoint(month=months.label(end), revenue=float(years[:, place].sum()), change=changes[place])
        for place, end in enumerate(ends)
    )


def _changes(years: Floats, base: int, params: ClientParams) -> list[Outcome | None]:
    """Return the growth of each column against column `base`, all from the same draws of groups.

    The limits are those of `indicators.resampling.growth_estimate`: the logarithm of the ratio, studentised. The last
    row is of no known customer and is added without being drawn.
    """
    known, fixed = years[:-1], years[-1]
    known = known[(known != 0).any(axis=1)]
    n = int(((known[:, -1] != 0) | (known[:, base] != 0)).sum())
    if n < params.limits.min_clusters or not (years.sum(axis=0) > 0).all():
        return [None if place == base else NotEstimable(reason=TOO_FEW, n=n) for place in range(years.shape[1])]
    x = known[:, [base]]
    moments = np.hstack([known, known**2, known * x])
    rng = model_generator("moving trend of revenue", params)
    drawn = np.stack(
        np.hsplit(np.vstack([counts @ moments for counts in resample_counts(len(known), model_draws(params), rng)]), 3)
    )
    own = np.stack(np.hsplit(moments.sum(axis=0)[None, :], 3))
    centre, errors = _log_ratios(own, fixed, base, len(known))
    ratios, drawn_errors = _log_ratios(drawn, fixed, base, len(known))
    found: list[Outcome | None] = []
    for place in range(years.shape[1]):
        error = float(errors[0, place])
        if place == base:
            found.append(None)
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            studentised = np.abs(ratios[:, place] - centre[0, place]) / drawn_errors[:, place]
        studentised = studentised[np.isfinite(studentised)]
        if error <= TINY or len(studentised) < USABLE * len(ratios):
            found.append(NotEstimable(reason=TOO_FEW, n=n))
            continue
        half = error * float(np.quantile(studentised, LEVEL, method="weibull"))
        value = float(np.expm1(centre[0, place]))
        low, high = (float(np.expm1(min(centre[0, place] + side * half, 700.0))) for side in (-1, 1))
        found.append(
            Estimate(value=value, low=min(low, value), high=max(high, value), n=n, method=METHOD, unit="proportion",
                     std_error=error * (1 + value), clusters=len(known))
        )  # fmt: skip
    return found


def _log_ratios(sums: Floats, fixed: Floats, base: int, count: int) -> tuple[Floats, Floats]:
    """Return log(y / x) and its linearised error by draw and column, from sums of y, y^2 and x y (first axis)."""
    y, squares, crossed = sums
    above = y + fixed
    with np.errstate(invalid="ignore", divide="ignore"):
        below = above[:, [base]]
        spread = squares / above**2 + squares[:, [base]] / below**2 - 2 * crossed / (above * below)
        total = y / above - y[:, [base]] / below
        errors = np.sqrt(np.maximum(spread - total**2 / count, 0.0) * count / max(count - 1, 1))
        return np.log(above / below), np.where(errors > 0, errors, np.nan)


def latest_months(months: Months, params: ClientParams) -> tuple[Codes, Codes] | None:
    """Return the positions of the latest complete months and of the same a year before, or None without both.

    `COMPARED` months; where January and February are compared together they stay together: a stretch that would begin
    in February begins in January, one that would end in January ends in December.
    """
    complete = np.flatnonzero(months.complete)
    if not len(complete):
        return None
    last = int(complete[-1])
    if params.money.spring_festival and months.calendar(last) == JANUARY:
        last -= 1
    first = last - COMPARED + 1
    if params.money.spring_festival and months.calendar(first) == FEBRUARY:
        first -= 1
    rows = np.arange(first, last + 1)
    before = rows - MONTHS
    if len(rows) == 0 or before[0] < 0 or not months.complete[np.concatenate([rows, before])].all():
        return None
    return rows, before
