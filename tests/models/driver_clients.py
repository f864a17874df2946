"""Clients with driver questions whose true weights are known, for the tests of the driver analysis."""

import numpy as np
import pandas as pd
from model_clients import client_of, make_client, make_params

WEIGHTS = {"speed": 0.5, "price": 0.3, "portal": 0.1, "bills": 0.0}


def driver_params(drivers=tuple(WEIGHTS), **changes):
    items = {
        "overall": {"role": "satisfaction", "scale": {"min": 1, "max": 10}},
        "recommend": {"role": "recommendation", "scale": {"min": 0, "max": 10}},
    }
    for key in drivers:
        items[key] = {
            "role": "driver", "label": {"en": key.title(), "zh": f"题目{key}"}, "scale": {"min": 1, "max": 10},
        }  # fmt: skip
    survey = {"items": items, "confidentiality": "attributed"} | changes.pop("survey", {})
    return make_params(survey=survey, bootstrap_draws=changes.pop("draws", 100), **changes)


def driver_client(*, accounts=150, seed=3, effects=None, extra=0, noise=6.0, **changes):
    """Draw answers on 1-10; satisfaction is 100/9 times the weighted sum of them, plus account and answer noise."""
    effects = WEIGHTS if effects is None else effects
    base = make_client(accounts=accounts, seed=seed, **changes)
    survey = base.table("survey")
    rng = np.random.default_rng(seed + 1000)
    account = pd.factorize(survey["customer_id"])[0]
    n = len(survey)
    keys = [*effects, *(f"extra{j}" for j in range(extra))]
    mood = rng.normal(size=accounts)[account]
    answers = {
        key: np.clip(np.round(6.5 + 0.8 * mood + rng.normal(size=accounts)[account] + rng.normal(size=n)), 1, 10)
        for key in keys
    }
    satisfaction = 10 + sum(
        weight * 100 / 9 * (answers[key] - 1) for key, weight in effects.items()
    )  # fmt: skip
    satisfaction = satisfaction + noise * rng.normal(size=accounts)[account] + noise * rng.normal(size=n)
    loyalty = satisfaction + 12 * rng.normal(size=n)
    survey = survey.assign(
        **answers, satisfaction_index=satisfaction, loyalty_index=loyalty,
        recommend=np.clip(np.round(loyalty / 9), 0, 10),
    )  # fmt: skip
    return client_of(survey, base.table("transactions"), base.customers)


def with_survey(data, survey=None, **columns):
    """Return the client with another survey, or other columns of it."""
    frame = data.table("survey") if survey is None else survey
    return client_of(frame.assign(**columns), data.table("transactions"), data.customers)
