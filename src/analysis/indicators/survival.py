"""Kaplan-Meier with entry times: how long something lasts when not everybody was watched from the beginning.

References
----------
.. [1] Kalbfleisch, J. D. & Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4:
       product limit, Greenwood's variance and the log(-log) limits.
.. [2] Reid, N. (1981). Influence functions for censored data. Annals of Statistics 9, 78-92.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.indicators.estimation import wilson_limits
from analysis.indicators.samples import Codes, Floats, normal_quantile, t_quantile

LEVEL = 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class Spells:
    """Durations, one element each, in days: watched from `entry` until `exit`, which is the end where `ended`.

    Elements that were never watched (``exit <= entry``) carry no information and are refused.
    """

    entry: Floats
    exit: Floats
    ended: NDArray[np.bool_]

    def __post_init__(self) -> None:
        if bool((self.exit <= self.entry).any()):
            raise ValueError("a spell must be watched for some time")

    def where(self, mask: NDArray[np.bool_]) -> "Spells":
        """Return the spells selected by `mask`."""
        return Spells(entry=self.entry[mask], exit=self.exit[mask], ended=self.ended[mask])

    def at_risk(self, times: Floats) -> Floats:
        """Return how many are watched just before each time."""
        entered = np.searchsorted(np.sort(self.entry), times, side="left")
        left = np.searchsorted(np.sort(self.exit), times, side="left")
        return np.asarray(entered - left, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Survival:
    """Share that lasts longer than a time, its limits, and the smallest number at risk on the way there."""

    time: float
    share: float
    low: float
    high: float
    std_error: float
    fewest_at_risk: int
    at_risk: int


def survival_at(spells: Spells, times: list[float], clusters: Codes | None = None) -> list[Survival]:
    """Return the Kaplan-Meier share at each of `times` [1]_.

    Limits are log(-log); their variance is Greenwood's, or, with `clusters`, that of the spells' influence on the
    logarithm of the share summed by cluster [2]_, with t(G - 1). Where nothing has ended yet, Wilson's limit for no
    event among the fewest at risk is used, so that no interval has zero width.
    """
    moments, deaths, risk = _events(spells)
    survivors = np.maximum(risk - deaths, 0.0)
    steps = np.where(survivors > 0, survivors / risk, 0.0)
    product = np.cumprod(steps)
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(np.where(survivors > 0, deaths / (risk * survivors), np.inf))
    groups = None if clusters is None else len(np.unique(clusters))
    results = []
    for time in times:
        last = int(np.searchsorted(moments, time, side="right"))
        at_risk = int(spells.at_risk(np.array([time]))[0])
        reached = [*risk[:last].astype(int).tolist(), at_risk]
        share = float(product[last - 1]) if last else 1.0
        variance = float(greenwood[last - 1]) if last else 0.0
        if clusters is not None and last and share > 0:
            variance = _clustered(spells, moments[:last], deaths[:last], risk[:last], clusters)
        low, high = _limits(share, variance, min(reached), groups)
        error = share * math.sqrt(variance) if share > 0 else 0.0
        results.append(
            Survival(
                time=time,
                share=share,
                low=low,
                high=high,
                std_error=error,
                fewest_at_risk=min(reached),
                at_risk=at_risk,
            )
        )
    return results


def influence_at(spells: Spells, time: float) -> Floats:
    """Return each spell's influence on the share that lasts longer than `time` [2]_; they sum to 0."""
    moments, deaths, risk = _events(spells)
    last = int(np.searchsorted(moments, time, side="right"))
    share = float(np.prod(np.maximum(risk[:last] - deaths[:last], 0.0) / risk[:last])) if last else 1.0
    if share <= 0:
        return np.zeros(len(spells.exit))  # nobody is left, whoever is taken once more
    return -share * _log_influence(spells, moments[:last], deaths[:last], risk[:last])


def median_time(spells: Spells, clusters: Codes | None = None) -> tuple[float, float | None, float | None] | None:
    """Return the time by which half have ended, with limits (None where not reached), or None where it is not.

    The limits are the times at which the limits of the curve pass one half (Brookmeyer and Crowley).
    """
    moments, _, _ = _events(spells)
    curve = survival_at(spells, [float(moment) for moment in moments], clusters)
    value = next((point.time for point in curve if point.share <= 0.5), None)
    if value is None:
        return None
    low = next((point.time for point in curve if point.low <= 0.5), None)
    high = next((point.time for point in curve if point.high <= 0.5), None)
    return value, low, high


def within_its_day(value: float, low: float, high: float) -> tuple[float, float]:
    """Return the limits of a median of durations in whole days, counted from 1, which are never the same.

    Who lasted three days left at some time of the third: a median of 3 says that half lasted longer than two days and
    half no longer than three. Where the curve's limits pass one half on the same day, they are the limits of that day.
    """
    return (low, high) if low < high else (max(value - 1.0, 0.0), value)


def from_zero(value: float, low: float, high: float) -> tuple[float, float, float]:
    """Return days counted from 1 (so that none lasts no time) as days from 0, the limits a day apart at least."""
    low = max(low - 1.0, 0.0)
    return value - 1.0, low, max(high - 1.0, low + 1.0)


def _events(spells: Spells) -> tuple[Floats, Floats, Floats]:
    moments, deaths = np.unique(spells.exit[spells.ended], return_counts=True)
    return moments, deaths.astype(np.float64), spells.at_risk(moments)


def _log_influence(spells: Spells, moments: Floats, deaths: Floats, risk: Floats) -> Floats:
    """Return the spells' influence on minus the logarithm of the share left at the last of `moments`, which is above 0.

    The share is a product over moments: an element moves the hazard d / n of one by 1 / n where it ends then, less
    d / n^2, and that hazard moves the logarithm by 1 / (1 - d / n). Where many end on the same day this is far from the
    cumulative hazard, whose influence has n for n - d; summed one by one it gives Greenwood's variance exactly.
    """
    if not len(moments):
        return np.zeros(len(spells.exit))
    left = risk - deaths
    weight = np.concatenate([[0.0], np.cumsum(deaths / (risk * left))])
    watched = weight[np.searchsorted(moments, spells.exit, side="right")]
    before = weight[np.searchsorted(moments, spells.entry, side="right")]
    position = np.minimum(np.searchsorted(moments, spells.exit), len(moments) - 1)
    own = spells.ended & (moments[position] == spells.exit)
    return np.where(own, 1.0 / left[position], 0.0) - (watched - before)


def _clustered(spells: Spells, moments: Floats, deaths: Floats, risk: Floats, clusters: Codes) -> float:
    _, position = np.unique(clusters, return_inverse=True)
    sums = np.bincount(position, _log_influence(spells, moments, deaths, risk))
    # a cluster pulls the curve to itself by about its share of the spells, as in a jackknife
    pulled = sums / np.maximum(1 - np.bincount(position) / len(clusters), 0.5)
    return float(pulled @ pulled) * len(sums) / max(len(sums) - 1, 1)


def _limits(share: float, variance: float, fewest: int, groups: int | None) -> tuple[float, float]:
    probability = 1 - (1 - LEVEL) / 2
    quantile = normal_quantile(probability) if groups is None else t_quantile(probability, max(groups - 1, 1))
    if share >= 1 or share <= 0 or variance <= 0:
        return wilson_limits(share, max(fewest if groups is None else min(fewest, groups), 1), quantile)
    log = math.log(share)
    half = quantile * math.sqrt(variance) / abs(log)
    return share ** math.exp(min(half, 50.0)), share ** math.exp(-half)
