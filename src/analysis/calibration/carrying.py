"""Draws of earlier code are kept where clients drawn again by today's code give the same numbers.

Draws lie under a hash of the code that they depend on, so any change of a module that many share asks for hours of
draws, whose numbers are mostly the same to the last digit. Whether they are is tried: of each folder of earlier draws
`COMPARED` clients are drawn again, the first ones of its first chunk and the last ones of its last, and of each folder
of large clients, which the truth is read from, the first one. Where all that is read of them is the same, the earlier
chunks are taken over under today's hash, each marked with the hash that it comes from; `carried.json` beside them says
what was compared.

What differs is told. Where it is more than `MOST` of the rows, it is another analysis, and nothing is carried over;
else the rest is, for each row stands on its own numbers. Left out are rows that differ, rows that today's code prints
for other clients than before, and what it prints no more. The former, and what it prints for the first time, are
lacking then: no client counts for a quantity that it has no answer to, and the chunks that lack some are drawn again
after all others, for only that gives those quantities their clients. A truth that would be lacking is not carried over.
"""

import functools
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.calibration.comparing import (
    Comparison,
    Numbers,
    Pair,
    compare_clients,
    needs_truth,
    row_name,
    row_names,
)
from analysis.calibration.draws import (
    NUMBERS,
    Chunk,
    StoredChunk,
    group_of,
    in_parallel,
    is_there,
    load_chunk,
    load_mark,
    read_client,
    run_chunks,
    save_chunk,
)

COMPARED = 4
"""Clients of each folder of earlier draws that are drawn again."""
MOST = 0.5
"""Share of the rows with numbers that differ, up to which the others are kept; 0 keeps nothing where any differs."""
TOLD = 3  # differences
RECORD = "carried.json"
UNREADABLE = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What came of comparing a folder of earlier draws, as `carried.json` keeps it under the folder's hash.

    Parameters
    ----------
    clients
        Seeds of the clients that were drawn again.
    is_refused
        Whether nothing is carried over.
    differences
        What differs, the first of it, in words.
    vanished, withdrawn
        Paths that today's code prints no more, and names of rows of which it prints no path any more.
    changed
        Names of rows with numbers that differ, or with paths that today's code prints for other clients than before.
    added
        Paths that today's code prints for the first time.
    """

    is_refused: bool = False
    clients: tuple[int, ...] = ()
    differences: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def carry_over(
    chunks: Sequence[Chunk], workers: int, *, tell: Callable[[str], None], tell_drawn: Callable[[int, int, Chunk], None]
) -> None:
    """Take over what earlier code has drawn of the chunks that are not there, where today's code draws the same.

    Parameters
    ----------
    chunks
        What is wanted.
    workers
        Processes.
    tell
        Called with a line for each group and cell of which something is not there.
    tell_drawn
        Called after each large client that is drawn to be compared, which then is today's own, as `run_chunks` does.
    """
    homes: dict[Path, list[Chunk]] = {}
    for chunk in chunks:
        homes.setdefault(chunk.path.parent, []).append(chunk)
    waiting = [own for own in homes.values() if not all(chunk.path.is_file() for chunk in own)]
    first = [_first_large(own) for own in waiting if own[0].is_truth]
    run_chunks([chunk for chunk in first if chunk is not None], workers, tell_drawn)
    for lines in in_parallel(carry_home, waiting, workers):
        for line in lines:
            tell(line)


def carried_chunks(chunks: Sequence[Chunk], *, is_lacking: bool = False) -> list[Chunk]:
    """Return the chunks that have been carried over, or those of them that lack what today's code prints besides."""
    homes = {chunk.path.parent for chunk in chunks if (chunk.path.parent / RECORD).is_file()}
    found: list[Chunk] = []
    for chunk in chunks:
        if chunk.path.parent in homes and chunk.path.is_file():
            carried, lacking = load_mark(chunk.path)
            if lacking or (carried and not is_lacking):
                found.append(chunk)
    return found


def earlier_homes(home: Path) -> list[Path]:
    """Return the folders of the same group and cell whose draws were made by other code."""
    if not home.parent.is_dir():
        return []
    cell = home.name.rpartition("-")[0]
    return sorted(path for path in home.parent.iterdir() if path != home and path.name.rpartition("-")[0] == cell)


def carry_home(chunks: Sequence[Chunk]) -> list[str]:
    """Take over what can be of one group and cell, and return what is to be told of it."""
    home, one = chunks[0].path.parent, chunks[0]
    name = f"{one.group}, {'truth of ' if one.is_truth else ''}{one.scenario}"
    today = functools.cache(_read_today)  # the same clients are compared with each folder
    records, lines = _load_records(home), []
    for old in sorted(earlier_homes(home), key=lambda old: (-len(_offered(old, chunks)), old.name)):
        offered, key = _offered(old, chunks), old.name.rpartition("-")[2]
        if not offered:
            continue
        if key not in records:
            records[key] = _judge(old, chunks, today)
            _save_records(home, records)
        record = records[key]
        if record.is_refused:
            lines.append(f"{name}: draws of {key} are not today's: {'; '.join(record.differences)}")
            continue
        for chunk in offered:
            _take(old / chunk.path.name, chunk.path, key, record)
        lines.append(f"{name}: {len(offered)} chunks of {key} kept{_remarks(record)}")
    return lines or [f"{name}: nothing drawn by earlier code"]


def _remarks(record: Record) -> str:
    gone, new = _quoted(record.withdrawn), _quoted({*row_names(record.added), *record.changed})
    return (
        f" (clients drawn again{'' if record.differences or new else ' alike'}: {len(record.clients)})"
        + (f"; printed no more: {gone}" if gone else "")
        + (f"; different: {'; '.join(record.differences)}" if record.differences else "")
        + (f"; to be drawn at the end: {new}" if new else "")
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))


def _offered(old: Path, chunks: Sequence[Chunk]) -> list[Chunk]:
    return [chunk for chunk in chunks if not chunk.path.is_file() and (old / chunk.path.name).is_file()]


def _first_large(chunks: Sequence[Chunk]) -> Chunk | None:
    """Return the large client that earlier code has drawn and that is to be compared, if there is any."""
    homes = earlier_homes(chunks[0].path.parent)
    return next((chunk for chunk in chunks if any((old / chunk.path.name).is_file() for old in homes)), None)


def _judge(old: Path, chunks: Sequence[Chunk], today: Callable[[Chunk, int], Mapping[str, Numbers]]) -> Record:
    """Compare some of the clients of an earlier folder with what today's code reads of them."""
    stored: dict[Chunk, StoredChunk] = {}
    for chunk in sorted(chunks, key=lambda chunk: chunk.first):
        source = old / chunk.path.name
        if source.is_file():
            try:
                stored[chunk] = load_chunk(source)
            except UNREADABLE as error:
                return Record(is_refused=True, differences=(f"{source.name} cannot be read ({type(error).__name__})",))
            if stored[chunk].numbers.shape != (chunk.count, len(stored[chunk].paths), NUMBERS):
                return Record(is_refused=True, differences=(f"{source.name} has another form",))
    pairs: list[Pair] = []
    for chunk, row in _compared(list(stored)):
        kept, seed = stored[chunk], chunk.first + row
        pairs.append(Pair(seed=seed, stored=kept.of_client(row), today=today(chunk, row), known=frozenset(kept.paths)))
        if _is_another(compare_clients(pairs)):  # clients are dear
            break
    return _recorded(compare_clients(pairs), pairs, is_truth=chunks[0].is_truth)


def _is_another(found: Comparison) -> bool:
    """Return whether numbers of so many rows differ that the analysis is another one."""
    differing = row_names(path for path, _ in found.differing)
    return bool(found.forbidden) or len(differing) > MOST * len(found.rows)


def _recorded(found: Comparison, pairs: Sequence[Pair], *, is_truth: bool) -> Record:
    changed = found.changed | {path for path, _ in found.differing}
    differences = [*found.forbidden, *(text for _, text in found.differing)]
    wanted = row_names(path for path in found.added | changed if is_truth and needs_truth(path))
    differences += [f"{name}: not printed alike, and its truth is wanted" for name in sorted(wanted)]
    more = (f"and {len(differences) - TOLD} more",) if len(differences) > TOLD else ()
    return Record(
        is_refused=_is_another(found) or bool(wanted),
        clients=tuple(pair.seed for pair in pairs),
        differences=(*differences[:TOLD], *more),
        vanished=tuple(sorted({*found.vanished, *(path for path in changed if not row_name(path))})),
        withdrawn=tuple(sorted(found.withdrawn)),
        changed=tuple(sorted(row_names(changed))),
        added=tuple(sorted(found.added)),
    )


def _compared(stored: Sequence[Chunk]) -> list[tuple[Chunk, int]]:
    """Return the clients to be drawn again, as chunk and place: one large one, or the first and the last."""
    first, last = stored[0], stored[-1]
    if first.is_truth:
        return [(first, 0)]
    half = COMPARED // 2
    places = [(first, row) for row in range(min(half, first.count))]
    places += [(last, row) for row in range(max(last.count - half, 0), last.count)]
    return list(dict.fromkeys(places))


def _read_today(chunk: Chunk, row: int) -> Mapping[str, Numbers]:
    """Return what today's code reads of one client, drawn again unless it has been."""
    if chunk.path.is_file():
        own = load_chunk(chunk.path)
        if not own.carried:
            return own.of_client(row)
    found = read_client([group_of(chunk.group)], chunk, chunk.first + row)[0]
    return {path: reading.numbers() for path, reading in found.items() if is_there(reading.numbers())}


def _take(source: Path, target: Path, key: str, record: Record) -> None:
    """Keep a chunk of earlier code under today's hash, without what today's code prints no more, or for others."""
    kept, vanished, rows = load_chunk(source), set(record.vanished), {*record.withdrawn, *record.changed}
    columns = [
        column
        for column, path in enumerate(kept.paths)
        if path not in vanished and not (rows and row_name(path) in rows)
    ]
    paths, numbers = tuple(kept.paths[column] for column in columns), kept.numbers[:, columns]
    lacking = kept.lacking | row_names(set(record.added) - set(kept.paths)) | set(record.changed)
    save_chunk(target, StoredChunk(paths=paths, numbers=numbers, carried=key, lacking=lacking))


def _load_records(home: Path) -> dict[str, Record]:
    path = home / RECORD
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {key: _record_of(fields) for key, fields in found.items()}


def _record_of(fields: Mapping[str, Any]) -> Record:
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Record(**known)


def _save_records(home: Path, records: Mapping[str, Record]) -> None:
    """Write what was compared, before anything is taken over: a broken run goes on without comparing again."""
    home.mkdir(parents=True, exist_ok=True)
    part = home / f"{RECORD}.part"
    text = json.dumps({key: asdict(record) for key, record in records.items()}, indent=1, sort_keys=True)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(home / RECORD)
