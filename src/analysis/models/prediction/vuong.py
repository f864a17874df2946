"""Which of two models that do not contain each other lies closer to the data: Vuong's test, weighted and clustered.

First, are the two distinguishable at all? If they are the same distribution, the variance of the log-likelihood ratio
is zero and n times its estimate is a weighted sum of chi-squares. Only then is the ratio asymptotically normal. The two
steps together have at most the level of the larger (Vuong 1989, p. 321) [1]_; sums by account in place of rows carry
survey weights and several rows of an account [2]_.

References
----------
.. [1] Vuong, Q. H. (1989). Likelihood ratio tests for model selection and non-nested hypotheses. Econometrica 57,
   307-333.
.. [2] Cameron, A. C. and Miller, D. L. (2015). A practitioner's guide to cluster-robust inference. Journal of Human
   Resources 50, 317-372.
"""

from dataclasses import dataclass

import numpy as np

from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, p_value, sum_by_cluster
from analysis.models.prediction.results import VuongTest
from analysis.results import NotEstimable

DRAWS = 20_000
"""Draws of the weighted sum of chi-squares: its p is then good to .002 at .05."""
HUNDRED = 100.0
SAME = 1e-12


@dataclass(frozen=True, kw_only=True)
class Density:
    """A fitted model as the test needs it.

    Parameters
    ----------
    log_density
        By row, at the maximum of the weighted likelihood.
    scores
        Unweighted, by row, shape (n, k); weighted they sum to zero.
    information
        Weighted negative Hessian, shape (k, k).
    """

    log_density: Floats
    scores: Floats
    information: Floats


def binomial_density(outcome: Floats, design: Floats, fitted: Floats, weights: Floats) -> Density:
    """Return the density of a logistic regression with fitted probabilities."""
    variance = weights * fitted * (1 - fitted)
    return Density(
        log_density=np.where(outcome == 1, np.log(fitted), np.log1p(-fitted)),
        scores=design * (outcome - fitted)[:, None],
        information=(design * variance[:, None]).T @ design,
    )


def normal_density(outcome: Floats, design: Floats, weights: Floats) -> Density:
    """Return the density of a weighted least-squares fit with normal errors; its variance is the last parameter."""
    cross = (design * weights[:, None]).T @ design
    residual = outcome - design @ np.linalg.solve(cross, (design * weights[:, None]).T @ outcome)
    total = float(weights.sum())
    variance = float(weights @ residual**2) / total
    k = design.shape[1]
    information = np.zeros((k + 1, k + 1))
    information[:k, :k] = cross / variance
    information[k, k] = total / (2 * variance**2)
    return Density(
        log_density=-0.5 * (np.log(2 * np.pi * variance) + residual**2 / variance),
        scores=np.column_stack(
            [design * (residual / variance)[:, None], (residual**2 / variance - 1) / (2 * variance)]
        ),
        information=information,
    )


def vuong_test(
    first: tuple[str, Density],
    second: tuple[str, Density],
    weights: Floats,
    clusters: Codes,
    rng: np.random.Generator,
) -> VuongTest | NotEstimable:
    """Test whether two models fit equally well.

    Parameters
    ----------
    first, second
        Key and density of each model, on the same rows.
    weights, clusters
        By row; clusters are codes.
    rng
        For the first step's distribution.
    """
    (one, f), (other, g) = first, second
    ratio = f.log_density - g.log_density
    total = float(weights.sum())
    mean = float(weights @ ratio) / total
    moved = sum_by_cluster(weights * (ratio - mean), clusters)
    count = len(moved)
    spread = float(moved @ moved) * count / (count - 1)
    if spread <= SAME * total:
        return NotEstimable(
            reason=N_("The two predict every customer alike, so there is no difference to be tested."), n=len(ratio)
        )
    statistic = mean * total / float(np.sqrt(spread))
    drawn = rng.chisquare(1, size=(DRAWS, len(f.information) + len(g.information))) @ null_weights(
        f, g, weights, clusters
    )
    alike = (1 + int((drawn >= spread).sum())) / (DRAWS + 1)
    differ = p_value(statistic, count)
    return VuongTest(
        first=one,
        second=other,
        n=len(ratio),
        clusters=count,
        difference=HUNDRED * mean,
        statistic=statistic,
        p_difference=differ,
        p_distinguishable=alike,
        p_value=max(alike, differ),
        draws=DRAWS,
    )


def null_weights(first: Density, second: Density, weights: Floats, clusters: Codes) -> Floats:
    """Return the weights of the chi-squares that the summed squared ratio consists of where both models are the same.

    With J = diag(I, -I), A the information and B the clustered outer product of the stacked scores, these are the
    eigenvalues of (A^-1 B J)^2: the squares of Vuong's (theorem 3.3).
    """
    stacked = np.column_stack([first.scores, second.scores]) * weights[:, None]
    sums = sum_by_cluster(stacked, clusters)
    outer = sums.T @ sums * len(sums) / (len(sums) - 1)
    k = len(first.information)
    inverse = np.zeros_like(outer)
    inverse[:k, :k], inverse[k:, k:] = np.linalg.inv(first.information), np.linalg.inv(second.information)
    sign = np.repeat([1.0, -1.0], [k, len(second.information)])
    turned = inverse @ outer * sign
    return np.sort(np.clip(np.linalg.eigvals(turned @ turned).real, 0.0, None))[::-1]
