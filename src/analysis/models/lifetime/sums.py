"""Sums and means over customers whose parts depend on a fitted model: both uncertainties in one interval.

With theta the model's parameters, customer i moves the sum of f(i, theta) by its own part and by what it does to
theta: its contribution is ``f_i + F' psi_i``, with F the sum of the slopes of f and psi_i the customer's influence on
theta (inverse information times score). The mean of the contributions is the estimate; their spread, clustered by group
of companies, its variance: resampling customers and fitting anew would do the same, to first order. As amounts are
skewed, the limits are Hall's.

References
----------
.. [1] Newey, W. K. & McFadden, D. (1994). Large sample estimation and hypothesis testing. Handbook of Econometrics 4,
       section 6: two-step estimators.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis.indicators.estimation import FEWEST_AMOUNTS, Measure, Sample, estimate
from analysis.models.clustering import Codes, Floats
from analysis.models.lifetime.purchases import Flags
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

SHARE = Measure(kind="mean", unit="proportion", bounds=(0.0, 1.0))
MONEY = Measure(kind="mean", unit="money")


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """A quantity by customer, and how it depends on what was fitted.

    Parameters
    ----------
    values
        By customer.
    slopes, influence
        Pairs of matrices, one a model: slopes of the values by the parameters, and the customers' influence on these,
        both of shape (n, k). Models that do not take part are left out.
    """

    values: Floats
    slopes: tuple[Floats, ...] = ()
    influence: tuple[Floats, ...] = ()

    def scaled(self, factor: Floats) -> "Parts":
        """Return the quantity times a fixed factor by customer."""
        return replace(self, values=self.values * factor, slopes=tuple(s * factor[:, None] for s in self.slopes))

    def times(self, other: "Parts") -> "Parts":
        """Return the product with another quantity by customer, with its slopes."""
        return Parts(
            values=self.values * other.values,
            slopes=(*self.scaled(other.values).slopes, *other.scaled(self.values).slopes),
            influence=(*self.influence, *other.influence),
        )

    def moved(self, rows: Flags) -> Floats:
        """Return what each customer does to the sum over `rows` through the parameters."""
        moved = np.zeros(len(self.values))
        for slopes, influence in zip(self.slopes, self.influence, strict=True):
            moved += influence @ slopes[rows].sum(axis=0)
        return moved


def sum_estimate(parts: Parts, clusters: Codes, params: ClientParams, rows: Flags | None = None) -> Outcome:
    """Return the sum of amounts over some customers (all where `rows` is None), as that of a draw of customers."""
    count = len(parts.values)
    chosen = np.ones(count, dtype=bool) if rows is None else rows
    contributions = parts.values * chosen + parts.moved(chosen)
    few = _too_few(chosen, clusters, params, FEWEST_AMOUNTS)
    if few is not None:
        return few
    sample = Sample(values=contributions, weights=np.ones(count), clusters=clusters, units=np.arange(count))
    found = estimate(sample, MONEY, min_clusters=params.limits.min_clusters)
    if isinstance(found, NotEstimable):
        return found
    total = float(parts.values[chosen].sum())
    low, high = count * found.low, count * found.high
    if bool((parts.values[chosen] >= 0).all()):
        low = max(low, 0.0)
    return Estimate(
        value=total,
        low=min(low, total),
        high=max(high, total),
        n=int(chosen.sum()),
        method=found.method,
        unit="money",
        std_error=None if found.std_error is None else count * found.std_error,
        clusters=found.clusters,
    )


def share_estimate(parts: Parts, clusters: Codes, params: ClientParams, rows: Flags | None = None) -> Outcome:
    """Return the mean of chances (0 to 1) over some customers."""
    chosen = np.ones(len(parts.values), dtype=bool) if rows is None else rows
    few = _too_few(chosen, clusters, params, params.limits.min_n)
    if few is not None:
        return few
    size, count = int(chosen.sum()), len(parts.values)
    mean = float(parts.values[chosen].mean())
    contributions = mean + count / size * ((parts.values - mean) * chosen + parts.moved(chosen))
    sample = Sample(values=contributions, weights=np.ones(count), clusters=clusters, units=np.arange(count))
    found = estimate(sample, SHARE, min_clusters=params.limits.min_clusters)
    if isinstance(found, NotEstimable):
        return found
    return replace(found, value=mean, low=min(found.low, mean), high=max(found.high, mean), n=size)


def _too_few(chosen: Flags, clusters: Codes, params: ClientParams, fewest: int) -> NotEstimable | None:
    """Return the reason where the chosen customers are too few for an interval."""
    count = int(chosen.sum())
    few = estimate(
        Sample.of_units(np.arange(count, dtype=float)), MONEY, min_n=max(fewest, params.limits.min_n), min_clusters=2
    )
    if isinstance(few, NotEstimable):
        return few
    groups = Sample(values=np.arange(count, dtype=float), weights=np.ones(count), clusters=clusters[chosen],
                    units=np.arange(count))  # fmt: skip
    found = estimate(groups, MONEY, min_clusters=params.limits.min_clusters)
    return found if isinstance(found, NotEstimable) else None
