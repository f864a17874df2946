"""One account manager's customers against those of all the others together.

The difference of two independent estimates takes its limits from theirs [1]_, [2]_: with estimates a and b and limits
l and u, the lower limit is ``a - b - sqrt((a - l_a)^2 + (u_b - b)^2)``, the upper one likewise from the other ends.
For proportions with Wilson's limits this is Newcombe's interval. Its p-value is read from the confidence distribution
of these limits (`attainment`).

Where an estimate is a plain mean over customers, each customer's value is the mean plus n times its contribution; for
the Kaplan-Meier share these are the pseudo-values of the jackknife [3]_, whose means over groups are compared.

References
----------
.. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
       Medicine 17, 873-890.
.. [2] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures. Statistics in Medicine
       27, 1693-1702.
.. [3] Andersen, P. K., Klein, J. P. & Rosthoj, S. (2003). Generalised linear models for correlated pseudo-observations.
       Biometrika 90, 15-27.
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.indicators.attainment import confidence_below
from analysis.indicators.attitudes import observe_attitude
from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.estimation import LEVEL, estimate
from analysis.indicators.fiscal import revenue_years
from analysis.indicators.ledger import Ledger
from analysis.indicators.manager_indicators import SURVEY_KEYS
from analysis.indicators.observations import Labels, Observations
from analysis.indicators.resampling import generator, growth_estimate
from analysis.indicators.samples import Floats, Sample
from analysis.indicators.skewness import skewed_limits
from analysis.indicators.survey import Responses, group_labels
from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome

METHOD, GROWTH_METHOD = "mover", "hall-t"
LARGEST_LOG = 700.0
DRAWS = 200
"""Bootstrap draws for each manager's others: their growth is many customers', and there may be many managers."""
BOOTSTRAPPED = 1_000
"""Up to so many customers the growth of the others is bootstrapped like any growth; beyond, skewness alone is allowed
for (the limits held the truth in 92 to 94% of samples of 100 to 300 lognormal customers, the bootstrap in 96%)."""
NOT_COMPARED = N_("Sums, and means per purchase, are not compared between account managers.")
WEIGHTED = ("average_order_value", "revenue", "response_rate")


def observe_by_manager(
    result: IndicatorResult, responses: Responses | Message, data: ClientData, params: ClientParams
) -> Observations | None:
    """Return the latest observations of an indicator with the manager as partner, or None where they are not known.

    Parameters
    ----------
    result
        The indicator, computed on `data`.
    responses, data
        The survey, and the client labelled by manager (`label_by_manager`).
    """
    if result.key in WEIGHTED or not isinstance(result.overall, Estimate):
        return None
    if result.key in SURVEY_KEYS:
        observed = observe_attitude(result.key, responses) if isinstance(responses, Responses) else None
        if not isinstance(observed, Observations):
            return None
        latest = observed.period == len(observed.periods) - 1
        return observed.take(latest, observed.sample.values)
    if result.contributions is None or result.key == "revenue_growth":
        return None
    values = result.overall.value + len(result.contributions.values) * result.contributions.values
    if result.bounds is not None and result.key != "retention_rate":
        values = np.clip(values, *result.bounds)  # a rounding error; pseudo-values may lie outside
    return Observations(
        sample=Sample.of_units(values),
        period=np.zeros(len(values), dtype=np.int64),
        periods=("latest",),
        segment=Labels.none(len(values)),
        partner=group_labels(pd.Index(result.contributions.accounts), data, params)[1],
        accounts=result.contributions.accounts,
    )


def estimate_others(
    result: IndicatorResult, observations: Observations | None, manager: str, params: ClientParams
) -> Outcome:
    """Return the indicator over the customers of all other managers together."""
    if observations is None:
        return NotEstimable(reason=NOT_COMPARED)
    codes = observations.partner.codes
    if manager not in observations.partner.names:
        return NotEstimable(reason=N_("There are no observations."), n=0)
    others = (codes >= 0) & (codes != observations.partner.names.index(manager))
    measure = CATALOGUE[result.key].measure
    limits = params.limits
    return estimate(observations.sample.where(others), measure, min_clusters=limits.min_clusters, min_n=limits.min_n)


class GrowthByManager:
    """Revenue of the last two years by customer and manager, for the growth of the others."""

    def __init__(self, ledger: Ledger, data: ClientData, params: ClientParams) -> None:
        years = revenue_years(ledger, data, params)
        self.spent = [ledger.spent(window, constant=True) for window in years[:2]] if len(years) > 1 else None
        self.labels = group_labels(ledger.ids, data, params)[1]
        self.params = params

    def others(self, manager: str) -> Outcome:
        """Return the growth of the revenue of all other managers' customers."""
        if self.spent is None or manager not in self.labels.names:
            return NotEstimable(reason=N_("There are no observations."), n=0)
        codes = self.labels.codes
        mask = (codes >= 0) & (codes != self.labels.names.index(manager))
        later, earlier = (values[mask] for values in self.spent)
        known = (later != 0) | (earlier != 0)
        if int(known.sum()) > BOOTSTRAPPED:
            return growth_of(later, earlier)
        return growth_estimate(
            later[known],
            earlier[known],
            (0.0, 0.0),
            draws=min(self.params.bootstrap_draws, DRAWS),
            rng=generator(f"revenue growth of all but {manager}", self.params),
            min_n=self.params.limits.min_clusters,
        )


def growth_of(later: Floats, earlier: Floats) -> Outcome:
    """Return the ratio of two sums over customers less one, with limits of its logarithm that allow for skewness."""
    known = (later != 0) | (earlier != 0)
    later, earlier = later[known], earlier[known]
    count, above, below = len(later), float(later.sum()), float(earlier.sum())
    if count < 2 or above <= 0 or below <= 0:
        return NotEstimable(reason=N_("Too few customers to say how certain the growth is."), n=count)
    parts: NDArray[np.float64] = later / above - earlier / below
    error = math.sqrt(count / (count - 1) * float((parts**2).sum()))
    if error == 0:
        return NotEstimable(reason=N_("All customers are alike in it, so the data carry no sign of its uncertainty."))
    ratio = above / below
    low, high = skewed_limits(math.log(ratio), parts, degrees=count - 1, level=LEVEL)
    return Estimate(
        value=ratio - 1,
        low=min(math.exp(low), ratio) - 1,
        high=max(math.exp(min(high, LARGEST_LOG)), ratio) - 1,
        n=count,
        method=GROWTH_METHOD,
        unit="proportion",
        std_error=ratio * error,
    )


def difference_of(first: Outcome, second: Outcome) -> Outcome:
    """Return the first less the second, two independent estimates of one unit, with limits from theirs [1]_, [2]_.

    Shares are compared in percentage points. `n` is the first's.
    """
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    factor = 100.0 if first.unit == "proportion" else 1.0
    value = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    found = Estimate(
        value=factor * value,
        low=factor * (value - below),
        high=factor * (value + above),
        n=first.n,
        method=METHOD,
        unit="percentage_points" if first.unit == "proportion" else first.unit,
    )
    beyond = confidence_below(found, 0.0)
    p_value = min(1.0, 2 * min(beyond, 1 - beyond))
    return Estimate(**(vars(found) | {"p_value": p_value}))
