"""Whether today's code reads a client as earlier code did: the same quantities, and the same numbers for each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.calibration.quantities import quantity_of
from analysis.calibration.quantity import plain_path

CLOSE = 1e-9
"""How far numbers may lie apart, relative to the largest of a reading's value and limits; of p-values and counts, to
one and to themselves."""
NUMBER_NAMES = ("value", "lower limit", "upper limit", "p-value", "n")
P_VALUE = 3  # its place among the numbers

Numbers = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One client, read by earlier code and by today's.

    Parameters
    ----------
    seed
        The client's.
    stored, today
        Path -> numbers.
    known
        Paths that the earlier code printed for any client of the same chunk.
    """

    seed: int
    stored: Mapping[str, Numbers]
    today: Mapping[str, Numbers]
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What has changed.

    Parameters
    ----------
    forbidden
        What forbids to mix the draws at all, in words.
    differing
        Paths whose numbers are not the same, each with the difference in words.
    rows
        Names of all rows that anything printed counts in.
    vanished
        Paths that today's code prints for none of the clients, though earlier code did for some.
    withdrawn
        Names of the rows that none of what today's code prints counts in, though some of what earlier code printed did.
    changed
        Paths that today's code prints for other clients than earlier code did.
    added
        Paths that only today's code prints, and earlier code for no client of the same chunk.
    """

    forbidden: tuple[str, ...] = ()
    differing: tuple[tuple[str, str], ...] = ()
    rows: frozenset[str] = frozenset()
    vanished: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()


def row_name(path: str) -> str:
    """Return the name of the row that a path counts in; "" where it has none."""
    quantity = quantity_of(path)
    return "" if quantity is None or quantity.exempt else quantity.label(path)


def needs_truth(path: str) -> bool:
    """Return whether what large clients print at a path is held for true: not of tests, nor of means over the draws."""
    quantity = quantity_of(path)
    return quantity is not None and not quantity.exempt and quantity.kind != "test" and quantity.reference != "draws"


def row_names(paths: Iterable[str]) -> frozenset[str]:
    """Return the names of the rows that paths count in."""
    return frozenset(name for name in map(row_name, paths) if name)


def differing_numbers(pair: Pair) -> list[tuple[str, str]]:
    """Return the paths of which the two codes print different numbers, each with the difference in words."""
    paths = sorted(pair.stored.keys() & pair.today.keys())
    if not paths:
        return []
    old, new = (np.array([side[path] for path in paths], dtype=float) for side in (pair.stored, pair.today))
    scale = np.zeros_like(old)
    scale[:, :P_VALUE] = np.nan_to_num(np.abs(old[:, :P_VALUE]), posinf=0.0).max(axis=1)[:, None]
    scale[:, P_VALUE] = 1.0
    same = np.isclose(new, old, rtol=CLOSE, atol=CLOSE * scale, equal_nan=True)
    return [
        (
            paths[row],
            f"{paths[row]}: {NUMBER_NAMES[column]} {old[row, column]:.10g}, now {new[row, column]:.10g} "
            f"(client {pair.seed})",
        )
        for row, column in np.argwhere(~same)
    ]


def compare_clients(pairs: Sequence[Pair]) -> Comparison:
    """Compare some clients.

    A path that has gained or lost other controls is a difference, for it is another quantity. One that all clients
    have lost has been withdrawn; one that is new to all clients of a chunk has been added. What is printed for other
    clients than before is neither: its row cannot be told from either code's clients alone.
    """
    printed = {path for pair in pairs for path in pair.today}
    stored = {path for pair in pairs for path in pair.stored}
    differing = [each for pair in pairs for each in differing_numbers(pair)]
    forbidden = [text for path, text in differing if _is_silent(path)]
    vanished, changed, added = set[str](), set[str](), set[str]()
    for pair in pairs:
        gone, new = pair.stored.keys() - pair.today.keys(), pair.today.keys() - pair.stored.keys()
        renamed = {plain_path(path) for path in gone} & {plain_path(path) for path in new}
        for path in sorted(gone | new):
            if plain_path(path) in renamed or (_is_silent(path) and path in printed):
                forbidden.append(f"{path}: printed {'no more' if path in gone else 'only now'} (client {pair.seed})")
            elif path in gone:
                (changed if path in printed else vanished).add(path)
            else:
                (changed if path in pair.known or _is_part(path, pair) else added).add(path)
    return Comparison(
        forbidden=tuple(forbidden),
        differing=tuple(differing),
        rows=row_names(printed | stored),
        vanished=frozenset(vanished),
        withdrawn=row_names(stored) - row_names(printed),
        changed=frozenset(changed),
        added=frozenset(added),
    )


def _is_silent(path: str) -> bool:
    """Return whether a client without a path counts as one that the test did not reject."""
    quantity = quantity_of(path)
    return quantity is not None and quantity.is_silent


def _is_part(path: str, pair: Pair) -> bool:
    """Return whether a path's intervals hold together with others that the chunk has: one more could be missed."""
    quantity = quantity_of(path)
    return quantity is not None and quantity.is_joint and row_name(path) in row_names(pair.known)
