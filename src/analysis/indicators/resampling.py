"""The growth of revenue and its interval: a bootstrap over customers, studentised because revenue is skewed.

A few customers carry much of the revenue, so that the ratio of two sums and its standard error go together. Percentiles
of the bootstrap take no account of it (they hold the truth in 89% of cases with 60 customers of lognormal revenue,
sigma 1.5); the quantile of the studentised draws of the ratio's logarithm does [1]_, [2]_.

References
----------
.. [1] Hall, P. (1988). Theoretical comparison of bootstrap confidence intervals. Annals of Statistics 16, 927-953.
.. [2] Davison, A. C. & Hinkley, D. V. (1997). Bootstrap Methods and their Application, sections 5.2 and 2.4.
"""

import math
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from analysis.indicators.samples import TINY, Floats
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

CELLS = 2_000_000  # counts drawn at a time, so that memory does not grow with the number of customers
LEVEL = 0.95
METHOD = "bootstrap-t"
USABLE = 0.95  # share of the draws that must have a value
TOO_FEW = N_("Too few customers to say how certain the growth is.")
ALIKE = N_("All customers are alike in it, so the data carry no sign of its uncertainty.")
HANDFUL = N_("Too much of it hangs on a handful of customers.")


def generator(name: str, params: ClientParams) -> np.random.Generator:
    """Return the generator of one analysis, independent of all others and of their order."""
    return np.random.default_rng([params.seed, zlib.crc32(name.encode())])


def resample_counts(customers: int, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each customer is drawn: blocks of shape (draws of the block, customers)."""
    block = max(1, min(draws, CELLS // max(customers, 1)))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        drawn = rng.integers(0, customers, size=(size, customers))
        drawn += np.arange(size)[:, None] * customers
        counts = np.bincount(drawn.ravel(), minlength=size * customers)
        yield counts.reshape(size, customers).astype(np.float64)


def resampled_sums(columns: Sequence[Floats], draws: int, rng: np.random.Generator) -> Floats:
    """Return the columns' sums over customers in each draw, shape (draws, columns)."""
    matrix = np.column_stack(columns)
    return np.vstack([counts @ matrix for counts in resample_counts(len(matrix), draws, rng)])


def growth_estimate(
    later: Floats,
    earlier: Floats,
    fixed: tuple[float, float],
    *,
    draws: int,
    rng: np.random.Generator,
    min_n: int,
) -> Outcome:
    """Return the ratio of two sums over the same customers, less one; its limits are symmetric for the logarithm.

    Parameters
    ----------
    later, earlier
        Revenue by customer in the two periods.
    fixed
        Revenue of no known customer in the two, added without being resampled.
    draws, rng
        Of the bootstrap.
    min_n
        Fewest customers with revenue in either period.
    """
    n = int(((later != 0) | (earlier != 0)).sum())
    above, below = float(later.sum()) + fixed[0], float(earlier.sum()) + fixed[1]
    if below <= 0 or n < min_n:
        return NotEstimable(reason=TOO_FEW, n=n)
    if above <= 0:
        return NotEstimable(reason=HANDFUL, n=n)
    moments = (later, earlier, later**2, earlier**2, later * earlier)
    own = np.array([[float(part.sum()) for part in moments]])
    error = float(_log_ratio_errors(own, fixed, len(later))[0])
    if error <= TINY:
        return NotEstimable(reason=ALIKE, n=n)
    sums = resampled_sums(moments, draws, rng)
    usable = (sums[:, 0] + fixed[0] > 0) & (sums[:, 1] + fixed[1] > 0)
    ratio = np.log((sums[usable, 0] + fixed[0]) / (sums[usable, 1] + fixed[1]))
    centre = math.log(above / below)
    studentised = np.abs(ratio - centre) / _positive(_log_ratio_errors(sums[usable], fixed, len(later)))
    studentised = studentised[np.isfinite(studentised)]
    if len(studentised) < USABLE * draws:
        return NotEstimable(reason=HANDFUL, n=n)
    half = error * float(np.quantile(studentised, LEVEL, method="weibull"))
    value = above / below - 1
    low, high = math.exp(centre - half) - 1, math.exp(min(centre + half, 700.0)) - 1
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=n,
        method=METHOD,
        unit="proportion",
        std_error=error * (value + 1),
    )


def _log_ratio_errors(sums: Floats, fixed: tuple[float, float], count: int) -> Floats:
    """Return the linearised standard error of log(later / earlier) from sums of y, x, y^2, x^2 and xy."""
    above, below = sums[:, 0] + fixed[0], sums[:, 1] + fixed[1]
    squares = sums[:, 2] / above**2 + sums[:, 3] / below**2 - 2 * sums[:, 4] / (above * below)
    total = sums[:, 0] / above - sums[:, 1] / below
    return np.sqrt(np.maximum(squares - total**2 / count, 0.0) * count / max(count - 1, 1))


def _positive(errors: Floats) -> Floats:
    """Return the errors with 0 replaced by NaN: such a draw has no studentised value."""
    return np.where(errors > 0, errors, np.nan)
