"""The binomial GLM with survey weights, errors clustered by account and effects in probabilities.

statsmodels fits (weights as ``var_weights``: survey weights are no frequencies); the covariance is that of
`clustering`, and average marginal effects carry the uncertainty of the customers averaged over as well as that of the
coefficients.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM  # statsmodels.api would load all of it, figures included
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from analysis.models.clustering import (
    SINGULAR,
    Codes,
    Floats,
    checked_weights,
    cluster_codes,
    jackknife_deviations,
    sum_by_cluster,
)
from analysis.models.compressed import combine_rows, combined_deviations

MAX_ITERATIONS = 100
TOLERANCE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Logit:
    """A fitted logistic regression.

    Parameters
    ----------
    estimator
        ``ml`` or ``firth``.
    coefficients, covariance, deviations
        Log odds, shape (k,); clustered covariance (k, k); movement when an account is left out (G, k).
    information
        Weighted negative Hessian; its inverse is the model-based covariance.
    fitted
        Probabilities by row.
    log_likelihood, null_log_likelihood
        Unpenalised, of the fit and of the intercept alone; weights scaled to mean 1.
    converged
        Whether the maximum was reached.
    outcome, design, weights, clusters
        As fitted.
    """

    estimator: Literal["ml", "firth"]
    coefficients: Floats
    covariance: Floats
    deviations: Floats
    information: Floats
    fitted: Floats
    log_likelihood: float
    null_log_likelihood: float
    converged: bool
    outcome: Floats
    design: Floats
    weights: Floats
    clusters: Codes

    @property
    def accounts(self) -> int:
        """Return the number of clusters."""
        return len(self.deviations)

    @property
    def mcfadden_r2(self) -> float:
        """Return McFadden's pseudo R squared, 0 to 1."""
        return 1 - self.log_likelihood / self.null_log_likelihood


def fit_binomial(
    outcome: ArrayLike, design: Floats, *, weights: ArrayLike | None = None, clusters: ArrayLike | None = None
) -> Logit:
    """Fit a logistic regression by maximum weighted likelihood.

    Parameters
    ----------
    outcome
        0 or 1, shape (n,), both present.
    design
        Shape (n, k), full rank, with the intercept.
    weights, clusters
        As for `linear.fit_linear`.

    Raises
    ------
    ValueError
        If a weight is not above 0, or the outcome does not vary.
    """
    y, w = checked_outcome(outcome), checked_weights(weights, len(design))
    coefficients, converged = maximum_likelihood(y, design, w)
    fitted = expit(design @ coefficients)
    return assemble("ml", coefficients, converged, y, design, w, clusters, w * (y - fitted))


def checked_outcome(outcome: ArrayLike) -> Floats:
    """Return a 0/1 outcome as floats; raise ValueError where it is not, or does not vary."""
    y = np.asarray(outcome, dtype=float)
    if set(np.unique(y)) != {0.0, 1.0}:
        raise ValueError("the outcome must be 0 and 1, and both must occur")
    return y


def maximum_likelihood(y: Floats, design: Floats, weights: Floats) -> tuple[Floats, bool]:
    """Return the coefficients and whether the maximum was reached (it does not exist under separation).

    Many rows are added up first where they share outcome and predictors: the likelihood is the same.
    """
    rows = combine_rows([y, *design.T])
    if rows is not None:
        y, design, weights = y[rows.first], design[rows.first], rows.total(weights)
    with warnings.catch_warnings():
        # Both situations are reported by the returned flag and by `separation`, in the client's words.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        model = GLM(y, design, family=Binomial(), var_weights=weights)
        result = model.fit(maxiter=MAX_ITERATIONS, tol=TOLERANCE)
    return np.asarray(result.params, dtype=float), bool(result.converged)


def assemble(
    estimator: Literal["ml", "firth"],
    coefficients: Floats,
    converged: bool,
    y: Floats,
    design: Floats,
    weights: Floats,
    clusters: ArrayLike | None,
    score_factors: Floats,
) -> Logit:
    """Return the fit with its covariance; `score_factors` times the design's rows are the scores."""
    fitted = expit(design @ coefficients)
    variance = weights * fitted * (1 - fitted)
    codes = cluster_codes(clusters, len(y))
    information, deviations = _errors(design, variance, score_factors, codes)
    share = np.average(y, weights=weights)
    return Logit(
        estimator=estimator,
        coefficients=coefficients,
        covariance=deviations.T @ deviations,
        deviations=deviations,
        information=information,
        fitted=fitted,
        log_likelihood=log_likelihood(y, design @ coefficients, weights),
        null_log_likelihood=log_likelihood(y, np.full(len(y), np.log(share / (1 - share))), weights),
        converged=converged,
        outcome=y,
        design=design,
        weights=weights,
        clusters=codes,
    )


def _errors(design: Floats, variance: Floats, score_factors: Floats, clusters: Codes) -> tuple[Floats, Floats]:
    """Return the information and the deviations by account; many rows that agree are added up."""
    rows = combine_rows([*design.T])
    unique = design if rows is None else design[rows.first]
    information = (unique * (variance if rows is None else rows.total(variance))[:, None]).T @ unique
    spread = np.einsum("ij,ji->i", unique, np.linalg.lstsq(information, unique.T, rcond=None)[0])
    if rows is None:
        return information, jackknife_deviations(
            design * score_factors[:, None],
            information,
            lambda: design[:, :, None] * design[:, None, :] * variance[:, None, None],
            clusters,
            leverages=variance * spread,
        )
    return information, combined_deviations(
        unique,
        lambda: unique[:, :, None] * unique[:, None, :],
        score_factors,
        variance,
        information,
        rows,
        clusters,
        variance * spread[rows.codes],
    )


def log_likelihood(y: Floats, linear_predictor: Floats, weights: Floats) -> float:
    """Return the weighted Bernoulli log-likelihood."""
    return float(-(weights @ np.logaddexp(0, np.where(y == 1, -linear_predictor, linear_predictor))))


def average_effect(fit: Logit, column: int) -> tuple[float, Floats]:
    """Return the average marginal effect of a column on the probability, and its deviations by account.

    A derivative, or for an indicator the difference between having and not having it (Long and Freese).
    """
    values = fit.design[:, column]
    if set(np.unique(values)) <= {0.0, 1.0}:
        return population_mean(fit, lambda design: _difference(fit, design, column))
    return population_mean(fit, lambda design: _derivative(fit, design, column))


def predicted_mean(fit: Logit, column: int, value: float) -> tuple[float, Floats]:
    """Return the mean probability were `column` at `value` for everyone, and its deviations by account."""

    def at_value(design: Floats) -> tuple[Floats, Floats]:
        moved = design.copy()
        moved[:, column] = value
        probability = expit(moved @ fit.coefficients)
        return probability, moved * (probability * (1 - probability))[:, None]

    return population_mean(fit, at_value)


def population_mean(fit: Logit, rows: Callable[[Floats], tuple[Floats, Floats]]) -> tuple[float, Floats]:
    """Return the weighted mean of a quantity by row, and its deviations by account.

    `rows` returns the quantity, shape (n,), and its gradient, shape (n, k).
    """
    quantity, gradients = rows(fit.design)
    w = fit.weights
    value = float(np.average(quantity, weights=w))
    totals = sum_by_cluster(w, fit.clusters)
    own = sum_by_cluster(w * (quantity - value), fit.clusters) / np.maximum(w.sum() - totals, SINGULAR)
    return value, own + fit.deviations @ np.average(gradients, axis=0, weights=w)


def _derivative(fit: Logit, design: Floats, column: int) -> tuple[Floats, Floats]:
    probability = expit(design @ fit.coefficients)
    density = probability * (1 - probability)
    beta = fit.coefficients[column]
    gradients = beta * design * (density * (1 - 2 * probability))[:, None]
    gradients[:, column] += density
    return beta * density, gradients


def _difference(fit: Logit, design: Floats, column: int) -> tuple[Floats, Floats]:
    on, off = design.copy(), design.copy()
    on[:, column], off[:, column] = 1, 0
    p_on, p_off = expit(on @ fit.coefficients), expit(off @ fit.coefficients)
    return p_on - p_off, on * (p_on * (1 - p_on))[:, None] - off * (p_off * (1 - p_off))[:, None]
