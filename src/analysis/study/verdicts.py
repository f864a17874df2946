"""What an interval says about a hypothesis: supported, contradicted, too small to matter, or not to be told at this n.

The four are decided by comparing the interval with zero and with the smallest effect of interest s [1]_, in this order:

1. *too small to matter*: the interval lies wholly within -s to s;
2. *supported*: it excludes zero in the declared direction, and the test stands after correction for its family;
3. *contradicted*: it excludes zero in the other direction, likewise corrected;
4. *cannot tell at this n*: everything else.

So each interval has exactly one verdict. A two-sided hypothesis is supported on either side and never contradicted.

References
----------
.. [1] Lakens, D., Scheel, A. M. and Isager, P. M. (2018). Equivalence testing for psychological research: a tutorial.
   Advances in Methods and Practices in Psychological Science 1, 259-269.
.. [2] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to
   multiple testing. Journal of the Royal Statistical Society B 57, 289-300.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy import optimize, stats

from analysis.messages import N_, Message
from analysis.params.study import Direction
from analysis.results import Estimate

StudyVerdict = Literal["supported", "contradicted", "too_small", "cannot_tell"]
ROUNDING = 1e-9  # of an interval's width
FEWEST_DEGREES, MOST_DEGREES = 1.0, 1e7
VERDICTS: tuple[StudyVerdict, ...] = ("supported", "contradicted", "too_small", "cannot_tell")


def judge_interval(
    low: float, high: float, *, smallest_effect: float, direction: Direction, stands: bool = True
) -> StudyVerdict:
    """Return the verdict of an interval; `stands` is whether its test survives the correction for the family."""
    if low >= -smallest_effect and high <= smallest_effect:
        return "too_small"
    if stands and low > 0:
        return "contradicted" if direction == "negative" else "supported"
    if stands and high < 0:
        return "contradicted" if direction == "positive" else "supported"
    return "cannot_tell"


def verdict_name(verdict: StudyVerdict | None) -> Message:
    """Return a verdict in words; None is a hypothesis without an estimate."""
    names: dict[StudyVerdict | None, Message] = {
        "supported": N_("supported"),
        "contradicted": N_("contradicted"),
        "too_small": N_("too small to matter"),
        "cannot_tell": N_("cannot tell at this n"),
        None: N_("not estimable"),
    }
    return names[verdict]


def adjust_p_values(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return Benjamini-Hochberg adjusted p-values, in the order given [2]_.

    >>> adjust_p_values((0.01, 0.04, 0.03, 0.2))
    (0.04, 0.05333333333333334, 0.05333333333333334, 0.2)
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    raised = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return tuple(float(value) for value in adjusted)


def at_level(estimate: Estimate, alpha: float) -> Estimate:
    """Return an estimate with the limits of a 1 - `alpha` interval.

    Each limit keeps its distance from the estimate, stretched by the ratio of the quantiles of t. That is exact for t
    intervals, whose own degrees of freedom are taken, and the usual approximation for percentiles of a bootstrap and
    limits on another scale.
    """
    if abs(estimate.level - (1 - alpha)) < 1e-12:
        return estimate
    df = degrees_of_freedom(estimate)
    stretch = float(stats.t.ppf(1 - alpha / 2, df) / stats.t.ppf((1 + estimate.level) / 2, df))
    return replace(
        estimate,
        low=estimate.value - stretch * (estimate.value - estimate.low),
        high=estimate.value + stretch * (estimate.high - estimate.value),
        level=1 - alpha,
    )


def degrees_of_freedom(estimate: Estimate) -> float:
    """Return the degrees of freedom that an estimate's interval was made with.

    Those that it carries (10 for scores on held-out parts); else, of a symmetric t interval, those read from its width
    in standard errors (fewer than G - 1 where few accounts make a difference); else G - 1.
    """
    if estimate.df is not None:
        return estimate.df
    usual = _accounts_less_one(estimate)
    below, above = estimate.value - estimate.low, estimate.high - estimate.value
    if not estimate.std_error or abs(below - above) > ROUNDING * (above + below):
        return usual
    quantile, share = (above + below) / 2 / estimate.std_error, (1 + estimate.level) / 2

    def excess(df: float) -> float:
        return float(stats.t.ppf(share, df)) - quantile

    if abs(excess(usual)) <= ROUNDING * quantile or excess(FEWEST_DEGREES) < 0 or excess(MOST_DEGREES) > 0:
        return usual
    return float(optimize.brentq(excess, FEWEST_DEGREES, MOST_DEGREES, xtol=1e-9))


def _accounts_less_one(estimate: Estimate) -> int:
    """Return G - 1: the accounts, or the observations where each is its own, less one."""
    return max((estimate.clusters or estimate.n) - 1, 1)


def standard_error(estimate: Estimate) -> float:
    """Return the standard error, or where the method has none the half-width over its t quantile."""
    if estimate.std_error is not None and estimate.std_error > 0:
        return estimate.std_error
    df = _accounts_less_one(estimate) if estimate.df is None else estimate.df
    quantile = float(stats.t.ppf((1 + estimate.level) / 2, df))
    return (estimate.high - estimate.low) / 2 / quantile


def p_value_of(estimate: Estimate) -> float:
    """Return the two-sided p-value against zero: the estimate's own, or that of its standard error on its own t."""
    if estimate.p_value is not None:
        return estimate.p_value
    return float(2 * stats.t.sf(abs(estimate.value) / standard_error(estimate), degrees_of_freedom(estimate)))
