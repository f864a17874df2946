"""Climbing a likelihood by Newton's method, and telling whether it has a top at all."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.models.clustering import Floats

MAX_ITERATIONS = 60
TOLERANCE = 1e-10
# Longest step of one coefficient, in units that its column's spread sets, so that the first steps do not overshoot.
LONGEST_STEP = 3.0
SMALLEST_STEP = 1e-10
FLOOR = 1e-10
"""Curvatures below this share of the largest are lifted to it: a step along a flat direction must stay finite."""
COLLAPSED = 1e-3
"""A direction that keeps so small a share of the information it had at the start runs off to infinity: with ten events
a parameter no finite maximum leaves that little."""

Evaluation = tuple[float, Floats, Floats]
Evaluate = Callable[[Floats], Evaluation]


@dataclass(frozen=True, kw_only=True)
class Peak:
    """Where a climb ended: parameters, log-likelihood, negative Hessian there, and whether it is a maximum."""

    parameters: Floats
    value: float
    information: Floats
    converged: bool


def climb(evaluate: Evaluate, start: Floats, *, tolerance: float = TOLERANCE) -> Peak:
    """Return the maximum of a log-likelihood.

    Parameters
    ----------
    evaluate
        Parameters in; log-likelihood, gradient and negative Hessian out.
    start
        Where to begin, shape (k,).
    tolerance
        The climb ends with the Newton step that gains less than this share of the log-likelihood (and whose successor
        would gain about the square of it).
    """
    at = np.asarray(start, dtype=float)
    value, gradient, information = evaluate(at)
    for _ in range(MAX_ITERATIONS):
        step = _step(information, gradient)
        gain = float(gradient @ step)
        if not np.isfinite(gain):
            return Peak(parameters=at, value=value, information=information, converged=False)
        if gain < tolerance * (abs(value) + 1):
            value, _, information = evaluate(at + step)
            return Peak(parameters=at + step, value=value, information=information, converged=True)
        size = 1.0
        reached = evaluate(at + step)
        while not reached[0] > value and size > SMALLEST_STEP:
            size /= 2
            reached = evaluate(at + size * step)
        if not reached[0] > value:
            return Peak(parameters=at, value=value, information=information, converged=False)
        at = at + size * step
        value, gradient, information = reached
    return Peak(parameters=at, value=value, information=information, converged=False)


def collapsed_direction(information: Floats, reference: Floats) -> int | None:
    """Return the parameter that a likelihood without a maximum drives to infinity, or None where there is one.

    Parameters
    ----------
    information, reference
        Negative Hessians where the climb ended and at its start, shape (k, k). Where the data told nothing about a
        direction from the start, that one is returned.
    """
    scale = np.sqrt(np.maximum(np.diag(reference), FLOOR * max(float(np.trace(reference)), FLOOR)))
    known, directions = np.linalg.eigh(reference / np.outer(scale, scale))
    if known[0] <= FLOOR:
        return int(np.argmax(np.abs(directions[:, 0])))
    root = np.linalg.cholesky(_definite(reference))
    whitened = np.linalg.solve(root, np.linalg.solve(root, information).T)
    values, vectors = np.linalg.eigh((whitened + whitened.T) / 2)
    if values[0] > COLLAPSED:
        return None
    return int(np.argmax(np.abs(vectors[:, 0])))


def _step(information: Floats, gradient: Floats) -> Floats:
    """Return Newton's step, uphill also where the likelihood is not concave, and not too long."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), FLOOR))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    curvature = np.maximum(np.abs(values), FLOOR * max(float(np.abs(values).max()), FLOOR))
    step = vectors @ ((vectors.T @ (gradient / scale)) / curvature) / scale
    return np.asarray(step / max(1.0, float(np.abs(step).max()) / LONGEST_STEP))


def _definite(matrix: Floats) -> Floats:
    """Return a symmetric matrix with a trace added that makes it safely positive definite."""
    return np.asarray(matrix + np.eye(len(matrix)) * FLOOR * float(np.trace(matrix)))
