"""How far a target was reached, and how sure that is, from an estimate and its limits alone.

The limits of an interval are points of a confidence distribution [1]_, [2]_: with level ``1 - a`` it is ``a / 2`` at
the lower limit, one half at the estimate and ``1 - a / 2`` at the upper one. Between and beyond them it is taken to be
normal on either side, each side with its own scale, so that asymmetric limits stay asymmetric:

    H(x) = Phi(z * (x - value) / (value - low))     for x below the estimate
    H(x) = Phi(z * (x - value) / (high - value))    for x above it

with ``z`` the quantile of ``1 - a / 2``. ``1 - H(target)`` is the confidence that the true value reaches the target. It
is at least 97.5% exactly where the 95% interval lies on the good side, so it never disagrees with the verdict. It is no
posterior probability: no prior opinion of the target enters.

References
----------
.. [1] Schweder, T. & Hjort, N. L. (2016). Confidence, Likelihood, Probability: Statistical Inference with Confidence
       Distributions. Cambridge University Press, chapter 3.
.. [2] Xie, M. & Singh, K. (2013). Confidence distribution, the frequentist distribution estimator of a parameter: a
       review. International Statistical Review 81, 3-39.
"""

from typing import Literal

from scipy import special

from analysis.results import Estimate, TargetAttainment

Verdict = Literal["met", "missed", "open"]


def confidence_below(estimate: Estimate, point: float) -> float:
    """Return the confidence that the true value lies below `point`, 0 to 1.

    Examples
    --------
    At the upper limit of a 95% interval:

    >>> from analysis.results import Estimate
    >>> share = Estimate(value=0.5, low=0.4, high=0.7, n=50, method="wilson", unit="proportion")
    >>> round(confidence_below(share, 0.7), 3), round(confidence_below(share, 0.4), 3)
    (0.975, 0.025)
    """
    side = estimate.value - estimate.low if point < estimate.value else estimate.high - estimate.value
    distance = point - estimate.value
    if distance == 0:
        return 0.5
    if side <= 0:  # the estimate lies at the end of what is possible: nothing is beyond it
        return 0.0 if distance < 0 else 1.0
    quantile = float(special.ndtri(0.5 + estimate.level / 2))
    return float(special.ndtr(quantile * distance / side))


def judge(outcome: Estimate, target: float, *, higher_is_better: bool) -> Verdict:
    """Say whether a target is met: only where the interval lies wholly on one side of it."""
    if outcome.low < target < outcome.high:
        return "open"
    above = outcome.low >= target
    return "met" if above == higher_is_better else "missed"


def is_possible(target: float, bounds: tuple[float, float] | None) -> bool:
    """Return whether a target lies within the indicator's possible values."""
    return bounds is None or bounds[0] <= target <= bounds[1]


def hold(outcome: Estimate, target: float, period: str, *, higher_is_better: bool) -> TargetAttainment:
    """Hold an estimate against a target: verdict, confidence that it was reached, and attainment.

    Parameters
    ----------
    outcome, target
        In the same unit; the target lies within the indicator's bounds (`is_possible`).
    period
        What the target was set for.
    higher_is_better
        Direction of the indicator.
    """
    below = confidence_below(outcome, target)
    ratio = _ratios(outcome, target, higher_is_better=higher_is_better)
    return TargetAttainment(
        target=target,
        period=period,
        verdict=judge(outcome, target, higher_is_better=higher_is_better),
        probability=1 - below if higher_is_better else below,
        attainment=None if ratio is None else ratio[0],
        attainment_low=None if ratio is None else ratio[1],
        attainment_high=None if ratio is None else ratio[2],
    )


def _ratios(outcome: Estimate, target: float, *, higher_is_better: bool) -> tuple[float, float, float] | None:
    """Return attainment and its limits, or None where one of the numbers is not above zero."""
    if target <= 0:
        return None
    if higher_is_better:
        # a Net Promoter Score or a growth below zero is no part of a target above it
        return None if outcome.value < 0 else (outcome.value / target, outcome.low / target, outcome.high / target)
    if outcome.low <= 0:
        return None
    return target / outcome.value, target / outcome.high, target / outcome.low
