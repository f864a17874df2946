"""What is true of a synthetic client: effects, hazards, driver weights, and the calendar they act in."""

import datetime as dt
import zlib
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np

Language = Literal["en", "zh"]

DRIVERS = ("product_quality", "delivery", "price", "service", "digital", "invoicing")
LEVELS = 4  # executive, management, specialist, operational
START = dt.date(2024, 1, 1)  # a Monday; week 0 of the purchase process
AS_OF = dt.date(2025, 12, 31)
WEEKS = 107  # two weeks past AS_OF, so that a file can hold rows from after the audit's date
WAVE_STARTS = (dt.date(2024, 11, 4), dt.date(2025, 5, 5), dt.date(2025, 11, 3))
WAVES = len(WAVE_STARTS)
FIELDWORK_DAYS = 28
KEY_SHARE = 30 / 400
SEGMENTS = 4
REGIONS = 5
INDUSTRIES = 6
PARTNERS = 12
MANAGERS = 10


class ClientSpec(Protocol):
    """What the generator needs to know: `analysis.params.sources.SyntheticSpec` and `DrawSpec` both fit."""

    @property
    def seed(self) -> int:
        """Seed of every draw."""

    @property
    def customers(self) -> int:
        """Number of customers."""

    @property
    def language(self) -> Language:
        """Language of names, labels and texts."""


@dataclass(frozen=True, kw_only=True)
class DrawSpec:
    """A `ClientSpec` for tests, which need no parameter file."""

    seed: int = 7
    customers: int = 400
    language: Language = "en"


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The structural parameters of a synthetic client.

    Latent satisfaction, loyalty and driver performance of an account have a standard deviation of about 1. Purchases
    are drawn week by week: the log-odds of an order in a week are the customer's own propensity plus the season plus
    the effects below times the latent values at the latest survey wave (so satisfaction always comes first).

    Parameters
    ----------
    driver_weights
        Effect of each driver's latent performance on latent satisfaction; a weight of 0 is a driver that is nil.
    effect_satisfaction_on_loyalty
        Latent loyalty, in its standard deviations, per standard deviation of latent satisfaction.
    effect_satisfaction_on_repurchase_logit, effect_loyalty_on_repurchase_logit, effect_effort_on_repurchase_logit
        Change of the weekly order log-odds per standard deviation; effort's path is nil.
    effect_satisfaction_on_churn_log_hazard
        Change of the log churn hazard per standard deviation of satisfaction.
    weekly_churn_hazard, key_churn_factor
        Hazard of leaving for good, in a week, at average satisfaction; the factor for key accounts.
    confounder_on_satisfaction, confounder_on_loyalty, confounder_on_repurchase_logit
        Strength of a standard normal account trait that no file holds.
    satisfaction_on_response_logit
        Non-response: change of the log-odds of answering per standard deviation of own satisfaction.
    halo, response_style
        Standard deviations of what one respondent adds to the satisfaction and driver answers, and to all answers.
    stability
        Correlation of an account's latent values between waves.
    seasonality
        Amplitude of the yearly cycle, in weekly log-odds.
    order_logit, order_logit_sd, key_order_logit
        Mean and standard deviation of the weekly order log-odds of ordinary customers; mean of key accounts.
    driver_shifts
        Driver -> shift of its mean, in standard deviations, in each wave.
    partner_sd
        Standard deviation between partners of the delivery performance of the accounts they serve.
    partner_effects
        The partners' shifts of delivery performance themselves, one each, instead of draws with `partner_sd`: the
        partners are then the same in every client drawn, and what is true of each of them is known.
    segment_factors
        By segment, the factor on the effect of satisfaction on loyalty; None where it is the same in all.
    is_key_by_chance
        Whether each account is a key account with probability `KEY_SHARE`, so that the accounts are draws of one
        population, rather than a fixed number of the accounts.
    """

    driver_weights: dict[str, float] = field(
        default_factory=lambda: {
            "product_quality": 0.40,
            "delivery": 0.30,
            "price": 0.20,
            "service": 0.25,
            "digital": 0.10,
            "invoicing": 0.0,
        }
    )
    effect_satisfaction_on_loyalty: float = 0.60
    effect_satisfaction_on_repurchase_logit: float = 0.40
    effect_loyalty_on_repurchase_logit: float = 0.20
    effect_effort_on_repurchase_logit: float = 0.0
    effect_satisfaction_on_churn_log_hazard: float = -0.30
    weekly_churn_hazard: float = 0.003
    key_churn_factor: float = 0.15
    confounder_on_satisfaction: float = 0.20
    confounder_on_loyalty: float = 0.20
    confounder_on_repurchase_logit: float = 0.15
    satisfaction_on_response_logit: float = 0.30
    halo: float = 0.40
    response_style: float = 0.20
    stability: float = 0.55
    seasonality: float = 0.20
    order_logit: float = -2.95
    order_logit_sd: float = 0.60
    key_order_logit: float = -0.60
    driver_shifts: dict[str, tuple[float, ...]] = field(
        default_factory=lambda: {"delivery": (0.0, -0.15, -0.50), "digital": (0.0, 0.25, 0.55)}
    )
    partner_sd: float = 0.35
    partner_effects: tuple[float, ...] | None = None
    segment_factors: tuple[float, ...] | None = None
    is_key_by_chance: bool = False

    def without_effects(self) -> "Truth":
        """Return the same world in which satisfaction and loyalty go with nothing: every such path is nil."""
        return replace(
            self,
            effect_satisfaction_on_loyalty=0.0,
            effect_satisfaction_on_repurchase_logit=0.0,
            effect_loyalty_on_repurchase_logit=0.0,
            effect_effort_on_repurchase_logit=0.0,
            effect_satisfaction_on_churn_log_hazard=0.0,
            confounder_on_loyalty=0.0,
            confounder_on_repurchase_logit=0.0,
            response_style=0.0,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        data = vars(self) | {"driver_shifts": {key: list(shift) for key, shift in self.driver_shifts.items()}}
        effects, factors = self.partner_effects, data.pop("segment_factors")
        data |= {"partner_effects": None if effects is None else list(effects)}
        return data if factors is None else data | {"segment_factors": list(factors)}

    def effects_on_loyalty(self, segment: np.ndarray) -> np.ndarray:
        """Return the effect of satisfaction on loyalty of accounts in the given segments (codes from 0)."""
        factors = self.segment_factors or (1.0,) * SEGMENTS
        return self.effect_satisfaction_on_loyalty * np.array(factors)[segment]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one part of the client, so that no part depends on how many numbers another drew."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def week_states() -> np.ndarray:
    """Return, for each week, which latent state acts in it: 0 before the first wave, then the wave's number from 1."""
    starts = np.array([(start - START).days // 7 for start in WAVE_STARTS])
    return np.searchsorted(starts, np.arange(WEEKS), side="right")


def key_accounts(customers: int) -> int:
    """Return how many of `customers` are key accounts."""
    return max(2, round(KEY_SHARE * customers))
