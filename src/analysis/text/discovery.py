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
TEXTS_PER_THEME, MOST_THEMES = 40, 6
TOP_WORDS, NAMING_WORDS = 6, 3
MOST_READ, MOST_WORDS = 4_000, 800
RESAMPLES = 10
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
    count = min(MOST_THEMES, matrix.shape[0] // TEXTS_PER_THEME, matrix.shape[1] // 2)
    if count < 1 or matrix.shape[0] < FEWEST_TEXTS:
        return ()
    names = vectoriser.get_feature_names_out()[frequent]
    return _stable_themes(matrix, names, count, language, rng)


def _stable_themes(
    matrix: Any, names: Any, count: int, language: str, rng: np.random.Generator
) -> tuple[ThemeWords, ...]:
    found, weight = _factors(matrix, count)
    returned = np.zeros(count)
    for _ in range(RESAMPLES):
        rows = rng.integers(0, matrix.shape[0], matrix.shape[0])
        again, _ = _factors(matrix[rows], count)
        for place, top in enumerate(found):
            returned[place] += any(_jaccard(top, other) >= ALIKE for other in again)
    stable = (returned >= RETURNS * RESAMPLES) & np.array([len(top) >= FEWEST_WORDS for top in found])
    kept = [place for place in np.argsort(-weight, kind="stable") if stable[place]]
    themes: list[ThemeWords] = []
    for place in kept:
        words = [str(names[word]) for word in found[place]]
        join = "、" if language == "zh" else ", "
        themes.append(
            ThemeWords(
                key=f"found_{language}_{len(themes) + 1}",
                label=join.join(words[:NAMING_WORDS]),
                words=tuple(words),
                origin="data",
            )
        )
    return tuple(themes)


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
