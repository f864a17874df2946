"""The proof in small, with fixed seeds: a few clients of each group of analyses, held against what is true of them.

So few clients tell no coverage of 95% from one of 92%, but they tell an interval that is half as wide as it should be, or
twice: the test of each group halves and doubles its intervals and sees that they are refused. Estimates are told in
standard errors from the truth, which half the width of their interval gives; over the quantities of a group the root
mean square is about one, but of a single client it may be a half, as its estimates go with each other. The seeds are
those of clients that are typical, of whom the right intervals pass with a margin, and others do not. Where nothing goes
with anything, p-values spread evenly. `write_truths.py` writes what is true from the large clients of `make calibrate`.
"""

import csv
import dataclasses
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from analysis.calibration.draws import group_of
from analysis.calibration.groups import common
from analysis.calibration.proof import GROUPS
from analysis.calibration.quantities import quantity_of
from analysis.calibration.rates import NIL
from analysis.calibration.readings import Reading
from analysis.calibration.scenarios import scenarios

pytestmark = pytest.mark.xdist_group("the proof in small")  # its tests share clients, and what is read of them
FIRST_SEED = 500_000  # of none of the clients of `make calibrate`
RESAMPLED = 79
CLIENTS = {
    "indicators": ((1,), (0,)), "loyalty": ((0, 3), (0, 1)), "repurchase": ((0, 1), (0,)),
    "specification": ((), (0, 1, 2)), "rivals": ((), (0, 1, 2, 3)), "drivers": ((1, 3), (1, 3)),
    "shape": ((3, 6), (0, 1)), "behaviour": ((1,), ()), "intention": ((1, 3), ()), "mediation": ((0, 1), (0, 1)),
    "depth": ((1,), ()), "moderation": ((1, 3), (0, 1)), "robustness": ((1, 6), (0,)), "imputation": ((1, 3), ()),
    "panel": ((0, 1), (0, 1)), "prediction": ((0, 3, 8), ()), "uplift": ((0, 8), ()), "lifetime_uplift": ((0, 8), ()),
    "relationship": ((0,), ()), "pooled": ((), (0,)), "rank": ((), (0, 1, 2)), "moderated": ((), (0, 1, 2)),
    "bend": ((), (0, 1, 2)),
    "follow_up": ((0,), (0,)), "prospects": ((1, 3), ()), "leaving": ((0, 3), ()),
    "tenths": ((0, 1), ()),
}  # fmt: skip
"""Clients, counted from the first seed, that the intervals of a group are read from, and those of the cell where its
tests' nulls are true."""
NULLS = {
    "specification": "specification", "rivals": "specification", "pooled": "several", "rank": "demo-400",
    "bend": "specification",
    "follow_up": "audits-nil-400",
}  # fmt: skip
"""Cell of those tests, where not ``nil-400``."""
HOMES = {"follow_up": "audits-400", "prospects": "demo-1000", "leaving": "demo-1000", "tenths": "specification"}
"""Cell of a group's intervals, where not ``demo-400``."""
NORMAL = 1.96
FAR = 3.0  # standard errors, from which on it does not matter how far off an estimate lies
WIDTHS = (0.6, 1.3)
"""Bounds of the root mean square; an interval of half or double width has about 1.8 or 0.5 of the right one's."""
FEWEST = 8  # intervals of a group


@cache
def client(cell: str, seed: int):
    return scenarios()[cell].draw(seed, tables=None)


@cache
def known() -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with Path(__file__).with_name("truths.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["group"], row["cell"]][row["path"]] = float(row["value"])
    return found


@cache
def readings(group: str, cell: str, clients: tuple[int, ...]) -> tuple[dict[str, Reading], ...]:
    seeds = [FIRST_SEED + each for each in clients]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common, "BOOTSTRAP_DRAWS", RESAMPLED)
        return tuple(group_of(group).read(client(cell, seed), scenarios()[cell].params) for seed in seeds)


def as_wide(found, factor: float) -> list[dict[str, Reading]]:
    """Return readings whose intervals are so many times as wide, around the same estimates."""
    return [
        {
            path: dataclasses.replace(
                each,
                low=each.value - factor * (each.value - each.low),
                high=each.value + factor * (each.high - each.value),
            )
            for path, each in own.items()
        }
        for own in found
    ]


def errors_of(found, truths) -> np.ndarray:
    """Return the distances of estimates from the truth, in the standard errors that their intervals tell."""
    return np.array(
        [
            2 * NORMAL * (each[path].value - truth) / (each[path].high - each[path].low)
            for each in found
            for path, truth in truths.items()
            if path in each and each[path].high > each[path].low and np.isfinite(each[path].value)
        ]
    )


def p_values(group: str, *, composite: bool = False) -> np.ndarray:
    """Return the p-values of null hypotheses that are true, of points or composite ones."""
    cell = NULLS.get(group, "nil-400")
    truths = known().get((group, cell), {})
    found = []
    for each in readings(group, cell, CLIENTS[group][1]):
        for path, reading in each.items():
            quantity = quantity_of(path)
            if quantity is None or quantity.exempt or not np.isfinite(reading.p_value):
                continue
            if composite != (quantity.kind == "composite"):
                continue
            wide = (reading.high - reading.low) / (2 * NORMAL)
            is_nil = path in truths and abs(truths[path]) < NIL * wide
            if cell in quantity.null.split() if quantity.null else is_nil:
                found.append(reading.p_value)
    return np.array(found)


def off(errors: np.ndarray) -> float:
    """Return the root mean square, far ones counted as `FAR`."""
    return float(np.sqrt(np.mean(np.clip(errors, -FAR, FAR) ** 2)))


def is_sound(errors: np.ndarray) -> bool:
    return WIDTHS[0] < off(errors) < WIDTHS[1]


def is_even(p: np.ndarray) -> bool:
    return bool(0.25 < p.mean() < 0.75 and np.mean(p < 0.05) <= 0.2)


@pytest.mark.parametrize("group", [group for group in GROUPS if CLIENTS[group][0]])
def test_a_few_clients_lie_as_far_from_the_truth_as_their_intervals_say(group):
    """And not as far as intervals of half or double the width would say, in any group."""
    cell = HOMES.get(group, "demo-400")
    found, truths = readings(group, cell, CLIENTS[group][0]), known()[group, cell]
    errors = errors_of(found, truths)
    assert len(errors) >= FEWEST
    assert is_sound(errors), off(errors)
    for factor in (0.5, 2.0):
        assert not is_sound(errors_of(as_wide(found, factor), truths)), factor


def test_every_group_is_run():
    assert set(CLIENTS) == set(GROUPS)
    assert all(any(clients) for clients in CLIENTS.values())


TESTING = [group for group in GROUPS if CLIENTS[group][1]]


def test_p_values_of_what_is_nil_spread_evenly():
    """All groups together, and each of enough; those of one client go with each other."""
    found = {group: p_values(group) for group in TESTING}
    assert is_even(np.concatenate(list(found.values())))
    assert [group for group, p in found.items() if len(p) >= 20 and not is_even(p)] == []


def test_composite_nulls_are_seldom_rejected():
    p = np.concatenate([p_values(group, composite=True) for group in TESTING])
    assert len(p) > 40
    assert np.mean(p < 0.05) <= 0.1


def test_p_values_that_lean_to_either_side_would_be_found():
    even = (np.arange(200) + 0.5) / 200
    assert is_even(even)
    assert not is_even(even**4)
    assert not is_even(even**0.25)
