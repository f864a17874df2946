"""Who is at risk when: rows that enter late, end with an event or censored, and their sums over event times."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.models.clustering import Codes, Floats

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, kw_only=True)
class RiskSets:
    """Who is at risk when: all that the partial likelihood needs to know of times.

    Parameters
    ----------
    times
        Distinct event times, ascending, shape (D,).
    first, last
        A row is at risk at ``times[first:last]``, shape (n,).
    event
        Whether the row ends with an event, which is then at ``times[last - 1]``.
    moment, tie
        By event, in the order of `times`: its position in `times`, and the share of its tied events taken out of the
        risk set (0 to below 1; all 0 with Breslow's ties).
    """

    times: Floats
    first: Codes
    last: Codes
    event: Codes
    moment: Codes
    tie: Floats

    def at_risk(self, values: Floats) -> Floats:
        """Return the sums of `values` (first axis: rows) over the rows at risk at each event time."""
        flat = values.reshape(len(values), -1)
        count = len(self.times) + 1
        change = np.column_stack(
            [
                np.bincount(self.first, weights=column, minlength=count)
                - np.bincount(self.last, weights=column, minlength=count)
                for column in flat.T
            ]
        )
        return np.asarray(np.cumsum(change, axis=0)[:-1].reshape(-1, *values.shape[1:]))

    def at_events(self, values: Floats) -> Floats:
        """Return the sums of `values` over the rows with an event at each event time."""
        flat = values[self.event].reshape(int(self.event.sum()), -1)
        place = self.last[self.event] - 1
        sums = [np.bincount(place, weights=column, minlength=len(self.times)) for column in flat.T]
        return np.asarray(np.column_stack(sums).reshape(-1, *values.shape[1:]))

    def passed(self, values: Floats) -> Floats:
        """Return the sums of `values` (first axis: event times) over the event times at which each row is at risk."""
        total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
        return np.asarray(total[self.last] - total[self.first])


def risk_sets(start: ArrayLike, stop: ArrayLike, event: ArrayLike, ties: Ties = "efron") -> RiskSets:
    """Return the risk sets of rows at risk on (start, stop].

    Raises
    ------
    ValueError
        If a row does not stop after it starts, or there is no event.
    """
    begin, end = np.asarray(start, dtype=float), np.asarray(stop, dtype=float)
    happened = np.asarray(event).astype(bool)
    if not (np.isfinite(begin).all() and np.isfinite(end).all() and (end > begin).all()):
        raise ValueError("every row must stop after it starts")
    if not happened.any():
        raise ValueError("the event never happens")
    times, tied = np.unique(end[happened], return_counts=True)
    moment = np.repeat(np.arange(len(times)), tied)
    order = np.arange(len(moment)) - np.repeat(np.cumsum(tied) - tied, tied)
    return RiskSets(
        times=times,
        first=np.searchsorted(times, begin, side="right"),
        last=np.searchsorted(times, end, side="right"),
        event=happened,
        moment=moment,
        tie=order / tied[moment] if ties == "efron" else np.zeros(len(moment)),
    )
