"""Weights by what the dimensions on one day tell of purchases after it.

Customers are scored on the day that lies one horizon before the end of the record of orders, from what was known then;
a logistic regression on each subset of the dimensions predicts who buys within the horizon, always on customers that
it has not seen. What a subset explains of the deviance out of fold is shared out among its dimensions over all orders
in which they may enter (Shapley [1]_, for regressions Lindeman, Merenda and Gold [2]_).

References
----------
.. [1] Shapley, L. S. (1953). A value for n-person games. In Contributions to the Theory of Games II, 307-317.
.. [2] Groemping, U. (2007). Estimators of relative importance in linear regression based on variance decomposition.
   The American Statistician 61, 139-147.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.data.client import ClientData
from analysis.indicators.ledger import Window, day_of, open_ledger
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_generator
from analysis.models.clustering import Codes, Floats, cluster_codes
from analysis.models.crossvalidation import FOLDS, fewest_clusters, stratified_folds
from analysis.models.drivers.shapley import exact_contributions
from analysis.models.repurchase_sample import group_of
from analysis.params.model import ClientParams
from analysis.results import NotEstimable
from analysis.scale.anchors import dimension_label
from analysis.scale.customers import customer_dimensions
from analysis.scale.past import known_at

MOST_DIMENSIONS = 8  # 2^8 subsets are fitted in each fold
MOST_CUSTOMERS = 10_000  # more would make the weights no surer than a reader can see, and the fits cost by customer
HELD_OUT = 20_000  # customers held out in all, at least; many customers need fewer repeats of the folds
RIDGE = 1.0
"""Penalty on the squares of the standardised coefficients, halved: a fold with separated buyers still has a fit."""
STEPS = 25
TOLERANCE = 1e-8
NO_ORDERS = N_("There are no orders, so it is not known who bought again.")


@dataclass(frozen=True, kw_only=True)
class PredictionWeights:
    """What the dimensions tell of later purchases.

    Parameters
    ----------
    weights
        Share of each dimension, in the order given; at least 0, sum 1.
    explained
        Share of the deviance that all dimensions together explain on customers not seen, above 0 and below 1.
    n, events
        Customers, and those of them who bought within the horizon.
    day
        The day on which the customers were scored, ISO 8601.
    """

    weights: tuple[float, ...]
    explained: float
    n: int
    events: int
    day: str


def prediction_weights(
    data: ClientData, params: ClientParams, dimensions: tuple[str, ...]
) -> PredictionWeights | NotEstimable:
    """Return the weights of some dimensions by what they tell of purchases in the horizon after they were taken.

    Parameters
    ----------
    data, params
        The client's data and parameters.
    dimensions
        The dimensions that are to share the weight.
    """
    horizon = params.repurchase.horizon_days
    if not data.has("transactions"):
        return NotEstimable(reason=NO_ORDERS)
    if len(dimensions) > MOST_DIMENSIONS:
        return NotEstimable(reason=N_("There are too many dimensions for weights by prediction."))
    day = data.recorded_until("transactions") - pd.Timedelta(days=horizon)
    past = known_at(data, day)
    scores = customer_dimensions(past, params, short=True)[list(dimensions)]
    absent = [name for name in dimensions if not scores[name].notna().any()]
    if absent:
        return NotEstimable(reason=_unknown_then(absent, day, params))
    known = scores.dropna()
    rows = known if len(known) <= MOST_CUSTOMERS else _some(known, params)
    bought = _bought_after(data, rows.index, day_of(day), horizon)
    clusters = cluster_codes(group_of(pd.Series(rows.index.astype(str), index=rows.index), data), len(rows))
    events = int(bought.sum())
    needed = int(np.ceil(params.limits.events_per_parameter * len(dimensions)))
    if 0 < len(rows) < params.limits.small_cell:  # how few answered is not told
        return NotEstimable(
            reason=N_(
                "Fewer than {least:int} customers could be scored on every dimension and followed.",
                least=params.limits.small_cell,
            )
        )
    if min(events, len(rows) - events) < needed or fewest_clusters(bought, clusters) < FOLDS:
        return NotEstimable(reason=_too_few(events, len(rows), needed, horizon), n=len(rows))
    values = explained_deviance(
        rows.to_numpy(dtype=np.float64), bought, clusters, model_generator("score-weights", params)
    )
    if values[-1] <= 0:
        reason = N_(
            "How customers stood on the dimensions did not tell who would buy in the {days:int} days after, on"
            " customers held back; so it gives no weights.",
            days=horizon,
        )
        return NotEstimable(reason=reason, n=len(rows))
    gains = np.maximum(exact_contributions(values[None])[0], 0.0)
    return PredictionWeights(
        weights=tuple(float(share) for share in gains / gains.sum()),
        explained=float(values[-1]),
        n=len(rows),
        events=events,
        day=day.date().isoformat(),
    )


def explained_deviance(scores: Floats, outcome: Floats, clusters: Codes, rng: np.random.Generator) -> Floats:
    """Return the share of the deviance that each subset of the columns explains out of fold, shape (2^d,).

    Parameters
    ----------
    scores
        Customers by dimensions, shape (n, d).
    outcome
        0 or 1, both prevailing in at least `FOLDS` clusters.
    clusters
        Customers of one cluster are held out together.
    rng
        Draws the folds.
    """
    width = scores.shape[1]
    active = ((np.arange(2**width)[:, None] >> np.arange(width)[None, :]) & 1).astype(np.float64)
    deviance = np.zeros(len(active))
    folds = FOLDS * max(1, -(-HELD_OUT // len(outcome)))
    beta = np.zeros((len(active), width + 1))
    for test in islice(stratified_folds(outcome, clusters, rng), folds):
        train = ~test
        centre, spread = scores[train].mean(axis=0), scores[train].std(axis=0)
        design = (scores - centre) / np.where(spread > 0, spread, 1.0)
        beta = _fit(design[train], outcome[train], active, beta)
        linear = beta @ np.column_stack([np.ones(test.sum()), design[test]]).T
        deviance += np.logaddexp(0.0, np.where(outcome[test] == 1, -linear, linear)).sum(axis=1)
    return np.asarray(1 - deviance / deviance[0])


def _fit(design: Floats, outcome: Floats, active: Floats, beta: Floats) -> Floats:
    """Return the coefficients of each subset, intercept first, shape (subsets, d + 1), by Newton steps from `beta`."""
    n, width = design.shape
    x = np.column_stack([np.ones(n), design])
    kept = np.column_stack([np.ones(len(active)), active])
    pairs = (x[:, :, None] * x[:, None, :]).reshape(n, -1)
    penalty = np.append(0.0, np.full(width, RIDGE))
    inside = kept[:, :, None] * kept[:, None, :]
    outside = (1 - kept)[:, :, None] * np.eye(width + 1)
    for _ in range(STEPS):
        fitted = expit(beta @ x.T)
        gradient = ((outcome - fitted) @ x - penalty * beta) * kept
        curvature = ((fitted * (1 - fitted)) @ pairs).reshape(-1, width + 1, width + 1) + np.diag(penalty)
        step = np.linalg.solve(curvature * inside + outside, gradient[..., None])[..., 0]
        beta = beta + step
        if np.abs(step).max() < TOLERANCE:
            break
    return beta


def _bought_after(data: ClientData, customers: pd.Index, day: int, horizon: int) -> Floats:
    """Return 1 for the customers who bought after a day and within the horizon, 0 for the others."""
    ledger = open_ledger(data)
    if ledger is None:
        return np.zeros(len(customers))
    return customers.isin(ledger.ids[ledger.buyers(Window(first=day + 1, last=day + horizon))]).astype(np.float64)


def _some(known: pd.DataFrame, params: ClientParams) -> pd.DataFrame:
    """Return as many customers as the fits can carry, at random."""
    chosen = model_generator("score-weights-sample", params).choice(len(known), MOST_CUSTOMERS, replace=False)
    return known.iloc[np.sort(chosen)]


def _unknown_then(absent: list[str], day: pd.Timestamp, params: ClientParams) -> Message:
    return N_(
        "On {day:date}, the last day from which purchases can be followed, nothing was known yet of these dimensions:"
        " {dimensions:list}.",
        day=day.date(),
        dimensions=[dimension_label(name, params) for name in absent],
    )


def _too_few(events: int, n: int, needed: int, horizon: int) -> Message:
    return N_(
        "Of {n:int} customers who could be scored on every dimension, {events:int} bought in the {days:int} days after;"
        " the weights need at least {needed:int} who did and as many who did not.",
        n=n,
        events=events,
        days=horizon,
        needed=needed,
    )
