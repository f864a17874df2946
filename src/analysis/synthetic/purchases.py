"""When accounts order: a discrete-time process, week by week, until the account leaves for good."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from analysis.synthetic.accounts import Accounts
from analysis.synthetic.truth import START, WEEKS, Language, Truth, stream, week_states

NEVER = WEEKS
FIRST_SPRING_FESTIVALS = (dt.date(2024, 2, 10), dt.date(2025, 1, 29))
SPRING_FESTIVAL_DIP = -1.6  # weekly log-odds, in the festival's week and the one after
YEAR_END_DIP = -0.7


@dataclass(frozen=True, kw_only=True)
class Purchases:
    """Orders, sorted by account and day.

    Parameters
    ----------
    account, day
        Account's number and day counted from START, one entry an order; an account has at most one order a week.
    churn_week
        Week in which each account left, or NEVER.
    """

    account: np.ndarray
    day: np.ndarray
    churn_week: np.ndarray


def season_logit(truth: Truth, language: Language) -> np.ndarray:
    """Return each week's part in the weekly order log-odds: a yearly cycle, the year's end, in China the festival."""
    week = np.arange(WEEKS)
    season = truth.seasonality * np.cos(2 * np.pi * (week - 14) / 52.18)
    season[(week % 52) == 51] += YEAR_END_DIP
    if language == "zh":
        for festival in FIRST_SPRING_FESTIVALS:
            first = (festival - START).days // 7
            season[first : first + 2] += SPRING_FESTIVAL_DIP
    return season


def draw_purchases(truth: Truth, accounts: Accounts, seed: int, language: Language = "en") -> Purchases:
    """Draw churn and orders of every account.

    In week t an account that is still there leaves with the known hazard, and otherwise orders with probability
    expit(own log-odds + season + effects times the latent values of the latest wave).
    """
    rng = stream(seed, "purchases")
    n = len(accounts)
    state = week_states()
    season = season_logit(truth, language)
    base = accounts.order_logit + truth.confounder_on_repurchase_logit * accounts.confounder
    logit = (
        base[:, None]
        + truth.effect_satisfaction_on_repurchase_logit * accounts.satisfaction
        + truth.effect_loyalty_on_repurchase_logit * accounts.loyalty
        + truth.effect_effort_on_repurchase_logit * accounts.effort
    )
    hazard = (
        truth.weekly_churn_hazard
        * np.where(accounts.is_key, truth.key_churn_factor, 1.0)[:, None]
        * np.exp(truth.effect_satisfaction_on_churn_log_hazard * accounts.satisfaction)
    )
    joined_week = accounts.joined // 7
    churn_week = np.full(n, NEVER)
    buys = np.zeros((WEEKS, n), dtype=bool)
    for week in range(WEEKS):
        draws = rng.random((2, n))
        here = (joined_week <= week) & (churn_week == NEVER) & ~accounts.is_prospect
        churn_week[here & (draws[0] < hazard[:, state[week]])] = week
        still = here & (churn_week == NEVER)
        buys[week] = still & (draws[1] < 1 / (1 + np.exp(-(logit[:, state[week]] + season[week]))))
    account, week_of = np.nonzero(buys.T)
    day = np.maximum(week_of * 7 + rng.integers(0, 5, len(week_of)), accounts.joined[account])
    return Purchases(account=account, day=day, churn_week=churn_week)
