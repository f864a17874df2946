"""Who mentions what: texts, customers and themes as arrays, and shares of customers with intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats
from analysis.models.voices.result import GroupShare
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

Flags = NDArray[np.bool_]
SHARE = Measure(kind="proportion", unit="proportion", bounds=(0.0, 1.0))
YEAR = pd.Timedelta(days=365)
MOST_PERIODS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Writers:
    """Customers who wrote in a window.

    Parameters
    ----------
    customers
        Codes, sorted.
    raises
        Whether each mentions each theme, shape (customers, themes).
    label
        The window as an ISO interval.
    """

    customers: Codes
    raises: Flags
    label: str

    @property
    def n(self) -> int:
        """Return how many there are."""
        return len(self.customers)


def writers_between(rows: pd.DataFrame, mentions: Flags, first: pd.Timestamp, last: pd.Timestamp) -> Writers:
    """Return who wrote from `first` to `last`, both included, and what about."""
    inside = rows["written_on"].between(first, last).to_numpy()
    codes = rows["customer"].to_numpy(dtype=np.int64)[inside]
    customers, place = np.unique(codes, return_inverse=True)
    raises = np.zeros((len(customers), mentions.shape[1]), dtype=bool)
    text, theme = np.nonzero(mentions[inside])
    raises[place[text], theme] = True
    return Writers(customers=customers, raises=raises, label=f"{first.date().isoformat()}/{last.date().isoformat()}")


def share_of(values: Flags | Floats, params: ClientParams) -> Outcome:
    """Return a share of customers, one value each, with Wilson's interval."""
    sample = Sample.of_units(np.asarray(values, dtype=float))
    return estimate(sample, SHARE, min_clusters=params.limits.min_clusters, min_n=params.limits.min_n)


def windows(rows: pd.DataFrame, as_of: pd.Timestamp) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the windows of twelve months up to `as_of`, the latest first, as far back as the texts reach."""
    first = rows["written_on"].min()
    found = [(as_of - YEAR + pd.Timedelta(days=1), as_of)]
    while len(found) < MOST_PERIODS and found[-1][0] - YEAR + pd.Timedelta(days=31) >= first:
        found.append((found[-1][0] - YEAR, found[-1][0] - pd.Timedelta(days=1)))
    return found


def shares_by_period(periods: list[Writers], theme: int, params: ClientParams) -> tuple[GroupShare, ...]:
    """Return the share who raise a theme in each window, oldest first."""
    return tuple(
        GroupShare(name=period.label, share=share_of(period.raises[:, theme], params)) for period in reversed(periods)
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Segments:
    """The segments of the writers: code of each (-1 none), names, and which are not shown."""

    codes: Codes
    names: tuple[str, ...]
    hidden: frozenset[int]

    @property
    def sizes(self) -> Codes:
        """Return the writers of each segment."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))


def segments_of(rows: pd.DataFrame, writers: Writers, params: ClientParams) -> Segments:
    """Return the segments of the writers; small ones are hidden where comments of a survey are among the texts.

    A segment of fewer than `small_cell` writers is hidden and, where their number could be had by subtraction, the
    smallest of the others with it.
    """
    by_customer = rows.drop_duplicates("customer").set_index("customer")["segment"].reindex(writers.customers)
    codes, names = pd.factorize(by_customer.astype(object), sort=True)
    found = Segments(codes=codes.astype(np.int64), names=tuple(str(name) for name in names), hidden=frozenset())
    if not (rows["source"] == "survey").any() or not len(names):
        return found
    floor, sizes = params.limits.small_cell, found.sizes
    hidden = {int(place) for place in np.flatnonzero(sizes < floor)}
    unlisted = int((codes < 0).sum())
    for place in np.argsort(sizes, kind="stable"):
        rest = unlisted + int(sum(sizes[one] for one in hidden))
        if rest == 0 or (rest >= floor and not (len(hidden) == 1 and unlisted == 0)):
            break
        hidden.add(int(place))
    return Segments(codes=found.codes, names=found.names, hidden=frozenset(hidden))


def shares_by_segment(segments: Segments, raises: Flags, params: ClientParams) -> tuple[GroupShare, ...]:
    """Return the share who raise a theme in each segment, in the order of their names."""
    rows = []
    for place, name in enumerate(segments.names):
        if place in segments.hidden:
            share: Outcome = NotEstimable(reason=N_("Too few answers to be shown."), suppressed=True)
        else:
            share = share_of(raises[segments.codes == place], params)
        rows.append(GroupShare(name=name, share=share))
    return tuple(rows)
