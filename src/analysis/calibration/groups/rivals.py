"""Vuong's test of two models that are equally far from the truth: in no drawn client are there two such.

Two rivals of the same quality are drawn anew for the customers of a client, and the outcome follows both alike.
Customers, accounts and groups of companies are the drawn client's.
"""

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.calibration.readings import Reading, read_result
from analysis.data.client import ClientData
from analysis.models.binomial import fit_binomial
from analysis.models.prediction.vuong import Density, binomial_density, normal_density, vuong_test
from analysis.params.model import ClientParams

TABLES = ("customers", "survey", "transactions", "rates")
CELLS = {"specification": 1.0}
TRUTH = (0, 0)
EFFECT = 0.6  # of each rival, in log odds and in standard deviations of the noise
SHARED = 0.5  # of the rivals' variance, the same in the answers of one account


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    accounts = pd.factorize(data.table("survey")["account_key"])[0]
    rivals = [_of_accounts(rng, accounts) for _ in range(2)]
    signal = EFFECT * (rivals[0] + rivals[1])
    number = signal + _of_accounts(rng, accounts)
    bought = (rng.random(len(accounts)) < expit(signal)).astype(float)
    weights = np.ones(len(accounts))
    designs = [np.column_stack([weights, rival]) for rival in rivals]
    tests = {
        "repurchase": [_binomial(bought, design, weights, accounts) for design in designs],
        "purchases": [normal_density(number, design, weights) for design in designs],
    }
    found: dict[str, Reading] = {}
    for outcome, (first, second) in tests.items():
        test = vuong_test(("one", first), ("other", second), weights, accounts, rng)
        found |= read_result(test.to_dict(), f"relations/prediction/nps/{outcome}/vuong")
    return found


def _of_accounts(rng: np.random.Generator, accounts: np.ndarray) -> np.ndarray:
    own, shared = rng.standard_normal(len(accounts)), rng.standard_normal(int(accounts.max()) + 1)
    return np.asarray(np.sqrt(SHARED) * shared[accounts] + np.sqrt(1 - SHARED) * own)


def _binomial(outcome: np.ndarray, design: np.ndarray, weights: np.ndarray, accounts: np.ndarray) -> Density:
    fit = fit_binomial(outcome, design, weights=weights, clusters=accounts)
    return binomial_density(outcome, design, fit.fitted, weights)
