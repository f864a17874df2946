"""The usual defects of a client's files, in small and counted doses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.synthetic.answers import EFFORT_ITEM, ITEMS
from analysis.synthetic.draw import TABLES, World
from analysis.synthetic.labels import as_text
from analysis.synthetic.truth import AS_OF, stream
from analysis.synthetic.voice import BRIDGE_INTERCEPT, BRIDGE_SLOPE, BRIDGED_ITEM, BRIDGED_WAVE

DUPLICATES = {"customers": 3, "survey": 4, "transactions": 8, "feedback": 2, "opportunities": 1}
UNMATCHED = {"transactions": 6, "interactions": 3, "feedback": 1}
WITHOUT_CUSTOMER = {"transactions": 3}
IDENTICAL_LINES = 4
REFUNDS = 4
LATE = {"transactions": 12, "interactions": 2}
DONT_KNOW, NO_ANSWER = "98", "99"
TEXT_WAVE = 0  # the wave that was asked in words
WORDED_ITEMS = {"loyalty": "agreement", "repurchase_intention": "intention"}


@dataclass(frozen=True, kw_only=True)
class Flawed:
    """Tables as the client has them.

    Parameters
    ----------
    frames
        Canonical name -> frame under canonical column names; survey items are texts as they were answered.
    counts
        Table -> defect -> rows concerned.
    """

    frames: dict[str, pd.DataFrame]
    counts: dict[str, dict[str, int]]


def add_defects(world: World) -> Flawed:
    """Return the client's tables with defects, and how many there are of each."""
    rng = stream(world.spec.seed, "defects")
    frames = {name: as_text(make(world)) for name, make in TABLES.items()}
    counts: dict[str, dict[str, int]] = {name: {} for name in frames}
    frames["transactions"] = _late(frames["transactions"], "ordered_on", LATE["transactions"])
    counts["transactions"]["after_as_of"] = int((frames["transactions"]["ordered_on"] > pd.Timestamp(AS_OF)).sum())
    frames["interactions"] = _shifted(frames["interactions"], "occurred_on", LATE["interactions"])
    counts["interactions"]["after_as_of"] = LATE["interactions"]
    counts["rates"]["after_as_of"] = int((frames["rates"]["date"] > pd.Timestamp(AS_OF)).sum())
    frames["survey"] = answers_as_given(rng, world, frames["survey"])
    for name, size in UNMATCHED.items():
        ids = [_unknown(world, number) for number in range(size)]
        frames[name] = _append(rng, frames[name], size, customer_id=ids, key=name)
        counts[name]["unmatched_customer"] = size
    for name, size in WITHOUT_CUSTOMER.items():
        frames[name] = _append(rng, frames[name], size, customer_id=[None] * size, key=name)
        counts[name]["missing_customer"] = size
    lines = _refunds(world, frames["transactions"])
    counts["transactions"]["refund_without_purchase"] = len(lines) - len(frames["transactions"])
    frames["transactions"] = _identical(rng, lines)
    counts["transactions"]["identical_line"] = IDENTICAL_LINES
    for name, size in DUPLICATES.items():
        frames[name] = _duplicated(rng, frames[name], size)
        counts[name]["duplicate_key"] = size
    codes = frames["survey"][[item.key for item in ITEMS]].isin([DONT_KNOW, NO_ANSWER])
    counts["survey"]["missing_code"] = int(codes.to_numpy().sum())
    counts["survey"]["missing_code_rows"] = int(codes.any(axis=1).sum())
    return Flawed(frames=frames, counts=counts)


def _unknown(world: World, number: int) -> str:
    return f"99999{number:02d}" if world.spec.language == "zh" else f"C999{number:02d}"


def _late(frame: pd.DataFrame, column: str, size: int) -> pd.DataFrame:
    """Keep only the first `size` rows after the audit's date."""
    late = frame[column] > pd.Timestamp(AS_OF)
    return pd.concat([frame[~late], frame[late].head(size)], ignore_index=True)


def _shifted(frame: pd.DataFrame, column: str, size: int) -> pd.DataFrame:
    """Append the last `size` rows once more, two weeks after the audit's date."""
    late = frame.tail(size).assign(**{column: pd.Timestamp(AS_OF) + pd.Timedelta(days=14)})
    return pd.concat([frame, late], ignore_index=True)


def _append(
    rng: np.random.Generator, frame: pd.DataFrame, size: int, *, customer_id: Sequence[str | None], key: str
) -> pd.DataFrame:
    """Append copies of plain rows under other customer ids (and keys of their own)."""
    past = frame[frame.iloc[:, _date_position(frame)] <= pd.Timestamp(AS_OF)]
    if key == "transactions":
        past = past[past["amount"] > 0]
    copies = past.iloc[rng.choice(len(past), size, replace=False)].copy()
    copies["customer_id"] = pd.array(list(customer_id), dtype="str")
    numbers = len(frame) + np.arange(size)
    if key == "transactions":
        copies["order_id"] = pd.array([f"X{number:06d}" for number in numbers], dtype="str")
    if key == "feedback":
        copies["feedback_id"] = pd.array([f"X{number:05d}" for number in numbers], dtype="str")
    return pd.concat([frame, copies], ignore_index=True)


def _date_position(frame: pd.DataFrame) -> int:
    dates = [number for number, kind in enumerate(frame.dtypes) if kind.kind == "M"]
    return dates[0]


def _refunds(world: World, lines: pd.DataFrame) -> pd.DataFrame:
    """Append refunds of prospects, who never bought anything."""
    prospects = world.customers.loc[world.accounts.is_prospect, "customer_id"].head(REFUNDS).tolist()
    source = lines[(lines["amount"] > 0) & (lines["currency"] == world.words.currency)].iloc[: len(prospects)].copy()
    source["customer_id"] = pd.array(prospects, dtype="str")
    source["ordered_on"] = pd.Timestamp(AS_OF) - pd.Timedelta(days=100)
    source["order_id"] = pd.array([f"R9{number:05d}" for number in range(len(prospects))], dtype="str")
    for column in ("amount", "quantity", "margin"):
        source[column] = -source[column].abs()
    return pd.concat([lines, source], ignore_index=True)


def _identical(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Take the line number from a few lines and enter each of them twice."""
    plain = np.flatnonzero((lines["amount"] > 0) & (lines["ordered_on"] <= pd.Timestamp(AS_OF))
                           & ~lines["order_id"].str.startswith("X"))  # fmt: skip
    chosen = rng.choice(plain, IDENTICAL_LINES, replace=False)
    lines = lines.copy()
    lines.loc[chosen, "line_id"] = None
    return pd.concat([lines, lines.loc[chosen]], ignore_index=True)


def _duplicated(rng: np.random.Generator, frame: pd.DataFrame, size: int) -> pd.DataFrame:
    """Append a few rows once more: the same key, the same content."""
    usable = np.arange(len(frame))
    if "line_id" in frame:
        plain = frame["line_id"].notna() & (frame["amount"] > 0) & (frame["ordered_on"] <= pd.Timestamp(AS_OF))
        usable = np.flatnonzero(plain & ~frame["order_id"].str.startswith("X"))
    elif "feedback_id" in frame:
        usable = np.flatnonzero(~frame["feedback_id"].str.startswith("X"))
    return pd.concat([frame, frame.iloc[rng.choice(usable, size, replace=False)]], ignore_index=True)


def answers_as_given(rng: np.random.Generator, world: World, survey: pd.DataFrame) -> pd.DataFrame:
    """Return the survey with its items as texts, as they were answered.

    The first wave was answered partly in words and has blanks; later ones have the codes 98 and 99.
    """
    given = survey.copy()
    words = (survey["wave"] == world.words.waves[TEXT_WAVE]).to_numpy()
    in_steps = (survey["wave"] == world.words.waves[BRIDGED_WAVE]).to_numpy()
    for item in ITEMS:
        codes = survey[item.key].to_numpy(dtype=float)
        if item.key == EFFORT_ITEM.key:
            codes = item.low + item.high - codes
        text = np.array(["" if np.isnan(code) else f"{code:.0f}" for code in codes], dtype=object)
        if item.key in WORDED_ITEMS:
            text[words] = _in_words(codes[words], getattr(world.words, WORDED_ITEMS[item.key]))
        if item.key == BRIDGED_ITEM:
            steps = np.rint((codes[in_steps] - BRIDGE_INTERCEPT) / BRIDGE_SLOPE)
            text[in_steps] = _in_words(steps, world.words.contentment)
        blank = np.isnan(codes) & ~words
        text[blank] = rng.choice([DONT_KNOW, NO_ANSWER], int(blank.sum()), p=[0.6, 0.4])
        given[item.key] = pd.array(text, dtype="str")
    return given


def _in_words(codes: np.ndarray, steps: tuple[str, ...]) -> list[str]:
    return ["" if np.isnan(code) else steps[int(code) - 1] for code in codes]
