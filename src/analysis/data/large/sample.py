"""Which customers stand for all where only some can be looked at in detail: a simple random sample, drawn by hashing.

A customer's place depends on its id and the seed alone: not on the order of rows, nor on which other customers there
are. Customers with answers to a survey and key accounts are added for the analyses that are about them (answers would
be lost otherwise), and are left out again wherever shares of all customers are formed, unless they were drawn.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def draw_customers(ids: pd.Index, count: int, seed: int) -> pd.Index:
    """Return `count` of the customers, every one of them equally likely, in the order of `ids`.

    Parameters
    ----------
    ids
        All customers.
    count
        How many to draw; all of them where there are fewer.
    seed
        The audit's seed, which salts the hash.
    """
    if count >= len(ids):
        return ids
    places = _places(ids, f"{seed}|customers|")
    # ids break ties, which are all but impossible, in a way that the order of rows cannot touch
    order = np.lexsort((np.asarray(ids, dtype=object).astype(str), places))
    return ids[np.sort(order[:count])]


def draw_rows(texts: "pd.Series", share: float, seed: int) -> "pd.Series[bool]":
    """Return which rows that belong to no customer are drawn, given what each of them says: a share of them."""
    places = _places(texts, f"{seed}|rows|")
    return pd.Series(places.astype(np.float64) < share * 2.0**64, index=texts.index)


def _places(texts: Iterable[object], salt: str) -> NDArray[np.uint64]:
    """Return each text's hash: a number below 2**64, evenly spread."""
    hashes = (hashlib.blake2b(f"{salt}{each}".encode(), digest_size=8).digest() for each in texts)
    return np.fromiter((int.from_bytes(each, "big") for each in hashes), dtype=np.uint64)


def sample_size(customers: int, rows: int, *, most_customers: int, most_rows: int) -> int:
    """Return how many customers to draw, so that neither customers nor, on average, their rows are too many."""
    if customers <= most_customers and rows <= most_rows:
        return customers
    share = min(1.0, most_customers / customers, most_rows / rows if rows else 1.0)
    return max(min(customers, 1), int(customers * share))


def customers_to_keep(frames: Iterable[pd.Series]) -> set[str]:
    """Return the customers that some columns name."""
    return {str(each) for column in frames for each in column.dropna().unique()}
