"""A total effect taken apart: direct, indirect, and each path, as sums and differences of the worlds' mean outcomes."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np

from analysis.models.clustering import Floats
from analysis.models.mediation.gcomputation import World

PARTS = ("total", "direct", "indirect", "direct_start", "direct_end", "indirect_start", "indirect_end")


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """The linear maps from mean outcomes to effects.

    Parameters
    ----------
    worlds
        The worlds whose mean outcomes are needed.
    matrix
        Shape (7 + paths, worlds): rows as in `PARTS`, then each path.
    """

    worlds: tuple[World, ...]
    matrix: Floats

    def effects(self, means: Floats) -> Floats:
        """Return the effects, shape (draws, 7 + paths), of mean outcomes of shape (draws, worlds)."""
        return np.asarray(means @ self.matrix.T)


def decompose(worlds: Sequence[World]) -> Decomposition:
    """Return the decomposition over all worlds.

    The total moves everything. The direct effect moves what the outcome sees itself while the paths stay, the indirect
    effect the reverse; each is the mean of its values with the other at its start and at its end, so that the two add
    up to the total. A path's effect is its mean gain over all orders in which the paths can be moved, so the paths add
    up to the indirect effect.
    """
    position = {world: number for number, world in enumerate(worlds)}
    paths = len(worlds[0].paths)
    none, every = (0,) * paths, (1,) * paths

    def difference(later: World, earlier: World) -> Floats:
        row = np.zeros(len(worlds))
        row[position[later]] += 1
        row[position[earlier]] -= 1
        return row

    direct = [difference(World(1, arms), World(0, arms)) for arms in (none, every)]
    indirect = [difference(World(arm, every), World(arm, none)) for arm in (0, 1)]
    rows = [
        difference(World(1, every), World(0, none)),
        (direct[0] + direct[1]) / 2,
        (indirect[0] + indirect[1]) / 2,
        *direct,
        *indirect,
    ]
    for path in range(paths):
        row = np.zeros(len(worlds))
        for moved in itertools.product((0, 1), repeat=paths):
            if moved[path]:
                continue
            after = tuple(1 if number == path else arm for number, arm in enumerate(moved))
            order = factorial(sum(moved)) * factorial(paths - sum(moved) - 1) / factorial(paths)
            for arm in (0, 1):
                row += order / 2 * difference(World(arm, after), World(arm, moved))
        rows.append(row)
    return Decomposition(worlds=tuple(worlds), matrix=np.array(rows))
