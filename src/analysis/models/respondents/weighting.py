"""Raking weights of those who answered a wave: where they begin, which shares they meet, and what they cost."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.messages import N_
from analysis.models.clustering import Floats
from analysis.models.loyalty_sample import survey_weights
from analysis.models.respondents.base import LABELS, Base, Groups
from analysis.models.respondents.raking import CAP, design_effect, rake
from analysis.models.respondents.result import Raking
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

FEW_ROUNDS = 60
"""Rounds within which shares must be met; near-contradictions take hundreds."""
BAD_WEIGHTS = N_("Some survey weights are missing or not above zero.")


def start_weights(answers: pd.DataFrame, customers: pd.Index, params: ClientParams) -> Floats | NotEstimable:
    """Return each responding customer's mean survey weight, or why raking cannot begin with them."""
    weights = survey_weights(answers, params)
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return NotEstimable(reason=BAD_WEIGHTS)
    place = customers.get_indexer(pd.Index(answers["customer_id"].astype(str)))
    count = np.bincount(place, minlength=len(customers))
    return np.asarray(np.bincount(place, weights, len(customers)) / np.maximum(count, 1), dtype=np.float64)


def choose_margins(base: Base, start: Floats) -> tuple[tuple[Groups, ...], tuple[Groups, ...]]:
    """Return the margins that weights can meet together, and those left out.

    Two characteristics that divide those who answered in nearly the same way (revenue and number of orders, say) but
    not all customers cannot both be met. Margins are added one by one, groups first; one that cannot be met with those
    before it, or only in more than `FEW_ROUNDS` rounds, is left out.
    """
    used: tuple[Groups, ...] = ()
    left: tuple[Groups, ...] = ()
    everyone = np.ones((1, base.n))
    for margin in base.margins():
        tried = (*used, margin)
        raked = rake(start[None, :], _codes(tried, base), _shares(tried, everyone), most_rounds=FEW_ROUNDS)
        used, left = (tried, left) if bool(raked.converged[0]) else (used, (*left, margin))
    return used, left


def rake_base(base: Base, start: Floats) -> tuple[Raking, Floats, tuple[Groups, ...]] | NotEstimable:
    """Return the raking, the weight of each customer who answered (mean 1) and the margins; or why there are none."""
    margins, left = choose_margins(base, start)
    if not margins:
        reason = N_("Nothing is known of both those who answered and all customers.")
        if left:
            reason = N_(
                "No weights bring those who answered to the shares of all customers: too few of some kind answered."
            )
        return NotEstimable(reason=reason, n=len(start))
    raked = rake(start[None, :], _codes(margins, base), _shares(margins, np.ones((1, base.n))))
    weights = raked.weights[0]
    effect = design_effect(weights)
    found = Raking(
        margins=tuple(LABELS[margin.key] for margin in margins),
        left_out=tuple(LABELS[margin.key] for margin in left),
        iterations=raked.rounds,
        cap=CAP,
        trimmed=int(raked.trimmed[0]),
        largest=float(weights.max()),
        smallest=float(weights.min()),
        largest_gap=float(raked.gap[0]),
        design_effect=effect,
        effective_n=len(weights) / effect,
    )
    return found, weights, margins


def _codes(margins: tuple[Groups, ...], base: Base) -> list[NDArray[np.int64]]:
    return [margin.codes[base.answered] for margin in margins]


def _shares(margins: tuple[Groups, ...], counts: Floats) -> list[Floats]:
    """Return the base's shares in each draw, `counts` being how often each customer of the base is taken."""
    total = counts.sum(axis=1, keepdims=True)
    return [counts @ np.equal.outer(margin.codes, np.arange(len(margin.names))) / total for margin in margins]


def margin_design(base: Base, margins: tuple[Groups, ...]) -> Floats:
    """Return the intercept and an indicator of every group but the first of each margin, shape (customers, columns)."""
    columns = [np.ones(base.n)]
    for margin in margins:
        columns += [(margin.codes == code).astype(float) for code in range(1, len(margin.names))]
    return np.column_stack(columns)
