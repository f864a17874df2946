"""What the models take for granted, checked: buying at random, and how much not going with how often.

References
----------
.. [1] Wheat, R. D. & Morrison, D. G. (1990). Estimating purchase regularity with two interpurchase times. Journal of
       Marketing Research 27, 87-93.
.. [2] Platzer, M. & Reutterer, T. (2016). Ticking away the moments: timing regularity helps to better predict customer
       activity. Marketing Science 35, 779-799.
"""

import math

import numpy as np
from scipy import stats

from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_
from analysis.models.clustering import LEVEL, Codes, Floats
from analysis.models.lifetime.purchases import History, Summary
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

LEAST_VARIANCE = 1e-4
"""Of the share of two waits that the first takes: k of 1,249, which nobody could tell from clockwork."""


def measure_regularity(history: History, clusters: Codes, params: ClientParams) -> Outcome:
    """Return how evenly customers buy: Wheat and Morrison's k [1]_.

    Of two waits one after the other the first takes the share M. Where waits are gamma with shape k, M is beta(k, k)
    whatever the customer's rate, so that ``k = (1 - 4 V) / (8 V)`` with V the variance of M about one half: 1 for
    purchases at random, larger the more regular, below 1 where they come in bursts. Each customer with two waits or
    more counts once, with the mean over its pairs.

    Purchases are whole days, at least one apart. At random, the first of two waits of S + 2 days in all is then equally
    likely to be any of the S + 1 that it can be; with the middle of its cell for M, ``(M - 1/2)^2`` is too small by
    ``1 - 1 / (S + 1)^2``, and is divided by it. Two purchases on the two days after one (S = 0) tell nothing.
    """
    wait = np.diff(history.day).astype(float)
    same = np.diff(history.customer) == 0
    pairs = same[1:] & same[:-1] & (wait[1:] + wait[:-1] > 2)
    first, cells = wait[:-1][pairs], wait[:-1][pairs] + wait[1:][pairs] - 1
    customer = history.customer[:-2][pairs] if len(history.customer) > 2 else np.zeros(0, dtype=np.int64)
    if not len(customer):
        return NotEstimable(reason=N_("Nobody bought three times, so it cannot be told how evenly customers buy."))
    square = ((first - 0.5) / cells - 0.5) ** 2 / (1 - 1 / cells**2)
    buyers, place = np.unique(customer, return_inverse=True)
    means = np.bincount(place, square) / np.bincount(place)
    sample = Sample(values=means, weights=np.ones(len(means)), clusters=clusters[buyers], units=buyers)
    found = estimate(
        sample, Measure(kind="mean", unit="ratio", bounds=(0.0, 0.25)), min_n=params.limits.min_n,
        min_clusters=params.limits.min_clusters,
    )  # fmt: skip
    if isinstance(found, NotEstimable):
        return found
    value, high, low = (_shape(variance) for variance in (found.value, found.low, found.high))
    return Estimate(
        value=value, low=low, high=high, n=found.n, method=found.method, unit="ratio", clusters=found.clusters
    )


def _shape(variance: float) -> float:
    bounded = min(max(variance, LEAST_VARIANCE), 0.25)
    return (1 - 4 * bounded) / (8 * bounded)


def measure_independence(summary: Summary, clusters: Codes, params: ClientParams) -> Outcome:
    """Return the correlation of how often with how much over customers with repeat purchases.

    Of the logarithm of the number of repeat purchases with the mean logarithm of their amounts, which does not depend
    on their number where amounts are drawn alike (the logarithm of the mean does). Fisher's z with the jackknife by
    group of companies; leaving one out is computed from sums.
    """
    rows = summary.frequency > 0
    n = int(rows.sum())
    codes = np.unique(clusters[summary.position[rows]], return_inverse=True)[1]
    groups = int(codes.max(initial=-1)) + 1
    if groups < max(params.limits.min_clusters, params.limits.min_n):
        return NotEstimable(reason=N_("Too few customers bought again to compare how often with how much."), n=n)
    x, y = np.log(summary.frequency[rows]), summary.mean_log[rows]
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return NotEstimable(reason=N_("Customers do not differ in how often, or in how much, they buy."), n=n)
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    moments = np.column_stack([np.ones(n), x, y, x * x, y * y, x * y])
    by_group = np.column_stack([np.bincount(codes, column, groups) for column in moments.T])
    z = math.atanh(_correlation(moments.sum(axis=0)[None, :])[0])
    left_out = np.arctanh(_correlation(moments.sum(axis=0) - by_group))
    error = math.sqrt((groups - 1) / groups * float(((left_out - left_out.mean()) ** 2).sum()))
    half = float(stats.t.ppf(1 - (1 - LEVEL) / 2, groups - 1)) * error
    value = math.tanh(z)
    return Estimate(
        value=value,
        low=min(math.tanh(z - half), value),
        high=max(math.tanh(z + half), value),
        n=n,
        method="jackknife-fisher-z-t",
        unit="ratio",
        clusters=groups if groups < n else None,
        p_value=float(2 * stats.t.sf(abs(z) / error, groups - 1)) if error > 0 else None,
    )


def _correlation(sums: Floats) -> Floats:
    """Return correlations from sums of 1, x, y, xx, yy and xy, shape (m, 6), away from exactly -1 and 1."""
    n, x, y, xx, yy, xy = sums.T
    product = np.sqrt(np.maximum((xx - x * x / n) * (yy - y * y / n), 1e-300))
    return np.clip((xy - x * y / n) / product, -1 + 1e-12, 1 - 1e-12)
