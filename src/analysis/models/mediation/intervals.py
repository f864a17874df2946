"""Percentile intervals that allow for few accounts: a little wider than the plain ones (Hesterberg's expansion [1]_).

References
----------
.. [1] Hesterberg, T. C. (2015). What teachers should know about the bootstrap: resampling in the undergraduate
   statistics curriculum. The American Statistician 69, 371-386, section 3.3.
"""

from dataclasses import replace

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm, t

from analysis.models.bootstrap import percentile_estimate
from analysis.models.clustering import LEVEL, Floats
from analysis.results import Estimate, NotEstimable, Outcome, Unit


def widening(clusters: int, parameters: int) -> float:
    """Return by how much a bootstrap interval of a regression is too narrow, at least 1.

    Residuals are smaller than disturbances by (G - k) / G in their variance, and the normal quantile is that of t with
    G - k degrees of freedom.
    """
    freedom = max(clusters - parameters, 1)
    quantile = (1 + LEVEL) / 2
    return float(np.sqrt(clusters / freedom) * t.ppf(quantile, freedom) / norm.ppf(quantile))


def expanded_estimate(value: float, draws: Floats, *, unit: Unit, n: int, clusters: int, parameters: int) -> Outcome:
    """Return `bootstrap.percentile_estimate` at the level that the expansion asks for, labelled with the nominal one.

    Parameters
    ----------
    value, draws, unit, n, clusters
        As there.
    parameters
        Coefficients of the largest equation.
    """
    factor = widening(clusters, parameters)
    level = float(2 * ndtr(factor * norm.ppf((1 + LEVEL) / 2)) - 1)
    found = percentile_estimate(value, draws, unit=unit, n=n, clusters=clusters, level=level)
    if isinstance(found, NotEstimable) or found.p_value is None:
        return found
    shrunken = 2 * norm.sf(norm.isf(found.p_value / 2) / factor)
    return replace(found, level=LEVEL, p_value=float(min(1.0, shrunken)))


def excludes_zero(outcome: Outcome) -> bool:
    """Return whether there is an estimate whose interval lies on one side of zero."""
    return isinstance(outcome, Estimate) and (outcome.low > 0 or outcome.high < 0)
