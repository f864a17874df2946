"""What each account is like and how it feels: traits that files show, and latent values that they do not."""

from dataclasses import dataclass

import numpy as np

from analysis.synthetic.truth import (
    AS_OF,
    DRIVERS,
    INDUSTRIES,
    KEY_SHARE,
    MANAGERS,
    PARTNERS,
    REGIONS,
    SEGMENTS,
    START,
    WAVES,
    Truth,
    key_accounts,
    stream,
)

# The share of driver performance that all drivers of an account have in common (a well-run account runs well).
DRIVER_COMMON = 0.35
SATISFACTION_NOISE = 0.40
LOYALTY_NOISE = 0.75
SEGMENT_SATISFACTION = (0.15, 0.0, 0.05, -0.30)
SEGMENT_SHARES = (0.35, 0.30, 0.20, 0.15)
REGION_SHARES = (0.32, 0.22, 0.18, 0.16, 0.12)
PARTNER_SHARE = 0.45  # of ordinary customers are served through a partner
PROSPECT_SHARE = 0.04
NEW_SHARE = 0.14  # of customers join within the two years


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Arrays over accounts (first axis) and states (second: before the first wave, then each wave).

    Parameters
    ----------
    is_key, is_prospect
        Flags, shape (n,); prospects never order.
    segment, region, industry, manager, partner
        Codes from 0, shape (n,); partner is -1 where the account is served directly.
    partner_effect
        Shift of delivery performance by partner, shape (PARTNERS,).
    joined
        Day of joining counted from START, negative for most.
    confounder, order_logit
        The unmeasured trait, and the account's own weekly order log-odds, shape (n,).
    drivers
        Latent driver performance, shape (n, states, drivers).
    satisfaction, loyalty, effort
        Latent values, shape (n, states); effort is high where dealing with the supplier is hard.
    """

    is_key: np.ndarray
    is_prospect: np.ndarray
    segment: np.ndarray
    region: np.ndarray
    industry: np.ndarray
    manager: np.ndarray
    partner: np.ndarray
    partner_effect: np.ndarray
    joined: np.ndarray
    confounder: np.ndarray
    order_logit: np.ndarray
    drivers: np.ndarray
    satisfaction: np.ndarray
    loyalty: np.ndarray
    effort: np.ndarray

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self.is_key)


def _autoregressive(rng: np.random.Generator, shape: tuple[int, ...], stability: float) -> np.ndarray:
    """Return standard normal series along axis 1 whose neighbours correlate by `stability`."""
    noise = rng.standard_normal(shape)
    series = noise.copy()
    for state in range(1, shape[1]):
        series[:, state] = stability * series[:, state - 1] + np.sqrt(1 - stability**2) * noise[:, state]
    return series


def _joined(rng: np.random.Generator, n: int, is_key: np.ndarray) -> np.ndarray:
    """Return joining days: most long before the window, some within it, key accounts always before."""
    before = -rng.integers(30, 3650, n)
    window = (AS_OF - START).days
    within = rng.integers(10, window - 60, n)
    is_new = (rng.random(n) < NEW_SHARE) & ~is_key
    return np.where(is_new, within, before)


def draw_accounts(truth: Truth, customers: int, seed: int) -> Accounts:
    """Draw the accounts of a client.

    Key accounts come first, unless they are so by chance. The same seed gives the same accounts whatever is drawn from
    them later.
    """
    rng = stream(seed, "accounts")
    states = WAVES + 1
    is_key = _are_key(truth, customers, seed)
    segment = rng.choice(SEGMENTS, customers, p=SEGMENT_SHARES)
    partner = np.where(is_key | (rng.random(customers) > PARTNER_SHARE), -1, rng.integers(0, PARTNERS, customers))
    partner_effect = truth.partner_sd * rng.standard_normal(PARTNERS)
    if truth.partner_effects is not None:
        partner_effect = np.array(truth.partner_effects)
    confounder = rng.standard_normal(customers)
    drivers = _drivers(rng, truth, customers, partner, partner_effect)
    satisfaction = (
        drivers @ np.array([truth.driver_weights[driver] for driver in DRIVERS])
        + truth.confounder_on_satisfaction * confounder[:, None]
        + np.array(SEGMENT_SATISFACTION)[segment][:, None]
        + SATISFACTION_NOISE * _autoregressive(rng, (customers, states), truth.stability)
    )
    loyalty = (
        truth.effects_on_loyalty(segment)[:, None] * satisfaction
        + truth.confounder_on_loyalty * confounder[:, None]
        + LOYALTY_NOISE * _autoregressive(rng, (customers, states), truth.stability)
    )
    effort = -0.4 * satisfaction + 0.9 * _autoregressive(rng, (customers, states), truth.stability)
    propensity = truth.order_logit_sd * rng.standard_normal(customers)
    return Accounts(
        is_key=is_key,
        is_prospect=(rng.random(customers) < PROSPECT_SHARE) & ~is_key,
        segment=segment,
        region=rng.choice(REGIONS, customers, p=REGION_SHARES),
        industry=rng.integers(0, INDUSTRIES, customers),
        manager=rng.integers(0, MANAGERS, customers),
        partner=partner,
        partner_effect=partner_effect,
        joined=_joined(rng, customers, is_key),
        confounder=confounder,
        order_logit=np.where(is_key, truth.key_order_logit, truth.order_logit) + propensity,
        drivers=drivers,
        satisfaction=satisfaction,
        loyalty=loyalty,
        effort=effort,
    )


def _are_key(truth: Truth, customers: int, seed: int) -> np.ndarray:
    """Return which accounts are key accounts: the first ones, or each by chance."""
    if truth.is_key_by_chance:
        return stream(seed, "key accounts").random(customers) < KEY_SHARE
    return np.arange(customers) < key_accounts(customers)


def _drivers(
    rng: np.random.Generator, truth: Truth, customers: int, partner: np.ndarray, partner_effect: np.ndarray
) -> np.ndarray:
    """Return latent driver performance, shape (n, states, drivers), with its trends and the partners' part."""
    states = WAVES + 1
    common = _autoregressive(rng, (customers, states, 1), truth.stability)
    own = _autoregressive(rng, (customers, states, len(DRIVERS)), truth.stability)
    drivers = np.sqrt(DRIVER_COMMON) * common + np.sqrt(1 - DRIVER_COMMON) * own
    for driver, shifts in truth.driver_shifts.items():
        drivers[:, 1:, DRIVERS.index(driver)] += np.array(shifts)
    drivers[:, :, DRIVERS.index("delivery")] += np.append(partner_effect, 0.0)[partner][:, None]
    return drivers
