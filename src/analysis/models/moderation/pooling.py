"""Slopes of many groups, each drawn towards the others as far as its own answers leave it open.

The groups' true slopes are taken to be normal around a common mean, ``slope_s ~ N(mu, tau^2)``, and each estimate to be
normal around the group's true slope [1]_. The spread tau is not estimated and plugged in, which makes intervals too
short where there are few groups, but averaged over on a grid with a flat prior [2]_; mu has a flat prior too.

References
----------
.. [1] Rubin, D. B. (1981). Estimation in parallel randomized experiments. Journal of Educational Statistics 6, 377-401.
.. [2] Gelman, A. (2006). Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1,
   515-533.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from analysis.models.clustering import Floats

# With a flat prior the spread of fewer groups has no proper distribution.
FEWEST_GROUPS = 3
GRID = 120
# Ends of the grid of spreads: in typical standard errors, and in ranges of the groups' estimates.
NARROWEST, WIDEST = 0.01, 8.0
HALVINGS = 80
TAILS = (0.025, 0.5, 0.975)


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """What is known of the groups' true slopes.

    Parameters
    ----------
    limits
        2.5%, 50% and 97.5% points of each group's slope, shape (groups, 3).
    spread
        Middle (50% point) of tau.
    """

    limits: Floats
    spread: float


def pool(estimates: Floats, errors: Floats, degrees: float) -> Pooled:
    """Pool at least `FEWEST_GROUPS` estimates with their standard errors, which rest on `degrees` of freedom."""
    variances = errors**2
    typical = float(np.sqrt(np.median(variances)))
    spreads = np.geomspace(NARROWEST * typical, WIDEST * max(float(np.ptp(estimates)), typical), GRID)
    total = variances + spreads[:, None] ** 2
    precision = (1 / total).sum(axis=1)
    centre = (estimates / total).sum(axis=1) / precision
    log_density = -0.5 * (
        np.log(total).sum(axis=1) + np.log(precision) + ((estimates - centre[:, None]) ** 2 / total).sum(axis=1)
    )
    weight = np.exp(log_density - log_density.max()) * np.gradient(spreads)
    weight = weight / weight.sum()
    keep = spreads[:, None] ** 2 / total
    means = keep * estimates + (1 - keep) * centre[:, None]
    widths = np.sqrt(keep * variances + (1 - keep) ** 2 / precision[:, None])
    cumulated = np.cumsum(weight)
    return Pooled(
        limits=_mixture_points(means, widths, weight, degrees),
        spread=float(np.interp(0.5, cumulated, spreads)),
    )


def _mixture_points(means: Floats, widths: Floats, weight: Floats, degrees: float) -> Floats:
    """Return the `TAILS` points of mixtures of t distributions by halving, shape (groups, 3).

    `means` and `widths` have shape (grid, groups); `weight` is the grid's.
    """
    count = means.shape[1]
    reach = 50 * widths.max(axis=0)
    low = np.repeat((means.min(axis=0) - reach)[:, None], len(TAILS), axis=1)
    high = np.repeat((means.max(axis=0) + reach)[:, None], len(TAILS), axis=1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        studentised = (middle[None] - means[:, :, None]) / widths[:, :, None]
        below = np.einsum("g,gst->st", weight, stdtr(degrees, studentised))
        is_low = below < np.asarray(TAILS)
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.asarray((low + high) / 2).reshape(count, len(TAILS))
