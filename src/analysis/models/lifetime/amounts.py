"""What each customer is expected to spend on a purchase: by Gamma-Gamma, or its own mean where that cannot be had."""

from dataclasses import dataclass

import numpy as np

from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.lifetime.likelihood import Fit
from analysis.models.lifetime.purchases import Summary
from analysis.models.lifetime.spend import ALIKE, expected_amount, fit_gamma_gamma
from analysis.models.lifetime.sums import Parts

FEWEST = 20
"""Fewest customers with a repeat purchase for a Gamma-Gamma model."""
LEAST_TAIL = 1.1
"""Below it the shape q says that the mean over customers hangs on the largest of them alone, or does not exist."""
STEP = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False)
class Amounts:
    """The expected amount of a purchase by customer.

    Parameters
    ----------
    expected
        By customer, returns not taken off.
    slopes
        How it changes with the logarithms of the parameters, shape (n, 3); zeros where there is no model.
    influence
        How far each customer moves those logarithms, shape (n, 3).
    fit
        The Gamma-Gamma model, or None where customers' own means stand.
    reason
        Why there is no model, or None.
    """

    expected: Floats
    slopes: Floats
    influence: Floats
    fit: Fit | None
    reason: Message | None

    @property
    def parts(self) -> Parts:
        """The expected amounts, with how they hang on the model's parameters."""
        return Parts(values=self.expected, slopes=(self.slopes,), influence=(self.influence,))


def fit_amounts(summary: Summary) -> Amounts:
    """Fit the amounts of repeat purchases; where no model can be had, each customer's own mean of all its purchases."""
    rows = (summary.frequency > 0) & (np.nan_to_num(summary.mean_amount) > 0)
    if int(rows.sum()) < FEWEST:
        return _own(summary, N_("too few customers bought again to model the amounts"))
    if _spread(summary.own_amount) < ALIKE and _spread(summary.mean_amount[rows]) < ALIKE:
        return _own(summary, N_("all purchases are of the same amount"))
    fit = fit_gamma_gamma(summary.frequency[rows], summary.mean_amount[rows])
    if fit.values[1] < LEAST_TAIL or not fit.identified:
        return _own(summary, N_("the amounts differ between customers in a way that the model does not describe"))
    influence = np.zeros((len(rows), 3))
    influence[rows] = fit.influence
    slopes = np.empty((len(rows), 3))
    for number in range(3):
        factor = np.ones(3)
        factor[number] = np.exp(STEP)
        ahead, behind = (
            expected_amount(values, summary.frequency * rows, summary.mean_amount)
            for values in (fit.values * factor, fit.values / factor)
        )
        slopes[:, number] = (ahead - behind) / (2 * STEP)
    return Amounts(
        expected=expected_amount(fit.values, summary.frequency * rows, summary.mean_amount),
        slopes=slopes,
        influence=influence,
        fit=fit,
        reason=None,
    )


def _own(summary: Summary, reason: Message) -> Amounts:
    nothing = np.zeros((len(summary.own_amount), 3))
    return Amounts(expected=summary.own_amount, slopes=nothing, influence=nothing, fit=None, reason=reason)


def _spread(amounts: Floats) -> float:
    return float(np.ptp(amounts) / np.abs(amounts).max()) if len(amounts) else 0.0
