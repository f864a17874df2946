"""Cumulative incidence of two ways to end, with those not ended yet censored: Aalen and Johansen.

``F_k(t)`` is the share that has ended in way k by t. With S the product-limit share not ended at all and ``dN_k / Y``
the hazard of way k, ``F_k(t) = sum(S(u-) dN_k(u) / Y(u))`` [1]_. The variance is that of the spells' influence summed
by cluster: an element moves F_k by its own hazard deviations, weighted with ``S(u-)`` for its own way and with
``-(F_k(t) - F_k(u))`` for any. Limits are symmetric for log(-log(1 - F)), with t(G - 1).

References
----------
.. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based on
   censored observations. Scandinavian Journal of Statistics 5, 141-150.
.. [2] Kalbfleisch, J. D. and Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data, 2nd ed., ch. 8.
"""

from dataclasses import dataclass

import numpy as np

from analysis.indicators.estimation import wilson_limits
from analysis.indicators.samples import t_quantile
from analysis.models.clustering import LEVEL, Codes, Floats, sum_by_cluster
from analysis.results import Estimate

METHOD = "aalen-johansen-cluster"


@dataclass(frozen=True, kw_only=True, eq=False)
class Endings:
    """Days until the end (or until today), and the way of ending: 0 none yet, 1 and 2."""

    days: Floats
    way: Codes


def incidence(endings: Endings, way: int, time: float, clusters: Codes) -> tuple[float, Floats]:
    """Return the share that has ended in `way` by `time`, and its movement by cluster (shape (G,), summing to 0)."""
    moments, deaths, own, risk = _events(endings, way)
    kept = moments <= time
    moments, deaths, own, risk = moments[kept], deaths[kept], own[kept], risk[kept]
    survival = np.append(1.0, np.cumprod(1 - deaths / risk))[:-1]  # just before each moment
    jumps = survival * own / risk
    reached = np.cumsum(jumps)
    total = float(reached[-1]) if len(reached) else 0.0
    # what a hazard at each moment still takes from the rest of the way
    left = np.where(deaths < risk, (total - reached) / np.maximum(1 - deaths / risk, 1e-12), 0.0)
    at = np.searchsorted(moments, endings.days, side="right")  # moments passed while at risk
    cumulated = np.append(0.0, np.cumsum((survival * own - left * deaths) / risk**2))
    influence = -cumulated[at]
    place = np.searchsorted(moments, endings.days)
    inside = (endings.way > 0) & (endings.days <= time)
    where = place[inside]
    influence[inside] += (np.where(endings.way[inside] == way, survival[where], 0.0) - left[where]) / risk[where]
    return total, sum_by_cluster(influence, clusters)


def incidence_estimate(endings: Endings, way: int, time: float, clusters: Codes) -> Estimate:
    """Return `incidence` as an estimate; Wilson's limits where it is 0 or 1."""
    share, moved = incidence(endings, way, time, clusters)
    count, n = len(moved), len(endings.days)
    variance = float(moved @ moved) * count / max(count - 1, 1)
    quantile = t_quantile((1 + LEVEL) / 2, max(count - 1, 1))
    if share <= 0 or share >= 1 or variance <= 0:
        share = min(max(share, 0.0), 1.0)
        low, high = wilson_limits(share, min(n, count), quantile)
    else:
        log = np.log1p(-share)
        half = quantile * np.sqrt(variance) / ((1 - share) * abs(log))
        low, high = (float(-np.expm1(log * np.exp(side * half))) for side in (-1, 1))
    return Estimate(
        value=share, low=min(low, share), high=max(high, share), n=n, method=METHOD, unit="proportion", clusters=count,
        std_error=float(np.sqrt(variance)) if variance > 0 else None,
    )  # fmt: skip


def _events(endings: Endings, way: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the times of any end, how many ended then, how many of them in `way`, and how many were at risk."""
    ended = endings.way > 0
    moments, place = np.unique(endings.days[ended], return_inverse=True)
    deaths = np.bincount(place, minlength=len(moments)).astype(np.float64)
    own = np.bincount(place[endings.way[ended] == way], minlength=len(moments)).astype(np.float64)
    risk = len(endings.days) - np.searchsorted(np.sort(endings.days), moments, side="left")
    return moments, deaths, own, risk.astype(np.float64)
