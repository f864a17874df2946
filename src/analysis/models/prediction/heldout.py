"""Log scores on held-out accounts, for several sets of predictors and all parts at once.

The parts of repeated cross-validation differ in their weights only (0 for what is held back), so all are fitted
together. Differences carry the corrected resampled variance of `crossvalidation` (Nadeau and Bengio 2003), because the
parts share customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats
from analysis.models.crossvalidation import EDGE, fewest_clusters, resampled_estimate, stratified_folds
from analysis.models.crossvalidation import FOLDS as FOLDS
from analysis.models.crossvalidation import REPEATS as REPEATS
from analysis.models.prediction.results import PredictorScore, ScoreDifference
from analysis.results import NotEstimable, Outcome

HUNDRED = 100.0  # scores are told per 100 customers
ALIKE = 1e-4  # of a score per 100 customers: below this two sets differ by the ridge only
RIDGE = 1e-6  # of the summed weights, on columns of variance 1: only lest a part without any variation has no solution
CELLS = 10_000_000  # rows times parts fitted at a time, so that memory stays bounded
ITERATIONS = 30
LONGEST_STEP = 5.0
TOLERANCE = 1e-9
Family = Literal["binomial", "normal"]


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Held-out log scores, times 100: one row a part, one column a set of predictors."""

    keys: tuple[str, ...]
    scores: Floats
    n: int

    def difference(self, first: str, second: str) -> Outcome:
        """Return the mean difference of two sets over the parts, with its interval."""
        gains = self.scores[:, self.keys.index(first)] - self.scores[:, self.keys.index(second)]
        if np.ptp(gains) <= ALIKE:
            return NotEstimable(
                reason=N_("The two predict every customer alike, so there is no difference to be tested."), n=self.n
            )
        return resampled_estimate(gains, self.n)

    def summary(self, names: Mapping[str, Message]) -> tuple[PredictorScore, ...]:
        """Return every set's score and its gain over the first."""
        first = self.keys[0]
        return tuple(
            PredictorScore(
                key=key,
                name=names[key],
                log_score=float(self.scores[:, place].mean()),
                gain=None if key == first else self.difference(key, first),
            )
            for place, key in enumerate(self.keys)
        )

    def differences(self, pairs: tuple[tuple[str, str], ...]) -> tuple[ScoreDifference, ...]:
        """Return those pairs of which both were scored."""
        return tuple(
            ScoreDifference(first=first, second=second, difference=self.difference(first, second))
            for first, second in pairs
            if first in self.keys and second in self.keys
        )


def score_held_out(
    outcome: Floats,
    designs: Mapping[str, Floats],
    weights: Floats,
    clusters: Codes,
    rng: np.random.Generator,
    family: Family,
) -> HeldOut | NotEstimable:
    """Return the log scores of several designs on the same held-out parts.

    Parameters
    ----------
    outcome
        Shape (n,): 0/1 for `binomial`.
    designs
        Key -> shape (n, k); all with the same rows.
    weights, clusters
        By row; rows of one cluster are held out together. Weights count in fitting as in scoring.
    rng
        Draws the parts.
    family
        Logistic regression, or least squares with normal errors.
    """
    above = outcome if family == "binomial" else _high(outcome, clusters)
    if fewest_clusters(above, clusters) < 2 * FOLDS:
        return NotEstimable(
            reason=N_("There are too few customers of either kind to hold some back and predict them."), n=len(outcome)
        )
    held = list(stratified_folds(above, clusters, rng))
    log_density = _binomial if family == "binomial" else _normal
    ready = [_standardised(design) for design in designs.values()]
    block = max(1, CELLS // len(outcome))
    scores = []
    for start in range(0, len(held), block):
        test = weights * np.array(held[start : start + block])
        densities = [log_density(outcome, design, weights - test) for design in ready]
        scores.append(np.column_stack([(test * each).sum(axis=1) / test.sum(axis=1) for each in densities]))
    return HeldOut(keys=tuple(designs), scores=HUNDRED * np.concatenate(scores), n=len(outcome))


def _high(outcome: Floats, clusters: Codes) -> Floats:
    """Return by row whether its cluster's largest outcome is above the average of such, to spread these over the parts.

    The largest and not the mean: deviations from a cluster's own mean have none.
    """
    largest = np.full(int(clusters.max()) + 1, -np.inf)
    np.maximum.at(largest, clusters, outcome)
    return (largest > largest.mean()).astype(float)[clusters]


def _standardised(design: Floats) -> Floats:
    """Return the columns with a variance of 1; about their mean where the design holds a constant, which stays."""
    spread = design.std(axis=0)
    varies = spread > TOLERANCE * (1 + np.abs(design).max(axis=0))
    centre = np.where(varies, design.mean(axis=0), 0.0) * (not varies.all())
    return np.asarray((design - centre) / np.where(varies, spread, 1.0))


def _binomial(outcome: Floats, design: Floats, train: Floats) -> Floats:
    """Return the log probability of every row's outcome under each part's fit, shape (parts, n)."""
    n, k = design.shape
    products = (design[:, :, None] * design[:, None, :]).reshape(n, k * k)
    ridge = RIDGE * train.sum(axis=1)[:, None, None] * np.eye(k)
    beta = np.zeros((len(train), k))
    for _ in range(ITERATIONS):
        fitted = expit(beta @ design.T)
        slope = (train * (outcome - fitted)) @ design - np.einsum("pij,pj->pi", ridge, beta)
        curvature = (train * fitted * (1 - fitted) @ products).reshape(-1, k, k) + ridge
        step = np.linalg.solve(curvature, slope[:, :, None])[:, :, 0]
        step /= np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True) / LONGEST_STEP)
        beta += step
        if np.abs(step).max() < TOLERANCE:
            break
    probability = np.clip(expit(beta @ design.T), EDGE, 1 - EDGE)
    return np.where(outcome == 1, np.log(probability), np.log1p(-probability))


def _normal(outcome: Floats, design: Floats, train: Floats) -> Floats:
    """Return the log density of every row's outcome under each part's fit, shape (parts, n)."""
    n, k = design.shape
    products = (design[:, :, None] * design[:, None, :]).reshape(n, k * k)
    total = train.sum(axis=1)
    curvature = (train @ products).reshape(-1, k, k) + RIDGE * total[:, None, None] * np.eye(k)
    beta = np.linalg.solve(curvature, ((train * outcome) @ design)[:, :, None])[:, :, 0]
    residual = outcome - beta @ design.T
    variance = (train * residual**2).sum(axis=1) / total  # no rows are counted, so that splitting one changes nothing
    return -0.5 * (np.log(2 * np.pi * variance)[:, None] + residual**2 / variance[:, None])
