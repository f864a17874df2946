"""Several clients as one: a two-stage meta-analysis of individual data, one estimate a client, never stacked answers.

Each client is analysed alone, on its own scale, waves and controls; only the estimates meet. The model is the
random-effects one: y_i = mu + u_i + e_i with u_i ~ N(0, tau2) and e_i ~ N(0, v_i), v_i known. tau2 is the restricted
maximum-likelihood estimate [1]_; the interval of mu is Hartung and Knapp's [2]_ with t(k - 1), never narrower than the
one with known variances (the truncation of [3]_); the prediction interval is where the effect of one more such client
would be expected, over the confidence distribution of tau2 [4]_; I2 is the share of variance that is not chance [5]_.

References
----------
.. [1] Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model.
   Journal of Educational and Behavioral Statistics 30, 261-293.
.. [2] Knapp, G. and Hartung, J. (2003). Improved tests for a random effects meta-regression with a single covariate.
   Statistics in Medicine 22, 2693-2710.
.. [3] Rover, C., Knapp, G. and Friede, T. (2015). Hartung-Knapp-Sidik-Jonkman approach and its modification for
   random-effects meta-analysis with few studies. BMC Medical Research Methodology 15, 99.
.. [4] Nagashima, K., Noma, H. and Furukawa, T. A. (2019). Prediction intervals for random-effects meta-analysis: a
   confidence distribution approach. Statistical Methods in Medical Research 28, 1689-1702.
.. [5] Higgins, J. P. T. and Thompson, S. G. (2002). Quantifying heterogeneity in a meta-analysis. Statistics in
   Medicine 21, 1539-1558.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from analysis.models.parts import ModelPart
from analysis.study.heterogeneity import prediction_limits

Floats = NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class MetaAnalysis(ModelPart):
    """Estimates of k clients, pooled.

    Parameters
    ----------
    value, std_error, low, high
        The mean effect over clients like these, in the unit of the estimates, with its 95% interval.
    p_value, df
        Of the test that the mean effect is zero, t(df).
    predicted_low, predicted_high
        95% prediction interval for one more client.
    tau2
        Variance of the true effects between clients, in squared units.
    i2
        Share of the variance between estimates that is not chance, 0 to 1.
    q, q_p_value
        Cochran's Q with k - 1 degrees of freedom: the test that all clients have the same effect.
    k
        Clients.
    weights
        Of each client, in the order given; they sum to 1.
    """

    value: float
    std_error: float
    low: float
    high: float
    p_value: float
    df: int
    predicted_low: float
    predicted_high: float
    tau2: float
    i2: float
    q: float
    q_p_value: float
    k: int
    weights: tuple[float, ...]


def pool_estimates(
    values: ArrayLike, std_errors: ArrayLike, *, level: float = LEVEL, truncated: bool = True
) -> MetaAnalysis:
    """Pool estimates by random effects.

    Parameters
    ----------
    values, std_errors
        Of k clients, k >= 2, in one unit; the errors are above 0.
    level
        Of both intervals.
    truncated
        Whether Hartung and Knapp's factor is never below 1 [3]_; False gives the factor as it is.

    Raises
    ------
    ValueError
        With fewer than two estimates, or an error that is not above 0.
    """
    y, error = np.asarray(values, dtype=float), np.asarray(std_errors, dtype=float)
    if y.shape != error.shape or y.ndim != 1 or len(y) < 2:
        raise ValueError("pooling needs at least two estimates, each with its standard error")
    if not (np.isfinite(y).all() and np.isfinite(error).all() and (error > 0).all()):
        raise ValueError("estimates must be finite and standard errors above 0")
    v, k = error**2, len(y)
    tau2 = reml_variance(y, v)
    weights = 1 / (v + tau2)
    mean = float(weights @ y / weights.sum())
    factor = float(weights @ (y - mean) ** 2) / (k - 1)
    se = float(np.sqrt((max(factor, 1.0) if truncated else factor) / weights.sum()))
    quantile = float(stats.t.ppf((1 + level) / 2, k - 1))
    predicted = prediction_limits(y, v, level=level, truncated=truncated)
    q, typical = _heterogeneity(y, v)
    return MetaAnalysis(
        value=mean,
        std_error=se,
        low=mean - quantile * se,
        high=mean + quantile * se,
        p_value=float(2 * stats.t.sf(abs(mean) / se, k - 1)) if se > 0 else float(mean == 0),
        df=k - 1,
        # one more client is never surer than the mean of all
        predicted_low=min(predicted[0], mean - quantile * se),
        predicted_high=max(predicted[1], mean + quantile * se),
        tau2=tau2,
        i2=tau2 / (tau2 + typical),
        q=q,
        q_p_value=float(stats.chi2.sf(q, k - 1)),
        k=k,
        weights=tuple(float(weight) for weight in weights / weights.sum()),
    )


def reml_variance(y: Floats, v: Floats) -> float:
    """Return the restricted maximum-likelihood estimate of the variance between clients, at least 0 [1]_."""

    def criterion(tau2: float) -> float:
        """Minus twice the restricted log likelihood, up to a constant."""
        w = 1 / (v + tau2)
        mean = w @ y / w.sum()
        return float(-np.log(w).sum() + np.log(w.sum()) + w @ (y - mean) ** 2)

    reach = float(np.ptp(y)) ** 2 + float(v.max())
    # The criterion may have several valleys: a grid finds the lowest, the search its bottom.
    grid = np.concatenate([[0.0], np.geomspace(1e-8, 4, 200)]) * reach
    best = int(np.argmin([criterion(tau2) for tau2 in grid]))
    bounds = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    found = optimize.minimize_scalar(criterion, bounds=bounds, method="bounded", options={"xatol": 1e-12 * reach})
    return 0.0 if criterion(0.0) <= found.fun else float(found.x)


def _heterogeneity(y: Floats, v: Floats) -> tuple[float, float]:
    """Return Cochran's Q and the typical variance within a client, both with fixed-effect weights [5]_."""
    w = 1 / v
    mean = w @ y / w.sum()
    typical = (len(y) - 1) * w.sum() / (w.sum() ** 2 - w @ w)
    return float(w @ (y - mean) ** 2), float(typical)
