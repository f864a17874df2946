"""Where one bend in the line of loyalty on satisfaction lies: few of the clients drawn have one that can be placed.

The generator's relation is straight but for the ends of the scales. Satisfaction, controls and accounts are those of a
drawn client; loyalty is drawn anew, once from a line with a bend at a known place and once from a line without one,
where every place that is told is a false one.
"""

import dataclasses

import numpy as np
import pandas as pd

from analysis.calibration.groups.common import is_large, with_draws
from analysis.calibration.readings import Reading
from analysis.data.client import ClientData
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.loyalty import fit_loyalty_line
from analysis.models.shape.bends import locate_threshold, threshold_candidates
from analysis.models.shape.moments import resample_moments
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"specification": 1.0}
TRUTH = (2, 5_500)
PLACED, STRAIGHT = "relations/shape/bent/threshold", "relations/shape/straight/threshold"
PLACE = 65.0  # points of satisfaction, a little below its average
BELOW, ABOVE = 0.9, 0.1  # points of loyalty per point of satisfaction on either side
SCATTER, SHARED = 12.0, 0.3  # around the line, and of its variance the same in the answers of one account


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client; of a large one, where the bend is."""
    if is_large(data):
        return {PLACED: Reading(value=PLACE)}
    params = with_draws(data, params)
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    bent, straight = (_locate(_with_line(data, rng, above), params) for above in (ABOVE, BELOW))
    found = {STRAIGHT: Reading(p_value=0.0 if isinstance(straight, Estimate) else 1.0)}
    if isinstance(bent, Estimate):
        found[PLACED] = Reading(value=bent.value, low=bent.low, high=bent.high, n=bent.n)
    return found


def _with_line(data: ClientData, rng: np.random.Generator, above: float) -> ClientData:
    """Return the client with loyalty from a line of slope `BELOW` up to the bend, and `above` beyond it."""
    survey = data.table("survey")
    satisfaction = survey["satisfaction_index"].to_numpy(dtype=float)
    accounts = pd.factorize(survey["account_key"])[0]
    own, shared = rng.standard_normal(len(accounts)), rng.standard_normal(int(accounts.max()) + 1)
    noise = np.sqrt(SHARED) * shared[accounts] + np.sqrt(1 - SHARED) * own
    loyalty = BELOW * np.minimum(satisfaction, PLACE) + above * np.maximum(satisfaction - PLACE, 0) + SCATTER * noise
    return dataclasses.replace(data, tables={**data.tables, "survey": survey.assign(loyalty_index=loyalty)})


def _locate(data: ClientData, params: ClientParams) -> Outcome:
    line = fit_loyalty_line(data, params)
    if isinstance(line, NotEstimable):
        return line
    cuts = threshold_candidates(line.sample)
    moments = resample_moments(
        np.column_stack([line.design.matrix, line.outcome]),
        np.maximum(line.sample.satisfaction[:, None] - cuts, 0.0),
        line.sample.weights,
        line.sample.clusters,
        model_draws(params),
        model_generator("calibration-bend", params),
    )
    return locate_threshold(line.sample, line.design, line.outcome, cuts, moments)
