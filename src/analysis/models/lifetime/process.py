"""A purchase model fitted to a client's customers: who is still there, and what they will buy from here on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.messages import Message
from analysis.models.clustering import Codes, Floats
from analysis.models.lifetime import beta_geometric, pareto
from analysis.models.lifetime.likelihood import Fit, legendre
from analysis.models.lifetime.purchases import Summary, unique_rows
from analysis.models.lifetime.sums import Parts

NODES = 12
STEP = 1e-3
"""Of the central differences of expectations, in logarithms of the parameters: their error is about its square."""

CLOSE = 10.0
"""A model whose AIC is higher by more than this has no support from the data (Burnham & Anderson 2002, section 2.6)."""

Fitter = Callable[[Floats, Floats, Floats, float], tuple[Fit, Codes]]


@dataclass(frozen=True, kw_only=True)
class Family:
    """One way to describe buying and leaving: how to fit it, and its two expectations."""

    key: str
    label: Message
    fit: Fitter
    alive_chance: Callable[[Floats, Floats, Floats, Floats], Floats]
    rate_ahead: Callable[[Floats, Floats, Floats, Floats], Floats]


def families() -> tuple[Family, ...]:
    """Return the purchase models that are compared."""
    return (
        Family(
            key=beta_geometric.BetaGeometric.key,
            label=beta_geometric.BetaGeometric.label(),
            fit=beta_geometric.fit_beta_geometric,
            alive_chance=beta_geometric.alive_chance,
            rate_ahead=beta_geometric.rate_ahead,
        ),
        Family(
            key=pareto.Pareto.key,
            label=pareto.Pareto.label(),
            fit=pareto.fit_pareto,
            alive_chance=pareto.alive_chance,
            rate_ahead=pareto.rate_ahead,
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Process:
    """A fitted purchase model with the customers it was fitted to.

    Parameters
    ----------
    family, fit
        The model, and its maximum.
    rows
        Row of each customer among the fit's distinct ones.
    frequency, recency, watched
        Of each customer, times in periods.
    period
        Days of a period.
    """

    family: Family
    fit: Fit
    rows: Codes
    frequency: Floats
    recency: Floats
    watched: Floats
    period: float

    @property
    def influence(self) -> Floats:
        """How far each customer moves the logarithms of the parameters, shape (n, k)."""
        return self.fit.influence[self.rows]

    def alive(self) -> Floats:
        """Return each customer's chance of still being there, 0 to 1."""
        return self._alive(self.fit.values)

    def alive_slopes(self) -> Floats:
        """Return how that chance changes with the logarithms of the parameters, shape (n, k)."""
        return self._slopes(self._alive)

    def orders(self, days: float, yearly_discount: float = 0.0) -> Floats:
        """Return the purchases within some days that are expected of each customer that is still there.

        Parameters
        ----------
        days
            Length of the horizon.
        yearly_discount
            By which later purchases count for less: 0.1 counts one in a year as 1 / 1.1.
        """
        return self._orders(self.fit.values, days, yearly_discount)

    def orders_slopes(self, days: float, yearly_discount: float = 0.0) -> Floats:
        """Return how these purchases change with the logarithms of the parameters, shape (n, k)."""
        return self._slopes(lambda values: self._orders(values, days, yearly_discount))

    def alive_parts(self) -> Parts:
        """Return each customer's chance of still being there, with how it hangs on the parameters."""
        return Parts(values=self.alive(), slopes=(self.alive_slopes(),), influence=(self.influence,))

    def orders_parts(self, days: float, yearly_discount: float = 0.0) -> Parts:
        """Return the expected purchases of `orders`, with how they hang on the parameters."""
        slopes = self.orders_slopes(days, yearly_discount)
        return Parts(values=self.orders(days, yearly_discount), slopes=(slopes,), influence=(self.influence,))

    def _alive(self, values: Floats) -> Floats:
        (x, last, end), place, _ = self._distinct
        return self.family.alive_chance(values, x, last, end)[place]

    @property
    def _distinct(self) -> tuple[tuple[Floats, Floats, Floats], Codes, Floats]:
        days = (self.recency * self.period, self.watched * self.period)
        (x, last, end), place, counts = unique_rows(self.frequency, *days)
        return (x, last / self.period, end / self.period), place, counts

    def _orders(self, values: Floats, days: float, yearly_discount: float) -> Floats:
        """Integrate the discounted rate over time by Gauss-Legendre quadrature in log(1 + u / (c + T))."""
        (x, watched), place, _ = unique_rows(self.frequency, self.watched * self.period)
        watched = watched / self.period
        base = values[-1 if self.family.key == pareto.Pareto.key else 1] + watched
        nodes, weights = legendre(NODES)
        length = np.log1p(days / self.period / base)[:, None]
        ahead = base[:, None] * np.expm1(length * nodes)
        force = np.log1p(yearly_discount) * self.period / 365
        rate = self.family.rate_ahead(values, x[:, None], watched[:, None], ahead)
        weight = weights * length * (base[:, None] + ahead)
        return np.asarray((rate * np.exp(-force * ahead) * weight).sum(axis=1)[place])

    def _slopes(self, of: Callable[[Floats], Floats]) -> Floats:
        columns = []
        for number in range(len(self.fit.values)):
            factor = np.ones(len(self.fit.values))
            factor[number] = np.exp(STEP)
            columns.append((of(self.fit.values * factor) - of(self.fit.values / factor)) / (2 * STEP))
        return np.column_stack(columns)


def fit_process(family: Family, summary: Summary, period: float) -> Process:
    """Fit one purchase model to customers."""
    fit, rows = family.fit(summary.frequency, summary.recency, summary.watched, period)
    return Process(
        family=family,
        fit=fit,
        rows=rows,
        frequency=summary.frequency,
        recency=summary.recency / period,
        watched=summary.watched / period,
        period=period,
    )


def fit_processes(summary: Summary, period: float) -> tuple[Process, ...]:
    """Fit all purchase models; the one to be used comes first.

    That is the one with the lowest AIC; but where the data do not tell all its parameters and tell those of another
    whose AIC is higher by no more than `CLOSE`, the other: where a parameter runs to the edge, how fast leaving slows
    down is not known, and years ahead hang on it. Over 400 customers drawn from a Pareto/NBD, the interval of the value
    held the truth in 94 of 100 cases where all parameters were told, in 76 where not (400 draws).
    """
    found = [fit_process(family, summary, period) for family in families()]
    best = min(process.fit.aic for process in found)

    def rank(process: Process) -> tuple[bool, bool, float]:
        return process.fit.aic > best + CLOSE, not process.fit.identified, process.fit.aic

    return tuple(sorted(found, key=rank))
