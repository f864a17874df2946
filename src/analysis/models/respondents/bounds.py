"""What is known of the mean over all customers without assuming that those who did not answer are like the others."""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from analysis.messages import N_
from analysis.models.clustering import LEVEL, Floats
from analysis.models.respondents.base import Base
from analysis.models.respondents.headline import Headline, Sums, Weighting
from analysis.models.respondents.result import IdentifiedSet, IndicatorBounds
from analysis.results import NotEstimable

DEPARTURES = (5.0, 10.0, 20.0)
"""By how much those who did not answer may differ from the weighted mean, in percent of the scale's length."""


def bound(headline: Headline, sums: Sums, weighting: Weighting) -> IndicatorBounds:
    """Return where the mean over all customers lies: within stated departures, and in the worst case [1]_, [2]_.

    With f the share of customers who answered, m their mean and k the raked mean, those who did not answer having a
    mean of at least L and at most U puts the mean over all between ``f m + (1 - f) L`` and ``f m + (1 - f) U``. In the
    worst case L and U are the ends of the scale; within a departure d they are k - d and k + d, cut at the ends.

    References
    ----------
    .. [1] Manski, C. F. (1989). Anatomy of the selection problem. Journal of Human Resources 24, 343-360.
    .. [2] Imbens, G. W. & Manski, C. F. (2004). Confidence intervals for partially identified parameters.
           Econometrica 72, 1845-1857.
    """
    given = np.isfinite(sums.mean)
    if int(given.sum()) < 2:
        reason = N_("Too few customers answered.")
        return IndicatorBounds(
            key=headline.key, name=headline.name, unit=headline.unit, sets=NotEstimable(reason=reason)
        )
    share, mean, moved = _share_and_mean(sums, given, weighting.base)
    sets = []
    for departure in (*DEPARTURES, None):
        reach = None if departure is None else departure * (headline.scale[1] - headline.scale[0]) / 100
        lower, upper = (_end(side, reach, headline, sums, weighting, share, mean, moved) for side in (-1.0, 1.0))
        factor = _imbens_manski(upper[0] - lower[0], max(lower[1], upper[1]))
        sets.append(
            IdentifiedSet(
                departure=reach,
                lower=lower[0],
                upper=upper[0],
                low=max(lower[0] - factor * lower[1], headline.scale[0]),
                high=min(upper[0] + factor * upper[1], headline.scale[1]),
            )
        )
    return IndicatorBounds(key=headline.key, name=headline.name, unit=headline.unit, sets=tuple(sets))


def _share_and_mean(sums: Sums, given: NDArray[np.bool_], base: Base) -> tuple[float, float, tuple[Floats, Floats]]:
    """Return the share of customers with an answer and their mean, with what each customer of the base does to both."""
    places = np.flatnonzero(base.answered)[given]
    share, mean = len(places) / base.n, float(sums.mean[given].mean())
    replied = np.zeros(base.n)
    replied[places] = 1.0
    of_mean = np.zeros(base.n)
    of_mean[places] = (sums.mean[given] - mean) / len(places)
    return share, mean, ((replied - share) / base.n, of_mean)


def _end(
    side: float,
    reach: float | None,
    headline: Headline,
    sums: Sums,
    weighting: Weighting,
    share: float,
    mean: float,
    moved: tuple[Floats, Floats],
) -> tuple[float, float]:
    """Return one end of a set and its standard error, linearised over the customers of the base."""
    end = headline.scale[0] if side < 0 else headline.scale[1]
    silent, of_silent = end, np.zeros(weighting.base.n)
    if reach is not None:
        given = np.isfinite(sums.mean)
        known = np.where(given, sums.mean, 0.0)
        total = float(weighting.weights @ given)
        centre = float(weighting.weights @ known) / total
        if abs(end - centre) > reach:  # else the end of the scale is nearer, and known
            silent = centre + side * reach
            of_silent = weighting.contributions((known - centre * given) / total)
    contributions = moved[0] * (mean - silent) + share * moved[1] + (1 - share) * of_silent
    return share * mean + (1 - share) * silent, float(np.sqrt((contributions**2).sum()))


def _imbens_manski(width: float, error: float) -> float:
    """Return the number of standard errors beyond each end at which any point of the set is held with `LEVEL`."""
    if error <= 0:
        return 0.0
    return float(
        optimize.brentq(
            lambda c: stats.norm.cdf(c + width / error) - stats.norm.cdf(-c) - LEVEL,
            stats.norm.ppf(LEVEL) - 1e-9,
            stats.norm.ppf(0.5 + LEVEL / 2) + 1e-9,
        )
    )
