"""Each driver's way to loyalty through satisfaction, followed on the respondents of all waves."""

from dataclasses import dataclass

import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.mediation.inputs import Mediator, step_up
from analysis.models.mediation.mediate import mediate
from analysis.models.mediation.result import MediationResult
from analysis.models.mediation.sample import LOYALTY, SATISFACTION, STEP, driver_controls, driver_items, restrict
from analysis.models.parts import ModelPart
from analysis.models.terms import FEWEST_KNOWN
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


@dataclass(frozen=True, kw_only=True)
class DriverChain(ModelPart):
    """One driver's way to loyalty through satisfaction, all other drivers equal."""

    key: str
    label: Message
    answer: MediationResult | NotEstimable


def drive_loyalty(data: ClientData, params: ClientParams) -> tuple[DriverChain, ...] | NotEstimable:
    """Return each driver's way to loyalty through satisfaction, over the responses of all waves; only in depth."""
    if params.depth != "full":
        return NotEstimable(reason=N_("Each driver's way through satisfaction is followed in the full audit only."))
    labels = driver_items(data, params)
    if not labels or params.survey is None:
        return NotEstimable(reason=N_("The survey does not ask about single aspects of the offer."))
    sample = build_loyalty_sample(data, params)
    index = pd.DataFrame(
        {
            key: 100 * (sample.rows[key] - item.scale.min) / (item.scale.max - item.scale.min)
            for key, item in params.survey.items.items()
            if key in labels
        }
    )
    shares = index.notna().mean()
    labels = {key: label for key, label in labels.items() if shares[key] >= FEWEST_KNOWN}
    known = index[list(labels)].notna().all(axis=1).to_numpy()
    if not labels or not known.any():
        return NotEstimable(reason=N_("Too few answers rate the single aspects of the offer."))
    controls = [restrict(control, known) for control in sample.controls]
    rated = index[known]
    chains = []
    for key, label in labels.items():
        answer = mediate(
            sample.rows.loc[known, "loyalty_index"],
            "linear",
            step_up(label, rated[key], STEP),
            [Mediator(key="satisfaction", label=SATISFACTION, values=sample.satisfaction[known])],
            [*controls, *driver_controls(rated, labels, key)],
            weights=sample.weights[known],
            clusters=sample.clusters[known],
            outcome_label=LOYALTY,
            limits=params.limits,
            draws=model_draws(params),
            rng=model_generator(f"mediation-driver-{key}", params),
        )
        chains.append(DriverChain(key=key, label=label, answer=answer))
    return tuple(chains)
