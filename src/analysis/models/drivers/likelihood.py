"""The log-likelihood that each subset of drivers reaches for an ordered or a binary answer, resampled at once.

The ordered logit (two categories: the logit) is fitted for many subsets together, each by Newton's method. A bootstrap
draw then needs no new fit: one Newton step from the full sample's maximum, with its information, gains half the square
of the draw's score in units of that information. What is neglected is of the order of 1 / n of the log-likelihood;
`refit` fits a draw in full, which is how this is checked.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from analysis.models.clustering import Codes, Floats

MAX_ITERATIONS = 50
TOLERANCE = 1e-13  # Newton decrement, of the log-likelihood's size
SMALLEST_STEP = 1e-8
SMALLEST = 1e-300
CELLS = 1_000_000  # rows times subsets that are fitted at a time


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Rows sorted by category.

    Parameters
    ----------
    category
        0..J-1, rising; every category occurs.
    columns
        Controls, then drivers, each centred and of standard deviation 1; shape (n, c + p).
    weights
        Above 0 (0 in a draw that leaves an account out).
    units
        What is resampled: codes of accounts, or of groups of accounts.
    """

    category: Codes
    columns: Floats
    weights: Floats
    units: Codes

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return where each category begins, and the number of rows."""
        return np.searchsorted(self.category, np.arange(int(self.category[-1]) + 2))


@dataclass(frozen=True, kw_only=True)
class SubsetFits:
    """Maxima of the likelihood, one a subset, in the sample and in its bootstrap draws.

    Parameters
    ----------
    reached
        Log-likelihood of each subset, shape (subsets,).
    drawn
        The same in each draw, one Newton step from the sample's maximum, shape (draws, subsets).
    without_each
        The same of the first, the second and the last subset when each unit in turn is left out, shape (3, units).
    converged
        Whether every maximum was reached.
    """

    reached: Floats
    drawn: Floats
    without_each: Floats
    converged: bool


@dataclass
class _State:
    """Parameters of some subsets and what the likelihood is there."""

    theta: Floats  # subsets x K
    value: Floats
    gradient: Floats
    information: Floats


def prepare(category: Codes, columns: Floats, weights: Floats, units: Codes) -> Answers:
    """Return the rows in the order that the fits need; a column that does not vary stays zero."""
    order = np.argsort(category, kind="stable")
    centred = columns - np.average(columns, axis=0, weights=weights)
    spread = np.sqrt(np.average(centred**2, axis=0, weights=weights))
    scaled = centred / np.where(spread > 0, spread, 1.0)
    return Answers(
        category=np.asarray(category)[order],
        columns=np.ascontiguousarray(scaled[order]),
        weights=weights[order],
        units=np.asarray(units)[order],
    )


def fit_subsets(answers: Answers, active: NDArray[np.bool_], counts: Floats) -> SubsetFits:
    """Fit the answers on each subset of the columns, and move each maximum to the bootstrap's draws.

    Parameters
    ----------
    answers
        From `prepare`.
    active
        Which columns each subset holds, shape (subsets, c + p).
    counts
        How often each draw takes each unit, shape (draws, units).
    """
    n = len(answers.category)
    block = max(1, CELLS // n)
    indicator = sparse.csr_matrix((np.ones(n), (answers.units, np.arange(n))), shape=(counts.shape[1], n))
    reached, drawn, without, converged = np.empty(len(active)), np.empty((len(counts), len(active))), [], True
    for start in range(0, len(active), block):
        part = active[start : start + block]
        state, done = _maximise(answers, part)
        converged &= done
        if not done:
            break
        whitening = np.linalg.inv(np.linalg.cholesky(state.information))
        for position, chosen in enumerate(part):
            subset = start + position
            values, rows = _row_scores(answers, state.theta[position], chosen)
            own, scores = indicator @ values, (indicator @ rows) @ whitening[position].T
            reached[subset] = own.sum()
            drawn[:, subset] = counts @ own + ((counts @ scores) ** 2).sum(axis=1) / 2
            if subset in (0, 1, len(active) - 1):
                without.append(own.sum() - own + (scores**2).sum(axis=1) / 2)
    if not converged:
        return SubsetFits(reached=reached, drawn=drawn, without_each=np.empty((3, 0)), converged=False)
    return SubsetFits(reached=reached, drawn=drawn, without_each=np.stack(without), converged=True)


def refit(answers: Answers, active: NDArray[np.bool_], counts: Floats) -> Floats:
    """Return the log-likelihoods of one draw fitted in full, shape (subsets,); counts are (units,)."""
    weights = answers.weights * counts[answers.units]
    kept = weights > 0
    drawn = prepare(
        np.unique(answers.category[kept], return_inverse=True)[1],
        answers.columns[kept],
        weights[kept],
        answers.units[kept],
    )
    block = max(1, CELLS // len(drawn.category))
    parts = [_maximise(drawn, active[start : start + block])[0].value for start in range(0, len(active), block)]
    return np.concatenate(parts)


def _maximise(answers: Answers, active: NDArray[np.bool_]) -> tuple[_State, bool]:
    """Climb by Newton steps, each subset's own halved until its likelihood rises."""
    state = _evaluate(answers, _begin(answers, active), active)
    for _ in range(MAX_ITERATIONS):
        step = np.linalg.solve(state.information, state.gradient[..., None])[..., 0]
        gain = np.einsum("sk,sk->s", state.gradient, step)
        moving = gain > TOLERANCE * np.maximum(1.0, np.abs(state.value))
        if not moving.any():
            return state, True
        size = np.where(moving, 1.0, 0.0)
        while True:
            reached = _evaluate(answers, state.theta + size[:, None] * step, active)
            worse = ~(reached.value >= state.value - 1e-12 * np.abs(state.value)) & (size > 0)
            if not worse.any():
                break
            size = np.where(worse, size / 2, size)
            if size[worse].min() < SMALLEST_STEP:
                return state, False
        state = reached
    return state, False


def _begin(answers: Answers, active: NDArray[np.bool_]) -> Floats:
    """Return the maximum without columns: the logits of the cumulative shares."""
    shares = np.bincount(answers.category, weights=answers.weights).cumsum()[:-1] / answers.weights.sum()
    theta = np.concatenate([np.log(shares / (1 - shares)), np.zeros(active.shape[1])])
    return np.tile(theta, (len(active), 1))


def _limits(answers: Answers, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return F at the upper and the lower limit of each row, and the gaps between cut points with infinite ends.

    Shapes: (subsets, n) twice, and (subsets, J).
    """
    cuts = int(answers.category[-1])
    infinite = np.full((len(theta), 1), np.inf)
    padded = np.concatenate([-infinite, theta[:, :cuts], infinite], axis=1)
    eta = theta[:, cuts:] @ answers.columns.T
    upper = padded[:, answers.category + 1] - eta
    lower = padded[:, answers.category] - eta
    return upper, lower, np.diff(padded, axis=1)


def _evaluate(answers: Answers, theta: Floats, active: NDArray[np.bool_]) -> _State:
    """Return log-likelihood, gradient and information of each subset.

    Notes
    -----
    With u and l the limits of a row, F(u) - F(l) = (1 - exp(l - u)) F(u) (1 - F(l)), so the logarithm is a sum of three
    terms, of which the first depends on the category alone; the derivatives follow term by term.
    """
    w, starts, columns = answers.weights, answers.starts, answers.columns
    cuts, k = len(starts) - 2, theta.shape[1]
    upper, lower, gap = _limits(answers, theta)
    total = np.add.reduceat(w, starts[:-1])
    ordered = (gap > 0).all(axis=1)
    safe = np.where(gap > 0, gap, 1.0)
    odds = 1 / np.expm1(safe)
    top, left = expit(upper), expit(-lower)
    value = np.log(-np.expm1(-safe)) @ total + np.log(np.maximum(top * left, SMALLEST)) @ w
    above, below = w * (1 - top), w * (1 - left)  # derivatives by the limits, apart from the category's own
    dense_up, dense_low = above * top, below * left
    gradient = np.zeros((len(theta), k))
    information = np.zeros((len(theta), k, k))
    rise = np.add.reduceat(above, starts[:-1], axis=1) + odds * total
    fall = np.add.reduceat(below, starts[:-1], axis=1) + odds * total
    curve = odds * (1 + odds) * total
    at_up = np.add.reduceat(dense_up, starts[:-1], axis=1)
    at_low = np.add.reduceat(dense_low, starts[:-1], axis=1)
    gradient[:, :cuts] = rise[:, :-1] - fall[:, 1:]
    gradient[:, cuts:] = (below - above) @ columns
    for j in range(cuts):
        information[:, j, j] = curve[:, j] + at_up[:, j] + curve[:, j + 1] + at_low[:, j + 1]
        if j + 1 < cuts:
            information[:, j, j + 1] = information[:, j + 1, j] = -curve[:, j + 1]
        first, middle, last = starts[j : j + 3]
        crossed = dense_up[:, first:middle] @ columns[first:middle] + dense_low[:, middle:last] @ columns[middle:last]
        information[:, j, cuts:] = information[:, cuts:, j] = -crossed
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(columns), -1)
    information[:, cuts:, cuts:] = ((dense_up + dense_low) @ pairs).reshape(len(theta), k - cuts, k - cuts)
    _hold(gradient, information, active, cuts)
    return _State(theta, np.where(ordered, value, -np.inf), gradient, information)


def _hold(gradient: Floats, information: Floats, active: NDArray[np.bool_], cuts: int) -> None:
    """Keep the parameters that a subset does not hold at zero."""
    held = np.concatenate([np.zeros((len(active), cuts), dtype=bool), ~active], axis=1)
    gradient[held] = 0.0
    information[held] = 0.0
    information.transpose(0, 2, 1)[held] = 0.0
    subset, position = np.nonzero(held)
    information[subset, position, position] = 1.0


def _row_scores(answers: Answers, theta: Floats, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return one subset's weighted log-likelihood and scores by row, shapes (n,) and (n, K)."""
    category, w = answers.category, answers.weights
    cuts = int(category[-1])
    upper, lower, gap = (part[0] for part in _limits(answers, theta[None]))
    odds = 1 / np.expm1(gap)
    values = w * (np.log(-np.expm1(-gap))[category] + np.log(np.maximum(expit(upper) * expit(-lower), SMALLEST)))
    rows = np.zeros((len(w), len(theta)))
    above, below = w * expit(-upper), w * expit(lower)
    not_top, not_bottom = np.flatnonzero(category < cuts), np.flatnonzero(category > 0)
    rows[not_top, category[not_top]] = (above + w * odds[category])[not_top]
    rows[not_bottom, category[not_bottom] - 1] -= (below + w * odds[category])[not_bottom]
    rows[:, cuts:] = np.where(chosen, (below - above)[:, None] * answers.columns, 0.0)
    return values, rows
