"""Who was asked in each wave, who answered, and what: latent feeling turned into codes on the answer scales."""

from dataclasses import dataclass

import numpy as np

from analysis.synthetic.accounts import Accounts
from analysis.synthetic.purchases import Purchases
from analysis.synthetic.truth import DRIVERS, FIELDWORK_DAYS, LEVELS, START, WAVE_STARTS, WAVES, Truth, stream

KEY_SLOTS, OTHER_SLOTS = 9, 2
KEY_ANSWERS = (3, 8)  # fewest and most answers of a key account in a wave
KEY_LEVELS = (0, 1, 1, 2, 2, 2, 3, 3, 3)
OTHER_LEVEL_SHARES = (0.15, 0.35, 0.30, 0.20)
TURNOVER = 0.15  # share of contacts replaced between waves
RESPONDENT_SD = 0.55  # of what a respondent feels beside the account
OCCASION_SD = 0.30
KEY_RESPONSE_LOGIT, OTHER_RESPONSE_LOGIT = 0.45, -0.30
SKIP_SHARE = 0.025  # of single items are not answered
FORGET_WEEKS = 26  # an account that left is still invited for so long


@dataclass(frozen=True, kw_only=True)
class Item:
    """How one question turns a latent value into a code: round(mean + spread * (latent + noise)), cut at the scale.

    A share `protest` of the answers is the lowest code whatever is felt.
    """

    key: str
    role: str
    low: int
    high: int
    mean: float
    spread: float
    noise: float
    protest: float = 0.0


SATISFACTION_ITEMS = (
    Item(key="sat_overall", role="satisfaction", low=1, high=10, mean=7.6, spread=1.55, noise=0.40),
    Item(key="sat_expectations", role="satisfaction", low=1, high=10, mean=7.3, spread=1.50, noise=0.50),
)
LOYALTY_ITEMS = (
    Item(key="recommend", role="recommendation", low=0, high=10, mean=7.9, spread=1.90, noise=0.50, protest=0.008),
    Item(key="repurchase_intention", role="repurchase_intention", low=1, high=7, mean=5.4, spread=1.05, noise=0.50),
    Item(key="loyalty", role="attitudinal_loyalty", low=1, high=7, mean=5.1, spread=1.10, noise=0.50),
)
EFFORT_ITEM = Item(key="effort", role="effort", low=1, high=7, mean=3.2, spread=1.10, noise=0.50)
MARKER_ITEM = Item(key="marker_layout", role="marker", low=1, high=7, mean=4.6, spread=1.10, noise=1.0)
DRIVER_MEANS = (7.9, 7.4, 6.4, 7.6, 6.6, 7.5)
DRIVER_ITEMS = tuple(
    Item(key=driver, role="driver", low=1, high=10, mean=mean, spread=1.50, noise=0.60)
    for driver, mean in zip(DRIVERS, DRIVER_MEANS, strict=True)
)
ITEMS = (*SATISFACTION_ITEMS, *LOYALTY_ITEMS, EFFORT_ITEM, *DRIVER_ITEMS, MARKER_ITEM)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One entry a person asked in a wave.

    Parameters
    ----------
    account, slot, person, level, wave
        Account; the contact's place in it; the number of the person in that place (0, then their successors); the
        contact's level (0 highest); the wave.
    invited, answered
        Days counted from START; `answered` is -1 where nobody answered.
    outcome
        0 completed, 1 no answer, 2 refused, 3 could not be reached.
    codes
        Item key -> codes as the questionnaire has them (effort is high where dealing is hard); NaN where skipped or
        not answered.
    """

    account: np.ndarray
    slot: np.ndarray
    person: np.ndarray
    level: np.ndarray
    wave: np.ndarray
    invited: np.ndarray
    answered: np.ndarray
    outcome: np.ndarray
    codes: dict[str, np.ndarray]

    @property
    def completed(self) -> np.ndarray:
        """Return which entries are answers."""
        return self.answered >= 0


@dataclass(frozen=True)
class Contacts:
    """The places for contacts of all accounts, as one long axis: account, place in it, level (0 highest)."""

    account: np.ndarray
    slot: np.ndarray
    level: np.ndarray


def draw_contacts(accounts: Accounts, seed: int) -> Contacts:
    """Draw the contacts whom the client has in each account, nine in a key account and two in the others."""
    rng = stream(seed, "contacts")
    slots = np.where(accounts.is_key, KEY_SLOTS, OTHER_SLOTS)
    account = np.repeat(np.arange(len(accounts)), slots)
    slot = np.arange(len(account)) - np.repeat(np.cumsum(slots) - slots, slots)
    other = rng.choice(LEVELS, len(account), p=OTHER_LEVEL_SHARES)
    return Contacts(account, slot, np.where(accounts.is_key[account], np.array(KEY_LEVELS)[slot], other))


def draw_answers(truth: Truth, accounts: Accounts, purchases: Purchases, seed: int) -> Answers:
    """Draw invitations and answers of all waves.

    A satisfied contact answers more often, so the answers flatter the client; key accounts give three to eight
    answers a wave, the others at most two.
    """
    rng = stream(seed, "answers")
    contacts = draw_contacts(accounts, seed)
    size = len(contacts.account)
    person = np.zeros(size, dtype=int)
    feeling = rng.standard_normal(size)
    style = rng.standard_normal(size)
    parts = []
    for wave in range(WAVES):
        if wave:
            replaced = rng.random(size) < TURNOVER
            person = person + replaced
            feeling = np.where(replaced, rng.standard_normal(size), feeling)
            style = np.where(replaced, rng.standard_normal(size), style)
        parts.append(_draw_wave(rng, truth, accounts, purchases, contacts, person, feeling, style, wave))
    return Answers(
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name != "codes"},
        codes={item.key: np.concatenate([part["codes"][item.key] for part in parts]) for item in ITEMS},
    )


def _draw_wave(
    rng: np.random.Generator,
    truth: Truth,
    accounts: Accounts,
    purchases: Purchases,
    contacts: Contacts,
    person: np.ndarray,
    feeling: np.ndarray,
    style: np.ndarray,
    wave: int,
) -> dict:
    """Return the arrays of `Answers` for one wave."""
    account = contacts.account
    start = (WAVE_STARTS[wave] - START).days
    own = RESPONDENT_SD * feeling + OCCASION_SD * rng.standard_normal(len(account))
    week = start // 7
    asked = (
        (accounts.joined[account] < start)
        & ~accounts.is_prospect[account]
        & (purchases.churn_week[account] > week - FORGET_WEEKS)
    )
    # who leaves during the fieldwork answers no more
    present = purchases.churn_week[account] > week + FIELDWORK_DAYS // 7
    felt = accounts.satisfaction[account, wave + 1] + own
    answers = asked & present & _answers(rng, truth, accounts, contacts, felt)
    invited = np.full(len(account), start)
    answered = np.where(answers, start + _delay(rng, len(account)), -1)
    outcome = np.where(answers, 0, rng.choice([1, 2, 3], len(account), p=[0.80, 0.12, 0.08]))
    codes = _codes(rng, truth, accounts, account, wave + 1, own, truth.response_style * style)
    arrays = {
        "account": account,
        "slot": contacts.slot,
        "person": person,
        "level": contacts.level,
        "wave": np.full(len(account), wave),
        "invited": invited,
        "answered": answered,
        "outcome": outcome,
    }
    kept = {name: values[asked] for name, values in arrays.items()}
    kept["codes"] = {key: np.where(answers, values, np.nan)[asked] for key, values in codes.items()}
    return kept


def _delay(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return days until the answer: most come in the first week."""
    return np.minimum(rng.geometric(0.14, size), FIELDWORK_DAYS) - 1


def _answers(
    rng: np.random.Generator, truth: Truth, accounts: Accounts, contacts: Contacts, felt: np.ndarray
) -> np.ndarray:
    """Return who answers, before looking at who may: a logistic choice, held to 3-8 in key accounts."""
    is_key = accounts.is_key[contacts.account]
    base = np.where(is_key, KEY_RESPONSE_LOGIT, OTHER_RESPONSE_LOGIT)
    leaning = base + truth.satisfaction_on_response_logit * felt + rng.logistic(size=len(felt))
    answers = leaning > 0
    by_account = leaning[is_key].reshape(-1, KEY_SLOTS)
    count = np.clip((by_account > 0).sum(axis=1), *KEY_ANSWERS)
    rank = (-by_account).argsort(axis=1).argsort(axis=1)
    answers[is_key] = (rank < count[:, None]).ravel()
    return answers


def _codes(
    rng: np.random.Generator,
    truth: Truth,
    accounts: Accounts,
    account: np.ndarray,
    state: int,
    own: np.ndarray,
    style: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return every item's codes: account plus respondent, halo, response style, noise; rounded and cut."""
    halo = truth.halo * rng.standard_normal(len(account))
    satisfaction = accounts.satisfaction[account, state] + own + halo + style
    # a respondent's loyalty follows their own satisfaction by the same effect as the account's
    effect = truth.effects_on_loyalty(accounts.segment[account])
    loyalty = accounts.loyalty[account, state] + effect * own + style
    loyalty = loyalty + 0.35 * rng.standard_normal(len(account))
    effort = accounts.effort[account, state] - 0.4 * own + style
    latent = {item.key: satisfaction for item in SATISFACTION_ITEMS} | {item.key: loyalty for item in LOYALTY_ITEMS}
    latent |= {EFFORT_ITEM.key: effort, MARKER_ITEM.key: style}
    for number, item in enumerate(DRIVER_ITEMS):
        latent[item.key] = accounts.drivers[account, state, number] + 0.6 * own + halo + style
    return {item.key: _discretise(rng, item, latent[item.key]) for item in ITEMS}


def _discretise(rng: np.random.Generator, item: Item, latent: np.ndarray) -> np.ndarray:
    raw = item.mean + item.spread * (latent + item.noise * rng.standard_normal(len(latent)))
    codes = np.clip(np.rint(raw), item.low, item.high)
    codes = np.where(rng.random(len(latent)) < item.protest, item.low, codes)
    return np.where(rng.random(len(latent)) < SKIP_SHARE, np.nan, codes)
