"""What the fitted models would find in an endless client: estimands, by simulation of a large population."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.synthetic.accounts import draw_accounts
from analysis.synthetic.answers import LOYALTY_ITEMS, SATISFACTION_ITEMS, Answers, Item, draw_answers
from analysis.synthetic.purchases import Purchases, draw_purchases
from analysis.synthetic.truth import AS_OF, START, WAVES, Language, Truth

# Latent standard deviations that 10 points of the satisfaction index are worth, ceiling aside.
TEN_POINTS = 10 / np.mean([100 * item.spread / (item.high - item.low) for item in SATISFACTION_ITEMS])
BATCHES = 10
BATCH_CUSTOMERS = 20_000
LAST_DAY = (AS_OF - START).days
HORIZON_DAYS = 180
HISTORY_DAYS = 365
CAUSAL_SHIFT = 0.5  # latent standard deviations by which satisfaction is moved to find its causal effect


def index_of(answers: Answers, items: Sequence[Item]) -> np.ndarray:
    """Return the 0-100 index of some items: the mean of the answered ones, each rescaled; NaN where none was."""
    scaled = np.stack([100 * (answers.codes[item.key] - item.low) / (item.high - item.low) for item in items])
    answered = ~np.isnan(scaled)
    count = answered.sum(axis=0)
    total = np.where(answered, scaled, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def respondent_frame(answers: Answers) -> pd.DataFrame:
    """Return one row a completed answer: account, wave, answered (day), satisfaction_index, loyalty_index."""
    done = answers.completed
    frame = pd.DataFrame(
        {
            "account": answers.account,
            "wave": answers.wave,
            "answered": answers.answered,
            "satisfaction_index": index_of(answers, SATISFACTION_ITEMS),
            "loyalty_index": index_of(answers, LOYALTY_ITEMS),
        }
    )
    return frame[done].reset_index(drop=True)


def account_frame(answers: Answers, purchases: Purchases) -> pd.DataFrame:
    """Return one row an account and wave: mean indices, buying before the last answer, and whether it bought again.

    Columns: account, wave, answered (day of the account's last answer), satisfaction_index, loyalty_index, frequency
    (orders in the `HISTORY_DAYS` up to the answer), recency_days (since the last of them, `HISTORY_DAYS` where there
    is none), repurchased (an order within `HORIZON_DAYS` after), is_complete (the horizon ends by `AS_OF`).
    """
    people = respondent_frame(answers)
    frame = people.groupby(["account", "wave"], as_index=False).agg(
        {"answered": "max", "satisfaction_index": "mean", "loyalty_index": "mean"}
    )
    parts = []
    for wave in range(WAVES):
        part = frame[frame["wave"] == wave].copy()
        since = np.full(len(purchases.churn_week), LAST_DAY * 10)
        since[part["account"]] = part["answered"]
        gap = purchases.day - since[purchases.account]
        n = len(since)
        before = (gap <= 0) & (gap > -HISTORY_DAYS)
        after = (gap > 0) & (gap <= HORIZON_DAYS)
        last = np.full(n, -HISTORY_DAYS)
        np.maximum.at(last, purchases.account[before], gap[before])
        part["frequency"] = np.bincount(purchases.account[before], minlength=n)[part["account"]]
        part["recency_days"] = -last[part["account"]]
        part["repurchased"] = np.bincount(purchases.account[after], minlength=n)[part["account"]] > 0
        part["is_complete"] = part["answered"] + HORIZON_DAYS <= LAST_DAY
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def behaviour_frame(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return one row an account: the latest wave whose horizon is complete, of `account_frame`."""
    complete = accounts[accounts["is_complete"]].dropna(subset=["satisfaction_index", "loyalty_index"])
    return complete.sort_values(["account", "wave"]).drop_duplicates("account", keep="last").reset_index(drop=True)


def fit_logit(design: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Return the maximum-likelihood coefficients of a logit by Newton's method (`design` holds its own constant)."""
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-(design @ beta)))
        weight = probability * (1 - probability)
        step = np.linalg.solve((design * weight[:, None]).T @ design, design.T @ (outcome - probability))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            return beta
    raise ArithmeticError("the logit of a simulated population did not converge")


def average_marginal_effect(frame: pd.DataFrame, term: str, controls: Sequence[str]) -> float:
    """Return the average marginal effect of 10 points of `term` on repurchase, in percentage points, of a logit."""
    columns = [term, *controls]
    values = frame[columns].to_numpy(dtype=float)
    centre, spread = values.mean(axis=0), values.std(axis=0)
    design = np.column_stack([np.ones(len(values)), (values - centre) / spread])
    beta = fit_logit(design, frame["repurchased"].to_numpy(dtype=float))
    probability = 1 / (1 + np.exp(-(design @ beta)))
    return float(100 * 10 * beta[1] / spread[0] * np.mean(probability * (1 - probability)))


def slope(frame: pd.DataFrame, outcome: str, predictor: str) -> float:
    """Return the least-squares slope of `outcome` on `predictor`, over rows that hold both."""
    rows = frame[[outcome, predictor]].dropna()
    return float(np.polyfit(rows[predictor], rows[outcome], 1)[0])


def _estimands(truth: Truth, customers: int, seed: int, language: Language) -> dict[str, float]:
    """Return the estimands of one batch."""
    accounts = draw_accounts(truth, customers, seed)
    purchases = draw_purchases(truth, accounts, seed, language)
    answers = draw_answers(truth, accounts, purchases, seed)
    people, by_wave = respondent_frame(answers), account_frame(answers, purchases)
    frame = behaviour_frame(by_wave)
    frame["log_frequency"] = np.log1p(frame["frequency"])
    frame["recency_years"] = frame["recency_days"] / HISTORY_DAYS
    history = ("log_frequency", "recency_years")
    is_key = accounts.is_key[frame["account"]]
    last = WAVES - 1
    # the same draws with every account's satisfaction moved; loyalty and churn follow, answers stay as they were
    moved = replace(
        accounts,
        satisfaction=accounts.satisfaction + CAUSAL_SHIFT,
        loyalty=accounts.loyalty + CAUSAL_SHIFT * truth.effect_satisfaction_on_loyalty,
    )
    after = account_frame(answers, draw_purchases(truth, moved, seed, language))
    both = frame.merge(after[["account", "wave", "repurchased"]], on=["account", "wave"], suffixes=("", "_moved"))
    causal = (both["repurchased_moved"].mean() - both["repurchased"].mean()) / CAUSAL_SHIFT
    return {
        "slope_loyalty_on_satisfaction_respondents": slope(people, "loyalty_index", "satisfaction_index"),
        "slope_loyalty_on_satisfaction_accounts": slope(by_wave, "loyalty_index", "satisfaction_index"),
        "slope_loyalty_on_satisfaction_respondents_last_wave": slope(
            people[people["wave"] == last], "loyalty_index", "satisfaction_index"
        ),
        "ame_satisfaction_on_repurchase_points": average_marginal_effect(frame, "satisfaction_index", ()),
        "ame_satisfaction_on_repurchase_given_history_points": average_marginal_effect(
            frame, "satisfaction_index", history
        ),
        "ame_satisfaction_given_loyalty_and_history_points": average_marginal_effect(
            frame, "satisfaction_index", ("loyalty_index", *history)
        ),
        "ame_loyalty_given_satisfaction_and_history_points": average_marginal_effect(
            frame, "loyalty_index", ("satisfaction_index", *history)
        ),
        "causal_effect_of_10_points_on_repurchase_points": float(100 * causal * TEN_POINTS),
        "repurchase_rate_responding": float(frame["repurchased"].mean()),
        "repurchase_rate_responding_other": float(frame.loc[~is_key, "repurchased"].mean()),
        "satisfaction_index_mean_last_wave": float(people.loc[people["wave"] == last, "satisfaction_index"].mean()),
        "loyalty_index_mean_last_wave": float(people.loc[people["wave"] == last, "loyalty_index"].mean()),
    }


def population_truth(
    truth: Truth, seed: int, *, customers: int = BATCHES * BATCH_CUSTOMERS, language: Language = "en"
) -> dict[str, dict[str, float]]:
    """Return the estimands that the audit's models target, each with its Monte-Carlo standard error.

    Parameters
    ----------
    truth
        The structural parameters.
    seed
        Seed of the population.
    customers
        Size of the population over all `BATCHES` batches; the default, 200,000, takes some seconds.
    language
        The Chinese client's season differs, and with it the rate at which customers buy again.

    Returns
    -------
    dict
        Name -> ``{"value", "std_error"}``. Slopes are points of the loyalty index per point of the satisfaction
        index; effects are percentage points of the probability of an order within 180 days per 10 points of an
        index; rates are from 0 to 1. The standard error is that of the mean over batches.

    Notes
    -----
    The marginal effects describe an association: an unmeasured trait moves both sides, and the answers carry halo
    and noise. ``causal_effect_of_10_points_on_repurchase_points`` is what moving satisfaction would do.
    """
    draws = pd.DataFrame(
        [_estimands(truth, customers // BATCHES, seed * BATCHES + batch, language) for batch in range(BATCHES)]
    )
    names = [str(name) for name in draws.columns]
    error = draws.std(ddof=1) / np.sqrt(BATCHES)
    return {name: {"value": float(draws[name].mean()), "std_error": float(error[name])} for name in names}
