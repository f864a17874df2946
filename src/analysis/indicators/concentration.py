"""How much of the revenue hangs on few customers.

References
----------
.. [1] Gini, C. (1912). Variabilita e mutabilita; in the form of Cowell, F. (2011), Measuring Inequality, 3rd ed.
"""

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.fiscal import last_day
from analysis.indicators.ledger import Ledger, Window, year_ending
from analysis.indicators.resampling import generator, percentile_estimate, resample_counts
from analysis.indicators.samples import Floats
from analysis.indicators.shapes import ConcentrationResult
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Unit

TOP = 10
UNITS: tuple[Unit, ...] = ("ratio", "proportion", "proportion")
POINTS = 101  # of the Lorenz curve, at most


def compute_concentration(
    ledger: Ledger | None, data: ClientData, params: ClientParams
) -> ConcentrationResult | NotEstimable:
    """Return Gini coefficient, Lorenz curve and the largest customers' shares of the latest twelve months.

    Customers with revenue above 0 count. All intervals come from one bootstrap over these customers.
    """
    if ledger is None:
        return NotEstimable(reason=N_("There are no transactions."))
    year = year_ending(last_day(data, params))
    window = Window(first=max(year.first, ledger.first_day), last=year.last)
    spent = ledger.spent(window, constant=False)
    spent = np.sort(spent[spent > 0])
    n = len(spent)
    if n < params.limits.min_n:
        reason = N_("{n:int} customers with revenue are too few to speak of concentration.", n=n)
        return NotEstimable(reason=reason, n=n)
    measured = measure_concentration(spent, np.ones((1, n)))[0]
    rng = generator("concentration", params)
    blocks = [measure_concentration(spent, counts) for counts in resample_counts(n, params.bootstrap_draws, rng)]
    draws = np.vstack(blocks)
    gini, top10, decile = (
        percentile_estimate(float(measured[column]), draws[:, column], n=n, unit=unit, bounds=(0.0, 1.0))
        for column, unit in enumerate(UNITS)
    )
    return ConcentrationResult(
        window=window.label,
        n=n,
        gini=gini,
        top10=top10 if n > TOP else NotEstimable(reason=N_("There are not more than ten customers."), n=n),
        top_decile=decile,
        largest=float(spent[-1] / spent.sum()),
        lorenz=_lorenz(spent),
    )


def measure_concentration(spent: Floats, counts: Floats) -> Floats:
    """Return Gini coefficient, share of the ten largest and share of the largest tenth for each row of `counts`.

    Parameters
    ----------
    spent
        Revenue by customer, ascending, all above 0; shape (customers,).
    counts
        How often each customer counts; shape (draws, customers). A tenth need not be whole: the customer on its edge
        counts in part.

    Returns
    -------
    ndarray
        Shape (draws, 3); the Gini coefficient is ``1 - sum(c_i * (R_i + R_{i-1})) / (n * R_n)`` with cumulated revenue
        ``R`` [1]_.
    """
    revenue = counts * spent
    cumulated = np.cumsum(revenue, axis=1)
    total, people = cumulated[:, -1], counts.sum(axis=1)
    gini = 1 - (counts * (2 * cumulated - revenue)).sum(axis=1) / (people * total)
    above = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1] - counts  # customers larger than each
    shares = [
        (np.clip(limit[:, None] - above, 0.0, counts) * spent).sum(axis=1) / total
        for limit in (np.minimum(TOP, people), people / 10)
    ]
    return np.column_stack([gini, *shares])


def _lorenz(spent: Floats) -> tuple[tuple[float, float], ...]:
    cumulated = np.concatenate([[0.0], np.cumsum(spent)]) / spent.sum()
    places = np.unique(np.linspace(0, len(spent), min(POINTS, len(spent) + 1)).round().astype(int))
    return tuple((float(place / len(spent)), float(min(cumulated[place], 1.0))) for place in places)
