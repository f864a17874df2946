"""Gamma-Gamma: what a customer spends on a purchase, given what it spent so far.

The amounts of a customer's purchases are gamma with shape p and the customer's own rate, rates are gamma between
customers (shape q, rate gamma); how much is spent does not go with how often.

References
----------
.. [1] Fader, P. S. & Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from analysis.models.clustering import Floats
from analysis.models.lifetime.likelihood import Fit, fit_likelihood

ALIKE = 1e-6
"""Amounts whose relative spread is smaller are all equal."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GammaGamma:
    """The likelihood of the Gamma-Gamma model.

    Parameters
    ----------
    frequency, mean_amount
        Purchases counted (at least 1) and their mean amount (above 0), by customer.
    """

    names: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")
    frequency: Floats
    mean_amount: Floats

    def evaluate(self, logs: Floats, part: slice) -> tuple[Floats, Floats]:
        """Return each customer's log-likelihood [1]_ (equation 1a) and its scores by the parameters' logarithms.

        ``Gamma(px + q) / (Gamma(px) Gamma(q)) gamma^q z^(px - 1) x^(px) / (gamma + x z)^(px + q)``.
        """
        x, mean = self.frequency[part], self.mean_amount[part]
        p, q, gamma = np.exp(logs)
        shape, total = p * x, gamma + x * mean
        counts, place = np.unique(x, return_inverse=True)
        pooled = (special.gammaln(p * counts + q) - special.gammaln(p * counts) - special.gammaln(q))[place]
        both, own = special.digamma(p * counts + q)[place], special.digamma(p * counts)[place]
        log_share = np.log(x * mean) - np.log(total)
        values = pooled + q * (logs[2] - np.log(total)) + shape * log_share - np.log(mean)
        scores = np.column_stack(
            [
                p * x * (both - own + log_share),
                q * (both - special.digamma(q) + logs[2] - np.log(total)),
                q - gamma * (shape + q) / total,
            ]
        )
        return values, scores


def fit_gamma_gamma(frequency: Floats, mean_amount: Floats) -> Fit:
    """Fit the Gamma-Gamma model by maximum likelihood to customers with at least one counted purchase.

    Amounts are divided by their median while fitting, so that the scale of the currency is beside the point.
    """
    unit = float(np.median(mean_amount))
    model = GammaGamma(frequency=frequency, mean_amount=mean_amount / unit)
    spread = float(np.var(np.log(model.mean_amount)))
    q = min(max(1.0 + 1.0 / max(spread, 0.05), 1.5), 20.0)
    start = np.array([4.0, q, max(q - 1, 0.5) / 4.0])
    fit = fit_likelihood(model.evaluate, np.ones(len(frequency)), GammaGamma.names, start)
    return Fit(
        names=fit.names,
        values=fit.values * np.array([1.0, 1.0, unit]),
        log_likelihood=fit.log_likelihood - len(frequency) * float(np.log(unit)),
        n=fit.n,
        covariance=fit.covariance,
        scores=fit.scores,
        identified=fit.identified,
    )


def expected_amount(values: Floats, frequency: Floats, mean_amount: Floats) -> Floats:
    """Return the expected amount of a purchase of each customer [1]_ (equation 5).

    ``p (gamma + x z) / (p x + q - 1)``: between the customers' mean and its own, nearer to its own the more purchases
    there are; without a counted purchase (x = 0) the customers' mean, which needs q above 1.
    """
    p, q, gamma = values
    total = gamma + np.where(frequency > 0, frequency * np.nan_to_num(mean_amount), 0.0)
    return np.asarray(p * total / np.maximum(p * frequency + q - 1, 1e-9))
