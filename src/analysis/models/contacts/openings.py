"""What a customer does not buy yet and those like it do: pairs of categories that go together, and who lacks one.

Customers who order often buy more of everything, so that any two categories are bought together more often than by
independent choice. A pair is therefore compared within fifths of customers by how often they order, with the test of
Cochran, Mantel and Haenszel [1]_; its lift is the number of customers who buy both over the number that independent
choice within the fifths would bring. All pairs are one family (Benjamini and Hochberg [2]_). Beside the pairs that
stand, a customer's like are those who order as often: what most of them buy is an opening, too.

References
----------
.. [1] Mantel, N. & Haenszel, W. (1959). Statistical aspects of the analysis of data from retrospective studies of
       disease. Journal of the National Cancer Institute 22, 719-748.
.. [2] Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.
.. [3] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
       Statistics in Medicine 27, 1693-1702.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats

from analysis.data.client import ClientData
from analysis.indicators.estimation import wilson_limits
from analysis.indicators.samples import Codes, Floats, normal_quantile, t_quantile
from analysis.messages import N_
from analysis.models.contacts.breadth_result import CategoryCount, CategoryOpening, CustomerOpening, NextBest, Opening
from analysis.models.contacts.records import names_of
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

MOST_CATEGORIES = 60  # those with the most buyers
STRATA = 5
LEAST_BOTH = 10  # customers who buy both, for a pair to be an opening
MOST = 0.5  # of those who order as often must buy a category for it to be an opening
ALPHA = 0.05
LEVEL = 0.95
LISTED = 10  # categories
LARGEST = 20  # customers
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Baskets:
    """What customers bought in the window.

    Parameters
    ----------
    ids, names
        Customers and categories.
    spent
        Shape (customers, categories), sparse; an entry says that it was bought.
    orders
        Days with a purchase of each customer.
    revenue
        All that each customer brought in these twelve months (`indicators.account_revenue`).
    """

    ids: pd.Index
    names: tuple[str, ...]
    spent: sparse.csr_array
    orders: Codes
    revenue: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Pairs of categories: buyers of each (diagonal) and of both, what chance would bring, and the test's p-values."""

    both: Floats
    expected: Floats
    p_values: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """Customers who are alike (`like`, a mask) and what they buy: column `missing`, at the chance `share`.

    `held` is the column that makes them alike, or -1 where it is how often they order (`orders`: from, to).
    """

    like: Mask
    missing: int
    held: int
    orders: tuple[int, int] | None
    share: float
    lower: float


def find_openings(
    baskets: Baskets, data: ClientData, params: ClientParams, *, among: pd.Index | None = None
) -> NextBest | NotEstimable:
    """Return each customer's strongest opening, added up by what makes customers alike and what they lack.

    The strongest is the one with the highest lower limit of the chance that a customer like it buys what it lacks:
    one that holds a category which goes together with it beyond chance, or one that orders as often, where most of
    these buy it. With `among`, only the openings of these customers are added up, of every category; who is
    alike is still told from all.
    """
    n = len(baskets.ids)
    if len(baskets.names) < 2:
        return NotEstimable(
            reason=N_("Only one kind was sold in the last twelve months, so breadth says nothing."), n=n
        )
    if n < params.limits.min_n:
        reason = N_(
            "There are too few observations: {n:int}; an estimate needs at least {min:int}.",
            n=n,
            min=params.limits.min_n,
        )
        return NotEstimable(reason=reason, n=n)
    spent = baskets.spent.tocsc()
    used = np.sort(np.argsort(-np.diff(spent.indptr), kind="stable")[:MOST_CATEGORIES])
    has = (spent[:, used] > 0).toarray()
    strata = strata_of(baskets.orders)
    first, second, tested = related_pairs(has, strata)
    rules = sorted(
        [*_pair_rules(first, second, has), *_stratum_rules(has, strata, baskets.orders)],
        key=lambda rule: (-rule.lower, rule.held, rule.missing),
    )
    assigned = _assign(rules, has)
    if among is not None:
        assigned[~baskets.ids.isin(among)] = -1
    if not (assigned >= 0).any():
        reason = N_("Customers lack nothing that most customers like them buy.")
        return NotEstimable(reason=reason, n=n)
    names, revenue = [baskets.names[place] for place in used], baskets.revenue
    counts = np.bincount(assigned[assigned >= 0], minlength=len(rules))
    by_category = np.bincount([rule.missing for rule in rules], counts, len(names)).astype(np.int64)
    order = [int(column) for column in np.argsort(-by_category, kind="stable") if by_category[column]]

    def parts_of(column: int) -> tuple[Opening, ...]:
        """Return the openings of one category, that of the most customers first."""
        amounts = spent[:, [used[column]]].toarray()[:, 0]
        places = [place for place, rule in enumerate(rules) if rule.missing == column and counts[place]]
        return tuple(
            _opening(rules[place], names, has, strata, amounts, revenue, assigned == place)
            for place in sorted(places, key=lambda place: (-counts[place], place))
        )

    return NextBest(
        pairs=tested,
        related=len(first),
        customers=int((assigned >= 0).sum()),
        counts=tuple(CategoryCount(category=names[column], customers=int(by_category[column])) for column in order),
        openings=tuple(add_up(parts_of(column)) for column in (order[:LISTED] if among is None else order)),
        largest=_largest(assigned, rules, names, revenue, baskets.ids, data),
    )


def related_pairs(has: Mask, strata: Codes) -> tuple[Codes, Codes, int]:
    """Return the pairs of categories that go together beyond chance, and how many pairs were tested."""
    pairs = count_pairs(has, strata)
    first, second = np.triu_indices(has.shape[1], 1)
    buyers = pairs.both.diagonal()
    usable = (buyers[first] > 0) & (buyers[second] > 0)
    first, second = first[usable], second[usable]
    if not len(first):
        return first, second, 0
    adjusted = stats.false_discovery_control(pairs.p_values[first, second], method="bh")
    both = pairs.both[first, second]
    kept = (adjusted <= ALPHA) & (both >= LEAST_BOTH) & (both > pairs.expected[first, second])
    return first[kept], second[kept], len(first)


def _pair_rules(first: Codes, second: Codes, has: Mask) -> list[Rule]:
    """Return the rules of both directions: who holds the one buys the other."""
    pairs = [*zip(first.tolist(), second.tolist(), strict=True), *zip(second.tolist(), first.tolist(), strict=True)]
    return [_rule(has[:, held], missing, has, held=held) for held, missing in pairs]


def _stratum_rules(has: Mask, strata: Codes, orders: Codes) -> list[Rule]:
    """Return what most customers who order equally often buy, where at least `LEAST_BOTH` do."""
    rules = []
    for stratum in np.unique(strata):
        like = strata == stratum
        own = has[like]
        span = (int(orders[like].min()), int(orders[like].max()))
        for missing in np.flatnonzero((own.mean(axis=0) >= MOST) & (own.sum(axis=0) >= LEAST_BOTH)).tolist():
            rules.append(_rule(like, missing, has, orders=span))
    return rules


def _rule(like: Mask, missing: int, has: Mask, *, held: int = -1, orders: tuple[int, int] | None = None) -> Rule:
    alike = int(like.sum())
    share = float((like & has[:, missing]).sum()) / alike
    lower = wilson_limits(share, alike, normal_quantile(1 - (1 - LEVEL) / 2))[0]
    return Rule(like=like, missing=missing, held=held, orders=orders, share=share, lower=lower)


def strata_of(orders: Codes) -> Codes:
    """Return fifths of the customers by how often they order; customers who order equally often stay together."""
    cuts = np.unique(np.quantile(orders, np.arange(1, STRATA) / STRATA, method="inverted_cdf"))
    return np.searchsorted(cuts, orders, side="left").astype(np.int64)


def count_pairs(has: Mask, strata: Codes) -> Pairs:
    """Return the pairs' counts and the Cochran-Mantel-Haenszel test against independence within strata [1]_.

    Parameters
    ----------
    has
        Shape (customers, categories), boolean.
    strata
        Stratum of each customer.
    """
    width = has.shape[1]
    both, expected, variance = (np.zeros((width, width)) for _ in range(3))
    for stratum in np.unique(strata):
        part = has[strata == stratum].astype(np.float64)
        count, own = len(part), part.sum(axis=0)
        both += part.T @ part
        expected += np.outer(own, own) / count
        if count > 1:
            spread = own * (count - own)
            variance += np.outer(spread, spread) / (count**2 * (count - 1))
    distance = np.where(variance > 0, (both - expected) / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    return Pairs(both=both, expected=expected, p_values=2 * stats.norm.sf(np.abs(distance)))


def _assign(rules: list[Rule], has: Mask) -> Codes:
    """Return the first rule that each customer meets (is one of the alike, lacks the category), -1 for none."""
    assigned = np.full(len(has), -1, dtype=np.int64)
    for place, rule in enumerate(rules):
        assigned[(assigned < 0) & rule.like & ~has[:, rule.missing]] = place
    return assigned


def _opening(
    rule: Rule, names: list[str], has: Mask, strata: Codes, amounts: Floats, revenue: Floats, lacking: Mask
) -> Opening:
    missing = has[:, rule.missing]
    alike, joint = int(rule.like.sum()), rule.like & missing
    low, high = wilson_limits(rule.share, alike, normal_quantile(1 - (1 - LEVEL) / 2))
    chance = Estimate(value=rule.share, low=low, high=high, n=alike, method="wilson", unit="proportion")
    typical = _median(amounts[joint])
    count = int(lacking.sum())
    return Opening(
        held="" if rule.held < 0 else names[rule.held],
        orders=rule.orders,
        missing=names[rule.missing],
        customers=count,
        revenue=float(revenue[lacking].sum()),
        chance=chance,
        lift=lift_of(rule.like, missing, strata if rule.held >= 0 else np.zeros_like(strata)),
        typical_spend=typical,
        worth=typical if isinstance(typical, NotEstimable) else product_of(chance, typical, count),
    )


def lift_of(held: Mask, missing: Mask, strata: Codes) -> Estimate:
    """Return how many times as often two categories are bought together as by independent choice within strata.

    The interval is t's for the logarithm; its error comes from what each customer does to it (linearisation).
    """
    n = len(held)
    size = np.bincount(strata).astype(np.float64)
    share = [np.bincount(strata, column) / np.maximum(size, 1.0) for column in (held, missing)]
    expected = float((size * share[0] * share[1]).sum())
    both = float((held & missing).sum())
    own = held * share[1][strata] + missing * share[0][strata] - (share[0] * share[1])[strata]
    influence = (held & missing) / both - own / expected
    error = math.sqrt(float((influence**2).sum()) * n / (n - 1))
    value = both / expected
    half = t_quantile(1 - (1 - LEVEL) / 2, n - 1) * error
    return Estimate(
        value=value, low=value * math.exp(-half), high=value * math.exp(half), n=n, method="log-delta-t", unit="ratio",
        std_error=value * error,
    )  # fmt: skip


def _median(values: Floats) -> Outcome:
    """Return the median with the order statistics that hold it with at least 95% probability (binomial)."""
    n = len(values)
    rank = int(stats.binom.ppf((1 - LEVEL) / 2, n, 0.5)) if n else 0
    if n < LEAST_BOTH or rank < 1:
        return NotEstimable(reason=N_("Too few customers buy both to say what they spend on it."), n=n)
    ordered = np.sort(values)
    return Estimate(
        value=float(np.median(values)), low=float(ordered[rank - 1]), high=float(ordered[n - rank]), n=n,
        method="order-statistics", unit="money",
    )  # fmt: skip


def product_of(chance: Estimate, typical: Estimate, base: float) -> Estimate:
    """Return chance times typical spend times a known number; the factors' limits combined on the log scale [3]_."""
    value = chance.value * typical.value
    below = math.hypot(math.log(chance.value / chance.low), math.log(typical.value / typical.low))
    above = math.hypot(math.log(chance.high / chance.value), math.log(typical.high / typical.value))
    return Estimate(
        value=base * value, low=base * value * math.exp(-below), high=base * value * math.exp(above), n=typical.n,
        method="mover", unit="money",
    )  # fmt: skip


def add_up(parts: tuple[Opening, ...]) -> CategoryOpening:
    """Return the openings of one category as one.

    The distances of what they are worth to its limits are combined as of independent numbers where customers alike are
    those who order as often (who are different customers in each part) and added where they hold a category (who may be
    the same) [3]_. Those of the chance are added throughout: what most of those alike buy is chosen because its share
    is high, and combined as of independent numbers they held the truth in 90% of cases only.
    """
    customers = sum(part.customers for part in parts)
    worths = [part.worth for part in parts if isinstance(part.worth, Estimate)]
    shares = [part.customers / customers for part in parts]
    by_orders = [part.orders is not None for part in parts]
    worth: Outcome = next((part.worth for part in parts if isinstance(part.worth, NotEstimable)), parts[0].worth)
    if len(worths) == len(parts):
        worth = _combined(worths, [1.0] * len(parts), by_orders)
    return CategoryOpening(
        missing=parts[0].missing,
        customers=customers,
        revenue=sum(part.revenue for part in parts),
        chance=_combined([part.chance for part in parts], shares, [False] * len(parts)),
        worth=worth,
        parts=parts,
    )


def _combined(found: list[Estimate], weights: list[float], is_apart: list[bool]) -> Estimate:
    """Return a weighted sum; the distances to the limits of numbers `is_apart` as of independent ones."""
    if len(found) == 1:
        return found[0]
    value = sum(weight * each.value for weight, each in zip(weights, found, strict=True))
    below = _distance([weight * (e.value - e.low) for weight, e in zip(weights, found, strict=True)], is_apart)
    above = _distance([weight * (e.high - e.value) for weight, e in zip(weights, found, strict=True)], is_apart)
    return Estimate(
        value=value, low=value - below, high=value + above, n=sum(each.n for each in found), method="mover",
        unit=found[0].unit,
    )  # fmt: skip


def _distance(parts: list[float], is_apart: list[bool]) -> float:
    together = sum(part for part, apart in zip(parts, is_apart, strict=True) if not apart)
    return math.hypot(together, *(part for part, apart in zip(parts, is_apart, strict=True) if apart))


def _largest(
    assigned: Codes, rules: list[Rule], names: list[str], revenue: Floats, ids: pd.Index, data: ClientData
) -> tuple[CustomerOpening, ...]:
    rows = np.flatnonzero(assigned >= 0)
    rows = rows[np.argsort(-revenue[rows], kind="stable")][:LARGEST]
    called, managers = names_of(ids[rows], "name", data), names_of(ids[rows], "account_manager", data)
    return tuple(
        CustomerOpening(
            customer_id=str(ids[row]),
            name=called[place],
            manager=managers[place],
            held="" if rules[int(assigned[row])].held < 0 else names[rules[int(assigned[row])].held],
            missing=names[rules[int(assigned[row])].missing],
            revenue=float(revenue[row]),
        )
        for place, row in enumerate(rows.tolist())
    )
