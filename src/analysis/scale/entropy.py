"""Weights by how much customers differ on each dimension: Shannon's entropy of their scores.

A dimension on which all customers score alike cannot tell one relationship from another and weighs nothing. The weights
say what sets customers apart, not what matters: they are shown beside the chosen ones, to see what hangs on the choice.

References
----------
.. [1] Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27, 379-423.
.. [2] Zeleny, M. (1982). Multiple Criteria Decision Making. McGraw-Hill, chapter 7.
"""

import numpy as np

from analysis.indicators.samples import TINY, Floats
from analysis.messages import N_
from analysis.results import NotEstimable

ALIKE = N_("All customers score alike on every dimension, so their differences give no weights.")


def entropy_weights(scores: Floats) -> Floats | NotEstimable:
    """Return the share of each dimension in all divergence from evenness [2]_.

    Parameters
    ----------
    scores
        Customers by dimensions, shape (n, d), at least 0 and without NaN.

    Returns
    -------
    ndarray or NotEstimable
        Shape (d,), at least 0, sum 1. With ``p`` a customer's share in its dimension's total, the divergence of a
        dimension is ``1 + sum(p log p) / log n``; a dimension on which all score 0 has none.

    Examples
    --------
    All alike on the first dimension; 1 against 3 on the second, which therefore takes all the weight:

    >>> entropy_weights(np.array([[1.0, 1.0], [1.0, 3.0]])).round(12).tolist()
    [0.0, 1.0]
    """
    n = len(scores)
    if n < 2:
        return NotEstimable(reason=ALIKE, n=n)
    total = scores.sum(axis=0)
    logs = np.log(np.where(scores > 0, scores, 1.0))
    safe = np.where(total > 0, total, 1.0)
    entropy = np.log(safe) - (scores * logs).sum(axis=0) / safe
    divergence = np.where(total > 0, np.maximum(1 - entropy / np.log(n), 0.0), 0.0)
    divergence[divergence < TINY] = 0.0
    if not divergence.any():
        return NotEstimable(reason=ALIKE, n=n)
    return np.asarray(divergence / divergence.sum())
