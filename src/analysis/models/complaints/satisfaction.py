"""Satisfaction before and after a complaint, beside customers who had none to make over the same waves."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.data.small_waves import answers_are_protected
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.indicators.ledger import to_days
from analysis.indicators.observations import withheld
from analysis.indicators.samples import Codes, Floats
from analysis.messages import N_
from analysis.models.clustering import estimate_from_error
from analysis.models.complaints.cases import complaints_of, customers_behind
from analysis.models.complaints.result import SatisfactionAround
from analysis.models.linear import fit_linear
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

CHANGE = Measure(kind="mean", unit="index", bounds=(-100.0, 100.0))


def measure_satisfaction(
    frame: pd.DataFrame, data: ClientData, params: ClientParams
) -> SatisfactionAround | NotEstimable:
    """Return how satisfaction changed between two waves of a customer with and without a complaint between them.

    Waves are neighbours for a customer where it answered both and none between. Where the answers are protected,
    nothing is said about fewer respondents than the small-cell rule allows.
    """
    found = complaints_of(frame)
    if isinstance(found, NotEstimable):
        return found
    if not data.has("survey", "satisfaction_index", "customer_id"):
        return NotEstimable(reason=N_("No survey answer about satisfaction names its customer."))
    answers = data.table("survey")
    answers = answers[answers["customer_id"].notna() & answers["satisfaction_index"].notna()]
    weight = answers["weight"] if "weight" in answers else pd.Series(1.0, index=answers.index)
    if not ((weight > 0) & np.isfinite(weight)).all():
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(answers))
    pairs, unpaired = _pairs(answers.assign(weight=weight), found)
    if not len(pairs):
        return NotEstimable(reason=N_("No customer answered in two waves."), n=0)
    change = pairs["change"].to_numpy(dtype=np.float64)
    complained = pairs["complained"].to_numpy(dtype=bool)
    who = pd.factorize(pairs["customer_id"])[0].astype(np.int64)
    if _too_small(pairs, complained, unpaired, params):
        hidden = withheld()
        return SatisfactionAround(
            complained=None, others=None, change_complained=hidden, change_others=hidden, difference=hidden
        )
    return SatisfactionAround(
        complained=int(complained.sum()),
        others=int((~complained).sum()),
        change_complained=_change(change[complained], who[complained], params),
        change_others=_change(change[~complained], who[~complained], params),
        difference=_difference(change, complained, who, pairs["step"].to_numpy(), params),
    )


def _pairs(answers: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return one row a customer and two neighbouring waves: the change, and whether it complained in between.

    Besides, how many people answered a wave without their customer's answering another.
    """
    answers = answers.assign(weighted=answers["satisfaction_index"] * answers["weight"])
    by = answers.groupby(["customer_id", "wave_order"], sort=True)
    waves = by.agg(
        weighted=("weighted", "sum"), weight=("weight", "sum"), first=("responded_on", "min"),
        last=("responded_on", "max"), people=("respondent_key", "nunique"),
    ).reset_index()  # fmt: skip
    waves["score"] = waves["weighted"] / waves["weight"]
    following = waves.shift(-1)
    same = waves["customer_id"].eq(following["customer_id"])
    pairs = pd.DataFrame(
        {
            "customer_id": waves["customer_id"],
            "step": waves["wave_order"].astype(str) + ">" + following["wave_order"].astype(str),
            "change": following["score"] - waves["score"],
            "after": waves["last"],
            "before": following["first"],
            "people": np.minimum(waves["people"], following["people"]),
        }
    )[same.to_numpy(dtype=bool)].reset_index(drop=True)
    pairs["complained"] = _between(pairs, found)
    once = waves.groupby("customer_id")["wave_order"].transform("size") == 1
    return pairs, int(waves.loc[once, "people"].sum())


def _between(pairs: pd.DataFrame, found: pd.DataFrame) -> "np.ndarray":
    """Return whether a complaint of the customer came in after the last answer of one wave and before the next."""
    ids = pd.Index(pairs["customer_id"].unique())
    position = ids.get_indexer(pd.Index(customers_behind(found)))
    day = to_days(found["received_on"])[position >= 0]
    base = int(day.min()) if len(day) else 0
    after, before = to_days(pairs["after"]) - base, to_days(pairs["before"]) - base
    span = int(max(day.max(initial=0) - base, after.max(initial=0), before.max(initial=0))) + 2
    key = np.sort(position[position >= 0] * span + day - base)
    own = ids.get_indexer(pd.Index(pairs["customer_id"])) * span
    start = np.searchsorted(key, own + np.clip(after, -1, span - 1), side="right")
    end = np.searchsorted(key, own + np.clip(before, 0, span - 1), side="left")
    return np.asarray(end > start)


def _too_small(pairs: pd.DataFrame, complained: "np.ndarray", unpaired: int, params: ClientParams) -> bool:
    """Return whether either group, or those in neither, are fewer than may be spoken of.

    The changes of both groups add up to the change of the waves' sums but for those who answered once.
    """
    if not answers_are_protected(params):
        return False
    people = pairs["people"].to_numpy(dtype=np.float64)
    sizes = [*(float(people[mask].sum()) for mask in (complained, ~complained)), float(unpaired)]
    return any(0 < size < params.limits.small_cell for size in sizes)


def _change(change: Floats, who: Codes, params: ClientParams) -> Outcome:
    sample = Sample(
        values=change, weights=np.ones(len(change)), clusters=who, units=np.arange(len(change), dtype=np.int64)
    )
    return estimate(sample, CHANGE, min_clusters=params.limits.min_clusters)


def _difference(
    change: Floats, complained: "np.ndarray", who: Codes, step: "np.ndarray", params: ClientParams
) -> Outcome:
    """Return the difference of the changes within the same pair of waves, clustered by customer."""
    least = params.limits.min_clusters
    fewer = min(len(np.unique(who[complained])), len(np.unique(who[~complained])))
    if fewer < least:
        reason = N_("Too few customers answered before and after a complaint: {n:int}.", n=int(complained.sum()))
        return NotEstimable(reason=reason, n=int(complained.sum()))
    codes, levels = pd.factorize(step, sort=True)
    design = np.column_stack([complained.astype(np.float64), np.eye(len(levels))[codes]])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        reason = N_("In no pair of waves are there customers with and without a complaint between them.")
        return NotEstimable(reason=reason, n=len(change))
    fit = fit_linear(change, design, clusters=who)
    error = float(np.sqrt(fit.covariance[0, 0]))
    return estimate_from_error(
        float(fit.coefficients[0]), error, clusters=fit.accounts, unit="index", n=len(change), method="cr3-t"
    )
