"""What more satisfaction, whatever brings it about, would be worth, if its relation to buying again is causal."""

import numpy as np

from analysis.data.client import ClientData
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.repurchase_fits import fit_predictors
from analysis.models.repurchase_plan import missing_data, plan_repeat_purchase
from analysis.models.terms import SATISFACTION
from analysis.models.uplift.analysis import gain_outcome, money_outcome, revenue_of_last_year
from analysis.models.uplift.chain import Chain, DriverLink, PurchaseLink, drawn_gains, gains
from analysis.models.uplift.result import DriverGain
from analysis.models.uplift.worth import revenue_worth
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def simulate_satisfaction(data: ClientData, params: ClientParams) -> DriverGain | NotEstimable:
    """Simulate satisfaction -> repeat purchase -> money: the chain of `simulate_uplift` without its first link.

    Returns
    -------
    DriverGain or NotEstimable
        Of `params.uplift_points` more satisfaction, or why there is no link between it and buying again.
    """
    reason = missing_data(data, params)
    if reason is not None:
        return NotEstimable(reason=reason)
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return plan
    names, codes = np.unique(plan.rows["group"].astype(str), return_inverse=True)
    design = plan.designs["satisfaction"]
    logit = fit_predictors(plan.outcome, design, plan.weights, codes).fit
    satisfaction = plan.rows["satisfaction"].to_numpy(dtype=float)
    chain = Chain(
        drivers=DriverLink(effects=np.ones(1), deviations=np.zeros((len(names), 1))),
        purchase=PurchaseLink(
            design=design.matrix,
            coefficients=logit.coefficients,
            deviations=logit.deviations,
            column=design.position(SATISFACTION.key),
        ),
        worth=revenue_worth(plan.rows, data, params),
        levels=satisfaction[:, None],
        satisfaction=satisfaction,
        weights=plan.weights,
        groups=codes,
        group_count=len(names),
    )
    found = gains(chain, params.uplift_points)
    rng = model_generator("uplift satisfaction", params)
    drawn = drawn_gains(chain, params.uplift_points, model_draws(params), rng)
    return DriverGain(
        driver="satisfaction",
        label="",
        performance=float(np.average(satisfaction, weights=plan.weights)),
        satisfaction=gain_outcome(found.satisfaction[0], drawn.satisfaction[:, 0], "index", chain),
        chance=gain_outcome(found.chance[0], drawn.chance[:, 0], "percentage_points", chain),
        share=gain_outcome(found.share[0], drawn.share[:, 0], "proportion", chain),
        money=money_outcome(found, drawn, 0, revenue_of_last_year(data), chain),
        probability_best=1.0,
    )
