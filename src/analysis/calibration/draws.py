"""Clients drawn and read, in chunks that are kept: a run that was broken off goes on where it was."""

import importlib
import json
import math
import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar, cast

import numpy as np

from analysis.calibration.fingerprint import fingerprint
from analysis.calibration.readings import Reading
from analysis.calibration.scenarios import FIRST_SEED, TRUTH_SEED, Scenario, scenarios
from analysis.data.client import ClientData
from analysis.params.model import ClientParams

CHUNK = 20
TRUTH = (10, 20_000)
"""Large clients that the truth is read from, and their customers, unless a group says otherwise."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NUMBERS = 5  # of a reading: value, low, high, p-value, n

Item = TypeVar("Item")
Made = TypeVar("Made")


class Group(Protocol):
    """A module of `analysis.calibration.groups`.

    `TABLES` are the tables that it reads, `CELLS` the cells of the grid that it is drawn in, each with the number of
    clients as a multiple of the draws asked for.
    """

    TABLES: tuple[str, ...] | None
    CELLS: Mapping[str, float]

    def read(self, data: ClientData, params: ClientParams) -> dict[str, Reading]:
        """Return what one client's results print."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some draws of one group in one cell of the grid: `count` seeds from `first` on, kept in `path`.

    `is_truth` marks the large clients that the truth is read from; `scenario` is then any cell of the population.
    """

    group: str
    scenario: str
    first: int
    count: int
    path: Path
    is_truth: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """The readings of many clients.

    Parameters
    ----------
    paths
        Paths of the readings.
    numbers
        Shape (draws, paths, `NUMBERS`): value, low, high, p-value, n; NaN where a client's results lack it.
    carried
        How many of the clients were drawn by earlier code (`analysis.calibration.carrying`).
    carried_paths
        Paths of the readings of these.
    """

    paths: tuple[str, ...]
    numbers: np.ndarray
    carried: int = 0
    carried_paths: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """Return how many clients were drawn."""
        return len(self.numbers)


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredChunk:
    """What is kept of a chunk.

    Parameters
    ----------
    paths, numbers
        As of `Draws`.
    carried
        Hash of the earlier code that drew it; "" where today's code did.
    lacking
        Names of the quantities that today's code prints and that code did not.
    """

    paths: tuple[str, ...]
    numbers: np.ndarray
    carried: str = ""
    lacking: frozenset[str] = frozenset()

    def of_client(self, row: int) -> dict[str, tuple[float, ...]]:
        """Return path -> numbers of one of the clients, where its results have any."""
        own = {path: tuple(float(each) for each in self.numbers[row, column]) for column, path in enumerate(self.paths)}
        return {path: numbers for path, numbers in own.items() if is_there(numbers)}


def is_there(numbers: Iterable[float]) -> bool:
    """Return whether a reading has any number: one without is none."""
    return not all(math.isnan(each) for each in numbers)


def group_of(name: str) -> Group:
    """Return a group's module."""
    return cast(Group, importlib.import_module(f"analysis.calibration.groups.{name}"))


def _code_of(group: str, scenario: Scenario) -> str:
    """Return the hash of everything that the readings of a group in a population depend on."""
    modules = (f"analysis.calibration.groups.{group}", "analysis.calibration.clients")
    return fingerprint(modules, scenario.identity)


def chunks_of(group: str, scenario: str, draws: int, folder: Path) -> list[Chunk]:
    """Return the chunks that hold the group's share of `draws` clients in one cell."""
    draws = math.ceil(group_of(group).CELLS[scenario] * draws)
    home = folder / group / f"{scenario}-{_code_of(group, scenarios()[scenario])}"
    return [
        Chunk(
            group=group,
            scenario=scenario,
            first=FIRST_SEED + first,
            count=min(CHUNK, draws - first),
            path=home / f"{first:06d}-{min(CHUNK, draws - first)}.npz",
        )
        for first in range(0, draws, CHUNK)
    ]


def truth_size(group: str) -> tuple[int, int]:
    """Return how many large clients a group's truth is read from, and how many customers each has."""
    clients, customers = getattr(group_of(group), "TRUTH", TRUTH)
    return int(clients), int(customers)


def truth_chunks_of(group: str, scenario: Scenario, folder: Path) -> list[Chunk]:
    """Return the chunks that hold the large clients of a cell's population, one each."""
    home = folder / group / f"truth-{scenario.population}-{_code_of(group, scenario)}"
    return [
        Chunk(
            group=group,
            scenario=scenario.key,
            first=TRUTH_SEED + number,
            count=1,
            path=home / f"{number:03d}.npz",
            is_truth=True,
        )
        for number in range(truth_size(group)[0])
    ]


def draw_together(chunks: Sequence[Chunk]) -> Sequence[Chunk]:
    """Draw the clients that several groups are to read, read them, and keep what was read.

    The chunks are of the same clients: cell, seeds and size are alike.
    """
    one, groups = chunks[0], [group_of(chunk.group) for chunk in chunks]
    clients = [read_client(groups, one, seed) for seed in range(one.first, one.first + one.count)]
    for chunk, readings in zip(chunks, zip(*clients, strict=True), strict=True):
        save_chunk(chunk.path, _tabulated(readings))
    return chunks


def read_client(groups: Sequence[Group], chunk: Chunk, seed: int) -> list[dict[str, Reading]]:
    """Draw one client of a chunk's cell and size, and return what each group reads of it."""
    scenario, wanted = scenarios()[chunk.scenario], [group.TABLES for group in groups]
    tables = None if None in wanted else sorted({name for own in wanted for name in own or ()})
    data = scenario.draw(seed, customers=_size(chunk), tables=tables)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [group.read(data, scenario.params) for group in groups]


def _size(chunk: Chunk) -> int:
    return truth_size(chunk.group)[1] if chunk.is_truth else scenarios()[chunk.scenario].customers


def _tabulated(readings: Sequence[Mapping[str, Reading]]) -> StoredChunk:
    paths = sorted({each for reading in readings for each in reading})
    numbers = np.full((len(readings), len(paths), NUMBERS), np.nan)
    for row, reading in enumerate(readings):
        for column, each in enumerate(paths):
            if each in reading:
                numbers[row, column] = reading[each].numbers()
    return StoredChunk(paths=tuple(paths), numbers=numbers)


def save_chunk(path: Path, kept: StoredChunk) -> None:
    """Write a chunk: whole or not at all, so that a broken run leaves no half of one."""
    mark = {"from": kept.carried, "lacking": sorted(kept.lacking)}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez_compressed(
            file, numbers=kept.numbers, paths=np.array(json.dumps(kept.paths)), carried=np.array(json.dumps(mark))
        )
    part.replace(path)


def load_chunk(path: Path) -> StoredChunk:
    """Return what is kept of a chunk that is there."""
    carried, lacking = load_mark(path)
    with np.load(path) as file:
        paths = tuple(json.loads(str(file["paths"])))
        return StoredChunk(paths=paths, numbers=file["numbers"], carried=carried, lacking=lacking)


def load_mark(path: Path) -> tuple[str, frozenset[str]]:
    """Return which earlier code drew a chunk, if any, and what it lacks, as of `StoredChunk`."""
    with np.load(path) as file:
        # chunks that were written before any was carried over have no mark
        mark = json.loads(str(file["carried"])) if "carried" in file.files else {}
        return mark.get("from", ""), frozenset(mark.get("lacking", ()))


def load_chunks(chunks: Iterable[Chunk]) -> Draws:
    """Return the draws of the chunks that are there, in the order of their seeds."""
    kept = [load_chunk(chunk.path) for chunk in chunks if chunk.path.is_file()]
    paths = sorted({path for own in kept for path in own.paths})
    place = {path: column for column, path in enumerate(paths)}
    numbers = np.full((sum(len(own.numbers) for own in kept), len(paths), NUMBERS), np.nan)
    start = 0
    for own in kept:
        numbers[start : start + len(own.numbers), [place[path] for path in own.paths]] = own.numbers
        start += len(own.numbers)
    earlier = [own for own in kept if own.carried]
    return Draws(
        paths=tuple(paths),
        numbers=numbers,
        carried=sum(len(own.numbers) for own in earlier),
        carried_paths=frozenset(path for own in earlier for path in own.paths),
    )


def run_chunks(
    chunks: Sequence[Chunk], workers: int, tell: Callable[[int, int, Chunk], None], *, is_again: bool = False
) -> None:
    """Draw the chunks that are not there yet, those of the same clients together.

    Parameters
    ----------
    chunks
        In the order in which they are wanted.
    workers
        Processes.
    tell
        Called after each chunk with the number done, the number there were to do, and the chunk.
    is_again
        Draw those that are there as well.
    """
    waiting = [chunk for chunk in chunks if is_again or not chunk.path.is_file()]
    batches: dict[tuple[str, int, int, int], list[Chunk]] = {}
    for chunk in waiting:
        batches.setdefault((chunk.scenario, chunk.first, chunk.count, _size(chunk)), []).append(chunk)
    done = 0
    for batch in in_parallel(draw_together, list(batches.values()), workers):
        for chunk in batch:
            done += 1
            tell(done, len(waiting), chunk)


def in_parallel(work: Callable[[Item], Made], items: Sequence[Item], workers: int) -> Iterator[Made]:
    """Yield what a function of a module makes of each of the items, in their order, with so many processes."""
    if workers <= 1:
        yield from map(work, items)
        return
    for name in ONE_THREAD:  # inherited by the processes: as many threads as processes would only get in their way
        os.environ.setdefault(name, "1")
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(work, items)
