"""What a coefficient of a Cox model means for the chance of an event within a horizon, with its uncertainty.

The average marginal effect depends on the coefficients, on the baseline hazard and on the customers averaged over; its
deviations by account are the sum of what each moves when an account is left out (the baseline's by its influence
function, Reid and Crepeau 1985 [1]_).

References
----------
.. [1] Reid, N. and Crepeau, H. (1985). Influence functions for proportional hazards regression. Biometrika 72, 1-9.
"""

import numpy as np

from analysis.models.behaviour.cox import CoxFit
from analysis.models.clustering import SINGULAR, Codes, Floats, sum_by_cluster


def average_chance_effect(fit: CoxFit, column: int, entry: Floats, horizon: float, rows: Codes) -> tuple[float, Floats]:
    """Return the average marginal effect of `column` on the chance of an event within `horizon`, and its deviations.

    Parameters
    ----------
    fit
        The model.
    column
        Of the design.
    entry
        Clock of each row of the fit at which its window begins.
    horizon
        Length of the window.
    rows
        Which rows are averaged over (mask).
    """
    risk, beta = fit.risk, fit.coefficients
    design = fit.design[rows] - fit.centre
    share = np.where(rows, fit.weights, 0.0)
    share = share / share.sum()
    weight = share[rows]
    begin = np.searchsorted(risk.times, entry[rows], side="right")
    end = np.searchsorted(risk.times, entry[rows] + horizon, side="right")
    total = np.append(0.0, np.cumsum(fit.hazard))
    relative = np.exp(design @ beta)
    passed = (total[end] - total[begin]) * relative
    density = passed * np.exp(-passed)
    value = float(weight @ (beta[column] * density))

    by_hazard = weight * beta[column] * relative * (1 - passed) * np.exp(-passed)
    count = len(risk.times) + 1
    change = np.bincount(begin, by_hazard, count) - np.bincount(end, by_hazard, count)
    slope = np.cumsum(change)[:-1]  # of the effect in each hazard increment
    at_risk = fit.weights * np.exp((fit.design - fit.centre) @ beta)
    sums = risk.at_risk(np.column_stack([at_risk, at_risk[:, None] * (fit.design - fit.centre)]))
    means = sums[:, 1:] / sums[:, [0]]
    gradient = (weight * beta[column] * density * (1 - passed)) @ design - (slope * fit.hazard) @ means
    gradient[column] += float(weight @ density)

    # Leaving a row out takes its event from the hazard and its weight from the risk sets; the second term is what the
    # smaller risk sets add, which counts where few are at risk.
    by_time = slope * fit.hazard / sums[:, 0]
    moved = -at_risk * risk.passed(by_time) - at_risk**2 * risk.passed(by_time / sums[:, 0])
    place = risk.last[risk.event] - 1
    remaining = np.maximum(sums[place, 0] - at_risk[risk.event], SINGULAR * sums[place, 0])
    moved[risk.event] += fit.weights[risk.event] * slope[place] / remaining
    own = np.zeros(len(share))
    own[rows] = weight * (beta[column] * density - value)
    remaining = np.maximum(1 - sum_by_cluster(share, fit.clusters), SINGULAR)
    deviations = sum_by_cluster(own, fit.clusters) / remaining + sum_by_cluster(moved, fit.clusters)
    return value, deviations + fit.deviations @ gradient
