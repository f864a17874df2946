"""How many customers stay: contractual where an end is recorded, else by whether they buy again."""

import itertools

import numpy as np
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.data.windows import Window, iso, trailing_windows
from analysis.indicators.catalogue import CATALOGUE, IndicatorSpec
from analysis.indicators.comparison import weigh_change
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.observations import build_result, no_result
from analysis.indicators.purchases import Purchases
from analysis.indicators.relationships import Relationships, collect_relationships
from analysis.indicators.survey import group_labels
from analysis.indicators.survival import Spells, influence_at, survival_at
from analysis.indicators.targets import benchmark_of, target_of
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Change, Contributions, Estimate, IndicatorResult, NotEstimable, Outcome

MAX_WINDOWS = 4
YEAR = 365
FEWEST_WATCHED = 335  # days of a year in which ends are recorded; the rest is taken to be like them


def compute_retention(ledger: Purchases | None, data: ClientData, params: ClientParams) -> IndicatorResult:
    """Return the retention rate, contractual or by activity, as the data or the parameters say.

    Contractual: Kaplan-Meier over the last 365 days; relationships that began in the year enter when they began, those
    that go on are censored. By activity: of the customers who bought in one window, the share who bought in the next.
    """
    kind = params.retention.kind
    relationships = collect_relationships(data) if kind != "non_contractual" else None
    spec = CATALOGUE["retention_rate"]
    if relationships is not None:
        return _contractual(spec, relationships, data, params)
    if kind == "contractual":
        return no_result(spec, N_("No contract and no customer has a recorded end."), params)
    if ledger is None:
        return no_result(spec, N_("There are neither contracts with an end nor transactions."), params)
    return _by_activity(spec, ledger, data, params)


def _by_activity(spec: IndicatorSpec, ledger: Purchases, data: ClientData, params: ClientParams) -> IndicatorResult:
    days = params.retention.window_days
    windows = [window for window in trailing_windows(ledger.as_of, days, MAX_WINDOWS + 1) if ledger.covers(window)]
    if len(windows) < 2:
        reason = N_("Orders of twice {days:int} days are needed; the data do not reach back so far.", days=days)
        return no_result(spec, reason, params)
    periods = []
    for later, earlier in itertools.pairwise(windows):
        stayed = ledger.buyers(later)
        base = np.flatnonzero(ledger.buyers(earlier))
        periods.append(PeriodValues(label=later.label, ids=ledger.ids[base], values=stayed[base].astype(np.float64)))
    definition = N_(
        "Share of the customers who bought in one window of {days:int} days and bought again in the next window of"
        " {days:int} days (there are no contracts with an end).",
        days=days,
    )
    observations = observe_customers(periods[::-1], data, params)
    return build_result(spec, observations, data, params, definition=definition)


def _contractual(
    spec: IndicatorSpec, relationships: Relationships, data: ClientData, params: ClientParams
) -> IndicatorResult:
    windows = [
        window
        for window in reversed(trailing_windows(relationships.as_of, YEAR, MAX_WINDOWS))
        if relationships.watched_from - window.first <= YEAR - FEWEST_WATCHED
    ]
    if not windows:
        reason = N_("Ends have been recorded for less than a year.")
        return no_result(spec, reason, params, n=len(relationships.ids))
    by_period = {window.label: _rate(relationships, window, None, params) for window in windows}
    latest = windows[-1]
    segment, partner = group_labels(relationships.ids, data, params)
    groups = [
        {
            name: _rate(relationships, latest, labels.codes == code, params)
            for code, name in enumerate(labels.names)
            if (labels.codes == code).any()
        }
        for labels in (segment, partner)
    ]
    definition = N_(
        "Share of the relationships that last another 365 days (Kaplan-Meier over the year to {last:date};"
        " relationships that began in the year count from their beginning, those that go on are censored).",
        last=iso(latest.last),
    )
    return IndicatorResult(
        key=spec.key,
        name=spec.name,
        definition=definition,
        dimension=spec.dimension,
        unit=spec.unit,
        unit_of_analysis="customer",
        overall=by_period[latest.label],
        by_segment=groups[0] if len(groups[0]) > 1 else {},
        by_partner=groups[1] if len(groups[1]) > 1 else {},
        by_period=by_period,
        change=_change(relationships, windows, by_period),
        target=target_of(spec, by_period, data, params),
        benchmark=benchmark_of(spec, params),
        bounds=spec.bounds,
        contributions=_contributions(relationships, latest),
    )


def _contributions(relationships: Relationships, window: Window) -> Contributions | None:
    """Return what each customer does to the rate of a year."""
    spells, rows = _watched(relationships, window)
    if not len(rows):
        return None
    values = influence_at(spells, float(window.days))
    accounts, position = np.unique(np.asarray(relationships.ids, dtype=object)[rows], return_inverse=True)
    return Contributions(accounts=accounts, values=np.bincount(position, values, len(accounts)).astype(np.float64))


def _watched(relationships: Relationships, window: Window) -> tuple[Spells, NDArray[np.intp]]:
    """Return the year of each relationship that was watched in it, by days since its beginning, and which they are."""
    begin = float(window.first - 1)
    entry = np.maximum(relationships.began, max(begin, float(relationships.watched_from))) - begin
    exit_ = np.minimum(relationships.until, float(window.last)) - begin
    ended = relationships.ended & (relationships.until <= window.last)
    rows = np.flatnonzero((exit_ > entry) & (relationships.until > begin))
    return Spells(entry=entry[rows], exit=exit_[rows], ended=ended[rows]), rows


def _rate(
    relationships: Relationships, window: Window, mask: NDArray[np.bool_] | None, params: ClientParams
) -> Outcome:
    spells, rows = _watched(relationships, window)
    if mask is not None:
        spells = spells.where(mask[rows])
    n = len(spells.exit)
    least = params.limits.min_clusters if mask is None else params.limits.min_n
    result = survival_at(spells, [float(window.days)])[0] if n else None
    if result is None or n < least or result.fewest_at_risk < params.limits.min_clusters:
        reason = N_("There are {n:int} relationships; an estimate needs at least {min:int} under way.", n=n, min=least)
        return NotEstimable(reason=reason, n=n)
    power = _whole_year(relationships, window)
    return Estimate(
        value=result.share**power,
        low=result.low**power,
        high=result.high**power,
        n=n,
        method="kaplan-meier",
        unit="proportion",
        std_error=result.std_error * power * result.share ** (power - 1) if result.std_error > 0 else None,
    )


def _whole_year(relationships: Relationships, window: Window) -> float:
    """Return the power that takes a share over the watched days of a window to the whole of it, at an even hazard."""
    watched = window.last - max(window.first - 1, relationships.watched_from)
    return window.days / watched


def _change(
    relationships: Relationships, windows: list[Window], by_period: dict[str, Outcome]
) -> Change | NotEstimable:
    """Compare the last two years; the influence of a customer present in both counts in both."""
    if len(windows) < 2:
        return NotEstimable(reason=N_("There is only one period, so there is nothing to compare with."))
    earlier, later = (by_period[window.label] for window in windows[-2:])
    if isinstance(earlier, NotEstimable):
        return earlier
    if isinstance(later, NotEstimable):
        return later
    joint = np.zeros(len(relationships.ids))
    present = []
    for window, sign in zip(windows[-2:], (-1.0, 1.0), strict=True):
        spells, rows = _watched(relationships, window)
        power, share = _whole_year(relationships, window), survival_at(spells, [float(window.days)])[0].share
        joint[rows] += sign * power * share ** (power - 1) * influence_at(spells, float(window.days))
        present.append(rows)
    union = len(np.union1d(present[0], present[1]))
    variance = float(joint @ joint) * union / (union - 1)
    if variance <= 0:
        return NotEstimable(reason=N_("No relationship ended in either year."), n=later.n)
    return weigh_change(
        value=100 * (later.value - earlier.value),
        error=100 * variance**0.5,
        degrees=union - 1,
        limit=100.0,
        unit="percentage_points",
        n=(earlier.n, later.n),
        clusters=union,
        labels=(windows[-2].label, windows[-1].label),
        overlap=len(np.intersect1d(present[0], present[1])),
        level=0.95,
    )
