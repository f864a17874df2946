"""What the fitted models would find in an endless client: estimands, by simulation of a large population."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.synthetic.accounts import Accounts, draw_accounts
from analysis.synthetic.answers import LOYALTY_ITEMS, SATISFACTION_ITEMS, Answers, Item, draw_answers
from analysis.synthetic.purchases import Purchases, draw_purchases
from analysis.synthetic.truth import AS_OF, START, WAVES, Language, Truth

# Latent standard deviations that 10 points of the satisfaction index are worth, ceiling aside.
TEN_POINTS = 10 / np.mean([100 * item.spread / (item.high - item.low) for item in SATISFACTION_ITEMS])
BATCHES = 10
BATCH_CUSTOMERS = 20_000
LAST_DAY = (AS_OF - START).days
DAYS_PER_YEAR = 365.25
HORIZON_DAYS = 180
HISTORY_DAYS = 365
NO_ORDER = -10_000
CAUSAL_SHIFT = 0.5  # latent standard deviations by which satisfaction is moved to find its causal effect
CAUSAL_WAVE = 1  # whose horizon is complete for everyone
CODES = frozenset({"segment", "level", "wave"})
# Weight of a respondent by level (0 highest) where an account's answers are averaged for the models of behaviour, as
# `survey.respondent_weights` of the client's parameter file has it: an estimand averages as its estimator does.
LEVEL_WEIGHTS: dict[Language, tuple[float, ...]] = {"en": (2.0, 1.5, 1.0, 1.0), "zh": (1.0, 1.0, 1.0, 1.0)}
# What the audit's models hold constant.
LOYALTY_CONTROLS = ("segment", "tenure", "is_key", "level", "wave")
HISTORY_CONTROLS = ("recency", "frequency", "no_order_before", "tenure", "segment")


def index_of(answers: Answers, items: Sequence[Item]) -> np.ndarray:
    """Return the 0-100 index of some items: the mean of the answered ones, each rescaled; NaN where none was."""
    scaled = np.stack([100 * (answers.codes[item.key] - item.low) / (item.high - item.low) for item in items])
    answered = ~np.isnan(scaled)
    count = answered.sum(axis=0)
    total = np.where(answered, scaled, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def respondent_frame(accounts: Accounts, answers: Answers) -> pd.DataFrame:
    """Return one row a completed answer: what the loyalty model sees of it.

    Columns: account, wave, answered (day), satisfaction_index, loyalty_index (0-100), and the controls segment,
    is_key, level and tenure (years since joining).
    """
    account = answers.account
    frame = pd.DataFrame(
        {
            "account": account,
            "wave": answers.wave,
            "answered": answers.answered,
            "satisfaction_index": index_of(answers, SATISFACTION_ITEMS),
            "loyalty_index": index_of(answers, LOYALTY_ITEMS),
            "segment": accounts.segment[account],
            "is_key": accounts.is_key[account],
            "level": answers.level,
            "tenure": (answers.answered - accounts.joined[account]) / DAYS_PER_YEAR,
        }
    )
    return frame[answers.completed].reset_index(drop=True)


def account_frame(
    accounts: Accounts, answers: Answers, purchases: Purchases, weights: Sequence[float] = LEVEL_WEIGHTS["en"]
) -> pd.DataFrame:
    """Return one row an account and wave: mean indices, buying before the last answer, and after it.

    The means weigh respondents by `weights` of their levels.

    Columns: account, wave, answered (day of the account's last answer), satisfaction_index, loyalty_index, recency
    (log of 1 + days since the last order; the others' mean where there is none), no_order_before, frequency (log of
    1 + orders in the `HISTORY_DAYS` before), segment, is_key, tenure (years), repurchased (an order within
    `HORIZON_DAYS` after), is_complete (the horizon ends by `AS_OF`).
    """
    people = respondent_frame(accounts, answers)
    people["weight"] = np.asarray(weights)[people["level"]]
    parts = [_wave_of_accounts(people[people["wave"] == wave], purchases) for wave in range(WAVES)]
    return pd.concat(parts, ignore_index=True)


def _weighted_means(people: pd.DataFrame, column: str) -> pd.Series:
    """Return the accounts' means of a column over those who answered it."""
    weight = people["weight"].where(people[column].notna())
    sums = (
        pd.DataFrame({"value": people[column] * weight, "weight": weight}).groupby(people["account"]).sum(min_count=1)
    )
    return sums["value"] / sums["weight"]


def _wave_of_accounts(people: pd.DataFrame, purchases: Purchases) -> pd.DataFrame:
    groups = people.groupby("account")
    indices = {name: _weighted_means(people, name) for name in ("satisfaction_index", "loyalty_index")}
    frame = pd.DataFrame(indices).join(groups[["answered", "tenure"]].max())
    frame = frame.join(groups[["wave", "segment", "is_key"]].first()).reset_index()
    account = frame["account"].to_numpy()
    n = len(purchases.churn_week)
    answered = np.zeros(n, dtype=int)
    answered[account] = frame["answered"]
    gap = purchases.day - answered[purchases.account]
    ever, recent = gap < 0, (gap < 0) & (gap >= -HISTORY_DAYS)
    after = (gap > 0) & (gap <= HORIZON_DAYS)
    last = np.full(n, NO_ORDER)
    np.maximum.at(last, purchases.account[ever], gap[ever])
    never = last[account] == NO_ORDER
    recency = np.log1p(np.where(never, 0, -last[account]))
    recency[never] = recency[~never].mean()
    return frame.assign(
        recency=recency,
        no_order_before=never,
        frequency=np.log1p(np.bincount(purchases.account[recent], minlength=n)[account]),
        repurchased=np.bincount(purchases.account[after], minlength=n)[account] > 0,
        is_complete=frame["answered"] + HORIZON_DAYS <= LAST_DAY,
    )


def behaviour_frame(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return one row an account: the latest wave whose horizon is complete, of `account_frame`.

    Taking the latest wave leaves to the earlier ones those who did not answer again, among them those who left: even
    where satisfaction has no effect, a difference of means between waves shows as a fraction of a point.
    """
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


def _design(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return a constant and the columns, those of `CODES` as indicators of each level but the first."""
    parts = [np.ones(len(frame))]
    for column in columns:
        values = frame[column].to_numpy(dtype=float)
        parts += [values == level for level in np.unique(values)[1:]] if column in CODES else [values]
    return np.column_stack(parts).astype(float)


def average_marginal_effect(frame: pd.DataFrame, term: str, controls: Sequence[str]) -> float:
    """Return the average marginal effect of 10 points of `term` on repurchase, in percentage points, of a logit."""
    design = _design(frame, [term, *controls])
    spread = design[:, 1].std()
    design[:, 1] = (design[:, 1] - design[:, 1].mean()) / spread
    beta = fit_logit(design, frame["repurchased"].to_numpy(dtype=float))
    probability = 1 / (1 + np.exp(-(design @ beta)))
    return float(100 * 10 * beta[1] / spread * np.mean(probability * (1 - probability)))


def slope(frame: pd.DataFrame, controls: Sequence[str] = ()) -> float:
    """Return the least-squares slope of the loyalty index on the satisfaction index, over rows that hold both."""
    rows = frame.dropna(subset=["satisfaction_index", "loyalty_index"])
    design = _design(rows, ["satisfaction_index", *controls])
    # normal equations: a few well-conditioned columns, many rows
    return float(np.linalg.solve(design.T @ design, design.T @ rows["loyalty_index"].to_numpy())[1])


def _causal_effect(
    truth: Truth, accounts: Accounts, answers: Answers, frame: pd.DataFrame, seed: int, language: Language
) -> float:
    """Return what 10 points more satisfaction from the middle wave on would do to repurchase, in percentage points.

    The same draws are made with every account's satisfaction moved from that wave's state on; loyalty and churn
    follow, the answers stay as they were.
    """
    satisfaction, loyalty = accounts.satisfaction.copy(), accounts.loyalty.copy()
    satisfaction[:, CAUSAL_WAVE + 1 :] += CAUSAL_SHIFT
    loyalty[:, CAUSAL_WAVE + 1 :] += CAUSAL_SHIFT * truth.effects_on_loyalty(accounts.segment)[:, None]
    moved = replace(accounts, satisfaction=satisfaction, loyalty=loyalty)
    after = account_frame(moved, answers, draw_purchases(truth, moved, seed, language), LEVEL_WEIGHTS[language])
    rows = frame.loc[frame["wave"] == CAUSAL_WAVE, ["account", "wave", "repurchased"]]
    both = rows.merge(after[["account", "wave", "repurchased"]], on=["account", "wave"], suffixes=("", "_moved"))
    gain = both["repurchased_moved"].mean() - both["repurchased"].mean()
    return float(100 * gain * TEN_POINTS / CAUSAL_SHIFT)


def _estimands(truth: Truth, customers: int, seed: int, language: Language) -> dict[str, float]:
    """Return the estimands of one batch."""
    accounts = draw_accounts(truth, customers, seed)
    purchases = draw_purchases(truth, accounts, seed, language)
    answers = draw_answers(truth, accounts, purchases, seed)
    people = respondent_frame(accounts, answers)
    by_wave = account_frame(accounts, answers, purchases, LEVEL_WEIGHTS[language])
    frame = behaviour_frame(by_wave)
    latest = people[people["wave"] == WAVES - 1]
    satisfaction, loyalty = "satisfaction_index", "loyalty_index"
    return {
        "slope_loyalty_on_satisfaction": slope(people),
        "slope_loyalty_on_satisfaction_adjusted": slope(people, LOYALTY_CONTROLS),
        "slope_loyalty_on_satisfaction_last_wave": slope(latest),
        "slope_loyalty_on_satisfaction_accounts": slope(by_wave),
        "ame_satisfaction_unadjusted": average_marginal_effect(frame, satisfaction, ()),
        "ame_satisfaction_given_history": average_marginal_effect(frame, satisfaction, HISTORY_CONTROLS),
        "ame_satisfaction_given_loyalty_and_history": average_marginal_effect(
            frame, satisfaction, (loyalty, *HISTORY_CONTROLS)
        ),
        "ame_loyalty_given_satisfaction_and_history": average_marginal_effect(
            frame, loyalty, (satisfaction, *HISTORY_CONTROLS)
        ),
        "causal_effect_of_satisfaction": _causal_effect(truth, accounts, answers, frame, seed, language),
        "repurchase_rate_of_respondents": float(frame["repurchased"].mean()),
        "repurchase_rate_of_other_respondents": float(frame.loc[~frame["is_key"], "repurchased"].mean()),
        "satisfaction_index_last_wave": float(latest[satisfaction].mean()),
        "loyalty_index_last_wave": float(latest[loyalty].mean()),
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
        index (over answers; ``_adjusted`` holds segment, tenure, key account, level and wave constant); ``ame_`` and
        ``causal_effect_`` are percentage points of the probability of an order within 180 days per 10 points of an
        index, accounts being the mean of their respondents weighted by `LEVEL_WEIGHTS`; rates are from 0 to 1. The
        standard error is that of the mean over batches.

    Notes
    -----
    The marginal effects describe an association: an unmeasured trait moves both sides, and the answers carry halo
    and noise. ``causal_effect_of_satisfaction`` is what moving satisfaction would do.
    """
    draws = pd.DataFrame(
        [_estimands(truth, customers // BATCHES, seed * BATCHES + batch, language) for batch in range(BATCHES)]
    )
    names = [str(name) for name in draws.columns]
    error = draws.std(ddof=1) / np.sqrt(BATCHES)
    return {name: {"value": float(draws[name].mean()), "std_error": float(error[name])} for name in names}
