"""Where growth came from: customers, prices and quantities, the season aside, and how few customers made it."""

from dataclasses import dataclass, replace

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.fiscal import revenue_years
from analysis.indicators.growth import compute_growth
from analysis.indicators.ledger import Ledger, Window, iso
from analysis.indicators.resampling import growth_estimate
from analysis.indicators.revenue import growth_outcomes
from analysis.messages import N_
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Floats
from analysis.models.lifecycle.groups import by_group, group_codes_of, ledger_of
from analysis.models.lifecycle.price_volume import PriceVolume, split_growth
from analysis.models.lifecycle.trend import Months, TrendPoint, latest_months, moving_trend, revenue_months
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

HANDFUL = 5
"""Customers that a handful is."""
NAMED = 10
"""Customers named in the table of those who moved revenue most."""
BRIDGE = ("new", "returned", "expanded", "contracted", "lost", "unattributed")


@dataclass(frozen=True, kw_only=True)
class BridgePart(ModelPart):
    """One step of the bridge of `indicators.growth`: key, amount, share of the earlier revenue, customers behind it."""

    key: str
    amount: float
    share: float
    customers: int | None


@dataclass(frozen=True, kw_only=True)
class SameMonths(ModelPart):
    """The latest complete months against the same a year before, at constant rates.

    `first` and `last` are months (``2025-10``), `earlier` and `later` exact revenues, `growth` their ratio less one.
    """

    first: str
    last: str
    earlier: float
    later: float
    growth: Outcome
    draws: int


@dataclass(frozen=True, kw_only=True)
class Mover(ModelPart):
    """One customer's change of revenue between the two years: its id, its name and the two amounts."""

    customer: str
    name: str
    earlier: float
    later: float


@dataclass(frozen=True, kw_only=True)
class Handful(ModelPart):
    """How much of the growth a handful of customers made: exact sums.

    Parameters
    ----------
    customers
        How many a handful is.
    share_of_gains, share_of_losses
        What the customers with the largest gains (losses) add to all gains (losses), 0 to 1; None without any.
    growth, growth_without
        Growth of all known customers, and without those whose revenue moved most in either direction; None where the
        others had no revenue in the earlier year.
    movers
        The customers whose revenue moved most, the largest move first.
    """

    customers: int
    share_of_gains: float | None
    share_of_losses: float | None
    growth: float | None
    growth_without: float | None
    movers: tuple[Mover, ...]


@dataclass(frozen=True, kw_only=True)
class GrowthParts(ModelPart):
    """Where growth came from.

    Parameters
    ----------
    earlier_label, later_label
        The two twelve months, ISO intervals.
    earlier, later
        Revenue of the two, at constant rates, returns deducted.
    growth
        The indicator ``revenue_growth`` itself.
    bridge
        The steps of the bridge between the two.
    price_volume
        What prices, quantities, mix and range did.
    same_months
        The latest months against the same a year before.
    trend
        Revenue of moving twelve months, oldest first.
    handful
        How few customers made it.
    spring_festival
        Whether January and February were kept together.
    """

    earlier_label: str
    later_label: str
    earlier: float
    later: float
    growth: Outcome
    bridge: tuple[BridgePart, ...]
    price_volume: PriceVolume | NotEstimable
    same_months: SameMonths | NotEstimable
    trend: tuple[TrendPoint, ...]
    handful: Handful
    spring_festival: bool


def analyse_growth(data: ClientData, params: ClientParams) -> GrowthParts | NotEstimable:
    """Return where the growth between the last two years of twelve months came from."""
    ledger = ledger_of(data, params)
    years = [] if ledger is None else revenue_years(ledger, data, params)
    if ledger is None or len(years) < 2:
        short = N_("Two full years of orders are needed; the data do not reach back so far.")
        return NotEstimable(reason=N_("There are no transactions.") if ledger is None else short)
    growth = growth_outcomes(ledger, years, data, params)[0]
    bridge = compute_growth(ledger, data, params, growth)
    if isinstance(bridge, NotEstimable):
        return bridge
    months = revenue_months(data, ledger)
    steps = tuple(
        BridgePart(
            key=key,
            amount=getattr(bridge, key),
            share=getattr(bridge, key) / bridge.earlier if bridge.earlier > 0 else 0.0,
            customers=bridge.customers.get(key),
        )
        for key in BRIDGE
    )
    return GrowthParts(
        earlier_label=bridge.earlier_label,
        later_label=bridge.later_label,
        earlier=bridge.earlier,
        later=bridge.later,
        growth=growth,
        bridge=steps,
        price_volume=split_growth(data, ledger, *years),
        same_months=_same_months(months, params),
        trend=_same_as(growth, moving_trend(months, params), years),
        handful=_handful(ledger, years, data),
        spring_festival=params.money.spring_festival,
    )


def _same_as(growth: Outcome, trend: tuple[TrendPoint, ...], years: list[Window]) -> tuple[TrendPoint, ...]:
    """Return the trend with the indicator itself at its end, where that is the same two years."""
    if not trend or trend[-1].change is None or iso(years[0].last)[:7] != trend[-1].month:
        return trend
    if iso(years[0].last + 1)[8:] != "01":
        return trend
    return (*trend[:-1], replace(trend[-1], change=growth))


def _same_months(months: Months, params: ClientParams) -> SameMonths | NotEstimable:
    found = latest_months(months, params)
    if found is None:
        return NotEstimable(reason=N_("The latest months were not complete a year before, so they cannot be compared."))
    rows, before = found
    later, earlier = months.matrix[:, rows].sum(axis=1), months.matrix[:, before].sum(axis=1)
    growth = growth_estimate(
        later[:-1], earlier[:-1], (float(later[-1]), float(earlier[-1])), draws=model_draws(params),
        rng=model_generator("growth of the latest months", params), min_n=params.limits.min_clusters,
    )  # fmt: skip
    return SameMonths(
        first=months.label(int(rows[0])),
        last=months.label(int(rows[-1])),
        earlier=float(earlier.sum()),
        later=float(later.sum()),
        growth=growth,
        draws=model_draws(params),
    )


def _handful(ledger: Ledger, years: list[Window], data: ClientData) -> Handful:
    """Return what the customers who moved most did; companies of one group count as one customer."""
    later, earlier = (ledger.spent(window, constant=True) for window in years)
    codes = group_codes_of(ledger.ids, data)
    after, before = by_group(later, codes), by_group(earlier, codes)
    moved = after - before
    order = np.argsort(-np.abs(moved), kind="stable")
    order = order[moved[order] != 0]
    rest = np.ones(len(moved), dtype=bool)
    rest[order[:HANDFUL]] = False
    return Handful(
        customers=HANDFUL,
        share_of_gains=_share(moved[moved > 0]),
        share_of_losses=_share(-moved[moved < 0]),
        growth=_growth(after, before),
        growth_without=_growth(after[rest], before[rest]),
        movers=tuple(
            Mover(
                customer=_leading(ledger, codes, later + earlier, int(code)),
                name=_name(_leading(ledger, codes, later + earlier, int(code)), data),
                earlier=round(float(before[code]), 2),
                later=round(float(after[code]), 2),
            )
            for code in order[:NAMED]
        ),
    )


def _share(moves: Floats) -> float | None:
    """Return the share of the largest moves in all of them, None where there are no more than a handful."""
    total = float(moves.sum())
    return None if total <= 0 or len(moves) <= HANDFUL else float(np.sort(moves)[-HANDFUL:].sum()) / total


def _growth(after: Floats, before: Floats) -> float | None:
    return None if float(before.sum()) <= 0 else float(after.sum()) / float(before.sum()) - 1


def _leading(ledger: Ledger, codes: np.ndarray, spent: Floats, code: int) -> str:
    """Return the customer of a group that spends most: the group is named after it."""
    members = np.flatnonzero(codes == code)
    return str(ledger.ids[members[int(np.argmax(spent[members]))]])


def _name(customer: str, data: ClientData) -> str:
    """Return what the client calls a customer; its id where it has no name."""
    if "name" not in data.customers or customer not in data.customers.index:
        return customer
    name = data.customers.at[customer, "name"]
    return str(name) if isinstance(name, str) and name.strip() else customer
