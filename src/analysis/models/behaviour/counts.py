"""How often customers order after they answered: a negative binomial regression beside past buying."""

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.behaviour.heldout import validate_counts
from analysis.models.behaviour.negative_binomial import CountFit, fit_negative_binomial, mean_rate_effect
from analysis.models.behaviour.plan import BehaviourPlan, plan_behaviour
from analysis.models.behaviour.result import BehaviourFit, CountModel
from analysis.models.behaviour.samples import count_rows
from analysis.models.clustering import (
    SINGULAR,
    coefficient_rows,
    critical_value,
    estimate_from_error,
    p_value,
    sum_by_cluster,
)
from analysis.models.diagnostics import check_collinearity, check_cook
from analysis.models.repurchase_fits import NAMES
from analysis.models.results import Diagnostic, PredictorSet
from analysis.models.terms import LOYALTY, SATISFACTION, Design
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable

DAYS_PER_YEAR = 365.25
BOUNDARY = 0.0


def fit_counts(data: ClientData, params: ClientParams) -> CountModel | NotEstimable:
    """Fit the orders after the response on satisfaction and loyalty, past buying held, one row a customer.

    The tables `survey` and `transactions` must be there (`repurchase.missing_data`).
    """
    rows = count_rows(data, params)
    plan = plan_behaviour(rows, params, clock=False)
    if isinstance(plan, NotEstimable):
        return plan
    y = plan.rows["orders"].to_numpy(dtype=float)
    exposure = plan.rows["exposure_days"].to_numpy(dtype=float)
    fits: dict[PredictorSet, CountFit] = {
        key: fit_negative_binomial(y, design.matrix, exposure=exposure, weights=plan.weights, clusters=plan.clusters)
        for key, design in plan.designs.items()
    }
    for key, fit in fits.items():
        reason = _unusable(fit, plan.designs[key])
        if reason is not None:
            return NotEstimable(reason=reason, n=len(y))
    return _result(plan, fits, params)


def _result(plan: BehaviourPlan, fits: dict[PredictorSet, CountFit], params: ClientParams) -> CountModel:
    main, design = fits["satisfaction"], plan.designs["satisfaction"]
    y, exposure = main.outcome, main.exposure
    both = fits.get("satisfaction_loyalty")
    absent = NotEstimable(reason=plan.loyalty_reason)
    full = plan.designs[plan.full_key]
    return CountModel(
        n=len(y),
        orders=int(y.sum()),
        buyers=int((y > 0).sum()),
        partial=int((~plan.rows["complete"].astype(bool)).sum()),
        missing=plan.missing,
        horizon_days=params.repurchase.horizon_days,
        mean_days=float(exposure.mean()),
        weighted=plan.weighted,
        rate=order_rate(main),
        estimator="negative_binomial" if main.dispersion > BOUNDARY else "poisson",
        dispersion=main.dispersion,
        satisfaction_ratio=rate_ratio(main, design.position(SATISFACTION.key)),
        satisfaction_orders=_orders_effect(main, design.position(SATISFACTION.key)),
        satisfaction_direct_ratio=rate_ratio(both, full.position(SATISFACTION.key)) if both else absent,
        loyalty_ratio=rate_ratio(both, full.position(LOYALTY.key)) if both else absent,
        fits=tuple(_summary(key, plan.designs[key], fit) for key, fit in fits.items()),
        validation=validate_counts(plan, fits, params),
        diagnostics=(
            check_collinearity(full, plan.weights, (SATISFACTION.key, LOYALTY.key)),
            check_dispersion(main),
            check_cook(main.deviations, main.information, len(y)),
        ),
        controls=design.controls,
        notes=plan.notes + design.notes,
    )


def ratio_estimate(value: float, error: float, n: int, clusters: int) -> Estimate:
    """Return the exponential of a coefficient with limits from t(G - 1) on the log scale; 1 is no relation."""
    margin = critical_value(clusters) * error
    return Estimate(
        value=float(np.exp(value)),
        low=float(np.exp(value - margin)),
        high=float(np.exp(value + margin)),
        n=n,
        method="log-cr3-t",
        unit="ratio",
        std_error=float(np.exp(value) * error),
        clusters=clusters,
        p_value=p_value(value / error, clusters) if error > 0 else float(value == 0),
    )


def rate_ratio(fit: CountFit, column: int) -> Estimate:
    """Return the incidence-rate ratio of one step of a column."""
    error = float(np.sqrt(fit.covariance[column, column]))
    return ratio_estimate(float(fit.coefficients[column]), error, len(fit.outcome), fit.accounts)


def order_rate(fit: CountFit) -> Estimate:
    """Return orders per customer and year: the ratio of weighted orders to weighted time, its error by account."""
    w, y, years = fit.weights, fit.outcome, fit.exposure / DAYS_PER_YEAR
    rate = float((w @ y) / (w @ years))
    own = sum_by_cluster(w * (y - rate * years), fit.clusters)
    remaining = np.maximum((w @ years) - sum_by_cluster(w * years, fit.clusters), SINGULAR)
    error = float(np.sqrt(((own / remaining) ** 2).sum())) / rate
    margin = critical_value(fit.accounts) * error
    return Estimate(
        value=rate, low=rate * float(np.exp(-margin)), high=rate * float(np.exp(margin)), n=len(y),
        method="log-cr3-t", unit="per_year", std_error=rate * error, clusters=fit.accounts,
    )  # fmt: skip


def _orders_effect(fit: CountFit, column: int) -> Estimate:
    value, deviations = mean_rate_effect(fit, column, DAYS_PER_YEAR)
    error = float(np.sqrt(deviations @ deviations))
    return estimate_from_error(
        value, error, clusters=fit.accounts, unit="per_year", n=len(fit.outcome), method="ame-delta-cr3-t"
    )


def _summary(key: PredictorSet, design: Design, fit: CountFit) -> BehaviourFit:
    return BehaviourFit(
        key=key,
        name=NAMES[key],
        coefficients=coefficient_rows(design.terms, fit.coefficients, fit.covariance, fit.accounts),
        log_likelihood=fit.log_likelihood,
        dispersion=fit.dispersion,
    )


def _unusable(fit: CountFit, design: Design) -> Message | None:
    """Return why a fit has no finite answer, or None."""
    if fit.diverging is not None:
        return N_(
            "{term:message} splits customers who ordered from those who did not without overlap, so that the model has "
            "no finite answer.",
            term=design.terms[fit.diverging].label,
        )
    if not fit.converged:
        return N_("The model did not reach an answer on these data.")
    return None


def check_dispersion(fit: CountFit) -> Diagnostic:
    """Say how far the orders vary beyond chance, and whether that matters."""
    name = N_("Spread of the orders beyond chance")
    if fit.dispersion == BOUNDARY:
        finding = N_(
            "Orders vary no more between alike customers than chance alone would have it (Poisson): the dispersion "
            "lies at its lower bound of 0."
        )
        return Diagnostic(key="dispersion", name=name, finding=finding, verdict="fine", statistic=0.0)
    typical = float(np.average(fit.fitted, weights=fit.weights))
    finding = N_(
        "At {mean:number1} orders expected, the variance is {times:number1} times that of chance alone (Poisson), "
        "which the negative binomial allows for.",
        mean=typical,
        times=1 + fit.dispersion * typical,
    )
    return Diagnostic(key="dispersion", name=name, finding=finding, verdict="fine", statistic=fit.dispersion)
