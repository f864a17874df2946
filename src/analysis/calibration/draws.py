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
from typing import Protocol, cast

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
    """

    paths: tuple[str, ...]
    numbers: np.ndarray

    def __len__(self) -> int:
        """Return how many clients were drawn."""
        return len(self.numbers)


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
    one = chunks[0]
    groups, scenario = [group_of(chunk.group) for chunk in chunks], scenarios()[one.scenario]
    wanted = [group.TABLES for group in groups]
    tables = None if None in wanted else sorted({name for own in wanted for name in own or ()})
    readings: list[list[dict[str, Reading]]] = [[] for _ in chunks]
    for seed in range(one.first, one.first + one.count):
        data = scenario.draw(seed, customers=_size(one), tables=tables)
        for group, kept in zip(groups, readings, strict=True):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                kept.append(group.read(data, scenario.params))
    for chunk, kept in zip(chunks, readings, strict=True):
        _write(chunk.path, kept)
    return chunks


def _size(chunk: Chunk) -> int:
    return truth_size(chunk.group)[1] if chunk.is_truth else scenarios()[chunk.scenario].customers


def _write(path: Path, readings: Sequence[Mapping[str, Reading]]) -> None:
    paths = sorted({each for reading in readings for each in reading})
    numbers = np.full((len(readings), len(paths), NUMBERS), np.nan)
    for row, reading in enumerate(readings):
        for column, each in enumerate(paths):
            if each in reading:
                numbers[row, column] = reading[each].numbers()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez_compressed(file, numbers=numbers, paths=np.array(json.dumps(paths)))
    part.replace(path)  # whole or not at all: a broken run leaves no half of a chunk


def load_chunks(chunks: Iterable[Chunk]) -> Draws:
    """Return the draws of the chunks that are there, in the order of their seeds."""
    tables = []
    for chunk in chunks:
        if chunk.path.is_file():
            with np.load(chunk.path) as file:
                tables.append((json.loads(str(file["paths"])), file["numbers"]))
    paths = sorted({path for own, _ in tables for path in own})
    place = {path: column for column, path in enumerate(paths)}
    numbers = np.full((sum(len(rows) for _, rows in tables), len(paths), NUMBERS), np.nan)
    start = 0
    for own, rows in tables:
        numbers[start : start + len(rows), [place[path] for path in own]] = rows
        start += len(rows)
    return Draws(paths=tuple(paths), numbers=numbers)


def run_chunks(chunks: Sequence[Chunk], workers: int, tell: Callable[[int, int, Chunk], None]) -> None:
    """Draw the chunks that are not there yet, those of the same clients together.

    Parameters
    ----------
    chunks
        In the order in which they are wanted.
    workers
        Processes.
    tell
        Called after each chunk with the number done, the number there were to do, and the chunk.
    """
    waiting = [chunk for chunk in chunks if not chunk.path.is_file()]
    batches: dict[tuple[str, int, int, int], list[Chunk]] = {}
    for chunk in waiting:
        batches.setdefault((chunk.scenario, chunk.first, chunk.count, _size(chunk)), []).append(chunk)
    done = 0
    for batch in _drawn(list(batches.values()), workers):
        for chunk in batch:
            done += 1
            tell(done, len(waiting), chunk)


def _drawn(batches: Sequence[Sequence[Chunk]], workers: int) -> Iterator[Sequence[Chunk]]:
    if workers <= 1:
        yield from map(draw_together, batches)
        return
    for name in ONE_THREAD:  # inherited by the processes: as many threads as processes would only get in their way
        os.environ.setdefault(name, "1")
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(draw_together, batches)
