"""How numbers of the simulation are written: ids, codes and dates."""

import numpy as np
import pandas as pd

from analysis.synthetic.truth import START, ClientSpec


def to_dates(days: np.ndarray) -> pd.DatetimeIndex:
    """Return days counted from START as dates."""
    return pd.DatetimeIndex(np.datetime64(START, "us") + np.asarray(days).astype("timedelta64[D]"))


def to_dates_or_missing(days: np.ndarray) -> pd.DatetimeIndex:
    """Return days as dates; negative numbers stand for no date."""
    dates = to_dates(np.maximum(days, 0)).to_numpy()
    return pd.DatetimeIndex(np.where(np.asarray(days) < 0, np.datetime64("NaT", "us"), dates))


def customer_ids(spec: ClientSpec) -> np.ndarray:
    """Return the customers' ids; the Chinese client's are digits with leading zeros, which must survive reading."""
    style = "{:07d}" if spec.language == "zh" else "C{:05d}"
    return np.array([style.format(10 + 3 * number) for number in range(spec.customers)], dtype=object)


def partner_codes(partner: np.ndarray) -> np.ndarray:
    """Return partner codes, None for -1."""
    return np.array([None if code < 0 else f"P{code + 1:02d}" for code in partner], dtype=object)


def manager_codes(manager: np.ndarray) -> np.ndarray:
    """Return codes of account managers (codes, not names: nobody is meant)."""
    return np.array([f"AM{code + 1:02d}" for code in manager], dtype=object)


def person_ids(customer: np.ndarray, slot: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return a contact's id: the customer, the place, and a letter that moves on when the person changes."""
    return np.array([f"{c}-{s + 1}{chr(97 + p)}" for c, s, p in zip(customer, slot, person, strict=True)], dtype=object)


def text_where(mask: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """Return `texts` where `mask` holds, None elsewhere."""
    chosen = np.full(len(mask), None, dtype=object)
    chosen[mask] = texts[mask]
    return chosen


def numbered(style: str, size: int) -> pd.Series:
    """Return ids counted from 1 in a format such as ``"A{:06d}"``."""
    return pd.Series([style.format(number + 1) for number in range(size)], dtype="str")


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with object columns of texts as `str` (missing: NaN), as the data layer has them."""
    objects = [name for name in frame.columns if frame[name].dtype == object]
    return frame.astype(dict.fromkeys(objects, "str"))
