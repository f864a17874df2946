"""Editions of the bands: what one edition and the next together would tell of a client is not published.

A band is renewed where it is the first, or where at least three clients differ from every earlier edition of it: have
joined, left, or a new value. A client that is one of the three still faces two it knows nothing of. Otherwise the last
published numbers stay, with the day of their own edition.
"""

from collections.abc import Sequence
from dataclasses import replace

from analysis.portfolio.bands import FEWEST_APART, Band, protect_remainder

SAME = 1e-9


def renew(bands: Sequence[Band], editions: Sequence[Sequence[Band]]) -> tuple[Band, ...]:
    """Return the bands of this edition, in place of those that may not be renewed the last published ones.

    Parameters
    ----------
    bands
        As today's audits give them.
    editions
        The published bands of earlier editions, oldest first.
    """
    chosen = {band.key: _chosen(band, [each for bands_ in editions for each in bands_ if each.key == band.key])
              for band in bands}  # fmt: skip
    found = []
    for band in chosen.values():
        others = [each for each in chosen.values() if each.industry and each.measure == band.measure]
        # what stays from an earlier edition must not leave one or two clients over either
        found.append(band if band.industry else protect_remainder(band, others))
    return tuple(found)


def _chosen(band: Band, earlier: Sequence[Band]) -> Band:
    if band.numbers is None or not earlier:
        return band
    apart = [changed(band, each) for each in earlier]
    if any(0 < count < FEWEST_APART for count in apart):
        return replace(earlier[-1], name=band.name)
    last = earlier[-1]
    return replace(band, edition=last.edition) if apart[-1] == 0 and last.numbers == band.numbers else band


def changed(band: Band, other: Band) -> int:
    """Return how many clients tell two bands apart: those in one only, and those with another value."""
    one, two = _basis(band), _basis(other)
    return sum(
        key not in one or key not in two or abs(one[key] - two[key]) > SAME * max(1.0, abs(one[key]))
        for key in one.keys() | two.keys()
    )


def _basis(band: Band) -> dict[str, float]:
    return {client: value for client, _, value in band.basis}
