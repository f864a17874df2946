"""What a reviewer asks of a Cox model: whether hazards are proportional, and whether it ranks customers rightly.

References
----------
.. [1] Grambsch, P. M. and Therneau, T. M. (1994). Proportional hazards tests and diagnostics based on weighted
   residuals. Biometrika 81, 515-526.
.. [2] Harrell, F. E., Lee, K. L. and Mark, D. B. (1996). Multivariable prognostic models. Statistics in Medicine 15,
   361-387.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, rankdata

from analysis.models.behaviour.cox import CoxFit, information_by_time, score_residuals
from analysis.models.behaviour.risk_sets import RiskSets
from analysis.models.clustering import Codes, Floats, sum_by_cluster, wald_test

SMALLEST = 1e-12  # share of all pairs below which what is compared is rounding error
MOST_RANKS = 1_000
"""Of more distinct scores, neighbours are taken together, so that the cost stays linear in the rows; a pair of the same
rank counts half, which at so many ranks shows in no printed digit."""


@dataclass(frozen=True, kw_only=True)
class ProportionalityTest:
    """Score test that one coefficient does not drift with the (ranked) time.

    Parameters
    ----------
    statistic, p_value
        F(1, G - 1) with the variance clustered by account.
    chi_square, chi_square_p
        The same score with the model-based variance, as textbooks have it; for independent rows of equal weight.
    drift
        Sign of the score: above 0 where the coefficient grows with time.
    """

    statistic: float
    p_value: float
    chi_square: float
    chi_square_p: float
    drift: float


def proportional_hazards_test(fit: CoxFit, column: int) -> ProportionalityTest:
    """Test that the coefficient of `column` is the same at all times.

    The covariate times a function g of time (here the mid-rank of the event times) is a covariate that the model does
    not have; its score is the sum of the Schoenfeld residuals times g [1]_. Under proportional hazards its expectation
    is zero, and its variance that of the score less what estimating the coefficients takes away.
    """
    centred = fit.design - fit.centre
    beta, risk = fit.coefficients, fit.risk
    factor = _ranked(risk)
    scores, _ = score_residuals(risk, centred, fit.weights, beta, factor=factor)
    cross = information_by_time(risk, centred, fit.weights, beta, factor)[column]
    own = information_by_time(risk, centred, fit.weights, beta, factor**2)[column, column]
    share = np.linalg.lstsq(fit.information, cross, rcond=None)[0]
    by_account = sum_by_cluster(scores[:, column] - fit.scores @ share, fit.clusters)
    score = float(by_account.sum())
    variance = float(by_account @ by_account)
    statistic, _, p = wald_test(np.array([score]), np.array([[variance]]), fit.accounts)
    expected = max(float(own - cross @ share), np.finfo(float).tiny)
    return ProportionalityTest(
        statistic=statistic,
        p_value=p,
        chi_square=score**2 / expected,
        chi_square_p=float(chi2.sf(score**2 / expected, 1)),
        drift=float(np.sign(score)),
    )


def _ranked(risk: RiskSets) -> Floats:
    """Return the mean rank of each event time among all events, less the mean of all, over their number."""
    ranks = rankdata(risk.moment)
    by_time = np.bincount(risk.moment, weights=ranks) / np.bincount(risk.moment)
    return np.asarray((by_time - ranks.mean()) / len(ranks))


def concordance(risk: RiskSets, score: Floats, weights: Floats) -> float | None:
    """Return Harrell's weighted share of comparable pairs in which who had the event first had the higher score.

    A row with an event is compared with every row at risk at that time that has no event then; ties of the score count
    half, a pair weighs the product of its weights. None where no pair can be compared.

    Parameters
    ----------
    risk
        When each row was at risk.
    score
        By row; higher means sooner.
    weights
        By row.
    """
    values, rank = np.unique(score, return_inverse=True)
    count = len(values)
    if count > MOST_RANKS:
        rank, count = rank * MOST_RANKS // count, MOST_RANKS
    times = len(risk.times) + 1

    def by_time(moment: Codes, weight: Floats, ranks: Codes) -> Floats:
        cells = np.bincount(moment * count + ranks, weights=weight, minlength=times * count)
        return np.asarray(cells.reshape(times, count))

    place, own, weight = risk.last[risk.event] - 1, rank[risk.event], weights[risk.event]
    at_risk = np.cumsum(by_time(risk.first, weights, rank) - by_time(risk.last, weights, rank), axis=0)
    others = at_risk - by_time(place, weight, own)
    below = np.cumsum(others, axis=1)
    compared = float(weight @ below[place, -1])
    right = float(weight @ (below[place, own] - others[place, own] / 2))
    return right / compared if compared > SMALLEST * weights.sum() ** 2 else None
