"""By when half have ended: the median of a Kaplan-Meier curve, with few evaluations of the curve's limits.

The limits are the times at which the limits of the curve pass one half (Brookmeyer and Crowley 1982 [1]_), found by
bisection over the event times. Where both do so on one day, they are the beginning and the end of that day.

References
----------
.. [1] Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time. Biometrics 38, 29-41.
"""

from collections.abc import Callable

import numpy as np

from analysis.indicators.survival import Spells, Survival, survival_at, within_its_day
from analysis.messages import Message
from analysis.models.clustering import Codes
from analysis.results import Estimate, NotEstimable, Outcome

METHOD = "kaplan-meier-cluster"


def median_days(spells: Spells, groups: Codes, *, least: int, absent: Message) -> Outcome:
    """Return the days by which half have ended, clustered by group; `absent` says why where that is not known.

    Parameters
    ----------
    spells, groups
        Durations, and the group of each.
    least
        Fewest groups.
    """
    count = int(np.unique(groups).size)
    if count < least or not spells.ended.any():
        return NotEstimable(reason=absent, n=len(groups))
    times = np.unique(spells.exit[spells.ended])

    def passed(which: Callable[[Survival], float]) -> float | None:
        """Return the first event time at which the curve, or one of its limits, is at one half or below."""
        first, last = 0, len(times)
        while first < last:
            middle = (first + last) // 2
            if which(survival_at(spells, [float(times[middle])], groups)[0]) <= 0.5:
                last = middle
            else:
                first = middle + 1
        return float(times[first]) if first < len(times) else None

    value, low, high = passed(lambda at: at.share), passed(lambda at: at.low), passed(lambda at: at.high)
    if value is None or low is None or high is None:
        return NotEstimable(reason=absent, n=len(groups))
    low, high = within_its_day(value, min(low, value), max(high, value))
    return Estimate(
        value=value, low=low, high=high, n=len(groups), method=METHOD, unit="days",
        clusters=count,
    )  # fmt: skip
