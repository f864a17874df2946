"""Pareto/NBD: customers buy at random and leave at random, unseen.

Purchases come at a customer's own rate (Poisson; gamma with shape r and rate alpha between customers) for a lifetime
that is exponential with its own rate of leaving (gamma with shape s and rate beta between customers).

The likelihood is usually written with Gaussian hypergeometric functions [2]_. They are integrals over the time at which
the customer may have left, and as such they are computed here, by Gauss-Legendre quadrature in the logarithm of time,
to about twelve digits; so their derivatives are as easy as they are, and nothing overflows.

References
----------
.. [1] Schmittlein, D. C., Morrison, D. G. & Colombo, R. (1987). Counting your customers: who are they and what will
       they do next? Management Science 33, 1-24.
.. [2] Fader, P. S. & Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model and related expressions.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.lifetime.likelihood import Fit, fit_likelihood, legendre
from analysis.models.lifetime.purchases import unique_rows

NODES = 20
NEGLIGIBLE = 36.0
"""What has fallen by exp(-36) adds nothing to an integral in double precision."""
BLOCK = 2_000
"""Rows whose integrals are computed at a time, so that they stay in the processor's memory."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lifetimes:
    """Integrals over the time of leaving, each of shape (n,), as shares of the larger part of the likelihood.

    ``log_scale`` is its logarithm; ``stayed`` and ``left`` the two parts on that scale; the others are moments of the
    time of leaving y under ``left``: of log(alpha + y), 1 / (alpha + y), log(beta + y) and 1 / (beta + y).
    """

    log_scale: Floats
    stayed: Floats
    left: Floats
    log_alpha: Floats
    inverse_alpha: Floats
    log_beta: Floats
    inverse_beta: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Pareto:
    """The likelihood of the Pareto/NBD model over customers.

    Parameters
    ----------
    frequency, recency, watched
        Repeat purchases (x), and the time to the last purchase (t_x) and to the end (T), in periods.
    """

    key: ClassVar[str] = "pareto_nbd"
    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    frequency: Floats
    recency: Floats
    watched: Floats

    @staticmethod
    def label() -> Message:
        """Return the model's name."""
        return N_("Pareto/NBD")

    def evaluate(self, logs: Floats, part: slice) -> tuple[Floats, Floats]:
        """Return each row's log-likelihood and its scores by the parameters' logarithms.

        ``L = Gamma(r + x) alpha^r beta^s / Gamma(r) * (stayed + left)``, where the customer stayed,
        ``(alpha + T)^-(r + x) (beta + T)^-s``, or left at some time y between the last purchase and the end,
        ``s * integral of (alpha + y)^-(r + x) (beta + y)^-(s + 1)``.
        """
        x, recency, watched = self.frequency[part], self.recency[part], self.watched[part]
        found = [
            self._block(logs, x[i : i + BLOCK], recency[i : i + BLOCK], watched[i : i + BLOCK])
            for i in range(0, max(len(x), 1), BLOCK)
        ]
        return np.concatenate([values for values, _ in found]), np.concatenate([scores for _, scores in found])

    def _block(self, logs: Floats, x: Floats, recency: Floats, watched: Floats) -> tuple[Floats, Floats]:
        r, alpha, s, beta = np.exp(logs)
        parts = integrate_lifetimes(np.exp(logs), x, recency, watched)
        counts, place = np.unique(x, return_inverse=True)
        gammas = (special.gammaln(r + counts) - special.gammaln(r))[place]
        slope = (special.digamma(r + counts) - special.digamma(r))[place]
        whole = parts.stayed + parts.left
        values = gammas + r * logs[1] + s * logs[3] + parts.log_scale + np.log(whole)
        stay, leave = parts.stayed / whole, parts.left / whole
        scores = np.column_stack(
            [
                r * (slope + logs[1] - stay * np.log(alpha + watched) - leave * parts.log_alpha),
                r - alpha * (r + x) * (stay / (alpha + watched) + leave * parts.inverse_alpha),
                s * (logs[3] - stay * np.log(beta + watched) - leave * parts.log_beta) + leave,
                s - beta * (s * stay / (beta + watched) + (s + 1) * leave * parts.inverse_beta),
            ]
        )
        return values, scores


def integrate_lifetimes(values: Floats, x: Floats, recency: Floats, watched: Floats) -> Lifetimes:
    """Return the two parts of the likelihood and the moments of the time of leaving.

    The integral runs over ``v = log(c + y)`` with c the smaller of alpha and beta: the integrand has no singularity
    nearer than pi in v, so that `NODES` points do; where it has fallen by `NEGLIGIBLE` the rest is left out.
    """
    r, alpha, s, beta = values
    small = min(alpha, beta)
    power = r + x
    with np.errstate(over="ignore"):
        reach = np.minimum(
            (alpha + recency) * np.expm1(NEGLIGIBLE / power), (beta + recency) * np.expm1(min(NEGLIGIBLE / s, 700.0))
        )
    end = np.minimum(watched, recency + reach)
    first = np.log(small + recency)
    length = np.log1p((end - recency) / (small + recency))
    nodes, weights = legendre(NODES)
    place = first[:, None] + length[:, None] * nodes
    from_small = np.exp(place)  # c + y
    from_large = from_small + abs(alpha - beta)
    other = np.log(from_large)
    (log_alpha, alpha_y), (log_beta, beta_y) = (
        ((place, from_small), (other, from_large)) if alpha <= beta else ((other, from_large), (place, from_small))
    )
    log_stayed = -power * np.log(alpha + watched) - s * np.log(beta + watched)
    height = -power * np.log(alpha + recency) - s * np.log(beta + recency)  # the integrand's part that never rises
    scale = np.maximum(log_stayed, height)
    density = np.exp(place - log_beta - power[:, None] * log_alpha - s * log_beta - scale[:, None])
    density *= weights * (s * length[:, None])
    left = density.sum(axis=1)
    known = np.where(left > 0, left, 1.0)
    return Lifetimes(
        log_scale=scale,
        stayed=np.exp(log_stayed - scale),
        left=left,
        log_alpha=np.einsum("ij,ij->i", density, log_alpha) / known,
        inverse_alpha=(density / alpha_y).sum(axis=1) / known,
        log_beta=np.einsum("ij,ij->i", density, log_beta) / known,
        inverse_beta=(density / beta_y).sum(axis=1) / known,
    )


def fit_pareto(frequency: Floats, recency: Floats, watched: Floats, period: float) -> tuple[Fit, np.ndarray]:
    """Fit the Pareto/NBD model by maximum likelihood; arguments and result as of `fit_beta_geometric`."""
    (x, last, end), rows, counts = unique_rows(frequency, recency, watched)
    model = Pareto(frequency=x, recency=last / period, watched=end / period)
    total = max(float(counts @ model.watched), 0.5)
    rate = max(float(counts @ x), 0.5) / total
    start = np.array([1.0, 1.0 / rate, 0.5, max(total / float(counts.sum()), 0.5)])
    return fit_likelihood(model.evaluate, counts, Pareto.names, start), rows


def alive_chance(values: Floats, x: Floats, recency: Floats, watched: Floats) -> Floats:
    """Return the chance that each customer has not left [1]_: the part of the likelihood in which it stayed."""
    parts = integrate_lifetimes(values, x, recency, watched)
    return np.asarray(parts.stayed / (parts.stayed + parts.left))


def rate_ahead(values: Floats, x: Floats, watched: Floats, ahead: Floats) -> Floats:
    """Return the expected purchases a period, so far ahead, of a customer that has not left yet.

    ``(r + x) / (alpha + T) * ((beta + T) / (beta + T + u))^s``: its mean rate, times the chance still to be there at u;
    its integral is the conditional expectation of [1]_. Arguments as in `beta_geometric.rate_ahead`.
    """
    r, alpha, s, beta = values
    return np.asarray((r + x) / (alpha + watched) * ((beta + watched) / (beta + watched + ahead)) ** s)
