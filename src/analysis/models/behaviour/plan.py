"""Which rows and predictors the count and the duration model can carry, decided before any effect is seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.predicting import predicting_designs
from analysis.models.repurchase_plan import behaviour_controls, eligible_rows, optional_controls
from analysis.models.repurchase_sample import RepurchaseSample
from analysis.models.results import PredictorSet
from analysis.models.terms import (
    LOYALTY,
    SATISFACTION,
    Control,
    Design,
    build_design,
    categorical_control,
    is_redundant,
)
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


@dataclass(frozen=True, kw_only=True)
class BehaviourPlan:
    """Rows and the designs of the predictor sets, all with the same rows.

    `designs` and `predicting` (what is compared on held-out customers: past buying alone, and with the answers) have an
    intercept in their first column; `clusters` are groups of companies; `missing` rows were left out
    for something unknown; `loyalty_reason` says why there is no set with loyalty, where there is none.
    """

    rows: pd.DataFrame
    weights: Floats
    clusters: Codes
    designs: dict[PredictorSet, Design]
    predicting: dict[PredictorSet, Design]
    missing: int
    loyalty_reason: Message
    notes: tuple[Message, ...]

    @property
    def weighted(self) -> bool:
        """Return whether the rows weigh differently."""
        return bool(np.ptp(self.weights) > 0)

    @property
    def customers(self) -> int:
        """Return how many customers the rows are of."""
        return int(self.rows["customer_id"].nunique())

    @property
    def full_key(self) -> PredictorSet:
        """Return the largest set of predictors."""
        return "satisfaction_loyalty" if "satisfaction_loyalty" in self.designs else "satisfaction"


def plan_behaviour(rows: pd.DataFrame, params: ClientParams, *, clock: bool) -> BehaviourPlan | NotEstimable:
    """Return what can be fitted, or why nothing can.

    Parameters
    ----------
    rows
        As from `samples.count_rows` or `samples.period_rows`; ``event`` is what there must be enough of: at least
        `limits.events_per_parameter` a parameter. Where there are not, segment, then tenure (then the wave, where rows
        of several are pooled), then loyalty are left out, in this order, whatever their effects.
    params
        Of the client.
    clock
        Whether time since the last order is the model's clock; recency is then no predictor besides.
    """
    if len(rows) and not (rows["weight"] > 0).all():
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(rows))
    total = len(rows)
    if total:
        sample = RepurchaseSample(rows=rows, responding=total, censored=0)
        rows, _, with_loyalty = eligible_rows(sample, params)
    refusal = refuse_rows(rows, params)
    if refusal is not None:
        return refusal
    behaviour = [control for control in behaviour_controls(rows) if not (clock and control.terms[0].key == "recency")]
    satisfaction, loyalty = (rows[name].to_numpy(dtype=float) / 10 for name in ("satisfaction", "loyalty"))
    loyalty_reason = N_("Loyalty was not asked of enough of these customers.")
    if with_loyalty and is_redundant(loyalty, [np.ones(len(rows)), satisfaction]):
        with_loyalty, loyalty_reason = False, N_("Loyalty does not vary apart from satisfaction in these answers.")
    events = int(rows["event"].sum())
    waves = _wave_control(rows, params) if clock else ()
    chosen = fitting_controls(rows, behaviour, events, params, focal=2 if with_loyalty else 1, first=waves)
    if chosen is None and with_loyalty:
        with_loyalty, loyalty_reason = False, _too_few(rows, params, len(behaviour) + 2)
        chosen = fitting_controls(rows, behaviour, events, params, focal=1, first=waves)
    if chosen is None:
        reason = _too_few(rows, params, len(behaviour) + 1)
        return NotEstimable(reason=reason, n=int(rows["customer_id"].nunique()))
    controls, notes = chosen
    designs: dict[PredictorSet, Design] = {
        "baseline": build_design(len(rows), [], controls),
        "satisfaction": build_design(len(rows), [(SATISFACTION, satisfaction)], controls),
    }
    focal = [(SATISFACTION, satisfaction), *([(LOYALTY, loyalty)] if with_loyalty else [])]
    if with_loyalty:
        designs["satisfaction_loyalty"] = build_design(len(rows), focal, controls)
    return BehaviourPlan(
        rows=rows, weights=checked_weights(rows["weight"].to_numpy(dtype=float), len(rows)),
        clusters=cluster_codes(rows["group"], len(rows)), designs=designs,
        predicting=predicting_designs(len(rows), focal, behaviour), missing=total - len(rows),
        loyalty_reason=loyalty_reason, notes=notes,
    )  # fmt: skip


def fitting_controls(
    rows: pd.DataFrame,
    behaviour: list[Control],
    events: int,
    params: ClientParams,
    *,
    focal: int,
    first: Sequence[Control] = (),
) -> tuple[list[Control], tuple[Message, ...]] | None:
    """Return the controls that `events` carry beside `focal` predictors, with a note for each that was left out.

    Segment, then tenure, then those of `first` give way; None where `behaviour` alone is more than the events carry.
    """
    optional, limit = [*first, *optional_controls(rows, params)], params.limits.events_per_parameter
    notes: list[Message] = []
    while sum(len(control.terms) for control in [*behaviour, *optional]) + focal > events / limit:
        if not optional:
            return None
        notes.append(
            N_("{control:message} was left out, to keep enough customers per predictor.", control=optional.pop().name)
        )
    return [*behaviour, *optional], tuple(notes)


def _wave_control(rows: pd.DataFrame, params: ClientParams) -> tuple[Control, ...]:
    """Return the wave as a control: satisfaction and the season's buying both move from wave to wave."""
    customers = cluster_codes(rows["customer_id"], len(rows))
    control = categorical_control(N_("Wave"), "wave", rows["wave"], customers, params.limits.min_clusters)
    return (control,) if control.terms else ()


def _too_few(rows: pd.DataFrame, params: ClientParams, predictors: int) -> Message:
    return N_(
        "Only {events:int} orders followed the answers of {n:int} customers; the model needs at least {needed:int} to "
        "tell what they go with.",
        events=int(rows["event"].sum()),
        n=int(rows["customer_id"].nunique()),
        needed=int(np.ceil(params.limits.events_per_parameter * predictors)),
    )


def refuse_rows(rows: pd.DataFrame, params: ClientParams) -> NotEstimable | None:
    """Return why these rows carry no model at all, or None."""
    n = int(rows["customer_id"].nunique()) if len(rows) else 0
    if n < params.limits.small_cell:
        least = params.limits.small_cell
        return NotEstimable(
            reason=N_("Fewer than {least:int} customers answered and could be followed afterwards.", least=least)
        )
    if n < params.limits.min_n:
        return NotEstimable(
            reason=N_(
                "Only {n:int} customers answered and could be followed afterwards; at least {least:int} are needed.",
                n=n,
                least=params.limits.min_n,
            ),
            n=n,
        )
    if not rows["event"].any():
        return NotEstimable(reason=N_("Nobody ordered after answering (customers: {n:int}).", n=n), n=n)
    groups = rows["group"].nunique()
    if groups < params.limits.min_clusters:
        reason = N_(
            "The customers belong to {groups:int} groups of companies; an interval needs at least {least:int}.",
            groups=groups,
            least=params.limits.min_clusters,
        )
        return NotEstimable(reason=reason, n=n)
    return refuse_constant(rows)


def refuse_constant(rows: pd.DataFrame) -> NotEstimable | None:
    """Return the refusal where (nearly) all customers gave the same satisfaction, else None."""
    codes = cluster_codes(rows["customer_id"], len(rows))
    n = int(codes.max()) + 1
    different = differing_accounts(rows["satisfaction"].to_numpy(dtype=float), codes)
    if different == 0:
        return NotEstimable(reason=N_("All these customers gave the same satisfaction."), n=n)
    if different < FEWEST_DIFFERING:
        reason = N_("All but a few of {n:int} customers gave the same satisfaction.", n=n)
        return NotEstimable(reason=reason, n=n)
    return None
