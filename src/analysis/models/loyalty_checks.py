"""What a reviewer asks of the regression of loyalty on satisfaction."""

from typing import Literal

import numpy as np
from scipy import stats

from analysis.messages import N_, NP_, Message
from analysis.models.brant import brant_test
from analysis.models.clustering import Floats, wald_test
from analysis.models.diagnostics import check_collinearity, check_cook, most_influential
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.loyalty_ordered import as_categories, main_item
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.results import Diagnostic
from analysis.models.terms import SATISFACTION, Design
from analysis.params.model import ClientParams

ALPHA = 0.05
# Above this share of respondents at an end of the index the line is flattened there (Terwee et al. 2007).
CEILING = 0.15
# A single account may move the slope by this share of its standard error before it is said (2 / sqrt(n) rules flag
# points in any sample; here only what would change a reader's mind counts).
LARGE_MOVE = 1.0


def check_loyalty(
    sample: LoyaltySample, design: Design, outcome: Floats, fit: LinearFit, params: ClientParams
) -> tuple[Diagnostic, ...]:
    """Return the checks, in the order in which they are printed."""
    return (
        check_collinearity(design, fit.weights, (SATISFACTION.key,)),
        check_heteroskedasticity(design, fit),
        check_specification(design, outcome, fit),
        check_influence(design, outcome, fit),
        check_cook(fit.deviations, fit.information, len(outcome), fit.variance),
        check_ceiling(sample, outcome, fit),
        check_parallel_lines(sample, design, params),
        check_missing(sample),
    )


def check_heteroskedasticity(design: Design, fit: LinearFit) -> Diagnostic:
    """Breusch and Pagan's test: the squared residuals on the predictors.

    In Koenker's (1981) studentised form, n R squared, where rows are independent and weigh the same; otherwise, since
    n R squared counts rows of one account as so many accounts, by the clustered F test of the weighted regression on
    the fitted values (Cook and Weisberg 1983): on all predictors at once it rejects 7 to 12% of even scatters, because
    the squares of a few large accounts weigh too much in their joint covariance.
    """
    statistic, df, p = _regress_squares(design.matrix, fit)
    if p >= ALPHA:
        finding = N_("The scatter is about the same everywhere (p = {p:pvalue}).", p=p)
    else:
        finding = N_(
            "The scatter differs along the predictors (p = {p:pvalue}); the standard errors used here allow for it.",
            p=p,
        )
    return Diagnostic(
        key="breusch_pagan",
        name=N_("Equal scatter (Breusch-Pagan)"),
        finding=finding,
        verdict="fine",
        statistic=statistic,
        df=df,
        p_value=p,
    )


def _regress_squares(matrix: Floats, fit: LinearFit) -> tuple[float, int, float]:
    """Return statistic, degrees of freedom and p-value of the squared residuals' regression on the predictors."""
    squares, df = fit.residuals**2, matrix.shape[1] - 1
    if fit.accounts == len(squares) and np.ptp(fit.weights) == 0:
        fitted = matrix @ np.linalg.lstsq(matrix, squares, rcond=None)[0]
        statistic = float(len(squares) * fitted.var() / squares.var())
        return statistic, df, float(stats.chi2.sf(statistic, df))
    fitted = (fit.fitted - fit.fitted.mean()) / fit.fitted.std()
    auxiliary = fit_linear(
        squares, np.column_stack([np.ones(len(squares)), fitted]), weights=fit.weights, clusters=fit.clusters
    )
    return wald_test(auxiliary.coefficients[1:], auxiliary.covariance[1:, 1:], fit.accounts)


def check_specification(design: Design, outcome: Floats, fit: LinearFit) -> Diagnostic:
    """Ramsey's (1969) RESET: squares and cubes of the fitted values, tested with the clustered covariance."""
    name = N_("Straight line (RESET)")
    fitted = (fit.fitted - fit.fitted.mean()) / fit.fitted.std()
    extended = np.column_stack([design.matrix, fitted**2, fitted**3])
    if np.linalg.matrix_rank(extended) < extended.shape[1]:
        finding = N_("Satisfaction takes too few values for a bend to show.")
        return Diagnostic(key="reset", name=name, finding=finding, verdict="not_applicable")
    bent = fit_linear(outcome, extended, weights=fit.weights, clusters=fit.clusters)
    statistic, df, p = wald_test(bent.coefficients[-2:], bent.covariance[-2:, -2:], fit.accounts)
    verdict: Literal["fine", "caution"] = "fine" if p >= ALPHA else "caution"
    finding = (
        N_("No bend shows (p = {p:pvalue}).", p=p)
        if p >= ALPHA
        else N_("The relation is not a straight line (p = {p:pvalue}): the slope is an average.", p=p)
    )
    return Diagnostic(key="reset", name=name, finding=finding, verdict=verdict, statistic=statistic, df=df, p_value=p)


def check_influence(design: Design, outcome: Floats, fit: LinearFit) -> Diagnostic:
    """Fit again without the 1% of accounts that move the slope most."""
    column = design.position(SATISFACTION.key)
    error = float(np.sqrt(fit.covariance[column, column]))
    largest = float(np.abs(fit.deviations[:, column]).max()) / error
    drop = most_influential(fit.deviations, column)
    keep = ~np.isin(fit.clusters, drop)
    name = N_("Influential accounts")
    matrix = design.matrix[keep]
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        finding = N_("Without the most influential accounts the model cannot be fitted as it was.")
        return Diagnostic(key="influence", name=name, finding=finding, verdict="caution", statistic=largest)
    before = float(fit.coefficients[column])
    after = float(fit_linear(outcome[keep], matrix, weights=fit.weights[keep]).coefficients[column])
    steady = before * after > 0 and largest < LARGE_MOVE
    finding = N_(
        "Without the {count:int} most influential accounts the slope would be {after:number2} instead of "
        "{before:number2}; no single account moves it by more than {largest:number2} standard errors.",
        count=len(drop),
        after=after,
        before=before,
        largest=largest,
    )
    return Diagnostic(
        key="influence", name=name, finding=finding, verdict="fine" if steady else "caution", statistic=largest
    )


def check_ceiling(sample: LoyaltySample, outcome: Floats, fit: LinearFit) -> Diagnostic:
    """Say how many answers are at the top of the loyalty index, where it cannot rise any more."""
    share = float(np.average(outcome >= 100, weights=fit.weights))
    verdict: Literal["fine", "caution"] = "fine" if share < CEILING else "caution"
    finding: Message = (
        N_("{share:percent} of the answers are at the top of the loyalty index.", share=share)
        if share < CEILING
        else N_(
            "{share:percent} of the answers are at the top of the loyalty index and cannot rise any further, which "
            "flattens the line; the ordered model is the better guide there.",
            share=share,
        )
    )
    return Diagnostic(
        key="ceiling", name=N_("Answers at the ceiling"), finding=finding, verdict=verdict, statistic=share
    )


def check_parallel_lines(sample: LoyaltySample, design: Design, params: ClientParams) -> Diagnostic:
    """Brant's test for satisfaction in the ordered logit of the main loyalty item."""
    name = N_("Same effect along the answers (parallel lines)")
    found = main_item(sample, params)
    answers = as_categories(sample.rows, *found) if found else None
    result = None
    if answers is not None and len(answers.lowest) > 2:
        rows = answers.rows
        matrix = design.matrix[rows]
        varies = np.ptp(matrix, axis=0) > 0
        varies[0] = True
        codes = np.unique(sample.clusters[rows], return_inverse=True)[1]
        result = brant_test(answers.category, matrix[:, varies], 1, sample.weights[rows], codes, answers.given_by)
    if result is None:
        finding = N_("Too few answers to compare the effect along the scale.")
        return Diagnostic(key="brant", name=name, finding=finding, verdict="not_applicable")
    statistic, df, p = result
    finding = (
        N_("The effect of satisfaction is about the same at every answer (p = {p:pvalue}).", p=p)
        if p >= ALPHA
        else N_("The effect of satisfaction differs along the answers (p = {p:pvalue}): it is an average.", p=p)
    )
    return Diagnostic(
        key="brant",
        name=name,
        finding=finding,
        verdict="fine" if p >= ALPHA else "caution",
        statistic=statistic,
        df=df,
        p_value=p,
    )


def check_missing(sample: LoyaltySample) -> Diagnostic:
    """Say how many answers were left out for something missing."""
    share = sample.dropped / (sample.dropped + len(sample.rows))
    finding = NP_(
        "One answer ({share:percent}) is left out because something is missing in it.",
        "{count:int} answers ({share:percent}) are left out because something is missing in them.",
        sample.dropped,
        share=share,
    )
    return Diagnostic(
        key="missing",
        name=N_("Answers left out"),
        finding=finding,
        verdict="fine" if share < 0.1 else "caution",
        statistic=share,
    )
