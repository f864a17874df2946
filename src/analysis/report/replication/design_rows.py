"""The exact rows and columns of the two main regressions, so that they can be fitted again with any software."""

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.loyalty_ordered import as_categories, main_item
from analysis.models.loyalty_sample import build_loyalty_sample
from analysis.models.repurchase import fit_repeat_purchase
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.models.results import OrderedLogitResult
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


def loyalty_rows(data: ClientData, params: ClientParams) -> pd.DataFrame | None:
    """Return the responses of the regression of loyalty, or None where there is none.

    Returns
    -------
    pandas.DataFrame or None
        ``account, weight, loyalty_index, ordered_answer`` (category from 0, empty where not answered; absent where
        there is no ordered logit) and the columns of the design by name.
    """
    model = fit_satisfaction_loyalty(data, params)
    if isinstance(model, NotEstimable):
        return None
    sample = build_loyalty_sample(data, params)
    frame = pd.DataFrame(
        {
            "account": sample.rows["account_key"].astype(str),
            "weight": sample.weights,
            "loyalty_index": sample.rows["loyalty_index"],
        }
    )
    item = main_item(sample, params)
    if item is not None and isinstance(model.ordered, OrderedLogitResult):
        answers = as_categories(sample.rows, *item)
        category = np.full(len(frame), np.nan)
        category[answers.rows] = answers.category
        frame["ordered_answer"] = category
    design = sample.design()
    return frame.assign(**{term.key: design.matrix[:, j] for j, term in enumerate(design.terms)})


def repurchase_rows(data: ClientData, params: ClientParams) -> pd.DataFrame | None:
    """Return the customers of the regressions of buying again; None where there is none, or not by maximum likelihood.

    Returns
    -------
    pandas.DataFrame or None
        ``group, weight, bought`` and the columns of the widest design by name.
    """
    model = fit_repeat_purchase(data, params)
    if isinstance(model, NotEstimable) or any(fit.estimator != "ml" for fit in model.fits):
        return None
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return None
    design = plan.designs.get("satisfaction_loyalty", plan.designs["satisfaction"])
    groups = plan.rows["group"].astype(str)
    frame = pd.DataFrame({"group": groups, "weight": plan.weights, "bought": plan.outcome})
    return frame.assign(**{term.key: design.matrix[:, j] for j, term in enumerate(design.terms)})
