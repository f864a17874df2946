"""Full-information maximum likelihood for means and covariances of a normal vector with missing values, weighted.

Rows with the same values missing share sums, so that the cost of a step grows with the number of patterns, not of rows.
The likelihood uses every value there is and needs values to be missing at random [1]_; where the data are not normal,
the estimates still hold and the sandwich takes care of their errors and of the test statistic [2]_.

References
----------
.. [1] Arbuckle, J. L. (1996). Full information estimation in the presence of incomplete data. In Advanced Structural
   Equation Modeling, 243-277. Erlbaum.
.. [2] Yuan, K.-H. and Bentler, P. M. (2000). Three likelihood-based methods for mean and covariance structure analysis
   with nonnormal missing data. Sociological Methodology 30, 165-200.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from analysis.models.clustering import MANY_CLUSTERS, Codes, Floats

GRADIENT = 1e-7  # largest slope of the mean log-likelihood at what counts as its maximum
MAX_ITERATIONS = 300
STEP = 1e-5  # of a parameter, when the curvature is found from differences of the gradient
MOST_TOLD = 0.5
LOG_TWO_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, kw_only=True)
class Incomplete:
    """A data matrix with holes, summarised by pattern.

    Parameters
    ----------
    values
        Shape (n, m); 0 where missing.
    weights
        By row, mean 1.
    pattern
        Pattern of each row.
    observed
        By pattern, shape (patterns, m): 1 where observed, else 0.
    totals, means, scatters
        By pattern: sum of weights, weighted means (0 where missing) and covariances about them.
    """

    values: Floats
    weights: Floats
    pattern: Codes
    observed: Floats
    totals: Floats
    means: Floats
    scatters: Floats


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Mean (m,) and covariance (m, m) at some parameters, and their derivatives (k, m) and (k, m, m)."""

    mean: Floats
    covariance: Floats
    mean_slopes: Floats
    covariance_slopes: Floats


Structure = Callable[[Floats], Moments]


@dataclass(frozen=True, kw_only=True)
class MomentFit:
    """A fitted structure.

    Parameters
    ----------
    parameters
        Shape (k,).
    log_likelihood
        Weighted, weights of mean 1.
    information
        Observed weighted information (negative Hessian), shape (k, k).
    scores
        Weighted scores by row, shape (n, k).
    converged
        Whether the gradient vanished at a maximum.
    """

    parameters: Floats
    log_likelihood: float
    information: Floats
    scores: Floats
    converged: bool


def summarise_patterns(values: Floats, weights: Floats) -> Incomplete:
    """Return a matrix (NaN: missing; no empty row) with its sums by pattern; weights have mean 1."""
    present = np.isfinite(values)
    masks, pattern = np.unique(present, axis=0, return_inverse=True)
    pattern = pattern.ravel()
    filled = np.where(present, values, 0.0)
    count = len(masks)
    totals = np.bincount(pattern, weights, count).astype(float)
    means = np.stack([np.bincount(pattern, weights * column, count) for column in filled.T], axis=1) / totals[:, None]
    centred = filled - means[pattern]
    scatters = np.stack(
        [(centred[pattern == one] * weights[pattern == one, None]).T @ centred[pattern == one] for one in range(count)]
    )
    return Incomplete(
        values=filled,
        weights=weights,
        pattern=pattern,
        observed=masks.astype(float),
        totals=totals,
        means=means,
        scatters=scatters / totals[:, None, None],
    )


def fit_moments(data: Incomplete, structure: Structure, start: Floats) -> MomentFit:
    """Maximise the likelihood by a trust region whose curvature is the expected information.

    A step to where the covariance is not positive definite counts as infinitely bad and is shortened.
    """
    total = float(data.totals.sum())

    def value(theta: Floats) -> float:
        found = inverses(data, structure(theta).covariance)
        return np.inf if found is None else -_log_likelihood(data, structure(theta).mean, *found) / total

    def slope(theta: Floats) -> Floats:
        return -gradient(data, structure(theta)) / total

    def curvature(theta: Floats) -> Floats:
        moments = structure(theta)
        if inverses(data, moments.covariance) is None:
            return np.eye(len(theta))  # scipy asks before it rejects the step
        return expected_information(data, moments) / total

    options = {"gtol": GRADIENT / 10, "maxiter": MAX_ITERATIONS, "initial_trust_radius": 1.0, "max_trust_radius": 100.0}
    found = minimize(value, start, jac=slope, hess=curvature, method="trust-exact", options=options)
    theta = np.asarray(found.x, dtype=float)
    information = observed_information(data, structure, theta)
    flat = bool(np.abs(slope(theta)).max() < GRADIENT)
    return MomentFit(
        parameters=theta,
        log_likelihood=-float(found.fun) * total,
        information=information,
        scores=row_scores(data, structure(theta)) * data.weights[:, None],
        converged=flat and bool(np.linalg.eigvalsh(information)[0] > 0),
    )


def inverses(data: Incomplete, covariance: Floats) -> tuple[Floats, Floats] | None:
    """Return by pattern the inverse of the observed block (0 elsewhere) and its log determinant, or None."""
    both = data.observed[:, :, None] * data.observed[:, None, :]
    holes = np.einsum("pi,ij->pij", 1 - data.observed, np.eye(len(covariance)))
    blocks = covariance * both + holes
    try:
        roots = np.linalg.cholesky(blocks)
    except np.linalg.LinAlgError:
        return None
    log_determinants = 2 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
    return np.linalg.inv(blocks) * both, log_determinants


def gradient(data: Incomplete, moments: Moments) -> Floats:
    """Return the slope of the weighted log-likelihood, shape (k,)."""
    precision, _ = _checked(data, moments.covariance)
    off = data.means - moments.mean * data.observed
    about = data.scatters + off[:, :, None] * off[:, None, :]
    inner = np.einsum("p,pij->ij", data.totals, precision @ about @ precision - precision)
    pull = np.einsum("p,pij,pj->i", data.totals, precision, off)
    return 0.5 * np.einsum("kij,ij->k", moments.covariance_slopes, inner) + moments.mean_slopes @ pull


def expected_information(data: Incomplete, moments: Moments) -> Floats:
    """Return the expected weighted information, shape (k, k)."""
    precision, _ = _checked(data, moments.covariance)
    k = len(moments.mean_slopes)
    scaled = precision[:, None] @ moments.covariance_slopes[None] * np.sqrt(data.totals)[:, None, None, None]
    by_parameter = scaled.swapaxes(0, 1)
    left, right = by_parameter.reshape(k, -1), by_parameter.swapaxes(2, 3).reshape(k, -1)
    summed = np.einsum("p,pij->ij", data.totals, precision)
    return np.asarray(0.5 * left @ right.T + moments.mean_slopes @ summed @ moments.mean_slopes.T)


def row_scores(data: Incomplete, moments: Moments) -> Floats:
    """Return the unweighted score of every row, shape (n, k)."""
    precision, _ = _checked(data, moments.covariance)
    off = data.values - moments.mean * data.observed[data.pattern]
    pulled = np.empty_like(off)
    for one, block in enumerate(precision):
        some = data.pattern == one
        pulled[some] = off[some] @ block
    k = len(moments.mean_slopes)
    squares = (pulled[:, :, None] * pulled[:, None, :]).reshape(len(off), -1)
    slopes = moments.covariance_slopes.reshape(k, -1)
    expected = precision.reshape(len(precision), -1) @ slopes.T
    return np.asarray(0.5 * (squares @ slopes.T - expected[data.pattern]) + pulled @ moments.mean_slopes.T)


def observed_information(data: Incomplete, structure: Structure, theta: Floats) -> Floats:
    """Return the negative Hessian by central differences of the gradient; zero at the border of what is possible.

    With values missing at random the expected information would be biased (Kenward and Molenberghs 1998).
    """
    columns = []
    for j in range(len(theta)):
        sides = [structure(theta + sign * _step(theta, j)) for sign in (1, -1)]
        if any(inverses(data, side.covariance) is None for side in sides):
            return np.zeros((len(theta), len(theta)))
        columns.append((gradient(data, sides[1]) - gradient(data, sides[0])) / (2 * _step(theta, j)[j]))
    matrix = np.stack(columns)
    return np.asarray((matrix + matrix.T) / 2)


def _step(theta: Floats, j: int) -> Floats:
    step = np.zeros_like(theta)
    step[j] = STEP * max(1.0, abs(theta[j]))
    return step


def bias_reduced_deviations(data: Incomplete, structure: Structure, fit: MomentFit) -> Floats:
    """Return what each row does to the parameters, its own part in the fit taken out half (CR2), shape (n, k).

    The squares of the columns sum to the variances [1]_. A row's own information is what it did tell; what it was
    *expected* to tell would understate how far the parameters move without it. No row is taken to tell more than
    `MOST_TOLD` of any direction, because there one step says little. Of 250 clients of 400 customers intervals of the
    paths held the truth in 95 to 97%; with the whole part taken out (CR3) in 97 to 99%.

    References
    ----------
    .. [1] Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with
       multi-stage samples. Survey Methodology 28, 169-181.
    """
    if len(fit.scores) > MANY_CLUSTERS:
        return np.asarray(np.linalg.solve(fit.information, fit.scores.T).T)
    values, vectors = np.linalg.eigh(fit.information)
    root = vectors / np.sqrt(values)
    told = root.T @ row_information(data, structure, fit.parameters) @ root
    shares, directions = np.linalg.eigh((told + told.swapaxes(1, 2)) / 2)
    left = np.sqrt(1 - np.clip(shares, -MOST_TOLD, MOST_TOLD))
    turned = np.einsum("nab,na->nb", directions, fit.scores @ root) / left
    return np.asarray(np.einsum("nab,nb->na", directions, turned) @ root.T)


def row_information(data: Incomplete, structure: Structure, theta: Floats) -> Floats:
    """Return the observed weighted information of every row, shape (n, k, k), by central differences of its score."""
    n, k = len(data.values), len(theta)
    found = np.empty((n, k, k))
    for j in range(k):
        step = _step(theta, j)
        difference = row_scores(data, structure(theta + step)) - row_scores(data, structure(theta - step))
        found[:, :, j] = -difference / (2 * step[j])
    return np.asarray((found + found.swapaxes(1, 2)) / 2 * data.weights[:, None, None])


def sandwich(fit: MomentFit) -> Floats:
    """Return the plain sandwich covariance, without any correction for a small sample."""
    inverse = np.linalg.inv(fit.information)
    return np.asarray(inverse @ (fit.scores.T @ fit.scores) @ inverse)


def scaling_factor(restricted: MomentFit, unrestricted: MomentFit, df: int) -> float:
    """Return by how much the likelihood ratio exceeds a chi-square on average (Yuan and Bentler 2000, T2*)."""
    traces = [
        float(np.trace(np.linalg.solve(fit.information, fit.scores.T @ fit.scores)))
        for fit in (unrestricted, restricted)
    ]
    return (traces[0] - traces[1]) / df


def unrestricted(size: int) -> Structure:
    """Return the structure without any restriction: every mean, then the lower triangle of the covariance by rows."""
    rows, columns = np.tril_indices(size)
    count = len(rows)
    basis = np.zeros((count, size, size))
    basis[np.arange(count), rows, columns] = basis[np.arange(count), columns, rows] = 1
    covariance_slopes = np.concatenate([np.zeros((size, size, size)), basis])
    mean_slopes = np.concatenate([np.eye(size), np.zeros((count, size))])

    def moments(theta: Floats) -> Moments:
        return Moments(
            mean=theta[:size],
            covariance=np.einsum("k,kij->ij", theta[size:], basis),
            mean_slopes=mean_slopes,
            covariance_slopes=covariance_slopes,
        )

    return moments


def independence_log_likelihood(data: Incomplete) -> float:
    """Return the log-likelihood at its maximum were all variables independent."""
    weights = data.observed[data.pattern] * data.weights[:, None]
    totals = weights.sum(axis=0)
    means = (weights * data.values).sum(axis=0) / totals
    variances = (weights * (data.values - means) ** 2).sum(axis=0) / totals
    return float(-0.5 * (totals * (LOG_TWO_PI + np.log(variances) + 1)).sum())


def _log_likelihood(data: Incomplete, mean: Floats, precision: Floats, log_determinants: Floats) -> float:
    off = data.means - mean * data.observed
    distance = np.einsum("pij,pij->p", precision, data.scatters) + np.einsum("pi,pij,pj->p", off, precision, off)
    known = data.observed.sum(axis=1)
    return float(-0.5 * (data.totals * (log_determinants + known * LOG_TWO_PI + distance)).sum())


def _checked(data: Incomplete, covariance: Floats) -> tuple[Floats, Floats]:
    found = inverses(data, covariance)
    if found is None:
        raise ArithmeticError("the covariance must be positive definite")
    return found
