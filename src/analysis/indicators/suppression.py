"""Which cells of a breakdown are hidden, so that nothing is learnt about a few respondents, even by subtraction.

Two breakdowns of the same respondents are protected together: where all but three of a segment's respondents are served
by two partners, the segment less the two partners would be those three.
"""

import itertools
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.indicators.samples import Codes, Floats

DOMINANT = 0.6
"""Largest share that one hidden cell of fewer than the floor may have of all that is hidden with it. The sum of the
hidden cells is known by subtraction; had the rest answered contentedly (9 of 10) and the few not at all (1), a share of
0.6 still leaves open more than half of the scale, where the largest of 0.8 (four of five) would leave a fifth."""
KNOWN = 1e-6
"""Length of what a sum has beside the published ones, from which on it is not known."""
MOST_CELLS = 200
"""Cells of a few respondents that are examined; with more, segments and partners are so fine that few are shown."""
MAX_BLOCKS = 10  # of which all unions are examined; of more, only those of one or two blocks


def hidden_cells(
    counts: NDArray[np.float64], *, shown: NDArray[np.bool_], floor: int, total_is_shown: bool = True
) -> frozenset[int]:
    """Return the positions of the cells to hide.

    A cell of fewer than `floor` respondents is hidden. Where the total is published, what is not published can be had
    as a whole by subtracting the published cells from it; so the smallest further cells are hidden until that remainder
    is empty or holds at least `floor` respondents, is not a single hidden cell of the breakdown, and is not made up
    nearly of one small cell (`DOMINANT`), whose mean the remainder's would be.

    Parameters
    ----------
    counts
        Respondents by cell; the cells make up the total.
    shown
        Whether the cell is to be published at all (respondents without a group are a cell that is not).
    floor
        Fewest respondents that may be spoken of.
    total_is_shown
        Whether the total is published.

    Examples
    --------
    Three respondents are hidden, and eight more, because the total would give the three away:

    >>> import numpy as np
    >>> sorted(hidden_cells(np.array([40.0, 3.0, 8.0]), shown=np.array([True, True, True]), floor=5))
    [1, 2]
    """
    hidden = {int(cell) for cell in np.flatnonzero(shown & (counts < floor))}
    if not total_is_shown:
        return frozenset(hidden)
    unlisted = float(counts[~shown].sum())
    candidates = [int(cell) for cell in np.argsort(counts, kind="stable") if shown[cell] and int(cell) not in hidden]
    for cell in candidates:
        if _is_safe([float(counts[one]) for one in hidden], unlisted, floor):
            break
        hidden.add(cell)
    return frozenset(hidden)


def _is_safe(cells: Sequence[float], unlisted: float, floor: int) -> bool:
    """Return whether the sum of what is hidden (cells, and respondents without a group) tells nothing of a few."""
    total = sum(cells) + unlisted
    small = max((cell for cell in (*cells, unlisted) if cell < floor), default=0.0)
    alone = len(cells) == 1 and unlisted == 0
    return total == 0 or (total >= floor and not alone and small <= DOMINANT * total)


def hidden_groups(
    first: Codes, second: Codes, counts: Floats, *, floor: int, total_is_shown: bool = True
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the codes to hide in two breakdowns of the same observations.

    Each breakdown is protected by itself (`hidden_cells`). Then any union of published groups of the first is compared
    with the nearest union of published groups of the second; where the two differ in fewer than `floor` respondents,
    the smallest group of the second that takes part is hidden too, until no such pair is left.

    Parameters
    ----------
    first, second
        Group of each observation in the two breakdowns, -1 for none.
    counts
        Respondents behind each observation.
    floor, total_is_shown
        As in `hidden_cells`.
    """
    hidden = [_hidden_codes(codes, counts, floor, total_is_shown) for codes in (first, second)]
    if (first < 0).all() or (second < 0).all():
        return frozenset(hidden[0]), frozenset(hidden[1])
    while True:
        small = _smallest_across(first, second, counts, hidden, floor, total_is_shown)
        if small is None:
            shown = _masked(first, second, hidden)
            small = _smallest_telling(shown[1], shown[:1], counts, floor, total_is_shown)
        if small is None:
            return frozenset(hidden[0]), frozenset(hidden[1])
        hidden[1].add(small)


def published_codes(
    first: Codes, second: Codes, counts: Floats, *, floor: int, total_is_shown: bool = True
) -> tuple[Codes, Codes]:
    """Return two breakdowns of the same observations as they are published: -1 too where a group is hidden."""
    hidden = hidden_groups(first, second, counts, floor=floor, total_is_shown=total_is_shown)
    return _masked(first, second, hidden)


def hidden_beside(
    codes: Codes,
    others: Sequence[Codes],
    counts: Floats,
    *,
    floor: int,
    total_is_shown: bool = True,
    hidden: frozenset[int] = frozenset(),
) -> frozenset[int]:
    """Return the codes to hide in a breakdown that is published beside others of the same observations.

    Parameters
    ----------
    codes
        Group of each observation, -1 for none.
    others
        The published groups of the other breakdowns (`published_codes`).
    counts, floor, total_is_shown
        As in `hidden_groups`.
    hidden
        Codes that are hidden in any case.
    """
    while True:
        left = np.where(np.isin(codes, sorted(hidden)), -1, codes)
        found = _hidden_codes(left, counts, floor, total_is_shown)
        for other in others:
            found |= hidden_groups(other, left, counts, floor=floor, total_is_shown=total_is_shown)[1]
        if not found and (small := _smallest_telling(left, others, counts, floor, total_is_shown)) is not None:
            found = {small}
        if not found:
            return hidden
        hidden |= frozenset(found)


def _masked(first: Codes, second: Codes, hidden: Sequence[Collection[int]]) -> tuple[Codes, Codes]:
    masked = [
        np.where(np.isin(codes, sorted(gone)), -1, codes) for codes, gone in zip((first, second), hidden, strict=True)
    ]
    return masked[0], masked[1]


def _hidden_codes(codes: Codes, counts: Floats, floor: int, total_is_shown: bool) -> set[int]:
    present, position = np.unique(codes, return_inverse=True)
    sizes = np.bincount(position, counts, len(present)).astype(np.float64)
    cells = hidden_cells(sizes, shown=present >= 0, floor=floor, total_is_shown=total_is_shown)
    return {int(present[cell]) for cell in cells}


def _smallest_across(
    first: Codes, second: Codes, counts: Floats, hidden: list[set[int]], floor: int, total_is_shown: bool
) -> int | None:
    """Return the smallest published group of the second breakdown that gives a few respondents away, or None."""
    blocks = [
        np.where(np.isin(codes, [-1, *gone]), -1, codes) for codes, gone in zip((first, second), hidden, strict=True)
    ]
    (rows, row), (columns, column) = (np.unique(block, return_inverse=True) for block in blocks)
    table = np.zeros((len(rows), len(columns)))
    np.add.at(table, (row, column), counts)
    sizes = table.sum(axis=0)
    for union in _unions(rows, total_is_shown):
        inside = table[list(union)].sum(axis=0)
        outside = sizes - inside
        # what is left of the union when the nearest union of columns is taken away; the unpublished rest of the
        # columns is a column like the others where the total is published
        apart = np.minimum(inside, outside)
        apart[columns < 0] = apart[columns < 0] if total_is_shown else inside[columns < 0]
        if 0 < apart.sum() < floor:
            published = np.flatnonzero(columns >= 0)
            taking_part = published[inside[published] > 0]
            candidates = taking_part if len(taking_part) else published
            if len(candidates):
                return int(columns[candidates[np.argmin(sizes[candidates])]])
    return None


def _unions(rows: Codes, total_is_shown: bool) -> "itertools.chain[tuple[int, ...]]":
    """Return the unions of published rows to examine; the rest of the rows is published with the total."""
    usable = [place for place, code in enumerate(rows) if code >= 0 or total_is_shown]
    largest = len(usable) if len(usable) <= MAX_BLOCKS else 2
    return itertools.chain.from_iterable(itertools.combinations(usable, size) for size in range(1, largest + 1))


def _smallest_telling(
    codes: Codes, others: Sequence[Codes], counts: Floats, floor: int, total_is_shown: bool
) -> int | None:
    """Return the smallest published group of a breakdown that, with the others, determines a few respondents, or None.

    Whoever knows the sums of all published groups knows every sum that is a linear combination of them. The cells that
    the breakdowns make together are examined one by one and in twos: where the combinations hold one of fewer than
    `floor` respondents, a group of `codes` that is published has to go.
    """
    published = np.unique(codes[codes >= 0])
    if not len(published):
        return None
    cells, place = np.unique(np.column_stack([codes, *others]), axis=0, return_inverse=True)
    sizes = np.bincount(place.ravel(), counts, len(cells)).astype(np.float64)
    groups = [column == code for column in cells.T for code in np.unique(column) if code >= 0]
    groups += [np.ones(len(cells), dtype=bool)] if total_is_shown else []
    few = np.flatnonzero((sizes > 0) & (sizes < floor))
    if not len(few) or len(few) > MOST_CELLS:
        return None
    told = few[_is_known(np.array(groups, dtype=np.float64), few, sizes[few], floor)]
    if not len(told):
        return None
    of_group = {int(code): float(sizes[cells[:, 0] == code].sum()) for code in published}
    taking_part = [int(code) for code in np.unique(cells[told, 0]) if code >= 0]
    return min([code for code in taking_part if code in of_group] or of_group, key=lambda code: of_group[code])


def _is_known(sums: Floats, few: NDArray[np.intp], sizes: Floats, floor: int) -> NDArray[np.bool_]:
    """Return which of the few cells lie, alone or with one other, among the combinations of the sums (rows)."""
    left = (np.eye(sums.shape[1]) - np.linalg.pinv(sums) @ sums)[:, few]  # what a cell has beside all of them
    double = np.linalg.norm(left[:, :, None] + left[:, None, :], axis=0) < KNOWN
    np.fill_diagonal(double, val=False)
    together = sizes[:, None] + sizes < floor
    return np.asarray((np.linalg.norm(left, axis=0) < KNOWN) | (double & together).any(axis=1))
