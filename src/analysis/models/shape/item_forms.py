"""Whether the answers to the main loyalty item are better foretold as numbers or as ordered answers, line or curve.

Least squares speaks of numbers and the ordered logit of categories. Both are made to name the probability of each
answer: the normal distribution around the fitted value is cut half-way between neighbouring answers. Their
cross-validated log scores are then about the same thing and can be compared.
"""

import numpy as np
from scipy.special import expit, ndtr

from analysis.messages import N_, Message
from analysis.models import ordered
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Codes, Floats, sum_by_cluster
from analysis.models.forms import FEWEST_ACCOUNTS, FOLDS, least_squares
from analysis.models.loyalty_ordered import Answers, as_categories, main_item
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.shape.result import ItemForm, ItemForms
from analysis.models.shape.spline import restricted_cubic, spline_knots
from analysis.models.terms import COLLINEAR, Design
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

NAMES: dict[str, Message] = {
    "gaussian": N_("Least squares, straight line"),
    "gaussian_spline": N_("Least squares, smooth curve"),
    "ordered": N_("Ordered logit, straight line"),
    "ordered_spline": N_("Ordered logit, smooth curve"),
}
# Every form leaves so much probability to all answers alike, so that no single answer that a form holds to be
# impossible decides the comparison.
SURPRISE = 0.001


def compare_item_forms(sample: LoyaltySample, design: Design, params: ClientParams) -> ItemForms | NotEstimable:
    """Compare the four forms on the main loyalty item by log scores cross-validated by account."""
    found = main_item(sample, params)
    if found is None:
        return NotEstimable(reason=N_("No loyalty question has answers of its own."))
    key, item = found
    answers = as_categories(sample.rows, key, item)
    rows = answers.rows
    clusters = np.unique(sample.clusters[rows], return_inverse=True)[1]
    accounts = int(clusters.max()) + 1
    if accounts < FEWEST_ACCOUNTS or len(answers.lowest) < 3:
        return NotEstimable(reason=N_("Too few answered the loyalty question to compare forms."))
    w = sample.weights[rows] / sample.weights[rows].sum()
    rng = model_generator("loyalty-item-forms", params)
    fold = (rng.permutation(accounts) % FOLDS)[clusters]
    value = sample.rows[key].to_numpy(dtype=float, na_value=np.nan)[rows]
    line = design.matrix[rows]
    scores = _scores(answers, value, line, sample.satisfaction[rows], w, fold)
    gains = {name: _gain(score - scores["gaussian"], w, clusters) for name, score in scores.items()}
    best = max(gains, key=lambda name: gains[name][0])
    chosen = best if gains[best][0] > gains[best][1] else "gaussian"
    forms = tuple(
        ItemForm(
            key=name,  # type: ignore[arg-type]
            name=NAMES[name],
            log_score=float(w @ score),
            difference=None if name == "gaussian" else gains[name][0],
            std_error=None if name == "gaussian" else gains[name][1],
            chosen=name == chosen,
        )
        for name, score in scores.items()
    )
    return ItemForms(item=key, n=len(rows), folds=FOLDS, forms=forms)


def _scores(
    answers: Answers, value: Floats, line: Floats, satisfaction: Floats, weights: Floats, fold: Codes
) -> dict[str, Floats]:
    """Return each row's log probability of its answer under each form fitted without the row's fold."""
    scores = {name: np.empty(len(value)) for name in NAMES}
    lowest, highest = np.array(answers.lowest), np.array(answers.highest)
    limits = (highest[:-1] + lowest[1:]) / 2
    for number in range(FOLDS):
        test = fold == number
        train = ~test
        knots = spline_knots(satisfaction[train], weights[train])
        curve = np.column_stack([line, restricted_cubic(satisfaction, knots)])
        for suffix, matrix in (("", line), ("_spline", curve)):
            own = answers.category[test]
            normal = _normal_probabilities(matrix, value, weights, train, test, limits)
            scores[f"gaussian{suffix}"][test] = _log_score(normal, own)
            logistic = _ordered_probabilities(matrix, answers.category, weights, train, test, len(lowest))
            scores[f"ordered{suffix}"][test] = _log_score(logistic, own)
    return scores


def _log_score(probabilities: Floats, own: Codes) -> Floats:
    levels = probabilities.shape[1]
    return np.asarray(np.log((1 - SURPRISE) * probabilities[np.arange(len(own)), own] + SURPRISE / levels))


def _normal_probabilities(
    matrix: Floats, value: Floats, weights: Floats, train: Codes, test: Codes, limits: Floats
) -> Floats:
    """Return the probability of each answer under least squares, the normal distribution cut at `limits`."""
    coefficients = least_squares(matrix[train], value[train], weights[train])
    residuals = value[train] - matrix[train] @ coefficients
    spread = np.sqrt(max(float(np.average(residuals**2, weights=weights[train])), np.finfo(float).tiny))
    below = ndtr((limits - (matrix[test] @ coefficients)[:, None]) / spread)
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def _ordered_probabilities(
    matrix: Floats, category: Codes, weights: Floats, train: Codes, test: Codes, levels: int
) -> Floats:
    """Return the probability of each answer under the ordered logit; answers absent from `train` have none."""
    diagonal = np.abs(np.diag(np.linalg.qr(matrix[train], mode="r")))
    own = diagonal > COLLINEAR * np.linalg.norm(matrix[train], axis=0)  # not explained by the columns before
    columns = matrix[:, 1:][:, own[1:]]
    present, codes = np.unique(category[train], return_inverse=True)
    centre, spread = columns[train].mean(axis=0), columns[train].std(axis=0)
    columns = (columns - centre) / spread
    theta = _maximum(codes, columns[train], len(present), weights[train] / weights[train].mean())
    cuts = len(present) - 1
    below = expit(theta[:cuts] - (columns[test] @ theta[cuts:])[:, None])
    probabilities = np.zeros((int(test.sum()), levels))
    probabilities[:, present] = np.diff(below, axis=1, prepend=0.0, append=1.0)
    return probabilities


def _maximum(codes: Codes, columns: Floats, levels: int, weights: Floats) -> Floats:
    """Return cut points and slopes at the maximum; the errors, which `fit_ordered` adds, cost ten times as much."""
    rows = ordered._rows(codes, columns, levels, weights)
    return ordered._maximise(rows, ordered._start(codes, levels, weights, columns.shape[1]))[0]


def _gain(difference: Floats, weights: Floats, clusters: Codes) -> tuple[float, float]:
    """Return the mean gain in log score and its standard error, clustered by account."""
    mean = float(weights @ difference)
    sums = sum_by_cluster(weights * (difference - mean), clusters)
    return mean, float(np.sqrt(len(sums) / (len(sums) - 1) * sums @ sums))
