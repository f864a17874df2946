"""How far the errors of two measures go together: they come from the same customers.

Whoever leaves is seldom pleased, so a partner that is lucky in one measure is lucky in another. Over customers, less
their partner's mean, two measures correlate by r; the errors of a partner's two figures then correlate by r times the
share of customers that both rest on.
"""

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.models.partners.measures import Compared

LEAST = 20  # customers with both measures
HIGHEST = 0.9


def error_correlation(used: tuple[str, ...], compared: Mapping[str, Compared]) -> float:
    """Return the mean correlation of the errors over all pairs of measures that count, better upwards; at least 0."""
    residuals = {key: _residuals(compared[key]) for key in used}
    found = [_correlation(residuals[first], residuals[second]) for first, second in itertools.combinations(used, 2)]
    # beyond the twelfth decimal stands only the order in which the rows were summed
    return float(np.clip(np.round(np.mean(found), 12), 0.0, HIGHEST)) if found else 0.0


def _residuals(compared: Compared) -> pd.Series:
    """Return each customer's value less its partner's mean, by customer, of the last period."""
    observed = compared.observations
    rows = (observed.period == len(observed.periods) - 1) & (observed.partner.codes >= 0)
    sample = observed.sample.where(rows)
    sign = 1.0 if compared.result.higher_is_better else -1.0
    partner = observed.partner.codes[rows]
    names = sample.clusters if observed.accounts is None else observed.accounts[sample.clusters]
    frame = pd.DataFrame({"value": sign * sample.values, "partner": partner, "customer": names})
    by_customer = frame.groupby(["customer", "partner"], sort=True)["value"].mean().reset_index("partner")
    means = by_customer.groupby("partner")["value"].transform("mean")
    residual: pd.Series = by_customer["value"] - means
    return residual[~residual.index.duplicated()]


def _correlation(first: pd.Series, second: pd.Series) -> float:
    joint = pd.concat([first, second], axis=1, join="inner").to_numpy(dtype=np.float64)
    if len(joint) < LEAST or (joint.std(axis=0) <= 0).any():
        return 0.0
    shared = len(joint) / np.sqrt(len(first) * len(second))
    return float(np.corrcoef(joint.T)[0, 1] * min(shared, 1.0))
