"""Which cells of a breakdown are hidden, so that nothing is learnt about a few respondents, even by subtraction."""

import numpy as np
from numpy.typing import NDArray


def hidden_cells(
    counts: NDArray[np.float64], *, shown: NDArray[np.bool_], floor: int, total_is_shown: bool = True
) -> frozenset[int]:
    """Return the positions of the cells to hide.

    A cell of fewer than `floor` respondents is hidden. Where the total is published, what is not published can be had
    as a whole by subtracting the published cells from it; so the smallest further cells are hidden until that remainder
    is empty or holds at least `floor` respondents and is not a single hidden cell of the breakdown.

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
        remainder = unlisted + float(sum(counts[one] for one in hidden))
        alone = len(hidden) == 1 and unlisted == 0
        if remainder == 0 or (remainder >= floor and not alone):
            break
        hidden.add(cell)
    return frozenset(hidden)
