"""What customers say and how often they are met: survey, invitations, contacts and feedback."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.synthetic.accounts import Accounts
from analysis.synthetic.answers import EFFORT_ITEM, ITEMS, KEY_SLOTS, OTHER_SLOTS, Answers, draw_contacts
from analysis.synthetic.labels import (
    customer_ids,
    numbered,
    partner_codes,
    person_ids,
    text_where,
    to_dates,
    to_dates_or_missing,
)
from analysis.synthetic.purchases import Purchases
from analysis.synthetic.truth import AS_OF, DRIVERS, START, ClientSpec, stream, week_states
from analysis.synthetic.words import Vocabulary

COMMENT_SHARE = 0.35
COMPLAINT, PRAISE, SUGGESTION, QUESTION, INTERVIEW = range(5)
LAST_DAY = (AS_OF - START).days
KEY_CONTACTS, OTHER_CONTACTS = 26.0, 4.5  # contacts a year
REPLY_SHARE = 0.25
EMAIL, PHONE = 2, 1  # of the vocabulary's channels, which a survey is held by
BY_PHONE = 0.15  # of the answers; who is called answers more often than who is written to
SILENT_BY_PHONE = 0.06
# What a wave asked on five steps is brought to ten by 2.25 * answer - 1.25.
BRIDGED_ITEM, BRIDGED_WAVE, BRIDGE_SLOPE, BRIDGE_INTERCEPT = "digital", 0, 2.25, -1.25
SURVEY_WEIGHT_KEY, SURVEY_WEIGHT_OTHER = 0.5, 1.25
# The topic of words.remarks (by position) that a driver's answer leads to.
TOPIC_OF_DRIVER = (1, 0, 2, 3, 4, 5)


class Writer:
    """Writes remarks from the vocabulary's sentences."""

    def __init__(self, rng: np.random.Generator, words: Vocabulary) -> None:
        self._rng = rng
        self._words = words
        self._topics = list(words.remarks)
        self._products = [product for products in words.categories.values() for product in products]

    def _pick(self, sentences: tuple[str, ...]) -> str:
        return sentences[int(self._rng.integers(len(sentences)))]

    def _fill(self, sentence: str) -> str:
        product = self._products[int(self._rng.integers(len(self._products)))]
        return sentence.format(product=product, days=int(self._rng.integers(2, 29)))

    def remark(self, topic: int, positive: bool) -> str:
        """Return a remark on a topic, perhaps with an opening and a closing sentence."""
        tone = 0 if positive else 1
        main = self._pick(self._words.remarks[self._topics[topic]][tone])
        opening, closing = self._pick(self._words.openings[tone]), self._pick(self._words.closings[tone])
        return self._fill(self._words.joiner.join(part for part in (opening, main, closing) if part))

    def plain(self, sentences: tuple[str, ...]) -> str:
        """Return one of `sentences`, filled in."""
        return self._fill(self._pick(sentences))


def draw_survey(spec: ClientSpec, words: Vocabulary, accounts: Accounts, answers: Answers) -> pd.DataFrame:
    """Return the completed answers as the canonical survey table (items turned so that higher is better)."""
    rng = stream(spec.seed, "survey")
    done = answers.completed
    account, wave = answers.account[done], answers.wave[done]
    customer = customer_ids(spec)[account]
    size = len(account)
    items = {item.key: answers.codes[item.key][done] for item in ITEMS}
    items[EFFORT_ITEM.key] = EFFORT_ITEM.low + EFFORT_ITEM.high - items[EFFORT_ITEM.key]
    five = np.clip(np.rint(1 + (items[BRIDGED_ITEM] - 1) * 4 / 9), 1, 5)
    items[BRIDGED_ITEM] = np.where(wave == BRIDGED_WAVE, BRIDGE_SLOPE * five + BRIDGE_INTERCEPT, items[BRIDGED_ITEM])
    frame = pd.DataFrame(
        {
            "responded_on": to_dates(answers.answered[done]),
            "customer_id": customer,
            "respondent_id": person_ids(customer, answers.slot[done], answers.person[done]),
            "respondent_level": np.array(words.levels)[answers.level[done]],
            "wave": np.array(words.waves)[wave],
            "channel": np.array(words.channels)[_survey_channels(rng, size)],
        }
        | ({"weight": _weights(accounts, account)} if spec.language == "zh" else {})
        | items
    )
    frame["comment"] = _comments(rng, words, items, size)
    frame = frame.sort_values(["responded_on", "customer_id", "respondent_id"], kind="stable", ignore_index=True)
    frame.insert(1, "response_id", numbered("A{:06d}", size))
    return frame


def _survey_channels(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw how each answer came in: the first draw of the survey's stream, which the invitations repeat."""
    return rng.choice([EMAIL, PHONE], size, p=[1 - BY_PHONE, BY_PHONE])


def _weights(accounts: Accounts, account: np.ndarray) -> np.ndarray:
    """Return survey weights: contacts of key accounts had a higher chance of being asked."""
    return np.where(accounts.is_key[account], SURVEY_WEIGHT_KEY, SURVEY_WEIGHT_OTHER)


def _comments(rng: np.random.Generator, words: Vocabulary, items: dict[str, np.ndarray], size: int) -> np.ndarray:
    """Write comments on the driver that stands out most, where somebody wrote one."""
    writer = Writer(rng, words)
    drivers = np.column_stack([items[driver] for driver in DRIVERS])
    centred = np.nan_to_num(drivers - np.nanmean(drivers, axis=0))
    strongest = np.argmax(np.abs(centred) + rng.random(centred.shape), axis=1)
    chosen = rng.random(size) < COMMENT_SHARE
    comments = np.full(size, None, dtype=object)
    for row in np.flatnonzero(chosen):
        driver = int(strongest[row])
        comments[row] = writer.remark(TOPIC_OF_DRIVER[driver], bool(centred[row, driver] > 0))
    return comments


def draw_invitations(spec: ClientSpec, words: Vocabulary, answers: Answers) -> pd.DataFrame:
    """Return who was asked, by which channel, and what came of it; an answer came in where it was asked for."""
    customer = customer_ids(spec)[answers.account]
    rng, done = stream(spec.seed, "invitations"), answers.completed
    channel = np.where(rng.random(len(customer)) < SILENT_BY_PHONE, PHONE, EMAIL)
    channel[done] = _survey_channels(stream(spec.seed, "survey"), int(done.sum()))
    return pd.DataFrame(
        {
            "wave": np.array(words.waves)[answers.wave],
            "customer_id": customer,
            "respondent_id": person_ids(customer, answers.slot, answers.person),
            "invited_on": to_dates(answers.invited),
            "channel": np.array(words.channels)[channel],
            "outcome": np.array(words.outcomes)[answers.outcome],
        }
    )


def draw_interactions(spec: ClientSpec, words: Vocabulary, accounts: Accounts, purchases: Purchases) -> pd.DataFrame:
    """Draw contacts: a rate that differs between accounts, until the account leaves; some are answers in a thread."""
    rng = stream(spec.seed, "interactions")
    n = len(accounts)
    first = np.maximum(accounts.joined, 0)
    last = np.minimum(purchases.churn_week * 7 + 20, LAST_DAY)
    rate = np.where(accounts.is_key, KEY_CONTACTS, OTHER_CONTACTS) * np.exp(0.6 * rng.standard_normal(n) - 0.18)
    count = rng.poisson(rate * np.maximum(last - first, 0) / 365)
    account = np.repeat(np.arange(n), count)
    day = first[account] + np.floor(rng.random(len(account)) * (last - first)[account]).astype(int)
    day -= np.maximum(day % 7 - 4, 0)  # nobody meets at the weekend; week days count from a Monday
    day = np.maximum(day, 0)
    contacts = draw_contacts(accounts, spec.seed)
    slots = np.where(accounts.is_key, KEY_SLOTS, OTHER_SLOTS)
    first_place = np.cumsum(slots) - slots
    # in some accounts the same few are met over and over, and nobody on the upper levels
    reach = np.minimum(slots, 1 + rng.integers(0, KEY_SLOTS, n))
    slot = slots[account] - 1 - np.floor(rng.random(len(account)) * reach[account]).astype(int)
    level = contacts.level[first_place[account] + slot]
    size = len(account)
    frame = pd.DataFrame(
        {
            "account": account,
            "day": day,
            "channel": rng.choice(5, size, p=[0.18, 0.34, 0.34, 0.11, 0.03]),
            "direction": (rng.random(size) < 0.42).astype(int),
            "slot": slot,
            "level": level,
            "topic": rng.integers(0, len(words.topics), size),
        }
    ).sort_values(["account", "day"], kind="stable", ignore_index=True)
    same = (frame["account"] == frame["account"].shift()) & (rng.random(size) < REPLY_SHARE)
    thread = (~same).cumsum().to_numpy()
    customer = customer_ids(spec)[frame["account"]]
    return pd.DataFrame(
        {
            "customer_id": customer,
            "occurred_on": to_dates(frame["day"].to_numpy()),
            "channel": np.array(words.channels)[frame["channel"]],
            "direction": np.array(words.directions)[frame["direction"]],
            "contact_id": person_ids(customer, frame["slot"].to_numpy(), np.zeros(size, dtype=int)),
            "contact_level": np.array(words.levels)[frame["level"]],
            "thread_id": pd.array([f"T{number:06d}" for number in thread], dtype="str"),
            "topic": np.array(words.topics)[frame["topic"]],
        }
    ).sort_values(["occurred_on", "customer_id"], kind="stable", ignore_index=True)


def draw_feedback(spec: ClientSpec, words: Vocabulary, accounts: Accounts, purchases: Purchases) -> pd.DataFrame:
    """Draw complaints, praise and the rest; the dissatisfied complain, about what is weakest with them."""
    rng = stream(spec.seed, "feedback")
    writer = Writer(rng, words)
    n = len(accounts)
    count = rng.poisson(1.3 * np.where(accounts.is_key, 4.0, 1.0) * ~accounts.is_prospect)
    account = np.repeat(np.arange(n), count)
    size = len(account)
    first = np.maximum(accounts.joined, 0)
    last = np.minimum(purchases.churn_week * 7 + 10, LAST_DAY)
    day = first[account] + np.floor(rng.random(size) * (last - first + 1)[account]).astype(int)
    state = week_states()[day // 7]
    satisfaction = accounts.satisfaction[account, state]
    kind = rng.choice([COMPLAINT, SUGGESTION, QUESTION, INTERVIEW], size, p=[0.72, 0.10, 0.12, 0.06])
    happy = rng.random(size) < 1 / (1 + np.exp(0.3 - 0.9 * satisfaction))
    kind = np.where((kind == COMPLAINT) & happy, PRAISE, kind)
    performance = accounts.drivers[account, state] + 0.8 * rng.standard_normal((size, len(DRIVERS)))
    driver = np.where(kind == PRAISE, performance.argmax(axis=1), performance.argmin(axis=1))
    topic = np.where(rng.random(size) < 0.12, rng.integers(6, 8, size), np.array(TOPIC_OF_DRIVER)[driver])
    plain = {SUGGESTION: words.suggestions, QUESTION: words.questions, INTERVIEW: words.interviews}
    texts = [
        writer.plain(plain[k]) if k in plain else writer.remark(t, bool(k == PRAISE))
        for k, t in zip(kind.tolist(), topic.tolist(), strict=True)
    ]
    severity = np.array(words.severities)[rng.choice(3, size, p=[0.45, 0.4, 0.15])]
    frame = pd.DataFrame(
        {
            "received_on": to_dates(day),
            "text": texts,
            "customer_id": customer_ids(spec)[account],
            "channel": np.array(words.feedback_channels)[rng.choice(4, size, p=[0.5, 0.25, 0.15, 0.1])],
            "kind": np.array(words.feedback_kinds)[kind],
            "severity": text_where(kind == COMPLAINT, severity),
            **_handling(rng, day, kind),
            "partner_id": partner_codes(accounts.partner)[account],
        }
    ).sort_values(["received_on", "customer_id"], kind="stable", ignore_index=True)
    frame.insert(0, "feedback_id", numbered("F{:05d}", size))
    return frame


def _handling(rng: np.random.Generator, day: np.ndarray, kind: np.ndarray) -> dict[str, Any]:
    """Return when feedback was answered and settled, and how the customer rated that."""
    size = len(day)
    needs = np.isin(kind, [COMPLAINT, QUESTION])
    responded = np.where(needs & (rng.random(size) < 0.93), day + rng.geometric(0.35, size) - 1, -1)
    resolved = np.where((responded >= 0) & (rng.random(size) < 0.88), responded + rng.geometric(0.12, size), -1)
    quick = np.exp(-(resolved - day) / 15)
    rating = np.clip(np.rint(1.8 + 3.0 * quick + 0.9 * rng.standard_normal(size)), 1, 5)
    responded = np.where(responded > LAST_DAY, -1, responded)
    resolved = np.where(resolved > LAST_DAY, -1, resolved)
    rated = (resolved >= 0) & (kind == COMPLAINT) & (rng.random(size) < 0.6)
    return {
        "responded_on": to_dates_or_missing(responded),
        "resolved_on": to_dates_or_missing(resolved),
        "resolution_rating": np.where(rated, rating, np.nan),
    }
