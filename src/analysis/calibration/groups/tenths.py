"""Observed shares by tenth of the prediction, of customers whose chances are known.

Which customers make a tenth is each client's own, and so is the share that is true of it: no large client has it.
Here predictors, accounts and chances to buy again are those of a drawn client and of a model fitted to it; who buys is
drawn anew, customers of one account alike, and predicted by a model fitted to others. The truth of a tenth is then the
mean chance of its customers. The table of tenths is one for all models that predict whether something happens.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from scipy import stats
from scipy.special import expit

from analysis.calibration.groups.common import is_large
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.binomial import maximum_likelihood
from analysis.models.clustering import Codes, Floats
from analysis.models.crossvalidation import DECILES, FOLDS, calibration_table, stratified_folds
from analysis.models.repurchase_fits import fit_predictors
from analysis.models.repurchase_plan import Plan, plan_repeat_purchase
from analysis.params.model import ClientParams

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"specification": 1.0}
TRUTH = (2, 5_500)
HOME = "tenths"
INTRA = 0.3  # correlation, behind what they do, of the customers of one account
UNEVEN = 0.5  # standard deviation of the logarithms of the weights


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client, each relative to what is true of its tenth; of a large one, nil."""
    weighing = ("equal", "weighted")
    if is_large(data):
        return {_path(how, place): Reading(value=0.0) for how in weighing for place in range(DECILES)}
    plan = plan_repeat_purchase(data, params)
    if not isinstance(plan, Plan):
        return {}
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    count = len(plan.outcome)
    weights = {"equal": np.ones(count), "weighted": np.exp(UNEVEN * rng.standard_normal(count))}
    return {path: each for how in weighing for path, each in _tenths(how, plan, weights[how], rng)}


def _path(how: str, place: int) -> str:
    return f"{HOME}/{how}/{place}"


def _tenths(how: str, plan: Plan, weights: Floats, rng: np.random.Generator) -> Iterator[tuple[str, Reading]]:
    design = list(plan.predicting.values())[-1].matrix
    fullest = list(plan.designs.values())[-1]
    chance = expit(fullest.matrix @ fit_predictors(plan.outcome, fullest, plan.weights, plan.clusters).fit.coefficients)
    outcome = (_alike(plan.clusters, rng) < chance).astype(float)
    predicted = _predicted(outcome, design, weights, plan.clusters, rng)
    observed = calibration_table(outcome, predicted, weights, plan.clusters)
    known = calibration_table(chance, predicted, weights, plan.clusters)  # the same tenths: they hang on `predicted`
    for place, (share, truth) in enumerate(zip(observed, known, strict=True)):
        away = share.observed - truth.observed
        yield (
            _path(how, place),
            Reading(value=away, low=share.low - truth.observed, high=share.high - truth.observed, n=share.n),
        )


def _alike(clusters: Codes, rng: np.random.Generator) -> Floats:
    """Return numbers evenly spread over 0 to 1, correlated within a cluster."""
    own, shared = rng.standard_normal(len(clusters)), rng.standard_normal(int(clusters.max()) + 1)
    return np.asarray(stats.norm.cdf(np.sqrt(INTRA) * shared[clusters] + np.sqrt(1 - INTRA) * own))


def _predicted(outcome: Floats, design: Floats, weights: Floats, clusters: Codes, rng: np.random.Generator) -> Floats:
    """Return each customer's prediction by a model fitted to others."""
    predicted = np.zeros(len(outcome))
    for test in islice(stratified_folds(outcome, clusters, rng), FOLDS):
        varies = np.ptp(design[~test], axis=0) > 0
        varies[0] = True
        coefficients, _ = maximum_likelihood(outcome[~test], design[np.ix_(~test, varies)], weights[~test])
        predicted[test] = expit(design[np.ix_(test, varies)] @ coefficients)
    return predicted
