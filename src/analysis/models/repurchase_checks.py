"""What a reviewer asks of the repeat-purchase model."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from analysis.messages import N_
from analysis.models.binomial import average_effect, fit_binomial
from analysis.models.clustering import Floats, p_value
from analysis.models.diagnostics import check_collinearity, check_cook, most_influential
from analysis.models.repurchase_fits import PredictorFit
from analysis.models.repurchase_plan import Plan
from analysis.models.results import Diagnostic, PredictorSet
from analysis.models.separation import detect_separation
from analysis.models.terms import LOYALTY, SATISFACTION, Design

ALPHA = 0.05


def check_repurchase(full: Design, fits: Mapping[PredictorSet, PredictorFit], plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the checks: collinearity, separation and convergence, linearity, influence (twice), follow-up."""
    design, result = plan.designs["satisfaction"], fits["satisfaction"]
    return (
        check_collinearity(full, plan.weights, (SATISFACTION.key, LOYALTY.key)),
        check_separation(full, list(fits.values())),
        check_linearity(design, result, plan.weights),
        check_influence(design, result, plan.weights),
        check_cook(result.fit.deviations, result.fit.information, len(plan.outcome)),
        check_follow_up(plan),
    )


def check_separation(full: Design, fits: list[PredictorFit]) -> Diagnostic:
    """Say whether maximum likelihood had an answer."""
    name = N_("Separation and convergence")
    if all(item.fit.estimator == "ml" for item in fits):
        finding = N_("Every fit reached its maximum; no predictor splits buyers from non-buyers.")
        return Diagnostic(key="separation", name=name, finding=finding, verdict="fine")
    if not any(item.separation.columns for item in fits):
        finding = N_("Maximum likelihood did not converge; Firth's penalised likelihood was used.")
        return Diagnostic(key="separation", name=name, finding=finding, verdict="caution")
    columns = next(item.separation.columns for item in reversed(fits) if item.separation.columns)
    finding = N_(
        "{term:message} splits buyers from non-buyers without overlap, so that maximum likelihood has no finite "
        "answer; Firth's penalised likelihood was used.",
        term=full.terms[columns[0]].label,
    )
    return Diagnostic(key="separation", name=name, finding=finding, verdict="caution")


def check_linearity(design: Design, result: PredictorFit, weights: Floats) -> Diagnostic:
    """Test a bend: the square of (centred) satisfaction added to the log odds."""
    name = N_("Straight line in the log odds")
    satisfaction = design.matrix[:, design.position(SATISFACTION.key)]
    squared = (satisfaction - satisfaction.mean()) ** 2
    bent = np.column_stack([design.matrix, squared])
    y = result.fit.outcome
    if np.linalg.matrix_rank(bent) < bent.shape[1] or detect_separation(y, bent).kind != "none":
        finding = N_("A bend cannot be tested on these answers.")
        return Diagnostic(key="linearity", name=name, finding=finding, verdict="not_applicable")
    fit = fit_binomial(y, bent, weights=weights, clusters=result.fit.clusters)
    statistic = float(fit.coefficients[-1] / np.sqrt(fit.covariance[-1, -1]))
    p = p_value(statistic, fit.accounts)
    if p >= ALPHA:
        finding = N_("No bend shows (p = {p:pvalue}).", p=p)
    else:
        finding = N_("The relation bends (p = {p:pvalue}): the average effect hides differences along the scale.", p=p)
    verdict: Literal["fine", "caution"] = "fine" if p >= ALPHA else "caution"
    return Diagnostic(key="linearity", name=name, finding=finding, verdict=verdict, statistic=statistic, p_value=p)


def check_influence(design: Design, result: PredictorFit, weights: Floats) -> Diagnostic:
    """Fit again without the 1% of customers that move the coefficient of satisfaction most."""
    name = N_("Influential customers")
    column = design.position(SATISFACTION.key)
    drop = most_influential(result.fit.deviations, column)
    keep = np.flatnonzero(~np.isin(result.fit.clusters, drop))
    y, matrix = result.fit.outcome[keep], design.matrix[keep]
    if (
        result.fit.estimator == "firth"
        or np.linalg.matrix_rank(matrix) < matrix.shape[1]
        or detect_separation(y, matrix).kind != "none"
    ):
        finding = N_("Without the most influential customers the model cannot be fitted as it was.")
        return Diagnostic(key="influence", name=name, finding=finding, verdict="not_applicable")
    before = 100 * average_effect(result.fit, column)[0]
    after = 100 * average_effect(fit_binomial(y, matrix, weights=weights[keep]), column)[0]
    error = float(np.sqrt(result.fit.covariance[column, column]))
    largest = float(np.abs(result.fit.deviations[:, column]).max()) / error
    steady = before * after > 0
    if steady:
        finding = N_(
            "Without the {count:int} most influential customers the effect of 10 points of satisfaction would be "
            "{after:points} instead of {before:points} percentage points.",
            count=len(drop),
            after=after,
            before=before,
        )
    else:
        finding = N_(
            "The sign of the effect hangs on the {count:int} most influential customers: {after:points} without them, "
            "{before:points} with them.",
            count=len(drop),
            after=after,
            before=before,
        )
    return Diagnostic(
        key="influence", name=name, finding=finding, verdict="fine" if steady else "caution", statistic=largest
    )


def check_follow_up(plan: Plan) -> Diagnostic:
    """Say how many customers could not be followed for the whole horizon."""
    counts = plan.counts
    share = counts.censored / counts.responding
    finding = N_(
        "{censored:int} of {responding:int} customers who answered could not be followed for the whole horizon and "
        "are left out, and {missing:int} for a missing answer.",
        censored=counts.censored,
        responding=counts.responding,
        missing=counts.missing,
    )
    verdict: Literal["fine", "caution"] = "fine" if share < 0.5 else "caution"
    return Diagnostic(
        key="follow_up", name=N_("Customers not followed"), finding=finding, verdict=verdict, statistic=share
    )
