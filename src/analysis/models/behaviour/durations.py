"""How soon customers order after they answered: a Cox regression on the days since their last order."""

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.behaviour.counts import ratio_estimate
from analysis.models.behaviour.cox import CoxFit, fit_cox
from analysis.models.behaviour.cox_checks import proportional_hazards_test
from analysis.models.behaviour.cox_effect import average_chance_effect
from analysis.models.behaviour.heldout import validate_durations
from analysis.models.behaviour.plan import BehaviourPlan, plan_behaviour
from analysis.models.behaviour.result import BehaviourFit, DurationModel
from analysis.models.behaviour.samples import period_rows
from analysis.models.clustering import Floats, coefficient_rows, estimate_from_error
from analysis.models.diagnostics import check_collinearity, check_cook
from analysis.models.repurchase_fits import NAMES
from analysis.models.results import Diagnostic, PredictorSet
from analysis.models.terms import LOYALTY, SATISFACTION, Design
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

ALPHA = 0.05


def fit_durations(data: ClientData, params: ClientParams) -> DurationModel | NotEstimable:
    """Fit the time to the next order on satisfaction and loyalty, past buying held, one row a customer and wave.

    The tables `survey` and `transactions` must be there (`repurchase.missing_data`).
    """
    rows = period_rows(data, params)
    plan = plan_behaviour(rows, params, clock=True)
    if isinstance(plan, NotEstimable):
        return plan
    start, stop, event = (plan.rows[name].to_numpy(dtype=float) for name in ("start", "stop", "event"))
    fits: dict[PredictorSet, CoxFit] = {
        key: fit_cox(start, stop, event, design.matrix[:, 1:], weights=plan.weights, clusters=plan.clusters)
        for key, design in plan.designs.items()
    }
    for key, fit in fits.items():
        reason = _unusable(fit, plan.designs[key])
        if reason is not None:
            return NotEstimable(reason=reason, n=plan.customers)
    return _result(data, params, plan, fits)


def _result(
    data: ClientData, params: ClientParams, plan: BehaviourPlan, fits: dict[PredictorSet, CoxFit]
) -> DurationModel:
    main, design = fits["satisfaction"], plan.designs["satisfaction"]
    both, full = fits.get("satisfaction_loyalty"), plan.designs[plan.full_key]
    absent = NotEstimable(reason=plan.loyalty_reason)
    return DurationModel(
        n=plan.customers,
        periods=len(plan.rows),
        events=main.events,
        censored=len(plan.rows) - main.events,
        without_order_before=int(plan.rows["no_order_before"].sum()),
        missing=plan.missing,
        recorded_until=data.recorded_until("transactions").date().isoformat(),
        horizon_days=params.repurchase.horizon_days,
        weighted=plan.weighted,
        ties=main.ties,
        satisfaction_ratio=hazard_ratio(main, design, SATISFACTION.key, plan.customers),
        satisfaction_chance=_chance(main, plan, params),
        satisfaction_direct_ratio=hazard_ratio(both, full, SATISFACTION.key, plan.customers) if both else absent,
        loyalty_ratio=hazard_ratio(both, full, LOYALTY.key, plan.customers) if both else absent,
        fits=tuple(_summary(key, plan.designs[key], fit) for key, fit in fits.items()),
        validation=validate_durations(plan, fits, params),
        diagnostics=(
            check_collinearity(full, plan.weights, (SATISFACTION.key, LOYALTY.key)),
            check_proportionality(main, design.position(SATISFACTION.key) - 1),
            check_cook(main.deviations, main.information, main.accounts),
            check_censoring(plan),
        ),
        controls=design.controls,
        notes=plan.notes + design.notes,
    )


def hazard_ratio(fit: CoxFit, design: Design, key: str, n: int) -> Estimate:
    """Return how many times as likely an order is, on any day it is still awaited, for one step of a term."""
    column = design.position(key) - 1  # the design's intercept is no covariate of the Cox model
    error = float(np.sqrt(fit.covariance[column, column]))
    return ratio_estimate(float(fit.coefficients[column]), error, n, fit.accounts)


def _chance(fit: CoxFit, plan: BehaviourPlan, params: ClientParams) -> Outcome:
    """Return what 10 points mean for the chance to order within the horizon, over customers at their latest response.

    The last row of each customer counts, whether its horizon is complete or not: the model knows the hazard.
    """
    last = ~plan.rows["customer_id"].duplicated(keep="last").to_numpy()
    column = plan.designs["satisfaction"].position(SATISFACTION.key) - 1
    entry: Floats = plan.rows["start"].to_numpy(dtype=float)
    value, deviations = average_chance_effect(fit, column, entry, float(params.repurchase.horizon_days), last)
    error = 100 * float(np.sqrt(deviations @ deviations))
    return estimate_from_error(
        100 * value, error, clusters=fit.accounts, unit="percentage_points", n=plan.customers, method="ame-delta-cr3-t"
    )


def _summary(key: PredictorSet, design: Design, fit: CoxFit) -> BehaviourFit:
    return BehaviourFit(
        key=key,
        name=NAMES[key],
        coefficients=coefficient_rows(design.terms[1:], fit.coefficients, fit.covariance, fit.accounts),
        log_likelihood=fit.log_likelihood,
    )


def _unusable(fit: CoxFit, design: Design) -> Message | None:
    """Return why a fit has no finite answer, or None."""
    if fit.diverging is not None:
        return N_(
            "{term:message} tells without exception who orders first, so that the model of the time to the next order "
            "has no finite answer.",
            term=design.terms[fit.diverging + 1].label,
        )
    if not fit.converged:
        return N_("The model did not reach an answer on these data.")
    return None


def check_proportionality(fit: CoxFit, column: int) -> Diagnostic:
    """Say whether the hazard ratio of satisfaction is the same at all times since the last order."""
    name = N_("Same ratio at all times (proportional hazards)")
    test = proportional_hazards_test(fit, column)
    if test.p_value >= ALPHA:
        finding = N_("No drift of the ratio with time since the last order shows (p = {p:pvalue}).", p=test.p_value)
    elif test.drift > 0:
        finding = N_(
            "The ratio grows with the time since the last order (p = {p:pvalue}): the one that is given is an average.",
            p=test.p_value,
        )
    else:
        finding = N_(
            "The ratio shrinks with the time since the last order (p = {p:pvalue}): the one that is given is an "
            "average.",
            p=test.p_value,
        )
    return Diagnostic(
        key="proportional_hazards",
        name=name,
        finding=finding,
        verdict="fine" if test.p_value >= ALPHA else "caution",
        statistic=test.statistic,
        p_value=test.p_value,
    )


def check_censoring(plan: BehaviourPlan) -> Diagnostic:
    """Say how many periods ended without an order, and why that is no bias by itself."""
    rows = plan.rows
    open_ended = int((rows["event"] == 0).sum())
    finding = N_(
        "{open:int} of {periods:int} periods ended without an order, at the next answer or at the end of the record; "
        "they count for as long as they lasted.",
        open=open_ended,
        periods=len(rows),
    )
    share = open_ended / len(rows)
    return Diagnostic(
        key="censoring", name=N_("Periods without an order"), finding=finding, verdict="fine", statistic=share
    )
