"""Whether predictors split buyers from non-buyers so cleanly that maximum likelihood has no answer."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import linprog

from analysis.models.clustering import Floats

NOTHING = 1e-7


@dataclass(frozen=True, kw_only=True)
class Separation:
    """The kind of separation, and the columns whose coefficients run to infinity (empty for none)."""

    kind: Literal["none", "quasi", "complete"]
    columns: tuple[int, ...]


def detect_separation(outcome: Floats, design: Floats) -> Separation:
    """Find separation by a linear program (Konis 2007 [1]_).

    There is separation when some direction b makes ``(2 y - 1) x b >= 0`` in every row and positive in some; it is
    complete when it is positive in all rows (Albert and Anderson 1984 [2]_).

    References
    ----------
    .. [1] Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression
       models. DPhil thesis, University of Oxford.
    .. [2] Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic
       regression models. Biometrika 71, 1-10.
    """
    spread = design.std(axis=0)
    scaled = np.where(spread > 0, (design - design.mean(axis=0)) / np.where(spread > 0, spread, 1), 1.0)
    signed = np.unique(scaled * np.where(outcome == 1, 1.0, -1.0)[:, None], axis=0)
    result = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs")
    if result.status != 0 or -result.fun < NOTHING:
        return Separation(kind="none", columns=())
    columns = tuple(int(j) for j in np.flatnonzero((np.abs(result.x) > NOTHING) & (spread > 0)))
    return Separation(kind="complete" if _widest_margin(signed) > NOTHING else "quasi", columns=columns)


def _widest_margin(signed: Floats) -> float:
    """Return the largest margin that one direction can give all rows at once; 0 where some row lies on the border."""
    rows, columns = signed.shape
    slack = np.column_stack([-signed, np.ones(rows)])
    bounds = [(-1, 1)] * columns + [(0, None)]
    result = linprog(np.r_[np.zeros(columns), -1], A_ub=slack, b_ub=np.zeros(rows), bounds=bounds, method="highs")
    return float(-result.fun)
