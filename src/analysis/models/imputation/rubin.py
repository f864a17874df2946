"""Rubin's rules: one estimate and its uncertainty out of the estimates from several imputed data sets.

References
----------
.. [1] Rubin, D. B. (1987). Multiple imputation for nonresponse in surveys. Wiley.
.. [2] Barnard, J. and Rubin, D. B. (1999). Small-sample degrees of freedom with multiple imputation. Biometrika 86,
   948-955.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.models.clustering import LEVEL
from analysis.results import Estimate, Unit

METHOD = "rubin-t"


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """Estimates from `m` imputed data sets, put together.

    Parameters
    ----------
    value, std_error
        Mean of the estimates; root of the total variance ``within + (1 + 1/m) between``.
    within, between
        Mean of the variances, and variance of the estimates.
    df
        Degrees of freedom of the t distribution, for small samples [2]_.
    missing_information
        Fraction of missing information, 0 to 1: how much the missing answers add to the uncertainty.
    simulation_error
        Standard error that comes from `m` being finite: ``sqrt(between / m)``.
    m
        Imputations.
    """

    value: float
    std_error: float
    within: float
    between: float
    df: float
    missing_information: float
    simulation_error: float
    m: int

    def estimate(self, unit: Unit, *, n: int, clusters: int, level: float = LEVEL) -> Estimate:
        """Return the pooled estimate with its t interval."""
        margin = float(stats.t.ppf((1 + level) / 2, self.df)) * self.std_error
        return Estimate(
            value=self.value,
            low=self.value - margin,
            high=self.value + margin,
            n=n,
            method=METHOD,
            unit=unit,
            level=level,
            std_error=self.std_error,
            clusters=clusters,
            p_value=float(2 * stats.t.sf(abs(self.value) / self.std_error, self.df)),
        )


def pool_estimates(estimates: ArrayLike, variances: ArrayLike, complete_df: float) -> Pooled:
    """Return the estimates of imputed data sets as one.

    Parameters
    ----------
    estimates, variances
        Of each imputed data set, shape (m,), m at least 2; variances above 0.
    complete_df
        Degrees of freedom that the estimate would have without missing answers (accounts less 1).
    """
    values, own = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = len(values)
    within, between = float(own.mean()), float(values.var(ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    share = added / total
    increase = added / within
    observed_df = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    df = 1 / (share**2 / (m - 1) + 1 / observed_df)
    return Pooled(
        value=float(values.mean()),
        std_error=float(np.sqrt(total)),
        within=within,
        between=between,
        df=float(df),
        missing_information=float((increase + 2 / (df + 3)) / (increase + 1)) if between > 0 else 0.0,
        simulation_error=float(np.sqrt(between / m)),
        m=m,
    )
