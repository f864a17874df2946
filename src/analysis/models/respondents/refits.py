"""The two models fitted again with raking weights, and what that changes.

Both fits use the same rows, so the difference of their estimates takes its error from the differences of their
leave-one-account-out deviations. The weights are taken as given.
"""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.binomial import average_effect
from analysis.models.clustering import Floats, estimate_from_error
from analysis.models.linear import fit_linear
from analysis.models.loyalty import fit_loyalty_line, slope_estimate
from analysis.models.repurchase_fits import effect_estimate, fit_predictors
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.models.respondents.result import RefittedModel
from analysis.models.terms import SATISFACTION
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

LOYALTY_NAME = N_("Loyalty, points per 10 points of satisfaction")
REPURCHASE_NAME = N_("Chance to buy again, percentage points per 10 points of satisfaction")
Multipliers = dict[int, "pd.Series[float]"]
"""Wave's place in time -> raked over starting weight, by customer who answered."""


def refit_models(multipliers: Multipliers, data: ClientData, params: ClientParams) -> tuple[RefittedModel, ...]:
    """Return both models as reported and with raking weights, each wave's answers with the wave's own weights."""
    return _refit_loyalty(multipliers, data, params), _refit_repurchase(multipliers, data, params)


def _missing(key: str, name: object, reason: NotEstimable) -> RefittedModel:
    return RefittedModel(key=key, name=name, reported=reason, raked=reason, difference=reason)  # type: ignore[arg-type]


def _refit_loyalty(multipliers: Multipliers, data: ClientData, params: ClientParams) -> RefittedModel:
    line = fit_loyalty_line(data, params)
    if isinstance(line, NotEstimable):
        return _missing("loyalty", LOYALTY_NAME, line)
    rows = line.sample.rows
    factor = _factors(rows["customer_id"], rows["wave_order"], multipliers)
    if factor is None:
        return _missing("loyalty", LOYALTY_NAME, _unweighted(len(rows)))
    again = fit_linear(
        line.outcome, line.design.matrix, weights=line.sample.weights * factor, clusters=line.sample.clusters
    )
    moved = again.deviations[:, 1] - line.fit.deviations[:, 1]
    difference: Outcome = estimate_from_error(
        again.coefficients[1] - line.fit.coefficients[1],
        float(np.sqrt(moved @ moved)),
        clusters=again.accounts,
        unit="index",
        n=len(rows),
        method="cr3-t",
    )
    return RefittedModel(
        key="loyalty",
        name=LOYALTY_NAME,
        reported=slope_estimate(line.fit),
        raked=slope_estimate(again),
        difference=difference,
    )


def _refit_repurchase(multipliers: Multipliers, data: ClientData, params: ClientParams) -> RefittedModel:
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return _missing("repurchase", REPURCHASE_NAME, plan)
    survey = data.table("survey").dropna(subset=["customer_id"])
    latest = survey.groupby([survey["customer_id"].astype(str), "responded_on"])["wave_order"].max()
    place = pd.MultiIndex.from_arrays([plan.rows["customer_id"], plan.rows["responded_on"]])
    factor = _factors(plan.rows["customer_id"], latest.reindex(place).reset_index(drop=True), multipliers)
    if factor is None:
        return _missing("repurchase", REPURCHASE_NAME, _unweighted(len(plan.rows)))
    design = plan.designs["satisfaction"]
    column = design.position(SATISFACTION.key)
    fits = [
        fit_predictors(plan.outcome, design, weights, plan.clusters).fit
        for weights in (plan.weights, plan.weights * factor)
    ]
    (first, moves_first), (second, moves_second) = (average_effect(fit, column) for fit in fits)
    moved = moves_second - moves_first
    return RefittedModel(
        key="repurchase",
        name=REPURCHASE_NAME,
        reported=effect_estimate(fits[0], column),
        raked=effect_estimate(fits[1], column),
        difference=estimate_from_error(
            100 * (second - first),
            100 * float(np.sqrt(moved @ moved)),
            clusters=fits[1].accounts,
            unit="percentage_points",
            n=len(plan.rows),
            method="ame-delta-cr3-t",
        ),
    )


def _factors(customers: pd.Series, waves: pd.Series, multipliers: Multipliers) -> Floats | None:
    """Return each row's factor (mean 1), or None where a row has no weight: weights fail closed."""
    factor = np.full(len(customers), np.nan)
    ids = customers.astype(str).to_numpy()
    order = waves.to_numpy(dtype=float, na_value=np.nan)
    for wave, known in multipliers.items():
        here = order == wave
        factor[here] = known.reindex(ids[here]).to_numpy(dtype=float)
    if not (np.isfinite(factor).all() and (factor > 0).all()):
        return None
    return np.asarray(factor / factor.mean(), dtype=np.float64)


def _unweighted(n: int) -> NotEstimable:
    return NotEstimable(reason=N_("Some of its answers have no weight, so the model was not fitted again."), n=n)
