"""Who the customers and partners are: master data, contracts, opportunities and targets."""

import numpy as np
import pandas as pd

from analysis.synthetic.accounts import Accounts
from analysis.synthetic.labels import (
    customer_ids,
    manager_codes,
    partner_codes,
    text_where,
    to_dates,
    to_dates_or_missing,
)
from analysis.synthetic.purchases import NEVER, Purchases
from analysis.synthetic.truth import AS_OF, PARTNERS, START, ClientSpec, stream
from analysis.synthetic.words import Vocabulary

CONTRACT_SHARE = 0.45
KNOWN_LOSS_SHARE = 0.5  # of accounts that left without a contract are known to have left
DORMANT_DAYS = 270
GROUP_SHARE = 0.12  # of customers belong to the group of another
LAST_DAY = (AS_OF - START).days
PROSPECT, ACTIVE, DORMANT, LOST = range(4)
STAGE_DAYS = (14.0, 25.0, 30.0, 20.0)  # mean days in each stage of an opportunity before it closes
WIN_SHARE = 0.38


def firm_names(rng: np.random.Generator, words: Vocabulary, size: int) -> list[str]:
    """Return `size` different names of fictitious firms."""
    pool = [
        f"{first}{middle}{'' if words.joiner == '' else ' '}{last}"
        for first in words.firm_first
        for middle in words.firm_middle
        for last in words.firm_last
    ]
    chosen = rng.choice(len(pool), size, replace=size > len(pool))
    return [pool[number] for number in chosen]


def draw_contracts(spec: ClientSpec, words: Vocabulary, accounts: Accounts, purchases: Purchases,
                   revenue: pd.Series) -> pd.DataFrame:  # fmt: skip
    """Draw contracts of one or two years for part of the customers; those that leave do not renew."""
    rng = stream(spec.seed, "contracts")
    ids = customer_ids(spec)
    has = (rng.random(len(accounts)) < CONTRACT_SHARE) & ~accounts.is_prospect
    rows = []
    for account in np.flatnonzero(has):
        term = int(rng.choice([365, 730], p=[0.6, 0.4]))
        start = int(max(accounts.joined[account], -rng.integers(1, term)))
        left = purchases.churn_week[account] * 7 if purchases.churn_week[account] != NEVER else LAST_DAY + 1
        renewal = words.renewals[int(rng.random() < 0.4)]
        value = float(round(max(revenue.get(ids[account], 0.0), 500.0) * term / 365 * 0.6, -2))
        while start <= min(left, LAST_DAY):
            rows.append((ids[account], start, start + term - 1, value, renewal))
            start += term
    frame = pd.DataFrame(rows, columns=["customer_id", "starts_on", "ends_on", "value", "renewal"])
    starts, ends = (_dates_of(frame[name]) for name in ("starts_on", "ends_on"))
    return frame.assign(starts_on=starts, ends_on=ends).sort_values(["starts_on", "customer_id"], ignore_index=True)


def _dates_of(days: pd.Series) -> pd.DatetimeIndex:
    return to_dates(days.to_numpy(dtype=int))


def draw_customers(spec: ClientSpec, words: Vocabulary, accounts: Accounts, purchases: Purchases,
                   contracts: pd.DataFrame, revenue: pd.Series) -> pd.DataFrame:  # fmt: skip
    """Draw the customers' master data."""
    rng = stream(spec.seed, "customers")
    n, ids = len(accounts), customer_ids(spec)
    ended = _ended(rng, accounts, purchases, contracts, ids)
    last = np.full(n, -1)
    past = purchases.day <= LAST_DAY
    np.maximum.at(last, purchases.account[past], purchases.day[past])
    stage = np.where(last < LAST_DAY - DORMANT_DAYS, DORMANT, ACTIVE)
    stage = np.where(ended >= 0, LOST, np.where(accounts.is_prospect, PROSPECT, stage))
    parent = np.where((rng.random(n) < GROUP_SHARE) & (np.arange(n) > 20), rng.integers(0, 20, n), -1)
    yearly = revenue.reindex(ids).fillna(0.0).clip(lower=0).to_numpy()
    potential = np.round(np.maximum(yearly, 2000.0) / rng.uniform(0.25, 0.95, n), -3)
    revisit = np.where(accounts.is_key, 30, rng.choice([60, 90, 180], n, p=[0.25, 0.5, 0.25]))
    return pd.DataFrame(
        {
            "customer_id": ids,
            "name": firm_names(rng, words, n),
            "parent_id": text_where(parent >= 0, ids[parent]),
            "segment": np.array(words.segments)[accounts.segment],
            "region": np.array(words.regions)[accounts.region],
            "industry": np.array(words.industries)[accounts.industry],
            "stage": np.array(words.customer_stages)[stage],
            "is_key_account": accounts.is_key,
            "account_manager": manager_codes(accounts.manager),
            "partner_id": partner_codes(accounts.partner),
            "joined_on": to_dates(accounts.joined),
            "ended_on": to_dates_or_missing(ended),
            "potential": potential,
            "planned_revisit_days": revisit.astype(float),
        }
    )


def _ended(rng: np.random.Generator, accounts: Accounts, purchases: Purchases, contracts: pd.DataFrame,
           ids: np.ndarray) -> np.ndarray:  # fmt: skip
    """Return the day on which a loss became known, -1 for none: the contract's end, or for half of the others."""
    left = np.where(purchases.churn_week == NEVER, -1, purchases.churn_week * 7 + 6)
    known = rng.random(len(accounts)) < KNOWN_LOSS_SHARE
    last_end = contracts.groupby("customer_id")["ends_on"].max().reindex(ids)
    end_day = (last_end - pd.Timestamp(START)).dt.days.fillna(-1).to_numpy(dtype=int)
    ended = np.where(end_day >= 0, np.maximum(end_day, left), np.where(known, left, -1))
    return np.where((left >= 0) & (ended <= LAST_DAY), ended, -1)


def draw_partners(spec: ClientSpec, words: Vocabulary) -> pd.DataFrame:
    """Draw the dealers."""
    rng = stream(spec.seed, "partners")
    codes = np.arange(PARTNERS)
    joiner = "" if words.joiner == "" else " "
    names = [f"{words.partner_first[code]}{joiner}{words.partner_last[code % 4]}" for code in codes]
    return pd.DataFrame(
        {
            "partner_id": partner_codes(codes),
            "name": names,
            "tier": np.array(words.tiers)[np.minimum(codes // 4, 2)],
            "region": np.array(words.regions)[rng.integers(0, len(words.regions), PARTNERS)],
        }
    )


def draw_opportunities(
    spec: ClientSpec, words: Vocabulary, accounts: Accounts, purchases: Purchases
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw opportunities and the dates on which each entered its stages."""
    rng = stream(spec.seed, "opportunities")
    size = round(0.8 * len(accounts))
    account = rng.integers(0, len(accounts), size)
    left = np.minimum(purchases.churn_week[account] * 7, LAST_DAY)
    first = np.maximum(accounts.joined[account], 0)
    created = (first + rng.random(size) * 0.98 * (left - first)).astype(int)
    spent = np.cumsum(np.ceil(rng.exponential(STAGE_DAYS, (size, len(STAGE_DAYS)))), axis=1).astype(int)
    entered = created[:, None] + np.column_stack([np.zeros(size, dtype=int), spent])
    won = rng.random(size) < WIN_SHARE
    early = np.where(won, len(STAGE_DAYS), rng.choice([2, 3, 4], size, p=[0.3, 0.35, 0.35]))  # losers may close early
    code = np.array([f"O{number + 1:05d}" for number in range(size)], dtype=object)
    closed = entered[np.arange(size), early]
    is_closed = closed <= LAST_DAY
    amount = np.round(np.exp(9.3 + 0.8 * rng.standard_normal(size)) * (8 if words.currency == "CNY" else 1), -2)
    ids = customer_ids(spec)[account]
    rows = []
    for number in range(size):
        reached = [step for step in range(early[number]) if entered[number, step] <= LAST_DAY]
        rows += [(code[number], words.stages[step], entered[number, step], ids[number]) for step in reached]
        if is_closed[number]:
            rows.append((code[number], words.stages[4 if won[number] else 5], closed[number], ids[number]))
    stages = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_on", "customer_id"])
    current = stages.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id").reindex(code)
    frame = pd.DataFrame(
        {
            "opportunity_id": code,
            "customer_id": ids,
            "created_on": to_dates(created),
            "closed_on": to_dates_or_missing(np.where(is_closed, closed, -1)),
            "stage": current["stage"].to_numpy(),
            "entered_on": to_dates(current["entered_on"].to_numpy(dtype=int)),
            "amount": amount,
            "is_won": pd.arrays.BooleanArray(won, ~is_closed),
        }
    )
    return frame, stages.assign(entered_on=_dates_of(stages["entered_on"]))
