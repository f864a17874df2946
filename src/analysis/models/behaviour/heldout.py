"""Whether the answers help to predict how often and how soon customers order, on customers that the model has not seen.

Past buying alone (for how soon: frequency, on a clock of days since the last order) is set against past buying with the
answers; tenure, segment and wave are in neither.
The folds are those of the repeat-purchase model (`crossvalidation.stratified_folds`, same generator), over the
customers with a complete horizon; whole groups of companies are held out, and nothing of theirs helps to fit.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np

from analysis.messages import N_
from analysis.models.behaviour.cox import CoxFit, event_probability, maximise_partial
from analysis.models.behaviour.cox_checks import concordance
from analysis.models.behaviour.negative_binomial import (
    CountFit,
    any_probability,
    log_probabilities,
    maximise_counts,
)
from analysis.models.behaviour.plan import BehaviourPlan
from analysis.models.behaviour.result import BehaviourValidation
from analysis.models.behaviour.risk_sets import risk_sets
from analysis.models.clustering import Codes, Floats
from analysis.models.crossvalidation import (
    EDGE,
    FOLDS,
    REPEATS,
    brier_estimate,
    calibration_table,
    fewest_clusters,
    recalibration,
    resampled_estimate,
    stratified_folds,
    weighted_auc,
)
from analysis.models.results import HeldOutScore, PredictorSet
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Point

# Fits of parts start at the fit of the whole, so that few steps suffice; this share of a log-likelihood shows nowhere.
CLOSE = 1e-4

Prediction = tuple[Floats, float]
"""Probabilities of the held-out customers with a complete horizon, and the model's further score (NaN: none)."""
Predict = Callable[[Sequence[PredictorSet], Codes, Codes], list[Prediction]]
"""Predictor sets, rows that help to fit (mask) and rows to predict in; a prediction from each set out."""


def validate_counts(
    plan: BehaviourPlan, fits: dict[PredictorSet, CountFit], params: ClientParams
) -> BehaviourValidation | NotEstimable:
    """Compare the count model without and with the answers on held-out customers."""
    whole = fits["satisfaction"]
    y, offset, w = whole.outcome, np.log(whole.exposure), plan.weights

    def predict_from(key: PredictorSet, train: Codes, test: Codes) -> Prediction:
        design, fit = plan.predicting[key].matrix, fits[key]
        used = _varying(design[train], first=1)
        start = (fit.coefficients[_places(plan, key)][used], fit.dispersion)
        beta, dispersion, _, _ = maximise_counts(
            y[train], design[np.ix_(train, used)], offset[train], w[train], start=start, tolerance=CLOSE
        )
        fitted = np.exp(design[np.ix_(test, used)] @ beta + offset[test])
        score = float(np.average(log_probabilities(y[test], fitted, dispersion), weights=w[test]))
        return any_probability(fitted, dispersion), score

    def predict(keys: Sequence[PredictorSet], train: Codes, test: Codes) -> list[Prediction]:
        return [predict_from(key, train, test) for key in keys]

    tested = plan.rows["complete"].to_numpy(dtype=bool)
    return _validate(plan, tested, predict, "log_score", params)


def validate_durations(
    plan: BehaviourPlan, fits: dict[PredictorSet, CoxFit], params: ClientParams
) -> BehaviourValidation | NotEstimable:
    """Compare the duration model without and with the answers on held-out customers.

    Probabilities are those of the next order within the horizon, of customers whose horizon is complete (each at its
    latest such response), so that no censoring needs weighing; concordance is over all their rows.
    """
    rows = plan.rows
    start, stop, event = (rows[name].to_numpy(dtype=float) for name in ("start", "stop", "event"))
    w, horizon = plan.weights, float(params.repurchase.horizon_days)

    def predict(keys: Sequence[PredictorSet], train: Codes, test: Codes) -> list[Prediction]:
        risk, held = risk_sets(start[train], stop[train], event[train]), np.flatnonzero(~train)
        others = risk_sets(start[held], stop[held], event[held]) if event[held].any() else None
        predictions = []
        for key in keys:
            design = plan.predicting[key].matrix[:, 1:]
            whole = fits[key].coefficients[_places(plan, key)[1:] - 1]  # a Cox model has no intercept
            used = _varying(design[train], first=0)
            part = design[np.ix_(train, used)]
            centre = part.mean(axis=0)
            beta, hazard = maximise_partial(risk, part - centre, w[train], whole[used], CLOSE)
            linear = (design[:, used] - centre) @ beta
            ranked = None if others is None else concordance(others, linear[held], w[held])
            chance = event_probability(risk.times, hazard, linear[test], start[test], horizon)
            predictions.append((chance, np.nan if ranked is None else ranked))
        return predictions

    return _validate(plan, rows["latest"].to_numpy(dtype=bool), predict, "concordance", params)


def _validate(
    plan: BehaviourPlan,
    tested: Codes,
    predict: Predict,
    score: Literal["log_score", "concordance"],
    params: ClientParams,
) -> BehaviourValidation | NotEstimable:
    places = np.flatnonzero(tested)
    y, w = plan.rows["bought"].to_numpy(dtype=float)[places], plan.weights[places]
    codes = np.unique(plan.clusters[places], return_inverse=True)[1]
    if not len(y) or fewest_clusters(y, codes) < 2 * FOLDS:
        reason = N_("There are too few customers of either kind to hold some back and predict them.")
        return NotEstimable(reason=reason, n=len(y))
    keys: tuple[PredictorSet, PredictorSet] = ("baseline", plan.full_key)
    table, sums, errors = [], np.zeros((2, len(y))), np.zeros((2, len(y)))
    for test, train in _parts(plan, places, y, codes, params):
        row: list[float] = []
        for position, (predicted, further) in enumerate(predict(keys, train, places[test])):
            sums[position, test] += predicted
            squared = (y[test] - predicted) ** 2
            errors[position, test] += squared / REPEATS
            brier = float(np.average(squared, weights=w[test]))
            row += [weighted_auc(y[test], predicted, w[test]), brier, further]
        table.append(row)
    values = np.array(table)
    gains = (values[:, 3:] - values[:, :3]) * [1, -1, 1]
    if not np.isfinite(values).all() or (np.ptp(np.column_stack([values, gains]), axis=0) == 0).any():
        reason = N_("The predictions are the same in every part held back, so how certain they are cannot be told.")
        return NotEstimable(reason=reason, n=len(y))
    brier_gain = resampled_estimate(gains[:, 1], len(y))
    return BehaviourValidation(
        folds=FOLDS, repeats=REPEATS,
        baseline=_held_out(keys[0], values[:, 0], brier_estimate(errors[0], w, codes), y, sums[0], w, codes),
        full=_held_out(keys[1], values[:, 3], brier_estimate(errors[1], w, codes), y, sums[1], w, codes),
        auc_gain=resampled_estimate(gains[:, 0], len(y)), brier_gain=brier_gain,
        verdict="better" if brier_gain.low > 0 else "worse" if brier_gain.high < 0 else "no_difference",
        score=score,
        baseline_score=_mean(values[:, 2], len(y)),
        full_score=_mean(values[:, 5], len(y)),
        score_gain=_mean(gains[:, 2], len(y)),
    )  # fmt: skip


def _parts(
    plan: BehaviourPlan, places: Codes, y: Floats, codes: Codes, params: ClientParams
) -> Iterator[tuple[Codes, Codes]]:
    """Yield which of the tested customers are held out, and which rows of the plan help to fit."""
    rng = np.random.default_rng([params.seed, zlib.crc32(b"repeat-purchase-validation")])
    for test in stratified_folds(y, codes, rng):
        held = np.zeros(int(plan.clusters.max()) + 1, dtype=bool)
        held[plan.clusters[places[test]]] = True
        yield test, ~held[plan.clusters]


def _places(plan: BehaviourPlan, key: PredictorSet) -> Codes:
    """Return where the columns that predict stand in the set's whole design, at whose fit the parts' fits start."""
    return np.array([plan.designs[key].position(term.key) for term in plan.predicting[key].terms])


def _varying(design: Floats, first: int) -> Codes:
    """Return the columns that vary in these rows; the first `first` (an intercept) always stay."""
    varies = np.ptp(design, axis=0) > 0
    varies[:first] = True
    return np.flatnonzero(varies)


def _mean(values: Floats, n: int) -> Point:
    return Point(value=float(values.mean()), n=n, unit="ratio")


def _held_out(
    key: PredictorSet, auc: Floats, brier: Estimate, y: Floats, total: Floats, weights: Floats, clusters: Codes
) -> HeldOutScore:
    predicted = np.clip(total / REPEATS, EDGE, 1 - EDGE)
    slope, intercept = recalibration(y, predicted, weights)
    return HeldOutScore(
        key=key,
        auc=resampled_estimate(auc, len(y), (0.0, 1.0)),
        brier=brier,
        calibration_slope=slope,
        calibration_intercept=intercept,
        deciles=calibration_table(y, predicted, weights, clusters),
    )
