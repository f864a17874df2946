"""The logistic regression of `binomial`, by plain Newton steps: for the many fits of a specification curve.

Coefficients and covariance are those of `binomial.fit_binomial`; what separates or does not converge is handed to
`repurchase_fits.fit_predictors`, which finds the separation and takes Firth's likelihood.
"""

import numpy as np
from scipy.special import expit

from analysis.models.binomial import Logit, log_likelihood
from analysis.models.clustering import Codes, Floats, sum_by_cluster
from analysis.models.robustness.moments import leave_out

MOST_STEPS = 25
TOLERANCE = 1e-10
# Linear predictors beyond this are fitted chances of 0 or 1, the mark of a separation.
EXTREME = 15.0


def quick_logit(outcome: Floats, design: Floats, weights: Floats, clusters: Codes) -> Logit | None:
    """Return the maximum-likelihood fit, or None where it cannot be reached by plain Newton steps.

    Parameters
    ----------
    outcome, design
        0 or 1 (both present), shape (n,), and a full-rank design with the intercept first, shape (n, k).
    weights
        Above 0, mean 1.
    clusters
        Codes 0..G-1, each present.
    """
    share = float(np.average(outcome, weights=weights))
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(share / (1 - share))
    spread = np.maximum(design.std(axis=0), 1e-12)
    spread[0] = 1.0
    for _ in range(MOST_STEPS):
        linear = design @ beta
        if not np.abs(linear).max() < EXTREME:
            return None
        fitted = expit(linear)
        variance = weights * fitted * (1 - fitted)
        information = (design * variance[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ (weights * (outcome - fitted)))
        beta = beta + step
        if np.abs(step * spread).max() < TOLERANCE:
            return _assembled(beta, outcome, design, weights, clusters, share)
    return None


def _assembled(beta: Floats, outcome: Floats, design: Floats, weights: Floats, clusters: Codes, share: float) -> Logit:
    linear = design @ beta
    fitted = expit(linear)
    variance = weights * fitted * (1 - fitted)
    parts = sum_by_cluster(design[:, :, None] * design[:, None, :] * variance[:, None, None], clusters)
    information = parts.sum(axis=0)
    scores = sum_by_cluster(design * (weights * (outcome - fitted))[:, None], clusters)
    deviations = leave_out(information, parts, scores)
    return Logit(
        estimator="ml",
        coefficients=beta,
        covariance=deviations.T @ deviations,
        deviations=deviations,
        information=information,
        fitted=fitted,
        log_likelihood=log_likelihood(outcome, linear, weights),
        null_log_likelihood=log_likelihood(outcome, np.full(len(outcome), np.log(share / (1 - share))), weights),
        converged=True,
        outcome=outcome,
        design=design,
        weights=weights,
        clusters=clusters,
    )
