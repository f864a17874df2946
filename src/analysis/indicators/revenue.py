"""Revenue, its growth, and where the growth came from."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.data.windows import Window
from analysis.indicators.catalogue import CATALOGUE, IndicatorSpec
from analysis.indicators.comparison import weigh_change
from analysis.indicators.customer_base import PeriodValues, observe_customers
from analysis.indicators.estimation import FEWEST_AMOUNTS, FEWEST_FOR_GROWTH, LEVEL, too_uneven
from analysis.indicators.fiscal import fiscal_years, revenue_years
from analysis.indicators.observations import MAX_LISTED, build_result, no_result
from analysis.indicators.purchases import Purchases
from analysis.indicators.resampling import generator, growth_estimate
from analysis.indicators.samples import TINY, Floats
from analysis.indicators.skewness import skewed_limits
from analysis.indicators.survey import group_labels
from analysis.indicators.targets import benchmark_of, target_of
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import Change, Contributions, Estimate, IndicatorResult, NotEstimable, Outcome

KEYS = ("revenue", "revenue_growth", "revenue_per_customer", "average_order_value")
TOO_SHORT = N_("Two full years of orders are needed; the data do not reach back so far.")
YEAR_TOO_SHORT = N_("A full year of orders is needed; the data do not reach back so far.")


def compute_revenue(ledger: Purchases | None, data: ClientData, params: ClientParams) -> Iterator[IndicatorResult]:
    """Yield revenue, growth, revenue per customer and order value of the latest twelve months."""
    years = [] if ledger is None else revenue_years(ledger, data, params)
    if ledger is None or not years:
        reason = N_("There are no transactions.") if ledger is None else YEAR_TOO_SHORT
        for key in KEYS:
            yield no_result(CATALOGUE[key], reason, params)
        return
    base = _Base(ledger, years, data, params)
    yield _revenue(base)
    yield _growth(base)
    yield _per_customer(base)
    yield _order_value(base)


class _Base:
    """The customers of the windows, and the groups that are large enough to be spoken of."""

    def __init__(self, ledger: Purchases, years: list[Window], data: ClientData, params: ClientParams) -> None:
        self.ledger, self.years, self.data, self.params = ledger, years, data, params
        self.labels = dict(zip(("segment", "partner"), group_labels(ledger.ids, data, params), strict=True))

    def groups(self, kind: str, counted: Floats) -> dict[str, NDArray[np.bool_]]:
        """Return the masks of the groups with enough customers of any value in `counted`."""
        labels = self.labels[kind]
        if len(labels.names) < 2:
            return {}
        counts = np.bincount(labels.codes[(labels.codes >= 0) & (counted != 0)], minlength=len(labels.names))
        large = np.flatnonzero(counts >= self.params.limits.min_n)
        order = large[np.argsort(-counts[large], kind="stable")][:MAX_LISTED]
        return {labels.names[code]: labels.codes == code for code in np.sort(order)}


def total_estimate(values: Floats, *, fixed: float = 0.0, min_n: int) -> Outcome:
    """Return a sum over customers, with the limits of a sum over as many other customers of the same kind.

    Parameters
    ----------
    values
        By customer, those included who might have had a value and have none.
    fixed
        What is added without belonging to any customer.
    min_n
        Fewest customers with a value.
    """
    n, total = int((values != 0).sum()), float(values.sum())
    if n < min_n:
        return NotEstimable(reason=N_("Too few customers to say how certain it is."), n=n)
    contributions = values - values.mean()
    if float(np.ptp(values)) <= TINY * abs(total):
        reason = N_("All customers are alike in it, so the data carry no sign of its uncertainty.")
        return NotEstimable(reason=reason, n=n)
    low, high = skewed_limits(total, contributions, degrees=len(values) - 1, level=LEVEL)
    return Estimate(
        value=total + fixed,
        low=min(max(low, 0.0) if float(values.min()) >= 0 else low, total) + fixed,
        high=max(high, total) + fixed,
        n=n,
        method="hall-t",
        unit="money",
        std_error=float(np.sqrt((contributions**2).sum() * len(values) / (len(values) - 1))),
    )


def _revenue(base: _Base) -> IndicatorResult:
    """Sum the revenue of windows."""
    spec, ledger, latest = CATALOGUE["revenue"], base.ledger, base.years[0]
    windows = fiscal_years(ledger, base.params.money)
    if latest not in windows.values():
        windows[latest.label] = latest
    spent = {label: ledger.spent(window, constant=False) for label, window in windows.items()}
    now = ledger.spent(latest, constant=False)
    present = np.any([values != 0 for values in (*spent.values(), now)], axis=0)
    if not present.any():
        return no_result(spec, N_("No order has an amount other than zero."), base.params)
    least = base.params.limits.min_clusters
    by_period = {
        label: total_estimate(values[present], fixed=ledger.unattributed(windows[label], constant=False), min_n=least)
        for label, values in spent.items()
    }
    groups = {
        kind: {name: _group_total(now[mask & present], least) for name, mask in base.groups(kind, now).items()}
        for kind in base.labels
    }
    return IndicatorResult(
        key=spec.key,
        name=spec.name,
        definition=spec.definition,
        dimension=spec.dimension,
        unit=spec.unit,
        unit_of_analysis="customer",
        overall=list(by_period.values())[-1],
        by_segment=groups["segment"],
        by_partner=groups["partner"],
        by_period=by_period,
        change=_revenue_change(base),
        target=target_of(spec, by_period, base.data, base.params),
        benchmark=benchmark_of(spec, base.params),
    )


def _group_total(values: Floats, least: int) -> Outcome:
    n = int((values != 0).sum())
    return (
        NotEstimable(reason=too_uneven(FEWEST_AMOUNTS), n=n)
        if n < FEWEST_AMOUNTS
        else total_estimate(values, min_n=least)
    )


def _revenue_change(base: _Base) -> Change | NotEstimable:
    """Compare the two years in constant currency; a customer's two sums are paired."""
    if len(base.years) < 2:
        return NotEstimable(reason=TOO_SHORT)
    later, earlier = (base.ledger.spent(window, constant=True) for window in base.years)
    known = (later != 0) | (earlier != 0)
    moved = (later - earlier)[known]
    count = len(moved)
    if count < base.params.limits.min_clusters or float(np.ptp(moved)) == 0:
        return NotEstimable(reason=N_("Too few customers, or all alike, to tell a change from noise."), n=count)
    return weigh_change(
        value=float(moved.sum()),
        error=float(np.sqrt(count * moved.var(ddof=1))),
        degrees=count - 1,
        limit=None,
        unit="money",
        n=(int((earlier != 0).sum()), int((later != 0).sum())),
        clusters=count,
        labels=(base.years[1].label, base.years[0].label),
        overlap=int(((later != 0) & (earlier != 0)).sum()),
        level=0.95,
    )


def _growth(base: _Base) -> IndicatorResult:
    spec = CATALOGUE["revenue_growth"]
    if len(base.years) < 2:
        return no_result(spec, TOO_SHORT, base.params)
    overall, groups = growth_outcomes(base.ledger, base.years, base.data, base.params)
    label = f"{base.years[0].label}"
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
        target=target_of(spec, {label: overall}, base.data, base.params),
        benchmark=benchmark_of(spec, base.params),
        contributions=_growth_contributions(base),
    )


def _growth_contributions(base: _Base) -> Contributions | None:
    """Return what each customer does to the ratio of the two years."""
    later, earlier = (base.ledger.spent(window, constant=True) for window in base.years[:2])
    if float(earlier.sum()) <= 0:
        return None
    values = later - earlier * float(later.sum()) / float(earlier.sum())
    return Contributions(accounts=np.asarray(base.ledger.ids, dtype=object), values=values)


def growth_outcomes(
    ledger: Purchases, years: list[Window], data: ClientData, params: ClientParams
) -> tuple[Outcome, tuple[Mapping[str, Outcome], Mapping[str, Outcome]]]:
    """Return the growth between two windows (the later first), whole and by segment and partner."""
    base = _Base(ledger, years, data, params)
    later, earlier = (ledger.spent(window, constant=True) for window in years[:2])
    fixed = [ledger.unattributed(window, constant=True) for window in years[:2]]
    if float(earlier.sum()) + fixed[1] <= 0:
        none = NotEstimable(reason=N_("There was no revenue in the earlier twelve months."), n=0)
        return none, ({}, {})
    present = (later != 0) | (earlier != 0)

    def outcome(name: str, mask: NDArray[np.bool_], known: tuple[float, float]) -> Outcome:
        n = int(np.count_nonzero(mask))
        if name and n < FEWEST_FOR_GROWTH:
            return NotEstimable(reason=too_uneven(FEWEST_FOR_GROWTH), n=n)
        return growth_estimate(
            later[mask],
            earlier[mask],
            known,
            draws=params.bootstrap_draws,
            rng=generator(f"revenue growth {name}", params),
            min_n=params.limits.min_clusters,
        )

    groups = [
        {
            name: outcome(f"{kind} {name}", mask & present, (0.0, 0.0))
            for name, mask in base.groups(kind, earlier).items()
        }
        for kind in base.labels
    ]
    return outcome("", present, (fixed[0], fixed[1])), (groups[0], groups[1])


def _per_customer(base: _Base) -> IndicatorResult:
    ledger = base.ledger
    periods = []
    for window in reversed(base.years):
        buyers = np.flatnonzero(ledger.buyers(window))
        spent = ledger.spent(window, constant=True)[buyers]
        periods.append(PeriodValues(label=window.label, ids=ledger.ids[buyers], values=spent))
    return _built("revenue_per_customer", periods, base)


def _order_value(base: _Base) -> IndicatorResult:
    """Average over purchases: each customer's own mean, weighted by its purchases, which clusters by customer."""
    ledger = base.ledger
    periods = []
    for window in reversed(base.years):
        count = ledger.order_days(window)
        buyers = np.flatnonzero(count)
        weights = count[buyers]
        values = ledger.bought(window)[buyers] / weights
        periods.append(PeriodValues(label=window.label, ids=ledger.ids[buyers], values=values, weights=weights))
    return _built("average_order_value", periods, base)


def _built(key: str, periods: list[PeriodValues], base: _Base) -> IndicatorResult:
    spec: IndicatorSpec = CATALOGUE[key]
    if not len(periods[-1].ids):
        reason: Message = N_("Nobody bought in the last twelve months.")
        return no_result(spec, reason, base.params, n=0)
    observations = observe_customers(periods, base.data, base.params)
    return build_result(spec, observations, base.data, base.params)
