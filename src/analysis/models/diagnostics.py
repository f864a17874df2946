"""Checks that both models share: collinearity and influence."""

import numpy as np

from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.results import Diagnostic
from analysis.models.terms import Design

# Above this a predictor's variance is inflated enough to be said (Kutner et al. 2005, Applied Linear Statistical
# Models, give 10; 5 is the usual caution).
HIGH_VIF = 5.0
# A relation that rests on fewer accounts than these is theirs, not the customers'.
FEWEST_DIFFERING = 5
SAME_DIGITS = 9  # decimals of an index (0-100) to which two answers must agree to be the same
# Above this a unit moves all coefficients together to the edge of their joint 50% region (Cook 1977, Cook and Weisberg
# 1982, Residuals and Influence in Regression).
FAR = 1.0


def variance_inflation(matrix: Floats, weights: Floats, column: int) -> float:
    """Return 1 / (1 - R squared) of a column's weighted regression on the others (the first is the intercept)."""
    root = np.sqrt(weights)[:, None]
    others = np.delete(matrix, column, axis=1) * root
    target = (matrix[:, [column]] * root)[:, 0]
    mean = np.average(matrix[:, column], weights=weights)
    total = float((weights * (matrix[:, column] - mean) ** 2).sum())
    rest = target - others @ np.linalg.lstsq(others, target, rcond=None)[0]
    return total / float(rest @ rest)


def check_collinearity(design: Design, weights: Floats, focal: tuple[str, ...]) -> Diagnostic:
    """Return the largest variance inflation of the focal terms."""
    found = {term.key: variance_inflation(design.matrix, weights, j) for j, term in enumerate(design.terms) if j}
    values = [found[key] for key in focal if key in found]
    largest = max(values)
    if largest < HIGH_VIF:
        finding: Message = N_(
            "The other predictors inflate the variance of the estimate {vif:number1} times, which is harmless.",
            vif=largest,
        )
    else:
        finding = N_(
            "The predictors overlap so much that the variance of the estimate is inflated {vif:number1} times: their "
            "separate effects are hard to tell apart.",
            vif=largest,
        )
    return Diagnostic(
        key="vif",
        name=N_("Collinearity (variance inflation)"),
        finding=finding,
        verdict="fine" if largest < HIGH_VIF else "caution",
        statistic=largest,
    )


def cooks_distances(deviations: Floats, information: Floats, rows: int, variance: float = 1.0) -> Floats:
    """Return Cook's distance of each account: ``d' M d / (k s^2)``, d being how far leaving it out moves the estimate.

    M is the information of as many rows as there are accounts, so that several answers of an account do not count as so
    many accounts. For least squares with one row an account this is Cook's (1977) own, for the logit Pregibon's (1981)
    one-step form.
    """
    by_account = information * len(deviations) / rows
    return np.asarray(np.einsum("gi,ij,gj->g", deviations, by_account, deviations) / (len(information) * variance))


def check_cook(deviations: Floats, information: Floats, rows: int, variance: float = 1.0) -> Diagnostic:
    """Say whether one account moves all coefficients together."""
    largest = float(cooks_distances(deviations, information, rows, variance).max())
    if largest < FAR:
        finding = N_(
            "No single one moves all coefficients together far (largest Cook's distance: {distance:number2}).",
            distance=largest,
        )
    else:
        finding = N_(
            "A single one moves all coefficients together far (largest Cook's distance: {distance:number2}): look at "
            "it before relying on them.",
            distance=largest,
        )
    return Diagnostic(
        key="cook",
        name=N_("Influence on all coefficients (Cook)"),
        finding=finding,
        verdict="fine" if largest < FAR else "caution",
        statistic=largest,
    )


def most_influential(deviations: Floats, column: int) -> np.ndarray:
    """Return the 1% of accounts (at least one) whose omission moves a coefficient most."""
    count = max(1, round(0.01 * len(deviations)))
    return np.argsort(-np.abs(deviations[:, column]), kind="stable")[:count]


def differing_accounts(values: Floats, clusters: np.ndarray) -> int:
    """Return how many accounts gave an answer other than the most frequent one.

    Weighted means of equal answers differ in their last digit; that is no difference.
    """
    rounded = np.round(values, SAME_DIGITS)
    levels, counts = np.unique(rounded, return_counts=True)
    return len(np.unique(clusters[rounded != levels[counts.argmax()]]))
