"""What the panel analyses answer with: frozen results, each number with its interval, its n and its method."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import ModelPart
from analysis.results import NotEstimable, Outcome, Point


@dataclass(frozen=True, kw_only=True)
class PublishedFinding(ModelPart):
    """What a study found, in one sentence, and where."""

    finding: Message
    source: str
    year: int


@dataclass(frozen=True, kw_only=True)
class Proposition(ModelPart):
    """The proposition of the literature that a result speaks to; nothing here judges it.

    Parameters
    ----------
    key
        Name of the theory card.
    hypothesis
        The proposition in words.
    direction
        Sign of the estimate that the proposition expects.
    anchors
        What was published.
    """

    key: str
    hypothesis: Message
    direction: Literal["positive", "negative", "two_sided"]
    anchors: tuple[PublishedFinding, ...]


@dataclass(frozen=True, kw_only=True)
class WaveOverlap(ModelPart):
    """How many accounts answered in both of two consecutive waves."""

    earlier: str
    later: str
    accounts: int


@dataclass(frozen=True, kw_only=True)
class FixedEffects(ModelPart):
    """Loyalty on satisfaction within accounts, over waves.

    Parameters
    ----------
    n, accounts
        Account-waves, and accounts with at least two.
    within
        Points of loyalty per 10 points of satisfaction, an account against itself in other waves; wave effects removed.
    pooled
        The same rows without account effects (wave effects kept): mostly one account against another.
    between_minus_within
        How much more 10 points of an account's mean satisfaction go with than 10 points of its movement (Mundlak 1978).
    within_share
        Share of the variance of satisfaction that lies within accounts, 0 to 1.
    r_squared_within
        Of the movements of loyalty, 0 to 1.
    """

    n: int
    accounts: int
    within: Outcome
    pooled: Outcome
    between_minus_within: Outcome
    within_share: float
    r_squared_within: float


@dataclass(frozen=True, kw_only=True)
class ChangeOnChange(ModelPart):
    """Changes of loyalty on changes of satisfaction, from one wave to the next.

    Parameters
    ----------
    n, accounts, gained, lost
        Changes, accounts, and changes in which satisfaction rose or fell.
    slope
        Points of loyalty per 10 points that satisfaction changed, up or down alike.
    gain, loss
        Points of loyalty per 10 points of a rise, and per 10 points of a fall (both above 0 where loyalty moves along).
    asymmetry
        `loss` minus `gain`: above 0 where a fall weighs more than a rise.
    """

    n: int
    accounts: int
    gained: int
    lost: int
    slope: Outcome
    gain: Outcome
    loss: Outcome
    asymmetry: Outcome


@dataclass(frozen=True, kw_only=True)
class Timing(ModelPart):
    """Loyalty on satisfaction of its own wave and of a neighbouring one, within accounts.

    Parameters
    ----------
    kind
        ``lag``: the neighbour is the wave before; ``lead``: the wave after, a placebo.
    n, accounts
        Account-waves whose neighbour was answered too, and accounts with at least two of them.
    same, neighbour
        Points of loyalty per 10 points of satisfaction in its own wave, and in the neighbouring one.
    """

    kind: Literal["lag", "lead"]
    n: int
    accounts: int
    same: Outcome
    neighbour: Outcome


@dataclass(frozen=True, kw_only=True)
class PurchaseTiming(ModelPart):
    """Purchases after and before the answer on satisfaction, within accounts (linear probability).

    Parameters
    ----------
    n, accounts, groups
        Account-waves with a complete horizon on both sides, accounts with at least two, and the groups of companies
        that errors are clustered by.
    horizon_days
        Length of both windows.
    moved_after, moved_before
        Accounts that bought in the window after (before) some of their answers and not after (before) others.
    after, before
        Percentage points of having bought in the window after (before) the answer, per 10 points of satisfaction.
    difference
        `after` minus `before`.
    windows_overlap
        Whether waves lie closer together than the horizon, so that "before" a wave is partly "after" the last one.
    """

    n: int
    accounts: int
    groups: int
    horizon_days: int
    moved_after: int
    moved_before: int
    after: Outcome
    before: Outcome
    difference: Outcome
    windows_overlap: bool


@dataclass(frozen=True, kw_only=True)
class Path(ModelPart):
    """One path of the cross-lagged model.

    Parameters
    ----------
    key, label
        Stable name and words.
    estimate
        Points in the next wave per 10 points by which the account is off its own usual level in this wave.
    """

    key: str
    label: Message
    estimate: Outcome


@dataclass(frozen=True, kw_only=True)
class ModelFit(ModelPart):
    """How well a covariance structure fits.

    There is no p-value: under a true model the scaled statistic exceeded the 5% point of chi-square in 7 to 13% of
    draws of 150 to 400 accounts with 30% of the waves missing; lavaan's is the same.

    Parameters
    ----------
    chi_square, df
        Likelihood ratio against the unrestricted moments, divided by `scaling` (Yuan-Bentler).
    scaling
        Above 1 where tails are heavier than the normal's, or weights differ.
    chi_square_unscaled
        The likelihood ratio itself.
    rmsea, cfi
        From the unscaled statistic.
    """

    chi_square: float
    df: int
    scaling: float
    chi_square_unscaled: float
    rmsea: float
    cfi: float


@dataclass(frozen=True, kw_only=True)
class CrossLagged(ModelPart):
    """The random-intercept cross-lagged panel model.

    Parameters
    ----------
    n, repeated
        Accounts with any answer, and with answers in two waves or more.
    waves
        Labels, oldest first.
    patterns
        Different patterns of missing waves.
    parameters
        Free parameters.
    paths
        Cross-lagged and autoregressive, equal over time.
    dominance
        Path from satisfaction to loyalty minus the path from loyalty to satisfaction (both per 10 points).
    lasting_satisfaction, lasting_loyalty
        Share of the variance that lasts over all waves, 0 to 1, at the first wave.
    admissible
        False where an estimated variance is negative, though compatible with a small positive one.
    fit
        Fit of the structure, or why it cannot be told.
    """

    n: int
    repeated: int
    waves: tuple[str, ...]
    patterns: int
    parameters: int
    paths: tuple[Path, ...]
    dominance: Outcome
    lasting_satisfaction: Point | NotEstimable
    lasting_loyalty: Point | NotEstimable
    admissible: bool
    fit: ModelFit | NotEstimable

    def path(self, key: str) -> Outcome:
        """Return one path's outcome; raise KeyError where there is none of that name."""
        for path in self.paths:
            if path.key == key:
                return path.estimate
        raise KeyError(key)


@dataclass(frozen=True, kw_only=True)
class PanelAnalysis(ModelPart):
    """All that the panel tells.

    Parameters
    ----------
    waves, accounts, repeated
        Wave labels; accounts with both indices in any wave; accounts with both in at least two.
    overlaps
        Consecutive waves and the accounts they share.
    weighted
        Whether survey weights differ.
    propositions
        What the literature expects.
    notes
        What a reader must know.
    """

    waves: tuple[str, ...]
    accounts: int
    repeated: int
    overlaps: tuple[WaveOverlap, ...]
    weighted: bool
    fixed_effects: FixedEffects | NotEstimable
    changes: ChangeOnChange | NotEstimable
    lag: Timing | NotEstimable
    lead: Timing | NotEstimable
    purchases: PurchaseTiming | NotEstimable
    cross_lagged: CrossLagged | NotEstimable
    propositions: tuple[Proposition, ...]
    notes: tuple[Message, ...]
