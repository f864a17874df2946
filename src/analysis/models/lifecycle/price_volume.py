"""What prices, quantities, the mix and the range of products did to revenue: a decomposition that adds up exactly.

Of the products sold in both years, with q the quantity, R the revenue and p = R / q of a product in the earlier (0) and
the later (1) year, the change of revenue is split by Bennet's symmetric formula [1]_, [2]_:

- price: ``sum((q0 + q1) / 2 * (p1 - p0))``
- quantity and mix: ``sum((p0 + p1) / 2 * (q1 - q0))``, of which the quantity at the average price
  ``P = (R0 + R1) / (Q0 + Q1)`` of all of them is ``P * (Q1 - Q0)``, and the mix is the rest.

Products sold in one of the years only are the range; lines without product or quantity, returns among them, the rest.
The parts sum to the change to the cent. Every part is a function of sums over customers that is homogeneous of degree
one, so that it is the sum of the customers' contributions (the derivatives times their own sums, Euler): its limits are
those of a sum over groups of companies.

References
----------
.. [1] Bennet, T. L. (1920). The theory of measurement of changes in cost of living. JRSS 83, 455-462.
.. [2] Diewert, W. E. (2005). Index number theory using differences rather than ratios. American Journal of Economics
       and Sociology 64, 311-360.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import FEWEST_AMOUNTS, LEAST_OF_OTHERS, LEVEL, too_uneven
from analysis.indicators.ledger import Ledger, Window
from analysis.indicators.samples import TINY
from analysis.indicators.skewness import skewed_limits
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.groups import group_codes_of
from analysis.models.parts import ModelPart
from analysis.results import Estimate, NotEstimable, Outcome

PartKey = Literal["price", "quantity", "mix", "new_products", "dropped_products", "unsplit"]
FEWEST_SPLIT = 0.5
"""Least share of the two years' revenue that must have product and quantity in both years' products."""
KEYS: tuple[PartKey, ...] = ("price", "quantity", "mix", "new_products", "dropped_products", "unsplit")


@dataclass(frozen=True, kw_only=True)
class GrowthPart(ModelPart):
    """One part of the change of revenue.

    Parameters
    ----------
    key
        ``price``, ``quantity``, ``mix``, ``new_products``, ``dropped_products`` or ``unsplit``.
    amount
        In the audit's currency at constant rates: exact, the parts add up to the change.
    share
        ``amount`` over the earlier year's revenue: by how much of it the part moved revenue.
    estimate
        The same amount with the limits of a sum over as many other groups of companies, or why there are none.
    """

    key: PartKey
    amount: float
    share: float
    estimate: Outcome


@dataclass(frozen=True, kw_only=True)
class PriceVolume(ModelPart):
    """The decomposition: products of both years, new and dropped ones, and how much revenue could be split.

    `split` is the share of the two years' revenue that lies with products sold in both of them, 0 to 1.
    """

    products: int
    new: int
    dropped: int
    split: float
    parts: tuple[GrowthPart, ...]


def split_growth(data: ClientData, ledger: Ledger, later: Window, earlier: Window) -> PriceVolume | NotEstimable:
    """Return what price, quantity, mix and range did to revenue between two years, in constant currency."""
    if not data.has("transactions", "quantity", "product_id"):
        reason = N_(
            "The orders do not name products with quantities, so growth cannot be split into price and quantity."
        )
        return NotEstimable(reason=reason)
    cells, rest, groups = _sums(data, ledger, later, earlier)
    total = float(np.abs(cells[["r0", "r1"]].to_numpy()).sum())
    both = _in_both(cells)
    of_both = cells[both[cells["product"].to_numpy()]] if len(cells) else cells
    everything = total + float(np.abs(rest).sum())
    split = float(of_both[["r0", "r1"]].to_numpy().sum()) / everything if everything > 0 else 0.0
    if split < FEWEST_SPLIT:
        reason = N_(
            "Only {share:percent} of the revenue lies with products that name a quantity and were sold in both years.",
            share=max(split, 0.0),
        )
        return NotEstimable(reason=reason)
    contributions, spread = _contributions(cells, both, rest, groups)
    base = float(ledger.constant[earlier.holds(ledger.day)].sum())
    sold = cells.groupby("product")[["q0", "q1"]].sum()
    return PriceVolume(
        products=int(both.sum()),
        new=int(((sold["q0"] <= 0) & (sold["q1"] > 0)).sum()),
        dropped=int(((sold["q0"] > 0) & (sold["q1"] <= 0)).sum()),
        split=min(split, 1.0),
        parts=tuple(
            _part(key, values, limits, base)
            for key, values, limits in zip(KEYS, contributions.T, spread.T, strict=True)
        ),
    )


def _sums(data: ClientData, ledger: Ledger, later: Window, earlier: Window) -> tuple[pd.DataFrame, Floats, Codes]:
    """Return sums by group and product (revenue and quantity of both years), the rest by group, and the groups.

    Lines of no known customer form one group of their own, the last.
    """
    lines = data.table("transactions")
    codes = group_codes_of(ledger.ids, data)
    count = int(codes.max()) + 1 if len(codes) else 0
    group = np.where(ledger.customer >= 0, codes[np.maximum(ledger.customer, 0)] if count else 0, count)
    quantity = lines["quantity"].to_numpy(dtype=np.float64, na_value=np.nan)
    usable = (quantity > 0) & (ledger.constant > 0) & ~ledger.is_return & lines["product_id"].notna().to_numpy()
    periods = (earlier.holds(ledger.day), later.holds(ledger.day))
    either = periods[0] | periods[1]
    rest = np.zeros((count + 1, 2))
    for position, period in enumerate(periods):
        rows = period & ~usable
        rest[:, position] = np.bincount(group[rows], ledger.constant[rows], count + 1)
    rows = either & usable
    product = pd.factorize(lines["product_id"][rows], sort=True)[0]
    is_later = periods[1][rows]
    frame = pd.DataFrame(
        {
            "group": group[rows],
            "product": product,
            "r0": np.where(is_later, 0.0, ledger.constant[rows]),
            "r1": np.where(is_later, ledger.constant[rows], 0.0),
            "q0": np.where(is_later, 0.0, quantity[rows]),
            "q1": np.where(is_later, quantity[rows], 0.0),
        }
    )
    return frame.groupby(["group", "product"], as_index=False).sum(), rest, np.arange(count + 1)


def _in_both(cells: pd.DataFrame) -> np.ndarray:
    """Return which products (by code) were sold in both years."""
    sold = cells.groupby("product")[["q0", "q1"]].sum()
    return ((sold["q0"] > 0) & (sold["q1"] > 0)).to_numpy()


def _contributions(cells: pd.DataFrame, both: np.ndarray, rest: Floats, groups: Codes) -> tuple[Floats, Floats]:
    """Return each group's contribution to each part of `KEYS`, shape (groups, parts), which sum to the parts.

    The second array is what the limits are made of: for prices, a group's deviation from the price of its products is
    the larger, the more of the product it buys itself (as in a jackknife), because it pulls that price to itself.
    """
    own = {name: cells[name].to_numpy(dtype=np.float64) for name in ("r0", "r1", "q0", "q1")}
    product = cells["product"].to_numpy()
    kept = both[product]
    total = {
        name: np.where(kept, np.bincount(product, values, len(both))[product], 1.0) for name, values in own.items()
    }
    price, pulled = (np.where(kept, _price(own, total, pull=pull), 0.0) for pull in (False, True))
    volume = np.where(kept, _volume(own, kept), 0.0)
    columns = (
        price,
        volume,
        np.where(kept, own["r1"] - own["r0"] - price - volume, 0.0),
        np.where(kept, 0.0, own["r1"]),
        np.where(kept, 0.0, -own["r0"]),
    )
    by_group = [np.bincount(cells["group"], column, len(groups)) for column in columns]
    contributions = np.column_stack([*by_group, rest[:, 1] - rest[:, 0]])
    spread = contributions.copy()
    spread[:, 0] = np.bincount(cells["group"], pulled, len(groups))
    return contributions, spread


def _price(own: dict[str, Floats], total: dict[str, Floats], *, pull: bool) -> Floats:
    """Return what each cell does to the price part: its deviations from its products' prices, and their change."""
    before, after = total["r0"] / total["q0"], total["r1"] / total["q1"]
    early, late = own["r0"] - before * own["q0"], own["r1"] - after * own["q1"]
    if pull:
        early = early / np.maximum(1 - own["q0"] / total["q0"], LEAST_OF_OTHERS)
        late = late / np.maximum(1 - own["q1"] / total["q1"], LEAST_OF_OTHERS)
    moved = (after - before) * (own["q0"] + own["q1"])
    return 0.5 * ((1 + total["q0"] / total["q1"]) * late - (1 + total["q1"] / total["q0"]) * early + moved)


def _volume(own: dict[str, Floats], kept: np.ndarray) -> Floats:
    """Return what each cell does to the quantity part, the quantity of all products at their average price."""
    sums = {name: float(values[kept].sum()) for name, values in own.items()}
    revenue, quantity = sums["r0"] + sums["r1"], sums["q0"] + sums["q1"]
    moved = sums["q1"] - sums["q0"]
    average = revenue / quantity
    return (
        (own["r0"] + own["r1"] - average * (own["q0"] + own["q1"])) * moved / quantity
        + (own["q1"] - own["q0"]) * average
    )  # fmt: skip


def _part(key: PartKey, values: Floats, spread: Floats, base: float) -> GrowthPart:
    """Return a part with its limits, made of `spread`; the last value is of no known customer and certain."""
    fixed, values, spread = float(values[-1]), values[:-1], spread[:-1]
    total, n = float(values.sum()), int((values != 0).sum())
    estimate: Outcome
    if n == 0:
        estimate = NotEstimable(reason=N_("No revenue of a known customer belongs to this part."), n=0)
    elif n < FEWEST_AMOUNTS:
        estimate = NotEstimable(reason=too_uneven(FEWEST_AMOUNTS), n=n)
    elif float(np.ptp(values)) <= TINY * abs(total):
        reason = N_("All customers are alike in it, so the data carry no sign of its uncertainty.")
        estimate = NotEstimable(reason=reason, n=n)
    else:
        low, high = skewed_limits(total, spread - spread.mean(), degrees=len(values) - 1, level=LEVEL)
        estimate = Estimate(
            value=total + fixed, low=min(low, total) + fixed, high=max(high, total) + fixed, n=n, method="hall-t",
            unit="money", clusters=len(values),
        )  # fmt: skip
    amount = total + fixed
    return GrowthPart(key=key, amount=amount, share=amount / base if base > 0 else 0.0, estimate=estimate)
