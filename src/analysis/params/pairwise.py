"""Weights from pairwise comparisons: the principal eigenvector of the matrix, and how consistent its maker was.

No numpy here: parameters are read before the stack is loaded, and a matrix has ten rows at the most.

References
----------
.. [1] Saaty, T. L. (1980). The Analytic Hierarchy Process. McGraw-Hill.
.. [2] Saaty, T. L. (2008). Decision making with the analytic hierarchy process. International Journal of Services
   Sciences 1, 83-98.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Mean consistency index of random reciprocal matrices, by size [1]_."""
DOUBTFUL, REFUSED = 0.10, 0.20
"""Consistency ratios above which judgements are said to contradict each other, and are not used."""
LARGEST = 10
STEPS, TOLERANCE = 10_000, 1e-14


@dataclass(frozen=True, kw_only=True)
class Priorities:
    """What a matrix of comparisons says.

    Parameters
    ----------
    weights
        Shares of the things compared, in the matrix's order; they sum to 1.
    largest
        The principal eigenvalue, at least the size of the matrix.
    consistency_ratio
        Saaty's: 0 where no two judgements contradict each other, about 1 where they were made at random.
    """

    weights: tuple[float, ...]
    largest: float
    consistency_ratio: float


def priorities(matrix: Sequence[Sequence[float]]) -> Priorities:
    """Return the principal eigenvector of a positive reciprocal matrix and its consistency ratio [1]_.

    Parameters
    ----------
    matrix
        Rows of equal length, at most `LARGEST`; entry (i, j) is how many times as important i is as j.

    Examples
    --------
    Twice and three times as important, and these two as 3 to 2: no contradiction.

    >>> [round(share, 4) for share in priorities([[1, 2, 3], [1 / 2, 1, 3 / 2], [1 / 3, 2 / 3, 1]]).weights]
    [0.5455, 0.2727, 0.1818]
    """
    size = len(matrix)
    weights = [1 / size] * size
    largest = float(size)
    for _ in range(STEPS):
        moved = [sum(entry * weight for entry, weight in zip(row, weights, strict=True)) for row in matrix]
        largest = sum(moved)
        following = [each / largest for each in moved]
        change = max(abs(new - old) for new, old in zip(following, weights, strict=True))
        weights = following
        if change < TOLERANCE:
            break
    random = RANDOM_INDEX[size]
    ratio = max(largest - size, 0.0) / (size - 1) / random if random > 0 else 0.0
    return Priorities(weights=tuple(weights), largest=largest, consistency_ratio=ratio)


def comparison_matrix(judgements: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> list[list[float]]:
    """Return the reciprocal matrix of judgements that compare each pair once (see `missing_pairs`)."""
    size = len(names)
    matrix = [[1.0] * size for _ in range(size)]
    place = {name: position for position, name in enumerate(names)}
    for first, others in judgements.items():
        for second, times in others.items():
            matrix[place[first]][place[second]] = times
            matrix[place[second]][place[first]] = 1 / times
    return matrix


def missing_pairs(judgements: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of names that no judgement compares."""
    given = {frozenset((first, second)) for first, others in judgements.items() for second in others}
    return [pair for pair in combinations(names, 2) if frozenset(pair) not in given]


def repeated_pairs(judgements: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str]]:
    """Return the pairs that are compared both ways, or a name with itself."""
    return [
        (first, second)
        for first, others in judgements.items()
        for second in others
        if first == second or (first < second and first in judgements.get(second, {}))
    ]
