"""One bootstrap over customers for everything that is a sum, a ratio or a share of their revenue.

References
----------
.. [1] Efron, B. & Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 13: percentile limits.
"""

import zlib
from collections.abc import Iterator

import numpy as np

from analysis.indicators.samples import Floats
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Unit

CELLS = 2_000_000  # counts drawn at a time, so that memory does not grow with the number of customers
LEVEL = 0.95
METHOD = "bootstrap-customers"


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


def percentile_estimate(
    value: float, draws: Floats, *, n: int, unit: Unit, bounds: tuple[float, float] | None = None
) -> Outcome:
    """Return an estimate with percentile limits [1]_, widened where they leave the value out.

    Draws without a value (a ratio whose denominator was not positive) are left out; where they are more than one in
    twenty, or all draws agree, there is no estimate.
    """
    usable = draws[np.isfinite(draws)]
    if len(usable) < 0.95 * len(draws):
        return NotEstimable(reason=N_("Too much of it hangs on a handful of customers."), n=n)
    spread = float(usable.std(ddof=1))
    if spread <= 1e-12 * max(abs(value), 1e-300) or spread == 0:
        reason = N_("All customers are alike in it, so the data carry no sign of its uncertainty.")
        return NotEstimable(reason=reason, n=n)
    tail = 100 * (1 - LEVEL) / 2
    low, high = (float(limit) for limit in np.percentile(usable, [tail, 100 - tail]))
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=n,
        method=METHOD,
        unit=unit,
        std_error=spread,
    )
