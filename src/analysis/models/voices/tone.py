"""The tone of every text, by the client's own model where its scores teach one, and how far that may be trusted."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.indicators.estimation import Measure, Sample, estimate, wilson_limits
from analysis.messages import N_, Message
from analysis.models.clustering import Floats, critical_value, sum_by_cluster
from analysis.models.voices.result import ToneModel
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome
from analysis.text.polarity import ACCURACY, ToneLanguage, general_scores
from analysis.text.tone import FEWEST_OF_EACH, can_learn, learn_tone

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
NORMAL = 1.959963984540054
SURE = 1.0
"""Least log odds of a text whose tone the client itself has named."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tones:
    """Log odds of a positive tone by text, the models that gave them, and why there is no own one (or None)."""

    scores: Floats
    models: tuple[ToneModel, ...]
    note: Message | None


def judge_tones(rows: pd.DataFrame, params: ClientParams, seed: int) -> Tones:
    """Return the tone of each text.

    A model of the client's own is learnt from complaints and praise where its feedback is so sorted (at least
    `FEWEST_OF_EACH` texts of either), else from the scores beside its texts. It serves where on held-out customers it
    is right more often than naming the commoner tone always would be, beyond its interval; else the general models do.
    What the client itself calls a complaint or praise keeps that tone.
    """
    texts = rows["text"].tolist()
    general = np.zeros(len(rows))
    languages: list[ToneLanguage] = ["zh", "en"]
    for language in languages:
        chosen = (rows["language"] == language).to_numpy()
        general[chosen] = general_scores([text for text, take in zip(texts, chosen, strict=True) if take], language)
    customers = rows["customer"].to_numpy(dtype=np.int64)
    kinds = rows["kind"].to_numpy(dtype=float)
    given: list[tuple[Literal["kinds", "scores"], Floats]] = [
        ("kinds", kinds),
        ("scores", rows["label"].to_numpy(dtype=float)),
    ]
    usable = next(((name, labels) for name, labels in given if can_learn(labels, customers)), None)
    if usable is None:
        note = N_(
            "There are too few texts with a good and with a bad score beside them (at least {least:int} of each) to"
            " learn their tone from; a general model serves.",
            least=FEWEST_OF_EACH,
        )
        return Tones(scores=_as_called(general, kinds), models=_general_models(rows), note=note)
    learnt_from, labels = usable
    own = learn_tone(texts, labels, customers, general, seed=seed)
    known = np.isfinite(own.held_out)
    accuracy = _accuracy(labels[known], own.held_out[known], customers[known], params)
    majority = float(max(labels[known].mean(), 1 - labels[known].mean()))
    serves = isinstance(accuracy, Estimate) and accuracy.low > majority
    model = ToneModel(
        key="own",
        learnt_from=learnt_from,
        serves=serves,
        language="all",
        texts=len(rows),
        accuracy=accuracy,
        auc=auc_estimate(labels[known], own.held_out[known], customers[known]),
        majority=majority,
        general_accuracy=_accuracy(labels[known], general[known], customers[known], params),
    )
    if serves:
        return Tones(scores=_as_called(own.scores, kinds), models=(model,), note=None)
    note = N_(
        "Learnt from the scores beside the texts, the tone is named no better than by always naming the commoner one; a"
        " general model serves."
    )
    return Tones(scores=_as_called(general, kinds), models=(model, *_general_models(rows)), note=note)


def _as_called(scores: Floats, kinds: Floats) -> Floats:
    """Return the scores with the sign that the client's own word for a text gives it, where there is one."""
    return np.where(np.isfinite(kinds), np.where(kinds == 1, 1, -1) * np.maximum(np.abs(scores), SURE), scores)


def _general_models(rows: pd.DataFrame) -> tuple[ToneModel, ...]:
    found = []
    for language, known in ACCURACY.items():
        texts = int((rows["language"] == language).sum())
        if not texts:
            continue
        share = known.correct / known.n
        low, high = wilson_limits(share, known.n, NORMAL)
        accuracy = Estimate(value=share, low=low, high=high, n=known.n, method="wilson", unit="proportion")
        found.append(
            ToneModel(
                key="general",
                learnt_from="reviews",
                serves=True,
                language=language,
                texts=texts,
                accuracy=accuracy,
                known_auc=known.auc,
                majority=known.majority,
                source=known.source,
            )
        )
    return tuple(found)


def _accuracy(labels: Floats, scores: Floats, customers: np.ndarray, params: ClientParams) -> Outcome:
    right = ((scores > 0) == (labels == 1)).astype(float)
    sample = Sample(
        values=right, weights=np.ones(len(right)), clusters=customers, units=np.arange(len(right), dtype=np.int64)
    )
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n)


def auc_estimate(labels: Floats, scores: Floats, customers: np.ndarray) -> Outcome:
    """Return the area under the ROC curve with an interval clustered by customer.

    DeLong's structural components [1]_, summed by customer; t with as many degrees of freedom as customers less one.

    References
    ----------
    .. [1] DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or more
       correlated receiver operating characteristic curves. Biometrics 44, 837-845.
    """
    good, bad = np.sort(scores[labels == 1]), np.sort(scores[labels == 0])
    if not len(good) or not len(bad):
        return NotEstimable(reason=N_("All scores are of one kind."), n=len(labels))
    placed = np.where(labels == 1, _below(bad, scores) / len(bad), 1 - _below(good, scores) / len(good))
    value = float(placed[labels == 1].mean())
    share = np.where(labels == 1, 1 / len(good), 1 / len(bad))
    _, code = np.unique(customers, return_inverse=True)
    influence = sum_by_cluster((placed - value) * share, code)
    count = len(influence)
    error = float(np.sqrt(count / max(count - 1, 1) * (influence**2).sum()))
    if count < 2 or error == 0:
        return NotEstimable(reason=N_("All scores are of one kind."), n=len(labels))
    margin = critical_value(count) * error
    return Estimate(
        value=value,
        low=max(0.0, value - margin),
        high=min(1.0, value + margin),
        n=len(labels),
        method="cluster-t",
        unit="ratio",
        std_error=error,
        clusters=count,
    )


def _below(ordered: Floats, values: Floats) -> Floats:
    """Return how many of `ordered` lie below each value, ties counted half."""
    return np.asarray((np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2)
