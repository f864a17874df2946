"""One predictor set, fitted: maximum likelihood, or Firth's where the data are separated."""

from dataclasses import dataclass

import numpy as np

from analysis.messages import N_, Message
from analysis.models.binomial import Logit, average_effect, fit_binomial
from analysis.models.clustering import Codes, Floats, coefficient_rows, estimate_from_error
from analysis.models.firth import fit_firth, profile_interval, profile_p_value
from analysis.models.results import BinomialFit, Coefficient, MarginalEffect, PredictorSet
from analysis.models.separation import Separation, detect_separation
from analysis.models.terms import Design
from analysis.results import Estimate

NAMES: dict[PredictorSet, Message] = {
    "baseline": N_("Past buying and controls"),
    "satisfaction": N_("Past buying, controls and satisfaction"),
    "satisfaction_loyalty": N_("Past buying, controls, satisfaction and loyalty"),
}


@dataclass(frozen=True, kw_only=True)
class PredictorFit:
    """The fit and the separation that decided its estimator."""

    fit: Logit
    separation: Separation


def fit_predictors(outcome: Floats, design: Design, weights: Floats, clusters: Codes | None = None) -> PredictorFit:
    """Fit by maximum likelihood, or by Firth's where that has no (reachable) maximum; errors are clustered."""
    separation = detect_separation(outcome, design.matrix)
    if separation.kind == "none":
        fit = fit_binomial(outcome, design.matrix, weights=weights, clusters=clusters)
        if fit.converged:
            return PredictorFit(fit=fit, separation=separation)
    return PredictorFit(
        fit=fit_firth(outcome, design.matrix, weights=weights, clusters=clusters), separation=separation
    )


def effect_estimate(fit: Logit, column: int) -> Estimate:
    """Return the average marginal effect of a column in percentage points."""
    value, deviations = average_effect(fit, column)
    return estimate_from_error(
        100 * value,
        100 * float(np.sqrt(deviations @ deviations)),
        clusters=fit.accounts,
        unit="percentage_points",
        n=len(fit.outcome),
        method="ame-delta-cr3-t",
    )


def summarise_fit(key: PredictorSet, design: Design, result: PredictorFit) -> BinomialFit:
    """Return coefficients and effects of one predictor set."""
    fit = result.fit
    effects = tuple(
        MarginalEffect(term=term.key, label=term.label, effect=effect_estimate(fit, column))
        for column, term in enumerate(design.terms)
        if column > 0
    )
    rarer = float(min(fit.outcome.sum(), len(fit.outcome) - fit.outcome.sum()))
    return BinomialFit(
        key=key,
        name=NAMES[key],
        estimator=fit.estimator,
        separated=tuple(design.terms[column].label for column in result.separation.columns),
        coefficients=coefficients(design, fit),
        effects=effects,
        log_likelihood=fit.log_likelihood,
        mcfadden_r2=fit.mcfadden_r2,
        events_per_parameter=rarer / max(len(design.terms) - 1, 1),
    )


def coefficients(design: Design, fit: Logit) -> tuple[Coefficient, ...]:
    """Return the coefficient table; Firth's has profile limits where rows are independent and weigh the same."""
    rows = coefficient_rows(design.terms, fit.coefficients, fit.covariance, fit.accounts)
    if fit.estimator == "ml" or np.ptp(fit.weights) > 1e-9 or fit.accounts < len(fit.outcome):
        return rows
    profiled = []
    for column, row in enumerate(rows):
        low, high = profile_interval(fit, column)
        limits = {"conf_low": low, "conf_high": high, "p_value": profile_p_value(fit, column)}
        profiled.append(Coefficient(**(vars(row) | limits)))
    return tuple(profiled)
