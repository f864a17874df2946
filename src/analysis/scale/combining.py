"""Means of scores: the limits of a mean recovered from those of its parts, and the level that a score reaches.

The components of a dimension come from the same customers, so their errors go together. The limits of a mean are
recovered from the limits of its components [1]_: with weights ``w``, the components' distances ``d`` from estimate to
limit, and their correlations ``R``, the mean's distance is ``sqrt((w d)' R (w d))``, below and above each by itself, so
that skewed limits stay skewed. The correlations are those of what each account contributes to the components; where
that is not known of a component it is taken to move with all others (correlation 1), which is never too narrow.

References
----------
.. [1] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
       Statistics in Medicine 27, 1693-1702.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.results import Contributions, Estimate, NotEstimable, Outcome

METHOD = "combined-limits"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A component of a mean.

    Its weight (all sum to one), its score, what the accounts contribute to it, and whether it lies beyond an anchor
    with all of its interval, so that it stands at an end of the scale whatever the indicator truly is.
    """

    weight: float
    score: Estimate
    contributions: Contributions | None
    is_beyond: bool


def combine(parts: list[Part]) -> Estimate:
    """Return the weighted mean, its limits recovered from those of the parts and their correlations."""
    scores = [part.score for part in parts]
    all_beyond = all(part.is_beyond for part in parts)
    # a component beyond its anchor adds nothing to the uncertainty, unless there is nothing else
    weights = np.array([0.0 if part.is_beyond and not all_beyond else part.weight for part in parts])
    value = float(sum(part.weight * part.score.value for part in parts))
    together = correlations([part.contributions for part in parts])
    below = weights * [score.value - score.low for score in scores]
    above = weights * [score.high - score.value for score in scores]
    return Estimate(
        value=value,
        low=value - float(np.sqrt(max(below @ together @ below, 0.0))),
        high=value + float(np.sqrt(max(above @ together @ above, 0.0))),
        n=min(score.n for score in scores),
        method=METHOD if len(scores) > 1 else scores[0].method,
        unit="index",
        level=scores[0].level,
    )


def correlations(parts: Sequence[Contributions | None]) -> NDArray[np.float64]:
    """Return the correlations of estimates from what each account contributes to them; 1 where that is not known."""
    together = np.ones((len(parts), len(parts)))
    known = [(place, part) for place, part in enumerate(parts) if part is not None and np.any(part.values != 0)]
    if len(known) < 2:
        return together
    codes, accounts = pd.factorize(np.concatenate([part.accounts for _, part in known]))
    stops = np.cumsum([len(part.accounts) for _, part in known])[:-1]
    rows = np.zeros((len(known), len(accounts)))
    for row, (places, (_, part)) in enumerate(zip(np.split(codes, stops), known, strict=True)):
        np.add.at(rows[row], places, part.values / np.sqrt((part.values**2).sum()))
    own = np.array([place for place, _ in known])
    together[np.ix_(own, own)] = np.clip(rows @ rows.T, -1.0, 1.0)
    np.fill_diagonal(together, 1.0)
    return together


def level_of(score: Outcome, cuts: Mapping[str, float]) -> str:
    """Return the level of a score by its point estimate, "" where there is no score."""
    return letter_of(score.value, cuts) if isinstance(score, Estimate) else ""


def letter_of(score: float, cuts: Mapping[str, float]) -> str:
    """Return the level of a number of points."""
    return next((level for level in "ABCD" if score >= cuts[level]), "E")


def level_range(score: Outcome, cuts: Mapping[str, float]) -> tuple[str, str]:
    """Return the lowest and the highest level that an interval admits, ("", "") where there is no score."""
    if isinstance(score, NotEstimable):
        return "", ""
    return letter_of(score.low, cuts), letter_of(score.high, cuts)
