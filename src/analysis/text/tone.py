"""The client's own tone model: learnt from the scores that its customers gave beside their comments.

A logistic regression reads characters, words and their pairs as TF-IDF, and beside them what the general model says.
Its accuracy is that of predictions for customers whose texts it had not seen: all texts of a customer are held back
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.text.segmentation import tone_features

Floats = NDArray[np.float64]
FOLDS = 5
STRENGTH = 3.0  # inverse of the ridge
GENERAL_SCALE = 3.0  # log odds of the general model are brought to the size of the other features
FEWEST_OF_EACH = 50
"""Fewest texts with a good score, and with a bad one, for a model of the client's own."""
MOST_LEARNT = 12_000  # texts; more change nothing that a reader sees, and cost time


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnTone:
    """Log odds of a positive tone by the client's own model.

    Parameters
    ----------
    scores
        Of every text; for a text it has learnt from, by the fold that had not.
    held_out
        Of the labelled texts, in their order.
    """

    scores: Floats
    held_out: Floats


def can_learn(labels: Floats, customers: NDArray[np.int64]) -> bool:
    """Return whether there are enough texts of either kind, from enough customers, to learn and to judge."""
    labelled = np.isfinite(labels)
    counts = [int((labels[labelled] == kind).sum()) for kind in (0, 1)]
    sources = [len(np.unique(customers[labelled & (labels == kind)])) for kind in (0, 1)]
    return min(counts) >= FEWEST_OF_EACH and min(sources) >= 2 * FOLDS


def learn_tone(
    texts: Sequence[str], labels: Floats, customers: NDArray[np.int64], general: Floats, *, seed: int
) -> OwnTone:
    """Learn the tone of a client's texts from those with a label, and judge every text.

    Parameters
    ----------
    texts
        All texts.
    labels
        1 (good score), 0 (bad score) or NaN (none) by text; `can_learn` must hold.
    customers
        Code of each text's customer.
    general
        Log odds by the general model.
    seed
        Of the folds.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    rows = np.flatnonzero(np.isfinite(labels))
    if len(rows) > MOST_LEARNT:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_LEARNT, replace=False))
    vectoriser = TfidfVectorizer(analyzer=tone_features, min_df=2, sublinear_tf=True)
    # the terms and their frequencies are learnt without the scores, so nothing of a held-out score reaches the model
    vectoriser.fit([texts[int(row)] for row in rows])
    matrix = hstack([vectoriser.transform(texts), csr_matrix(general[:, None] / GENERAL_SCALE)]).tocsr()
    target = labels[rows].astype(int)

    def fitted(chosen: NDArray[np.intp]) -> LogisticRegression:
        return LogisticRegression(C=STRENGTH, solver="liblinear").fit(matrix[rows[chosen]], target[chosen])

    fold = grouped_folds(target, customers[rows], seed)
    held_out = np.empty(len(rows))
    for number in range(FOLDS):
        test = fold == number
        held_out[test] = fitted(np.flatnonzero(~test)).decision_function(matrix[rows[test]])
    scores = np.asarray(fitted(np.arange(len(rows))).decision_function(matrix), dtype=float)
    scores[rows] = held_out
    whole = np.full(len(labels), np.nan)
    whole[rows] = held_out
    return OwnTone(scores=scores, held_out=whole)


def grouped_folds(labels: NDArray[np.int64], customers: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the fold of each text: all texts of a customer in one, both labels spread evenly over all."""
    rng = np.random.default_rng(seed)
    _, code = np.unique(customers, return_inverse=True)
    prevailing = np.bincount(code, labels) * 2 >= np.bincount(code)
    fold = np.empty(len(prevailing), dtype=np.int64)
    for kind in (False, True):
        some = rng.permutation(np.flatnonzero(prevailing == kind))
        fold[some] = np.arange(len(some)) % FOLDS
    return np.asarray(fold[code])
