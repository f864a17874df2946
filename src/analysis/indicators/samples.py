"""Observations that may be weighted and come several to an account, and the moments that every interval is made of."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
TINY = 1e-12  # relative size below which a variance is rounding error


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Observations, one element each; values are finite.

    Parameters
    ----------
    values, weights
        The values, and weights of at least 0 (not all 0).
    clusters, units
        Codes of the account that the variance is clustered by, and of the unit that n counts (a respondent, an
        account or a customer). Codes are comparable between samples cut from the same one.
    effective_degrees
        Whether t takes its degrees of freedom from the effective number of accounts, because some weigh so much more
        than others (by revenue, for one) that G - 1 would flatter.
    """

    values: Floats
    weights: Floats
    clusters: Codes
    units: Codes
    effective_degrees: bool = False

    @classmethod
    def of_units(cls, values: Floats, weights: Floats | None = None) -> Self:
        """Return a sample in which each observation is a unit and a cluster of its own."""
        codes = np.arange(len(values), dtype=np.int64)
        known = np.ones(len(values)) if weights is None else weights
        return cls(values=np.asarray(values, dtype=float), weights=known, clusters=codes, units=codes)

    def where(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> "Sample":
        """Return the observations selected by `mask` (or by position)."""
        return replace(
            self,
            values=self.values[mask],
            weights=self.weights[mask],
            clusters=self.clusters[mask],
            units=self.units[mask],
        )

    @property
    def n(self) -> int:
        """Distinct units of positive weight."""
        return count_distinct(self.units[self.weights > 0])


def count_distinct(codes: Codes) -> int:
    """Return the number of distinct codes; counting is several times faster than sorting where codes are dense."""
    if len(codes) and int(codes.min()) >= 0 and int(codes.max()) < 4 * len(codes) + 1000:
        return int(np.count_nonzero(np.bincount(codes)))
    return len(np.unique(codes))


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """A weighted mean with what its interval needs."""

    mean: float
    variance: float  # of the mean, clustered; 0 where all values are equal
    clusters: int
    effective: float  # Kish's effective number of accounts
    degrees: float  # of freedom of t
    simple: bool  # accounts hold one value each and weigh the same
    n: int
    binary: bool  # all values are 0 or 1
    contributions: Floats  # U, by position in `codes`
    deviations: Floats  # U of the independent units that `variance` sums over: the accounts, where they vary at all
    codes: Codes  # the accounts, sorted
    shares: Floats  # of the weight, by position in `codes`

    def quantile(self, level: float) -> float:
        """Return the two-sided quantile of t."""
        return t_quantile(1 - (1 - level) / 2, self.degrees)


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: float) -> float:
    """Return the quantile of t."""
    return float(special.stdtrit(degrees, probability))


def normal_quantile(probability: float) -> float:
    """Return the quantile of the normal distribution."""
    return float(special.ndtri(probability))


def _dot(first: Floats, second: Floats) -> float:
    """Return a sum of products without BLAS, whose threads cost more than such sums and add in their own order."""
    return float((first * second).sum())


def moments_of(sample: Sample) -> Moments:
    """Collapse a sample to its accounts; two accounts of positive weight are needed."""
    kept = sample if bool((sample.weights > 0).all()) else sample.where(sample.weights > 0)
    total = kept.weights.sum()
    # a weighted mean can leave the values' own range by a rounding error
    mean = min(max(_dot(kept.weights, kept.values) / float(total), float(kept.values.min())), float(kept.values.max()))
    codes, position = np.unique(kept.clusters, return_inverse=True)
    deviations = kept.weights * (kept.values - mean) / total
    sums = np.bincount(position, deviations, len(codes)).astype(np.float64)
    weights = np.bincount(position, kept.weights, len(codes)).astype(np.float64) / total
    count = len(codes)
    independent = sums
    squares = _dot(sums, sums)
    spread = _dot(kept.weights, (kept.values - mean) ** 2) / float(total)
    if squares <= TINY * spread:  # every account balances to the mean: fall back to independent units
        _, unit = np.unique(kept.units, return_inverse=True)
        independent = np.bincount(unit, deviations).astype(np.float64)
        squares = _dot(independent, independent)
    constant = bool((np.abs(kept.values - kept.values[_first(position, count)][position]) <= TINY).all())
    effective = 1 / _dot(weights, weights)
    all_equal = float(np.ptp(kept.values)) <= TINY * max(abs(mean), 1.0)
    return Moments(
        mean=mean,
        variance=0.0 if all_equal else count / max(count - 1, 1) * squares,
        clusters=count,
        effective=effective,
        degrees=max(effective - 1, 1.0) if sample.effective_degrees else max(count - 1, 1),
        simple=constant and float(np.ptp(weights)) <= TINY,
        n=kept.n,
        binary=bool(np.isin(kept.values, (0.0, 1.0)).all()),
        contributions=sums,
        deviations=independent,
        codes=codes,
        shares=weights,
    )


def _first(position: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the index of the first row of each account."""
    first = np.empty(count, dtype=np.intp)
    first[position[::-1]] = np.arange(len(position) - 1, -1, -1)
    return first
