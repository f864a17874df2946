"""Whether satisfaction and loyalty go with buying again, beyond what past buying already says."""

import zlib

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_
from analysis.models.binomial import Logit, predicted_mean
from analysis.models.clustering import Codes, Floats, cluster_codes, critical_value
from analysis.models.crossvalidation import FOLDS, fewest_clusters, validate
from analysis.models.curve import binned_means, satisfaction_grid
from analysis.models.memory import once_per_client
from analysis.models.repurchase_checks import check_repurchase
from analysis.models.repurchase_fits import effect_estimate, fit_predictors, summarise_fit
from analysis.models.repurchase_plan import Plan, behaviour_controls, events_reason, plan_repeat_purchase
from analysis.models.repurchase_sample import bought_between, history, purchase_days
from analysis.models.results import (
    Curve,
    CurvePoint,
    PredictorSet,
    RepurchaseModel,
    Validation,
)
from analysis.models.terms import LOYALTY, SATISFACTION, Design, build_design
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))


@once_per_client
def fit_repeat_purchase(data: ClientData, params: ClientParams) -> RepurchaseModel | NotEstimable:
    """Fit repeat purchase on satisfaction and loyalty, one row a customer.

    Each customer enters at its latest response whose horizon is complete; satisfaction and loyalty are its answers in
    that wave, recency, frequency and tenure are from before the response, the outcome is a purchase within
    `params.repurchase.horizon_days` after it. A customer whose horizon reaches past `as_of` is left out (censored),
    never counted as one who did not buy.

    Returns
    -------
    RepurchaseModel or NotEstimable
        The reason is a sentence for the client: no survey, no orders, no link between them, too few (non-)buyers.
    """
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return plan
    return _fit(data, params, plan)


def _fit(data: ClientData, params: ClientParams, plan: Plan) -> RepurchaseModel:
    y, w = plan.outcome, plan.weights
    designs = plan.designs
    fits = {key: fit_predictors(y, design, w, plan.clusters) for key, design in designs.items()}
    summaries = {key: summarise_fit(key, designs[key], fits[key]) for key in designs}
    full_key: PredictorSet = "satisfaction_loyalty" if "satisfaction_loyalty" in designs else "satisfaction"
    rows = plan.rows
    full = summaries.get("satisfaction_loyalty")
    direct: Outcome = full.effect(SATISFACTION.key) if full else NotEstimable(reason=plan.loyalty_reason)
    loyalty: Outcome = full.effect(LOYALTY.key) if full else NotEstimable(reason=plan.loyalty_reason)
    notes = plan.notes + designs[full_key].notes
    return RepurchaseModel(
        n=len(y),
        events=int(y.sum()),
        counts=plan.counts,
        horizon_days=params.repurchase.horizon_days,
        history_days=params.repurchase.history_days,
        first_response=rows["responded_on"].min().date().isoformat(),
        last_response=rows["responded_on"].max().date().isoformat(),
        weighted=plan.weighted,
        repeat_rate=repeat_rate(y, w, plan.clusters),
        fits=tuple(summaries.values()),
        satisfaction_effect=summaries["satisfaction"].effect(SATISFACTION.key),
        satisfaction_direct_effect=direct,
        loyalty_effect=loyalty,
        validation=_validate(params, plan, full_key, fits[full_key].fit.estimator == "firth"),
        placebo=placebo_effect(data, params, plan),
        controls=designs["satisfaction"].controls,
        diagnostics=check_repurchase(designs[full_key], fits, plan),
        curve=_curve(params, designs["satisfaction"], fits["satisfaction"].fit, rows),
        notes=notes,
    )


def repeat_rate(outcome: Floats, weights: Floats, clusters: Codes) -> Estimate:
    """Return the share who bought again with Wilson's interval on the effective n, clustered by group of companies."""
    sample = Sample(values=outcome, weights=weights, clusters=clusters, units=np.arange(len(outcome)))
    found = estimate(sample, SHARE, min_clusters=2)
    if isinstance(found, NotEstimable):
        raise TypeError("the plan lets no sample through that has no interval")
    return found


def _validate(params: ClientParams, plan: Plan, key: PredictorSet, penalised: bool) -> Validation | NotEstimable:
    y = plan.outcome
    if fewest_clusters(y, plan.clusters) < 2 * FOLDS:
        return NotEstimable(
            reason=N_("There are too few customers of either kind to hold some back and predict them."), n=len(y)
        )
    rng = np.random.default_rng([params.seed, zlib.crc32(b"repeat-purchase-validation")])
    baseline, full = plan.predicting["baseline"].matrix, plan.predicting[key].matrix
    return validate(y, baseline, full, plan.weights, plan.clusters, rng, penalised=penalised, full_key=key)


def placebo_effect(data: ClientData, params: ClientParams, plan: Plan) -> Outcome:
    """Return the "effect" of satisfaction on having bought in the horizon *before* the response.

    Recency, frequency and tenure are taken as they were at the beginning of that window. Past purchases can cause
    satisfaction, so a value off zero is a reason for care, no verdict.
    """
    horizon = params.repurchase.horizon_days
    observed = plan.rows["responded_on"] - pd.Timedelta(days=horizon) >= data.table("transactions")["ordered_on"].min()
    rows = plan.rows.loc[observed].reset_index(drop=True)
    purchases = purchase_days(data)
    if rows.empty:
        return NotEstimable(reason=N_("The orders do not reach back a full horizon before the responses."), n=0)
    past = history(rows, purchases, horizon, params.repurchase.history_days, data)
    rows = rows.drop(columns=list(past.columns)).join(past)
    y = bought_between(rows, purchases, -horizon - 1, -1).to_numpy(dtype=float)
    groups = cluster_codes(rows["group"], len(rows))
    design = placebo_design(rows)
    if isinstance(design, NotEstimable):
        return design
    needed = params.limits.events_per_parameter * (len(design.terms) - 1)
    if min(y.sum(), len(y) - y.sum()) < needed:
        return NotEstimable(reason=events_reason(int(y.sum()), len(y), horizon, needed, before=True), n=len(y))
    outcome = fit_predictors(y, design, rows["weight"].to_numpy(dtype=float), groups)
    return effect_estimate(outcome.fit, design.position(SATISFACTION.key))


def placebo_design(rows: pd.DataFrame) -> Design | NotEstimable:
    """Return satisfaction, and recency and frequency as of the window's beginning."""
    satisfaction = rows["satisfaction"].to_numpy(dtype=float) / 10
    if np.ptp(satisfaction) == 0:
        return NotEstimable(reason=N_("All these customers gave the same satisfaction."), n=len(rows))
    return build_design(len(rows), [(SATISFACTION, satisfaction)], behaviour_controls(rows))


def _curve(params: ClientParams, design: Design, fit: Logit, rows: pd.DataFrame) -> Curve:
    """Return the mean probability over satisfaction; its band is built on the logit scale to stay within 0 and 1."""
    satisfaction = rows["satisfaction"].to_numpy(dtype=float)
    column = design.position(SATISFACTION.key)
    quantile = critical_value(fit.accounts)
    points = []
    for value in satisfaction_grid(satisfaction, params.limits.small_cell):
        mean, deviations = predicted_mean(fit, column, value / 10)
        margin = quantile * float(np.sqrt(deviations @ deviations)) / (mean * (1 - mean))
        low, high = expit(logit(mean) - margin), expit(logit(mean) + margin)
        points.append(CurvePoint(satisfaction=float(value), fitted=mean, low=float(low), high=float(high)))
    customers = np.arange(len(satisfaction))
    bins = binned_means(satisfaction, fit.outcome, fit.weights, customers, params.limits.small_cell)
    return Curve(points=tuple(points), bins=bins)
