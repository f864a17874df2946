"""What the open opportunities are worth: chance times amount, with the uncertainty of the chances.

The model of winning scores them only where it has been better than the share won on opportunities held back. Otherwise
the share won does: that of the decided opportunities which had entered the last stage that an open one has entered,
where enough of them are decided, else of all decided ones.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.clustering import Floats, critical_value, sum_by_cluster
from analysis.models.lifecycle.groups import customer_names, share_of
from analysis.models.lifecycle.opportunities import WON, EnteredStages, Opportunities
from analysis.models.lifecycle.win_model import Fitted
from analysis.models.parts import ModelPart
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

SHOWN = 20
"""Open opportunities that are listed, those worth most first."""
ScoredBy = Literal["model", "stage_rate", "base_rate"]


@dataclass(frozen=True, kw_only=True)
class OpenOpportunity(ModelPart):
    """An open opportunity: its ids, age in days, amount, chance to be won (0 to 1) and what it is worth on average.

    `name` is the customer's, its id where it has none.
    """

    opportunity: str
    customer: str
    name: str
    stage: str | None
    days: int
    amount: float
    chance: Outcome
    expected: float


@dataclass(frozen=True, kw_only=True)
class Pipeline(ModelPart):
    """What the open opportunities are worth.

    Parameters
    ----------
    scored_by
        ``model``, ``stage_rate`` (share won by the last stage entered) or ``base_rate`` (share won of all decided).
    open_count, amount
        Open opportunities with an amount, and the sum of their amounts.
    expected
        Sum of chance times amount: the mean of what they would bring, with the uncertainty of the chances alone.
    opportunities
        The `SHOWN` that are worth most.
    """

    scored_by: ScoredBy
    open_count: int
    amount: float
    expected: Outcome
    opportunities: tuple[OpenOpportunity, ...]


def value_pipeline(
    found: Opportunities, fitted: Fitted | None, stages: EnteredStages | None, data: ClientData, params: ClientParams
) -> Pipeline | NotEstimable:
    """Return what the open opportunities are worth, scored by the model where one is given, else by shares won."""
    rows = ~found.decided & np.isfinite(found.amount) & (found.amount > 0)
    if not rows.any():
        return NotEstimable(reason=N_("There is no open opportunity with an amount."), n=int((~found.decided).sum()))
    amount = found.amount[rows]
    scored_by: ScoredBy = "model"
    if fitted is not None:
        expected, chances = _by_model(fitted, rows, amount)
    else:
        won_of = _reference_sets(found, rows, stages, params)
        scored_by = "stage_rate" if len(won_of) > 1 else "base_rate"
        rates = _by_shares(found, won_of, amount, params)
        if isinstance(rates, NotEstimable):
            return rates
        expected, chances = rates
    worth = np.array([chance.value if isinstance(chance, Estimate) else 0.0 for chance in chances]) * amount
    return Pipeline(
        scored_by=scored_by,
        open_count=int(rows.sum()),
        amount=float(amount.sum()),
        expected=expected,
        opportunities=_listed(found, rows, chances, worth, data),
    )


def _listed(
    found: Opportunities, rows: np.ndarray, chances: list[Outcome], worth: Floats, data: ClientData
) -> tuple[OpenOpportunity, ...]:
    frame, age, amount = found.frame[rows], found.days[rows], found.amount[rows]
    names = customer_names(pd.Index(frame["customer_id"]), data)
    return tuple(
        OpenOpportunity(
            opportunity=str(frame["opportunity_id"].iloc[place]),
            customer=str(frame["customer_id"].iloc[place]),
            name=names[place],
            stage=_text(frame["stage"].iloc[place]) if "stage" in frame else None,
            days=round(float(age[place])),
            amount=float(amount[place]),
            chance=chances[place],
            expected=float(worth[place]),
        )
        for place in (int(each) for each in np.argsort(-worth, kind="stable")[:SHOWN])
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _reference_sets(
    found: Opportunities, rows: np.ndarray, stages: EnteredStages | None, params: ClientParams
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pairs of masks: decided opportunities, and the open ones (of `rows`) whose chance is their share won."""
    last = np.full(int(rows.sum()), -1)
    sets: list[tuple[np.ndarray, np.ndarray]] = []
    if stages is not None:
        for column in range(len(stages.names)):
            decided = stages.entered[:, column] & found.decided
            if decided.sum() >= params.limits.min_n:
                last = np.where(stages.entered[rows, column], column, last)
        for column in np.unique(last[last >= 0]):
            sets.append((stages.entered[:, column] & found.decided, last == column))
    if (last < 0).any():
        sets.append((found.decided, last < 0))
    return sets


def _by_shares(
    found: Opportunities, sets: list[tuple[np.ndarray, np.ndarray]], amount: Floats, params: ClientParams
) -> tuple[Estimate, list[Outcome]] | NotEstimable:
    """Return the expected value from shares won, linearised and clustered, and the share of each open opportunity."""
    won = (found.outcome == WON).astype(float)
    chances: list[Outcome] = [NotEstimable(reason=N_("There are no observations."))] * len(amount)
    moved, value = np.zeros(len(won)), 0.0
    for decided, members in sets:
        rate = share_of(won[decided], found.groups[decided], params)
        if isinstance(rate, NotEstimable):
            return rate
        total = float(amount[members].sum())
        value += total * rate.value
        moved[decided] += total * (won[decided] - rate.value) / decided.sum()
        chances = [rate if inside else chance for inside, chance in zip(members, chances, strict=True)]
    if len(sets) == 1 and isinstance(chances[0], Estimate):
        rate, total = chances[0], float(amount.sum())
        low, high, clusters, method = rate.low * total, rate.high * total, rate.clusters, rate.method
    else:
        used = np.any([decided for decided, _ in sets], axis=0)
        _, codes = np.unique(found.groups[used], return_inverse=True)
        by_group = sum_by_cluster(moved[used], codes)
        clusters, method = len(by_group), "cluster-t"
        error = float(np.sqrt((by_group**2).sum() * clusters / (clusters - 1)))
        margin = critical_value(clusters) * error
        low, high = max(value - margin, 0.0), min(value + margin, float(amount.sum()))
    expected = Estimate(
        value=value, low=min(low, value), high=max(high, value), n=len(amount), method=method, unit="money",
        clusters=clusters,
    )  # fmt: skip
    return expected, chances


def _by_model(fitted: Fitted, rows: np.ndarray, amount: Floats) -> tuple[Estimate, list[Outcome]]:
    """Return the expected value with the uncertainty of the coefficients, and each opportunity's chance."""
    fit, design = fitted.logit, fitted.matrix[rows]
    linear = design @ fit.coefficients
    chance = expit(linear)
    quantile = critical_value(fit.accounts)
    gradient = (amount * chance * (1 - chance)) @ design
    error = float(np.sqrt(gradient @ fit.covariance @ gradient))
    value, total = float(amount @ chance), float(amount.sum())
    expected = Estimate(
        value=value, low=max(value - quantile * error, 0.0), high=min(value + quantile * error, total),
        n=len(amount), method="delta-cr3-t", unit="money", std_error=error, clusters=fit.accounts,
    )  # fmt: skip
    return expected, list(model_chances(fitted, rows))


def model_chances(fitted: Fitted, rows: np.ndarray) -> list[Estimate]:
    """Return the chance that a model gives to each of some rows of its design, with the coefficients' uncertainty."""
    fit, design = fitted.logit, fitted.matrix[rows]
    linear = design @ fit.coefficients
    margins = critical_value(fit.accounts) * np.sqrt(np.einsum("ij,jk,ik->i", design, fit.covariance, design))
    return [
        Estimate(
            value=float(p), low=float(min(expit(eta - margin), p)), high=float(max(expit(eta + margin), p)),
            n=len(fit.outcome), method="delta-cr3-t", unit="proportion", clusters=fit.accounts,
        )
        for p, eta, margin in zip(expit(linear), linear, margins, strict=True)
    ]  # fmt: skip
