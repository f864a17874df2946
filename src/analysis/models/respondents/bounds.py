"""What is known of the mean over all customers without assuming that those who did not answer are like the others."""

import numpy as np
from scipy import optimize, stats

from analysis.messages import N_
from analysis.models.clustering import LEVEL, Floats
from analysis.models.respondents.base import Base
from analysis.models.respondents.headline import Headline, Sums
from analysis.models.respondents.result import IdentifiedSet, IndicatorBounds
from analysis.models.respondents.weighting import Draws
from analysis.results import NotEstimable

DEPARTURES = (5.0, 10.0, 20.0)
"""By how much those who did not answer may differ from the weighted mean, in percent of the scale's length."""


def bound(headline: Headline, sums: Sums, multipliers: Floats, draws: Draws, base: Base) -> IndicatorBounds:
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
    own = np.where(given, sums.mean, 0.0)
    low, high = headline.scale

    def ends(taken: Floats, weights: Floats, departure: float | None) -> tuple[Floats, Floats]:
        replied = taken @ given.astype(float)
        share, mean = replied / base.n, (taken @ own) / replied
        if departure is None:
            return share * mean + (1 - share) * low, share * mean + (1 - share) * high
        centre = (weights @ own) / (weights @ given.astype(float))
        reach = departure * (high - low) / 100
        return (
            share * mean + (1 - share) * np.maximum(centre - reach, low),
            share * mean + (1 - share) * np.minimum(centre + reach, high),
        )

    everyone = np.ones((1, len(multipliers)))
    usable = ~np.isnan(draws.multipliers).all(axis=1)
    weights = draws.taken[usable] * draws.multipliers[usable].clip(0.0)
    sets = []
    for departure in (*DEPARTURES, None):
        lower, upper = (float(end[0]) for end in ends(everyone, multipliers[None, :], departure))
        spread = [float(end.std(ddof=1)) for end in ends(draws.taken[usable], weights, departure)]
        factor = _imbens_manski(upper - lower, max(spread))
        reach = None if departure is None else departure * (high - low) / 100
        sets.append(
            IdentifiedSet(
                departure=reach,
                lower=lower,
                upper=upper,
                low=max(lower - factor * spread[0], low),
                high=min(upper + factor * spread[1], high),
            )
        )
    return IndicatorBounds(key=headline.key, name=headline.name, unit=headline.unit, sets=tuple(sets))


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
