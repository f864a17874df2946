"""One client's data with the models that several propositions share, each fitted when it is first asked for."""

from functools import cached_property

import numpy as np

from analysis.data.client import ClientData
from analysis.models.behaviour.analysis import analyse_behaviour
from analysis.models.behaviour.result import Behaviour
from analysis.models.drivers.analysis import analyse_drivers
from analysis.models.drivers.result import DriverAnalysis
from analysis.models.linear import fit_linear
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.mediation.analysis import MediationAnalysis, analyse_mediation
from analysis.models.moderation.analysis import analyse_moderation
from analysis.models.moderation.result import Moderation
from analysis.models.panel.analysis import analyse_panel
from analysis.models.panel.results import PanelAnalysis
from analysis.models.prediction.analysis import analyse_prediction
from analysis.models.prediction.results import PredictionComparison
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_fits import effect_estimate, fit_predictors
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.models.results import LoyaltyModel, RepurchaseModel
from analysis.models.robustness.analysis import analyse_robustness
from analysis.models.robustness.result import Robustness
from analysis.models.shape.analysis import analyse_shape
from analysis.models.shape.result import LoyaltyShape
from analysis.models.terms import SATISFACTION
from analysis.params.model import ClientParams
from analysis.results import NotEstimable
from analysis.study.verdicts import standard_error


class Workbench:
    """The data and parameters of one client.

    Parameters
    ----------
    data, params
        Of the client; not changed.
    """

    def __init__(self, data: ClientData, params: ClientParams) -> None:
        self.data = data
        self.params = params

    @cached_property
    def loyalty(self) -> LoyaltyModel | NotEstimable:
        """The regression of loyalty on satisfaction."""
        return fit_satisfaction_loyalty(self.data, self.params)

    @cached_property
    def repurchase(self) -> RepurchaseModel | NotEstimable:
        """The regression of buying again."""
        return fit_repeat_purchase(self.data, self.params)

    @cached_property
    def shape(self) -> LoyaltyShape | NotEstimable:
        """The shape of the relation of loyalty and satisfaction."""
        return analyse_shape(self.data, self.params)

    @cached_property
    def moderation(self) -> Moderation | NotEstimable:
        """Whom satisfaction counts more for."""
        return analyse_moderation(self.data, self.params)

    @cached_property
    def behaviour(self) -> Behaviour | NotEstimable:
        """What customers did after they answered, beside what they said."""
        return analyse_behaviour(self.data, self.params)

    @cached_property
    def mediation(self) -> MediationAnalysis | NotEstimable:
        """Buying again through loyalty, and past it."""
        return analyse_mediation(self.data, self.params)

    @cached_property
    def panel(self) -> PanelAnalysis | NotEstimable:
        """The same accounts over the waves."""
        return analyse_panel(self.data, self.params)

    @cached_property
    def prediction(self) -> PredictionComparison | NotEstimable:
        """Which answers predict better."""
        return analyse_prediction(self.data, self.params)

    @cached_property
    def robustness(self) -> Robustness:
        """How far the relations can be trusted."""
        return analyse_robustness(self.data, self.params, self.loyalty, self.repurchase)

    @cached_property
    def drivers(self) -> DriverAnalysis | NotEstimable:
        """What goes with satisfaction itself."""
        return analyse_drivers(self.data, self.params)

    @cached_property
    def buying_design_effect(self) -> float | None:
        """Variance of satisfaction's effect on buying again by groups of companies, over that of single customers."""
        if isinstance(self.repurchase, NotEstimable):
            return None
        plan = plan_repeat_purchase(self.data, self.params)
        if isinstance(plan, NotEstimable):
            return None
        design = plan.designs["satisfaction"]
        column = design.position(SATISFACTION.key)
        grouped, single = (
            effect_estimate(fit_predictors(plan.outcome, design, plan.weights, clusters).fit, column)
            for clusters in (plan.clusters, None)
        )
        return (standard_error(grouped) / standard_error(single)) ** 2

    @cached_property
    def design_effect(self) -> float | None:
        """Variance of the slope of loyalty with answers clustered by account, over that of single answers."""
        if isinstance(self.loyalty, NotEstimable):
            return None
        sample = build_loyalty_sample(self.data, self.params)
        outcome, matrix = sample.rows["loyalty_index"].to_numpy(dtype=float), sample.design().matrix
        by_account = fit_linear(outcome, matrix, weights=sample.weights, clusters=sample.clusters)
        single = fit_linear(outcome, matrix, weights=sample.weights, clusters=np.arange(len(outcome)))
        return float(by_account.covariance[1, 1] / single.covariance[1, 1])
