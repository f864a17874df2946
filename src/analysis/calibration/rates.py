"""How often intervals held the truth, and how often tests rejected what is so: rates, their errors, their bands."""

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.calibration.draws import Draws
from analysis.calibration.quantities import quantity_of
from analysis.calibration.quantity import Kind, Quantity
from analysis.calibration.truths import Known

VALUE, LOW, HIGH, P_VALUE, N = range(5)
ALPHA = 0.05
FEW = 50  # units on the rarer side of a proportion, below which it counts as discrete
NIL = 0.1  # a true value of so many standard errors of a client's estimate is nil for a test
BANDS: dict[Kind, tuple[float, float]] = {
    "regular": (93.0, 97.0),
    "discrete": (92.0, 100.0),
    "shrunken": (93.0, 97.0),
    "bounded": (93.0, 97.0),
    "test": (3.0, 7.0),
    "composite": (0.0, 7.0),
}
"""Percent; each widened by `WIDENED` Monte-Carlo standard errors."""
WIDENED = 2.0
FEWEST_DRAWS = 30
AWAY = 2.0  # standard errors between a bounded quantity and its bounds, from which on it is judged
DIFFERENT = 0.5  # true spread between shrunken units over a unit's own standard error, below which they are alike


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One row of the table.

    Parameters
    ----------
    quantity
        Name, with the cell of the grid; the name alone over the whole grid.
    kind
        Class.
    rate, mc_error
        Coverage or rejection rate and its Monte-Carlo standard error, percent.
    draws
        Clients whose results hold it.
    places
        Paths pooled: waves, segments, items.
    truth_error
        Largest error of the truth used, in standard errors of a client's estimate.
    is_zero_width
        Whether any interval had no width.
    counted
        Intervals or tests that the rate is of: clients times the places that each has.
    is_at_bound
        Whether it is not judged, because the units that are shrunken hardly differ: the spread between them is then at
        its bound, nil, and any interval that admits differences holds the truth too often.
    """

    quantity: str
    kind: Kind
    rate: float
    mc_error: float
    draws: int
    places: int
    truth_error: float
    is_zero_width: bool
    counted: int = 1
    is_at_bound: bool = False

    @property
    def band(self) -> tuple[float, float]:
        """Return the band of its class, widened by the Monte-Carlo error."""
        low, high = BANDS[self.kind]
        return low - WIDENED * self.mc_error, high + WIDENED * self.mc_error

    @property
    def is_within(self) -> bool:
        """Return whether the rate lies in its band and no interval had zero width."""
        low, high = self.band
        return low <= self.rate <= high and not self.is_zero_width


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """One path's part of a row: one element a draw, NaN where the client's results lack it."""

    hits: np.ndarray
    truth_error: float
    is_zero_width: bool
    is_joint: bool = False


def rates_of(draws: Draws, truths: Mapping[str, Known], cell: str, *, null: str, times: float) -> list[Rate]:
    """Return the rates of one group in one cell of the grid.

    Parameters
    ----------
    draws, truths
        The readings, and what is true at their paths.
    cell
        The cell's name, which stands behind the quantity's.
    null
        Its key: tests without an estimate are counted in the cell where their null hypothesis holds.
    times
        How many times as many customers the truth was read from as one of its clients has.
    """
    places: dict[str, list[_Place]] = defaultdict(list)
    kinds: dict[str, Kind] = {}
    alike: set[str] = set()
    for column, path in enumerate(draws.paths):
        quantity = quantity_of(path)
        if quantity is None or quantity.exempt:
            continue
        if quantity.reference == "rank":
            found = [(quantity.label(path), quantity.kind, _rank(draws, column, truths))] if path in truths else []
        else:
            found = _places(draws.numbers[:, column], quantity, path, truths.get(path), null)
        of_a_league = quantity.kind == "shrunken" or (quantity.reference == "rank" and not quantity.is_joint)
        if of_a_league and not differ(path, truths, times):
            alike.add(quantity.label(path))
        for name, kind, place in found:
            place = dataclasses.replace(place, is_joint=quantity.is_joint)
            places[name].append(place)
            # pooled places of which one is discrete are judged as discrete
            kinds[name] = "discrete" if "discrete" in (kind, kinds.get(name)) else kind
    rates = [
        _pooled(f"{name} ({cell})", kinds[name], pooled, is_at_bound=name in alike)
        for name, pooled in sorted(places.items())
    ]
    return [rate for rate in rates if rate.draws >= FEWEST_DRAWS]


def over_the_grid(cells: Sequence[Rate]) -> list[Rate]:
    """Return one rate a quantity: that of all clients drawn, whichever cell of the grid they come from.

    The cells' clients are drawn apart, so the errors add up by their squares.
    """
    return _together(cells, lambda cell: cell.quantity.rpartition(" (")[0])


def one_a_cell(rates: Sequence[Rate]) -> list[Rate]:
    """Return one rate a quantity and cell, where several analyses print the quantity; those at a bound apart."""
    bound = [rate for rate in rates if rate.is_at_bound]
    return _together([rate for rate in rates if not rate.is_at_bound], lambda rate: rate.quantity) + bound


def _together(cells: Sequence[Rate], name_of: Callable[[Rate], str]) -> list[Rate]:
    rows: dict[str, list[Rate]] = defaultdict(list)
    for cell in cells:
        rows[name_of(cell)].append(cell)
    found = []
    for name, own in sorted(rows.items()):
        counts = np.array([cell.counted for cell in own], dtype=float)
        errors = np.array([cell.mc_error for cell in own])
        # a row of which one cell is discrete is judged as discrete
        kinds = {cell.kind for cell in own}
        found.append(
            Rate(
                quantity=name,
                kind="discrete" if "discrete" in kinds else own[0].kind,
                rate=float(np.average([cell.rate for cell in own], weights=counts)),
                mc_error=float(np.sqrt(((errors * counts) ** 2).sum()) / counts.sum()),
                draws=sum(cell.draws for cell in own),
                places=max(cell.places for cell in own),
                truth_error=max(cell.truth_error for cell in own),
                is_zero_width=any(cell.is_zero_width for cell in own),
                counted=int(counts.sum()),
            )
        )
    return found


def _places(
    numbers: np.ndarray, quantity: Quantity, path: str, truth: Known | None, null: str
) -> list[tuple[str, Kind, _Place]]:
    name = quantity.label(path)
    found: list[tuple[str, Kind, _Place]] = []
    if quantity.kind == "test" or (quantity.null and not quantity.claim):
        if null in quantity.null.split():
            found.append((name, quantity.kind, _test(numbers, is_silent=quantity.is_silent)))
        return found
    if quantity.claim and null in quantity.null.split():
        told = (numbers[:, LOW] > 0) | (numbers[:, HIGH] < 0)
        told = np.where(np.isfinite(numbers[:, LOW]), told, np.nan)
        return [(f"{name}, claimed", "composite", _Place(hits=told, truth_error=0.0, is_zero_width=False))]
    if truth is None:
        return found
    spread = float(np.nanstd(numbers[:, VALUE])) if np.isfinite(numbers[:, VALUE]).sum() > 1 else math.nan
    error = truth.std_error / spread if spread > 0 else 0.0
    interval = np.isfinite(numbers[:, LOW])
    is_nil = spread > 0 and abs(truth.value) < NIL * spread
    if quantity.kind == "composite" and is_nil:
        interval = np.zeros(len(numbers), dtype=bool)  # holds nil by its construction: the test is what is judged
    if interval.any() and not _at_bound(numbers, truth, spread, quantity):
        hits = np.where(interval, (numbers[:, LOW] <= truth.value) & (truth.value <= numbers[:, HIGH]), np.nan)
        flat = bool((numbers[interval, LOW] == numbers[interval, HIGH]).any())
        found.append((name, _kind(numbers, quantity, truth), _Place(hits=hits, truth_error=error, is_zero_width=flat)))
    if np.isfinite(numbers[:, P_VALUE]).any() and is_nil:
        kind: Kind = "composite" if quantity.kind == "composite" else "test"
        found.append((f"{name}, test", kind, _test(numbers)))
    return found


def _rank(draws: Draws, column: int, truths: Mapping[str, Known]) -> _Place:
    """Return whether the interval of a rank held the partner's rank among the partners that the client compares."""
    path = draws.paths[column]
    home = path.rsplit("/", 2)[0]
    better = [
        place
        for place, other in enumerate(draws.paths)
        if other.startswith(f"{home}/")
        and other.endswith("/rank")
        and other in truths
        and truths[other].value < truths[path].value
    ]
    own = draws.numbers[:, column]
    rank = 1 + np.isfinite(draws.numbers[:, better, LOW]).sum(axis=1)
    held = np.where(np.isfinite(own[:, LOW]), (own[:, LOW] <= rank) & (rank <= own[:, HIGH]), np.nan)
    # a rank may be certain, so limits that are equal are no fault
    return _Place(hits=held, truth_error=0.0, is_zero_width=False)


def differ(path: str, truths: Mapping[str, Known], times: float) -> bool:
    """Return whether the units of a league truly differ by at least half the standard error of one's own mean."""
    home = path.rsplit("/", 2)[0]
    units = [
        truth
        for other, truth in truths.items()
        if other.startswith(f"{home}/") and other.endswith(("/shrunken", "/pooled"))
    ]
    if len(units) < 3:
        return False
    # a truth read from so many times the customers of one client has an error smaller by the square root
    noise = math.sqrt(times) * float(np.median([unit.std_error for unit in units]))
    return float(np.std([unit.value for unit in units])) >= DIFFERENT * noise


def _test(numbers: np.ndarray, *, is_silent: bool = False) -> _Place:
    p = numbers[:, P_VALUE]
    hits = np.where(np.isfinite(p), p < ALPHA, 0.0 if is_silent else np.nan)
    return _Place(hits=hits, truth_error=0.0, is_zero_width=False)


def _at_bound(numbers: np.ndarray, truth: Known, spread: float, quantity: Quantity) -> bool:
    """Return whether the truth is (nearly) a bound that estimates cannot pass: an interval there always holds it."""
    bounds = quantity.bounds
    if bounds is not None and min(truth.value - bounds[0], bounds[1] - truth.value) < AWAY * spread:
        return True
    values = numbers[np.isfinite(numbers[:, VALUE]), VALUE]
    return len(values) > 0 and bool(np.mean(values == truth.value) > 0.5)


def _kind(numbers: np.ndarray, quantity: Quantity, truth: Known) -> Kind:
    if not quantity.is_share:
        return "regular" if quantity.kind == "composite" else quantity.kind
    rarer = min(truth.value, 1 - truth.value) * float(np.nanmean(numbers[:, N])) if _has_n(numbers) else 0.0
    return "regular" if rarer >= FEW else "discrete"


def _has_n(numbers: np.ndarray) -> bool:
    return bool(np.isfinite(numbers[:, N]).any())


def _pooled(name: str, kind: Kind, places: list[_Place], *, is_at_bound: bool) -> Rate:
    """Pool the places of a row; those of one client are not independent, so the error is clustered by client."""
    hits = np.column_stack([place.hits for place in places])
    if places[0].is_joint:
        known = np.isfinite(hits).any(axis=1)
        together = np.nanmax if kind == "test" else np.nanmin
        hits = np.where(known, together(np.where(known[:, None], hits, 1.0), axis=1), np.nan)[:, None]
    count = np.isfinite(hits).sum(axis=1)
    total = np.nansum(hits, axis=1)
    has = count > 0
    draws = int(has.sum())
    rate = float(total.sum() / max(count.sum(), 1))
    deviations = (total - rate * count)[has]
    error = float(np.sqrt((deviations**2).sum()) / max(count.sum(), 1))
    # where every draw says the same, the error is that of two draws more of either kind (Agresti and Coull)
    shrunk = (rate * draws + 2) / (draws + 4)
    floor = math.sqrt(shrunk * (1 - shrunk) / draws) if draws and not deviations.any() else 0.0
    return Rate(
        quantity=name,
        kind=kind,
        rate=100 * rate,
        mc_error=100 * max(error, floor),
        draws=draws,
        places=len(places),
        truth_error=max(place.truth_error for place in places),
        is_zero_width=any(place.is_zero_width for place in places),
        counted=int(count.sum()),
        is_at_bound=is_at_bound,
    )
