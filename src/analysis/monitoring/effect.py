"""Did the customers for whom an action was taken change more than the rest? Difference in differences, by customer.

Each customer is compared with itself: the days since the action against the same days a year before, so that seasons
cancel. The mean change of those acted on, less that of the others, has a variance clustered by group of companies and
t with Satterthwaite's degrees of freedom [1]_.

The others are, where there are enough of them, those to whom the same evidence applied on the day of the
recommendation and for whom nothing was done: who is picked because things stand badly tends to recover by itself
(regression to the mean), and these were picked for the same reason. What remains is selection: nobody drew lots for
whom the action was taken. The same comparison a year earlier, when nothing had been done (a placebo), shows whether
the two groups moved apart anyhow.

References
----------
.. [1] Bertrand, M., Duflo, E. & Mullainathan, S. (2004). How much should we trust differences-in-differences
       estimates? Quarterly Journal of Economics 119, 249-275: one change a unit, so that serial correlation is out.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from analysis.data.client import RECORDED_ON, ClientData
from analysis.indicators.samples import TINY, Codes, Floats, t_quantile
from analysis.messages import N_, Message
from analysis.models.parts import ModelPart
from analysis.models.repurchase_sample import group_of
from analysis.monitoring.outcomes import OutcomeSpec, Span
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Unit

METHOD = "did-cluster-t"
LEVEL = 0.95
FEWEST_DAYS = 90
LONGEST_DAYS = 365
FEWEST = 10  # groups of companies on either side
FEWEST_AMOUNTS = 20  # where money is compared, which a few customers can move
FEWEST_OF_AMOUNTS = 0.25  # of the other side: with fewer, skewed amounts reject too often
SLACK = pd.Timedelta(days=31)
Comparison = Literal["concerned", "rest"]


@dataclass(frozen=True, kw_only=True)
class GroupComparison(ModelPart):
    """How those acted on changed against the others.

    Parameters
    ----------
    outcome, unit
        What is compared, in words, and its unit.
    against
        ``concerned``: others to whom the same evidence applied; ``rest``: all other customers.
    acted, others
        Customers on either side.
    days
        Length of the two spans.
    acted_change, others_change
        Mean change of either side.
    difference
        The first less the second, with interval and p-value.
    placebo
        The same a year earlier, when nothing had been done.
    good
        Whether more of the outcome is better.
    """

    outcome: Message
    unit: Unit
    against: Comparison
    acted: int
    others: int
    days: int
    acted_change: float
    others_change: float
    difference: Estimate
    placebo: Outcome
    good: bool


def compare_groups(
    spec: OutcomeSpec,
    taken_on: pd.Timestamp,
    acted_on: pd.Index,
    concerned: pd.Index | None,
    data: ClientData,
    params: ClientParams,
) -> GroupComparison | NotEstimable:
    """Compare the change of the customers acted on with that of others, or say why it cannot be done.

    Parameters
    ----------
    spec
        The outcome.
    taken_on
        Day on which the action began.
    acted_on
        Customers for whom it was taken.
    concerned
        Customers to whom the recommendation's evidence applied when it was made, or None where that is not known.
    data, params
        The client.
    """
    span = _span(spec, taken_on, data)
    if isinstance(span, NotEstimable):
        return span
    changes = _changes(spec, span, data, params)
    if isinstance(changes, NotEstimable):
        return changes
    fewest = max(FEWEST_AMOUNTS if spec.unit == "money" else FEWEST, params.limits.small_cell)
    known = changes.index
    sides: list[tuple[Comparison, pd.Index, pd.Index]] = []
    if concerned is not None:
        pool = known.intersection(concerned)
        sides.append(("concerned", pool.intersection(acted_on), pool.difference(acted_on)))
    sides.append(("rest", known.intersection(acted_on), known.difference(acted_on)))
    for against, acted, others in sides:
        if _enough(spec, acted, others, fewest, data):
            return _compared(spec, span, against, changes, (acted, others), data, params)
    _, acted, others = sides[-1]
    if spec.table == "survey":  # of answers not even the number of a small group is told
        return NotEstimable(reason=N_("Too few of the customers for whom it was done answered both times."))
    reason = N_(
        "There are {acted:int} customers with values before and after for whom it was done and {others:int} others: a"
        " fair comparison needs at least {min:int} groups of companies on either side.",
        acted=len(acted),
        others=len(others),
        min=fewest,
    )
    return NotEstimable(reason=reason, n=len(acted))


def _span(spec: OutcomeSpec, taken_on: pd.Timestamp, data: ClientData) -> Span | NotEstimable:
    end = data.recorded_until(spec.table) if spec.table in RECORDED_ON else data.as_of
    span = Span(start=taken_on, end=min(end, taken_on + pd.Timedelta(days=LONGEST_DAYS)))
    if span.days < FEWEST_DAYS:
        reason = N_(
            "The record reaches {days:int} days beyond the day on which it was taken; at least {min:int} are needed.",
            days=max(span.days, 0),
            min=FEWEST_DAYS,
        )
        return NotEstimable(reason=reason)
    first = data.table(spec.table)[spec.date].min()
    if spec.table != "survey" and first > span.years_before(1).start + SLACK:
        return NotEstimable(reason=N_("The record does not reach back a year before the day on which it was taken."))
    return span


def _changes(
    spec: OutcomeSpec, span: Span, data: ClientData, params: ClientParams, years: int = 0
) -> "pd.Series[float] | NotEstimable":
    """Return each customer's change, `years` before the action; customers unknown before the earlier span are out."""
    later, earlier = span.years_before(years), span.years_before(years + 1)
    if spec.absent is None:
        # answers come in waves: the last year before the action, and all since
        earlier = Span(start=later.start - pd.Timedelta(days=LONGEST_DAYS), end=later.start)
    after, before = spec.values(data, params, later), spec.values(data, params, earlier)
    if spec.absent is None:
        both = after.index.intersection(before.index)
        found = after.reindex(both) - before.reindex(both)
    else:
        known = _known_before(data, earlier.start)
        filled = (values.reindex(known).fillna(spec.absent) for values in (after, before))
        found = next(filled) - next(filled)
    if found.empty:
        return NotEstimable(reason=N_("No customer has values both before and after."), n=0)
    return found


def _known_before(data: ClientData, day: pd.Timestamp) -> pd.Index:
    """Return the customers who had bought before a day, or all where there are no orders."""
    if not data.has("transactions"):
        return data.customers.index
    orders = data.table("transactions")
    return pd.Index(orders.loc[orders["ordered_on"] <= day, "customer_id"].dropna().unique())


def _enough(spec: OutcomeSpec, acted: pd.Index, others: pd.Index, fewest: int, data: ClientData) -> bool:
    counts = sorted(group_of(pd.Series(side, dtype=object), data).nunique() for side in (acted, others))
    return counts[0] >= fewest and (spec.unit != "money" or counts[0] >= FEWEST_OF_AMOUNTS * counts[1])


def _compared(
    spec: OutcomeSpec,
    span: Span,
    against: Comparison,
    changes: "pd.Series[float]",
    sides: tuple[pd.Index, pd.Index],
    data: ClientData,
    params: ClientParams,
) -> GroupComparison | NotEstimable:
    found = _difference(spec.unit, changes, sides, data)
    if isinstance(found, NotEstimable):
        return found
    acted, others = sides
    return GroupComparison(
        outcome=spec.name,
        unit=spec.unit,
        against=against,
        acted=len(acted),
        others=len(others),
        days=span.days,
        acted_change=float(changes[acted].mean()),
        others_change=float(changes[others].mean()),
        difference=found,
        placebo=_placebo(spec, span, sides, data, params),
        good=spec.higher_is_better,
    )


def _placebo(
    spec: OutcomeSpec, span: Span, sides: tuple[pd.Index, pd.Index], data: ClientData, params: ClientParams
) -> Outcome:
    first = data.table(spec.table)[spec.date].min()
    if first > span.years_before(2).start + SLACK:
        return NotEstimable(reason=N_("The record does not reach back another year."))
    before = _changes(spec, span, data, params, years=1)
    if isinstance(before, NotEstimable):
        return before
    known = (before.index.intersection(sides[0]), before.index.intersection(sides[1]))
    fewest = max(FEWEST_AMOUNTS if spec.unit == "money" else FEWEST, params.limits.small_cell)
    if not _enough(spec, *known, fewest, data):
        return NotEstimable(reason=N_("Too few of them were customers another year before."))
    return _difference(spec.unit, before, known, data)


def _difference(
    unit: Unit, changes: "pd.Series[float]", sides: tuple[pd.Index, pd.Index], data: ClientData
) -> Estimate | NotEstimable:
    customers = sides[0].append(sides[1])
    treated = np.arange(len(customers)) < len(sides[0])
    groups = pd.factorize(group_of(pd.Series(customers, dtype=object), data))[0]
    aligned: Floats = np.asarray(changes.reindex(customers), dtype=np.float64)
    return difference_in_changes(aligned, treated, groups.astype(np.int64), unit)


def difference_in_changes(
    changes: Floats, acted: NDArray[np.bool_], groups: Codes, unit: Unit
) -> Estimate | NotEstimable:
    """Return the mean change of those acted on less that of the others, clustered.

    Parameters
    ----------
    changes
        One a customer.
    acted
        Whether the action was taken for it.
    groups
        What the customers are clustered by.
    unit
        Unit of the changes.
    """
    shares = np.where(acted, 1 / acted.sum(), -1 / (~acted).sum())
    means = np.where(acted, changes[acted].mean(), changes[~acted].mean())
    value = float((shares * changes).sum())
    count = int(groups.max()) + 1
    contributions = np.bincount(groups, shares * (changes - means), count)
    # groups of companies with customers on one side, on the other, and on both, as two periods of a panel
    presence = (np.bincount(groups, acted, count) > 0) + 2 * (np.bincount(groups, ~acted, count) > 0)
    parts = [contributions[presence == kind] for kind in (1, 2, 3)]
    parts = [part for part in parts if len(part)]
    variances = [len(part) / max(len(part) - 1, 1) * float((part**2).sum()) for part in parts]
    variance = sum(variances)
    if variance <= TINY * float((changes**2).mean()):  # rounding
        return NotEstimable(reason=N_("All customers changed by the same amount."), n=len(changes))
    spread = sum(v**2 / max(len(part) - 1, 1) for v, part in zip(variances, parts, strict=True))
    degrees = max(variance**2 / spread, 1.0)
    error = math.sqrt(variance)
    half = t_quantile((1 + LEVEL) / 2, degrees) * error
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        n=len(changes),
        method=METHOD,
        unit=unit,
        std_error=error,
        clusters=count,
        p_value=float(2 * special.stdtr(degrees, -abs(value) / error)),
    )
