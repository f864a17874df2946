"""Maximum likelihood with analytic scores: the fit, its observed information, and how it moves with each customer.

All parameters are positive and are fitted as logarithms, which a smooth transformation holds within
exp(-`EDGE`) and exp(`EDGE`): a likelihood that rises towards nothing or infinity (nobody ever leaves, all customers
are alike) ends near the edge instead of running away, and says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize

from analysis.models.clustering import Floats

EDGE = 9.0
NEAR_EDGE = 7.5
"""A logarithm of a parameter beyond it is at the edge of what is looked through."""
STEP = 1e-4
"""Of the central differences of the analytic gradient, in logarithms: their error is about its square."""
FLAT = 0.001
"""Information on a direction of the logarithms below which nothing is known of it: such a direction is as given."""
MANY_ROWS = 10_000
"""A fit to more rows begins where one to a systematic part of about so many of them ends."""
CLIMBS = 8
TOLERANCE = 1e-6
"""The climb ends where a step would gain less than half of this in the log-likelihood."""

Evaluate = Callable[[Floats, slice], tuple[Floats, Floats]]
"""Logarithms of the parameters, and which rows; out come their log-likelihoods (n,) and scores (n, k)."""
Curvature = Callable[[Evaluate, Floats, Floats], Floats]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """A maximum of a likelihood of positive parameters.

    Parameters
    ----------
    names, values
        The parameters, in their own units.
    log_likelihood
        At the maximum.
    n
        Customers.
    covariance
        Of the parameters' logarithms: inverse of the observed information, 0 in directions without any.
    scores
        By row of the data (unique combinations), of the logarithms, shape (rows, k).
    identified
        Whether every direction carries information and no parameter ended at the edge.
    """

    names: tuple[str, ...]
    values: Floats
    log_likelihood: float
    n: int
    covariance: Floats
    scores: Floats
    identified: bool

    @property
    def std_errors(self) -> Floats:
        """Standard errors of the parameters, by the delta method from their logarithms."""
        return np.asarray(self.values * np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return 2 * len(self.values) - 2 * self.log_likelihood

    @property
    def influence(self) -> Floats:
        """How far each row of the data moves the parameters' logarithms, shape (rows, k)."""
        return np.asarray(self.scores @ self.covariance)


def fit_likelihood(evaluate: Evaluate, counts: Floats, names: Sequence[str], start: Floats) -> Fit:
    """Return the maximum of a likelihood.

    Parameters
    ----------
    evaluate
        The likelihood of each row.
    counts
        How many customers each row stands for.
    names
        Of the parameters.
    start
        Their values where the search begins.
    """
    everything, is_long = slice(None), len(counts) > MANY_ROWS
    part = slice(None, None, -(-len(counts) // MANY_ROWS)) if is_long else everything
    at = _search(evaluate, counts, part, np.log(start))
    if is_long:
        at, _ = _climb(evaluate, counts, at, _outer_product)
    at, information = _climb(evaluate, counts, at, observed_information)
    covariance, whole = _inverse(information)
    values, scores = evaluate(at, everything)
    scores = scores - counts @ scores / counts.sum()  # 0 at a maximum; not where a parameter ended at the edge
    return Fit(
        names=tuple(names),
        values=np.exp(at),
        log_likelihood=float(counts @ values),
        n=round(float(counts.sum())),
        covariance=covariance,
        scores=scores,
        identified=whole and float(np.abs(at).max()) <= NEAR_EDGE,
    )


def _climb(evaluate: Evaluate, counts: Floats, at: Floats, curvature: Curvature) -> tuple[Floats, Floats]:
    """Return the maximum near a place, by Newton's method with a matrix of curvature, and that matrix there."""
    for _ in range(CLIMBS):
        values, scores = evaluate(at, slice(None))
        gradient = counts @ scores
        matrix = curvature(evaluate, counts, at)
        step = _inverse(matrix)[0] @ gradient
        if abs(float(gradient @ step)) < TOLERANCE or float(np.abs(at).max()) > NEAR_EDGE:
            return at, matrix
        at = _improved(evaluate, counts, at, step, float(counts @ values))
    return at, curvature(evaluate, counts, at)


def _outer_product(evaluate: Evaluate, counts: Floats, at: Floats) -> Floats:
    """Return the sum of the scores' squares: the information where the model holds, at the cost of one pass."""
    _, scores = evaluate(at, slice(None))
    return np.asarray((scores * counts[:, None]).T @ scores)


def observed_information(evaluate: Evaluate, counts: Floats, at: Floats) -> Floats:
    """Return the negative second derivatives of the log-likelihood, from central differences of its gradient."""
    columns = []
    for step in STEP * np.eye(len(at)):
        ahead, behind = (counts @ evaluate(at + sign * step, slice(None))[1] for sign in (1.0, -1.0))
        columns.append((behind - ahead) / (2 * STEP))
    matrix = np.array(columns)
    return np.asarray((matrix + matrix.T) / 2)


def _search(evaluate: Evaluate, counts: Floats, part: slice, start: Floats) -> Floats:
    """Return the logarithms of the parameters at the maximum over a part of the rows, by BFGS."""
    weights = counts[part] / counts[part].sum()

    def objective(bent: Floats) -> tuple[float, Floats]:
        values, scores = evaluate(EDGE * np.tanh(bent / EDGE), part)
        slope = 1 - np.tanh(bent / EDGE) ** 2
        return -float(weights @ values), -(weights @ scores) * slope

    bent = EDGE * np.arctanh(np.clip(start, -NEAR_EDGE, NEAR_EDGE) / EDGE)
    _, scores = evaluate(start, part)
    first = (scores * weights[:, None]).T @ scores  # the outer product of the scores: the curvature to begin with
    ridge = 1e-3 * max(float(np.trace(first)), 1e-12) * np.eye(len(start))
    inverse = np.linalg.inv(first + ridge)
    options = {"gtol": 1e-6, "maxiter": 200, "hess_inv0": (inverse + inverse.T) / 2}
    found = optimize.minimize(objective, bent, jac=True, method="BFGS", options=options)
    return np.asarray(EDGE * np.tanh(found.x / EDGE))


def _improved(evaluate: Evaluate, counts: Floats, at: Floats, step: Floats, value: float) -> Floats:
    """Return where a Newton step leads, halved until it climbs; the place itself where it never does."""
    longest = float(np.abs(step).max())
    size = min(1.0, 1.0 / longest) if longest > 0 else 1.0
    for _ in range(12):
        there = np.clip(at + size * step, -EDGE, EDGE)
        if float(counts @ evaluate(there, slice(None))[0]) >= value - abs(value) * 1e-13:
            return np.asarray(there)
        size /= 2
    return at


def _inverse(information: Floats) -> tuple[Floats, bool]:
    """Return the inverse of an information matrix, nothing in flat directions, and whether there are none of those."""
    values, vectors = np.linalg.eigh(information)
    usable = values > FLAT
    return np.asarray((vectors[:, usable] / values[usable]) @ vectors[:, usable].T), bool(usable.all())


@cache
def legendre(count: int) -> tuple[Floats, Floats]:
    """Return places and weights of Gauss-Legendre quadrature on 0 to 1 (not to be changed: they are shared)."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2
