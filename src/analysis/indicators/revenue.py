"""Revenue, its growth, and where the growth came from."""

from collections.abc import Iterator, Mapping

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.catalogue import CATALOGUE, IndicatorSpec
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.estimation import weigh_change
from analysis.indicators.fiscal import fiscal_years, revenue_years
from analysis.indicators.ledger import Ledger, Window
from analysis.indicators.observations import MAX_LISTED, Labels, build_result, no_result
from analysis.indicators.resampling import generator, percentile_estimate, resample_counts
from analysis.indicators.samples import Floats
from analysis.indicators.survey import group_labels
from analysis.indicators.targets import benchmark_of, target_of
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import Change, IndicatorResult, NotEstimable, Outcome

KEYS = ("revenue", "revenue_growth", "revenue_per_customer", "average_order_value")
TOO_SHORT = N_("Two full years of orders are needed; the data do not reach back so far.")
YEAR_TOO_SHORT = N_("A full year of orders is needed; the data do not reach back so far.")


def compute_revenue(ledger: Ledger | None, data: ClientData, params: ClientParams) -> Iterator[IndicatorResult]:
    """Yield revenue, growth, revenue per customer and order value of the latest twelve months."""
    years = [] if ledger is None else revenue_years(ledger, data, params)
    if ledger is None or not years:
        reason = N_("There are no transactions.") if ledger is None else YEAR_TOO_SHORT
        for key in KEYS:
            yield no_result(CATALOGUE[key], reason, params)
        return
    totals = _Totals(ledger, years, data, params)
    yield _revenue(totals)
    yield _growth(totals)
    yield _per_customer(totals)
    yield _order_value(totals)


class _Totals:
    """Revenue by customer and window with one bootstrap over the customers for all sums of it."""

    def __init__(self, ledger: Ledger, years: list[Window], data: ClientData, params: ClientParams) -> None:
        self.ledger, self.years, self.data, self.params = ledger, years, data, params
        self.fiscal = fiscal_years(ledger, params.money)
        self.segment, self.partner = group_labels(ledger.ids, data, params)
        self.columns: list[Floats] = []
        self.kept = np.zeros(len(ledger.ids), dtype=bool)

    def add(self, values: Floats) -> int:
        """Register a value for each customer; return its position among the sums."""
        self.columns.append(values)
        self.kept |= values != 0
        return len(self.columns) - 1

    def draw(self) -> Floats:
        """Return the sums in each bootstrap draw, shape (draws, columns); customers without any value stay out."""
        matrix = np.column_stack(self.columns)[self.kept]
        rng = generator("revenue", self.params)
        draws = self.params.bootstrap_draws
        return np.vstack([counts @ matrix for counts in resample_counts(len(matrix), draws, rng)])

    def groups(self, labels: Labels, base: Floats) -> dict[str, Floats]:
        """Return the masks (0/1) of the groups with enough customers of any `base`."""
        counts = np.bincount(labels.codes[(labels.codes >= 0) & (base != 0)], minlength=len(labels.names))
        large = np.flatnonzero(counts >= self.params.limits.min_n)
        if len(labels.names) < 2:
            return {}
        order = large[np.argsort(-counts[large], kind="stable")][:MAX_LISTED]
        return {labels.names[code]: (labels.codes == code).astype(np.float64) for code in np.sort(order)}


def _revenue(totals: _Totals) -> IndicatorResult:
    """Sum the revenue of windows; the interval is that of a client with other customers of the same kind."""
    spec, ledger, latest = CATALOGUE["revenue"], totals.ledger, totals.years[0]
    own = _Totals(ledger, totals.years, totals.data, totals.params)
    now = ledger.spent(latest, constant=False)
    windows = dict(totals.fiscal)
    if latest not in windows.values():
        windows[latest.label] = latest
    by_window = {label: own.add(ledger.spent(window, constant=False)) for label, window in windows.items()}
    groups = [
        {name: own.add(mask * now) for name, mask in own.groups(labels, now).items()}
        for labels in (own.segment, own.partner)
    ]
    if not own.kept.any():
        return no_result(spec, N_("No order has an amount other than zero."), totals.params)
    draws = own.draw()

    def outcome(position: int, unattributed: float = 0.0) -> Outcome:
        values = own.columns[position]
        total = float(values.sum()) + unattributed
        return percentile_estimate(total, draws[:, position] + unattributed, n=int((values != 0).sum()), unit="money")

    by_period = {label: outcome(by_window[label], _unattributed(ledger, window)) for label, window in windows.items()}
    return IndicatorResult(
        key=spec.key,
        name=spec.name,
        definition=spec.definition,
        dimension=spec.dimension,
        unit=spec.unit,
        unit_of_analysis="customer",
        overall=list(by_period.values())[-1],
        by_segment={name: outcome(position) for name, position in groups[0].items()},
        by_partner={name: outcome(position) for name, position in groups[1].items()},
        by_period=by_period,
        change=_revenue_change(totals),
        target=target_of(spec, by_period, totals.data, totals.params),
        benchmark=benchmark_of(spec, totals.params),
    )


def _unattributed(ledger: Ledger, window: Window, *, constant: bool = False) -> float:
    amounts = ledger.constant if constant else ledger.revenue
    return float(amounts[window.holds(ledger.day) & (ledger.customer < 0)].sum())


def _revenue_change(totals: _Totals) -> Change | NotEstimable:
    """Compare the two years in constant currency; a customer's two sums are paired."""
    if len(totals.years) < 2:
        return NotEstimable(reason=TOO_SHORT)
    later, earlier = (totals.ledger.spent(window, constant=True) for window in totals.years)
    known = (later != 0) | (earlier != 0)
    moved = (later - earlier)[known]
    count = len(moved)
    if count < totals.params.limits.min_clusters or float(np.ptp(moved)) == 0:
        return NotEstimable(reason=N_("Too few customers, or all alike, to tell a change from noise."), n=count)
    return weigh_change(
        value=float(moved.sum()),
        error=float(np.sqrt(count * moved.var(ddof=1))),
        degrees=count - 1,
        limit=None,
        unit="money",
        n=(int((earlier != 0).sum()), int((later != 0).sum())),
        clusters=count,
        labels=(totals.years[1].label, totals.years[0].label),
        overlap=int(((later != 0) & (earlier != 0)).sum()),
        level=0.95,
    )


def _growth(totals: _Totals) -> IndicatorResult:
    spec = CATALOGUE["revenue_growth"]
    if len(totals.years) < 2:
        return no_result(spec, TOO_SHORT, totals.params)
    overall, groups = growth_outcomes(totals.ledger, totals.years, totals.data, totals.params)
    label = f"{totals.years[0].label}"
    return IndicatorResult(
        key=spec.key,
        name=spec.name,
        definition=spec.definition,
        dimension=spec.dimension,
        unit=spec.unit,
        unit_of_analysis="customer",
        overall=overall,
        by_segment=groups[0],
        by_partner=groups[1],
        by_period={label: overall},
        target=target_of(spec, {label: overall}, totals.data, totals.params),
        benchmark=benchmark_of(spec, totals.params),
    )


def growth_outcomes(
    ledger: Ledger, years: list[Window], data: ClientData, params: ClientParams
) -> tuple[Outcome, tuple[Mapping[str, Outcome], Mapping[str, Outcome]]]:
    """Return the growth between two windows (the later first), whole and by segment and partner."""
    totals = _Totals(ledger, years, data, params)
    later, earlier = (ledger.spent(window, constant=True) for window in years[:2])
    fixed = [_unattributed(ledger, window, constant=True) for window in years[:2]]
    pairs = {"": (totals.add(later), totals.add(earlier))}
    groups = [totals.groups(labels, earlier) for labels in (totals.segment, totals.partner)]
    named = [
        {name: (totals.add(mask * later), totals.add(mask * earlier)) for name, mask in group.items()}
        for group in groups
    ]
    if float(earlier.sum()) + fixed[1] <= 0:
        none = NotEstimable(reason=N_("There was no revenue in the earlier twelve months."), n=0)
        return none, ({}, {})
    draws = totals.draw()

    def outcome(pair: tuple[int, int], known: list[float]) -> Outcome:
        now, before = (totals.columns[position] for position in pair)
        base = float(before.sum()) + known[1]
        n = int(((now != 0) | (before != 0)).sum())
        if base <= 0 or n < params.limits.min_clusters:
            return NotEstimable(reason=N_("Too few customers to say how certain the growth is."), n=n)
        below = draws[:, pair[1]] + known[1]
        ratio = (draws[:, pair[0]] + known[0]) / np.where(below > 0, below, np.nan) - 1
        return percentile_estimate((float(now.sum()) + known[0]) / base - 1, ratio, n=n, unit="proportion")

    parts = [{name: outcome(pair, [0.0, 0.0]) for name, pair in group.items()} for group in named]
    return outcome(pairs[""], fixed), (parts[0], parts[1])


def _per_customer(totals: _Totals) -> IndicatorResult:
    ledger = totals.ledger
    periods = []
    for window in reversed(totals.years):
        buyers = np.flatnonzero(ledger.buyers(window))
        spent = ledger.spent(window, constant=True)[buyers]
        periods.append(PeriodValues(label=window.label, ids=ledger.ids[buyers], values=spent))
    return _built("revenue_per_customer", periods, totals)


def _order_value(totals: _Totals) -> IndicatorResult:
    """Average over purchases: each customer's own mean, weighted by its purchases, which clusters by customer."""
    ledger = totals.ledger
    periods = []
    for window in reversed(totals.years):
        rows = window.holds(ledger.bought_on)
        count = np.bincount(ledger.bought_by[rows], minlength=len(ledger.ids))
        total = np.bincount(ledger.bought_by[rows], ledger.bought_for[rows], len(ledger.ids))
        buyers = np.flatnonzero(count)
        weights = count[buyers].astype(np.float64)
        values = total[buyers] / weights
        periods.append(PeriodValues(label=window.label, ids=ledger.ids[buyers], values=values, weights=weights))
    return _built("average_order_value", periods, totals)


def _built(key: str, periods: list[PeriodValues], totals: _Totals) -> IndicatorResult:
    spec: IndicatorSpec = CATALOGUE[key]
    if not len(periods[-1].ids):
        reason: Message = N_("Nobody bought in the last twelve months.")
        return no_result(spec, reason, totals.params, n=0)
    observations = observe_customers(periods, totals.data, totals.params)
    return build_result(spec, observations, totals.data, totals.params)
