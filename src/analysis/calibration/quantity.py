"""What a row of the table is about: which paths it pools, its class, and where its truth is read from."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["regular", "discrete", "shrunken", "bounded", "test", "composite"]
Reference = Literal["population", "draws", "partner", "rank", "own"]
"""Where the truth is read from: the same path of the large clients; the mean of the draws themselves (a target that
depends on the size of the client); the partner's own mean in the large clients; its rank among those of its league or
among shares of the same whole; the estimate of the unit alone, beside which it is pooled."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One row of the table (for each cell of the grid).

    Parameters
    ----------
    pattern
        Regular expression that the whole path matches.
    name
        What it is called; ``{0}`` and so on stand for the pattern's groups.
    kind
        Its class. ``discrete`` is decided by the draws: proportions of which fewer than `FEW` units are expected on
        the rarer side.
    is_share
        Whether it is a proportion, so that the class may be ``discrete``.
    reference
        Where the truth is read from.
    null
        For a test without an estimate: the cells of the grid in which its null hypothesis holds, blanks between.
    scale
        ``customers`` where it grows with the number of customers (a sum).
    is_joint
        Whether the intervals of one client hold together, so that a client counts as one that holds all or not.
    bounds
        Of a bounded quantity: it is judged where the truth lies at least two standard errors off them.
    claim
        Whether something is claimed where the interval excludes zero, of a quantity whose spread vanishes where it is
        nil (a gain on held-out customers): in the cell `null` the interval says nothing and the claim is the test.
    is_silent
        Whether a test that does not reject leaves no result, so that a client without one counts as not rejected.
    exempt
        Why it has no row in the table; "" where it has.
    """

    pattern: str
    name: str
    kind: Kind = "regular"
    is_share: bool = False
    reference: Reference = "population"
    null: str = ""
    scale: Literal["", "customers"] = ""
    is_joint: bool = False
    bounds: tuple[float, float] | None = None
    claim: bool = False
    is_silent: bool = False
    exempt: str = ""

    def label(self, path: str) -> str:
        """Return the quantity's name for a path that it matches."""
        match = re.fullmatch(self.pattern, plain_path(path))
        if match is None:
            raise ValueError(f"{path} is not {self.pattern}")
        return self.name.format(*match.groups())


def plain_path(path: str) -> str:
    """Return a path without what tells variants of one quantity apart: the controls held, the reference levels."""
    return re.sub(r" ?\[[^]]*\]| ~[0-9a-f]{8}$", "", path)
