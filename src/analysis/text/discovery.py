"""Themes that the dictionary does not know, found in the client's own texts.

What the dictionary leaves uncovered is factored into a few themes (non-negative factors of TF-IDF [1]_), each named by
its strongest words. A theme is kept only where it comes back when the texts are drawn anew: its words must be largely
the same in most of the draws. What is then counted are its words, as with any other theme, so that anybody can check.

References
----------
.. [1] Lee, D. D. and Seung, H. S. (1999). Learning the parts of objects by non-negative matrix factorization.
   Nature 401, 788-791.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.text.segmentation import content_words
from analysis.text.themes import ThemeWords

Floats = NDArray[np.float64]
FEWEST_TEXTS = 60
"""Fewest texts without a theme in which further themes are looked for."""
TEXTS_PER_THEME = 40
NUMBERS = (2, 4, 6)
"""Numbers of themes that are tried; the one serves that gives most stable themes, the smaller of equals."""
TOP_WORDS, NAMING_WORDS = 6, 3
MOST_READ, MOST_WORDS = 2_500, 600
RESAMPLES = 8
ALIKE = 0.5
"""Two lists of words are the same theme where they share so much (Jaccard), and a theme is stable where it comes back
in at least `RETURNS` of the draws."""
RETURNS = 0.7
LEAST_WEIGHT = 0.05  # of a word, as a share of the strongest of its theme
FEWEST_WORDS = 2


def discover_themes(texts: Sequence[str], language: str, *, seed: int) -> tuple[ThemeWords, ...]:
    """Return the stable themes of texts that no known theme covers, the most frequent first.

    Parameters
    ----------
    texts
        Distinct texts of one language.
    language
        ``zh`` or ``en``.
    seed
        Of the sample and the draws.
    """
    if len(texts) < FEWEST_TEXTS:
        return ()
    from sklearn.feature_extraction.text import TfidfVectorizer

    rng = np.random.default_rng(seed)
    if len(texts) > MOST_READ:
        texts = [texts[row] for row in np.sort(rng.choice(len(texts), MOST_READ, replace=False))]
    words = [content_words(text, language) for text in texts]
    fewest = max(3, round(0.01 * len(texts)))
    if not any(words):
        return ()
    vectoriser = TfidfVectorizer(analyzer=list, min_df=1, max_df=0.5, max_features=MOST_WORDS, sublinear_tf=True)
    try:
        matrix = vectoriser.fit_transform(words).tocsr()
    except ValueError:  # every word is in more than half of the texts: they all say the same
        return ()
    frequent = np.flatnonzero(np.asarray((matrix > 0).sum(axis=0)).ravel() >= fewest)
    matrix = matrix[:, frequent]
    matrix = matrix[np.flatnonzero(np.asarray(matrix.sum(axis=1)).ravel() > 0)]
    most = min(matrix.shape[0] // TEXTS_PER_THEME, matrix.shape[1] // 2)
    if matrix.shape[0] < FEWEST_TEXTS:
        return ()
    names = vectoriser.get_feature_names_out()[frequent]
    stable = [_stable_words(matrix, count, rng) for count in NUMBERS if count <= most]
    found = max(stable, key=len, default=[])
    return tuple(_theme([str(names[word]) for word in top], place, language) for place, top in enumerate(found, 1))


def _stable_words(matrix: Any, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return the words of those of `count` factors that come back when texts are drawn anew, the weightiest first."""
    found, weight = _factors(matrix, count)
    returned = np.zeros(count)
    for _ in range(RESAMPLES):
        rows = rng.integers(0, matrix.shape[0], matrix.shape[0])
        again, _ = _factors(matrix[rows], count)
        for place, top in enumerate(found):
            returned[place] += any(_jaccard(top, other) >= ALIKE for other in again)
    stable = (returned >= RETURNS * RESAMPLES) & np.array([len(top) >= FEWEST_WORDS for top in found])
    return [found[place] for place in np.argsort(-weight, kind="stable") if stable[place]]


def _theme(words: list[str], number: int, language: str) -> ThemeWords:
    join = "、" if language == "zh" else ", "
    label = join.join(words[:NAMING_WORDS])
    return ThemeWords(key=f"found_{language}_{number}", label=label, words=tuple(words), origin="data")


def _factors(matrix: Any, count: int) -> tuple[list[tuple[int, ...]], Floats]:
    """Return the strongest words of each factor, and each factor's weight over all texts."""
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(n_components=count, init="nndsvd", random_state=0, max_iter=200, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # words at the top are settled long before the last digit
        texts = model.fit_transform(matrix)
    tops = []
    for row in model.components_:
        order = np.argsort(-row, kind="stable")[:TOP_WORDS]
        tops.append(tuple(int(word) for word in order if row[word] > LEAST_WEIGHT * row[order[0]] and row[word] > 0))
    return tops, np.asarray(texts.sum(axis=0) * model.components_.sum(axis=1), dtype=float)


def _jaccard(first: Sequence[int], second: Sequence[int]) -> float:
    both = len(set(first) & set(second))
    return both / max(len(set(first) | set(second)), 1)
