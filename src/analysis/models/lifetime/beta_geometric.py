"""BG/NBD: customers buy at random and may leave after any purchase.

Purchases come at a customer's own rate (Poisson), rates differ between customers (gamma with shape r and rate alpha);
after each purchase the customer leaves for good with its own probability, and these differ too (beta with a and b).

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005). "Counting your customers" the easy way: an alternative to the
       Pareto/NBD model. Marketing Science 24, 275-284.
.. [2] Abramowitz, M. & Stegun, I. A. (1964). Handbook of Mathematical Functions, 15.3.1 and 15.3.4.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.lifetime.likelihood import Fit, fit_likelihood
from analysis.models.lifetime.purchases import unique_rows

NUDGE = 1e-6
"""A parameter is moved by so much where the hypergeometric function has no finite value in floating point."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BetaGeometric:
    """The likelihood of the BG/NBD model over customers.

    Parameters
    ----------
    frequency, recency, watched
        Repeat purchases (x), and the time to the last purchase (t_x) and to the end (T), in periods.
    """

    key: ClassVar[str] = "bg_nbd"
    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    frequency: Floats
    recency: Floats
    watched: Floats

    @staticmethod
    def label() -> Message:
        """Return the model's name."""
        return N_("BG/NBD")

    def evaluate(self, logs: Floats, part: slice) -> tuple[Floats, Floats]:
        """Return each row's log-likelihood [1]_ (equation 6) and its scores by the parameters' logarithms.

        With ``A = (alpha + T)^-(r + x)`` and ``B = a / (b + x - 1) (alpha + t_x)^-(r + x)`` for x > 0 (else 0),
        ``L = Gamma(r + x) alpha^r / Gamma(r) * B(a, b + x) / B(a, b) * (A + B)``.
        """
        x, recency, watched = self.frequency[part], self.recency[part], self.watched[part]
        r, alpha, a, b = np.exp(logs)
        gammas, slopes = _gamma_parts(x, r, a, b)
        repeat = x > 0
        log_end, log_last = np.log(alpha + watched), np.log(alpha + recency)
        odds = np.log(a) - np.log(np.where(repeat, b + x - 1, 1.0)) + (r + x) * (log_end - log_last)
        gone = np.where(repeat, special.expit(odds), 0.0)
        values = gammas + r * logs[1] - (r + x) * log_end + np.where(repeat, np.logaddexp(0.0, odds), 0.0)
        log_mean = (1 - gone) * log_end + gone * log_last
        inverse_mean = (1 - gone) / (alpha + watched) + gone / (alpha + recency)
        scores = np.column_stack(
            [
                r * (slopes[0] + logs[1] - log_mean),
                r - alpha * (r + x) * inverse_mean,
                a * slopes[1] + gone,
                b * (slopes[2] - gone / np.where(repeat, b + x - 1, 1.0)),
            ]
        )
        return values, scores


def _gamma_parts(x: Floats, r: float, a: float, b: float) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """Return the gamma functions' part of the log-likelihood and its derivatives by r, a and b, by distinct x."""
    counts, place = np.unique(x, return_inverse=True)
    values = (
        special.gammaln(r + counts)
        - special.gammaln(r)
        + special.betaln(a, b + counts)
        - special.betaln(a, b)
    )  # fmt: skip
    total = special.digamma(a + b) - special.digamma(a + b + counts)
    slopes = (
        special.digamma(r + counts) - special.digamma(r),
        total,
        total + special.digamma(b + counts) - special.digamma(b),
    )
    return values[place], (slopes[0][place], slopes[1][place], slopes[2][place])


def fit_beta_geometric(frequency: Floats, recency: Floats, watched: Floats, period: float) -> tuple[Fit, np.ndarray]:
    """Fit the BG/NBD model by maximum likelihood.

    Parameters
    ----------
    frequency, recency, watched
        Repeat purchases, and days to the last purchase and to the end.
    period
        Days of the unit of time.

    Returns
    -------
    Fit, array
        The fit over distinct customers, and the row of each customer in it.
    """
    (x, last, end), rows, counts = unique_rows(frequency, recency, watched)
    model = BetaGeometric(frequency=x, recency=last / period, watched=end / period)
    rate = max(float(counts @ x), 0.5) / max(float(counts @ model.watched), 0.5)
    fit = fit_likelihood(model.evaluate, counts, BetaGeometric.names, np.array([1.0, 1.0 / rate, 0.5, 2.5]))
    return fit, rows


def alive_chance(values: Floats, x: Floats, recency: Floats, watched: Floats) -> Floats:
    """Return the chance that each customer has not left: 1 for those who bought once [1]_."""
    r, alpha, a, b = values
    repeat = x > 0
    ratio = (r + x) * (np.log(alpha + watched) - np.log(alpha + recency))
    odds = np.log(a) - np.log(np.where(repeat, b + x - 1, 1.0)) + ratio
    return np.where(repeat, special.expit(-odds), 1.0)


def rate_ahead(values: Floats, x: Floats, watched: Floats, ahead: Floats) -> Floats:
    """Return the expected purchases a period, so far ahead, of a customer that has not left yet.

    Averaged over the rate and the chance to leave that its x purchases in T leave open, with ``w = u / (alpha + T)``
    this is ``(r + x) / (alpha + T) (1 + w)^-a 2F1(a, a + b - r - 1; a + b + x; w / (1 + w))`` (Euler's integral and
    Pfaff's transformation [2]_); its integral is equation 10 of [1]_.

    Parameters
    ----------
    values
        Of the parameters.
    x, watched
        Repeat purchases and periods watched, any shape.
    ahead
        Periods from now, of a shape that goes with theirs.
    """
    r, alpha, a, b = values
    wait = ahead / (alpha + watched)
    share = wait / (1 + wait)
    third = a + b + x
    hyper = special.hyp2f1(a, a + b - r - 1, third, share)
    odd = ~np.isfinite(hyper)
    if odd.any():
        hyper = np.where(odd, special.hyp2f1(a, a + b - r - 1 + NUDGE, third, share), hyper)
    return np.asarray((r + x) / (alpha + watched) * (1 + wait) ** -a * hyper)
