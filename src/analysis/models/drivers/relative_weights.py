"""Johnson's relative weights: a second way of sharing out R squared, to check the first.

References
----------
.. [1] Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor variables in multiple
   regression. Multivariate Behavioral Research 35, 1-19.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.models.clustering import Floats, checked_weights

SINGULAR = 1e-12


def relative_weights(outcome: Floats, drivers: Floats, *, weights: ArrayLike | None = None) -> Floats:
    """Return each driver's relative weight, shape (p,); they sum to the (weighted) R squared.

    The drivers are replaced by the closest uncorrelated variables, on which the outcome is regressed; each one's part
    of R squared is then shared out among the drivers that it stands for.

    Raises
    ------
    ValueError
        If a weight is not above 0, or a driver or the outcome does not vary.
    """
    w = checked_weights(weights, len(outcome))
    columns = np.column_stack([drivers, outcome])
    centred = columns - np.average(columns, axis=0, weights=w)
    cross = (centred * w[:, None]).T @ centred
    scale = np.sqrt(np.diag(cross))
    if not (scale > 0).all():
        raise ValueError("every driver and the outcome must vary")
    correlation = cross / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation[:-1, :-1])
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.where(root > SINGULAR, 1 / np.where(root > SINGULAR, root, 1.0), 0.0)
    loadings = (vectors * root) @ vectors.T
    betas = (vectors * inverse) @ vectors.T @ correlation[:-1, -1]
    return np.asarray(loadings**2 @ betas**2)
