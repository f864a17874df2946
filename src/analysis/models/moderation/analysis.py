"""For whom satisfaction goes with loyalty, and with buying again, more strongly: one family of tests, and segments."""

from dataclasses import replace

import numpy as np
from statsmodels.stats.multitest import multipletests

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.linear import fit_linear
from analysis.models.loyalty import IDENTICAL, refuse, slope_estimate
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.moderation.buying import buying_interaction
from analysis.models.moderation.linear import loyalty_interaction
from analysis.models.moderation.moderators import customer_moderators, response_moderators
from analysis.models.moderation.result import Interaction, Moderation, Untested
from analysis.models.moderation.segments import segment_slopes
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

ALPHA = 0.05
SHARED_REASONS = (
    ("satisfaction_index", N_("There is no survey answer about satisfaction.")),
    ("loyalty_index", N_("The survey does not ask about loyalty.")),
)


def analyse_moderation(data: ClientData, params: ClientParams) -> Moderation | NotEstimable:
    """Test every moderator the client has, on loyalty and on buying again, and estimate the segments' slopes.

    The family of tests is fixed before any result is seen: all moderators that the data carry, on both responses.

    Returns
    -------
    Moderation or NotEstimable
        The reason is a sentence for the client, that of the loyalty model where the loyalty model has none either.
    """
    for column, reason in SHARED_REASONS:
        if not data.has("survey", column):
            return NotEstimable(reason=reason)
    sample = build_loyalty_sample(data, params)
    against = refuse(sample, params)
    if against is not None:
        few = len(sample.rows) < params.limits.small_cell
        return NotEstimable(reason=against, n=None if few else len(sample.rows))
    outcome = sample.rows["loyalty_index"].to_numpy(dtype=float)
    whole = fit_linear(outcome, sample.design().matrix, weights=sample.weights, clusters=sample.clusters)
    if 1 - whole.r_squared < IDENTICAL:
        return NotEstimable(
            reason=N_("Loyalty follows from satisfaction without any scatter: both seem to be the same question."),
            n=len(outcome),
        )
    found = [loyalty_interaction(item, sample, params) for item in response_moderators(sample, data, params)]
    plan = plan_repeat_purchase(data, params)
    if not isinstance(plan, NotEstimable):
        found += [buying_interaction(item, plan, params) for item in customer_moderators(plan, data, params)]
    tested = adjust([item for item in found if isinstance(item, Interaction)])
    return Moderation(
        n=len(outcome),
        accounts=whole.accounts,
        weighted=bool(np.ptp(whole.weights) > 0),
        slope=slope_estimate(whole),
        interactions=tested,
        tests=len(tested),
        untested=tuple(item for item in found if isinstance(item, Untested)),
        repurchase=plan if isinstance(plan, NotEstimable) else None,
        segments=segment_slopes(sample, data, params),
    )


def adjust(interactions: list[Interaction]) -> tuple[Interaction, ...]:
    """Return the interactions with their p-values adjusted by Benjamini and Hochberg over all of them."""
    if not interactions:
        return ()
    rejected, adjusted, _, _ = multipletests([item.p_value for item in interactions], alpha=ALPHA, method="fdr_bh")
    return tuple(
        replace(item, adjusted_p=float(p), differs=bool(is_rejected))
        for item, p, is_rejected in zip(interactions, adjusted, rejected, strict=True)
    )
