"""Everything an audit asks about what drives loyalty and repeat purchase, beside the two models themselves."""

from dataclasses import dataclass

from analysis.data.client import ClientData
from analysis.models.behaviour.analysis import analyse_behaviour
from analysis.models.behaviour.result import Behaviour
from analysis.models.bootstrap import model_draws
from analysis.models.drivers.analysis import analyse_drivers
from analysis.models.drivers.result import DriverAnalysis
from analysis.models.imputation.analysis import compare_imputation
from analysis.models.imputation.result import ImputationComparison
from analysis.models.loyalty_result import LoyaltyModel
from analysis.models.mediation.analysis import MediationAnalysis, analyse_mediation
from analysis.models.moderation.analysis import analyse_moderation
from analysis.models.moderation.result import Moderation
from analysis.models.panel.analysis import analyse_panel
from analysis.models.panel.results import PanelAnalysis
from analysis.models.parts import ModelPart
from analysis.models.prediction.analysis import analyse_prediction
from analysis.models.prediction.results import PredictionComparison
from analysis.models.repurchase_result import RepurchaseModel
from analysis.models.robustness.analysis import analyse_robustness
from analysis.models.robustness.result import Robustness
from analysis.models.shape.analysis import analyse_shape
from analysis.models.shape.result import LoyaltyShape
from analysis.models.uplift.analysis import simulate_uplift
from analysis.models.uplift.lifetime import simulate_lifetime_uplift
from analysis.models.uplift.result import LifetimeUplift, UpliftSimulation
from analysis.params.model import ClientParams, Depth
from analysis.results import NotEstimable


@dataclass(frozen=True, kw_only=True)
class Relations(ModelPart):
    """One answer a question, or why there is none.

    Parameters
    ----------
    depth
        How far the models went: ``board`` or ``full``.
    draws
        Bootstrap draws of each analysis.
    drivers
        Which parts of the service go with satisfaction, loyalty, recommendation and buying again.
    shape
        Where along the scale a point of satisfaction buys most.
    behaviour
        How often and how soon customers buy again, and whether they do what they say.
    mediation
        How much of satisfaction's relation with buying again runs through loyalty.
    moderation
        For whom satisfaction counts more.
    robustness, imputation
        Whether other defensible choices, single customers, a third factor or missing answers change the findings.
    panel
        Whether the same customers' changes tell the same.
    prediction
        What predicts best.
    uplift
        What better performance would be worth, if the relations are causal.
    lifetime_uplift
        What it would add to the lifetime value of customers, if the relations are causal.
    """

    depth: Depth
    draws: int
    drivers: DriverAnalysis | NotEstimable
    shape: LoyaltyShape | NotEstimable
    behaviour: Behaviour | NotEstimable
    mediation: MediationAnalysis | NotEstimable
    moderation: Moderation | NotEstimable
    robustness: Robustness
    imputation: ImputationComparison | NotEstimable
    panel: PanelAnalysis | NotEstimable
    prediction: PredictionComparison | NotEstimable
    uplift: UpliftSimulation | NotEstimable
    lifetime_uplift: LifetimeUplift | NotEstimable


def analyse_relations(
    data: ClientData,
    params: ClientParams,
    loyalty: LoyaltyModel | NotEstimable,
    repurchase: RepurchaseModel | NotEstimable,
) -> Relations:
    """Answer every question that the data carry, beside the two models already fitted."""
    return Relations(
        depth=params.depth,
        draws=model_draws(params),
        drivers=analyse_drivers(data, params),
        shape=analyse_shape(data, params),
        behaviour=analyse_behaviour(data, params, repurchase),
        mediation=analyse_mediation(data, params),
        moderation=analyse_moderation(data, params),
        robustness=analyse_robustness(data, params, loyalty, repurchase),
        imputation=compare_imputation(data, params),
        panel=analyse_panel(data, params),
        prediction=analyse_prediction(data, params),
        uplift=simulate_uplift(data, params),
        lifetime_uplift=simulate_lifetime_uplift(data, params),
    )
