"""What each client's report will probably need and take, so that large ones begin first and memory suffices.

An estimate needs no client to be sound: parameters that cannot be read are told by the client's own process.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.batch.shapes import Task
from analysis.data.paths import data_folder, file_specs, matching_files, patterns
from analysis.errors import InputError
from analysis.params.base import localized
from analysis.params.load import load_params
from analysis.params.model import ClientParams

BASE_BYTES = 400_000_000
"""What the two processes of a client hold that has next to no data (measured: 0.35 to 0.4 GB)."""
UNKNOWN_BYTES = 300_000_000
"""Added for data whose size nobody can see before they are read: a database, a package, files still to be generated."""
PER_BYTE = 12
"""Bytes held for each byte of a text file (measured on orders: about 10); packed files unpack to several times that."""
PER_PACKED_BYTE = 60
PACKED = frozenset({".gz", ".parquet", ".xlsx", ".xls", ".zip", ".bz2", ".xz", ".zst"})
MARGIN = 1.2
"""What is added to a client's last measured peak: data grow from quarter to quarter."""
BASE_SECONDS = 12.0
SECONDS_PER_BYTE = 3e-7
"""How long a client takes that was never built; only the proportions between clients matter."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What building a client took and held when it was last built here."""

    seconds: float
    peak_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A task, and what it probably needs.

    Parameters
    ----------
    task
        What is to be built.
    name, language
        Of the client, as the parameters have them; the id and English where they cannot be read.
    need
        Bytes of memory.
    seconds
        Rough time it takes, good for proportions only.
    """

    task: Task
    name: str
    language: str
    need: int
    seconds: float


def plan_clients(tasks: Iterable[Task], past: Mapping[str, Past], named: Sequence[str] = ()) -> list[Plan]:
    """Return a plan for each task, the one that takes longest first.

    Parameters
    ----------
    tasks
        What is to be built.
    past
        What the clients took before, by id.
    named
        Clients that were asked for by name. Of the others, a file that a client declares as its own catalogue of
        actions is no client, though it lies among them.
    """
    read = [(task, _params_or_none(task)) for task in tasks]
    catalogues = {
        params.params_file.parent / params.actions for _, params in read if params is not None and params.actions
    }
    plans = [
        _plan(task, params, past.get(task.client))
        for task, params in read
        if task.client in named or task.params_folder / f"{task.client}.yml" not in catalogues
    ]
    return sorted(plans, key=lambda plan: (-plan.seconds, -plan.need, plan.task.client))


def _params_or_none(task: Task) -> ClientParams | None:
    try:
        return load_params(task.client, task.params_folder, as_of=task.as_of, language=task.language)
    except InputError:
        return None  # told with all its faults when its turn comes


def _plan(task: Task, params: ClientParams | None, past: Past | None) -> Plan:
    if params is None:
        return Plan(task=task, name=task.client, language="en", need=BASE_BYTES, seconds=1.0)
    plain, packed, unseen = _input_sizes(params)
    need = BASE_BYTES + PER_BYTE * plain + PER_PACKED_BYTE * packed + UNKNOWN_BYTES * unseen
    seconds = BASE_SECONDS + SECONDS_PER_BYTE * (need - BASE_BYTES)
    if past is not None:
        seconds = past.seconds
        need = int(past.peak_bytes * MARGIN) if past.peak_bytes else need
    return Plan(
        task=task, name=localized(params.name, params.language), language=params.language, need=need, seconds=seconds
    )


def _input_sizes(params: ClientParams) -> tuple[int, int, bool]:
    """Return the bytes of plain and of packed files that a client reads, and whether it reads what has no size yet."""
    folder, plain, packed = data_folder(params), 0, 0
    unseen = params.synthetic is not None
    found: dict[Path, int] = {}
    for specs in params.sources.values():
        for spec in specs if isinstance(specs, list) else [specs]:
            unseen = unseen or spec.database is not None or spec.package is not None
            for part in file_specs(spec):
                for pattern in patterns(part):
                    found |= {file.path: _size(file.path) for file in matching_files(pattern, folder)}
    for path, size in found.items():
        plain, packed = (plain, packed + size) if path.suffix in PACKED else (plain + size, packed)
    return plain, packed, unseen and not found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
