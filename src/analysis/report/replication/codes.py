"""Codes in place of ids and labels. They come from the system's randomness and are kept nowhere."""

import math
import secrets
from collections.abc import Iterable

import pandas as pd

RANDOM = secrets.SystemRandom()
ALPHABET = "bcdfghjklmnpqrstvwxz"
"""No digits, so that no code holds a number that was an id, and no vowels, so that none is a word."""
LENGTH = 7
SMALLEST_SCALE, LARGEST_SCALE = 0.2, 5.0


def draw_codes(names: Iterable[str], letter: str, *, ordered: bool) -> dict[str, str]:
    """Return a code of a first letter and seven more for each name.

    Parameters
    ----------
    names
        Ids; doubles count once.
    letter
        What the codes begin with.
    ordered
        Whether codes sort as the names do (the analyses sort by id, so that draws and folds then fall as before);
        otherwise they tell nothing of the names.
    """
    known = sorted(set(names))
    numbers = RANDOM.sample(range(len(ALPHABET) ** LENGTH), len(known))
    if ordered:
        numbers.sort()
    return {name: letter + _spell(number) for name, number in zip(known, numbers, strict=True)}


def _spell(number: int) -> str:
    """Return a number in letters, which sort as the numbers do."""
    letters = ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return letters


def number_labels(labels: Iterable[str], letter: str) -> dict[str, str]:
    """Return S1, S2 ... in the order of the labels, so that the most frequent of equals stays the reference."""
    known = sorted(set(labels))
    width = len(str(len(known)))
    return {label: f"{letter}{number:0{width}d}" for number, label in enumerate(known, 1)}


def draw_scale() -> float:
    """Return the constant that amounts are multiplied by."""
    return math.exp(RANDOM.uniform(math.log(SMALLEST_SCALE), math.log(LARGEST_SCALE)))


def recode(values: pd.Series, codes: dict[str, str]) -> pd.Series:
    """Return codes for names; what is missing stays missing.

    Raises
    ------
    ValueError
        A name has no code.
    """
    coded = values.astype(object).where(values.notna(), None).map(lambda name: codes.get(str(name)), na_action="ignore")
    if bool((values.notna() & coded.isna()).any()):
        raise ValueError("a name has no code")
    return coded
