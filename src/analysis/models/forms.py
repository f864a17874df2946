"""Which shape the relation has, judged by how well each shape predicts accounts that it has not seen."""

import zlib
from collections.abc import Callable

import numpy as np

from analysis.messages import N_, Message
from analysis.models.clustering import SINGULAR, Floats, sum_by_cluster
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.results import FunctionalForm
from analysis.models.shape.spline import restricted_cubic, spline_knots, weighted_quantiles
from analysis.models.terms import SATISFACTION, Design
from analysis.params.model import ClientParams

FOLDS = 10
# Fewer accounts leave folds of a handful, in which scores say nothing.
FEWEST_ACCOUNTS = 5 * FOLDS
THRESHOLD_QUANTILES = (0.2, 0.35, 0.5, 0.65, 0.8)

NAMES: dict[str, Message] = {
    "linear": N_("Straight line"),
    "spline": N_("Smooth curve"),
    "threshold": N_("Bend at a threshold"),
    "asymmetric": N_("Different slopes below and above the average"),
}
# Satisfaction and weight of all rows and which rows train -> candidates for the columns beside satisfaction itself.
Candidates = Callable[[Floats, Floats, np.ndarray], list[Floats]]


def compare_forms(
    sample: LoyaltySample, design: Design, outcome: Floats, params: ClientParams
) -> tuple[FunctionalForm, ...]:
    """Compare line, spline, threshold and asymmetric form by the cross-validated Gaussian log score.

    Folds are made of whole accounts. The line is kept unless the best other form beats it by more than one standard
    error of the difference. Empty below `FEWEST_ACCOUNTS` accounts.
    """
    if sample.accounts < FEWEST_ACCOUNTS:
        return ()
    rng = np.random.default_rng([params.seed, zlib.crc32(b"loyalty-forms")])
    fold = (rng.permutation(sample.accounts) % FOLDS)[sample.clusters]
    x = design.matrix[:, design.position(SATISFACTION.key)]
    w = sample.weights / sample.weights.sum()
    scores = {key: held_out_scores(design.matrix, outcome, w, x, fold, candidates) for key, candidates in FORMS.items()}
    gains = {key: _gain(values - scores["linear"], w, sample) for key, values in scores.items()}
    best = max(gains, key=lambda key: gains[key][0])
    chosen = best if gains[best][0] > gains[best][1] else "linear"
    return tuple(
        FunctionalForm(
            key=key,  # type: ignore[arg-type]
            name=NAMES[key],
            log_score=float(w @ values),
            difference=None if key == "linear" else gains[key][0],
            std_error=None if key == "linear" else gains[key][1],
            chosen=key == chosen,
        )
        for key, values in scores.items()
    )


def held_out_scores(
    matrix: Floats, outcome: Floats, weights: Floats, x: Floats, fold: np.ndarray, candidates: Candidates
) -> Floats:
    """Return each row's log density under the model fitted without the row's fold."""
    scores = np.empty(len(outcome))
    for number in range(FOLDS):
        test = fold == number
        train = ~test
        best = np.inf
        for extra in candidates(x, weights, train):
            full = np.column_stack([matrix, extra])
            coefficients = least_squares(full[train], outcome[train], weights[train])
            variance = float(np.average((outcome[train] - full[train] @ coefficients) ** 2, weights=weights[train]))
            if variance < best:
                best = variance
                residual = outcome[test] - full[test] @ coefficients
                scores[test] = -0.5 * (np.log(2 * np.pi * variance) + residual**2 / variance)
    return scores


def least_squares(design: Floats, outcome: Floats, weights: Floats) -> Floats:
    """Return weighted least-squares coefficients; 0 for a column that the training rows do not inform.

    Normal equations of columns scaled to length 1: many small fits, for which a decomposition of the rows is too slow.
    """
    length = np.sqrt(weights @ design**2)
    scale = 1 / np.where(length > 0, length, 1.0)
    weighted = design * (weights[:, None] * scale)
    inverse = np.linalg.pinv(weighted.T @ design * scale, rcond=SINGULAR, hermitian=True)
    return np.asarray(inverse @ (weighted.T @ outcome) * scale)


def _gain(difference: Floats, weights: Floats, sample: LoyaltySample) -> tuple[float, float]:
    """Return the mean gain in log score and its standard error, clustered by account."""
    mean = float(weights @ difference)
    sums = sum_by_cluster(weights * (difference - mean), sample.clusters)
    return mean, float(np.sqrt(len(sums) / (len(sums) - 1) * sums @ sums))


def _line(x: Floats, weights: Floats, train: np.ndarray) -> list[Floats]:
    return [np.empty((len(x), 0))]


def _spline(x: Floats, weights: Floats, train: np.ndarray) -> list[Floats]:
    return [restricted_cubic(x, spline_knots(x[train], weights[train]))]


def _threshold(x: Floats, weights: Floats, train: np.ndarray) -> list[Floats]:
    """Return one hinge for each candidate threshold; the training rows choose."""
    cuts = np.unique(weighted_quantiles(x[train], weights[train], THRESHOLD_QUANTILES))
    return [np.maximum(x - cut, 0)[:, None] for cut in cuts]


def _asymmetric(x: Floats, weights: Floats, train: np.ndarray) -> list[Floats]:
    return [np.maximum(x - np.average(x[train], weights=weights[train]), 0)[:, None]]


FORMS: dict[str, Candidates] = {
    "linear": _line,
    "spline": _spline,
    "threshold": _threshold,
    "asymmetric": _asymmetric,
}
