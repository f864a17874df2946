"""Regions and stretches as readings: what is claimed of two numbers at once, or of all values of a number at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

DIRECTIONS = 16
"""Directions in which a region's reach is read: one that holds the truth in all of them holds it, but for the corners
between two directions, which are a fiftieth of its area."""
LOG_ODDS = 5.0
"""Points of performance as long as one unit of the log odds of importance, so that regions are about as wide as high.
"""


def map_reaches(positions: Sequence[Mapping[str, Any]], border: float) -> Iterator[tuple[str, float, float, float]]:
    """Yield path, middle and limits of each driver's region on the importance-performance map, direction by direction.

    A region says where a driver stands relative to the mean performance of all, so that is where it is read from;
    importances add up to one, whatever the client.

    Parameters
    ----------
    positions
        With `driver`, `importance`, `performance` and `region`, pairs of performance and importance.
    border
        Mean performance of all drivers.
    """
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    across = np.column_stack([np.cos(angles), np.sin(angles)])
    for position in positions:
        outline = np.array(position["region"], dtype=float)
        points = np.column_stack([outline[:, 0] - border, _log_odds(outline[:, 1])])
        centre = np.array(
            [position["performance"]["value"] - border, _log_odds(np.array([position["importance"]["value"]]))[0]]
        )
        reach = points @ across.T
        for place in range(DIRECTIONS):
            path = f"{position['driver']['key']}/region/{place}"
            yield path, float(centre @ across[place]), float(reach[:, place].min()), float(reach[:, place].max())


def _log_odds(shares: np.ndarray) -> np.ndarray:
    return np.asarray(LOG_ODDS * np.log(shares / (1 - shares)))
