"""Whether one coefficient serves all cut points of an ordered logit (parallel lines)."""

import numpy as np

from analysis.models.binomial import fit_binomial
from analysis.models.clustering import Floats, wald_test

# A binary split needs so many answers on either side for each of its parameters to be worth comparing.
ANSWERS_PER_PARAMETER = 5
# A fitted probability this near to 0 or 1 is the mark of a separated split, whose coefficient is no estimate.
CERTAIN = 1e-7


def brant_test(
    category: np.ndarray,
    design: Floats,
    column: int,
    weights: Floats,
    clusters: np.ndarray,
    given_by: np.ndarray | None = None,
) -> tuple[float, int, float] | None:
    """Test that a column's coefficient is the same in every binary split "above cut j".

    Brant's (1990) [1]_ Wald test for one coefficient, with the joint covariance of the splits clustered by account
    instead of model-based.

    Parameters
    ----------
    category
        Codes 0..J-1.
    design
        With the intercept first.
    column
        Column of `design` whose coefficient is compared.
    weights, clusters
        By row.
    given_by
        Rows with one code are one answer, counted once; None where every row is an answer.

    Returns
    -------
    tuple or None
        F, its numerator's degrees of freedom and p; None where fewer than two splits have answers enough.

    References
    ----------
    .. [1] Brant, R. (1990). Assessing proportionality in the proportional odds model for ordinal logistic regression.
       Biometrics 46, 1171-1178.
    """
    estimates, deviations = [], []
    answer = np.arange(len(category)) if given_by is None else given_by
    needed = ANSWERS_PER_PARAMETER * design.shape[1]
    for cut in range(int(category.max())):
        above = (category > cut).astype(float)
        if min(len(np.unique(answer[above == side])) for side in (0, 1)) < needed:
            continue
        fit = fit_binomial(above, design, weights=weights, clusters=clusters)
        if not fit.converged or np.minimum(fit.fitted, 1 - fit.fitted).min() < CERTAIN:
            continue
        estimates.append(fit.coefficients[column])
        deviations.append(fit.deviations[:, column])
    if len(estimates) < 2:
        return None
    joint = np.column_stack(deviations)
    contrasts = np.column_stack([-np.ones(len(estimates) - 1), np.eye(len(estimates) - 1)])
    return wald_test(contrasts @ np.array(estimates), contrasts @ (joint.T @ joint) @ contrasts.T, len(joint))
