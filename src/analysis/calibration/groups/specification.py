"""The checks of the models' own assumptions, on answers and purchases drawn from just those models.

The generator of clients is richer than the models, so in its clients the assumptions never hold. Here satisfaction,
controls and accounts are a drawn client's, and the outcomes come from a straight line with even scatter, from an
ordered logit with parallel lines, and from a logit that is straight in satisfaction.
"""

import dataclasses

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit, logit

from analysis.calibration.readings import Reading, read_result
from analysis.data.client import ClientData
from analysis.models.linear import fit_linear
from analysis.models.loyalty_checks import check_heteroskedasticity, check_parallel_lines, check_specification
from analysis.models.loyalty_sample import LoyaltySample, build_loyalty_sample
from analysis.models.parts import Diagnostic
from analysis.models.repurchase_checks import check_linearity
from analysis.models.repurchase_fits import fit_predictors
from analysis.models.repurchase_plan import Plan, plan_repeat_purchase
from analysis.params.model import ClientParams

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"specification": 1.0}
TRUTH = (0, 0)
INTRA = 0.3  # correlation of the outcomes of one account
SLOPE, SCATTER = 0.5, 15.0  # points of loyalty per point of satisfaction, and around the line
ITEM = "recommend"
CUTS = np.linspace(-4.0, 2.0, 10)
SLOPE_LATENT = 0.05  # log odds per point of satisfaction


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    found: dict[str, Reading] = {}
    for check in (*_loyalty(data, params, rng), *_buying(data, params, rng)):
        home = "repurchase_model" if check.key == "linearity" else "loyalty_model"
        found |= read_result(check.to_dict(), f"{home}/diagnostics/{check.key}")
    return found


def _noise(rng: np.random.Generator, accounts: np.ndarray) -> np.ndarray:
    """Return standard normal noise that the answers of one account share in part."""
    own, shared = rng.standard_normal(len(accounts)), rng.standard_normal(int(accounts.max()) + 1)
    return np.asarray(np.sqrt(INTRA) * shared[accounts] + np.sqrt(1 - INTRA) * own)


def _loyalty(data: ClientData, params: ClientParams, rng: np.random.Generator) -> tuple[Diagnostic, ...]:
    survey = data.table("survey")
    satisfaction = survey["satisfaction_index"].fillna(70.0).to_numpy(dtype=float)
    accounts = pd.factorize(survey["account_key"])[0]
    noise = _noise(rng, accounts)
    # logistic for each answer, and alike within an account
    latent = SLOPE_LATENT * (satisfaction - 70.0) + logit(stats.norm.cdf(_noise(rng, accounts)))
    drawn = survey.assign(
        loyalty_index=20.0 + SLOPE * satisfaction + SCATTER * noise,
        **{ITEM: np.searchsorted(CUTS, latent).astype(float)},
    )
    sample = build_loyalty_sample(dataclasses.replace(data, tables={**data.tables, "survey": drawn}), params)
    design, outcome = sample.design(), _outcome(sample)
    fit = fit_linear(outcome, design.matrix, weights=sample.weights, clusters=sample.clusters)
    return (
        check_heteroskedasticity(design, fit),
        check_specification(design, outcome, fit),
        check_parallel_lines(sample, design, params),
    )


def _outcome(sample: LoyaltySample) -> np.ndarray:
    return sample.rows["loyalty_index"].to_numpy(dtype=float)


def _buying(data: ClientData, params: ClientParams, rng: np.random.Generator) -> tuple[Diagnostic, ...]:
    plan = plan_repeat_purchase(data, params)
    if not isinstance(plan, Plan):
        return ()
    design = plan.designs["satisfaction"]
    true = fit_predictors(plan.outcome, design, plan.weights, plan.clusters).fit
    outcome = (rng.random(len(plan.outcome)) < expit(design.matrix @ true.coefficients)).astype(float)
    result = fit_predictors(outcome, design, plan.weights, plan.clusters)
    return (check_linearity(design, result, plan.weights),)
