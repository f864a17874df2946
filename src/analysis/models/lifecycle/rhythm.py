"""How long customers of a rhythm are silent before they return: the ruler that tells dormant from lost.

A silence is the time from one purchase to the next, or to the end of the record. Customers are sorted by the usual gap
between their purchases into those who bought once so far and three equal classes of the others. Within a class the
Kaplan-Meier curve S of the silences falls to a floor, the share of silences that no purchase has ended; of those that
did end, the share ``(1 - S(x)) / (1 - floor)`` had ended by x. The limit of a class is the first x at which that share
reaches `RETURNED`.
"""

from dataclasses import dataclass

import numpy as np

from analysis.indicators.ledger import Ledger
from analysis.indicators.survival import Spells
from analysis.models.clustering import Codes, Floats

RETURNED = 0.95
"""Share of the silences that ended which had ended by the limit."""
CLASSES = 3
FEWEST_RETURNS = 20
"""Fewest ended silences of a class; with fewer, all customers share one limit."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rhythm:
    """The limits of silence by class of rhythm.

    Parameters
    ----------
    cuts
        Usual gaps in days that separate the classes of customers with two purchases and more, shape (2,).
    limits
        Days by class: bought once so far, then from the shortest gap to the longest, shape (4,).
    """

    cuts: Floats
    limits: Floats

    def limit_of(self, orders: Codes, usual_gap: Floats) -> Floats:
        """Return the limit in days of customers with so many purchases and such a usual gap (NaN below two)."""
        place = np.where(orders > 1, 1 + np.searchsorted(self.cuts, usual_gap), 0)
        return self.limits[place]


def usual_gaps(orders: Codes, first: Floats, last: Floats) -> Floats:
    """Return the mean days between the purchases of each customer, NaN below two purchases."""
    return np.where(orders > 1, (last - first) / np.maximum(orders - 1, 1), np.nan)


def measure_rhythm(ledger: Ledger, window: int) -> Rhythm:
    """Return the limits of silence of a client's customers; none is shorter than `window` days."""
    who, when = ledger.bought_by, ledger.bought_on
    orders = np.bincount(who, minlength=len(ledger.ids))
    last_of = np.append(who[1:] != who[:-1], True)
    length = np.where(last_of, ledger.as_of + 0.5 - when, np.append(when[1:], 0) - when).astype(np.float64)
    first, last = np.full(len(orders), np.nan), np.full(len(orders), np.nan)
    first[who[::-1]], last[who] = when[::-1], when
    gaps = usual_gaps(orders, first, last)
    known = gaps[orders > 1]
    cuts = np.quantile(known, [1 / CLASSES, 2 / CLASSES]) if len(known) else np.zeros(CLASSES - 1)
    place = np.where(orders > 1, 1 + np.searchsorted(cuts, gaps), 0)[who]
    everybody = _limit(length, ~last_of, window)
    return Rhythm(
        cuts=np.asarray(cuts, dtype=np.float64),
        limits=np.array(
            [
                _limit(length[rows], ~last_of[rows], window) if (~last_of[rows]).sum() >= FEWEST_RETURNS else everybody
                for rows in (place == code for code in range(CLASSES + 1))
            ]
        ),
    )


def _limit(length: Floats, ended: np.ndarray, window: int) -> float:
    """Return by when `RETURNED` of the silences that ended had ended, at least `window`."""
    kept = length > 0
    if not (ended & kept).any():
        return float(window)
    spells = Spells(entry=np.zeros(int(kept.sum())), exit=length[kept], ended=ended[kept])
    times, deaths = np.unique(length[kept & ended], return_counts=True)
    shares = np.cumprod(1 - deaths / spells.at_risk(times))
    done = (1 - shares) / (1 - shares[-1])
    return max(float(window), float(times[np.searchsorted(done, RETURNED)]))
