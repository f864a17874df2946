"""What customers did after they answered: how often, how soon, and whether as they had said."""

from typing import Literal

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.behaviour.counts import fit_counts
from analysis.models.behaviour.durations import fit_durations
from analysis.models.behaviour.intention import compare_intention
from analysis.models.behaviour.result import (
    Behaviour,
    BehaviourComparison,
    ComparedModel,
    CountModel,
    DurationModel,
)
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_plan import missing_data
from analysis.models.results import RepurchaseModel, Validation
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

NAMES: dict[str, Message] = {
    "binomial": N_("Whether they buy again"),
    "count": N_("How often they buy"),
    "duration": N_("How soon they buy"),
}


def analyse_behaviour(
    data: ClientData, params: ClientParams, repurchase: RepurchaseModel | NotEstimable | None = None
) -> Behaviour | NotEstimable:
    """Fit how often and how soon customers bought after they answered, and set intention beside behaviour.

    Parameters
    ----------
    data, params
        Of the client.
    repurchase
        The repeat-purchase model where it has been fitted already; it is fitted here otherwise.

    Returns
    -------
    Behaviour or NotEstimable
        Each part may be `NotEstimable` by itself; the whole is where the answers cannot be joined to any orders.
    """
    reason = missing_data(data, params)
    if reason is not None:
        return NotEstimable(reason=reason)
    count, duration = fit_counts(data, params), fit_durations(data, params)
    binomial = fit_repeat_purchase(data, params) if repurchase is None else repurchase
    return Behaviour(
        count=count,
        duration=duration,
        intention=compare_intention(data, params),
        comparison=compare_models(binomial, count, duration),
    )


def compare_models(
    binomial: RepurchaseModel | NotEstimable, count: CountModel | NotEstimable, duration: DurationModel | NotEstimable
) -> BehaviourComparison | NotEstimable:
    """Return the three models side by side; the reason of the first where none could be estimated."""
    if isinstance(binomial, NotEstimable) and isinstance(count, NotEstimable) and isinstance(duration, NotEstimable):
        return binomial
    whether = binomial if isinstance(binomial, NotEstimable) else binomial.satisfaction_effect
    often = count if isinstance(count, NotEstimable) else count.satisfaction_ratio
    soon = duration if isinstance(duration, NotEstimable) else duration.satisfaction_ratio
    return BehaviourComparison(
        models=(
            _compared("binomial", whether, binomial),
            _compared("count", often, count),
            _compared("duration", soon, duration),
        )
    )


def _compared(
    key: Literal["binomial", "count", "duration"],
    effect: Outcome,
    model: RepurchaseModel | CountModel | DurationModel | NotEstimable,
) -> ComparedModel:
    validation: Validation | NotEstimable = model if isinstance(model, NotEstimable) else model.validation
    if isinstance(validation, NotEstimable):
        return ComparedModel(
            key=key, name=NAMES[key], effect=effect, auc_gain=validation, brier_gain=validation, verdict=None, n=model.n
        )
    return ComparedModel(
        key=key,
        name=NAMES[key],
        effect=effect,
        auc_gain=validation.auc_gain,
        brier_gain=validation.brier_gain,
        verdict=validation.verdict,
        n=model.n,
    )
